"""Kinds and states of events, and the wording of their dates. Plain values only."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from eventapp.core import languages
from eventapp.core.clock import Shift, last_day, local_day
from eventapp.core.kana import romanized
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import ngettext
from eventapp.core.localized import LocalizedText, fold


class EventKind(Labelled):
    FORUM = "forum", _l("Forum")
    SUMMIT = "summit", _l("Summit")
    SEMINAR = "seminar", _l("Seminar")
    SIGNING_CEREMONY = "signing_ceremony", _l("Signing ceremony")
    COURTESY_VISIT = "courtesy_visit", _l("Courtesy visit")
    FAIR = "fair", _l("Fair")
    RECEPTION = "reception", _l("Reception")
    DELEGATION_VISIT = "delegation_visit", _l("Delegation visit")
    TRAINING_CAMP = "training_camp", _l("Training camp")
    ANNIVERSARY = "anniversary", _l("Anniversary")
    OTHER = "other", _l("Other event")


class EventFormat(Labelled):
    IN_PERSON = "in_person", _l("In person")
    ONLINE = "online", _l("Online")
    HYBRID = "hybrid", _l("In person and online")


class EventColour(Labelled):
    """The colour of an event: a dark one, on which white letters are read in both themes."""

    INDIGO = "indigo", _l("Indigo")
    PINE = "pine", _l("Pine")
    PLUM = "plum", _l("Plum")
    CLAY = "clay", _l("Clay")
    TEAL = "teal", _l("Teal")
    SLATE = "slate", _l("Slate")


# The same as in core/base.css. Contrast of white on them is at least 7:1 (WCAG 2.2, 1.4.6).
COLOURS = {
    EventColour.INDIGO: "#1f4173",
    EventColour.PINE: "#2a4d3c",
    EventColour.PLUM: "#57305a",
    EventColour.CLAY: "#74351f",
    EventColour.TEAL: "#12505a",
    EventColour.SLATE: "#3a4452",
}


class Motif(Labelled):
    """The drawing on the cover of an event without a picture."""

    RINGS = "rings", _l("Rings")
    WAVES = "waves", _l("Waves")
    LATTICE = "lattice", _l("Lattice")
    HILLS = "hills", _l("Hills")
    PATHS = "paths", _l("Paths")


class EventStatus(Labelled):
    DRAFT = "draft", _l("Draft")
    PUBLISHED = "published", _l("Published")
    POSTPONED = "postponed", _l("Postponed")
    CANCELLED = "cancelled", _l("Cancelled")
    ARCHIVED = "archived", _l("Archived")


class Visibility(Labelled):
    PUBLIC = "public", _l("Public: listed for everyone")
    UNLISTED = "unlisted", _l("Unlisted: anyone with the link can see it")
    PRIVATE = "private", _l("Private: only the team sees it")


class Precision(Labelled):
    """How exactly the date is known."""

    DAY = "day", _l("Exact date")
    MONTH = "month", _l("Month only")
    YEAR = "year", _l("Year only")


class Gap(Labelled):
    """What keeps an event from being published, as a sentence to its team."""

    TITLE = "title", _l("Give the event a title first.")
    VENUE = "venue", _l("Name the venue first: people need to know where to come.")
    DATES = "dates", _l("Enter the new dates first: the current ones have passed.")


class HostRole(Labelled):
    HOST = "host", _l("Host")
    CO_HOST = "co_host", _l("Co-host")
    SUPPORTER = "supporter", _l("Supporter")


_SHOWN = {EventStatus.PUBLISHED, EventStatus.POSTPONED, EventStatus.CANCELLED, EventStatus.ARCHIVED}


def public(status: EventStatus, visibility: Visibility) -> bool:
    """Whether people outside the team may see an event. Pages, feeds and exports all use this rule."""
    return status in _SHOWN and visibility is not Visibility.PRIVATE


def listed(status: EventStatus, visibility: Visibility) -> bool:
    """Whether an event appears in lists and in the calendar of all events."""
    return status in _SHOWN and visibility is Visibility.PUBLIC


def place_key(*names: LocalizedText) -> str:
    """A key that is equal for the same venue. It compares names in one language, so a translation is not a move."""
    return "/".join(fold(name.resolve("en").text) for name in names if name)


def gaps(
    *,
    title: LocalizedText,
    venue: LocalizedText,
    shape: tuple[EventFormat, Precision],
    status: EventStatus,
    ends_at: datetime,
    announced: bool,
    now: datetime,
) -> list[Gap]:
    """What is missing before an event can be published, the most important first.

    A venue (the name of the first one) is needed for a coming event on site whose day is known; not for one that was
    public before (`announced`): nobody must be kept from putting it back. Only a postponed event needs days that come,
    for events of the past are published as well.
    """
    comes, on_site = ends_at > now, shape[0] is not EventFormat.ONLINE and shape[1] is Precision.DAY
    found = {
        Gap.TITLE: not title,
        Gap.VENUE: not venue and on_site and comes and not announced,
        Gap.DATES: status is EventStatus.POSTPONED and not comes,
    }
    return [gap for gap, missing in found.items() if missing]


# How long after an event a feed keeps cancelled entries: longer than any calendar app waits between updates.
KEEP_REMOVED = timedelta(days=30)


def is_remembered(unpublished_at: datetime | None, published_ends_at: datetime | None, now: datetime) -> bool:
    """Whether calendars still show an unpublished event as cancelled. Its pages are 404 all the same.

    Only for an event that was public and no longer is (`unpublished_at`): a draft that was never public must look like
    one that does not exist. For the calendar of all events, `unpublished_at` is when it left the list.
    """
    return unpublished_at is not None and published_ends_at is not None and now < published_ends_at + KEEP_REMOVED


def when(starts: datetime, ends: datetime, zone: str, precision: Precision, language: str | None = None) -> str:
    """The date in words, no more exact than it is known."""
    first, last = local_day(starts, zone), last_day(ends, zone)
    if precision is Precision.YEAR:
        return f"{first.year}年" if (language or languages.interface()) == "ja" else str(first.year)
    if precision is Precision.MONTH:
        return languages.month(first, language)
    return languages.days(first, last, language)


def shifted_window(
    opens_at: datetime | None, closes_at: datetime | None, *, shift: Shift, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Opening and closing moved to another clock and date.

    If it has already opened, the opening keeps its day, so that it does not close again. Both keep their day if the
    closing would otherwise come before the opening.
    """
    same_day = replace(shift, days=0)
    opened = opens_at is not None and opens_at <= now
    opens = opens_at and (same_day if opened else shift).of(opens_at)[0]
    closes = closes_at and shift.of(closes_at)[0]
    if opens and closes and closes <= opens:
        return opens_at and same_day.of(opens_at)[0], closes_at and same_day.of(closes_at)[0]
    return opens, closes


def countdown(starts: datetime, ends: datetime, zone: str, now: datetime) -> str:
    """ "today", "tomorrow", "in 12 days", in days of the venue; empty when the event is over."""
    if ends < now:
        return ""
    today, first, last = local_day(now, zone), local_day(starts, zone), last_day(ends, zone)
    if first <= today:
        return _("Today") if first == last else _("Happening now")
    wait = (first - today).days
    if wait == 1:
        return _("Tomorrow")
    return ngettext("In %(num)d day", "In %(num)d days", wait)


class TeamInvitationState(Labelled):
    """Whether an invitation to a team can be accepted."""

    PENDING = "pending", _l("waiting")
    EXPIRED = "expired", _l("expired")
    LAPSED = "lapsed", _l("no longer valid")
    WITHDRAWN = "withdrawn", _l("withdrawn")
    ACCEPTED = "accepted", _l("accepted")


def state_of_invitation(
    *, accepted: bool, withdrawn: bool, inviter_may: bool, expires_at: datetime, now: datetime
) -> TeamInvitationState:
    """The state of an invitation. `inviter_may`: whether who has sent it may give its role now."""
    if accepted:
        return TeamInvitationState.ACCEPTED
    if withdrawn:
        return TeamInvitationState.WITHDRAWN
    if expires_at <= now:
        return TeamInvitationState.EXPIRED
    return TeamInvitationState.PENDING if inviter_may else TeamInvitationState.LAPSED


def age(since: datetime, now: datetime) -> str:
    """ "today", "3 days ago": whole days of 24 hours."""
    days = max(now - since, timedelta()).days
    return ngettext("%(num)d day ago", "%(num)d days ago", days) if days else _("today")


SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug_from(text: str) -> str:
    """A slug suggested from a title: its words in Latin letters, without accents; empty if it has none."""
    words = (fold(word) for word in re.split(r"[^\w]+", text))
    return _cut("-".join(word for word in words if word and word.isascii()))


def suggested_slug(title: LocalizedText, kind: EventKind, year: int) -> str:
    """A slug for an event with a title in any language.

    The English title comes first. Another one is only taken if none of its words is lost: with words in Latin letters,
    or in kana, which have Latin letters for their sounds. Else it is the kind and the year: "forum-2031".
    """
    found = slug_from(title.get("en", ""))
    for text in title.values() if not found else ():
        words = [fold(word) for word in re.split(r"[^\w]+", text) if fold(word)]
        latin = [word if word.isascii() else romanized(word) for word in words]
        if latin and all(word and word.isascii() for word in latin):
            found = _cut("-".join(latin))
            break
    found = found if SLUG.fullmatch(found) and re.search(r"[a-z]", found) else ""
    return found or f"{kind.value.replace('_', '-')}-{year}"


def _cut(slug: str) -> str:
    """The slug, at most 60 characters long, without half a word at its end."""
    if len(slug) > 60:
        slug = slug[:61].rpartition("-")[0] or slug[:60]
    return slug.strip("-")

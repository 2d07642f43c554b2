"""Kinds and states of events, and how their dates are put in words. Plain values only."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum

from eventapp.core import languages
from eventapp.core.clock import local_day
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import ngettext
from eventapp.core.words import fold


class EventKind(StrEnum):
    FORUM = "forum"
    SUMMIT = "summit"
    SEMINAR = "seminar"
    SIGNING_CEREMONY = "signing_ceremony"
    COURTESY_VISIT = "courtesy_visit"
    FAIR = "fair"
    RECEPTION = "reception"
    DELEGATION_VISIT = "delegation_visit"
    TRAINING_CAMP = "training_camp"
    ANNIVERSARY = "anniversary"
    OTHER = "other"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class EventFormat(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class EventStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class Precision(StrEnum):
    """How exactly the date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class HostRole(StrEnum):
    HOST = "host"
    CO_HOST = "co_host"
    SUPPORTER = "supporter"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS: dict[StrEnum, object] = {
    EventKind.FORUM: _l("Forum"),
    EventKind.SUMMIT: _l("Summit"),
    EventKind.SEMINAR: _l("Seminar"),
    EventKind.SIGNING_CEREMONY: _l("Signing ceremony"),
    EventKind.COURTESY_VISIT: _l("Courtesy visit"),
    EventKind.FAIR: _l("Fair"),
    EventKind.RECEPTION: _l("Reception"),
    EventKind.DELEGATION_VISIT: _l("Delegation visit"),
    EventKind.TRAINING_CAMP: _l("Training camp"),
    EventKind.ANNIVERSARY: _l("Anniversary"),
    EventKind.OTHER: _l("Other event"),
    EventFormat.IN_PERSON: _l("In person"),
    EventFormat.ONLINE: _l("Online"),
    EventFormat.HYBRID: _l("In person and online"),
    EventStatus.DRAFT: _l("Draft"),
    EventStatus.PUBLISHED: _l("Published"),
    EventStatus.POSTPONED: _l("Postponed"),
    EventStatus.CANCELLED: _l("Cancelled"),
    EventStatus.ARCHIVED: _l("Archived"),
    Visibility.PUBLIC: _l("Public: listed, and open to everybody"),
    Visibility.UNLISTED: _l("Unlisted: open to those who have the address"),
    Visibility.PRIVATE: _l("Private: only the team sees it"),
    Precision.DAY: _l("The day"),
    Precision.MONTH: _l("The month only"),
    Precision.YEAR: _l("The year only"),
    HostRole.HOST: _l("Host"),
    HostRole.CO_HOST: _l("Co-host"),
    HostRole.SUPPORTER: _l("Supporter"),
}

_SHOWN = {EventStatus.PUBLISHED, EventStatus.POSTPONED, EventStatus.CANCELLED, EventStatus.ARCHIVED}


def public(status: EventStatus, visibility: Visibility) -> bool:
    """The one rule whether somebody who is not in the team may see an event, on pages, in feeds and exports."""
    return status in _SHOWN and visibility is not Visibility.PRIVATE


def listed(status: EventStatus, visibility: Visibility) -> bool:
    """Whether an event stands in lists and in the calendar of all events."""
    return status in _SHOWN and visibility is Visibility.PUBLIC


def when(starts: datetime, ends: datetime, zone: str, precision: Precision, language: str | None = None) -> str:
    """The date in words, no more exact than it is known."""
    first, last = local_day(starts, zone), local_day(ends, zone)
    if precision is Precision.YEAR:
        return f"{first.year}年" if (language or languages.interface()) == "ja" else str(first.year)
    if precision is Precision.MONTH:
        return languages.month(first, language)
    return languages.days(first, last, language)


def countdown(starts: datetime, ends: datetime, zone: str, today: date) -> str:
    """ "today", "tomorrow", "in 12 days"; empty when it is over."""
    first, last = local_day(starts, zone), local_day(ends, zone)
    if last < today:
        return ""
    if first <= today:
        return _("Today") if first == last else _("Now on")
    wait = (first - today).days
    if wait == 1:
        return _("Tomorrow")
    return ngettext("In %(num)d day", "In %(num)d days", wait)


SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug_from(text: str) -> str:
    """A slug suggested from a title; empty where the title has no Latin letters."""
    return "-".join(filter(None, (fold(word) for word in re.split(r"[^\w]+", text) if word.isascii())))[:60].strip("-")

"""Deadlines of registration and of the call for speakers, as optional calendar entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText, ResolvedText
from eventapp.entries.build import cancellation_note, marked, paragraphs, status_of
from eventapp.entries.locale import FeedLocale, Links
from eventapp.entries.rows import EventRow
from eventapp.events.models import Closes
from eventapp.events.rules import EventStatus, Precision
from eventapp.feeds.models import FeedMemory
from eventapp.ical.vcalendar import Entry, Status
from eventapp.programme.rules import Mode
from eventapp.proposals import queries as proposals
from eventapp.registration import queries as registration

# The entry starts this long before the deadline: without a length it is drawn as a hairline, or not at all.
LENGTH = timedelta(minutes=30)


class Closing(StrEnum):
    """What closes."""

    REGISTRATION = "registration"
    PROPOSALS = "proposals"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A public closing time (`at`, aware); `removed` if there no longer is one.

    `title` and `mode` are the registration option's. `sequence` is that of RFC 5546 §2.1.4, for this entry alone.
    """

    uid: str
    sequence: int
    changed_at: datetime
    at: datetime
    kind: Closing
    title: LocalizedText
    mode: Mode | None = None
    removed: bool = False


def of_event(event_id: int) -> list[Deadline]:
    """The deadlines of an event by time: the public ones, and the removed ones that were public."""
    return _of_event(event_id, db.session.get(FeedMemory, event_id))


def as_published(event_id: int, memory: FeedMemory) -> list[dict[str, Any]]:
    """The deadlines as calendars have them now, in the form of `FeedMemory.published_deadlines`."""
    ends, precision = memory.published_ends_at, memory.published_precision
    assert ends is not None
    assert precision is not None
    return [
        {"uid": one.uid, "sequence": one.sequence, "at": shown_at(one, ends, precision).isoformat()}
        for one in _of_event(event_id, memory)
    ]


def _of_event(event_id: int, memory: FeedMemory | None) -> list[Deadline]:
    announced_at = memory.announced_at if memory else None
    found = [
        _deadline(option, Closing.REGISTRATION, title=option.title, mode=option.mode)
        for option in registration.options_with_closing(event_id)
        if _is_shown(option, announced_at)
    ]
    call = proposals.call_with_closing(event_id)
    if call is not None and _is_shown(call, announced_at):
        found.append(_deadline(call, Closing.PROPOSALS))
    published = {one["uid"] for one in memory.published_deadlines} if memory else set()
    for removed in registration.removed_options(event_id):
        if announced_at is not None and (removed.was_public or removed.uid in published):
            found.append(
                Deadline(
                    removed.uid,
                    removed.closing_sequence,
                    removed.removed_at,
                    removed.last_closing,
                    Closing.REGISTRATION,
                    removed.title,
                    removed.mode,
                    removed=True,
                )
            )
    return sorted(found, key=lambda one: (one.at, one.uid))


def _is_shown(row: Closes, announced_at: datetime | None) -> bool:
    """Whether calendars show a deadline: every current one, and one removed after it had been public."""
    return row.closes_at is not None or (announced_at is not None and row.closing_changed_at > announced_at)


def _deadline(row: Closes, kind: Closing, *, title: LocalizedText | None = None, mode: Mode | None = None) -> Deadline:
    assert row.last_closing is not None
    return Deadline(
        row.uid,
        row.closing_sequence,
        row.closing_changed_at,
        row.last_closing,
        kind,
        title or LocalizedText(),
        mode,
        removed=row.closes_at is None,
    )


def shown_at(deadline: Deadline, ends_at: datetime, precision: Precision) -> datetime:
    """The moment that calendars show: at the latest the end of the event, when registration closes in any case."""
    return min(deadline.at, ends_at) if precision is Precision.DAY else deadline.at


def deadline_entry(deadline: Deadline, event: EventRow, *, locale: FeedLocale, links: Links) -> Entry:
    """A transparent half hour that ends at the deadline, with an alarm.

    Its SEQUENCE is the sum of its own and the event's, as for a session.
    """
    at = shown_at(deadline, event.ends_at, event.precision)
    title = event.title.resolve(locale.language)
    if deadline.kind is Closing.REGISTRATION:
        url = links.register(event.slug)
        option = deadline.title.resolve(locale.language).text or (deadline.mode.label if deadline.mode else "")
        sentence = _("Registration closes: %(option)s – %(event)s", option=option, event=title.text)
    else:
        url = links.propose(event.slug)
        sentence = _("Call for speakers closes: %(event)s", event=title.text)
    status = Status.CANCELLED if deadline.removed else status_of(event.status)
    shown = EventStatus.CANCELLED if deadline.removed else event.status
    return Entry(
        uid=deadline.uid,
        sequence=deadline.sequence + event.sequence,
        revised=max(deadline.changed_at, event.updated_at),
        starts=at - LENGTH,
        ends=at,
        zone=event.zone,
        summary=marked(ResolvedText(sentence, locale.shown), shown),
        description=ResolvedText(paragraphs([cancellation_note(event, locale), url]), locale.shown),
        url=url,
        categories=(_("Deadline"),),
        status=status,
        transparent=True,
        rings=True,
    )

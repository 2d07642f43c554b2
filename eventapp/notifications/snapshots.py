"""Snapshots: the facts that a recipient needs to attend, for comparison with those last sent. Plain values only.

An e-mail with an invitation is sent only if these facts differ from those last sent: not for a typo, nor for a session
that was moved and moved back before anyone was notified.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from eventapp.core import languages
from eventapp.core.clock import local_day, to_local
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.entries.rows import VenueRow
from eventapp.events import rules
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.online.rules import known_link
from eventapp.programme.changes import Change, ChangeKind, span_of
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.registration.rules import RegistrationStatus


class ParticipationState(StrEnum):
    """Whether it takes place for this recipient. A postponed event is postponed for everybody, seat or not.

    RELEASED: the recipient gave up the seat, and it may take place without them.
    """

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    RELEASED = "released"


_CANCELLED = {ParticipationState.CANCELLED, ParticipationState.RELEASED}
# The fingerprint of what is cancelled or released: to cancel what was released before is not a change.
RELEASED = ParticipationState.CANCELLED.value
# Without a date, or if it does not take place, a new time or venue is not a change.
_NO_DATE = {ParticipationState.POSTPONED, *_CANCELLED}


class Topic(StrEnum):
    """What can have changed for a recipient, most urgent first."""

    STATE = "state"
    TIME = "time"
    WHERE = "where"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Date, location and state. `starts` and `ends` are aware; `rooms` and `venue` are names in all their languages.

    Not `timed`: a session of which only the day is known.

    `place` is a key of rooms and venue that does not change when a name is corrected or translated. `link` is a digest
    of the joining link, so that the stored value lets nobody in.
    """

    starts: datetime
    ends: datetime
    zone: str
    precision: Precision = Precision.DAY
    timed: bool = True
    state: ParticipationState = ParticipationState.CONFIRMED
    place: str = ""
    rooms: tuple[LocalizedText, ...] = ()
    venue: tuple[LocalizedText, ...] = ()
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stored form; `from_json` returns an equal snapshot."""
        return {
            "starts": self.starts.astimezone(UTC).isoformat(),
            "ends": self.ends.astimezone(UTC).isoformat(),
            "zone": self.zone,
            "precision": self.precision.value,
            **({} if self.timed else {"timed": False}),
            "state": self.state.value,
            "place": self.place,
            "rooms": [dict(name) for name in self.rooms],
            "venue": [dict(name) for name in self.venue],
            "link": self.link,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Snapshot:
        return cls(
            starts=datetime.fromisoformat(row["starts"]),
            ends=datetime.fromisoformat(row["ends"]),
            zone=row["zone"],
            precision=Precision(row["precision"]),
            timed=row.get("timed", True),
            state=ParticipationState(row["state"]),
            place=row["place"],
            rooms=tuple(LocalizedText(name) for name in row["rooms"]),
            venue=tuple(LocalizedText(name) for name in row["venue"]),
            link=row["link"],
        )

    @property
    def cancelled(self) -> bool:
        """Whether the entry is cancelled in this recipient's calendar."""
        return self.state in _CANCELLED

    @cached_property
    def fingerprint(self) -> str:
        """Equal if nothing has changed for the recipient, and short, because ten thousand are compared at a time."""
        if self.cancelled:
            return RELEASED
        if self.state in _NO_DATE:
            return self.state.value
        return _digest(json.dumps(replace(self, rooms=(), venue=()).to_json(), sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def event_snapshot(event: Event, venues: Iterable[VenueRow], *, online: bool, confirmed: bool) -> Snapshot:
    """The event for an attendee in person or `online`. The location is the first of the venues."""
    state = ParticipationState.CONFIRMED if confirmed else ParticipationState.WAITING
    if event.status is EventStatus.CANCELLED:
        state = ParticipationState.CANCELLED
    elif event.status is EventStatus.POSTPONED:
        state = ParticipationState.POSTPONED
    known = known_link(event.join_url, personal=event.personal_join_links)
    venue: tuple[LocalizedText, ...] = ()
    if not online:
        first = next(iter(venues), None)
        venue = tuple(filter(None, (first.name, first.address))) if first else ()
    return Snapshot(
        starts=event.starts_at,
        ends=event.ends_at,
        zone=event.zone,
        precision=event.precision,
        state=state,
        place=rules.place_key(*venue),  # not the venue's id: a venue can be edited into another one
        venue=venue,
        link=_digest(known) if online and confirmed and known else "",
    )


def session_snapshot(session: PublishedSession, event: Event, *, join_url: str = "") -> Snapshot:
    """A published session of an event. Without a room it takes place where the event does."""
    cancelled = session.status is SessionStatus.CANCELLED or event.status is EventStatus.CANCELLED
    venues = list({room.venue.slug: room.venue for room in session.rooms if room.venue}.values())
    venue = tuple(filter(None, (name for venue in venues for name in (venue.name, venue.address))))
    if not session.rooms and event.format is not EventFormat.ONLINE:
        venue = tuple(filter(None, (event.venue_name,)))
    state = ParticipationState.CONFIRMED
    if cancelled:
        state = ParticipationState.CANCELLED
    elif event.status is EventStatus.POSTPONED:
        state = ParticipationState.POSTPONED
    return Snapshot(
        starts=session.starts_at,
        ends=session.ends_at,
        timed=session.timed,
        zone=event.zone,
        precision=event.precision,
        state=state,
        place="/".join(filter(None, (*(room.slug for room in session.rooms), rules.place_key(*venue)))),
        rooms=tuple(room.name for room in session.rooms),
        venue=venue,
        link=_digest(join_url) if join_url else "",
    )


def current(
    event: Event, sessions: Mapping[str, PublishedSession], venues: Iterable[VenueRow], links: Mapping[str, str]
) -> Callable[[str, Mode, RegistrationStatus], Snapshot]:
    """What gives the current snapshot of an entry by its code, empty for the event, for those who come in this way and
    whose registration has this status. Each is made once.
    """
    venues = list(venues)

    @cache
    def snapshot(code: str, mode: Mode, status: RegistrationStatus) -> Snapshot:
        online, confirmed = mode is Mode.ONLINE, status is RegistrationStatus.CONFIRMED
        if not code:
            return event_snapshot(event, venues, online=online, confirmed=confirmed)
        link = known_link(links.get(code, ""), personal=event.personal_join_links) if online and confirmed else ""
        return session_snapshot(sessions[code], event, join_url=link)

    return snapshot


def released(snapshot: Snapshot) -> Snapshot:
    """The snapshot for a recipient who has released the seat."""
    return replace(snapshot, state=ParticipationState.RELEASED)


def changed_topics(before: Snapshot, after: Snapshot) -> list[Topic]:
    """What has changed, most urgent first."""
    found = [Topic.STATE] if before.state is not after.state else []
    if after.state in _NO_DATE:
        return found
    if _time(before) != _time(after):
        found.append(Topic.TIME)
    if before.place != after.place:
        found.append(Topic.WHERE)
    if before.link != after.link:
        found.append(Topic.LINK)
    return found


def _time(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.starts, snapshot.ends, snapshot.zone, snapshot.precision, snapshot.timed


def session_changes(
    code: str, title: LocalizedText, before: Snapshot, after: Snapshot, *, removed: bool = False
) -> list[Change]:
    """Changes of a session in the form used for the programme, which has texts for them.

    `removed`: the session is no longer on the programme. The same rooms in another venue count as another room.
    """
    topics = changed_topics(before, after)
    was, now = _times(before), _times(after)
    found = []
    if Topic.STATE in topics and after.cancelled:
        return [Change(ChangeKind.REMOVED if removed else ChangeKind.CANCELLED, code, title, was)]
    if Topic.STATE in topics and before.state is ParticipationState.CANCELLED:
        found.append(Change(ChangeKind.RESTORED, code, title, was, now))
    elif Topic.TIME in topics:
        found.append(Change(ChangeKind.MOVED, code, title, was, now))
    if Topic.WHERE in topics and before.rooms != after.rooms:
        found.append(Change(ChangeKind.ROOM, code, title, list(before.rooms), list(after.rooms)))
    elif Topic.WHERE in topics:
        found.append(Change(ChangeKind.ROOM, code, title, *(list(one.venue or one.rooms) for one in (before, after))))
    return found


def _times(snapshot: Snapshot) -> list[str]:
    return span_of(snapshot.starts, snapshot.ends, timed=snapshot.timed)


def when(snapshot: Snapshot, language: str, *, zone: str = "") -> str:
    """ "Tue 18 March 2031, 10:00 – 18:00 (Japan Standard Time)", in the event's zone or another one.

    Only as exact as the date is known.
    """
    if snapshot.precision is not Precision.DAY:
        return rules.when(snapshot.starts, snapshot.ends, snapshot.zone, snapshot.precision, language)
    if not snapshot.timed:
        day = languages.day(local_day(snapshot.starts, snapshot.zone), language)
        return _("%(day)s, %(times)s", day=day, times=_("time to be announced"))
    zone = zone or snapshot.zone
    first, last = local_day(snapshot.starts, zone), local_day(snapshot.ends, zone)
    start, end = languages.clock_time(snapshot.starts, zone), languages.clock_time(snapshot.ends, zone)
    name = languages.zone_name(zone, language, snapshot.starts, snapshot.ends)
    day = languages.day(first, language)
    if first == last:
        return _("%(day)s, %(start)s – %(end)s (%(zone)s)", day=day, start=start, end=end, zone=name)
    until = languages.day(last, language)
    return _(
        "%(day)s, %(start)s – %(until)s, %(end)s (%(zone)s)", day=day, start=start, until=until, end=end, zone=name
    )


def elsewhere(zone: str, snapshot: Snapshot) -> bool:
    """Whether clocks in another zone show other times than those at the event."""
    return bool(zone) and any(
        to_local(moment, zone).replace(tzinfo=None) != to_local(moment, snapshot.zone).replace(tzinfo=None)
        for moment in (snapshot.starts, snapshot.ends)
    )


def where(snapshot: Snapshot, event_format: EventFormat, language: str) -> str:
    """Rooms and venue in words; "Online" if there are none and the event has an online part."""
    parts = dict.fromkeys(name.resolve(language).text for name in (*snapshot.rooms, *snapshot.venue))
    named = ", ".join(part for part in parts if part)
    return named or (_("Online") if event_format is not EventFormat.IN_PERSON else "")

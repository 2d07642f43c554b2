"""What a person's calendar was told by mail: the facts one must know to come, what is new about them, and in words.

A letter with a calendar goes out when these facts differ from those that were told last, and for nothing else: not for
a typo, nor for what was moved there and back before anybody was told. Plain values, no database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from eventapp.core import languages
from eventapp.core.clock import local_day, to_local
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.entries.rows import Venue
from eventapp.events import rules
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.programme.changes import Change, ChangeKind
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import SessionStatus

# What happens within so long of the first change is told in one letter.
BURST = timedelta(minutes=10)


class State(StrEnum):
    """Whether it takes place for this person. A postponed event is that for everybody, whatever their place.

    What somebody has given up may take place without them: who comes back to it learns nothing of a cancellation.
    """

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    GIVEN_UP = "given_up"


_OFF = {State.CANCELLED, State.GIVEN_UP}
# When and where is no news of what has no date at the moment, or does not take place.
_NO_DATE = {State.POSTPONED, *_OFF}


class Topic(StrEnum):
    """What can be new to somebody, the most urgent first."""

    STATE = "state"
    TIME = "time"
    PLACE = "place"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """When, where and whether. `starts` and `ends` are aware; `rooms` and `venue` are names in all their languages.

    `place` tells one place from another, whatever it is called: a name that is corrected or translated is no news.
    `link` stands for the link to join without being it: what is kept for comparing must not open a door.
    """

    starts: datetime
    ends: datetime
    zone: str
    precision: Precision = Precision.DAY
    state: State = State.CONFIRMED
    place: str = ""
    rooms: tuple[LocalizedText, ...] = ()
    venue: tuple[LocalizedText, ...] = ()
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside the person; `from_json` gives an equal one back."""
        return {
            "starts": self.starts.astimezone(UTC).isoformat(),
            "ends": self.ends.astimezone(UTC).isoformat(),
            "zone": self.zone,
            "precision": self.precision.value,
            "state": self.state.value,
            "place": self.place,
            "rooms": [dict(name) for name in self.rooms],
            "venue": [dict(name) for name in self.venue],
            "link": self.link,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Facts:
        return cls(
            starts=datetime.fromisoformat(row["starts"]),
            ends=datetime.fromisoformat(row["ends"]),
            zone=row["zone"],
            precision=Precision(row["precision"]),
            state=State(row["state"]),
            place=row["place"],
            rooms=tuple(LocalizedText(name) for name in row["rooms"]),
            venue=tuple(LocalizedText(name) for name in row["venue"]),
            link=row["link"],
        )

    @property
    def off(self) -> bool:
        """Whether it stands in the person's calendar no more."""
        return self.state in _OFF

    @property
    def mark(self) -> str:
        """Equal where there is no news, and short: ten thousand of them are compared at a time."""
        if self.off:
            return State.CANCELLED.value  # what was given up and is cancelled afterwards is no news
        if self.state in _NO_DATE:
            return self.state.value
        return _digest(json.dumps(replace(self, rooms=(), venue=()).to_json(), sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def event_facts(event: Event, venues: Iterable[Venue], *, online: bool, confirmed: bool) -> Facts:
    """The event for somebody who comes, or takes part `online`. The first venue tells where to go."""
    state = State.CONFIRMED if confirmed else State.WAITING
    if event.status is EventStatus.CANCELLED:
        state = State.CANCELLED
    elif event.status is EventStatus.POSTPONED:
        state = State.POSTPONED
    venue: tuple[LocalizedText, ...] = ()
    if not online:
        first = next(iter(venues), None)
        venue = tuple(filter(None, (first.name, first.address) if first else (event.place,)))
    return Facts(
        starts=event.starts_at,
        ends=event.ends_at,
        zone=event.zone,
        precision=event.precision,
        state=state,
        place=rules.place_key(*venue),  # a site can be edited into another one
        venue=venue,
        link=_digest(event.join_url) if online and confirmed and event.join_url else "",
    )


def session_facts(session: PublishedSession, event: Event, *, join_url: str = "") -> Facts:
    """A released session of an event. One without a room is where the event is."""
    off = session.status is SessionStatus.CANCELLED or event.status is EventStatus.CANCELLED
    sites = list({room.site.slug: room.site for room in session.rooms if room.site}.values())
    venue = tuple(filter(None, (name for site in sites for name in (site.name, site.address))))
    if not session.rooms and event.format is not EventFormat.ONLINE:
        venue = tuple(filter(None, (event.place,)))
    return Facts(
        starts=session.starts_at,
        ends=session.ends_at,
        zone=event.zone,
        precision=event.precision,
        state=State.CANCELLED if off else State.POSTPONED if event.status is EventStatus.POSTPONED else State.CONFIRMED,
        place="/".join(filter(None, (*(room.slug for room in session.rooms), rules.place_key(*venue)))),
        rooms=tuple(room.name for room in session.rooms),
        venue=venue,
        link=_digest(join_url) if join_url else "",
    )


def given_up(facts: Facts) -> Facts:
    """The same for somebody who does not take part any more."""
    return replace(facts, state=State.GIVEN_UP)


def news(before: Facts, after: Facts) -> list[Topic]:
    """What is new, the most urgent first."""
    found = [Topic.STATE] if before.state is not after.state else []
    if after.state in _NO_DATE:
        return found
    if (before.starts, before.ends, before.zone, before.precision) != (
        after.starts,
        after.ends,
        after.zone,
        after.precision,
    ):
        found.append(Topic.TIME)
    if before.place != after.place:
        found.append(Topic.PLACE)
    if before.link != after.link:
        found.append(Topic.LINK)
    return found


def session_changes(
    code: str, title: LocalizedText, before: Facts, after: Facts, *, gone: bool = False
) -> list[Change]:
    """The same of a session as changes of the programme, which have their words already. `gone`: it is taken off.

    Another venue of the same rooms is told as another room.
    """
    topics = news(before, after)
    was, now = _times(before), _times(after)
    found = []
    if Topic.STATE in topics and after.off:
        return [Change(ChangeKind.GONE if gone else ChangeKind.CANCELLED, code, title, was)]
    if Topic.STATE in topics and before.state is State.CANCELLED:
        found.append(Change(ChangeKind.RESTORED, code, title, was, now))
    elif Topic.TIME in topics:
        found.append(Change(ChangeKind.MOVED, code, title, was, now))
    if Topic.PLACE in topics and before.rooms != after.rooms:
        found.append(Change(ChangeKind.ROOM, code, title, list(before.rooms), list(after.rooms)))
    elif Topic.PLACE in topics:
        found.append(Change(ChangeKind.ROOM, code, title, *(list(one.venue or one.rooms) for one in (before, after))))
    return found


def _times(facts: Facts) -> list[str]:
    return [facts.starts.isoformat(), facts.ends.isoformat()]


def when(facts: Facts, language: str, *, zone: str = "") -> str:
    """ "Tue 18 March 2031, 10:00 – 18:00 (Japan Standard Time)", in the event's zone or another one.

    Only as exact as the date is known.
    """
    if facts.precision is not Precision.DAY:
        return rules.when(facts.starts, facts.ends, facts.zone, facts.precision, language)
    zone = zone or facts.zone
    first, last = local_day(facts.starts, zone), local_day(facts.ends, zone)
    start, end = languages.clock_time(facts.starts, zone), languages.clock_time(facts.ends, zone)
    name = languages.zone_name(zone, language, facts.starts)
    day = languages.day(first, language)
    if first == last:
        return _("%(day)s, %(start)s – %(end)s (%(zone)s)", day=day, start=start, end=end, zone=name)
    until = languages.day(last, language)
    return _(
        "%(day)s, %(start)s – %(until)s, %(end)s (%(zone)s)", day=day, start=start, until=until, end=end, zone=name
    )


def elsewhere(zone: str, facts: Facts) -> bool:
    """Whether the clocks of another zone show another time than the event's."""
    return bool(zone) and any(
        to_local(moment, zone).replace(tzinfo=None) != to_local(moment, facts.zone).replace(tzinfo=None)
        for moment in (facts.starts, facts.ends)
    )


def where(facts: Facts, event_format: EventFormat, language: str) -> str:
    """Rooms and venue in words; "Online" where there is neither."""
    parts = dict.fromkeys(name.resolve(language).text for name in (*facts.rooms, *facts.venue))
    named = ", ".join(part for part in parts if part)
    return named or (_("Online") if event_format is not EventFormat.IN_PERSON else "")

"""Conflicts and other issues in a programme. Plain values in, sentences out: no database, no Flask.

The check sweeps the programme once per room and once per person in order of time, so a thousand sessions take
milliseconds; the cost grows with the number of issues, not of sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from eventapp.core import languages
from eventapp.core.clock import local_day, programme_day
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import ngettext


class Level(Labelled):
    """How serious an issue is."""

    ERROR = "error", _l("Error")
    WARNING = "warning", _l("Warning")
    NOTICE = "notice", _l("Notice")


@dataclass(frozen=True)
class RoomFacts:
    """A room: its name, its venue (None: online or unknown) and its capacity (None: unknown)."""

    name: str
    venue: str | None = None
    capacity: int | None = None


@dataclass(frozen=True)
class ScheduledSlot:
    """A scheduled session. `rooms` and `people` are keys of the names given to `check`; times are aware.

    `unconfirmed` are those of its people who have not confirmed, `minutes` is the planned length (None: unknown),
    `ready` whether it is part of the next release. Not `timed`: its hour is not known yet, so that it overlaps nothing.
    `elsewhere` names another event at which it takes place; such a slot matters only for its people.
    """

    code: str
    title: str
    starts: datetime
    ends: datetime
    rooms: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    unconfirmed: frozenset[int] = frozenset()
    seats: int | None = None
    minutes: int | None = None
    ready: bool = True
    spoken: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    is_break: bool = False
    timed: bool = True
    elsewhere: str = ""


@dataclass(frozen=True)
class ProgrammeIssue:
    """One issue: a sentence that names both sides and the time, and the sessions concerned.

    `about` identifies what it is about besides the sessions, a room, a person or languages, and `subject` names it.
    """

    level: Level
    kind: str
    sentence: str
    codes: tuple[str, ...]
    about: str = ""
    subject: str = ""

    @property
    def group(self) -> str:
        """What issues of the same kind about the same thing have in common; the same after a change of the times."""
        return f"{self.level.value}:{self.kind}:{self.about}"

    @property
    def key(self) -> str:
        """What identifies the issue among those of its event."""
        return f"{self.group}:{'+'.join(self.codes)}"


@dataclass(frozen=True)
class Audience:
    """Who is registered: the number of people per preferred language, and sign-ups per session."""

    languages: Mapping[str, int] = field(default_factory=dict)
    sign_ups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class EventContext:
    """What the check needs of the event: span and zone, working languages, audience, travel times between venues.

    `minutes` maps two venue slugs to the travel time in minutes; `day_starts` is the minute after midnight at which a
    programme day starts.
    """

    starts: datetime
    ends: datetime
    zone: str
    languages: tuple[str, ...] = ()
    minutes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    day_starts: int = 0
    audience: Audience = Audience()


def check(
    slots: Iterable[ScheduledSlot],
    *,
    event_context: EventContext,
    rooms: Mapping[int, RoomFacts],
    people: Mapping[int, str],
) -> list[ProgrammeIssue]:
    """All issues of a programme, errors first, then by time."""
    every = sorted(slots, key=lambda slot: (slot.starts, slot.ends, slot.title, slot.code))
    own = [slot for slot in every if not slot.elsewhere]
    timed = [slot for slot in own if slot.timed]
    found = [
        *_rooms_twice(timed, rooms, event_context),
        *_people_twice([slot for slot in every if slot.timed], people, event_context),
        *_too_far(timed, rooms, people, event_context),
        *_outside(own, event_context),
        *_over_the_day(timed, event_context),
        *_too_short(timed, event_context),
        *_too_small(own, rooms, event_context),
        *_not_confirmed(own, people, event_context),
        *_not_understood(own, event_context),
    ]
    levels = list(Level)
    when = {slot.code: slot.starts for slot in own}
    return sorted(
        found, key=lambda one: (levels.index(one.level), min(when[c] for c in one.codes), one.codes, one.kind)
    )


def _describe(slot: ScheduledSlot, event_context: EventContext) -> str:
    """ "“Opening” (Tue 18 March, 10:00 – 11:00)"."""
    day = languages.day(local_day(slot.starts, event_context.zone), year=False)
    times = languages.times(slot.starts, slot.ends, event_context.zone, timed=slot.timed)
    return _("“%(title)s” (%(day)s, %(times)s)", title=slot.title, day=day, times=times)


def _by_key(
    slots: Iterable[ScheduledSlot], keys: Callable[[ScheduledSlot], frozenset[int]]
) -> dict[int, list[ScheduledSlot]]:
    grouped: dict[int, list[ScheduledSlot]] = {}
    for slot in slots:
        for key in keys(slot):
            grouped.setdefault(key, []).append(slot)
    return grouped


def _overlaps(slots: Sequence[ScheduledSlot]) -> Iterable[tuple[ScheduledSlot, ScheduledSlot]]:
    """Pairs of slots that overlap; the slots must be sorted by time. Adjacent slots do not overlap."""
    going: list[ScheduledSlot] = []
    for slot in slots:
        going = [other for other in going if other.ends > slot.starts]
        for other in going:
            yield other, slot
        going.append(slot)


def _rooms_twice(
    own: Sequence[ScheduledSlot], rooms: Mapping[int, RoomFacts], event_context: EventContext
) -> Iterable[ProgrammeIssue]:
    for room, slots in _by_key(own, lambda slot: slot.rooms).items():
        for first, second in _overlaps(slots):
            sentence = _(
                "%(room)s is double-booked: %(first)s and %(second)s.",
                room=rooms[room].name,
                first=_describe(first, event_context),
                second=_describe(second, event_context),
            )
            yield ProgrammeIssue(Level.ERROR, "room", sentence, (first.code, second.code), str(room), rooms[room].name)


def _people_twice(
    every: Sequence[ScheduledSlot], people: Mapping[int, str], event_context: EventContext
) -> Iterable[ProgrammeIssue]:
    for person, slots in _by_key(every, lambda slot: slot.people).items():
        for first, second in _overlaps(slots):
            if first.elsewhere and second.elsewhere:
                continue
            here, there = (second, first) if first.elsewhere else (first, second)
            if there.elsewhere:
                sentence = _(
                    "%(person)s is double-booked: %(first)s and “%(event)s” at the same time.",
                    person=people[person],
                    first=_describe(here, event_context),
                    event=there.elsewhere,
                )
                yield ProgrammeIssue(Level.ERROR, "person", sentence, (here.code,), str(person), people[person])
                continue
            sentence = _(
                "%(person)s is double-booked: %(first)s and %(second)s.",
                person=people[person],
                first=_describe(here, event_context),
                second=_describe(there, event_context),
            )
            yield ProgrammeIssue(Level.ERROR, "person", sentence, (here.code, there.code), str(person), people[person])


def _too_far(
    own: Sequence[ScheduledSlot], rooms: Mapping[int, RoomFacts], people: Mapping[int, str], event_context: EventContext
) -> Iterable[ProgrammeIssue]:
    """People who must be at another venue sooner than they can get there."""
    for person, slots in _by_key(own, lambda slot: slot.people).items():
        for first, second in pairwise(slots):
            if first.ends > second.starts:
                continue  # already reported as being in two places
            minutes = _way(first, second, rooms, event_context)
            if minutes and second.starts - first.ends < timedelta(minutes=minutes):
                sentence = _(
                    "%(person)s needs %(minutes)d minutes to get from %(first)s to %(second)s, but has only %(has)d.",
                    person=people[person],
                    minutes=minutes,
                    first=_describe(first, event_context),
                    second=_describe(second, event_context),
                    has=int((second.starts - first.ends).total_seconds() // 60),
                )
                yield ProgrammeIssue(
                    Level.WARNING, "way", sentence, (first.code, second.code), str(person), people[person]
                )


def _way(
    first: ScheduledSlot, second: ScheduledSlot, rooms: Mapping[int, RoomFacts], event_context: EventContext
) -> int:
    """Minutes from one session to the next; 0 if they share a venue or a venue is unknown."""
    here = {venue for room in first.rooms if (venue := rooms[room].venue)}
    there = {venue for room in second.rooms if (venue := rooms[room].venue)}
    if not here or not there or here & there:
        return 0
    ways = [event_context.minutes.get((a, b)) or event_context.minutes.get((b, a)) or 0 for a in here for b in there]
    return min(ways)


def _outside(own: Sequence[ScheduledSlot], event_context: EventContext) -> Iterable[ProgrammeIssue]:
    zone = event_context.zone
    first, last = (local_day(moment, zone) for moment in (event_context.starts, event_context.ends))
    for slot in own:
        within = slot.starts >= event_context.starts and slot.ends <= event_context.ends
        if not slot.timed:
            within = first <= local_day(slot.starts, zone) <= last
        if not within:
            sentence = _(
                "%(session)s is outside the event's start and end times.", session=_describe(slot, event_context)
            )
            yield ProgrammeIssue(Level.WARNING, "outside", sentence, (slot.code,))


def _over_the_day(own: Sequence[ScheduledSlot], event_context: EventContext) -> Iterable[ProgrammeIssue]:
    """Sessions that end on a later programme day than they start: a grid by day hides their end."""
    moment = timedelta(microseconds=1)  # a session may end exactly when the next day starts
    for slot in own:
        first = programme_day(slot.starts, event_context.zone, event_context.day_starts)
        if programme_day(slot.ends - moment, event_context.zone, event_context.day_starts) != first:
            sentence = _("%(session)s runs into the next programme day.", session=_describe(slot, event_context))
            yield ProgrammeIssue(Level.NOTICE, "day", sentence, (slot.code,))


def _too_short(own: Sequence[ScheduledSlot], event_context: EventContext) -> Iterable[ProgrammeIssue]:
    for slot in own:
        has = int((slot.ends - slot.starts).total_seconds() // 60)
        if slot.minutes is not None and has < slot.minutes:
            sentence = _(
                "%(session)s is planned for %(minutes)d minutes, but its slot is %(has)d minutes long.",
                session=_describe(slot, event_context),
                minutes=slot.minutes,
                has=has,
            )
            yield ProgrammeIssue(Level.WARNING, "length", sentence, (slot.code,))


def _too_small(
    own: Sequence[ScheduledSlot], rooms: Mapping[int, RoomFacts], event_context: EventContext
) -> Iterable[ProgrammeIssue]:
    """Sessions with more sign-ups or seats than their rooms hold. A room without a capacity counts as large enough."""
    for slot in own:
        sizes = [rooms[room].capacity for room in slot.rooms]
        if not sizes or None in sizes:
            continue
        has = sum(size for size in sizes if size is not None)
        coming = event_context.audience.sign_ups.get(slot.code, 0)
        if coming > has:
            sentence = _(
                "%(people)d people have signed up for %(session)s, but its room holds only %(has)d.",
                session=_describe(slot, event_context),
                people=coming,
                has=has,
            )
            yield ProgrammeIssue(Level.ERROR, "capacity", sentence, (slot.code,))
        elif slot.seats is not None and has < slot.seats:
            sentence = _(
                "%(session)s offers %(seats)d seats, but its room only has %(has)d.",
                session=_describe(slot, event_context),
                seats=slot.seats,
                has=has,
            )
            yield ProgrammeIssue(Level.WARNING, "capacity", sentence, (slot.code,))


def _not_confirmed(
    own: Sequence[ScheduledSlot], people: Mapping[int, str], event_context: EventContext
) -> Iterable[ProgrammeIssue]:
    """Unconfirmed people in a session that will be published: they are not announced, and may not come."""
    for slot in own:
        for person in sorted(slot.unconfirmed) if slot.ready else ():
            sentence = _(
                "%(person)s has not confirmed yet for %(session)s.",
                person=people[person],
                session=_describe(slot, event_context),
            )
            yield ProgrammeIssue(Level.WARNING, "confirmation", sentence, (slot.code,), str(person), people[person])


def _not_understood(own: Sequence[ScheduledSlot], event_context: EventContext) -> Iterable[ProgrammeIssue]:
    """Languages that are neither spoken in a session nor interpreted: first those of registered people, then the
    event's.
    """
    audience = event_context.audience.languages
    for slot in own:
        if slot.is_break or not slot.spoken:
            continue
        served = {tag.split("-")[0] for tag in (*slot.spoken, *slot.understood)}
        for tag in sorted(audience, key=lambda tag: (-audience[tag], tag)):
            if audience[tag] and tag.split("-")[0] not in served:
                sentence = ngettext(
                    "%(session)s is not interpreted into %(language)s, the language of %(num)d registered person.",
                    "%(session)s is not interpreted into %(language)s, the language of %(num)d registered people.",
                    audience[tag],
                    session=_describe(slot, event_context),
                    language=languages.spoken_list([tag]),
                )
                named = languages.spoken_list([tag])
                yield ProgrammeIssue(Level.WARNING, "language", sentence, (slot.code,), tag, named)
        missing = [tag for tag in event_context.languages if tag.split("-")[0] not in served and not audience.get(tag)]
        if missing:
            sentence = _(
                "%(session)s is not interpreted into %(languages)s.",
                session=_describe(slot, event_context),
                languages=languages.spoken_list(missing),
            )
            named = languages.spoken_list(missing)
            yield ProgrammeIssue(Level.NOTICE, "language", sentence, (slot.code,), ",".join(missing), named)

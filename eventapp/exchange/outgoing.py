"""A released programme in the structure of both schedule formats: days, rooms, events. No database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventapp.core.localized import LocalizedText, fold
from eventapp.directory.models import ShownPerson
from eventapp.exchange import numbers, values
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import ParticipationRole, SessionStatus


@dataclass(frozen=True, kw_only=True)
class Head:
    """The metadata above the days. `version` identifies the content; `url` is that of the event."""

    slug: str
    title: str
    url: str
    zone: str
    first: date
    last: date
    day_starts: int
    version: str
    language: str


@dataclass(frozen=True)
class ExportPerson:
    """A person as shown to the public."""

    number: int
    guid: str
    code: str
    name: str


@dataclass(frozen=True)
class ExportSlot:
    """A session in one of its rooms."""

    number: int
    guid: str
    slug: str
    starts: datetime
    minutes: int
    room: str
    url: str
    title: str
    subtitle: str
    track: str
    kind: str
    language: str
    abstract: str
    do_not_record: bool
    people: tuple[ExportPerson, ...]
    links: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class ExportDay:
    """A programme day, which may begin before dawn: a session past midnight belongs to the evening before."""

    index: int
    on: date
    starts: datetime
    ends: datetime
    rooms: Mapping[str, list[ExportSlot]] = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """The whole schedule; `rooms` and `tracks` in order."""

    head: Head
    days: list[ExportDay]
    rooms: list[tuple[str, str, int | None]]
    tracks: list[str]


def schedule(head: Head, document: Document, people: Mapping[int, ShownPerson]) -> Schedule:
    """Build the schedule. Cancelled sessions are left out: the format can't mark them, and readers treat missing ones
    as such.
    """
    zone = ZoneInfo(head.zone)
    shown = [s for s in document.listed if s.status is not SessionStatus.CANCELLED]
    named = {room.slug: values.line(room.name.resolve(head.language).text) for room in document.rooms}
    slots = sorted(_slots(shown, head, named, people), key=lambda slot: (slot.starts, slot.minutes, slot.guid))
    ids = numbers.numbered(slot.guid for slot in slots)
    shift = timedelta(minutes=head.day_starts)
    order = list(dict.fromkeys(named.values()))
    if any(not slot.room for slot in slots):
        order.append("")
    by_day: dict[date, dict[str, list[ExportSlot]]] = {}
    for on in _dates(head.first, head.last):
        by_day[on] = {name: [] for name in order}
    for slot in slots:
        local = slot.starts.astimezone(zone)
        on = (local.replace(tzinfo=None) - shift).date()
        by_day.setdefault(on, {name: [] for name in order})[slot.room].append(
            replace(slot, number=ids[slot.guid], starts=local)
        )
    days = [
        ExportDay(
            number, on, _at(on, head.day_starts, zone), _at(on + timedelta(days=1), head.day_starts, zone), by_day[on]
        )
        for number, on in enumerate(sorted(by_day), 1)
    ]
    rooms = [
        (name, numbers.session_guid(f"room:{head.slug}:{name}"), _capacity(document, named, name))
        for name in order
        if name
    ]
    tracks = list(dict.fromkeys(values.line(track.name.resolve(head.language).text) for track in document.tracks))
    return Schedule(head, days, rooms, tracks)


def _dates(first: date, last: date) -> Iterable[date]:
    # An event lasts days, not months: a longer span is cut off.
    return [first + timedelta(days=n) for n in range(min((last - first).days, 60) + 1)]


def _at(on: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(minute // 60, minute % 60), zone)


def _capacity(document: Document, named: Mapping[str, str], name: str) -> int | None:
    return next((room.capacity for room in document.rooms if named[room.slug] == name), None)


def _slots(
    sessions: Iterable[PublishedSession], head: Head, named: Mapping[str, str], people: Mapping[int, ShownPerson]
) -> Iterable[ExportSlot]:
    query = f"?lang={head.language}" if head.language != "en" else ""
    somebody: dict[int, ExportPerson] = {}
    for session in sessions:
        guid = numbers.session_guid(session.guid or session.uid)
        rooms = list(dict.fromkeys(named[room.slug] for room in session.rooms)) or [""]
        for number, room in enumerate(rooms):
            yield ExportSlot(
                number=0,
                guid=guid if number == 0 else numbers.in_room(guid, room),
                slug=_slug(head, session, number),
                starts=session.starts_at,
                minutes=_minutes(session),
                room=room,
                url=f"{head.url}/sessions/{session.code}{query}",
                title=_line(session.title, head.language),
                subtitle=_line(session.subtitle, head.language),
                track=_line(session.track.name, head.language) if session.track else "",
                kind=session.kind.value,
                language=session.spoken[0] if session.spoken else "",
                abstract=values.text(session.abstract.resolve(head.language).text),
                do_not_record=session.do_not_record,
                people=tuple(_people(session, people, somebody, head.language)),
                links=session.links,
            )


def _minutes(session: PublishedSession) -> int:
    return int((session.ends_at - session.starts_at).total_seconds() // 60) if session.timed else numbers.WHOLE_DAY


def _line(words: LocalizedText, language: str) -> str:
    return values.line(words.resolve(language).text)


def _slug(head: Head, session: PublishedSession, number: int) -> str:
    # From the title in the file: one in another language would not survive a re-import.
    words = _line(session.title, head.language).split()
    title = "-".join(filter(None, (fold(word) for word in words if word.isascii())))[:50]
    further = str(number + 1) if number else ""
    return "-".join(filter(None, (head.slug, session.code.lower(), title.strip("-"), further)))


def _people(
    session: PublishedSession, people: Mapping[int, ShownPerson], known: dict[int, ExportPerson], language: str
) -> Iterable[ExportPerson]:
    # A person with two roles appears once: these formats have no roles.
    for number in dict.fromkeys(
        p.person_id for p in session.participations if p.role is not ParticipationRole.INTERPRETER
    ):
        person = people.get(number)
        if person is None:
            continue
        if person.id not in known:
            name = values.line(person.name(language).text)
            known[person.id] = ExportPerson(
                numbers.person_number(person), numbers.person_guid(person), person.code, name
            )
        yield known[person.id]

"""Reads schedule.json of frab, pretalx and c3voc."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eventapp.core.languages import gettext as _
from eventapp.exchange import frab, values
from eventapp.exchange.collected import ImportCollector
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.frab import FrabDay, RawRow
from eventapp.exchange.incoming import Incoming, Options, Problem
from eventapp.exchange.values import AmbiguousValue


def parse(data: bytes) -> Any:
    """Parse JSON. Raises Refused if it is invalid or incomplete."""
    try:
        return json.loads(data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"))
    except json.JSONDecodeError as error:
        raise Damaged(
            _("This JSON file is not valid (line %(line)d, column %(column)d).", line=error.lineno, column=error.colno)
        ) from error
    except (ValueError, RecursionError) as error:
        raise Damaged(_("This JSON file is not valid.")) from error


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; empty if the value is not a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def size(value: object) -> int:
    """The capacity of a room; 0 if the value is not a plausible number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1_000_000 else 0


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def read(document: Any, options: Options) -> Incoming:
    """Convert the parsed file. Raises Refused if it can't be imported as a whole."""
    schedule = mapping(mapping(document).get("schedule"))
    conference = mapping(schedule.get("conference"))
    if not isinstance(conference.get("days"), list):
        raise Damaged(_("This JSON file is not a schedule: it has no days."))
    collector = ImportCollector(options, "schedule.json")
    generator = mapping(document.get("generator")) or mapping(schedule.get("generator"))
    zone = conference.get("time_zone_name") or conference.get("timezone")
    collector.head(conference.get("acronym") or conference.get("title"), zone, generator)
    for name in _names(conference.get("rooms")):
        collector.room(name)
    for row in rows(conference.get("rooms")):
        if (capacity := size(row.get("capacity"))) and (name := values.line(row.get("name"))):
            collector.capacities[collector.room(name)] = capacity
    for name in _names(conference.get("tracks")):
        collector.track(name)
    for number, says in enumerate(rows(conference.get("days"))):
        day = _day(collector, f"days[{number}]", says)
        for room, where, event in _events(says.get("rooms"), f"days[{number}].rooms"):
            frab.add(collector, _event(collector, event, where, day, room))
    return collector.finish()


def _names(value: object) -> Iterator[str]:
    for row in value if isinstance(value, list) else []:
        name = values.line(row.get("name") if isinstance(row, dict) else row)
        if name:
            yield name


def _events(value: object, path: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(room name, path, event); rooms are an object keyed by name, or a list of objects with a name."""
    if isinstance(value, list):
        pairs: list[tuple[str, object]] = [
            (values.line(row.get("name")), row.get("events") or row.get("event")) for row in rows(value)
        ]
    else:
        pairs = [(values.line(name), events) for name, events in mapping(value).items()]
    for name, events in pairs:
        for number, event in enumerate(rows(events)):
            yield name, f"{path}[{name!r}][{number}]", event


def _day(collector: ImportCollector, where: str, says: Mapping[str, Any]) -> FrabDay:
    try:
        on, opens = values.day(values.line(says.get("date"))[:10]), None
        if start := says.get("day_start") or says.get("start"):
            on_start, opens, _offset = values.day_and_time(start)
            on = on or on_start
        return FrabDay(on, opens)
    except AmbiguousValue as unclear:
        collector.leave_out(Problem(where, str(unclear), whole=False))
        return FrabDay()


def _event(collector: ImportCollector, event: Mapping[str, Any], where: str, day: FrabDay, room: str) -> RawRow:
    recording = mapping(event.get("recording"))
    optout = event.get("do_not_record") if "do_not_record" in event else recording.get("optout")
    if recording.get("license"):
        collector.left_without_place("license")
    start = event.get("start")
    texts = {**event, "optout": optout}
    if isinstance(start, str) and "T" in start:  # some write the whole date and time into both
        texts |= {"date": event.get("date") or start, "start": ""}
    people: Sequence[Mapping[str, Any]] = [
        person if isinstance(person, dict) else {"name": person} for person in _list(event.get("persons"))
    ]
    for name, value in event.items():
        if name not in frab.READ and value not in (None, "", [], {}):
            collector.left_without_place(name)
    links = [(link.get("title"), link.get("url") or link.get("href")) for link in rows(event.get("links"))]
    links += [(url, url) for url in _list(event.get("links")) if isinstance(url, str)]
    return RawRow(where, texts, day, people, links, [room or event.get("room")])


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

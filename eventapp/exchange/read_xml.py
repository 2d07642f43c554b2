"""Reads schedule.xml of frab, pretalx and c3voc, and the list of entries of EuroPython."""

from __future__ import annotations

import re

from eventapp.core.languages import gettext as _
from eventapp.exchange import frab, name_lists, values
from eventapp.exchange.collected import ImportCollector
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.elements import Element, parse
from eventapp.exchange.frab import FrabDay, RawRow
from eventapp.exchange.incoming import Incoming, Options, Problem
from eventapp.exchange.values import AmbiguousValue

_TEXTS = (
    "title",
    "subtitle",
    "date",
    "start",
    "duration",
    "track",
    "type",
    "language",
    "abstract",
    "description",
    "url",
)


def read(data: bytes, options: Options) -> Incoming:
    """Read a file. Raises Refused if the whole file is unreadable."""
    root = parse(data)
    if root.tag != "schedule":
        raise Damaged(_("This XML file is not a schedule: it starts with <%(tag)s>.", tag=root.tag[:40]))
    collector = ImportCollector(options, "schedule.xml")
    conference = root.first("conference") or Element("conference", {}, root.line)
    generator = root.first("generator")
    zone = conference.text_of("time_zone_name", "timezone")
    collector.head(conference.text_of("acronym", "title"), zone, generator.attributes if generator else {})
    change = conference.text_of("day_change")
    known = _rooms_by_number(root)
    for element in root.all("day"):
        day = _day(collector, element, change)
        for room in element.all("room"):
            name = values.line(room.attributes.get("name"))
            collector.room(name)
            for event in room.all("event"):
                frab.add(collector, _event(collector, event, day, [name] if name else [event.text_of("room")]))
        for entry in element.all("entry", "event"):
            frab.add(collector, _event(collector, entry, day, _rooms_of_entry(entry, known)))
    return collector.finish()


def _day(collector: ImportCollector, element: Element, change: str) -> FrabDay:
    where = _("line %(line)d", line=element.line)
    says = element.attributes.get
    try:
        on, opens = values.day((says("date") or "")[:10]), None
        if start := says("start"):
            on_start, opens, _offset = values.day_and_time(start)
            on = on or on_start
        return FrabDay(on, opens or values.clock_time(re.sub(r"^(\d{1,2}:\d{2}):\d{2}$", r"\1", change.strip())))
    except AmbiguousValue as unclear:
        collector.leave_out(Problem(where, str(unclear), whole=False))
        return FrabDay()


def _rooms_by_number(root: Element) -> list[str]:
    """Rooms that are the only one of some entry: they help to split the list of rooms in other entries."""
    named = [entry.first("room") for day in root.all("day") for entry in day.all("entry")]
    return list(
        dict.fromkeys(values.line(room.text) for room in named if room is not None and room.attributes.get("id"))
    )


def _rooms_of_entry(entry: Element, known: list[str]) -> list[str]:
    whole = values.line(entry.text_of("room"))
    if whole.upper() == "ALL" and known and whole not in known:
        return known
    parts = [part.strip() for part in whole.split(",")]
    return parts if len(parts) > 1 and all(parts) and any(part in known for part in parts) else [whole]


def _event(collector: ImportCollector, event: Element, day: FrabDay, rooms: list[str]) -> RawRow:
    texts: dict[str, object] = {name: event.text_of(name) for name in _TEXTS}
    texts["guid"] = event.attributes.get("guid")
    texts["id"] = event.attributes.get("id")
    texts["code"] = event.attributes.get("code") or event.text_of("code")
    texts["type"] = texts["type"] or event.text_of("category")
    recording = event.first("recording")
    for child in event.children:
        if child.tag not in frab.READ and (child.children or child.text.strip()):
            collector.left_without_place(child.tag)
    texts["optout"] = recording.text_of("optout") if recording else ""
    if recording and recording.text_of("license").strip():
        collector.left_without_place("license")
    texts["attachments"] = [one for group in event.all("attachments") for one in group.all("attachment")]
    links = [
        (link.text, link.attributes.get("href") or link.text)
        for group in event.all("links")
        for link in group.all("link")
    ]
    return RawRow(_("line %(line)d", line=event.line), texts, day, _people(event), links, rooms)


def _people(event: Element) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for group in event.all("persons", "speakers"):
        for person in group.all("person", "speaker"):
            name = person.text_of("name") or person.text
            biography = person.text_of("biography", "description")
            about = {"name": name or person.attributes.get("name"), "biography": biography}
            found.append({**person.attributes, **about})
    for person in event.all("person"):
        found += [{"name": name} for name in name_lists.names(person.text)]
    return found

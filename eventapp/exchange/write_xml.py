"""Writes schedule.xml (https://c3voc.de/wiki/schedule), byte for byte the same for the same programme."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from eventapp.exchange import values
from eventapp.exchange.collected import GENERATOR
from eventapp.exchange.outgoing import ExportDay, ExportSlot, Schedule

VERSION = 1


def write(schedule: Schedule) -> bytes:
    """The file in UTF-8."""
    return ("\n".join(_lines(schedule)) + "\n").encode()


def length(minutes: int) -> str:
    """Minutes as 00:45; the format has no seconds."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _element(name: str, value: object) -> str:
    return f"<{name}>{escape(values.text(value))}</{name}>"


def _lines(schedule: Schedule) -> Iterator[str]:
    head = schedule.head
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<schedule>"
    yield f'<generator name="{GENERATOR}" version={quoteattr(f"{VERSION} {head.language}")}/>'
    yield _element("version", head.version)
    yield "<conference>"
    yield _element("title", head.title)
    yield _element("acronym", head.slug)
    yield _element("start", schedule.days[0].on)
    yield _element("end", schedule.days[-1].on)
    yield _element("days", len(schedule.days))
    yield _element("timeslot_duration", "00:05")
    yield _element("base_url", head.url)
    yield _element("time_zone_name", head.zone)
    yield "</conference>"
    for day in schedule.days:
        yield from _day(day)
    yield "</schedule>"


def _day(day: ExportDay) -> Iterator[str]:
    yield (f'<day index="{day.index}" date="{day.on}" start="{day.starts.isoformat()}" end="{day.ends.isoformat()}">')
    for name, slots in day.rooms.items():
        yield f"<room name={quoteattr(name)}>"
        for slot in slots:
            yield from _event(slot)
        yield "</room>"
    yield "</day>"


def _event(slot: ExportSlot) -> Iterator[str]:
    yield f'<event guid="{slot.guid}" id="{slot.number}">'
    yield _element("date", slot.starts.isoformat())
    yield _element("start", slot.starts.strftime("%H:%M"))
    yield _element("duration", length(slot.minutes))
    yield _element("room", slot.room)
    yield _element("slug", slot.slug)
    yield _element("url", slot.url)
    yield f"<recording><license></license>{_element('optout', 'true' if slot.do_not_record else 'false')}</recording>"
    yield _element("title", slot.title)
    yield _element("subtitle", slot.subtitle)
    yield _element("track", slot.track)
    yield _element("type", slot.kind)
    yield _element("language", slot.language)
    yield _element("abstract", slot.abstract)
    yield "<description></description>"
    people = "".join(f'<person id="{p.number}">{escape(p.name)}</person>' for p in slot.people)
    yield f"<persons>{people}</persons>"
    links = "".join(
        f"<link href={quoteattr(one['url'])}>{escape(values.line(one['title']))}</link>" for one in slot.links
    )
    yield f"<links>{links}</links>"
    yield "<attachments></attachments>"
    yield "</event>"

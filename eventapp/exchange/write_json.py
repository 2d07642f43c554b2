"""Writes schedule.json (https://c3voc.de/schedule/schema.json), byte for byte the same for the same programme."""

from __future__ import annotations

import json
from typing import Any

from eventapp.exchange.collected import GENERATOR
from eventapp.exchange.outgoing import ExportDay, ExportSlot, Schedule
from eventapp.exchange.write_xml import VERSION, length


def write(schedule: Schedule) -> bytes:
    """The file in UTF-8."""
    head = schedule.head
    conference = {
        # The schema allows no hyphen here, and requires at least four characters.
        "acronym": head.slug.replace("-", "_").ljust(4, "_"),
        "title": head.title,
        "start": str(schedule.days[0].on),
        "end": str(schedule.days[-1].on),
        "daysCount": len(schedule.days),
        "timeslot_duration": "00:05",
        "time_zone_name": head.zone,
        "url": head.url,
        "rooms": [
            {"name": name, "guid": guid, "description": None, "capacity": capacity}
            for name, guid, capacity in schedule.rooms
        ],
        "tracks": [{"name": name} for name in schedule.tracks],
        "days": [_day(day) for day in schedule.days],
    }
    document = {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": GENERATOR, "version": f"{VERSION} {head.language}"},
        "schedule": {"version": head.version, "base_url": head.url, "conference": conference},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _day(day: ExportDay) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": str(day.on),
        "day_start": day.starts.isoformat(),
        "day_end": day.ends.isoformat(),
        "rooms": {name: [_event(slot) for slot in slots] for name, slots in day.rooms.items()},
    }


def _event(slot: ExportSlot) -> dict[str, Any]:
    return {
        "id": slot.number,
        "guid": slot.guid,
        "date": slot.starts.isoformat(),
        "start": slot.starts.strftime("%H:%M"),
        "duration": length(slot.minutes),
        "room": slot.room,
        "slug": slot.slug,
        "url": slot.url,
        "title": slot.title,
        "subtitle": slot.subtitle,
        "track": slot.track,
        "type": slot.kind,
        "language": slot.language,
        "abstract": slot.abstract,
        "description": "",
        "recording_license": "",
        "do_not_record": slot.do_not_record,
        "persons": [{"id": p.number, "guid": p.guid, "code": p.code, "name": p.name} for p in slot.people],
        "links": [{"type": "related", "title": one["title"], "url": one["url"]} for one in slot.links],
        "attachments": [],
    }

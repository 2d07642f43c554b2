"""Converts our calendars to jCal (RFC 7265). Pure: bytes in, bytes out.

The library parses each entry once and the JSON is cached: parsing a thousand takes seconds of processor time, and after
a change most entries of a programme are the same.
"""

from __future__ import annotations

import json
import re
from typing import Any

import icalendar
from icalendar.parser import unescape_backslash

from eventapp.core.caching import memoized

# Content lines are folded, so these only start a line where a component begins or ends.
_ENTRY = re.compile(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.MULTILINE | re.DOTALL)


def from_calendar(data: bytes) -> bytes:
    """Convert a calendar written by `vcalendar` to jCal: compact UTF-8."""
    entries = [_entry(found[0]) for found in _ENTRY.finditer(data)]
    name, properties, parts = _read(_ENTRY.sub(b"", data))
    written = [_dumps(part) for part in parts] + entries
    return f"[{_dumps(name)},{_dumps(properties)},[{','.join(written)}]]".encode()


@memoized(budget=16 * 1024 * 1024, weigh=lambda asked, written: len(asked[0]) + 2 * len(written))
def _entry(data: bytes) -> str:
    return _dumps(_read(data))


def _read(data: bytes) -> list[Any]:
    component: list[Any] = icalendar.Component.from_ical(data).to_jcal()
    _plain_texts(component)
    return component


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain_texts(component: list[Any]) -> None:
    """Treat NAME and COLOR as TEXT (RFC 7986 §5.1, §5.9): the library knows neither and leaves them escaped."""
    _name, properties, parts = component
    for row in properties:
        if row[0] in {"name", "color"} and row[2] == "unknown":
            row[2:] = ["text", unescape_backslash(row[3])]
    for part in parts:
        _plain_texts(part)

"""Reads programmes from untrusted files in a process of their own; see `core.apart`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from eventapp.core import apart, languages, tables
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.exchange import formats, stored
from eventapp.exchange.incoming import Incoming, Options

LIMITS = apart.ReadingLimits(processor=10, data=160 * 1024 * 1024)


def read(data: bytes, options: Options, *, format: str = "") -> bytes:
    """Read a file; returns the serialized values or refusal, for `stored.deserialized`.

    Uses no transaction and no database. Each server process reads one file at a time: others wait.
    """
    if len(data) > formats.LARGEST:
        return stored.serialized(formats.too_large())
    head = {
        "options": {**asdict(options), "columns": dict(options.columns)},
        "format": format,
        "workbook": tables.is_workbook(data),
        "language": languages.interface(),
    }
    try:
        return apart.run(__name__, head, data)
    except apart.Busy:
        return stored.serialized(Refused(_("Other files are being read. Try again in a minute."), field="file"))
    except apart.TooMuch:
        return stored.serialized(_too_much(workbook=tables.is_workbook(data)))
    except apart.Failed:
        return stored.serialized(
            Refused(_("Sorry, we couldn't read this file because of a problem with the service."), field="file")
        )


def _too_much(*, workbook: bool) -> Refused:
    if workbook:
        return tables.refusal("too much")
    return Refused(_("This file is too complex to read. Is it a programme?"), field="file")


def main() -> None:
    """Read a file from standard input, after a line with its options, and write the result."""
    head = json.loads(sys.stdin.buffer.readline())
    # A workbook is unpacked in memory.
    (tables.LIMITS if head["workbook"] else LIMITS).set()
    with languages.without_site(head["language"]):
        try:
            found = stored.serialized(_read(Options(**head["options"]), head["format"]))
        except MemoryError:
            found = b""
        sys.stdout.buffer.write(found or stored.serialized(_too_much(workbook=head["workbook"])))


def _read(options: Options, format: str) -> Incoming | Refused:
    try:
        return formats.read(sys.stdin.buffer.read(), options, format=format)
    except Refused as refusal:
        return refusal

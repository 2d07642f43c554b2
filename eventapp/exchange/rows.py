"""The rows of a table in a file: a workbook, or CSV in UTF-8, UTF-16 or the encoding of Japanese Windows."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from eventapp.core import tables
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.tables import UnreadableTable

Row = tuple[int, list[str]]

# A cell of a workbook may hold a whole abstract.
_LONGEST_CELL = 100_000


def rows(data: bytes) -> Iterator[Row]:
    """(line, cells) from the first row that is not empty; lines count from 1. Raises Refused.

    A malicious workbook may end the process: see `core.tables`.
    """
    try:
        if tables.is_workbook(data):
            yield from _begun(enumerate(tables.workbook(data, text=lambda cell: cell[:_LONGEST_CELL]), 1))
        else:
            yield from _begun(_csv(tables.decoded(data)))
    except UnreadableTable as error:
        raise tables.refusal(str(error), line=error.line) from error


def _begun(found: Iterable[Row]) -> Iterator[Row]:
    begun = False
    for line, cells in found:
        begun = begun or any(cells)
        if begun:
            yield line, cells


def _csv(whole: str) -> Iterator[Row]:
    """The rows of a text; the separator is the most frequent one in its first line with letters."""
    if "\x00" in whole:
        raise Refused(_("We don't recognize this file format."), field="file")
    first = whole.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(whole, newline=""), delimiter=separator)
    try:
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            yield line, cells
    except csv.Error as error:
        raise Refused(_("Line %(line)d is not valid CSV.", line=reader.line_num), field="file") from error


def head_of(names: Sequence[str]) -> str:
    """What a row of column headings is recognized by in the next file: 40 hexadecimal digits."""
    return hashlib.sha256(json.dumps(list(names)).encode()).hexdigest()[:40]

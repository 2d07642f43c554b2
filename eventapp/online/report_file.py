"""Reads the files of attendance reports, in a process of its own: they are untrusted, as all files are."""

from __future__ import annotations

import csv
import io
from itertools import islice

from eventapp.core import tables
from eventapp.core.tables import LONGEST_CELL, Table, UnreadableTable

# Lines by which the separator is found.
LOOKED_AT = 60


def read(data: bytes) -> Table:
    """The rows of a report. Raises Refused, with the line if it is known. As tables.read, it uses no transaction."""
    return tables.read(data, reader=__name__)


def parse(data: bytes) -> Table:
    """Read a report in this process. Raises UnreadableTable; a malicious workbook may end the process."""
    if tables.is_workbook(data):
        return tables.parse(data)
    text = decoded(data)
    if "\x00" in text:
        raise UnreadableTable("unknown")
    csv.field_size_limit(LONGEST_CELL * 20)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    rows = []
    try:
        for cells in reader:
            rows.append([tables.cleaned(cell) for cell in cells])
            if len(rows) > tables.MOST_ROWS:
                raise UnreadableTable("rows")
    except csv.Error as error:
        raise UnreadableTable("quotes", line=max(reader.line_num, 1)) from error
    return tables.checked(rows)


def decoded(data: bytes) -> str:
    """UTF-16 by its mark or its zeros, UTF-8, or what Excel writes on a Japanese Windows."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings = ["utf-16"]
    elif b"\x00" in (start := data[:4096]):
        # Of ASCII text, every other octet is a zero: the first one of each pair, or the second.
        encodings = ["utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable("encoding")


def separator(text: str) -> str:
    """The separator of the columns: a tab wherever there are many, because it is in no date and no name."""
    lines = list(islice(text.splitlines(), LOOKED_AT))
    count = {mark: sum(line.count(mark) for line in lines) for mark in "\t,;"}
    with_tabs = sum("\t" in line for line in lines)
    if with_tabs * 2 >= sum(bool(line.strip()) for line in lines):
        return "\t"
    return max(",;", key=lambda mark: count[mark])


def main() -> None:
    """Read a file from standard input, and write its rows, or why it can't be read."""
    tables.main(parse)

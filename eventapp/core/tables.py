"""Reads tables from untrusted files: XLSX, XLS, ODS, and CSV in UTF-8, UTF-16 or the encoding of Japanese Windows.

A workbook is read in a process of its own (`core.apart`): one of 6 kB whose only two cells are in opposite corners asks
for 550 GB and aborts the reader.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from eventapp.core import apart
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.text import one_line

LARGEST = 10 * 1024 * 1024
# Of a workbook's parts together, unpacked.
UNPACKED = 200 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 200, 5_000
LIMITS = apart.ReadingLimits(processor=20, address_space=1024 * 1024 * 1024)

Table = list[list[str]]


def read(data: bytes, *, reader: str = __name__) -> Table:
    """The rows of the first sheet that has any, each as wide as its last cell. Raises Refused.

    `reader` is the module that reads the file, in a process of its own. Uses no transaction and no database. Each
    server process reads one file at a time: others wait.
    """
    if len(data) > LARGEST:
        raise Refused(_("The file is larger than %(number)d MB.", number=LARGEST // 1024 // 1024), field="file")
    try:
        answer = json.loads(apart.run(reader, {}, data))
    except apart.Busy as error:
        raise Refused(_("Other files are being read. Try again in a minute."), field="file") from error
    except apart.TooMuch as error:
        raise refusal("too much") from error
    except apart.Failed as error:
        raise Refused(
            _("Sorry, we couldn't read this file because of a problem with the service."), field="file"
        ) from error
    if "refused" in answer:
        raise refusal(answer["refused"], line=answer.get("line", 0))
    table: Table = answer["rows"]
    return table


def refusal(why: str, *, line: int = 0) -> Refused:
    """What a person is told about an `UnreadableTable`."""
    said = {
        "quotes": _("Line %(line)d: a quotation mark is not closed, or text follows it.", line=line),
        "too much": _("This file is too complex to read. Copy the table into a new, empty workbook and try again."),
        "unknown": _("We don't recognize this file format. Save it as .xlsx or as “CSV UTF-8” and choose it again."),
        "encoding": _("We don't recognize the encoding of this file. Save it as .xlsx or as “CSV UTF-8”."),
        "password": _("This workbook is protected by a password. Save it without one and choose it again."),
        "empty": _("The file is empty."),
        "rows": _("The table has more than %(number)d rows. Split it into several files.", number=MOST_ROWS),
        "columns": _("The table has more than %(number)d columns. That is too many to import.", number=MOST_COLUMNS),
    }
    return Refused(said[why], field="file")


class UnreadableTable(Exception):
    """Why a file can't be read: a key of the sentences above, and the line, if that is known."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def parse(data: bytes) -> Table:
    """Read a file in this process. Raises UnreadableTable; a malicious workbook may end the process."""
    return checked(workbook(data) if is_workbook(data) else _csv(data))


def is_workbook(data: bytes) -> bool:
    """Whether a file is a workbook rather than text."""
    return data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0"


def checked(rows: Iterable[Iterable[str]]) -> Table:
    """The rows, each as wide as its last cell. Raises UnreadableTable if there are none, or too many."""
    table = [_trimmed(row) for row in rows]
    while table and not table[-1]:
        table.pop()
    if not any(table):
        raise UnreadableTable("empty")
    if len(table) > MOST_ROWS:
        raise UnreadableTable("rows")
    if max(len(row) for row in table) > MOST_COLUMNS:
        raise UnreadableTable("columns")
    return table


def _trimmed(row: Iterable[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


# The part that a workbook with a password has instead of sheets.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


def workbook(data: bytes, *, text: Callable[[str], str] | None = None) -> list[list[str]]:
    """The cells of the first sheet that has any, as texts. `text` cleans those that are texts, if not `cleaned`.

    Raises UnreadableTable; a malicious workbook may end the process.
    """
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(part.file_size for part in archive.infolist())
        except zipfile.BadZipFile as error:
            raise UnreadableTable("unknown") from error
        if size > UNPACKED:
            raise UnreadableTable("too much")
    if _PROTECTED in data:
        raise UnreadableTable("password")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for number in range(len(book.sheet_names)):
            sheet = book.get_sheet_by_index(number)
            if sheet.total_height and sheet.total_height > MOST_ROWS * 2:
                raise UnreadableTable("rows")
            rows = sheet.to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                return [[_text(cell, text or cleaned) for cell in row] for row in rows]
    except CalamineError as error:
        raise UnreadableTable("password" if "password" in str(error).lower() else "unknown") from error
    raise UnreadableTable("empty")


def _text(cell: Any, clean: Callable[[str], str]) -> str:
    """A cell as people read it: a phone number that became a number has no “.0”."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        # A moment is stored as a fraction of a day: 10:00 may come out as 09:59:59.999.
        moment = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == time() else str(moment.isoformat(" ", "minutes"))
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return clean(str(cell))


def cleaned(text: str) -> str:
    """A cell without the line breaks and invisible characters that a spreadsheet may have put into it."""
    return " ".join(one_line(text[: LONGEST_CELL * 2]).split())[:LONGEST_CELL]


def _csv(data: bytes) -> Iterable[list[str]]:
    whole = decoded(data)
    if "\x00" in whole:
        raise UnreadableTable("unknown")
    csv.field_size_limit(LONGEST_CELL * 20)
    try:
        mark = max(",;\t", key=lambda mark: _rows_of_one_width(whole, mark))
        return [[cleaned(cell) for cell in row] for row in csv.reader(io.StringIO(whole, newline=""), delimiter=mark)]
    except csv.Error as error:
        raise UnreadableTable("unknown") from error


def _rows_of_one_width(text: str, mark: str) -> tuple[int, int]:
    """How many of the first rows have the same number of columns with this separator, and that number: a title above
    the headings, or a comma in an address, says nothing about it.
    """
    rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 30)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((number, width) for width, number in widths.items()), default=(0, 0))


def decoded(data: bytes) -> str:
    """UTF-16 with its mark, UTF-8, or what Excel writes on a Japanese Windows: cp932, which has more than Shift_JIS.

    Raises UnreadableTable for another encoding.
    """
    try:
        return data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError as error:
            raise UnreadableTable("encoding") from error
        if not _is_japanese(text):
            raise UnreadableTable("encoding") from None
        return text


def _is_japanese(text: str) -> bool:
    """Whether a text is Japanese rather than, for example, German in another encoding, whose umlauts turn into single
    Chinese characters among Latin letters.
    """
    letters = len(re.findall(r"[^\x00-\x7f]", text))
    inside_words = len(
        re.findall(r"(?<=[a-z])[^\x00-\x7f](?![^\x00-\x7f])|(?<![^\x00-\x7f])[^\x00-\x7f](?=[a-z])", text)
    )
    return inside_words * 2 < letters or not letters


def main(parse: Callable[[bytes], Table] = parse) -> None:
    """Read a file from standard input, and write its rows, or why it can't be read."""
    LIMITS.set()
    sys.stdin.buffer.readline()
    try:
        answer: dict[str, Any] = {"rows": parse(sys.stdin.buffer.read())}
    except UnreadableTable as error:
        answer = {"refused": str(error), "line": error.line}
    except MemoryError:
        answer = {"refused": "too much"}
    sys.stdout.buffer.write(json.dumps(answer).encode())


# A cell that a spreadsheet has put into quotation marks because it has tabs or lines of its own.
_QUOTED_CELL = re.compile(r'"((?:[^"]|"")*)"(?=\t|\r?\n|\Z)')


def pasted(text: str) -> str:
    """A table that was copied from a spreadsheet, as CSV with tabs.

    Spreadsheets put a cell into quotation marks only if it has tabs or lines of its own; those that were typed into
    another cell are copied as they are, and must not swallow what follows.
    """
    rows, row, at = [], [], 0
    while at < len(text):
        quoted = _QUOTED_CELL.match(text, at)
        if quoted is not None and re.search(r"[\t\n]", quoted[1]):
            cell, at = quoted[1].replace('""', '"'), quoted.end()
        else:
            end = re.compile(r"\t|\r?\n|\Z").search(text, at)
            assert end is not None
            cell, at = text[at : end.start()], end.start()
        row.append(cell)
        if text[at : at + 1] == "\t":
            at += 1
            if at == len(text):
                row.append("")
        else:
            at += 2 if text[at : at + 2] == "\r\n" else 1
            rows.append(row)
            row = []
    if row:
        rows.append(row)
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
    return out.getvalue()

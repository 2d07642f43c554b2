"""A small table to download: what a programme to import can look like, in the reader's language."""

from __future__ import annotations

import csv
import io
from datetime import date, time
from typing import Any

from xlsxwriter import Workbook

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_pgettext
from eventapp.core.workbooks import WRITTEN_PLAIN, allowed, sheet_name
from eventapp.events.models import Event
from eventapp.programme.rules import ParticipationRole, SessionKind

Cell = str | date | time


def written(event: Event, format: str) -> bytes:
    """The file: "xlsx", or "csv" in UTF-8 with the byte order mark that Excel needs. Days are those of the event."""
    rows: list[list[Any]] = [[str(name) for name in _headings()], *_rows(event)]
    return _xlsx(rows) if format == "xlsx" else _csv(rows)


def _headings() -> list[Any]:
    """Column names that the reader of tables knows."""
    return [
        lazy_pgettext("column", "Title"),
        lazy_pgettext("column", "Date"),
        lazy_pgettext("column", "Start"),
        lazy_pgettext("column", "End"),
        lazy_pgettext("column", "Room"),
        lazy_pgettext("column", "Track"),
        lazy_pgettext("column", "Kind"),
        lazy_pgettext("column", "Speakers"),
        lazy_pgettext("column", "Role"),
        lazy_pgettext("column", "Language"),
        lazy_pgettext("column", "Abstract"),
    ]


def _rows(event: Event) -> list[list[Cell]]:
    day, hall, language = event.first_day, _("Main hall"), languages.interface()
    speaker, chair = ParticipationRole.SPEAKER.label, ParticipationRole.CHAIR.label
    two, roles = "; ".join([_("Hanako Yamada"), _("Erika Muster")]), f"{chair}; {speaker}"
    opening, lecture, pause = SessionKind.CEREMONY.label, SessionKind.LECTURE.label, SessionKind.BREAK.label
    text = _("What the audience learns, in a few sentences.")
    return [
        [_("Opening"), day, time(10), time(10, 30), hall, "", opening, _("Hanako Yamada"), speaker, language, ""],
        [
            _("A city by the sea"),
            day,
            time(10, 30),
            time(11, 30),
            hall,
            _("Cities"),
            lecture,
            two,
            roles,
            language,
            text,
        ],
        [pause, day, time(11, 30), time(11, 45), "", "", pause, "", "", "", ""],
    ]


def _csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _xlsx(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, WRITTEN_PLAIN)
    sheet = book.add_worksheet(sheet_name(_("Programme")))
    bold = book.add_format({"bold": True})
    formats = {date: book.add_format({"num_format": "yyyy-mm-dd"}), time: book.add_format({"num_format": "hh:mm"})}
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            if line == 0:
                sheet.set_column(at, at, 24 if at in {0, 7, 10} else 14)
            if isinstance(cell, str):
                sheet.write_string(line, at, allowed(cell), bold if line == 0 else None)
            else:
                sheet.write_datetime(line, at, cell, formats[type(cell)])
    book.close()
    return out.getvalue()

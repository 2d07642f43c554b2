"""Writes people as spreadsheets: XLSX, and CSV in UTF-8 with the byte order mark that Excel needs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook

from eventapp.core import clock
from eventapp.core.languages import gettext as _
from eventapp.core.text import guarded
from eventapp.core.workbooks import WRITTEN_PLAIN, allowed, sheet_name
from eventapp.events.models import Event
from eventapp.people.columns import Columns, ListColumn
from eventapp.people.queries import PersonRow
from eventapp.registration.question_rules import QuestionKind

Pages = Iterable[list[PersonRow]]


def write(format: str, event: Event, pages: Pages, columns: Columns, chosen: Sequence[ListColumn]) -> tuple[bytes, int]:
    """The file of these people with these columns, and the number of people in it."""
    cells = _cells(event, pages, columns, chosen)
    labels = [column.label for column in chosen]
    return _csv(labels, cells) if format == "csv" else _xlsx(event, labels, cells)


def _cells(event: Event, pages: Pages, columns: Columns, chosen: Sequence[ListColumn]) -> Iterator[list[Any]]:
    for rows in pages:
        columns.fill(rows, chosen)
        for row in rows:
            yield [_cell(event, column, row) for column in chosen]


def _cell(event: Event, column: ListColumn, row: PersonRow) -> Any:
    """The value of a cell: a text, a number, a day, or a moment on the clock of the event."""
    if column.key in {"registered", "changed"}:
        moment = row.created_at if column.key == "registered" else row.updated_at
        return clock.to_local(moment, event.zone).replace(tzinfo=None, microsecond=0)
    if column.question is not None:
        answer = row.answers.get(column.question.key)
        if isinstance(answer, int | float) and not isinstance(answer, bool):
            return answer
        if column.question.kind is QuestionKind.DATE and isinstance(answer, str):
            with suppress(ValueError):
                return date.fromisoformat(answer)
    return column.text(row)


def _csv(labels: list[str], cells: Iterable[list[Any]]) -> tuple[bytes, int]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(label) for label in labels])
    number = 0
    for number, row in enumerate(cells, 1):  # noqa: B007
        writer.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode(), number


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return guarded(value) if isinstance(value, str) else str(value)


def _xlsx(event: Event, labels: list[str], cells: Iterable[list[Any]]) -> tuple[bytes, int]:
    """Cells of text need no guard: their type says that they are no formula."""
    out = io.BytesIO()
    book = Workbook(out, {**WRITTEN_PLAIN, "default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(sheet_name(_("Registrations")))
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 1)
    for at, label in enumerate(labels):
        sheet.set_column(at, at, min(max(len(label) * 1.6, 12), 40))
        sheet.write_string(0, at, allowed(label), bold)
    number = 0
    for number, row in enumerate(cells, 1):
        for at, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, at, allowed(value))
            elif isinstance(value, datetime):
                sheet.write_datetime(number, at, value)
            elif isinstance(value, date):
                if value.year < 1900:  # before the first day of a spreadsheet
                    sheet.write_string(number, at, value.isoformat())
                else:
                    sheet.write_datetime(number, at, value, day)
            else:
                sheet.write_number(number, at, value)
    if number:
        sheet.autofilter(0, 0, number, len(labels) - 1)
    book.close()
    return out.getvalue(), number

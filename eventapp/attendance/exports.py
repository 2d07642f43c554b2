"""The counts as a file: a workbook with a sheet for each table and one for the method, or all of it as one CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xlsxwriter import Workbook

from eventapp.attendance import crossing, live, queries, rules, timelines
from eventapp.attendance.bases import COUNTED
from eventapp.attendance.dimensions import Dimensions
from eventapp.attendance.live import STATES, ShownTable, TableChoice
from eventapp.attendance.rules import CountStatement
from eventapp.attendance.states import LiveState
from eventapp.attendance.summary import plain, summary
from eventapp.core import clock, languages
from eventapp.core.languages import gettext as _
from eventapp.core.text import guarded
from eventapp.core.workbooks import WRITTEN_PLAIN, allowed, sheet_name
from eventapp.events.models import Event

Cell = str | int


@dataclass
class ExportedTable:
    """A table of a file: headings, and rows of as many cells."""

    title: str
    headings: list[str]
    rows: list[list[Cell]] = field(default_factory=list)


def sheets(event: Event, choice: TableChoice, editions: Sequence[Event], *, language: str) -> list[ExportedTable]:
    """All tables of the counts, with the one that is shown, and the method last; names are in a language."""
    dimensions = Dimensions.of(event, language=language)
    numbers = crossing.numbers(dimensions)
    found = []
    if choice.columns != STATES and (shown := live.chosen_table(dimensions, choice, numbers)) is not None:
        found.append(_crossed(shown))
    for key, label in dimensions.choices():
        shown = live.chosen_table(dimensions, TableChoice(key, STATES, choice.state), numbers)
        if shown is not None and shown.table.rows:
            found.append(_crossed(shown, title=label))
    found += _over_time(event, editions)
    said = _statements(event)
    found += list(_parties(said, language))
    return [*found, _method(event, dimensions, said)]


def _crossed(shown: ShownTable, title: str = "") -> ExportedTable:
    table = shown.table
    of_states = shown.choice.columns == STATES
    names = [crossing.state_of(one).label if of_states else one.label for one in table.columns]
    last: list[str] = [] if of_states else [_("Total")]
    sheet = ExportedTable(
        title or _("%(rows)s × %(columns)s", rows=shown.rows_label, columns=shown.columns_label),
        [shown.rows_label, *names, *last],
    )
    for row in table.rows:
        totals: list[Cell] = [] if of_states else [table.row_totals[row]]
        sheet.rows.append([row.label, *(table.number(row, one) for one in table.columns), *totals])
    whole: list[Cell] = [] if of_states else [table.total]
    sheet.rows.append([_("Total"), *(table.column_totals[one] for one in table.columns), *whole])
    return sheet


def _over_time(event: Event, editions: Sequence[Event]) -> Iterator[ExportedTable]:
    arrived: list[list[Cell]] = [
        [languages.day(day), languages.clock_time(one.at, event.zone), one.people]
        for day, quarters in timelines.arrivals(event).items()
        for one in quarters
    ]
    if arrived:
        yield ExportedTable(_("Arrivals"), [_("Day"), _("Time"), _("People")], arrived)
    pace = live.pace(event, editions)
    if pace is not None:
        rows: list[list[Cell]] = [
            [days, *("" if number is None else number for number in people)] for days, people in pace.rows
        ]
        yield ExportedTable(_("Registrations"), [_("Days before the start"), *pace.names], rows)


def _statements(event: Event) -> list[CountStatement]:
    found = []
    for basis in COUNTED:
        try:
            found.append(queries.statement(event, basis=basis))
        except rules.NotCounted:
            continue  # there are no check-ins yet
    return found


def _parties(statements: list[CountStatement], language: str) -> Iterator[ExportedTable]:
    """Cities and organizations, on each basis that has rows."""
    cities = ExportedTable(_("Cities"), [_("Basis"), _("City"), _("Country"), _("People")])
    bodies = ExportedTable(_("Organizations"), [_("Basis"), _("Organization"), _("Kind"), _("Country"), _("People")])
    for said in statements:
        counts, basis = said.counts, said.counts.basis.label
        for city in (*counts.foreign_cities, *counts.domestic_cities, *counts.unplaced):
            country = languages.country(city.country) if city.country else _("Country missing")
            cities.rows.append([basis, city.names.resolve(language).text, country, city.people])
        for one in counts.organizations:
            name, country = one.names.resolve(language).text, languages.country(one.country)
            bodies.rows.append([basis, name, one.kind.label, country, one.people])
    yield from (sheet for sheet in (cities, bodies) if sheet.rows)


def _method(event: Event, dimensions: Dimensions, statements: list[CountStatement]) -> ExportedTable:
    sheet = ExportedTable(_("Method"), [_("What"), _("How")])

    def line(what: object, how: object) -> None:
        sheet.rows.append([str(what), str(how)])

    line(_("Event"), event.title.resolve(dimensions.language).text)
    line(_("As of"), f"{languages.moment_of(clock.now(), event.zone)} {event.zone}")
    for said in statements:
        line(_("Summary (%(basis)s)", basis=said.counts.basis.label), said.text(languages.interface()))
        line(said.counts.basis.label, said.counts.basis.explanation)
        if said.counts.unplaced:
            line(_("Cities without a country (not counted)"), len(said.counts.unplaced))
    for state in LiveState:
        line(state.label, state.explanation)
    line(_("Attendance modes"), _("All. People who were checked in at a door count as in person."))
    line(_("Host organizations"), _("They count like everyone else."))
    line(_("People"), _("Registrations that were merged are one person. Totals count each person once."))
    line(_("Cities"), _("Each city counts once, however it is spelled. A prefecture or state is not a city."))
    line(_("Delegations without named people"), crossing.delegations(dimensions))
    for row in queries.reported_counts(event):
        text = plain(summary(row.figures(event.country_code), languages.interface()))
        line(_("Reported, not counted (%(source)s)", source=row.source), text)
    return sheet


def as_csv(found: list[ExportedTable]) -> bytes:
    """All tables one below the other, each under its title; in UTF-8 with the byte order mark that Excel needs."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for at, sheet in enumerate(found):
        if at:
            writer.writerow([])
        writer.writerow([guarded(sheet.title)])
        writer.writerow([guarded(heading) for heading in sheet.headings])
        writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(found: list[ExportedTable]) -> bytes:
    """A workbook with a sheet for each table."""
    out = io.BytesIO()
    book = Workbook(out, {**WRITTEN_PLAIN, "constant_memory": False, "in_memory": True})
    bold, wrapped = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True})
    used: set[str] = set()
    for sheet in found:
        page = book.add_worksheet(_free(sheet_name(sheet.title), used))
        page.freeze_panes(1, 1)
        for at, heading in enumerate(sheet.headings):
            page.write_string(0, at, allowed(heading), bold)
            longest = max((len(str(row[at])) for row in sheet.rows), default=0)
            page.set_column(at, at, min(max(longest, len(heading), 8) * 1.2, 60))
        for number, row in enumerate(sheet.rows, 1):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(number, at, allowed(cell), wrapped)
                else:
                    page.write_number(number, at, cell)
    book.close()
    return out.getvalue()


def _free(name: str, used: set[str]) -> str:
    """A name for a sheet that no other has; spreadsheets compare them without case."""
    free, number = name or "-", 2
    while free.casefold() in used:
        free, number = f"{re.sub(r'.{4}$', '', name) if len(name) > 26 else name} ({number})", number + 1
    used.add(free.casefold())
    return free

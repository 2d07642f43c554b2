"""The counts as files."""

from __future__ import annotations

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from tests.support.make import Make
from tests.support.visitor import Visitor

PATH = "/manage/events/summit/counts/export"


@pytest.fixture
def event(make: Make) -> Event:
    event = make.event("summit")
    city = OrganizationKind.CITY
    make.registration(event, make.option(event), organization="=Tampere", organization_kind=city, country="FI")
    make.registration(event, make.option(event, Mode.ONLINE), country="JP")
    return event


def test_the_workbook_has_a_sheet_for_each_table_and_one_for_the_method(organizer: Visitor, event: Event) -> None:
    response = organizer.get(f"{PATH}?format=xlsx&by=country&across=mode&of=registered")
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    assert book.sheet_names[0] == "Country × Attendance mode"
    assert {"Country", "City", "Language", "Registrations", "Cities"} < set(book.sheet_names)
    assert book.sheet_names[-1] == "Method"
    rows = book.get_sheet_by_index(0).to_python()
    assert rows == [
        ["Country", "In person", "Online", "Total"],
        ["Finland", 1.0, 0.0, 1.0],
        ["Japan", 0.0, 1.0, 1.0],
        ["Total", 1.0, 1.0, 2.0],
    ]
    method = dict(book.get_sheet_by_name("Method").to_python())
    assert method["Confirmed"] == "People who have a seat."
    assert "As of" in method


def test_the_csv_holds_no_formula(organizer: Visitor, event: Event) -> None:
    response = organizer.get(f"{PATH}?format=csv")
    rows = list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert ["Finland", "1", "1", "0", "0", "0"] in rows
    assert ["Method"] in rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def test_another_format_is_not_found(organizer: Visitor, event: Event) -> None:
    assert organizer.get(f"{PATH}?format=pdf").status_code == 404

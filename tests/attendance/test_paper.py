"""The statement on one page."""

from __future__ import annotations

import pytest

from eventapp.attendance import paper, queries
from eventapp.attendance.rules import Basis, Rounding
from eventapp.directory.rules import OrganizationKind
from eventapp.pdf import typeset
from eventapp.pdf.fonts import font_set

PATH = "/manage/events/forum/counts/statement.pdf"


@pytest.fixture
def forum(make):
    event = make.event("forum")
    option = make.option(event)
    for number in range(60):
        make.registration(
            event,
            option,
            organization=f"City of {'Long' * 5}name {number}",
            organization_kind=OrganizationKind.CITY,
            country="DE" if number % 2 else "JP",
        )
    return event


def test_it_has_the_sentence_in_both_languages_the_numbers_and_the_names(forum):
    said = queries.statement(forum, basis=Basis.CONFIRMED, rounding=Rounding.EXACTLY)
    data = paper.data(forum, said, language="en")
    assert data["summaries"] == [("en", said.text("en")), ("ja", said.text("ja"))]
    assert ["People", "60"] in data["numbers"] and ["Cities together", "60"] in data["numbers"]
    assert "name 59" in dict(data["lists"])["Cities abroad"]
    assert not any(one["over"] for one in typeset.measured("statement", data, font_set()))
    pages = typeset.pictures("statement", data, font_set())
    assert len(pages) == 1


@pytest.mark.both_engines("the rows of a count")
def test_it_is_for_the_team_and_nobody_else(organizer, client, forum):
    response = organizer.get(PATH)
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF")
    client.looks = False
    assert client.get(PATH).status_code in {302, 401}
    assert organizer.get(f"{PATH}?basis=checked_in").status_code == 404

"""What every form does with what is typed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.forms import zone_asked
from eventapp.events.models import Event
from eventapp.registration.models import Registration


def test_control_characters_are_left_out_of_texts(client, organizer, make):
    """PostgreSQL refuses NUL, and XML and calendars most of the others."""
    make.option(make.event("forum"))
    typed = {"option": "in_person", "email": "ada@example.org", "family_name": "Love\x00lace\x0b"}
    assert client.fill("/events/forum/register", typed).status_code == 303
    assert db.session.scalars(select(Registration)).one().family_name == "Lovelace"
    organizer.fill("/manage/events/forum/edit", {"title_en": "Fo\x00rum", "slug": "forum"})
    assert db.session.scalars(select(Event)).one().title["en"] == "Forum"


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_year_that_no_calendar_holds_is_refused_beside_its_field(organizer, make, year):
    make.event("forum")
    typed = {"starts_at": f"{year}-01-01T00:00", "ends_at": f"{year}-12-31T23:59"}
    response = organizer.fill("/manage/events/forum/edit", typed)
    assert response.status_code == 422
    assert response.get_data(as_text=True).count("Enter a year between 1800 and 2200.") >= 2


def test_what_an_address_asks_for_is_said_back_as_far_as_it_can_be_read(app):
    assert zone_asked("europe/helsinki") == ("Europe/Helsinki", "")
    with app.test_request_context():
        _zone, said = zone_asked(" Eu\x1brope\u202e/\ufffeNowhere" + "x" * 900)
    assert "“Europe/Nowhere" in said
    assert len(said) < 150

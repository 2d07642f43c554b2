"""The desk's form of a registration option: headings, what matters with what, and what happens unless one changes it."""

from __future__ import annotations

import re

import pytest

from eventapp.core.db import db, transaction
from eventapp.registration import self_service
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Access, Promotion
from tests.support.make import fresh

NEW = "/manage/events/forum/options/new"


@pytest.fixture
def forum(make):
    return make.event("forum")


def opened(page: str) -> bool:
    return re.search(r"<details[^>]* open>", page) is not None


def test_the_rules_of_the_waiting_list_are_folded_while_they_are_the_usual_ones(organizer, make, forum):
    assert not opened(organizer.get(NEW).text)
    usual = make.option(forum, promote_hours=24)
    other = make.option(forum, promotion=Promotion.OFFER)
    assert not opened(organizer.get(f"/manage/events/forum/options/{usual.key}").text)
    assert opened(organizer.get(f"/manage/events/forum/options/{other.key}").text)


def test_a_mistake_in_the_rules_is_not_folded_away(organizer, forum):
    response = organizer.fill(NEW, {"offer_hours": "many"})
    assert response.status_code == 422
    assert opened(response.text)


def test_saving_the_form_as_it_is_keeps_an_option_as_it_is(organizer, make, forum):
    option = make.option(
        forum, access=Access.CODE, access_code="SAKURA", capacity=3, promotion=Promotion.OFFER, offer_hours=5
    )
    columns = [column.key for column in AttendanceOption.__table__.columns if column.key != "updated_at"]
    before = {name: getattr(fresh(option), name) for name in columns}
    assert organizer.fill(f"/manage/events/forum/options/{option.key}").status_code == 303
    db.session.rollback()
    assert {name: getattr(fresh(option), name) for name in columns} == before


def test_the_conditions_name_fields_and_values_of_the_form(organizer, make, forum):
    """option.js hides what does not apply: a misspelt condition would hide a field for good."""
    page = organizer.get(NEW).text
    conditions = [one for found in re.findall(r'data-when="([^"]*)"', page) for one in found.split()]
    assert len(conditions) >= 5
    for name, value in (one.split("=") for one in conditions):
        if name == "pool":
            continue  # without shared seats, there is no such field
        field = re.search(rf'<select[^>]* name="{name}".*?</select>|<input[^>]* name="{name}"[^>]*>', page, re.DOTALL)
        assert field is not None, name
        assert f'value="{value}"' in field.group(), (name, value)


# What the own page says that one gives up.


def main(client, registration) -> str:
    client.get(f"/registrations/{fresh(registration).token}")
    return client.page.text(client.page.one("main"))


def test_who_has_no_seat_is_not_told_that_it_will_be_released(client, make, forum):
    hall = make.option(forum, capacity=1)
    make.option(forum, access=Access.DOMAIN, domains=["city.example"], title="City staff")
    make.option(forum, title="Balcony")
    seated, waiting = make.registration(forum, hall), make.registration(forum, hall)
    assert "Your seat will be released" in main(client, seated)
    said = main(client, waiting)
    assert "Your seat will be released" not in said
    assert "You will then lose your position on this waiting list." in said
    assert "City staff" not in said, "they cannot choose it"
    with transaction():
        self_service.cancel(fresh(waiting))
    assert "undo" in main(client, waiting)

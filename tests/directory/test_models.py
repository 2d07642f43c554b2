"""Properties of a person's row, and what happens to rows that others refer to."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Revision
from eventapp.directory import operations
from eventapp.directory.models import SCOPE, OrganizationName, Person, Place, Position
from eventapp.directory.rules import OrganizationKind, PlaceKind

pytestmark = pytest.mark.both_engines("cascades, constraints, and where NULL is sorted")


@pytest.fixture
def mayor(app: Flask) -> Person:
    """In office since 2025, deputy before, and member of something with unknown dates."""
    with transaction():
        person = operations.save_person(
            None, family=LocalizedText(en="Hoshino", ja="星野"), given=LocalizedText(en="Akari", ja="明里")
        )
        operations.set_position(person, title=LocalizedText(en="Member"), ends=date(2010, 1, 1))
        operations.set_position(
            person, title=LocalizedText(en="Deputy"), starts=date(2020, 1, 1), ends=date(2024, 12, 31)
        )
        operations.set_position(person, title=LocalizedText(en="Mayor"), starts=date(2025, 1, 1))
    db.session.expire_all()
    return person


def test_a_person_has_a_name_for_each_reader(mayor: Person) -> None:
    assert (mayor.name("en").text, mayor.name("ja").text, mayor.name("de").text) == (
        "Akari Hoshino",
        "星野明里",
        "Akari Hoshino",
    )
    other = mayor.other_name("en")
    assert other is not None and other.text == "星野明里"


def test_positions_are_listed_latest_first_and_those_without_a_start_last(mayor: Person) -> None:
    assert [str(one.title) for one in mayor.positions] == ["Mayor", "Deputy", "Member"]


@pytest.mark.parametrize(
    ("day", "title", "former"),
    [(date(2026, 1, 1), "Mayor", False), (date(2022, 1, 1), "Deputy", False), (date(2015, 1, 1), "Member", True)],
)
def test_the_position_is_that_of_the_day(mayor: Person, day: date, title: str, former: bool) -> None:
    found = mayor.position_on(day)
    assert found is not None
    assert (str(found[0].title), found[1]) == (title, former)


def test_the_positions_of_a_person_go_with_them_and_the_place_of_an_organization_does_not_take_it_along(
    mayor: Person,
) -> None:
    with transaction():
        place = operations.add_place(slug="x", kind=PlaceKind.CITY, names=LocalizedText(en="X"))
        hall = operations.add_organization(kind=OrganizationKind.CITY, names=LocalizedText(en="X City"), place=place)
    with transaction():
        db.session.delete(db.session.get(Place, place.id))
        db.session.delete(db.session.get(Person, mayor.id))
    db.session.expire_all()
    assert db.session.scalars(select(Position)).all() == []
    assert hall.place is None
    assert db.session.scalars(select(OrganizationName)).all()


def test_a_slug_is_given_once(app: Flask) -> None:
    with pytest.raises(IntegrityError), transaction():
        for _ in range(2):
            operations.add_place(slug="x", kind=PlaceKind.CITY, names=LocalizedText(en="X"))


def test_every_change_raises_the_revision_of_the_directory(mayor: Person) -> None:
    def number() -> int:
        return db.session.scalars(select(Revision.number).where(Revision.scope == SCOPE)).one()

    before = number()
    with transaction():
        mayor.reading = "ほしの あかり"
    assert number() > before

"""Adding people, places and organizations."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory import operations, queries
from eventapp.directory.models import Organization, OrganizationName, Person, PlaceName
from eventapp.directory.rules import NameOrder, OrganizationKind, PlaceKind


def test_a_city_is_stored_with_the_spellings_that_find_it(app: Flask) -> None:
    with transaction():
        operations.add_place(
            slug="nuernberg",
            kind=PlaceKind.CITY,
            names=LocalizedText(en="Nürnberg", ja="ニュルンベルク"),
            aliases=["Nuremberg", "City of Nuremberg"],
        )
    names = {name.name for name in db.session.scalars(select(PlaceName))}
    assert names >= {"Nürnberg", "ニュルンベルク", "Nuremberg"}


def test_a_spelling_is_stored_once(app: Flask) -> None:
    with transaction():
        operations.add_organization(
            kind=OrganizationKind.CITY, names=LocalizedText(en="Matsudo", fr="MATSUDO"), aliases=["Matsudo", ""]
        )
    folded = [row.folded for row in db.session.scalars(select(OrganizationName))]
    assert len(folded) == len(set(folded))
    assert "" not in folded


def test_an_organization_that_is_known_under_one_of_the_names_is_taken(app: Flask) -> None:
    with transaction():
        known = operations.known_or_new(LocalizedText(ja="鳴門市"), kind=OrganizationKind.CITY)
        same = operations.known_or_new(LocalizedText(en="Naruto City", ja="鳴門市"))
        new = operations.known_or_new(LocalizedText(en="Narayanganj"))
    assert same is known
    assert (new is known, new.kind) == (False, OrganizationKind.OTHER)
    assert len(db.session.scalars(select(Organization)).all()) == 2


def test_a_person_is_made_and_changed_and_found_by_the_new_name(app: Flask) -> None:
    with transaction():
        person = operations.save_person(None, family=LocalizedText(en="Hopper"), given=LocalizedText(en="Grace"))
        code = person.code
    with transaction():
        operations.save_person(
            person,
            family=LocalizedText(en="Murray", ja="マレー"),
            given=LocalizedText(en="Grace"),
            order=NameOrder.FAMILY_FIRST,
            reading="まれー",
        )
    found = queries.person_by_code(code)
    assert found is person
    assert "gracemurray" in person.sought.split("\n")
    assert "hopper" not in person.sought


def test_many_people_come_in_at_once_and_each_has_a_code(app: Flask) -> None:
    people = [Person(family=LocalizedText(en=f"Family{n}"), given=LocalizedText()) for n in range(50)]
    with transaction():
        operations.add_people(people)
    assert len({person.code for person in people}) == 50
    assert all(person.sought for person in people)


def test_a_position_is_made_and_changed(app: Flask) -> None:
    with transaction():
        person = operations.save_person(None, family=LocalizedText(en="Hopper"), given=LocalizedText())
        position = operations.set_position(person, title=LocalizedText(en="Mayor"), starts=date(2020, 1, 1))
    with transaction():
        operations.set_position(
            person, title=LocalizedText(en="Mayor"), starts=date(2020, 1, 1), ends=date(2025, 1, 1), position=position
        )
    assert [(one.starts, one.ends) for one in person.positions] == [(date(2020, 1, 1), date(2025, 1, 1))]

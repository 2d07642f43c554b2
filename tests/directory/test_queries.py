"""Finding people, places and organizations in any spelling."""

from __future__ import annotations

import pytest
from flask import Flask

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory import operations, queries
from eventapp.directory.models import Organization
from eventapp.directory.rules import OrganizationKind, PlaceKind

pytestmark = pytest.mark.both_engines("names are compared as they were folded")


@pytest.fixture
def pittsburgh(app: Flask) -> Organization:
    with transaction():
        place = operations.add_place(
            slug="pittsburgh", kind=PlaceKind.CITY, names=LocalizedText(en="Pittsburgh"), country_code="US"
        )
        return operations.add_organization(
            kind=OrganizationKind.CITY,
            names=LocalizedText(en="City of Pittsburgh", ja="ピッツバーグ市"),
            aliases=["Steel City"],
            place=place,
        )


@pytest.mark.parametrize("typed", ["City of Pittsburgh", "pittsburgh", "PITTSBURGH city", "ピッツバーグ", "steel-city"])
def test_an_organization_is_found_by_any_of_its_names(pittsburgh: Organization, typed: str) -> None:
    found = queries.organization_named(typed)
    assert found is not None and found.id == pittsburgh.id


@pytest.mark.parametrize("typed", ["", " ", "Pitt", "Harrisburg"])
def test_what_is_no_name_of_it_finds_nothing(pittsburgh: Organization, typed: str) -> None:
    assert queries.organization_named(typed) is None


def test_of_two_with_one_name_the_country_decides_and_without_it_none_is_found(pittsburgh: Organization) -> None:
    with transaction():
        other = operations.add_place(
            slug="pittsburgh-ca", kind=PlaceKind.CITY, names=LocalizedText(en="Pittsburgh"), country_code="CA"
        )
        operations.add_organization(
            kind=OrganizationKind.CITY, names=LocalizedText(en="City of Pittsburgh"), place=other
        )
    assert queries.organization_named("Pittsburgh") is None
    found = queries.organization_named("Pittsburgh", country_code="US")
    assert found is not None and found.id == pittsburgh.id


def test_a_place_is_found_by_its_slug(pittsburgh: Organization) -> None:
    place = queries.place_by_slug("pittsburgh")
    assert place is not None and place.id == pittsburgh.place_id
    assert queries.place_by_slug("nowhere") is None


def test_organizations_to_choose_from_leave_out_those_that_were_generated(pittsburgh: Organization) -> None:
    with transaction():
        operations.add_organization(
            kind=OrganizationKind.COMPANY, names=LocalizedText(en="Made up Inc."), generated=True
        )
        company = operations.add_organization(kind=OrganizationKind.COMPANY, names=LocalizedText(en="Real Inc."))
    assert [one.id for one in queries.organizations()] == [pittsburgh.id, company.id]
    assert [one.id for one in queries.organizations(kind=OrganizationKind.COMPANY)] == [company.id]

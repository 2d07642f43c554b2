"""The query language of lists of people, guarded cells, and proposed kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.text import guarded, unguarded
from eventapp.directory.rules import OrganizationKind
from eventapp.people.kinds import proposed
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus

PAIRS = [
    ("q", "鈴木 美咲"),
    ("status", "confirmed"),
    ("status", "pending"),
    ("option", "online"),
    ("mode", "online"),
    ("country", "JP"),
    ("kind", "-"),
    ("tag", "VIP"),
    ("no-tag", "Press"),
    ("session", "ABC"),
    ("email", "no"),
    ("privacy", "2"),
    ("a.meal", "halal"),
    ("a.meal", "-"),
    ("number", "7"),
    ("sort", "-name"),
    ("columns", "name,a.meal"),
]


def test_a_query_is_written_as_it_was_read():
    query = PeopleQuery.parse(PAIRS)
    assert sorted(query.pairs()) == sorted(PAIRS)
    assert PeopleQuery.of_string(str(query)) == query


def test_a_query_reads_states_modes_and_answers():
    query = PeopleQuery.parse(PAIRS)
    assert query.statuses == (RegistrationStatus.CONFIRMED, RegistrationStatus.PENDING)
    assert query.modes == (Mode.ONLINE,)
    assert query.answers == (("meal", ("halal", "-")),)


@pytest.mark.parametrize(
    "pair",
    [
        ("status", "sold"),
        ("mode", "by ship"),
        ("country", "Japan"),
        ("kind", "circus"),
        ("number", "1 or 1=1"),
        ("a.'; drop", "x"),
        ("privacy", "²"),
        ("email", "maybe"),
        ("page", "3"),
    ],
)
def test_what_a_query_does_not_understand_is_left_out(pair):
    assert PeopleQuery.parse([pair]) == PeopleQuery()


def test_order_and_columns_narrow_nothing():
    assert not PeopleQuery.parse([("sort", "name"), ("columns", "email")]).narrowed
    assert PeopleQuery.parse([("q", "Ada")]).narrowed


def test_a_filter_is_taken_out_of_a_query_alone():
    query = PeopleQuery.parse(PAIRS).without("a.meal", "halal")
    assert query.answers == (("meal", ("-",)),)
    assert query.tags == ("VIP",)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", " =", "\r=", "'=", "’+"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_guarded_and_loses_nothing(sign):
    cell = f"{sign}81 90 1234"
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell


@given(st.text(max_size=12))
def test_a_guarded_cell_is_read_as_it_was_written(cell):
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("City of Zaragoza", OrganizationKind.CITY),
        ("松山市", OrganizationKind.CITY),
        ("愛媛県松山市", OrganizationKind.CITY),
        ("さいたま市 国際課", OrganizationKind.CITY),
        ("愛媛県", OrganizationKind.PREFECTURE_REGION),
        ("東京都庁", OrganizationKind.PREFECTURE_REGION),
        ("外務省", OrganizationKind.NATIONAL_GOVERNMENT),
        ("Ministry of Foreign Affairs", OrganizationKind.NATIONAL_GOVERNMENT),
        ("Embassy of Ireland", OrganizationKind.EMBASSY_MISSION),
        ("在日フィンランド大使館", OrganizationKind.EMBASSY_MISSION),
        ("City University of New York", OrganizationKind.UNIVERSITY_SCHOOL),
        ("ｼﾃｨ株式会社", OrganizationKind.COMPANY),
        ("Hitachi, Ltd.", OrganizationKind.COMPANY),
        ("鳴門市国際交流協会", OrganizationKind.ASSOCIATION_NGO),
        ("UN-Habitat", OrganizationKind.INTERNATIONAL_ORGANIZATION),
        ("愛媛新聞社", OrganizationKind.MEDIA),
        ("Lovelace", None),
        ("", None),
    ],
)
def test_the_words_of_a_name_propose_a_kind(name, kind):
    assert proposed(name) is kind


def test_no_query_holds_what_no_database_stores():
    assert PeopleQuery.of_string("q=%00a&tag=b%00&option=a") == PeopleQuery(options=("a",))


def test_several_organizations_and_whether_somebody_came_are_part_of_the_query() -> None:
    query = PeopleQuery.of_string("organization=Aoba&organization=Tampere&came=no")
    assert (query.organizations, query.came) == (("Aoba", "Tampere"), "no")
    assert PeopleQuery.of_string(str(query)) == query
    assert PeopleQuery.of_string("came=perhaps") == PeopleQuery()

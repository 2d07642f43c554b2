"""The desk finds people in any spelling of their names."""

from __future__ import annotations

import pytest

from eventapp.people import queries
from eventapp.people.rules import PeopleQuery
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("LIKE, case and collation")

PEOPLE = [
    ("Yamada", "Taro", "City of Naruto", "taro@example.org"),
    ("山田", "花子", "鳴門市", "hanako_y@example.org"),
    ("Müller", "Zoë", "Nürnberg", "zoe@example.org"),
    ("O’Brien", "Conan", "100% Water", "conan@example.org"),
    ("ヤマダ", "ジロウ", "", "jiro@example.org"),
    ("Ólafsdóttir", "Þóra", "", "thora@example.org"),
]


@pytest.fixture
def forum(make):
    event = make.event("forum")
    option = make.option(event)
    for family, given, organization, email in PEOPLE:
        make.registration(event, option, email, family_name=family, given_name=given, organization=organization)
    return event


def found(event, typed: str, *, emails: bool = True) -> list[str]:
    query = PeopleQuery(text=typed)
    rows = queries.rows(fresh(event), query, [], emails=emails)
    assert query.total(queries.numbers(fresh(event), query, [], emails=emails)) == len(rows)
    return sorted(row.email.partition("@")[0] for row in rows)


WHO_IS_FOUND = {
    "Yamada Taro": ["taro"],
    "Taro Yamada": ["taro"],
    "taroyamada": ["taro"],
    "yamada": ["taro"],
    "山田 花子": ["hanako_y"],
    "山田　花子": ["hanako_y"],
    "山田花子": ["hanako_y"],
    "花子": ["hanako_y"],
    "鳴門": ["hanako_y"],
    "ﾔﾏﾀﾞ": ["jiro"],
    "MULLER": ["zoe"],
    "zoe nurnberg": ["zoe"],
    "müller": ["zoe"],
    "obrien": ["conan"],
    "O'Brien": ["conan"],
    "olafsdottir": ["thora"],
    "Ólafs": ["thora"],
    "_": ["hanako_y"],
    "hanako_y@": ["hanako_y"],
    "%": ["conan"],
    "100%": ["conan"],
    "\\": [],
    "Yamada Zoë": [],
    "nobody": [],
}


def test_people_are_found_in_any_order_and_spelling(forum):
    assert {typed: found(forum, typed) for typed in WHO_IS_FOUND} == WHO_IS_FOUND


def test_members_who_may_not_see_addresses_cannot_search_by_them(forum):
    assert found(forum, "hanako_y@example.org", emails=False) == []
    assert found(forum, "taro yamada", emails=False) == ["taro"]


def test_who_changes_a_name_is_found_by_the_new_one(client, make, forum):
    guest = make.registration(forum, make.option(forum), "ada@example.org", family_name="Lovelace", given_name="Ada")
    path = f"/registrations/{guest.token}"
    client.fill(f"{path}/change", {"family_name": "Byron", "organization": "Rivers"})
    assert found(forum, "Lovelace") == []
    assert found(forum, "byron rivers") == ["ada"]


def test_a_search_is_one_that_the_form_of_the_desk_makes(organizer, forum):
    organizer.get("/manage/events/forum/registrations?q=山田花子")
    shown = organizer.page.text(organizer.page.one("main"))
    assert "山田 花子" in shown
    assert "Yamada" not in shown

"""Forms of one of many things: they say what was saved, and lead to the empty form if another one follows."""

from __future__ import annotations

import pytest

DESK = "/manage/events/forum"

FORMS = [
    ("/sites/new", {"name_en": "City Hall"}, "/places"),
    ("/hosts/new", {"name_en": "City Hall"}, "/places"),
    ("/programme/rooms/new", {"name_en": "City Hall"}, "/programme"),
    ("/programme/tracks/new", {"name_en": "City Hall"}, "/programme"),
    ("/programme/sessions/new", {"title_en": "City Hall"}, "/programme"),
    ("/speakers/new", {"family_en": "City", "given_en": "Hall"}, "/speakers"),
    ("/options/new", {"title_en": "City Hall"}, "/options"),
    ("/questions/new", {"label_en": "City Hall"}, "/options"),
]


@pytest.mark.parametrize(("path", "typed", "back"), FORMS, ids=[path for path, _typed, _back in FORMS])
def test_another_one_is_added_on_the_empty_form_which_says_what_was_saved(organizer, make, path, typed, back):
    make.event("forum")
    once = organizer.fill(f"{DESK}{path}", typed)
    assert once.location.split("#")[0] == f"{DESK}{back}"
    again = organizer.fill(f"{DESK}{path}", typed, button="again")
    assert again.location == f"{DESK}{path}"
    page = organizer.get(again.location)
    told = [organizer.page.text(node) for node in organizer.page.nodes if node.get("role") == "status"]
    name = "Hall City" if "speakers" in path else "City Hall"
    assert any(name in one or "City Hall" in one for one in told if "was saved" in one), told
    shown = [node.get("value") for node in organizer.page.all("input") if node.get("name") == next(iter(typed))]
    assert shown == [""] and page.status_code == 200


def test_to_change_something_offers_no_other_one(organizer, make):
    event = make.event("forum")
    room = make.room(event, "Hall")
    organizer.get(f"{DESK}/programme/rooms/{room.slug}")
    assert not [node for node in organizer.page.all("button") if node.get("name") == "again"]

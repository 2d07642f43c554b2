"""What users say about themselves, and the language that the desk speaks to them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts import operations, queries
from eventapp.accounts.models import User
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from tests.support.make import PASSWORD, fresh

PROFILE = "/manage/account"
JAPANESE = {"Accept-Language": "ja"}


def speaks(visitor, path: str = PROFILE, **headers: str) -> str:
    visitor.get(path, headers=headers.get("headers"))
    return visitor.page.one("html").get("lang")


def test_the_name_at_the_top_of_the_desk_leads_to_the_profile(organizer):
    organizer.get("/manage")
    assert [a.text for a in organizer.page.all("a") if a.get("href") == PROFILE] == ["Aoi"]


def test_a_profile_is_kept_and_shown(organizer, make):
    typed = {"name": "Aoi Mori", "language": "ja", "zone": "Europe/Helsinki"}
    assert organizer.fill(PROFILE, typed).status_code == 303
    user = fresh(make.owner())
    assert (user.name, user.language, user.zone) == ("Aoi Mori", "ja", "Europe/Helsinki")
    values = organizer.values(PROFILE)
    assert {name: values[name] for name in typed} == {name: [value] for name, value in typed.items()}


@pytest.mark.parametrize(
    ("field", "typed"),
    [("zone", "Mars/Olympus"), ("zone", "JST"), ("language", "fi"), ("name", ""), ("name", "x" * 101)],
)
def test_a_profile_that_makes_no_sense_is_refused_and_what_was_typed_stays(organizer, make, field, typed):
    response = organizer.fill(PROFILE, {"name": "Other", field: typed})
    assert response.status_code == 422
    assert fresh(make.owner()).name == "Aoi"
    if field == "zone":
        assert organizer.page.by_id("zone").get("value") == typed


def test_the_desk_speaks_the_language_of_the_profile_whatever_the_browser_asks_for(organizer):
    assert speaks(organizer) == "en"
    assert speaks(organizer, headers=JAPANESE) == "ja", "without a choice, the browser decides"
    organizer.fill(PROFILE, {"language": "ja"})
    assert "保存しました" in organizer.get(PROFILE).text, "what was done is said in the new language"
    assert speaks(organizer) == "ja"
    assert speaks(organizer, "/login/change") == "ja"
    organizer.fill(PROFILE, {"language": "en"})
    assert speaks(organizer, headers=JAPANESE) == "en"


def test_public_pages_speak_the_language_of_the_browser_because_they_are_the_same_for_everybody(organizer):
    organizer.fill(PROFILE, {"language": "ja"})
    assert speaks(organizer, "/events") == "en"


def test_a_language_in_the_web_address_comes_before_the_profile_until_the_profile_is_saved(organizer):
    organizer.fill(PROFILE, {"language": "ja"})
    assert speaks(organizer, f"{PROFILE}?lang=en") == "en"
    saved = organizer.fill(f"{PROFILE}?lang=en", {"language": "ja"})
    assert saved.location == PROFILE
    assert speaks(organizer, saved.location) == "ja"


def test_a_language_chosen_at_the_login_stays_in_this_browser_and_ends_with_the_login(app, make):
    user = make.owner()
    with transaction():
        db.session.merge(user).language = "en"
    visitor = app.test_client()
    typed = {"email": user.email, "password": PASSWORD}
    visitor.fill("/login?lang=ja", typed)
    assert speaks(visitor, "/manage") == "ja"
    visitor.fill("/manage", action="/logout")
    visitor.fill("/login", typed)
    assert speaks(visitor, "/manage") == "en"


def test_times_of_logins_are_shown_in_the_own_time_zone(organizer):
    organizer.get(f"{PROFILE}/sessions")
    assert "UTC" in organizer.page.text(organizer.page.one("main"))
    organizer.fill(PROFILE, {"zone": "Asia/Tokyo"})
    organizer.get(f"{PROFILE}/sessions")
    said = organizer.page.text(organizer.page.one("main"))
    assert "JST" in said and "UTC" not in said


def test_nobody_changes_a_profile_without_a_login_or_from_another_site(client, organizer, make):
    assert client.get(PROFILE).status_code == 302
    typed = {"name": "Mallory", "language": "", "zone": ""}
    organizer.looks = False
    assert organizer.post(PROFILE, data=typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert fresh(make.owner()).name == "Aoi"


def test_a_mailbox_has_one_account_however_its_address_is_spelled(app):
    with transaction():
        user = operations.create_user("Ada@例え.jp", password=PASSWORD)
    for spelling in ("ada@例え.jp", "ADA@xn--r8jz45g.jp", " ａｄａ@例え。jp "):
        assert queries.user_by_email(spelling).id == user.id
        with pytest.raises(Refused), transaction():
            operations.create_user(spelling, password=PASSWORD)
    assert len(db.session.scalars(select(User)).all()) == 1


def test_one_logs_in_with_any_spelling_of_the_address(app):
    with transaction():
        operations.create_user("ada@例え.jp", password=PASSWORD)
    for spelling in ("ada@例え.jp", "Ada@xn--r8jz45g.jp"):
        visitor = app.test_client()
        assert visitor.fill("/login", {"email": spelling, "password": PASSWORD}).status_code == 302
        assert visitor.get("/manage").status_code == 200


@pytest.mark.both_engines("a unique constraint refuses the second")
def test_two_accounts_that_are_made_at_the_same_time_for_one_mailbox_are_one(app, monkeypatch):
    with transaction():
        operations.create_user("ada@example.org", password=PASSWORD)
    monkeypatch.setattr(queries, "user_by_email", lambda email: None)  # the other one is not there yet
    with pytest.raises(Refused, match="already"), transaction():
        operations.add_user("ADA@example.org", hashed=None, name="")
    assert len(db.session.scalars(select(User)).all()) == 1

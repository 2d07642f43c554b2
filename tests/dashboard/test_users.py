"""Administrators look after the users of the site."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.accounts import operations
from eventapp.accounts import queries as accounts
from eventapp.accounts.models import LoginSession, User
from eventapp.accounts.rules import Role, UserFilter
from eventapp.check_in import operations as check_in
from eventapp.check_in import points
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.mail.operations import EMAILS_AN_HOUR
from tests.support.make import PASSWORD, fresh
from tests.support.outbox import emails

USERS = "/manage/users"
NEW = "four odd words trample"


@pytest.fixture
def admin(app, make):
    visitor = app.test_client()
    visitor.user = make.user("admin@example.org", admin=True)
    visitor.sign_in(visitor.user)
    return visitor


def main(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def link_in(email, part: str = "/login/reset/") -> str:
    word = next(word for word in email.text.split() if part in word)
    return "/" + word.split("/", 3)[3]


def acts(user: User) -> list[str]:
    verbs = ("", "/disable", "/enable", "/make-administrator", "/unmake-administrator", "/password-link")
    return [f"{USERS}/{user.id}{verb}" for verb in verbs]


def test_the_list_shows_state_events_and_last_visit_of_every_user(admin, make, app):
    make.event("one")
    make.event("two")
    never = make.user("never@example.org")
    with transaction():
        db.session.merge(never).active = False
    make.owner()
    seen = app.test_client()
    with time_machine.travel("2031-02-03 04:05:00+00:00", tick=False):
        seen.sign_in(make.owner())
    admin.get(USERS)
    rows = {row.find("th").find("small").text: admin.page.text(row) for row in admin.page.one("tbody").findall("tr")}
    assert rows["organizer@example.org"].endswith("Active Last seen 3 Feb 2031 04:05 UTC Events 2")
    assert rows["never@example.org"].endswith("Disabled Last seen never Events 0")
    assert "Active Administrator" in rows["admin@example.org"]


def test_the_last_visit_is_still_known_after_the_logout(admin, make, app):
    visitor = app.test_client()
    visitor.fill("/login", {"email": make.owner().email, "password": PASSWORD})
    visitor.fill("/manage", action="/logout")
    assert db.session.scalars(select(LoginSession).where(LoginSession.user_id == make.owner().id)).all() == []
    assert fresh(make.owner()).seen_at is not None
    later = clock.now() + timedelta(minutes=11)
    with time_machine.travel(later, tick=False):
        admin.get(USERS)
    assert fresh(admin.user).seen_at == later


@pytest.mark.both_engines("LIKE")
def test_users_are_found_by_name_address_and_state(app, make, admin):
    with transaction():
        for email, name in [("ada@例え.jp", "Ärla Aalto"), ("b_b@example.org", "50% Bo"), ("bxb@example.org", "")]:
            operations.create_user(email, password=PASSWORD, name=name)
        operations.add_user("new@example.org", hashed=None, name="New")
        operations.disable(accounts.user_by_email("bxb@example.org"), by=fresh(admin.user))

    def found(text: str, shown: UserFilter = UserFilter.ALL) -> set[str]:
        return {user.email.partition("@")[0] for user in accounts.users(text, shown, first=0)}

    assert found("AALTO") == found("例え.jp") == found("xn--r8") == {"ada"}
    assert found("%") == found("b_b") == {"b_b"}
    assert found("", UserFilter.ADMINISTRATORS) == {"admin"}
    assert found("", UserFilter.INVITED) == {"new"}
    assert found("", UserFilter.DISABLED) == {"bxb"}
    assert found("nobody") == set()
    numbers = accounts.numbers_of_users()
    assert [numbers[shown] for shown in UserFilter] == [5, 1, 1, 1]
    assert "No matches" in admin.get(f"{USERS}?q=nobody&show=nonsense").text


@pytest.mark.both_engines("every page once on each engine")
def test_the_pages_ask_as_often_as_they_are_known_to_however_many_users_and_events_there_are(admin, make, queries):
    user = make.owner()
    for number in range(2):
        for more in range(1 + 5 * number):
            make.event(f"event-{number}-{more}")
            make.user()
        asked = {}
        for path in (USERS, f"{USERS}?q=a&show=invited", f"{USERS}/new", *acts(user)):
            if not path.endswith(("enable", "password-link")):
                with queries() as counted:
                    assert admin.get(path).status_code == 200, path
                asked[path.removeprefix(acts(user)[0])] = len(counted)
        assert list(asked.values()) == [5, 5, 2, 4, 4, 3, 3], asked


def test_a_long_list_has_pages(admin, make):
    with transaction():
        for number in range(accounts.PAGE):
            operations.add_user(f"u{number}@example.org", hashed=None, name=f"U {number:03}")
    admin.get(USERS)
    assert len(admin.page.one("tbody").findall("tr")) == accounts.PAGE
    admin.get(f"{USERS}?page=2")
    assert len(admin.page.one("tbody").findall("tr")) == 1


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_nobody_but_an_administrator_sees_or_does_anything(app, make, role, admin):
    member = make.member(make.event("forum"), role)
    other = make.user("other@example.org")
    visitor, stranger = app.test_client(), app.test_client()
    visitor.sign_in(member)
    visitor.get("/manage")
    assert USERS not in [a.get("href") for a in visitor.page.all("a")]
    for path in (USERS, f"{USERS}/new", *acts(other), *acts(member)):
        visitor.looks = stranger.looks = False
        if not path.endswith(("enable", "password-link")):
            assert visitor.get(path).status_code == 403
            assert stranger.get(path).location.startswith("/login")
        visitor.looks = True
        if path not in (USERS, acts(other)[0], acts(member)[0]):
            values = {"email": "made@example.org", "language": "en"}
            assert visitor.fill_elsewhere("/manage", path, values).status_code == 403
    assert accounts.user_by_email("made@example.org") is None
    assert (fresh(other).active, fresh(other).admin, fresh(member).admin) == (True, False, False)
    assert emails() == []


def test_an_administrator_who_is_none_any_more_is_refused_at_once(admin):
    with transaction():
        db.session.merge(admin.user).admin = False
    assert admin.get(USERS).status_code == 403
    assert "Only administrators" in main(admin)


def test_another_site_does_nothing_in_the_name_of_an_administrator(admin, make):
    admin.looks = False
    for path in acts(make.owner())[1:]:
        answer = admin.post(path, data={}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 400, path
    assert fresh(make.owner()).active and not fresh(make.owner()).admin


def test_a_new_user_gets_a_link_chooses_a_password_and_logs_in(admin, app):
    assert "Users" in admin.get("/manage").text
    response = admin.fill(f"{USERS}/new", {"email": "Neu@Example.org", "name": "Neu", "language": "ja"})
    assert response.status_code == 303
    admin.get(response.location)
    assert "No password yet" in main(admin)
    (email,) = emails()
    assert (email.to, email.language) == ("neu@example.org", "ja")
    assert "Aoi" in email.text
    visitor = app.test_client()
    for password in ("", "None", PASSWORD):
        assert visitor.fill("/login", {"email": email.to, "password": password}).status_code == 422
    assert visitor.fill(link_in(email), {"password": "short", "password_confirm": "short"}).status_code == 422
    assert visitor.fill(link_in(email), {"password": NEW, "password_confirm": NEW}).status_code == 302
    assert visitor.fill("/login", {"email": "NEU@example.org", "password": NEW}).status_code == 302
    assert visitor.get("/manage").status_code == 200
    visitor.looks = False
    assert visitor.get(link_in(email)).status_code == 302, "the link works once"


def test_the_first_link_of_a_user_works_for_a_fortnight_and_later_ones_for_a_day(admin, make, app):
    admin.fill(f"{USERS}/new", {"email": "neu@example.org"})
    admin.fill(acts(make.owner())[0], action="/password-link")
    first, later = emails()
    visitor = app.test_client()
    visitor.looks = False

    def opens(email, **after: int) -> bool:
        with time_machine.travel(clock.now() + timedelta(**after), tick=False):
            return visitor.get(link_in(email)).status_code == 200

    assert [opens(first, days=13), opens(first, days=15)] == [True, False]
    assert [opens(later, hours=23), opens(later, hours=25)] == [True, False]
    forged = link_in(first).replace("reset/", "reset/x")
    assert visitor.get(forged).status_code == 302


def test_a_user_who_is_there_is_not_made_twice_and_what_was_typed_stays(admin, make):
    make.owner()
    response = admin.fill(f"{USERS}/new", {"email": "ORGANIZER@example.org", "name": "Twice"})
    assert response.status_code == 422
    assert admin.page.by_id("name").get("value") == "Twice"
    assert "already an account" in main(admin)
    assert admin.fill(f"{USERS}/new", {"email": "no address"}).status_code == 422
    assert emails() == []


def test_a_link_for_a_new_password_is_sent_within_the_limits_of_the_mailbox(admin, make, app):
    path = acts(make.owner())[0]
    assert admin.fill(path, action="/password-link").status_code == 303
    (email,) = emails()
    assert "administers" in email.text
    assert app.test_client().fill(link_in(email), {"password": NEW, "password_confirm": NEW}).status_code == 302
    for _ in range(EMAILS_AN_HOUR - 1):
        assert admin.fill(path, action="/password-link").status_code == 303
    assert admin.fill(path, action="/password-link").status_code == 422
    assert len(emails()) == EMAILS_AN_HOUR - 1


def test_a_disabled_user_is_out_everywhere_and_comes_back(admin, make, app):
    user, visitor = make.owner(), app.test_client()
    make.event("forum")
    visitor.sign_in(user)
    admin.fill(acts(user)[0], action="/password-link")
    (sent,) = emails()
    admin.get(acts(user)[1])
    assert "Forum of cities" in main(admin), "which event has nobody else"
    assert fresh(user).active, "to look changes nothing"
    assert admin.fill(acts(user)[1]).status_code == 303
    assert visitor.get("/manage").status_code == 302
    assert visitor.fill("/login", {"email": user.email, "password": PASSWORD}).status_code == 422
    visitor.looks = False
    assert visitor.get(link_in(sent)).location.startswith("/login/reset"), "links from before are worth nothing"
    assert admin.fill_elsewhere(USERS, acts(user)[5]).status_code == 422
    assert admin.fill_elsewhere(USERS, acts(user)[3]).status_code == 422
    assert admin.fill(acts(user)[0], action="/enable").status_code == 303
    visitor.looks = True
    assert visitor.get("/manage").status_code == 302, "old sessions do not come back"
    assert visitor.fill("/login", {"email": user.email, "password": PASSWORD}).status_code == 302
    assert visitor.get("/manage").status_code == 200


def test_the_check_in_device_of_a_disabled_user_stops(admin, make, app):
    event = make.event("forum")
    user = make.member(event, Role.CHECK_IN)
    with transaction():
        link = points.make_link(fresh(event), check_in.door(fresh(event)), label="Mine", user_id=user.id, own=True)
    device = app.test_client()
    device.looks = False
    key = device.post("/check-in/api/devices", json={"link": link.secret}).get_json()["key"]
    asks = {"headers": {"Authorization": f"Bearer {key}"}}
    assert device.get("/check-in/api/list", **asks).status_code == 200
    admin.fill(acts(user)[1])
    assert device.get("/check-in/api/list", **asks).status_code == 401


def test_rights_of_an_administrator_are_given_and_taken_after_a_question(admin, make, app):
    user, visitor = make.user("other@example.org"), app.test_client()
    make.event("forum")
    visitor.sign_in(user)
    assert visitor.get("/manage/events/forum").status_code == 404
    admin.get(acts(user)[3])
    assert not fresh(user).admin
    assert admin.fill(acts(user)[3]).status_code == 303
    assert visitor.get("/manage/events/forum").status_code == 200
    admin.get(acts(user)[4])
    assert fresh(user).admin
    assert admin.fill(acts(user)[4]).status_code == 303
    assert visitor.get("/manage/events/forum").status_code == 404


def test_nobody_takes_anything_from_themselves(admin):
    admin.get(acts(admin.user)[0])
    assert "This is you" in main(admin)
    for path in (acts(admin.user)[1], acts(admin.user)[4]):
        assert admin.fill(path).status_code == 422
        assert "Ask another administrator" in main(admin)
        assert "Back without changes" in main(admin), "inside the desk, with a way back"
    assert fresh(admin.user).active and fresh(admin.user).admin


@pytest.mark.both_engines("administrators are read under a row lock")
@pytest.mark.parametrize("act", [operations.disable, operations.unmake_administrator])
def test_two_administrators_who_act_on_each_other_do_not_leave_a_site_without_one(app, make, act):
    one, two = make.user(admin=True), make.user(admin=True)
    with transaction():
        act(fresh(two), by=fresh(one))
    # The request of the other one began before, and has read its user before.
    with pytest.raises(Refused, match="no longer"), transaction():
        act(fresh(one), by=fresh(two))
    left = db.session.scalars(select(User).where(User.active, User.admin)).all()
    assert [user.id for user in left] == [one.id]


@pytest.mark.both_engines("administrators are read under a row lock")
def test_who_was_disabled_a_moment_ago_gives_nothing_to_anybody(app, make):
    one, two, other = make.user(admin=True), make.user(admin=True), make.user()
    with transaction():
        operations.disable(fresh(two), by=fresh(one))
    for act in (operations.enable, operations.make_administrator):
        with pytest.raises(Refused, match="no longer"), transaction():
            act(fresh(other), by=fresh(two))
    assert not fresh(other).admin

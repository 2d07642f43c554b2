"""Options for those who were invited, and for e-mail addresses of certain domains."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.addresses import domain_key
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.lifecycle.clone import clone
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations, paces, queries, setup
from eventapp.registration.models import Registration
from eventapp.registration.rules import Access, AddressCheck, RegistrationStatus, has_domain, is_code
from tests.support.make import fresh

PATH = "/events/forum/register"
DESK = "/manage/events/forum/options"
ADA = {"option": "in_person", "email": "ada@city.example", "family_name": "Lovelace", "given_name": "Ada"}


@pytest.fixture
def forum(make):
    return make.event("forum")


def problems(client) -> str:
    return client.page.text(client.page.by_id("problems"))


@pytest.mark.parametrize("typed", ["Forum-2031", "forum 2031", "ＦＯＲＵＭ２０３１", " forum2031 "])
def test_a_code_is_recognized_in_every_spelling(typed):
    assert is_code(typed, "FORUM-2031")


@pytest.mark.parametrize(("typed", "code"), [("", ""), ("", "A"), ("-", "-"), ("B", "A"), ("", "🌸")])
def test_an_empty_code_opens_nothing(typed, code):
    assert not is_code(typed, code)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("ada@city.example", True),
        ("ada@mail.city.example", True),
        ("ada@mycity.example", False),
        ("ada@city.example.evil.example", False),
        ("city.example@evil.example", False),
        ("", False),
    ],
)
def test_a_domain_includes_those_below_it_and_no_others(address, allowed):
    assert has_domain(address, ["city.example"]) is allowed


@pytest.mark.parametrize(
    "typed", ["City.Example", "@city.example", "*.city.example", "ｃｉｔｙ．example", "x@city.example."]
)
def test_a_domain_is_stored_in_one_spelling(typed):
    assert domain_key(typed) == "city.example"
    assert domain_key("例え.jp") == "xn--r8jz45g.jp"


def test_who_has_the_code_registers_and_who_has_not_reads_what_is_missing(client, make, forum):
    make.option(forum, access=Access.CODE, access_code="KIZUNA-22")
    client.get(PATH)
    assert "Only with an invitation code" in client.page.text(client.page.one("main"))
    assert client.fill(PATH, ADA).status_code == 422
    assert "Enter your invitation code." in problems(client)
    assert client.fill(PATH, {**ADA, "code": "guess"}).status_code == 422
    assert "This code is not valid for this option." in problems(client)
    assert client.values(PATH)["family_name"] == [""], "and a new form is empty"
    assert client.fill(PATH, {**ADA, "code": "kizuna 22"}).status_code == 303


def test_guessing_a_code_is_slowed_down(client, make, forum, monkeypatch):
    make.option(forum, access=Access.CODE, access_code="KIZUNA-22")
    monkeypatch.setattr(paces, "GUESSES", "3/minute")
    client.looks = False
    codes = [client.post(PATH, data={**ADA, "code": f"guess {n}"}).status_code for n in range(4)]
    assert codes == [422, 422, 422, 429]
    assert client.post(PATH, data={**ADA, "code": "kizuna 22"}).status_code == 429, "or guessing would go on"
    assert client.post(PATH, data=ADA).status_code == 422, "who types no code guesses none"


def test_guessing_a_code_is_slowed_down_for_who_is_registered_too(client, make, forum, monkeypatch):
    guest = make.registration(forum, make.option(forum, Mode.ONLINE))
    closed = make.option(forum, access=Access.CODE, access_code="KIZUNA-22")
    monkeypatch.setattr(paces, "GUESSES", "3/minute")
    path = f"/registrations/{guest.token}/change"
    codes = [client.fill(path, {"option": closed.key, "code": f"guess {n}"}).status_code for n in range(4)]
    assert codes == [422, 422, 422, 429]


def test_the_form_asks_for_a_code_only_where_an_option_has_one(client, make, forum):
    make.option(forum)
    client.get(PATH)
    assert not [field for field in client.page.all("input") if field.get("name") == "code"]


def test_an_address_of_another_domain_is_refused_in_words(client, make, forum):
    make.option(forum, access=Access.DOMAIN, domains=["City.Example", "town.example"])
    assert client.fill(PATH, {**ADA, "email": "ada@elsewhere.example"}).status_code == 422
    assert "only for e-mail addresses that end in @city.example and @town.example" in problems(client)
    assert client.fill(PATH, ADA).status_code == 303


def test_an_address_of_the_domain_must_be_ones_own_unless_the_team_trusts_what_is_typed(client, make):
    for check, location in ((AddressCheck.AUTO, "/register/sent"), (AddressCheck.NEVER, "/registrations/")):
        event = make.event(f"check-{check}", address_check=check)
        make.option(event, access=Access.DOMAIN, domains=["city.example"])
        assert location in client.fill(f"/events/{event.slug}/register", ADA).location
    status = db.session.scalars(select(Registration.status).order_by(Registration.id)).all()
    assert status == [RegistrationStatus.UNCONFIRMED, RegistrationStatus.CONFIRMED]


def test_the_team_registers_whom_it_likes(make, forum):
    option = make.option(forum, access=Access.DOMAIN, domains=["city.example"])
    answers = operations.RegistrationInput(email="guest@elsewhere.example", family_name="Guest")
    with transaction():
        assert operations.register(forum, answers, option=option, by_team=True).status.value == "confirmed"


@pytest.mark.both_engines("a new column")
def test_a_guest_does_not_get_in_by_switching(make, forum):
    online = make.option(forum, Mode.ONLINE)
    closed = make.option(forum, access=Access.CODE, access_code="KIZUNA-22")
    town = make.option(forum, Mode.VIDEO_MESSAGE, access=Access.DOMAIN, domains=["town.example"])
    guest = make.registration(forum, online, "ada@city.example")
    for option, field in ((closed, "code"), (town, "email")):
        with pytest.raises(Refused) as refused, transaction():
            edits.change_option(fresh(guest), fresh(option), by_guest=True)
        assert refused.value.field == field
    with transaction():
        edits.change_option(fresh(guest), fresh(closed), by_guest=True, code="Kizuna22")
    assert fresh(guest).option.key == "in_person"


def test_the_desk_makes_up_a_code_and_shows_the_link_with_it(organizer, forum):
    assert organizer.fill(f"{DESK}/new", {"mode": "in_person", "access": "code"}).status_code == 303
    (option,) = queries.options(fresh(forum))
    assert len(option.access_code) == 8
    organizer.get(f"{DESK}/in_person")
    link = f"http://localhost/events/forum/register#code={option.access_code}"
    assert link in organizer.page.text(organizer.page.one("main"))
    assert organizer.fill(f"{DESK}/in_person", {"access_code": "—"}).status_code == 422
    assert organizer.fill(f"{DESK}/in_person", {"access": "domain"}).status_code == 422
    response = organizer.fill(f"{DESK}/in_person", {"access": "domain", "domains": "city.example\n@Town.example"})
    assert response.status_code == 303
    option = fresh(option)
    assert (option.access, option.domains, option.access_code) == (Access.DOMAIN, ["city.example", "town.example"], "")
    organizer.get(f"{DESK}/in_person")
    assert organizer.values(f"{DESK}/in_person")["domains"] == ["city.example\ntown.example"]


def test_the_next_edition_has_a_code_of_its_own(make, forum):
    make.option(forum, access=Access.CODE, access_code="KIZUNA-22")
    with transaction():
        made = clone(fresh(forum), owner=make.owner(), slug="next", first_day=forum.first_day)
    (option,) = queries.options(made.event)
    assert option.access_code not in {"", "KIZUNA-22"}
    db.session.rollback()
    with pytest.raises(Refused), transaction():
        setup.save_option(fresh(forum), None, mode=Mode.ONLINE, title=LocalizedText(), access=Access.DOMAIN)

"""A person is not an e-mail address: people share a contact, it is handed over, and some people have none."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventapp import lifecycle
from eventapp.attendance import queries as attendance
from eventapp.attendance.rules import Basis
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.registration import contacts, edits, operations, queries
from eventapp.registration.models import Contact, Registration
from eventapp.registration.operations import AlreadyRegistered, RegistrationInput
from eventapp.registration.rules import Access, name_key
from tests.support.make import fresh
from tests.support.outbox import emails

PATH = "/events/forum/register"
DESK = "/manage/events/forum/registrations"
MAYOR = {"option": "in_person", "email": "office@example.org", "family_name": "Sato", "given_name": "Hanako"}


@pytest.fixture
def forum(make):
    event = make.event("forum", country_code="JP")
    make.option(event, capacity=10)
    return event


def people(event) -> int:
    db.session.rollback()
    return attendance.count(fresh(event), basis=Basis.CONFIRMED).people


def everybody() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def number_of_contacts() -> int:
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


def register(event, **values) -> Registration:
    option = queries.options(fresh(event))[0]
    values = {"email": "office@example.org", "family_name": "Sato", "given_name": "Hanako"} | values
    another = values.pop("another", False)
    with transaction():
        return operations.register(
            fresh(event), RegistrationInput(**values), option=option, by_team=True, another=another
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Lovelace", "Ada"), ("Ada", "Lovelace")),
        (("LOVELACE", "Ada"), ("Lovelace Ada", "")),
        (("Müller", "Jörg"), ("muller", "jorg")),
        (("ｻﾄｳ", "ﾊﾅｺ"), ("サトウ", "ハナコ")),
    ],
)
def test_spellings_of_one_name_are_equal(one, other):
    assert name_key(*one) == name_key(*other)


def test_different_names_are_different():
    assert (
        len({name_key("Sato", "Hanako"), name_key("Sato", "Hanae"), name_key("佐藤", "花子"), name_key("🌸", "")}) == 4
    )


def test_a_mayor_and_four_companies_under_one_address_are_five_people(client, forum):
    for name in ("Sato", "Ito", "Mori", "Abe", "Kato"):
        assert client.fill(PATH, {**MAYOR, "family_name": name}).status_code == 303
    assert people(forum) == 5
    assert number_of_contacts() == 1
    assert [email.to for email in emails()] == ["office@example.org"] * 5


@pytest.mark.both_engines("a unique index with a condition, and an insert that gives way")
def test_the_same_form_sent_twice_is_one_registration(make, forum):
    register(forum)
    with pytest.raises(AlreadyRegistered):
        register(forum, family_name="SATO")
    assert len(everybody()) == 1
    assert fresh(queries.options(fresh(forum))[0]).seats_taken == 1


@pytest.mark.both_engines("a unique index with a condition")
def test_the_index_stops_a_registration_that_came_past_the_question(make, forum, monkeypatch):
    register(forum)
    asked = []
    really = contacts.with_person

    def late(*about):
        asked.append(about)
        return really(*about) if len(asked) > 1 else (None, None)

    monkeypatch.setattr(contacts, "with_person", late)
    with pytest.raises(AlreadyRegistered):
        register(forum)
    assert len(everybody()) == 1
    assert fresh(queries.options(fresh(forum))[0]).seats_taken == 1


def test_the_team_registers_two_people_of_one_name_when_asked(organizer, forum):
    assert organizer.fill(f"{DESK}/new", MAYOR).status_code == 303
    refused = organizer.fill(f"{DESK}/new", MAYOR)
    assert refused.status_code == 422
    assert "Hanako Sato is already registered" in organizer.page.text(organizer.page.by_id("problems"))
    assert organizer.fill_again(f"{DESK}/new", {"another": "y"}).status_code == 303
    assert people(forum) == 2


@pytest.mark.both_engines("counting")
def test_each_person_without_an_address_is_a_person(make, forum):
    register(forum, email="")
    register(forum, email="", family_name="Ito")
    with pytest.raises(AlreadyRegistered):
        register(forum, email="")
    register(forum, email="", another=True)
    assert people(forum) == 3
    assert emails() == []


@pytest.mark.parametrize(
    ("state", "option"),
    [
        ("waiting", {"capacity": 1, "waiting_list": True}),
        ("pending", {"access": Access.APPROVAL}),
        ("drawn", {"access": Access.LOTTERY, "capacity": 1, "waiting_list": True}),
        ("postponed", {}),
    ],
)
def test_who_has_no_address_is_promised_no_e_mail_on_their_own_page(client, make, state, option):
    event = make.event("forum")
    make.registration(event, make.option(event, **option))
    guest = register(event, email="")
    if state == "postponed":
        with transaction():
            lifecycle.postpone_event(fresh(event), note=LocalizedText())
    client.get(f"/registrations/{guest.token}")
    said = client.page.text(client.page.one("main"))
    assert "This page will" in said and "e-mail you" not in said


def test_nobody_is_told_of_changes_to_people_without_an_address(organizer, make, forum):
    register(forum, email="")
    organizer.get("/manage/events/forum/cancel")
    assert "no e-mails will be sent" in organizer.page.text(organizer.page.one("main"))
    number = everybody()[0].id
    organizer.get(f"{DESK}/{number}/cancel")
    assert "Please let the person know yourself" in organizer.page.text(organizer.page.one("main"))
    organizer.get(f"{DESK}/{number}")
    assert "no e-mail address" in organizer.page.text(organizer.page.one("main"))


def test_the_desk_registers_somebody_without_an_address(organizer, forum):
    assert organizer.fill(f"{DESK}/new", {**MAYOR, "email": "", "phone": "+81 90 1234 5678"}).status_code == 303
    (one,) = everybody()
    assert (one.email, one.contact.phone) == ("", "+81 90 1234 5678")


def test_an_address_may_be_taken_away_and_given_again(organizer, forum):
    register(forum)
    path = f"{DESK}/{everybody()[0].id}"
    assert organizer.fill(path, {"email": ""}, action=path).status_code == 303
    assert everybody()[0].email == ""
    assert number_of_contacts() == 1, "the old contact is not kept"
    assert organizer.fill(path, {"email": "new@example.org"}, action=path).status_code == 303
    assert [email.to for email in emails() if email.kind == "registration.new_link"] == ["new@example.org"]


@pytest.mark.both_engines("moving rows between contacts")
def test_a_contact_is_handed_over_with_everybody_who_shares_it(make, forum):
    first, second = register(forum), register(forum, family_name="Ito")
    emails()
    keys = {first.token, second.token}
    with transaction():
        edits.change(
            fresh(first),
            RegistrationInput(email="successor@example.org", family_name="Sato", given_name="Hanako"),
            by_team=True,
            everybody=True,
        )
    assert {one.email for one in everybody()} == {"successor@example.org"}
    assert not keys & {one.token for one in everybody()}, "who held the contact before has no key"
    told = [email.to for email in emails() if email.kind == "registration.new_link"]
    assert told == ["successor@example.org"] * 2


def test_one_person_leaves_a_shared_contact_alone(make, forum):
    register(forum)
    second = register(forum, family_name="Ito")
    with transaction():
        edits.change(fresh(second), RegistrationInput(email="ito@example.org", family_name="Ito"), by_team=True)
    assert [one.email for one in everybody()] == ["office@example.org", "ito@example.org"]


@pytest.mark.both_engines("a unique index with a condition")
def test_a_person_is_not_moved_to_a_contact_with_the_same_person(make, forum):
    register(forum)
    mine = register(forum, email="private@example.org")
    with pytest.raises(Refused, match="already registered with this e-mail address"), transaction():
        edits.change(
            fresh(mine),
            RegistrationInput(email="office@example.org", family_name="Sato", given_name="Hanako"),
            by_team=True,
        )
    assert [one.email for one in everybody()] == ["office@example.org", "private@example.org"]


@pytest.mark.both_engines("a unique index with a condition")
def test_the_team_does_not_give_a_contact_the_same_person_twice_by_renaming(make, forum):
    register(forum)
    other = register(forum, family_name="Ito")
    wanted = RegistrationInput(email="office@example.org", family_name="Sato", given_name="Hanako")
    with pytest.raises(Refused, match="Hanako Sato is already registered"), transaction():
        edits.change(fresh(other), wanted, by_team=True)
    assert [one.name for one in everybody()] == ["Hanako Sato", "Hanako Ito"]


@pytest.mark.both_engines("a unique index with a condition")
def test_renaming_oneself_reveals_nobody_with_the_same_address(make, forum):
    register(forum)
    mine = register(forum, family_name="Ito")
    with transaction():
        edits.change(fresh(mine), RegistrationInput(email="", family_name="Sato", given_name="Hanako"), by_guest=True)
    assert [one.name for one in everybody()] == ["Hanako Sato", "Hanako Sato"]
    assert people(forum) == 2


def test_who_types_a_known_address_does_not_change_how_it_is_written_to(client, make, forum):
    option = queries.options(forum)[0]
    make.registration(forum, option, "office@example.org", language="ja", zone="Asia/Tokyo")
    assert client.fill(PATH, {**MAYOR, "zone": "Europe/Berlin"}).status_code == 303
    assert {(one.language, one.zone) for one in everybody()} == {("ja", "Asia/Tokyo")}


@pytest.mark.both_engines("moments are compared")
def test_the_own_page_of_who_typed_a_known_address_neither_shows_nor_changes_how_it_is_written_to(client, make, forum):
    option = queries.options(forum)[0]
    first = make.registration(forum, option, "office@example.org", language="ja", zone="Asia/Tokyo")
    other = client.fill(PATH, MAYOR).location.split("?")[0]
    client.get(f"{other}/change")
    assert "Asia/Tokyo" not in client.page.text(client.page.one("main"))
    assert client.fill(f"{other}/change", {"zone": "Europe/Berlin", "given_name": "Hana"}).status_code == 303
    assert {(one.language, one.zone) for one in everybody()} == {("ja", "Asia/Tokyo")}
    assert everybody()[1].given_name == "Hana"
    assert client.fill(f"/registrations/{first.token}/change", {"zone": "Europe/Berlin"}).status_code == 303
    assert {one.zone for one in everybody()} == {"Europe/Berlin"}
    with transaction():
        operations.cancel(fresh(first))
    assert client.fill(f"{other}/change", {"zone": "Asia/Seoul"}).status_code == 303
    assert {one.zone for one in everybody()} == {"Asia/Seoul"}, "nobody else has the address any more"


def test_who_registers_again_is_written_to_in_the_language_of_this_time(client, make, forum):
    option = queries.options(forum)[0]
    before = make.registration(forum, option, "office@example.org", language="ja")
    with transaction():
        operations.cancel(fresh(before))
    assert client.fill(PATH, MAYOR).status_code == 303
    assert everybody()[-1].language == "en"


def test_a_lost_link_brings_the_links_of_all_who_share_the_contact(client, make, forum):
    first, second = register(forum), register(forum, family_name="Ito")
    emails()
    assert client.fill("/events/forum/register/link", {"email": "OFFICE@example.org"}).status_code == 200
    (email,) = (email for email in emails() if email.kind == "registration.link")
    assert fresh(first).token in email.text
    assert fresh(second).token in email.text


def test_an_unused_contact_is_deleted_and_a_used_one_is_kept(make, forum):
    mine = register(forum)
    with transaction():
        contacts.remove_unused(fresh(mine).contact)
    assert number_of_contacts() == 1

"""Certificates: who gets one, what it says for ever, and what its check shows."""

from __future__ import annotations

import contextvars
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from eventapp.certificates import operations, rules
from eventapp.certificates.models import Certificate
from eventapp.certificates.rules import CertificateContent
from eventapp.check_in import operations as check_in
from eventapp.check_in.models import CheckIn
from eventapp.check_in.rules import CheckInKind
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.people import merging
from eventapp.registration.models import Registration
from tests.support.make import fresh

DESK = "/manage/events/forum/certificates"


@pytest.fixture
def forum(make):
    begun = clock.now() - timedelta(hours=2)
    return make.event("forum", starts_at=begun, ends_at=begun + timedelta(hours=8))


@pytest.fixture
def guest(make, forum):
    return make.registration(forum, make.option(forum), family_name="Lovelace", given_name="Ada")


@pytest.fixture
def enter(make, forum):
    """Check somebody in."""

    def entered(guest) -> None:
        with transaction():
            check_in.check(fresh(forum), fresh(guest), kind=CheckInKind.IN, nonce=f"nonce-{make.next()}", user_id=None)

    return entered


def issue(forum, *, minutes=None, least_minutes: int = 1) -> int:
    rows = operations.due(fresh(forum), minutes or {}, least_minutes=least_minutes)
    assert operations.number_due(fresh(forum), minutes or {}, least_minutes=least_minutes) == len(rows)
    db.session.rollback()
    with transaction():
        return operations.issue(fresh(forum), rows)


def only() -> Certificate:
    return db.session.scalars(select(Certificate)).one()


def main(client) -> str:
    return client.page.text(client.page.one("main"))


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=16, max_size=16))
def test_a_printed_code_is_read_back_however_it_is_typed(code):
    for typed in (
        rules.spaced(code),
        code.lower(),
        f" {rules.spaced(code)} ",
        code.replace("0", "O").replace("1", "l"),
    ):
        assert rules.read_code(typed) == code


def test_codes_are_random_and_anything_else_is_none():
    assert len({rules.new_code() for _ in range(100)}) == 100
    for typed in ("", "ABCD", "A" * 17, "U" * 16, "<script>alert(1)"):
        assert rules.read_code(typed) == ""


@pytest.mark.parametrize(
    ("days", "minutes", "least", "may"),
    [(1, None, 30, True), (0, None, 1, False), (0, 29, 30, False), (0, 30, 30, True)],
)
def test_who_was_at_a_door_or_online_for_long_enough_may_have_one(days, minutes, least, may):
    assert rules.may_have(days, minutes, least_minutes=least) is may


def test_facts_come_back_from_where_they_were_stored():
    day = date(2031, 3, 18)
    facts = CertificateContent("Ada", {"en": "Forum"}, {}, day, day, "en", "City", (day,), 42, ({"en": "Talk"},))
    assert CertificateContent.read(facts.stored()) == facts


@pytest.mark.both_engines("an insert of many rows")
def test_people_who_were_checked_in_get_one_and_nobody_gets_two(make, forum, guest, enter):
    make.registration(forum, guest.option, family_name="Absent", given_name="Al")
    enter(guest)
    assert issue(forum) == 1 and issue(forum) == 0
    facts = CertificateContent.read(only().facts)
    today = clock.local_day(clock.now(), forum.zone)
    assert (facts.name, facts.days, facts.minutes) == ("Ada Lovelace", (today,), None)


@pytest.mark.both_engines("two that write at once")
def test_two_who_issue_at_the_same_moment_give_one(app, make, forum, guest, enter):
    enter(guest)
    first = operations.due(fresh(forum), {}, least_minutes=1)
    enter(late := make.registration(forum, guest.option, family_name="Late", given_name="Lea"))
    both = operations.due(fresh(forum), {}, least_minutes=1)
    number = forum.id
    db.session.rollback()

    def other() -> int:
        with app.app_context(), transaction():
            return operations.issue(db.session.get_one(Event, number), both)

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            assert operations.issue(fresh(forum), first) == 1
            second = pool.submit(contextvars.Context().run, other)
            time.sleep(0.2)  # until the other one waits for this transaction
        assert second.result() == 1
    assert {one.registration_id for one in db.session.scalars(select(Certificate))} == {guest.id, late.id}


def test_who_was_online_gets_one_with_the_minutes(make, forum, guest):
    assert issue(forum, minutes={guest.id: 20}, least_minutes=30) == 0
    assert issue(forum, minutes={guest.id: 45}, least_minutes=30) == 1
    assert CertificateContent.read(only().facts).minutes == 45


def test_an_entry_that_was_undone_and_two_registrations_of_one_person_are_counted_rightly(make, forum, guest, enter):
    twice = make.registration(forum, guest.option, family_name="Lovelace", given_name="Ada")
    enter(guest)
    line = db.session.scalars(select(CheckIn)).one()
    with transaction():
        check_in.undo_line(fresh(forum), fresh(line), nonce="taken back", user_id=None)
    assert issue(forum) == 0
    enter(twice)
    with transaction():
        merging.merge(fresh(guest), fresh(twice))
    assert issue(forum) == 1 and only().registration_id == guest.id


def test_what_was_certified_does_not_change_with_the_event_and_the_name(forum, guest, enter):
    enter(guest)
    issue(forum)
    with transaction():
        fresh(guest).family_name = "Byron"
        fresh(forum).title = LocalizedText(en="Another name")
    facts = CertificateContent.read(only().facts)
    assert facts.name == "Ada Lovelace" and facts.event["en"] == "Forum of cities"


def test_none_is_issued_before_the_event(organizer, make):
    coming = make.event("coming")
    early = make.registration(coming, make.option(coming))
    with transaction():
        check_in.check(fresh(coming), fresh(early), kind=CheckInKind.IN, nonce="nonce-early", user_id=None)
    organizer.get("/manage/events/coming/certificates")
    assert "once the event has begun" in organizer.page.text(organizer.page.one("main"))
    assert not [one for one in organizer.page.all("button") if "Issue" in organizer.page.text(one)]
    with pytest.raises(Refused, match="begun"), transaction():
        operations.issue(fresh(coming), [])


@pytest.mark.both_engines("a page for everybody")
def test_the_check_shows_what_is_certified_and_asks_not_to_be_listed(client, forum, guest, enter):
    enter(guest)
    issue(forum)
    code = rules.spaced(only().code)
    assert client.get(f"/verify?code={code.lower()}").headers["Location"].endswith(f"/verify/{code}")
    response = client.get(f"/verify/{code}")
    shown = main(client)
    for part in ("Valid certificate", "Ada Lovelace", "Forum of cities", "Checked in at the venue", code):
        assert part in shown
    assert response.headers["X-Robots-Tag"] == "noindex" and "no-store" in response.headers["Cache-Control"]


def test_a_wrong_code_keeps_what_was_typed_and_says_so(client):
    assert client.get("/verify").status_code == 200
    assert client.get("/verify?code=ABC").status_code == 422
    assert client.page.by_id("code").get("value") == "ABC"
    assert client.get("/verify/0000-0000-0000-0000").status_code == 404
    assert "There is no certificate with this code" in main(client)


def test_codes_can_t_be_tried_without_end(client):
    client.looks = False
    answers = [client.get("/verify/0000-0000-0000-0000").status_code for _ in range(61)]
    assert set(answers[:60]) == {404} and answers[60] == 429


def test_a_withdrawn_certificate_says_so_everywhere_and_can_be_made_valid_again(organizer, client, forum, guest, enter):
    enter(guest)
    issue(forum)
    number, code = only().id, rules.spaced(only().code)
    assert organizer.fill(f"{DESK}/{number}", {"reason": " "}).status_code == 422
    assert organizer.fill(f"{DESK}/{number}", {"reason": "A mistake at the door."}).status_code == 303
    client.get(f"/verify/{code}")
    assert "Withdrawn certificate" in main(client) and "mistake" not in main(client)
    client.get(f"/registrations/{guest.token}/certificate")
    assert "withdrawn your certificate" in main(client)
    client.looks = False
    assert client.get(f"/registrations/{guest.token}/certificate.pdf").status_code == 404
    organizer.fill(f"{DESK}/{number}", action="/restore")
    assert fresh(only()).valid


def test_after_erasure_the_certificate_remains_without_a_name(client, forum, guest, enter):
    enter(guest)
    issue(forum)
    code = rules.spaced(only().code)
    with transaction():
        db.session.execute(delete(Registration).where(Registration.id == guest.id))
    client.get(f"/verify/{code}")
    assert "the personal data were erased" in main(client) and "Lovelace" not in main(client)
    assert operations.forget_names() == 1 and operations.forget_names() == 0
    assert "Lovelace" not in str(only().facts)


def test_one_s_own_page_has_it_as_pdf_in_both_languages(client, forum, guest, enter):
    client.get(f"/registrations/{guest.token}/certificate")
    assert "There is no certificate yet" in main(client)
    assert "online for long enough" in main(client)
    enter(guest)
    issue(forum)
    client.get(f"/registrations/{guest.token}/certificate")
    assert rules.spaced(only().code) in main(client)
    client.looks = False
    files = [client.get(f"/registrations/{guest.token}/certificate.pdf?lang={tag}").data for tag in ("en", "ja")]
    assert all(file.startswith(b"%PDF") for file in files) and files[0] != files[1]
    assert client.get(f"/registrations/{guest.token}/certificate.pdf?lang=en").data == files[0], "the same bytes again"


def test_the_desk_issues_searches_and_prints(organizer, make, forum, guest, enter):
    organizer.get(DESK)
    assert "Nobody has been checked in yet." in main(organizer)
    enter(guest)
    assert organizer.fill(DESK, {"least_minutes": "0"}).status_code == 422
    assert organizer.fill(DESK, {"least_minutes": "30"}).status_code == 303
    organizer.get(f"{DESK}?q=ada")
    assert "Ada Lovelace" in main(organizer)
    organizer.get(f"{DESK}?q=nobody")
    assert "No matches." in main(organizer)
    organizer.looks = False
    assert organizer.get(f"{DESK}/{only().id}.pdf").mimetype == "application/pdf"
    assert organizer.get(f"{DESK}/999").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_people(make, forum, guest, enter, queries):
    def statements() -> int:
        with queries() as seen:
            operations.due(fresh(forum), {}, least_minutes=1)
        return len(seen.statements)

    enter(guest)
    few = statements()
    for _ in range(5):
        enter(make.registration(forum, guest.option))
    assert statements() == few


@pytest.mark.parametrize("number", ["0", "-1", "x", "00001" + "9" * 30, "9" * 4000])
def test_a_page_that_cannot_be_is_the_first_one(organizer, forum, number):
    assert organizer.get(f"{DESK}?page={number}").status_code == 200

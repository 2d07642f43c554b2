"""An attendee's ticket, behind the private link."""

from __future__ import annotations

import re

import pytest

from eventapp.core.db import transaction
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations
from eventapp.tickets import queries
from tests.support.make import fresh
from tests.support.outbox import emails


@pytest.fixture
def forum(make):
    event = make.event("forum")
    make.venue(event, "City Hall")
    return event


@pytest.fixture
def guest(make, forum):
    return make.registration(forum, make.option(forum), family_name="Lovelace", given_name="Ada")


def main(client) -> str:
    return client.page.text(client.page.one("main"))


@pytest.mark.both_engines("a page behind a private link")
def test_the_ticket_shows_who_when_where_and_both_codes(client, guest):
    response = client.get(f"/registrations/{guest.token}/ticket")
    assert client.get(f"/registrations/{guest.token}/ticket").data == response.data, "the key is made once"
    shown = main(client)
    for part in ("Ada Lovelace", "Forum of cities", "City Hall", "10:00", queries.printed(guest).code):
        assert part in shown
    assert 'stroke="#000"' in response.text and "style=" not in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_who_has_no_ticket_is_sent_to_their_registration(client, make, forum):
    online = make.registration(forum, make.option(forum, Mode.ONLINE))
    pending = make.registration(forum, make.approval_option(forum))
    for one in (online, pending):
        answer = client.get(f"/registrations/{one.token}/ticket")
        assert answer.location == f"/registrations/{one.token}"
        client.get(answer.location)
        assert "ticket" not in main(client)
    assert client.get("/registrations/nobody/ticket").status_code == 404


def test_a_cancelled_registration_and_a_postponed_event_show_none(client, guest, forum):
    with transaction():
        fresh(forum).status = EventStatus.POSTPONED
    assert client.get(f"/registrations/{guest.token}/ticket").status_code == 302
    with transaction():
        fresh(forum).status = EventStatus.PUBLISHED
        operations.cancel(fresh(guest))
    assert client.get(f"/registrations/{guest.token}/ticket").status_code == 302


def test_the_own_page_leads_to_the_ticket_of_this_person_alone(client, make, forum, guest):
    other = make.registration(forum, guest.option)
    for one in (guest, other, guest):
        response = client.get(f"/registrations/{one.token}")
        assert re.findall(r'href="(/registrations/[^"/]+/ticket)"', response.text) == [
            f"/registrations/{one.token}/ticket"
        ]


def test_the_old_link_shows_no_ticket_any_more(client, guest):
    old = guest.token
    with transaction():
        edits.new_link(fresh(guest))
    assert client.get(f"/registrations/{old}/ticket").status_code == 404


def test_the_confirmation_leads_to_the_ticket_and_other_emails_do_not(make, forum, guest):
    make.registration(forum, make.option(forum, Mode.ONLINE), "online@example.org")
    make.tell()
    by_address = {email.to: email for email in emails()}
    mine, theirs = by_address[guest.email], by_address["online@example.org"]
    assert f"/registrations/{guest.token}/ticket" in mine.text and f"/registrations/{guest.token}/ticket" in mine.html
    assert "/ticket" not in theirs.text


@pytest.mark.both_engines("a page behind a private link")
def test_the_ticket_is_a_pdf_and_who_has_none_is_led_to_their_registration(client, make, guest):
    client.looks = False
    response = client.get(f"/registrations/{guest.token}/ticket.pdf")
    assert response.mimetype == "application/pdf" and response.data.startswith(b"%PDF")
    assert response.headers["Referrer-Policy"] == "no-referrer" and "no-store" in response.headers["Cache-Control"]
    with transaction():
        operations.cancel(fresh(guest))
    assert client.get(f"/registrations/{guest.token}/ticket.pdf").status_code == 302


def test_a_name_that_no_font_has_still_gets_a_ticket(client, make, forum):
    guest = make.registration(forum, make.option(forum), family_name="ᠮᠣᠩᠭᠣᠯ", given_name="Kim 😀")
    client.looks = False
    assert client.get(f"/registrations/{guest.token}/ticket.pdf").data.startswith(b"%PDF")


def test_the_worker_of_a_ticket_is_for_its_page_alone(client, guest):
    client.looks = False
    response = client.get(f"/registrations/{guest.token}/ticket/worker.js")
    assert response.headers["Service-Worker-Allowed"] == f"/registrations/{guest.token}/ticket"
    assert client.get("/registrations/nobody/ticket/worker.js").status_code == 404

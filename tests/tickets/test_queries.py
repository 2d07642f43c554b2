"""Tickets of registrations, and when they stop being valid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventapp.core.db import transaction
from eventapp.programme.rules import Mode
from eventapp.registration import edits
from eventapp.registration import operations as registration
from eventapp.registration.operations import RegistrationInput
from eventapp.tickets import operations, queries
from eventapp.tickets.rules import ScanResult
from tests.support.make import fresh


@pytest.fixture
def forum(make):
    event = make.event("forum")
    with transaction():
        operations.give_key(event.id)
    return event


@pytest.fixture
def guest(make, forum):
    return make.registration(forum, make.option(forum), family_name="Lovelace", given_name="Ada")


def answers(guest, **changed) -> RegistrationInput:
    known = RegistrationInput(email=guest.email, family_name=guest.family_name, given_name=guest.given_name)
    return replace(known, **changed)


def test_the_text_and_the_short_code_lead_to_the_registration(guest, forum):
    ticket = queries.printed(guest)
    for typed in (ticket.text, ticket.code):
        read = queries.scanned(forum.id, typed)
        assert read.result is ScanResult.OK and read.ticket.registration == guest.id


def test_a_ticket_of_another_event_says_so_and_its_short_code_leads_nowhere(make, guest):
    other = make.event("other")
    with transaction():
        operations.give_key(other.id)
    ticket = queries.printed(guest)
    assert queries.scanned(other.id, ticket.text).result is ScanResult.OTHER_EVENT
    read = queries.scanned(other.id, ticket.code).ticket
    assert read is None or read.registration != guest.id


def test_other_texts_are_unknown_and_changed_tickets_forged(guest, forum):
    text = queries.printed(guest).text
    assert queries.scanned(forum.id, "https://example.org/").result is ScanResult.UNKNOWN
    changed = text[:30] + ("B" if text[30] != "B" else "C") + text[31:]
    assert queries.scanned(forum.id, changed).result is ScanResult.FORGED


@pytest.mark.both_engines("bytes in a column")
def test_a_new_private_link_replaces_the_ticket(guest):
    before = queries.printed(guest)
    with transaction():
        edits.new_link(fresh(guest))
    after = queries.printed(fresh(guest))
    assert after.text != before.text and after.code != before.code
    assert queries.scanned(guest.event_id, after.text).ticket.revision == 1


def test_a_change_of_the_person_replaces_the_ticket_and_a_corrected_name_does_not(guest):
    for changed, revision in (({"given_name": "Augusta"}, 0), ({"family_name": "Babbage", "given_name": "Charles"}, 1)):
        with transaction():
            edits.change(fresh(guest), answers(guest, **changed), by_team=True)
        assert fresh(guest).ticket_revision == revision


def test_another_option_and_a_cancellation_keep_the_revision(make, guest, forum):
    online = make.option(forum, Mode.ONLINE)
    with transaction():
        edits.change_option(fresh(guest), fresh(online))
        registration.cancel(fresh(guest))
    assert fresh(guest).ticket_revision == 0


@pytest.mark.both_engines("an insert that does nothing on a conflict")
def test_each_event_has_its_own_key_which_is_made_once(make, forum):
    other = make.event("other")
    assert queries.key_of(other.id) is None
    assert queries.scanned(other.id, "ABCD-EFGH").result is ScanResult.UNKNOWN
    for event in (forum, other, forum):
        with transaction():
            operations.give_key(event.id)
    seeds = [queries.key_of(event.id).seed for event in (forum, other)]
    assert seeds[0] != seeds[1] and len(seeds[0]) == 32

"""Tickets of registrations, and when they stop being valid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventapp.check_in.queries import scanned
from eventapp.check_in.rules import ScanResult
from eventapp.core.db import transaction
from eventapp.programme.rules import Mode
from eventapp.registration import edits
from eventapp.registration import operations as registration
from eventapp.registration.operations import RegistrationInput
from eventapp.tickets import operations, queries
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


@pytest.mark.both_engines("bytes in a column")
def test_a_new_private_link_replaces_the_ticket(guest):
    before = queries.printed(guest)
    with transaction():
        edits.new_link(fresh(guest))
    after = queries.printed(fresh(guest))
    assert after.text != before.text and after.code != before.code
    assert scanned(guest.event_id, after.text).ticket.revision == 1


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
    assert scanned(other.id, "ABCD-EFGH").result is ScanResult.UNKNOWN
    for event in (forum, other, forum):
        with transaction():
            operations.give_key(event.id)
    seeds = [queries.key_of(event.id).seed for event in (forum, other)]
    assert seeds[0] != seeds[1] and len(seeds[0]) == 32

"""Where the team approves people, an attendee can correct a name, and not give the seat to somebody else."""

from __future__ import annotations

import pytest

from eventapp.core import actors
from eventapp.core.db import transaction
from eventapp.people import merging
from eventapp.registration import decisions
from eventapp.registration.rules import RegistrationStatus, is_corrected, name_key
from tests.support.make import fresh
from tests.support.outbox import emails

CONFIRMED, PENDING = RegistrationStatus.CONFIRMED, RegistrationStatus.PENDING


@pytest.mark.parametrize(
    ("before", "now", "corrected"),
    [
        ("Lovelace Ada", "Ada LOVELACE", True),
        ("Lovelce Ada", "Lovelace Ada", True),
        ("Lovelace", "Lovelace Ada", True),
        ("Lovelace Ada", "King Lovelace Ada", True),
        ("", "Lovelace Ada", True),
        ("佐藤", "佐藤 花子", True),
        ("佐藤 花子", "加藤 花子", False),
        ("Sato Kenji", "Sato Kenta", False),
        ("Sato Kenji", "Sato Hanako", False),
        ("Lovelace Ada", "Babbage Ada", False),
        ("Lovelace Ada", "Ada", False),
        ("Lovelace Ada", "Babbage Charles", False),
    ],
)
def test_a_name_is_corrected_if_no_word_is_lost_but_one_that_was_misspelt(before, now, corrected):
    assert is_corrected(name_key(before, ""), name_key(now, "")) is corrected


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def ada(make, forum):
    """Somebody whom the team has approved by name."""
    guest = make.registration(forum, make.approval_option(forum, capacity=1), family_name="Lovelce", given_name="Ada")
    approve(guest)
    emails()
    return guest


def approve(guest) -> None:
    with transaction(), actors.acting(actors.user(1)):
        decisions.approve(fresh(guest))


def rename(client, guest, family: str, given: str = "Ada", **more):
    page = f"/registrations/{fresh(guest).token}/change"
    response = client.fill(page, {"family_name": family, "given_name": given, **more})
    assert response.status_code == 303
    return fresh(guest).status


def test_a_corrected_name_stays_confirmed(client, ada):
    client.get(f"/registrations/{fresh(ada).token}/change")
    assert "If you enter somebody else's name, they will decide again" in client.page.text(client.page.one("main"))
    assert rename(client, ada, "Lovelace") is CONFIRMED


def test_another_name_waits_for_the_team_with_its_seat_and_without_a_ticket(client, organizer, ada):
    assert rename(client, ada, "Babbage", "Charles") is PENDING
    assert fresh(ada).option.seats_taken == 1
    (email,) = emails()
    assert email.kind == "registration.pending"
    assert client.get(f"/registrations/{fresh(ada).token}/ticket").status_code == 302
    organizer.get(f"/manage/events/forum/registrations/{ada.id}")
    shown = organizer.page.text(organizer.page.one("main"))
    assert "Lovelce" in shown and "Babbage" in shown, "the team sees who it was"
    approve(ada)
    assert rename(client, ada, "Babage", "Charles") is CONFIRMED


def test_a_name_does_not_become_another_in_small_steps(client, ada):
    assert rename(client, ada, "Lovelace") is CONFIRMED
    assert rename(client, ada, "Loveless") is PENDING, "far from the name that was approved"


def test_what_the_team_has_typed_is_what_it_knows(client, make, organizer, ada):
    page = f"/manage/events/forum/registrations/{ada.id}"
    assert organizer.fill(page, {"family_name": "King"}, action=page).status_code == 303
    assert rename(client, ada, "King", "Ada Augusta") is CONFIRMED


@pytest.mark.both_engines("moments are compared")
def test_former_names_of_a_registration_that_was_merged_are_not_those_of_the_kept_one(app, client, make, ada):
    other = make.registration(fresh(ada).event, ada.option, "other@x.org", family_name="Babbage", given_name="Charles")
    rename(client, other, "Lovelce", "Ada")
    with transaction(), actors.acting(actors.user(1)):
        merging.merge(fresh(ada), fresh(other))
    assert rename(client, ada, "Lovelce", "Ada Augusta") is CONFIRMED
    assert rename(client, ada, "Babbage", "Charles") is PENDING


def test_nobody_gets_an_approved_seat_back_under_another_name(client, make, forum, ada):
    anyone = make.option(forum)
    client.fill(f"/registrations/{fresh(ada).token}", {"option": anyone.key}, action="/option")
    assert rename(client, ada, "Babbage", "Charles") is CONFIRMED, "where nobody needs to be approved"
    client.post(f"/registrations/{fresh(ada).token}/undo")
    assert fresh(ada).option_id == anyone.id


def test_where_nobody_is_approved_a_seat_may_be_given_to_somebody_else(client, make, forum):
    ada = make.registration(forum, make.option(forum), family_name="Lovelace", given_name="Ada")
    assert rename(client, ada, "Babbage", "Charles") is CONFIRMED

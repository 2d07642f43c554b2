"""Somebody who has registered twice is found, and the two registrations become one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.errors import Refused
from eventapp.mail.models import PendingNotification
from eventapp.people import duplicates, operations, queries
from eventapp.people.models import RegistrationNote
from eventapp.programme.rules import Mode
from eventapp.registration import operations as registration
from eventapp.registration import sign_ups
from eventapp.registration.models import SessionSignup
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("grouping and bulk updates")

DESK = "/manage/events/forum/registrations/duplicates"


@pytest.fixture
def forum(make):
    return make.event("forum")


def why(event) -> list[str]:
    return [pair.why for pair in duplicates.pairs(fresh(event))]


def merged(kept, other) -> None:
    with transaction():
        duplicates.merge(fresh(kept), fresh(other))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("Lovelace", "Ada", "", "a@x.org", ""), ("LOVELACE", "ada", "", "b@x.org", ""), "same name and organization"),
        (
            ("Lovelace", "Ada", "Acme", "a@x.org", ""),
            ("Lovelace", "Ada", "", "b@x.org", ""),
            "same name and organization",
        ),
        (
            ("鈴木", "美咲", "松山市", "a@x.org", "スズキ ミサキ"),
            ("鈴木", "みさき", "松山市", "b@x.org", "すずき みさき"),
            "",
        ),
        (
            ("鈴木", "美咲", "松山市", "a@x.org", "スズキ"),
            ("Suzuki", "M", "松山市", "b@x.org", "スズキ"),
            "same reading and organization",
        ),
        (
            ("Lovelace", "Ada", "", "a@x.org", ""),
            ("Lovelace", "A", "", "a@x.org", ""),
            "same e-mail address and a similar name",
        ),
        (
            ("Lovelace", "Ada", "", "a@x.org", ""),
            ("Lovelace", "", "", "a@x.org", ""),
            "same e-mail address and a similar name",
        ),
        (("Lovelace", "Ada", "Acme", "a@x.org", ""), ("Lovelace", "Ada", "Bcme", "b@x.org", ""), ""),
        (("Lovelace", "Ada", "", "a@x.org", ""), ("Lovelace", "Byron", "", "a@x.org", ""), ""),
        (("Lovelace", "Ada", "", "a@x.org", ""), ("Babbage", "Charles", "", "a@x.org", ""), ""),
    ],
)
def test_who_may_be_the_same_person_is_proposed_with_the_reason(make, forum, first, second, reason):
    option = make.option(forum)
    for family, given, organization, email, reading in (first, second):
        make.registration(
            forum, option, email, family_name=family, given_name=given, organization=organization, reading=reading
        )
    assert why(forum) == ([reason] if reason else [])


def test_two_delegations_without_names_are_no_duplicates(make, forum):
    option = make.option(forum)
    for organization in ("Rome", "Oslo"):
        with transaction():
            answers = registration.RegistrationInput(email="", family_name="", organization=organization)
            registration.register(forum, answers, option=option, by_team=True, another=True)
    assert why(forum) == []


@pytest.fixture
def twice(make, forum):
    """Ada waits in front of somebody else, and has registered again at the end of the line."""
    option = make.option(forum, capacity=1)
    make.registration(forum, option, family_name="First")
    ada = make.registration(
        forum, option, "ada@a.org", family_name="Lovelace", given_name="Ada", extra={"meal": "vegan"}
    )
    make.registration(forum, option, family_name="Next")
    again = make.registration(
        forum,
        option,
        "ada@b.org",
        family_name="Lovelace",
        given_name="Ada",
        country="GB",
        extra={"meal": "halal", "nights": 2},
    )
    return ada, again


def test_the_kept_registration_says_what_both_say_and_keeps_the_older_place(twice):
    ada, again = twice
    since = fresh(ada).waiting_since
    merged(again, ada)
    kept, other = fresh(again), fresh(ada)
    assert (kept.waiting_since, kept.country_code, kept.answers) == (since, "GB", {"meal": "halal", "nights": 2})
    assert other.status == "cancelled"


def test_the_seat_of_one_is_the_seat_of_the_merged_registration(make, forum):
    option, other_option = make.option(forum, capacity=2), make.option(forum, Mode.ONLINE)
    make.registration(forum, option)
    seated = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    waiting = make.registration(forum, option, "b@x.org", family_name="Lovelace")
    merged(waiting, seated)
    assert fresh(waiting).status == "confirmed"
    assert fresh(option).seats_taken == 2
    assert fresh(other_option).seats_taken == 0


def test_a_seat_that_two_registrations_had_twice_goes_to_the_next(make, forum):
    option = make.option(forum, capacity=2)
    pair = [make.registration(forum, option, f"{n}@x.org", family_name="Lovelace") for n in range(2)]
    third = make.registration(forum, option)
    merged(*pair)
    assert fresh(third).status == "confirmed"
    told = db.session.scalars(select(PendingNotification.recipient).where(PendingNotification.kind.like("%confirmed")))
    assert list(told) == [f"registration:{third.id}"]


def test_tags_notes_and_seats_in_sessions_come_along(make, forum):
    option = make.option(forum)
    room = make.session(forum, "Workshop", capacity=5)
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    two = make.registration(forum, option, "b@x.org", family_name="Lovelace")
    with transaction():
        vip, press = operations.tag_named(fresh(forum), "VIP"), operations.tag_named(fresh(forum), "Press")
        operations.tag([one.id, two.id], vip)
        operations.tag([two.id], press)
        operations.add_note(fresh(two), author_id=make.owner().id, text="Needs a ramp.")
        sign_ups.sign_up(fresh(two), room.code)
    merged(one, two)
    assert queries.tags_of([one.id])[one.id] == ["Press", "VIP"]
    assert db.session.scalars(select(RegistrationNote.registration_id)).all() == [one.id]
    assert db.session.scalars(select(SessionSignup.registration_id)).all() == [one.id]


def test_the_link_of_the_other_leads_to_the_kept_one(client, make, forum):
    option = make.option(forum)
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    two = make.registration(forum, option, "b@x.org", family_name="Lovelace")
    merged(one, two)
    response = client.get(f"/registrations/{fresh(two).token}")
    assert response.status_code == 302
    assert response.location.endswith(f"/registrations/{fresh(one).token}")


def test_a_pair_of_two_people_is_not_proposed_again(organizer, make, forum, twice):
    organizer.get(DESK)
    assert "same name and organization" in organizer.page.text(organizer.page.one("main"))
    ada, again = twice
    organizer.fill(DESK, action=f"/{ada.id}/{again.id}/dismiss")
    organizer.get(DESK)
    assert "Nobody seems to have registered twice." in organizer.page.text(organizer.page.one("main"))


def test_the_team_merges_into_the_one_it_chooses(organizer, twice):
    ada, again = twice
    response = organizer.fill(f"{DESK}/{ada.id}/{again.id}", {"keep": str(again.id)})
    assert response.location.endswith(f"/registrations/{again.id}")
    assert fresh(ada).status == "cancelled"
    organizer.get(response.location)
    assert "Lovelace" in organizer.page.text(organizer.page.one("main"))


def test_what_has_ended_is_not_merged(make, forum, twice):
    ada, again = twice
    with transaction():
        registration.cancel(fresh(ada))
    with pytest.raises(Refused):
        merged(again, ada)

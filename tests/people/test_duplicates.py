"""Somebody who has registered twice is found, and the two registrations become one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.lifecycle import cancel_event
from eventapp.mail.models import PendingNotification
from eventapp.people import duplicates, merging, operations, queries
from eventapp.people.models import RegistrationNote
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration import operations as registration
from eventapp.registration import setup_seats, sign_ups
from eventapp.registration.form_models import AnswerFile
from eventapp.registration.models import SessionSignup
from eventapp.registration.records import SessionWaitlistEntry
from eventapp.registration.rules import ACTIVE, HELD, HOLDS_SEAT, IN_LINE, RegistrationStatus
from tests.support.make import fresh, words
from tests.support.outbox import emails

DESK = "/manage/events/forum/registrations/duplicates"


@pytest.fixture
def forum(make):
    return make.event("forum")


def why(event) -> list[str]:
    return [pair.why for pair in duplicates.pairs(fresh(event))]


def merged(kept, other) -> None:
    with transaction():
        merging.merge(fresh(kept), fresh(other))


@pytest.mark.both_engines("grouping")
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


@pytest.mark.both_engines("grouping")
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


@pytest.mark.both_engines("bulk updates and row locks")
def test_the_kept_registration_says_what_both_say_and_keeps_the_older_place(twice):
    ada, again = twice
    since = fresh(ada).waiting_since
    merged(again, ada)
    kept, other = fresh(again), fresh(ada)
    assert (kept.waiting_since, kept.country_code, kept.answers) == (since, "GB", {"meal": "halal", "nights": 2})
    assert other.status == "cancelled"


@pytest.mark.both_engines("bulk updates and row locks")
def test_the_seat_of_one_is_the_seat_of_the_merged_registration(make, forum):
    option, other_option = make.option(forum, capacity=2), make.option(forum, Mode.ONLINE)
    make.registration(forum, option)
    seated = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    waiting = make.registration(forum, option, "b@x.org", family_name="Lovelace")
    merged(waiting, seated)
    assert fresh(waiting).status == "confirmed"
    assert fresh(option).seats_taken == 2
    assert fresh(other_option).seats_taken == 0


@pytest.mark.both_engines("bulk updates and row locks")
def test_a_seat_that_two_registrations_had_twice_goes_to_the_next(make, forum):
    option = make.option(forum, capacity=2)
    pair = [make.registration(forum, option, f"{n}@x.org", family_name="Lovelace") for n in range(2)]
    third = make.registration(forum, option)
    merged(*pair)
    assert fresh(third).status == "confirmed"
    told = db.session.scalars(select(PendingNotification.recipient).where(PendingNotification.kind.like("%confirmed")))
    assert list(told) == [f"registration:{third.id}"]


@pytest.mark.both_engines("bulk updates and row locks")
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


PAGES = ("", "/ticket", "/ticket.pdf", "/join", "/here", "/certificate")


def places(client, person) -> set[str]:
    """Where the pages of a private link lead."""
    found = {client.get(f"/registrations/{fresh(person).token}{one}").location or "" for one in PAGES}
    return {place.removeprefix("/registrations/").partition("/")[0] for place in found}


def by_link_of_mailbox(*people) -> None:
    with transaction():
        for one in people:
            fresh(one).only_emailed = True


def test_the_link_of_the_other_leads_to_the_kept_one_if_only_their_mailbox_has_it(client, make, forum):
    option = make.option(forum)
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace", given_name="Ada")
    two = make.registration(forum, option, "a@x.org", family_name="Lovelace", given_name="A")
    by_link_of_mailbox(two)
    merged(one, two)
    assert places(client, two) == {fresh(one).token}


@pytest.mark.parametrize("address", ["stranger@x.org", "ada@x.org"])
def test_who_registers_in_the_name_of_somebody_never_gets_their_link(client, organizer, make, forum, address):
    """Whether the stranger has typed an address of their own, or that of the person and seen the link at once."""
    option = make.option(forum)
    ada = make.registration(forum, option, "ada@x.org", family_name="Lovelace", given_name="Ada")
    given = "Ada" if address == "stranger@x.org" else "A"
    stranger = make.registration(forum, option, address, family_name="Lovelace", given_name=given)
    if address == "stranger@x.org":
        by_link_of_mailbox(stranger)  # theirs
    organizer.fill(f"{DESK}/{ada.id}/{stranger.id}", {"keep": str(ada.id)})
    assert not places(client, stranger) & {fresh(ada).token}
    client.get(f"/registrations/{fresh(stranger).token}")
    said = client.page.text(client.page.one("main"))
    assert "If you have another one, it is still valid" in said
    assert address == "ada@x.org" or "ada@x.org" not in said


def test_two_addresses_are_a_warning_before_merging_and_an_e_mail_to_the_other_one(organizer, make, forum):
    option = make.option(forum)
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    two = make.registration(forum, option, "b@x.org", family_name="Lovelace", language="ja")
    same = make.registration(forum, option, "a@x.org", family_name="Lovelace", given_name="Ada")
    emails()
    organizer.get(f"{DESK}/{one.id}/{same.id}")
    warning = "Two e-mail addresses: is this one person?"
    assert warning not in organizer.page.text(organizer.page.one("main"))
    organizer.get(f"{DESK}/{one.id}/{two.id}")
    assert warning in organizer.page.text(organizer.page.one("main"))
    merged(one, same)
    merged(one, two)
    (email,) = emails()
    assert (email.to, email.kind) == ("b@x.org", "registration.cancelled")
    assert "別のメールアドレス" in email.text and "a@x.org" not in email.text
    (calendar,) = email.calendars
    assert b"METHOD:CANCEL" in calendar.content


def test_nobody_is_e_mailed_at_an_address_that_was_not_confirmed(make, forum):
    option = make.option(forum)
    one, two = pair(make, forum, option)
    emails()
    in_state(two, "unconfirmed", held_until=clock.now())
    merged(one, two)
    assert emails() == []


@pytest.mark.parametrize("state", ["over", "cancelled"])
def test_nobody_is_e_mailed_about_a_merger_once_the_event_is_over_or_cancelled(organizer, make, forum, state):
    option = make.option(forum)
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    two = make.registration(forum, option, "b@x.org", family_name="Lovelace")
    if state == "cancelled":
        with transaction():
            cancel_event(fresh(forum), note=LocalizedText())
    else:
        with transaction():
            fresh(forum).starts_at = clock.now() - timedelta(hours=2)
            fresh(forum).ends_at = clock.now() - timedelta(hours=1)
    emails()
    organizer.get(f"{DESK}/{one.id}/{two.id}")
    said = organizer.page.text(organizer.page.one("main"))
    assert "is this one person?" in said and "We will tell the other address" not in said
    merged(one, two)
    assert emails() == []


@pytest.mark.both_engines("grouping")
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


def pair(make, forum, option, other_option=None):
    """Two active registrations of one name; the first is the one to keep."""
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace")
    return one, make.registration(forum, other_option or option, "b@x.org", family_name="Lovelace")


def in_state(person, status, **values) -> None:
    with transaction():
        row = fresh(person)
        row.status = RegistrationStatus(status)
        for name, value in values.items():
            setattr(row, name, value)


def test_who_has_no_e_mail_address_gets_that_of_the_other(make, forum):
    option = make.option(forum)
    with transaction():
        answers = registration.RegistrationInput(email="", family_name="Lovelace", given_name="Ada")
        kept = registration.register(forum, answers, option=option, by_team=True)
    other = make.registration(forum, option, "ada@x.org", family_name="Lovelace", given_name="Ada")
    merged(kept, other)
    assert (fresh(kept).email, fresh(kept).status, fresh(other).status) == ("ada@x.org", "confirmed", "cancelled")
    assert fresh(option).seats_taken == 1


@pytest.mark.both_engines("bulk updates and row locks")
@pytest.mark.parametrize(
    ("mine", "theirs", "left"),
    [
        ("offered", "confirmed", "confirmed"),
        ("pending", "confirmed", "confirmed"),
        ("unconfirmed", "confirmed", "confirmed"),
        ("unconfirmed", "pending", "pending"),
        ("unconfirmed_waiting", "waitlisted", "waitlisted"),
        ("waitlisted", "offered", "offered"),
        ("confirmed", "offered", "confirmed"),
    ],
)
def test_the_better_state_is_kept_and_does_not_expire(make, forum, mine, theirs, left):
    option = make.option(forum)
    make.registration(forum, option)
    one, two = pair(make, forum, option)
    for person, status in ((one, mine), (two, theirs)):
        held = clock.now() if status in {"offered", "unconfirmed", "unconfirmed_waiting"} else None
        waits = clock.now() if status in {"waitlisted", "unconfirmed_waiting"} else None
        in_state(person, status, held_until=held, waiting_since=waits)
    taken = sum(status in HOLDS_SEAT for status in (mine, theirs))
    with transaction():
        fresh(option).seats_taken = fresh(option).capacity = 1 + taken
    merged(one, two)
    kept = fresh(one)
    assert kept.status == left
    assert (kept.held_until is not None) == (left in HELD)
    assert (kept.waiting_since is not None) == (left in IN_LINE)
    assert fresh(option).seats_taken == 1 + (left in HOLDS_SEAT)


@pytest.mark.both_engines("bulk updates and row locks")
def test_a_better_seat_with_another_option_frees_the_one_that_was_held(make, forum):
    hall, online = make.option(forum, capacity=1), make.option(forum, Mode.ONLINE, capacity=1)
    one, two = pair(make, forum, hall, online)
    in_state(one, "offered", held_until=clock.now())
    waiting = make.registration(forum, hall)
    merged(one, two)
    assert (fresh(one).option.key, fresh(one).status) == (fresh(online).key, "confirmed")
    assert (fresh(hall).seats_taken, fresh(online).seats_taken) == (1, 1)
    assert fresh(waiting).status == "confirmed"


@pytest.mark.both_engines("bulk updates and row locks")
def test_the_older_place_in_a_line_that_options_share_is_kept(make, forum):
    with transaction():
        pool = setup_seats.save_pool(fresh(forum), None, title=words("Hall"), capacity=1)
    guests, press = make.option(forum, pool=pool), make.option(forum, title=words("Press"), pool=pool)
    make.registration(forum, guests)
    older = make.registration(forum, guests, "a@x.org", family_name="Lovelace")
    newer = make.registration(forum, press, "b@x.org", family_name="Lovelace")
    since = fresh(older).waiting_since
    merged(newer, older)
    assert fresh(newer).waiting_since == since


def test_an_empty_answer_does_not_hide_what_the_other_says(make, forum):
    option = make.option(forum)
    one = make.registration(forum, option, "a@x.org", family_name="Lovelace", extra={"meal": "", "days": []})
    two = make.registration(
        forum, option, "b@x.org", family_name="Lovelace", extra={"meal": "vegan", "days": ["first"], "ramp": False}
    )
    merged(one, two)
    assert fresh(one).answers == {"meal": "vegan", "days": ["first"], "ramp": False}


def seats(person) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(select(SessionSignup.session_id).where(SessionSignup.registration_id == person.id)))


@pytest.mark.both_engines("bulk updates and row locks")
def test_nobody_has_two_seats_at_the_same_time_after_merging(make, forum):
    option = make.option(forum)
    first, second = (make.session(forum, title, capacity=5) for title in ("Workshop", "Tour"))
    one, two = pair(make, forum, option)
    with transaction():
        sign_ups.sign_up(fresh(one), first.code)
    with transaction():
        sign_ups.sign_up(fresh(two), second.code)
    merged(one, two)
    assert (seats(one), seats(two)) == ({first.id}, set())


def test_who_keeps_the_online_registration_has_no_seat_in_a_room(make, forum):
    hall, online = make.option(forum), make.option(forum, Mode.ONLINE)
    room = make.session(forum, "Workshop", rooms=[make.room(forum)], capacity=5)
    one, two = pair(make, forum, online, hall)
    with transaction():
        sign_ups.sign_up(fresh(two), room.code)
    assert seats(two) == {room.id}
    merged(one, two)
    assert (seats(one), seats(two)) == (set(), set())


@pytest.mark.both_engines("bulk updates and row locks")
def test_the_place_in_the_line_of_a_session_comes_along(make, forum):
    option = make.option(forum)
    room = make.session(forum, "Workshop", capacity=1)
    with transaction():
        sign_ups.sign_up(fresh(make.registration(forum, option)), room.code)
    one, two = pair(make, forum, option)
    with transaction():
        sign_ups.sign_up(fresh(two), room.code, wait=True)
    merged(one, two)
    assert db.session.scalars(select(SessionWaitlistEntry.registration_id)).all() == [one.id]


@pytest.mark.both_engines("bulk updates and row locks")
def test_a_link_leads_through_all_mergers_to_the_one_that_is_active(client, make, forum):
    option = make.option(forum)
    first, second, third = (
        make.registration(forum, option, "ada@x.org", family_name="Lovelace", given_name=given)
        for given in ("A", "A. K.", "Ada")
    )
    by_link_of_mailbox(first, second)
    merged(second, first)
    merged(third, second)
    response = client.get(f"/registrations/{fresh(first).token}")
    assert response.location.endswith(f"/registrations/{fresh(third).token}")


@pytest.mark.both_engines("bulk updates and row locks")
def test_a_file_that_somebody_has_answered_with_comes_along(make, forum):
    option = make.option(forum)
    one, two = pair(make, forum, option)
    with transaction():
        file = AnswerFile(event_id=forum.id, registration_id=two.id, question="cv", name="cv.pdf", size=1)
        file.key, file.media_type, file.content = "secret", "application/pdf", b"%PDF-"
        db.session.add(file)
        fresh(two).answers = {"cv": {"file": "secret", "name": "cv.pdf"}}
    merged(one, two)
    assert db.session.scalars(select(AnswerFile.registration_id)).all() == [one.id]


@pytest.mark.both_engines("grouping")
def test_a_thousand_people_with_one_address_are_not_compared_each_with_each(make, forum, monkeypatch):
    option = make.option(forum)
    with transaction():
        for number in range(200):
            answers = registration.RegistrationInput(
                email="agency@x.org", family_name=f"Guest{number}", given_name="Ms", organization=f"City {number}"
            )
            registration.register(forum, answers, option=option, by_team=True, silent=True)
    make.registration(forum, option, "agency@x.org", family_name="Guest7", given_name="")
    compared = []
    alike = duplicates._alike
    monkeypatch.setattr(duplicates, "_alike", lambda *pair: compared.append(pair) or alike(*pair))
    assert why(forum) == ["same e-mail address and a similar name"]
    assert len(compared) < 10


@pytest.mark.both_engines("LIKE")
def test_what_the_other_one_says_is_found_by_the_search(make, forum):
    option = make.option(forum)
    one, two = pair(make, forum, option)
    with transaction():
        fresh(two).reading, fresh(two).organization_name = "ラブレス", "Acme"
    merged(one, two)
    for words_ in ("ラブレス", "acme"):
        query = PeopleQuery(text=words_, statuses=tuple(ACTIVE))
        assert queries.ids(fresh(forum), query, []) == [one.id], words_


def test_who_is_restored_after_merging_has_an_own_link_again(client, make, forum):
    one, two = pair(make, forum, make.option(forum))
    merged(one, two)
    for operation in (registration.reinstate, registration.cancel):
        with transaction():
            operation(fresh(two))
    assert client.get(f"/registrations/{fresh(two).token}").status_code == 200

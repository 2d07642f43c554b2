"""What is new is told once, to those concerned, in words and to their calendars."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from eventapp import lifecycle
from eventapp.calendars import due
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.words import Words
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.lifecycle import news as looks
from eventapp.mail.models import Mail
from eventapp.programme import operations as programme
from eventapp.programme import releases
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.registration import news, operations, sign_ups
from eventapp.registration.models import Registration, RegistrationInvitation, RegistrationNews
from tests.calendars import lint

HOUR = timedelta(hours=1)


@pytest.fixture
def forum(make):
    return make.event("forum", place=Words(en="City Hall", ja="市役所"))


def fresh(thing):
    """The row as it is in the database now."""
    return db.session.get_one(type(thing), thing.id, populate_existing=True)


def edit(event, **values) -> None:
    with transaction():
        row = fresh(event)
        events.edit(row, slug=row.slug, **values)


def move(event, by: timedelta) -> None:
    row = fresh(event)
    edit(event, starts_at=row.starts_at + by, ends_at=row.ends_at + by)


def letters() -> list[Mail]:
    """All letters since the last look at them."""
    found = list(db.session.scalars(select(Mail).order_by(Mail.id)))
    for letter in found:
        letter.calendars  # noqa: B018 - read while the row is there
        db.session.expunge(letter)
    with transaction():
        db.session.execute(delete(Mail))
    return found


def entry(letter: Mail, place: int = 0) -> lint.Component:
    file = letter.calendars[place]
    calendar = lint.check(file.content, feed=False)
    assert calendar.one("METHOD") == file.method
    (found,) = [part for part in calendar.parts if part.name == "VEVENT"]
    assert found.one("ATTENDEE") == f"mailto:{letter.to}"
    assert found.one("ORGANIZER") == "mailto:events@localhost"
    return found


def sequence(letter: Mail) -> int:
    return int(entry(letter).one("SEQUENCE"))


# ---- invitations --------------------------------------------------------------------------------------------------


def test_a_confirmation_is_an_invitation_that_is_accepted_already(make, forum):
    guest = make.registration(forum, make.option(forum), "ada@example.org", family_name="Lovelace", given_name="Ada")
    (letter,) = letters()
    assert [file.method for file in letter.calendars] == ["REQUEST"]
    sent = entry(letter)
    assert sent.one("UID") == guest.uid
    asked = sent.all("ATTENDEE")[0].params
    assert (asked["PARTSTAT"], asked["RSVP"], asked["CN"]) == ("ACCEPTED", "FALSE", '"Ada Lovelace"')
    known = db.session.scalars(select(RegistrationInvitation)).one()
    assert (known.uid, known.sequence) == (guest.uid, sequence(letter))


def test_whoever_waits_is_tentative_and_each_step_after_it_is_newer(make, forum):
    option = make.option(forum, capacity=1)
    first = make.registration(forum, option)
    second = make.registration(forum, option)
    waiting = letters()[-1]
    assert (entry(waiting).one("STATUS"), entry(waiting).all("ATTENDEE")[0].params["PARTSTAT"]) == (
        "TENTATIVE", "TENTATIVE",
    )  # fmt: skip
    with transaction():
        operations.cancel(fresh(first))
    left, certain = letters()
    if left.to != first.email:
        left, certain = certain, left
    assert (left.calendars[0].method, entry(left).one("STATUS")) == ("CANCEL", "CANCELLED")
    assert (certain.to, entry(certain).one("STATUS")) == (second.email, "CONFIRMED")
    assert sequence(certain) > sequence(waiting)
    with transaction():
        operations.cancel(fresh(second))
    (gone,) = letters()
    assert gone.calendars[0].method == "CANCEL"
    assert sequence(gone) > sequence(certain)
    assert entry(gone).one("UID") == second.uid


def test_a_declined_request_is_taken_out_of_the_calendar_it_stands_in(make, forum):
    guest = make.registration(forum, make.approval_option(forum))
    letters()
    with transaction():
        operations.decline(fresh(guest))
    (letter,) = letters()
    assert letter.calendars[0].method == "CANCEL"


def test_another_way_of_taking_part_is_an_update_with_the_link(make, forum):
    edit(forum, join_url="https://meet.example/all")
    guest = make.registration(forum, make.option(forum))
    (before,) = letters()
    assert b"meet.example" not in before.calendars[0].content
    with transaction():
        operations.change_option(fresh(guest), make.option(forum, Mode.ONLINE))
    (letter,) = letters()
    assert sequence(letter) > sequence(before)
    assert entry(letter).one("CONFERENCE") == "https://meet.example/all"
    assert lint.text(entry(letter).one("LOCATION")) == "Online"


def test_the_desk_gives_a_new_link_and_the_calendar_gets_it(make, forum):
    guest = make.registration(forum, make.option(forum))
    (before,) = letters()
    with transaction():
        operations.new_link(fresh(guest))
    (letter,) = letters()
    assert sequence(letter) > sequence(before)
    assert fresh(guest).token in lint.text(entry(letter).one("DESCRIPTION"))


def test_who_registers_again_is_invited_under_a_new_uid(make, forum):
    option = make.option(forum)
    first = make.registration(forum, option, "ada@example.org")
    with transaction():
        operations.cancel(fresh(first))
    make.registration(forum, option, "ada@example.org")
    uids = [entry(letter).one("UID") for letter in letters()]
    assert uids[0] == uids[1] != uids[2]


# ---- news of the event --------------------------------------------------------------------------------------------


def test_another_time_is_told_with_the_old_one_in_the_readers_zone_and_language(make, forum):
    option = make.option(forum)
    make.registration(forum, option, "berlin@example.org", zone="Europe/Berlin")
    make.registration(forum, option, "ja@example.org", language="ja", country="JP")
    make.registration(forum, option, "dhaka@example.org", country="BD")
    first = {letter.to: letter for letter in letters()}
    move(forum, 2 * HOUR)
    assert make.tell() == 3
    told = {letter.to: letter for letter in letters()}
    english = told["berlin@example.org"]
    assert english.subject == "New time: Forum of cities"
    assert "Until now: Tue 18 March 2031, 10:00 – 18:00 (Japan Standard Time)" in english.text
    assert "New time: Tue 18 March 2031, 12:00 – 20:00 (Japan Standard Time)" in english.text
    assert "Until now (your time): Tue 18 March 2031, 02:00 – 10:00 (Central European Standard Time)" in english.text
    assert "New time (your time): Tue 18 March 2031, 04:00 – 12:00 (Central European Standard Time)" in english.text
    assert "(Bangladesh Standard Time)" in told["dhaka@example.org"].text, "a country with one zone tells it"
    japanese = told["ja@example.org"]
    assert "2031年3月18日（火） 12:00" in japanese.text or "2031年3月18日（火）12:00" in japanese.text
    assert "your time" not in japanese.text
    assert "日本標準時" in japanese.text
    for to, letter in told.items():
        assert [file.method for file in letter.calendars] == ["REQUEST"]
        assert entry(letter).one("UID") == entry(first[to]).one("UID")
        assert entry(letter).one("DTSTART") == "20310318T120000"
        assert sequence(letter) > sequence(first[to])


def test_a_burst_of_edits_is_one_letter_with_what_holds_in_the_end(make, forum):
    make.registration(forum, make.option(forum))
    letters()
    start = clock.now()
    with time_machine.travel(start, tick=False) as now:
        move(forum, HOUR)
        looks.look()
        now.shift(timedelta(minutes=4))
        move(forum, HOUR)
        edit(forum, place=Words(en="Arena"))
        looks.look()
        assert news.tell_due() == 0
        now.shift(timedelta(minutes=5, seconds=55))
        move(forum, HOUR)
        looks.look()
        assert news.tell_due() == 0
        now.shift(timedelta(seconds=10))
        looks.look()
        assert news.tell_due() == 1
        now.shift(timedelta(minutes=30))
        looks.look()
        assert news.tell_due() == 0
    (letter,) = letters()
    assert letter.subject == "New time and place: Forum of cities"
    assert "Until now: Tue 18 March 2031, 10:00 – 18:00" in letter.text
    assert "New time: Tue 18 March 2031, 13:00 – 21:00" in letter.text
    assert "Place until now: City Hall" in letter.text
    assert "New place: Arena" in letter.text


def test_there_and_back_tells_nobody(make, forum):
    make.registration(forum, make.option(forum))
    letters()
    move(forum, HOUR)
    looks.look()
    move(forum, -HOUR)
    assert make.tell() == 0
    assert letters() == []
    assert db.session.query(RegistrationNews).count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"title": Words(en="Forum of Cities!", ja="都市フォーラム")},
        {"description": Words(en="More words.")},
        {"place": Words(en="City  hall", ja="市役所")},
        {"place": Words(en="City Hall", ja="市役所", bn="নগর ভবন")},
        {"join_url": "https://meet.example/new"},
    ],
)
def test_words_spelling_and_what_concerns_others_are_no_reason_for_a_letter(make, forum, values):
    make.registration(forum, make.option(forum))
    letters()
    edit(forum, **values)
    assert make.tell() == 0
    assert letters() == []


def test_a_new_link_to_join_is_told_to_those_who_take_part_online_alone(make, forum):
    edit(forum, join_url="https://meet.example/old")
    make.registration(forum, make.option(forum))
    online = make.registration(forum, make.option(forum, Mode.ONLINE))
    letters()
    edit(forum, join_url="https://meet.example/new")
    assert make.tell() == 1
    (letter,) = letters()
    assert letter.to == online.email
    assert letter.subject == "New link to join: Forum of cities"
    assert "https://meet.example/new" in letter.text
    assert entry(letter).one("CONFERENCE") == "https://meet.example/new"


def test_a_site_says_where_to_go_and_its_change_is_told_to_those_who_come(make, forum):
    site = make.site(forum)
    make.registration(forum, make.option(forum))
    make.registration(forum, make.option(forum, Mode.ONLINE))
    (coming, _online) = letters()
    assert lint.text(entry(coming).one("LOCATION")) == "Arena, 1-1 Chuo"
    with transaction():
        events.save_site(fresh(forum), fresh(site), name=Words(en="Harbour hall"), address=Words(en="2-2 Minato"))
    assert make.tell() == 1
    (letter,) = letters()
    assert "Place until now: Arena, 1-1 Chuo" in letter.text
    assert "New place: Harbour hall, 2-2 Minato" in letter.text
    assert sequence(letter) > sequence(coming)


def test_cancelling_tells_everybody_at_once_and_takes_the_entry_away(make, forum):
    session = make.session(forum, "Workshop", capacity=5)
    guest = make.registration(forum, make.option(forum))
    with transaction():
        sign_ups.sign_up(fresh(guest), session.code)
    make.tell()
    letters()
    move(forum, HOUR)
    looks.look()
    with transaction():
        assert lifecycle.cancel_event(fresh(forum), note=Words(en="A typhoon comes.")) == 1
    assert news.tell_due() == 1
    (letter,) = letters()
    assert letter.subject == "Cancelled: Forum of cities"
    assert "A typhoon comes." in letter.text
    assert [file.method for file in letter.calendars] == ["CANCEL", "CANCEL"], "the event and the session"
    assert make.tell() == 0


def test_a_postponed_event_is_tentative_until_its_new_date_is_told(make, forum):
    make.registration(forum, make.option(forum))
    (first,) = letters()
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=Words(en="A storm."))
    assert news.tell_due() == 1
    (off,) = letters()
    assert (off.subject, entry(off).one("STATUS")) == ("Postponed: Forum of cities", "TENTATIVE")
    assert "A storm." in off.text
    move(forum, timedelta(days=7))
    assert make.tell() == 0, "a date is no news before the event is on again"
    with transaction():
        events.publish(fresh(forum))
    assert make.tell() == 1
    (on,) = letters()
    assert (on.subject, entry(on).one("STATUS")) == ("New date: Forum of cities", "CONFIRMED")
    assert "Until now: Tue 18 March 2031" in on.text
    assert "New time: Tue 25 March 2031" in on.text
    assert sequence(on) > sequence(off) > sequence(first)


def test_nobody_is_told_of_a_draft_of_what_is_over_or_of_made_up_guests(make, forum):
    option = make.option(forum)
    make.registration(forum, option)
    with transaction():
        made_up = operations.register(
            fresh(forum), operations.Answers("x@example.org", "X"), option=fresh(option), generated=True
        )
        assert made_up.generated
    letters()
    with transaction():
        events.withdraw(fresh(forum))
    move(forum, HOUR)
    assert make.tell() == 0
    with transaction():
        events.publish(fresh(forum))
    assert make.tell() == 1
    assert "x@example.org" not in {letter.to for letter in letters()}
    with time_machine.travel(fresh(forum).ends_at + HOUR, tick=False):
        move(forum, -HOUR)
        assert make.tell() == 0


def test_a_letter_in_between_says_both_and_nothing_is_told_twice(make, forum):
    edit(forum, join_url="https://meet.example/all")
    guest = make.registration(forum, make.option(forum))
    letters()
    move(forum, HOUR)
    looks.look()
    with transaction():
        operations.change_option(fresh(guest), make.option(forum, Mode.ONLINE))
    (letter,) = letters()
    assert "Until now: Tue 18 March 2031, 10:00 – 18:00" in letter.text
    assert "When: Tue 18 March 2031, 11:00 – 19:00" in letter.text
    assert make.tell() == 0
    assert letters() == []


def test_two_workers_tell_each_guest_once(app, make, forum):
    option = make.option(forum)
    for _ in range(12):
        make.registration(forum, option)
    letters()
    move(forum, HOUR)
    looks.look()
    news.send_now(forum)
    db.session.commit()

    def work(_):
        with app.app_context():
            looks.look()
            return news.tell_due()

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda n: contextvars.Context().run(work, n), range(3)))
    assert sum(done) == 12
    assert len({letter.to for letter in letters()}) == 12


def test_who_was_told_meanwhile_and_expects_more_is_left_for_later(make, forum):
    guest = make.registration(forum, make.option(forum))
    letters()
    with transaction():
        news.expect(fresh(guest))
        # Another worker has found the guest due, and the first one has written since: this is the next burst.
        assert not due.take(RegistrationNews, guest.id)
    assert db.session.query(RegistrationNews).count() == 1
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False), transaction():
        assert due.take(RegistrationNews, guest.id)
    assert db.session.query(RegistrationNews).count() == 0


def test_running_the_sweeps_again_changes_nothing(make, forum):
    make.registration(forum, make.option(forum))
    move(forum, HOUR)
    assert make.tell() == 1
    letters()
    assert looks.look() == 0
    assert make.tell() == 0
    assert letters() == []


# ---- sessions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def workshop(make, forum):
    return make.session(forum, Words(en="Workshop", ja="実習"), capacity=5, rooms=[make.room(forum, "Hall A")])


def sign_up(guest: Registration, *sessions: Session) -> None:
    with transaction():
        for session in sessions:
            sign_ups.sign_up(fresh(guest), session.code)


def reschedule(event: Event, session: Session, *, by: timedelta = HOUR, **values) -> None:
    with transaction():
        row = fresh(session)
        programme.move_session(
            fresh(event), row, starts_at=row.starts_at + by, ends_at=row.ends_at + by,
            rooms=values.get("rooms", row.rooms),
        )  # fmt: skip
        if "status" in values:
            programme.set_status(row, values["status"])
        releases.release(fresh(event))


def test_places_in_sessions_come_into_the_calendar_with_one_letter(make, forum, workshop):
    tour = make.session(forum, "Tour", capacity=5, starts_at=forum.starts_at + 3 * HOUR)
    guest = make.registration(forum, make.option(forum))
    letters()
    sign_up(guest, workshop, tour)
    assert make.tell() == 1
    (letter,) = letters()
    assert letter.subject == "Your sessions at Forum of cities"
    assert "“Workshop” – Tue 18 March 2031, 10:00 – 11:00 (Japan Standard Time), Hall A" in letter.text
    assert [file.method for file in letter.calendars] == ["REQUEST", "REQUEST"]
    uids = {entry(letter, place).one("UID") for place in (0, 1)}
    assert len(uids) == 2
    assert not uids & {workshop.uid, tour.uid, guest.uid}


def test_who_changes_their_mind_within_minutes_is_not_written_to(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    letters()
    sign_up(guest, workshop)
    with transaction():
        sign_ups.give_up(fresh(guest), workshop.code)
    assert make.tell() == 0
    assert letters() == []


def test_a_place_given_back_leaves_the_calendar_and_returns_newer(make, forum, workshop):
    option = make.option(forum)
    guest, stays = make.registration(forum, option), make.registration(forum, option)
    sign_up(stays, workshop)
    sign_up(guest, workshop)
    make.tell()
    came = next(letter for letter in letters() if letter.to == guest.email and letter.kind == "session.places")
    with transaction():
        sign_ups.give_up(fresh(guest), workshop.code)
    assert make.tell() == 1
    (left,) = letters()
    assert left.calendars[0].method == "CANCEL"
    assert "You have given up your place in: Workshop" in left.text
    edit(forum, description=Words(en="More words."))
    assert looks.look() == 0, "what was given up is no news for ever, whoever else has a place there"
    sign_up(guest, workshop)
    assert make.tell() == 1
    (back,) = letters()
    assert "Workshop" in back.text
    assert sequence(came) < sequence(left) < sequence(back)


def test_who_has_a_place_in_a_session_that_moves_is_told_once_and_nobody_else(make, forum, workshop):
    tour = make.session(forum, "Tour", capacity=5)
    option = make.option(forum)
    guest, other, _idle = (make.registration(forum, option, zone="Europe/Berlin") for _ in range(3))
    sign_up(guest, workshop, tour)
    sign_up(other, tour)
    make.tell()
    letters()
    with transaction():
        fresh(tour).title = Words(en="Walk")
    reschedule(forum, workshop)
    looks.look()
    reschedule(forum, workshop)
    assert make.tell() == 1
    (letter,) = letters()
    assert letter.to == guest.email
    assert "“Workshop” – Moved: Tue 18 March, 10:00 – 11:00 → 12:00 – 13:00" in letter.text
    assert "In your time (Central European Standard Time): Tue 18 March, 02:00 – 03:00 → 04:00 – 05:00" in letter.text
    assert "Japan" in letter.text, "the zone is named"
    assert "Walk" not in letter.text, "another title is nothing to write about"
    assert [file.name for file in letter.calendars] == [f"forum-{workshop.code}.ics"]
    assert entry(letter).one("DTSTART") == "20310318T120000"


def test_the_letter_names_rooms_in_its_readers_language_whoever_publishes(app, make, forum):
    hall, annex = make.room(forum, Words(en="Main hall", ja="大ホール")), make.room(forum, Words(en="Annex", ja="別館"))
    session = make.session(forum, Words(en="Workshop", ja="実習"), capacity=5, rooms=[hall])
    guest = make.registration(forum, make.option(forum), language="ja")
    sign_up(guest, session)
    make.tell()
    letters()
    with app.test_request_context("/?lang=en"), transaction():
        fresh(session).rooms = [fresh(annex)]
        releases.release(fresh(forum))
    assert make.tell() == 1
    (letter,) = letters()
    assert "大ホール → 別館" in letter.text


@pytest.mark.parametrize(
    ("status", "said"), [(SessionStatus.CANCELLED, "Cancelled"), (SessionStatus.DRAFT, "Taken off")]
)
def test_a_session_that_is_off_is_taken_out_of_the_calendar(make, forum, workshop, status, said):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    letters()
    reschedule(forum, workshop, by=timedelta(0), status=status)
    assert make.tell() == 1
    (letter,) = letters()
    assert f"“Workshop” – {said}" in letter.text
    assert letter.calendars[0].method == "CANCEL"


def test_a_session_that_the_team_deletes_is_taken_out_too(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    letters()
    with transaction():
        db.session.delete(fresh(workshop))
        db.session.flush()
        releases.release(fresh(forum))
    assert make.tell() == 1
    (letter,) = letters()
    assert "“Workshop” – Taken off the programme" in letter.text
    assert letter.calendars[0].method == "CANCEL"


def test_a_cancelled_registration_takes_its_sessions_out_as_well(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    letters()
    with transaction():
        operations.cancel(fresh(guest))
    (letter,) = letters()
    assert [file.method for file in letter.calendars] == ["CANCEL", "CANCEL"]


def test_the_link_to_a_session_goes_to_those_who_take_part_online_alone(make, forum):
    session = make.session(forum, "Webinar", capacity=9, join_url="https://meet.example/one")
    here, there = (
        make.registration(forum, make.option(forum)),
        make.registration(forum, make.option(forum, Mode.ONLINE)),
    )
    sign_up(here, session)
    sign_up(there, session)
    make.tell()
    found = {letter.to: letter for letter in letters() if letter.kind == "session.places"}
    assert b"meet.example" not in found[here.email].calendars[0].content
    assert entry(found[there.email]).one("CONFERENCE") == "https://meet.example/one"
    with transaction():
        fresh(session).join_url = "https://meet.example/two"
    assert make.tell() == 1
    (letter,) = letters()
    assert letter.to == there.email
    assert "new link to join: https://meet.example/two" in letter.text


# ---- the team -----------------------------------------------------------------------------------------------------


def test_the_team_sees_who_will_be_told_and_can_say_no(make, forum):
    option = make.option(forum)
    guest, _other = make.registration(forum, option), make.registration(forum, option)
    letters()
    move(forum, HOUR)
    looks.look()
    waiting = looks.waiting(fresh(forum))
    assert (waiting.guests, waiting.speakers) == (2, 0)
    assert timedelta(minutes=9) < waiting.due_at - clock.now() <= timedelta(minutes=10)
    with transaction():
        looks.tell_nobody(fresh(forum))
    assert looks.waiting(fresh(forum)).guests == 0
    assert make.tell() == 0
    move(forum, HOUR)
    assert make.tell() == 2, "what comes later is told again"
    letter = next(letter for letter in letters() if letter.to == guest.email)
    assert "Until now: Tue 18 March 2031, 11:00" in letter.text, "they are told from what the page said"


def test_to_tell_nobody_does_not_keep_a_place_just_taken_from_its_owner(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    letters()
    sign_up(guest, workshop)
    with transaction():
        looks.tell_nobody(fresh(forum))
    assert make.tell() == 1


def test_who_was_registered_before_letters_carried_invitations_is_told_what_comes_after(make, forum):
    make.registration(forum, make.option(forum))
    letters()
    with transaction():
        db.session.execute(delete(RegistrationInvitation))
        db.session.merge(looks.Look(event_id=forum.id, says=-1, desk=-1))
    assert make.tell() == 0
    move(forum, HOUR)
    assert make.tell() == 1
    (letter,) = letters()
    assert "Until now: Tue 18 March 2031, 10:00" in letter.text


def test_an_event_that_is_cancelled_is_told_to_whoever_stands_also_without_an_entry(make, forum):
    make.registration(forum, make.option(forum))
    with transaction():
        db.session.execute(delete(RegistrationInvitation))
    letters()
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=Words())
    assert news.tell_due() == 1
    (letter,) = letters()
    assert (letter.kind, letter.calendars) == ("event.cancelled", [])
    assert fresh(forum).status is EventStatus.CANCELLED

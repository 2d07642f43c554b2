"""The calendar entries of an attendee: the event, and the sessions in which they have a seat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.notifications import operations as notifications
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.scan import scan
from eventapp.programme import operations as programme
from eventapp.programme import releases
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.registration import decisions, edits, operations, sign_ups
from eventapp.registration.models import Registration
from tests.notifications.test_attendee_changes import edit
from tests.support import ical_lint as lint
from tests.support.make import fresh
from tests.support.outbox import emails, entry, sequence

HOUR = timedelta(hours=1)


@pytest.fixture
def forum(make):
    return make.event("forum", venue_name=LocalizedText(en="City Hall", ja="市役所"))


def test_a_confirmation_is_an_invitation_that_is_accepted_already(make, forum):
    guest = make.registration(forum, make.option(forum), "ada@example.org", family_name="Lovelace", given_name="Ada")
    (email,) = emails()
    assert [file.method for file in email.calendars] == ["REQUEST"]
    sent = entry(email)
    assert sent.one("UID") == guest.uid
    asked = sent.all("ATTENDEE")[0].params
    assert (asked["PARTSTAT"], asked["RSVP"], asked["CN"]) == ("ACCEPTED", "FALSE", '"Ada Lovelace"')
    known = db.session.scalars(select(SentInvitation)).one()
    assert (known.uid, known.sequence) == (guest.uid, sequence(email))


def test_a_waiting_attendee_is_tentative_and_each_later_step_is_newer(make, forum):
    option = make.option(forum, capacity=1)
    first = make.registration(forum, option)
    second = make.registration(forum, option)
    waiting = emails()[-1]
    assert (entry(waiting).one("STATUS"), entry(waiting).all("ATTENDEE")[0].params["PARTSTAT"]) == (
        "TENTATIVE",
        "TENTATIVE",
    )
    with transaction():
        operations.cancel(fresh(first))
    left, certain = emails()
    if left.to != first.email:
        left, certain = certain, left
    assert (left.calendars[0].method, entry(left).one("STATUS")) == ("CANCEL", "CANCELLED")
    assert (certain.to, entry(certain).one("STATUS")) == (second.email, "CONFIRMED")
    assert sequence(certain) > sequence(waiting)
    with transaction():
        operations.cancel(fresh(second))
    (removed,) = emails()
    assert removed.calendars[0].method == "CANCEL"
    assert sequence(removed) > sequence(certain)
    assert entry(removed).one("UID") == second.uid


def test_a_declined_request_is_cancelled_in_the_calendar(make, forum):
    guest = make.registration(forum, make.approval_option(forum))
    emails()
    with transaction():
        decisions.decline(fresh(guest))
    (email,) = emails()
    assert email.calendars[0].method == "CANCEL"


def test_another_way_of_taking_part_is_an_update_with_the_link(make, forum):
    edit(forum, join_url="https://meet.example/all", personal_join_links=False)
    guest = make.registration(forum, make.option(forum))
    (before,) = emails()
    assert b"meet.example" not in before.calendars[0].content
    with transaction():
        edits.change_option(fresh(guest), make.option(forum, Mode.ONLINE))
    (email,) = emails()
    assert sequence(email) > sequence(before)
    assert entry(email).one("CONFERENCE") == "https://meet.example/all"
    assert lint.text(entry(email).one("LOCATION")) == "Online"


def test_the_desk_gives_a_new_link_and_the_calendar_gets_it(make, forum):
    guest = make.registration(forum, make.option(forum))
    (before,) = emails()
    with transaction():
        edits.new_link(fresh(guest))
    (email,) = emails()
    assert sequence(email) > sequence(before)
    assert fresh(guest).token in lint.text(entry(email).one("DESCRIPTION"))


def test_who_registers_again_is_invited_under_a_new_uid(make, forum):
    option = make.option(forum)
    first = make.registration(forum, option, "ada@example.org")
    written = emails()
    with transaction():
        operations.cancel(fresh(first))
    written += emails()
    make.registration(forum, option, "ada@example.org")
    uids = [entry(email).one("UID") for email in written + emails()]
    assert uids[0] == uids[1] != uids[2]


# ---- sessions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def workshop(make, forum):
    return make.session(forum, LocalizedText(en="Workshop", ja="実習"), capacity=5, rooms=[make.room(forum, "Hall A")])


def sign_up(guest: Registration, *sessions: Session) -> None:
    with transaction():
        for session in sessions:
            sign_ups.sign_up(fresh(guest), session.code)


def reschedule(event: Event, session: Session, *, by: timedelta = HOUR, **values) -> None:
    with transaction():
        row = fresh(session)
        programme.move_session(
            fresh(event),
            row,
            starts_at=row.starts_at + by,
            ends_at=row.ends_at + by,
            rooms=values.get("rooms", row.rooms),
        )
        if "status" in values:
            programme.set_status(row, values["status"])
        releases.release(fresh(event))


def test_seats_in_sessions_are_added_to_the_calendar_with_one_email(make, forum, workshop):
    tour = make.session(forum, "Tour", capacity=5, starts_at=forum.starts_at + 3 * HOUR)
    guest = make.registration(forum, make.option(forum))
    emails()
    sign_up(guest, workshop, tour)
    assert make.tell() == 1
    (email,) = emails()
    assert email.subject == "Your sessions at Forum of cities"
    assert "“Workshop” – Tue 18 March 2031, 10:00 – 11:00 (Japan Standard Time), Hall A" in email.text
    assert [file.method for file in email.calendars] == ["REQUEST", "REQUEST"]
    uids = {entry(email, place).one("UID") for place in (0, 1)}
    assert len(uids) == 2
    assert not uids & {workshop.uid, tour.uid, guest.uid}


def test_changes_of_the_event_come_before_those_of_sessions(make, forum, workshop):
    guest = make.registration(forum, make.option(forum), language="ja", country="JP")
    emails()
    sign_up(guest, workshop)
    edit(forum, venue_name=LocalizedText(en="Port Authority", ja="港湾局"))
    assert make.tell() == 1
    (email,) = emails()
    assert email.text.index("港湾局") < email.text.index("「実習」") < email.text.index("/registrations/")
    assert "（日本標準時）、Hall A" in email.text, "Japanese has a comma of its own"


def test_who_changes_their_mind_within_minutes_is_not_written_to(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    emails()
    sign_up(guest, workshop)
    with transaction():
        sign_ups.release(fresh(guest), workshop.code)
    assert make.tell() == 0
    assert emails() == []


def test_a_released_seat_leaves_the_calendar_and_returns_newer(make, forum, workshop):
    option = make.option(forum)
    guest, stays = make.registration(forum, option), make.registration(forum, option)
    emails()
    sign_up(stays, workshop)
    sign_up(guest, workshop)
    make.tell()
    came = next(email for email in emails() if email.to == guest.email and email.kind == "session.places")
    with transaction():
        sign_ups.release(fresh(guest), workshop.code)
    assert make.tell() == 1
    (left,) = emails()
    assert left.calendars[0].method == "CANCEL"
    assert "You no longer have a seat in: Workshop" in left.text
    edit(forum, description=LocalizedText(en="More words."))
    assert scan() == 0, "a released seat is no change for ever, although somebody else has it"
    sign_up(guest, workshop)
    assert make.tell() == 1
    (back,) = emails()
    assert "Workshop" in back.text
    assert sequence(came) < sequence(left) < sequence(back)


def test_a_moved_session_is_sent_once_to_those_with_a_seat_and_nobody_else(make, forum, workshop):
    tour = make.session(forum, "Tour", capacity=5, starts_at=forum.starts_at + 3 * HOUR)
    option = make.option(forum)
    guest, other, _idle = (make.registration(forum, option, zone="Europe/Berlin") for _ in range(3))
    sign_up(guest, workshop, tour)
    sign_up(other, tour)
    make.tell()
    emails()
    with transaction():
        fresh(tour).title = LocalizedText(en="Walk")
    reschedule(forum, workshop)
    scan()
    reschedule(forum, workshop)
    assert make.tell() == 1
    (email,) = emails()
    assert email.to == guest.email
    assert "“Workshop” – Rescheduled: Tue 18 March, 10:00 – 11:00 → 12:00 – 13:00" in email.text
    assert "In your time (Central European Standard Time): Tue 18 March, 02:00 – 03:00 → 04:00 – 05:00" in email.text
    assert "Japan" in email.text, "the zone is named"
    assert "Walk" not in email.text, "another title is nothing to write about"
    assert [file.name for file in email.calendars] == [f"forum-{workshop.code}.ics"]
    assert entry(email).one("DTSTART") == "20310318T120000"


def test_the_email_names_rooms_in_its_recipients_language_and_not_in_the_publishers(app, make, forum):
    hall, annex = (
        make.room(forum, LocalizedText(en="Main hall", ja="大ホール")),
        make.room(forum, LocalizedText(en="Annex", ja="別館")),
    )
    session = make.session(forum, LocalizedText(en="Workshop", ja="実習"), capacity=5, rooms=[hall])
    guest = make.registration(forum, make.option(forum), language="ja")
    sign_up(guest, session)
    make.tell()
    emails()
    with app.test_request_context("/?lang=en"), transaction():
        fresh(session).rooms = [fresh(annex)]
        releases.release(fresh(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert "大ホール → 別館" in email.text


@pytest.mark.parametrize(
    ("status", "said"), [(SessionStatus.CANCELLED, "Cancelled"), (SessionStatus.DRAFT, "Removed from")]
)
def test_a_cancelled_session_is_cancelled_in_the_attendees_calendar(make, forum, workshop, status, said):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    emails()
    reschedule(forum, workshop, by=timedelta(0), status=status)
    assert make.tell() == 1
    (email,) = emails()
    assert f"“Workshop” – {said}" in email.text
    assert email.calendars[0].method == "CANCEL"


def test_a_session_that_the_team_deletes_is_taken_out_too(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    emails()
    with transaction():
        db.session.delete(fresh(workshop))
        db.session.flush()
        releases.release(fresh(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert "“Workshop” – Removed from the programme" in email.text
    assert email.calendars[0].method == "CANCEL"


def test_a_cancelled_registration_takes_its_sessions_out_as_well(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    emails()
    with transaction():
        operations.cancel(fresh(guest))
    (email,) = emails()
    assert [file.method for file in email.calendars] == ["CANCEL", "CANCEL"]


def test_the_link_to_a_session_goes_to_those_who_take_part_online_alone(make, forum):
    edit(forum, personal_join_links=False)
    session = make.session(forum, "Webinar", capacity=9, join_url="https://meet.example/one")
    here, there = (
        make.registration(forum, make.option(forum)),
        make.registration(forum, make.option(forum, Mode.ONLINE)),
    )
    emails()
    sign_up(here, session)
    sign_up(there, session)
    make.tell()
    found = {email.to: email for email in emails() if email.kind == "session.places"}
    assert b"meet.example" not in found[here.email].calendars[0].content
    assert entry(found[there.email]).one("CONFERENCE") == "https://meet.example/one"
    with transaction():
        fresh(session).join_url = "https://meet.example/two"
    assert make.tell() == 1
    (email,) = emails()
    assert email.to == there.email
    assert "new joining link: https://meet.example/two" in email.text


def test_sending_no_emails_does_not_hide_a_new_seat_from_its_owner(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    emails()
    sign_up(guest, workshop)
    with transaction():
        notifications.mark_as_notified(fresh(forum))
    assert make.tell() == 1


def test_an_email_about_the_registration_covers_its_seats_in_sessions(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    emails()
    with transaction():
        edits.change_option(fresh(guest), make.approval_option(forum))
    (asked,) = emails()
    assert [file.method for file in asked.calendars] == ["REQUEST"], "who waits for approval again keeps the seat"
    assert "Workshop" not in asked.text
    with transaction():
        decisions.approve(fresh(guest))
    (certain,) = emails()
    assert [file.method for file in certain.calendars] == ["REQUEST"]
    with transaction():
        operations.cancel(fresh(guest))
    (removed,) = emails()
    assert [file.method for file in removed.calendars] == ["CANCEL", "CANCEL"]


def test_a_pending_attendee_is_not_scanned_again_for_their_seats(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, workshop)
    make.tell()
    with transaction():
        edits.change_option(fresh(guest), make.approval_option(forum))
    make.tell()
    edit(forum, description=LocalizedText(en="More words."))
    assert scan() == 0


def test_taking_a_seat_again_does_not_report_that_the_session_was_cancelled(make, forum, workshop):
    guest = make.registration(forum, make.option(forum))
    for _ in range(2):
        sign_up(guest, workshop)
        make.tell()
        came = emails()[-1]
        with transaction():
            sign_ups.release(fresh(guest), workshop.code)
        make.tell()
    assert "You have a seat in:" in came.text
    assert "Back on the programme" not in came.text


def test_a_seat_that_could_not_be_sent_in_time_is_sent_when_it_can(make, forum, workshop):
    off, draft = (make.registration(forum, make.option(forum)) for _ in range(2))
    sign_up(off, workshop)
    reschedule(forum, workshop, by=timedelta(0), status=SessionStatus.CANCELLED)
    make.tell()
    reschedule(forum, workshop, by=timedelta(0), status=SessionStatus.PUBLISHED)
    emails()
    assert make.tell() == 1
    (email,) = emails()
    assert (email.to, email.kind) == (off.email, "session.places")
    sign_up(draft, workshop)
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    assert make.tell() == 0
    with transaction():
        lifecycle.publish_event(fresh(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert (email.to, email.kind) == (draft.email, "session.places")


def test_no_new_link_brings_an_ended_registration_to_mind(make, forum):
    guest = make.registration(forum, make.option(forum))
    with transaction():
        operations.cancel(fresh(guest))
    emails()
    with pytest.raises(Refused), transaction():
        edits.new_link(fresh(guest))
    assert emails() == []


def test_a_session_without_a_room_moves_with_the_event_and_one_in_a_room_with_its_venue(make, forum):
    venue = make.venue(forum, "Arena")
    housed = make.session(forum, "Housed", capacity=5, rooms=[make.room(forum, "Hall A", venue=venue)])
    open_air = make.session(forum, "Open air", capacity=5, starts_at=forum.starts_at + 3 * HOUR)
    guest = make.registration(forum, make.option(forum))
    sign_up(guest, housed, open_air)
    make.tell()
    emails()
    edit(forum, venue_name=LocalizedText(en="Port"))
    with transaction():
        lifecycle.save_venue(fresh(forum), fresh(venue), name=LocalizedText(en="Dock"), address=LocalizedText())
    assert make.tell() == 1
    (email,) = emails()
    assert "“Open air” – Room changed: City Hall → Port" in email.text
    assert "“Housed” – Room changed: Arena and 1-1 Chuo → Dock" in email.text
    places = {lint.text(entry(email, place).one("LOCATION")) for place in (1, 2)}
    assert places == {"Port", "Hall A, Dock"}

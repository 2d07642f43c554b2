"""A speaker's calendar follows the programme: invited on confirmation, updated with each move, cancelled in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.notifications import operations as notifications
from eventapp.notifications.models import ScanCursor, SentInvitation
from eventapp.notifications.scan import attendees_to_notify, scan, speakers_to_notify
from eventapp.programme import operations as programme
from eventapp.programme import queries as programme_queries
from eventapp.programme import releases
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.proposals import speakers
from eventapp.proposals.models import SpeakerLink
from tests.proposals.conftest import DRAFT
from tests.support.outbox import emails, entry

HOUR = timedelta(hours=1)


@pytest.fixture
def ada(make):
    return make.person("Lovelace", "Ada")


def ask(event, person, email="ada@example.org") -> None:
    with transaction():
        speakers.ask(db.session.merge(event), db.session.merge(person), email=email, language="en", draft=DRAFT)


def answer(*, yes: bool) -> None:
    with transaction():
        link = db.session.scalars(select(SpeakerLink).execution_options(populate_existing=True)).one()
        speakers.answer(link, yes=yes)


def move(event, session, *, by=HOUR, status=None) -> None:
    with transaction():
        row = db.session.get_one(Session, session.id, populate_existing=True)
        programme.move_session(event, row, starts_at=row.starts_at + by, ends_at=row.ends_at + by, rooms=row.rooms)
        if status:
            programme.set_status(row, status)
        releases.release(db.session.merge(event))


@pytest.fixture
def asked(make, forum, ada):
    """A published session whose speaker has been asked to confirm."""
    session = make.session(forum, "Rivers", people=[ada], rooms=[make.room(forum, "Hall A")])
    ask(forum, ada)
    make.tell()
    assert len(emails()) == 1, "the e-mail that asks, and no other"
    return session


def test_with_the_yes_the_calendar_gets_what_is_public(make, forum, asked):
    answer(yes=True)
    assert make.tell() == 1
    (email,) = emails()
    assert email.kind == "proposals.scheduled"
    assert "Rivers: Tue 18 March 2031, 10:00 – 11:00 (Japan Standard Time), Hall A" in email.text
    sent = entry(email)
    assert email.calendars[0].method == "REQUEST"
    assert sent.all("ATTENDEE")[0].params["PARTSTAT"] == "ACCEPTED"
    assert sent.one("UID") != asked.uid
    assert make.tell() == 0


@pytest.mark.parametrize(
    ("verb", "subject", "said"),
    [
        ("postpone", "Postponed: ", "has been postponed. We will e-mail you when there is a new date."),
        ("cancel", "Cancelled: ", "has been cancelled."),
    ],
)
def test_a_cancelled_event_is_sent_as_such_and_not_as_changed_hours(make, forum, asked, verb, subject, said):
    answer(yes=True)
    make.tell()
    emails()
    with transaction():
        getattr(lifecycle, f"{verb}_event")(db.session.merge(forum), note=LocalizedText(en="A storm."))
    assert make.tell() == 1
    (email,) = emails()
    assert email.subject.startswith(subject)
    assert said in email.text
    assert "A storm." in email.text
    assert "10:00" not in email.text
    assert len(email.calendars) == 1


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_a_speaker_who_confirmed_earlier_is_invited_when_the_programme_is_published(make, forum, ada):
    session = make.session(forum, "Rivers", people=[ada], release=False)
    ask(forum, ada)
    answer(yes=True)
    make.tell()
    emails()
    with transaction():
        assert db.session.get(Session, session.id) is not None
        releases.release(db.session.merge(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert (email.kind, email.calendars[0].method) == ("proposals.scheduled", "REQUEST")


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_each_move_is_one_update_under_the_same_uid(make, forum, asked):
    answer(yes=True)
    make.tell()
    (first,) = emails()
    move(forum, asked)
    scan()
    move(forum, asked)
    assert make.tell() == 1
    (second,) = emails()
    assert "Rivers: Rescheduled: Tue 18 March, 10:00 – 11:00 → 12:00 – 13:00" in second.text
    before, after = entry(first), entry(second)
    assert after.one("UID") == before.one("UID")
    assert int(after.one("SEQUENCE")) > int(before.one("SEQUENCE"))
    move(forum, asked)
    scan()
    move(forum, asked, by=-HOUR)
    assert make.tell() == 0


def test_a_speaker_who_declines_after_confirming_gets_the_entry_cancelled(make, forum, asked):
    answer(yes=True)
    make.tell()
    emails()
    answer(yes=False)
    assert make.tell() == 1
    (email,) = emails()
    assert email.calendars[0].method == "CANCEL"
    assert "You are no longer listed for this session." in email.text
    answer(yes=True)
    assert make.tell() == 1
    (again,) = emails()
    assert again.calendars[0].method == "REQUEST"


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_who_is_asked_again_keeps_a_calendar_that_is_right(make, forum, asked, ada):
    answer(yes=True)
    make.tell()
    ask(forum, ada)
    emails()
    move(forum, asked)
    assert make.tell() == 1
    (email,) = emails()
    assert entry(email).one("DTSTART") == "20310318T110000"
    assert entry(email).all("ATTENDEE")[0].params["PARTSTAT"] == "NEEDS-ACTION"
    answer(yes=True)
    assert make.tell() == 0


def test_a_speaker_who_declined_and_is_asked_again_is_invited_on_confirming_without_a_cancellation(
    make, forum, asked, ada
):
    answer(yes=True)
    make.tell()
    answer(yes=False)
    make.tell()
    move(forum, asked, by=timedelta(0))
    ask(forum, ada)
    emails()
    move(forum, asked)
    assert make.tell() == 0
    answer(yes=True)
    move(forum, asked)
    assert make.tell() == 1
    (email,) = emails()
    assert email.kind == "proposals.scheduled"
    assert email.calendars[0].method == "REQUEST"
    assert "Back on the programme" not in email.text


def test_another_address_is_invited_under_uids_of_its_own(make, forum, asked, ada):
    answer(yes=True)
    make.tell()
    (old,) = emails()
    ask(forum, ada, "new@example.org")
    answer(yes=True)
    emails()
    assert make.tell() == 1
    (new,) = emails()
    assert new.to == "new@example.org"
    assert entry(new).one("UID") != entry(old).one("UID")


def test_a_speaker_who_declines_a_session_cancelled_meanwhile_does_not_keep_it(make, forum, asked):
    answer(yes=True)
    make.tell()
    emails()
    answer(yes=False)
    move(forum, asked, by=timedelta(0), status=SessionStatus.CANCELLED)
    assert make.tell() == 1
    (email,) = emails()
    assert email.calendars[0].method == "CANCEL"


def test_what_a_calendar_never_had_is_not_taken_out_of_it(make, forum, asked):
    answer(yes=True)
    move(forum, asked, by=timedelta(0), status=SessionStatus.CANCELLED)
    assert make.tell() == 1
    (email,) = emails()
    assert "Rivers: Cancelled" in email.text
    assert email.calendars == []


def test_a_new_session_of_a_postponed_event_waits_for_its_date(make, forum, asked, ada):
    answer(yes=True)
    make.tell()
    with transaction():
        lifecycle.postpone_event(db.session.merge(forum), note=LocalizedText())
    assert make.tell() == 1
    emails()
    make.session(forum, "Lakes", people=[db.session.merge(ada)])
    assert make.tell() == 0, "they know that it is postponed"
    with transaction():
        lifecycle.publish_event(db.session.merge(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert "Lakes: Tue 18 March 2031, 10:00" in email.text


def test_a_speaker_without_a_room_is_notified_of_a_new_venue_of_the_event(make, forum, ada):
    make.session(forum, "Rivers", people=[ada])
    ask(forum, ada)
    answer(yes=True)
    make.tell()
    emails()
    with transaction():
        row = db.session.merge(forum)
        lifecycle.change_event(row, slug=row.slug, venue_name=LocalizedText(en="Port"))
    assert make.tell() == 1
    (email,) = emails()
    assert entry(email).one("LOCATION") == "Port"


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_a_speaker_removed_from_a_session_is_notified_and_one_added_is_invited(make, forum, asked, ada):
    answer(yes=True)
    make.tell()
    emails()
    with transaction():
        db.session.execute(delete(Participation).where(Participation.session_id == asked.id))
        releases.release(db.session.merge(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert email.calendars[0].method == "CANCEL"
    make.session(forum, "Lakes", people=[db.session.merge(ada)])
    assert make.tell() == 1
    (email,) = emails()
    assert "Lakes" in email.text
    assert email.calendars[0].method == "REQUEST"


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
@pytest.mark.parametrize(
    ("status", "said"), [(SessionStatus.CANCELLED, "Cancelled"), (SessionStatus.DRAFT, "Removed from")]
)
def test_a_cancelled_session_is_cancelled_in_the_calendar(make, forum, asked, status, said):
    answer(yes=True)
    make.tell()
    emails()
    move(forum, asked, by=timedelta(0), status=status)
    assert make.tell() == 1
    (email,) = emails()
    assert f"Rivers: {said}" in email.text
    assert (email.calendars[0].method, entry(email).one("STATUS")) == ("CANCEL", "CANCELLED")


def test_a_cancelled_event_is_sent_at_once(make, forum, asked):
    answer(yes=True)
    make.tell()
    emails()
    with transaction():
        assert lifecycle.cancel_event(db.session.merge(forum), note=LocalizedText()) == 1
    assert make.tell(minutes=0) == 1
    (email,) = emails()
    assert email.calendars[0].method == "CANCEL"


def test_who_speaks_from_elsewhere_gets_the_link_to_join(make, forum, asked):
    with transaction():
        db.session.get_one(Session, asked.id).join_url = "https://meet.example/stage"
    answer(yes=True)
    make.tell()
    (email,) = emails()
    assert b"meet.example" not in email.calendars[0].content
    with transaction():
        db.session.scalars(select(Participation)).one().mode = Mode.ONLINE
        releases.release(db.session.merge(forum))
    assert make.tell() == 1
    (email,) = emails()
    assert entry(email).one("CONFERENCE") == "https://meet.example/stage"
    assert "https://meet.example/stage" in email.text


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_the_team_can_keep_a_change_to_itself_but_not_a_speakers_first_invitation(make, forum, asked):
    answer(yes=True)
    with transaction():
        notifications.mark_as_notified(db.session.merge(forum))
    assert make.tell() == 1
    emails()
    move(forum, asked)
    scan()
    assert notifications.waiting(db.session.merge(forum)).speakers == 1
    with transaction():
        notifications.mark_as_notified(db.session.merge(forum))
    assert make.tell() == 0


def test_speakers_from_before_invitations_are_sent_later_changes(make, forum, asked):
    answer(yes=True)
    make.tell()
    emails()
    with transaction():
        db.session.execute(delete(SentInvitation))
        db.session.merge(ScanCursor(event_id=forum.id, event_revision=-1, team_revision=-1))
    assert make.tell() == 0
    make.session(forum, "Of others")
    assert make.tell() == 0, "what they know is not sent again"
    move(forum, asked)
    assert make.tell() == 1
    (email,) = emails()
    assert "Rivers: Rescheduled" in email.text


@pytest.mark.parametrize("kind", ["speakers", "guests"])
@pytest.mark.slow
def test_scanning_takes_as_many_queries_for_many_people_as_for_one(make, forum, queries, kind):
    option = make.option(forum)
    compared = speakers_to_notify if kind == "speakers" else attendees_to_notify
    asked = []
    for _ in range(2):
        for _ in range(4):
            person = make.person("Family", "Given")
            make.session(forum, people=[person])
            make.registration(forum, option)
            with transaction():
                link = speakers.link_for(
                    db.session.merge(forum), db.session.merge(person), email="a@b.example", language="en"
                )
                speakers.answer(link, yes=True)
        make.tell()
        event = db.session.merge(forum)
        with queries() as counted:
            assert not compared(event, programme_queries.document(event))
        db.session.rollback()
        asked.append(len(counted))
    assert asked[0] == asked[1], asked

"""Reminders are computed when they are due, from the state of the event then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp import lifecycle
from eventapp.check_in import operations as check_in
from eventapp.check_in.rules import CheckInKind
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus
from eventapp.mail.models import Email, EmailStatus
from eventapp.mail.tasks import deliver_due
from eventapp.notifications import opt_outs, settings
from eventapp.notifications.models import SentReminder
from eventapp.notifications.reminders import ReminderKind, window
from eventapp.notifications.tasks import send_reminders
from eventapp.programme.rules import Mode
from eventapp.registration import operations
from tests.support import outbox
from tests.support.make import START, Make, fresh
from tests.support.served import free_port

pytestmark = pytest.mark.both_engines("reminders are locked and inserted under a unique key")

# 18 March 2031, 10:00 in Tokyo.
DAY_BEFORE = datetime(2031, 3, 17, 0, 0, tzinfo=UTC)


def at(moment: datetime):
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def forum(make: Make):
    event = make.event("forum", contact_email="team@example.org")
    make.hall = make.option(event)
    with transaction():
        settings.save(event, {kind.value: True for kind in ReminderKind})
    return event


@pytest.fixture
def guest(make: Make, forum):
    guest = make.registration(forum, make.hall, "ada@example.org")
    outbox.emails()
    return guest


def sent(moment: datetime) -> list[Email]:
    """The reminders that the worker writes at a moment."""
    with at(moment):
        send_reminders()
    return outbox.emails()


def test_an_attendee_is_reminded_the_day_before_at_nine_once(guest):
    assert not sent(DAY_BEFORE - timedelta(minutes=1))
    (email,) = sent(DAY_BEFORE)
    assert email.kind == "reminder.day"
    assert email.subject == "Tomorrow: Forum of cities"
    assert "18 March 2031" in email.text
    assert email.reply_to == "team@example.org"
    assert email.bulk and not email.unsubscribe_url
    assert not sent(DAY_BEFORE)
    assert not sent(DAY_BEFORE + timedelta(hours=5))


def test_windows_are_on_the_clock_of_the_event(make):
    event = make.event(zone="Europe/Helsinki", starts_at=datetime(2031, 4, 3, 7, 0, tzinfo=UTC))
    assert window(ReminderKind.WEEK, event)[0] == datetime(2031, 3, 27, 7, 0, tzinfo=UTC)  # still winter time
    assert window(ReminderKind.DAY, event)[0] == datetime(2031, 4, 2, 6, 0, tzinfo=UTC)
    assert window(ReminderKind.HOUR, event)[0] == datetime(2031, 4, 3, 6, 0, tzinfo=UTC)


def test_who_registers_after_its_time_is_not_reminded(make, forum):
    with at(DAY_BEFORE + timedelta(minutes=1)):
        make.registration(forum, make.hall)
        outbox.emails()
    assert not sent(DAY_BEFORE + timedelta(hours=1))


def test_a_worker_that_was_away_sends_no_reminder_that_is_too_late(guest):
    assert not [one for one in sent(START) if one.kind == "reminder.day"]


def test_a_worker_that_was_away_until_the_night_does_not_say_tomorrow_on_the_day_itself(guest):
    assert not sent(DAY_BEFORE + timedelta(hours=18))  # 3:00 on the day of the event
    assert not sent(DAY_BEFORE - timedelta(days=6) + timedelta(hours=13))  # 22:00, a week before
    assert len(sent(DAY_BEFORE + timedelta(hours=11))) == 1


def test_a_reminder_that_the_mail_server_did_not_take_in_time_is_not_sent(guest):
    nobody = f"smtp://127.0.0.1:{free_port()}?tls=off"

    def state(moment: datetime) -> tuple[EmailStatus, int]:
        with at(moment):
            deliver_due(nobody, "events@localhost")
        email = db.session.scalars(select(Email)).one()
        found = email.status, email.attempts
        db.session.rollback()
        return found

    with at(DAY_BEFORE):
        assert send_reminders() == 1
    assert state(DAY_BEFORE + timedelta(hours=1)) == (EmailStatus.QUEUED, 1)
    assert state(DAY_BEFORE + timedelta(hours=18)) == (EmailStatus.STOPPED, 1), "it says “tomorrow”"


def test_a_worker_that_was_away_thanks_nobody_at_night(guest):
    assert not sent(datetime(2031, 3, 19, 18, 0, tzinfo=UTC))
    assert len(sent(datetime(2031, 3, 20, 0, 0, tzinfo=UTC))) == 1


@pytest.mark.parametrize(("end", "day"), [(18, 19), (24, 19), (26, 19), (28, 20), (33, 20)])
def test_thanks_are_sent_the_morning_after_also_if_it_ends_after_midnight(make, end, day):
    event = make.event(ends_at=START + timedelta(hours=end - 10))  # at this hour in Tokyo
    assert window(ReminderKind.THANKS, event)[0] == datetime(2031, 3, day, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.POSTPONED, EventStatus.DRAFT])
def test_an_event_that_does_not_take_place_reminds_nobody(guest, status):
    with transaction():
        fresh(guest).event.status = status
    assert not sent(DAY_BEFORE)


def test_who_has_no_confirmed_seat_is_not_reminded(make, forum, guest):
    with transaction():
        operations.cancel(fresh(guest))
    make.registration(forum, make.approval_option(forum))
    make.registration(forum, make.hall, "").contact  # noqa: B018
    outbox.emails()
    assert [one.to for one in sent(DAY_BEFORE)] == ["guest2@example.org"]


def test_only_who_attends_online_gets_the_link_an_hour_before(make, forum, guest):
    online = make.option(forum, Mode.ONLINE)
    make.registration(forum, online, "bob@example.org")
    outbox.emails()
    hour = START - timedelta(hours=1)
    assert not sent(hour)  # there is no link yet
    with transaction():
        fresh(forum).join_url, fresh(forum).personal_join_links = "https://meet.example.org/1", False
    (email,) = sent(hour + timedelta(minutes=20))
    assert (email.to, email.kind) == ("bob@example.org", "reminder.hour")
    assert email.subject == "Within an hour, online: Forum of cities", "it is less if the worker was away"
    assert "https://meet.example.org/1" in email.text


def test_thanks_are_sent_the_morning_after_to_those_who_want_them(make, forum, guest):
    other = make.registration(forum, make.hall, "bob@example.org")
    outbox.emails()
    with transaction():
        opt_outs.opt_out(fresh(other).contact)
    (email,) = sent(datetime(2031, 3, 19, 0, 0, tzinfo=UTC))
    assert email.to == "ada@example.org"
    assert email.unsubscribe_url in email.text


def test_the_thank_you_has_the_survey_and_the_certificate_of_who_was_there(make, forum, guest):
    absent = make.registration(forum, make.hall, "bob@example.org")
    with transaction():
        settings.save(fresh(forum), {"survey_url": "https://survey.example.org/1", "certificate_link": True})
        check_in.check(fresh(forum), fresh(guest), kind=CheckInKind.IN, nonce="at the door", user_id=None)
    outbox.emails()
    emails = {email.to: email.text for email in sent(datetime(2031, 3, 19, 0, 0, tzinfo=UTC))}
    assert f"/registrations/{guest.token}/certificate" in emails["ada@example.org"]
    assert "Your certificate, if one is issued to you: " in emails["ada@example.org"], "who only looked in gets none"
    assert f"/registrations/{absent.token}/certificate" not in emails["bob@example.org"]
    assert all("https://survey.example.org/1" in text for text in emails.values())


def test_a_reminder_that_is_off_is_not_sent(guest, forum):
    with transaction():
        settings.save(fresh(forum), {"day": False})
    assert not sent(DAY_BEFORE)


def test_an_event_that_was_moved_reminds_anew_on_its_new_date(guest, forum):
    assert len(sent(DAY_BEFORE)) == 1
    with transaction():
        event = fresh(forum)
        event.starts_at, event.ends_at = START + timedelta(days=30), START + timedelta(days=30, hours=8)
    assert not sent(DAY_BEFORE)
    (email,) = sent(DAY_BEFORE + timedelta(days=30))
    assert "17 April 2031" in email.text


def _waiting(kind: str = "day") -> list[EmailStatus]:
    found = list(db.session.scalars(select(Email.status).where(Email.kind == f"reminder.{kind}")))
    db.session.rollback()
    return found


@pytest.mark.parametrize(
    "off",
    [
        lambda event: lifecycle.cancel_event(event, note=LocalizedText()),
        lambda event: lifecycle.postpone_event(event, note=LocalizedText()),
        lifecycle.unpublish_event,
        lambda event: lifecycle.change_event(
            event, slug=event.slug, starts_at=START + timedelta(days=2), ends_at=START + timedelta(days=2, hours=8)
        ),
    ],
    ids=["cancelled", "postponed", "unpublished", "moved"],
)
def test_reminders_that_wait_to_be_sent_are_not_once_the_event_is_off_that_day(forum, guest, off):
    with at(DAY_BEFORE):
        assert send_reminders() == 1
        with transaction():
            off(fresh(forum))
        assert _waiting() == [EmailStatus.STOPPED], "it would come after the e-mail that says so"


def test_a_reminder_that_waits_is_sent_if_only_the_hour_has_changed(forum, guest):
    with at(DAY_BEFORE):
        assert send_reminders() == 1
        with transaction():
            lifecycle.change_event(fresh(forum), slug="forum", starts_at=START + timedelta(hours=1))
        assert _waiting() == [EmailStatus.QUEUED], "nobody would be reminded: there is one a day"


def test_a_reminder_and_its_record_are_stored_together(guest, monkeypatch):
    """A worker that is killed before the commit has sent nothing and recorded nothing; a later one does both."""

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    with at(DAY_BEFORE):
        with monkeypatch.context() as dying:
            dying.setattr(db.session, "commit", die)
            with pytest.raises(Killed):
                send_reminders()
        assert db.session.scalar(select(func.count()).select_from(SentReminder)) == 0
        assert db.session.scalar(select(func.count()).select_from(Email)) == 0
    assert len(sent(DAY_BEFORE)) == 1


def test_what_is_not_due_costs_one_query(guest, queries):
    with at(DAY_BEFORE - timedelta(hours=2)), queries() as counted:
        assert send_reminders() == 0
    assert len(counted) == 1


def test_who_is_asked_again_after_a_postponement_can_say_no(app, client, make, forum, guest):
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText())
    make.tell()
    outbox.emails()
    with transaction():
        event = fresh(forum)
        event.starts_at, event.ends_at = START + timedelta(days=30), START + timedelta(days=30, hours=8)
        lifecycle.publish_event(event)
    make.tell()
    (email,) = outbox.emails()
    page = f"/registrations/{guest.token}/coming"
    assert page in email.text
    assert "Will you still come?" in email.text
    client.fill(page, {"coming": "yes"})
    assert "We look forward" in client.page.text(client.page.one("main"))
    assert fresh(guest).status == "confirmed"
    client.fill(page, {"coming": "no"})
    assert fresh(guest).status == "cancelled"
    assert fresh(make.hall).seats_taken == 0


def test_nobody_is_asked_again_if_the_team_does_not_want_that(make, forum, guest):
    with transaction():
        settings.save(fresh(forum), {"asks_again": False})
        lifecycle.postpone_event(fresh(forum), note=LocalizedText())
    make.tell()
    outbox.emails()
    with transaction():
        event = fresh(forum)
        event.starts_at, event.ends_at = START + timedelta(days=30), START + timedelta(days=30, hours=8)
        lifecycle.publish_event(event)
    make.tell()
    (email,) = outbox.emails()
    assert "/coming" not in email.text


def test_announcements_are_stopped_by_a_page_or_by_one_post_of_an_email_program(client, guest):
    with transaction():
        contact = fresh(guest).contact
    path = opt_outs.url(contact, "en").removeprefix("http://localhost")
    client.get(path)
    assert not opt_outs.has_opted_out(contact)  # a program that follows links stops nothing
    response = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert opt_outs.has_opted_out(contact)
    client.fill(path, {"again": "1"})
    assert not opt_outs.has_opted_out(contact)
    client.looks = False
    assert client.get(path.replace("stop/", "stop/x")).status_code == 404


def test_the_link_of_a_contact_that_was_removed_is_not_that_of_a_later_one_with_its_number(client, guest):
    """SQLite gives the highest number once more."""
    with transaction():
        contact = fresh(guest).contact
        path = opt_outs.url(contact, "en").removeprefix("http://localhost")
        contact.created_at += timedelta(hours=1)
    client.looks = False
    assert client.post(path).status_code == 404
    assert not opt_outs.has_opted_out(contact)


def test_a_link_from_when_it_had_the_number_alone_still_works(client, guest, monkeypatch):
    contact = fresh(guest).contact
    monkeypatch.setattr(opt_outs, "key_of", lambda contact: opt_outs._signer().dumps(contact.id))
    path = opt_outs.url(contact, "en").removeprefix("http://localhost")
    assert client.post(path).status_code == 200
    assert opt_outs.has_opted_out(contact)


def test_what_waits_since_then_is_not_sent_to_who_wants_no_more(guest, monkeypatch):
    """E-mails that wait while the program is upgraded."""
    with monkeypatch.context() as older, at(datetime(2031, 3, 19, 0, 0, tzinfo=UTC)):
        older.setattr(opt_outs, "key_of", lambda contact: opt_outs._signer().dumps(contact.id))
        assert send_reminders() == 1
    with transaction():
        opt_outs.opt_out(fresh(guest).contact)
    assert _waiting("thanks") == [EmailStatus.STOPPED]

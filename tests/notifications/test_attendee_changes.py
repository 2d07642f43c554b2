"""Changes are sent once, to the people concerned, as text and as calendar entries."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.running import here
from eventapp.events import operations as events
from eventapp.events import queries as event_queries
from eventapp.events.rules import EventStatus
from eventapp.mail.models import Email, PendingNotification
from eventapp.notifications import operations as notifications
from eventapp.notifications import tasks
from eventapp.notifications.compose import compose
from eventapp.notifications.models import ScanCursor, SentInvitation
from eventapp.notifications.scan import scan
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import edits, operations, setup, sign_ups
from eventapp.registration.models import Registration
from tests.support import ical_lint as lint
from tests.support.make import fresh
from tests.support.outbox import emails, entry, sequence

HOUR = timedelta(hours=1)


@pytest.fixture
def forum(make):
    return make.event("forum", venue_name=LocalizedText(en="City Hall", ja="市役所"))


def edit(event, **values) -> None:
    with transaction():
        row = fresh(event)
        lifecycle.change_event(row, slug=row.slug, **values)


def move(event, by: timedelta) -> None:
    row = fresh(event)
    edit(event, starts_at=row.starts_at + by, ends_at=row.ends_at + by)


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_a_new_time_is_sent_with_the_old_one_in_the_recipients_zone_and_language(make, forum):
    option = make.option(forum)
    make.registration(forum, option, "berlin@example.org", zone="Europe/Berlin")
    make.registration(forum, option, "ja@example.org", language="ja", country="JP")
    make.registration(forum, option, "dhaka@example.org", country="BD")
    first = {email.to: email for email in emails()}
    move(forum, 2 * HOUR)
    assert make.tell() == 3
    told = {email.to: email for email in emails()}
    english = told["berlin@example.org"]
    assert english.subject == "Time changed: Forum of cities"
    assert "Previous time: Tue 18 March 2031, 10:00 – 18:00 (Japan Standard Time)" in english.text
    assert "New time: Tue 18 March 2031, 12:00 – 20:00 (Japan Standard Time)" in english.text
    assert (
        "Previous time (your time): Tue 18 March 2031, 02:00 – 10:00 (Central European Standard Time)" in english.text
    )
    assert "New time (your time): Tue 18 March 2031, 04:00 – 12:00 (Central European Standard Time)" in english.text
    assert "(Bangladesh Standard Time)" in told["dhaka@example.org"].text, "a country with one zone tells it"
    japanese = told["ja@example.org"]
    assert "2031年3月18日（火） 12:00" in japanese.text or "2031年3月18日（火）12:00" in japanese.text
    assert "your time" not in japanese.text
    assert "日本標準時" in japanese.text
    assert "。 " not in japanese.text, "no space stands between Japanese sentences"
    for to, email in told.items():
        assert [file.method for file in email.calendars] == ["REQUEST"]
        assert entry(email).one("UID") == entry(first[to]).one("UID")
        assert entry(email).one("DTSTART") == "20310318T120000"
        assert sequence(email) > sequence(first[to])


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_a_burst_of_edits_is_one_email_with_the_final_state(make, forum):
    make.registration(forum, make.option(forum))
    emails()
    start = clock.now()
    with time_machine.travel(start, tick=False) as now:
        move(forum, HOUR)
        scan()
        now.shift(timedelta(minutes=4))
        move(forum, HOUR)
        edit(forum, venue_name=LocalizedText(en="Arena"))
        scan()
        assert send_due() == 0
        now.shift(timedelta(minutes=5, seconds=55))
        move(forum, HOUR)
        scan()
        assert send_due() == 0
        now.shift(timedelta(seconds=10))
        scan()
        assert send_due() == 1
        now.shift(timedelta(minutes=30))
        scan()
        assert send_due() == 0
    (email,) = emails()
    assert email.subject == "Time and venue changed: Forum of cities"
    assert "Previous time: Tue 18 March 2031, 10:00 – 18:00" in email.text
    assert "New time: Tue 18 March 2031, 13:00 – 21:00" in email.text
    assert "Previous venue: City Hall" in email.text
    assert "New venue: Arena" in email.text


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_there_and_back_notifies_nobody(make, forum):
    make.registration(forum, make.option(forum))
    emails()
    move(forum, HOUR)
    scan()
    move(forum, -HOUR)
    assert make.tell() == 0
    assert emails() == []
    assert db.session.query(PendingNotification).count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"title": LocalizedText(en="Forum of Cities!", ja="都市フォーラム")},
        {"description": LocalizedText(en="More words.")},
        {"venue_name": LocalizedText(en="City  hall", ja="市役所")},
        {"venue_name": LocalizedText(en="City Hall", ja="市役所", bn="নগর ভবন")},
        {"join_url": "https://meet.example/new"},
    ],
)
def test_wording_spelling_and_other_peoples_changes_are_no_reason_for_an_email(make, forum, values):
    make.registration(forum, make.option(forum))
    emails()
    edit(forum, **values)
    assert make.tell() == 0
    assert emails() == []


def test_a_new_joining_link_is_sent_only_to_online_attendees(make, forum):
    edit(forum, join_url="https://meet.example/old", personal_join_links=False)
    make.registration(forum, make.option(forum))
    online = make.registration(forum, make.option(forum, Mode.ONLINE))
    emails()
    edit(forum, join_url="https://meet.example/new")
    assert make.tell() == 1
    (email,) = emails()
    assert email.to == online.email
    assert email.subject == "New joining link: Forum of cities"
    assert "https://meet.example/new" in email.text
    assert entry(email).one("CONFERENCE") == "https://meet.example/new"


def test_a_removed_link_is_not_announced_as_a_new_one(make, forum):
    edit(forum, join_url="https://meet.example/old")
    make.registration(forum, make.option(forum, Mode.ONLINE))
    emails()
    edit(forum, join_url="")
    assert make.tell() == 1
    (email,) = emails()
    assert email.subject == "Your registration: Forum of cities"
    assert "Join here: –" in email.text
    assert not entry(email).all("CONFERENCE")


def test_who_takes_part_online_is_nowhere_else_also_before_there_is_a_link(make, forum):
    make.registration(forum, make.option(forum, Mode.ONLINE))
    (email,) = emails()
    assert entry(email).one("LOCATION") == "Online"


@pytest.mark.both_engines("no other test runs one of its statements")
def test_a_changed_mode_of_an_option_is_sent_to_those_who_have_chosen_it(make, forum):
    edit(forum, join_url="https://meet.example/all", personal_join_links=False)
    option = make.option(forum)
    guest = make.registration(forum, option)
    make.registration(forum, make.option(forum))
    emails()
    make.tell()
    with transaction():
        setup.save_option(fresh(forum), fresh(option), mode=Mode.ONLINE, title=LocalizedText())
    assert make.tell() == 1
    (email,) = emails()
    assert email.to == guest.email
    assert "New venue: Online" in email.text
    assert entry(email).one("CONFERENCE") == "https://meet.example/all"


def test_a_venue_says_where_to_go_and_its_change_is_sent_to_attendees(make, forum):
    (venue,) = event_queries.venues(forum)
    with transaction():
        events.save_venue(
            fresh(forum), fresh(venue), name=LocalizedText(en="Arena"), address=LocalizedText(en="1-1 Chuo")
        )
    make.registration(forum, make.option(forum))
    make.registration(forum, make.option(forum, Mode.ONLINE))
    (coming, _online) = emails()
    assert lint.text(entry(coming).one("LOCATION")) == "Arena, 1-1 Chuo"
    with transaction():
        events.save_venue(
            fresh(forum), fresh(venue), name=LocalizedText(en="Harbour hall"), address=LocalizedText(en="2-2 Minato")
        )
    assert make.tell() == 1
    (email,) = emails()
    assert "Previous venue: Arena, 1-1 Chuo" in email.text
    assert "New venue: Harbour hall, 2-2 Minato" in email.text
    assert sequence(email) > sequence(coming)


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_cancelling_notifies_everybody_at_once_and_cancels_the_entry(make, forum):
    session = make.session(forum, "Workshop", capacity=5)
    guest = make.registration(forum, make.option(forum))
    with transaction():
        sign_ups.sign_up(fresh(guest), session.code)
    make.tell()
    emails()
    move(forum, HOUR)
    scan()
    with transaction():
        assert lifecycle.cancel_event(fresh(forum), note=LocalizedText(en="A typhoon comes.")) == 1
    assert send_due() == 1
    (email,) = emails()
    assert email.subject == "Cancelled: Forum of cities"
    assert "A typhoon comes." in email.text
    assert [file.method for file in email.calendars] == ["CANCEL", "CANCEL"], "the event and the session"
    assert make.tell() == 0


def test_a_postponed_event_is_tentative_until_its_new_date_is_sent(make, forum):
    make.registration(forum, make.option(forum))
    (first,) = emails()
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText(en="A storm."))
    assert send_due() == 1
    (off,) = emails()
    assert (off.subject, entry(off).one("STATUS")) == ("Postponed: Forum of cities", "TENTATIVE")
    assert "A storm." in off.text
    move(forum, timedelta(days=7))
    assert make.tell() == 0, "a date is no news before the event is on again"
    with transaction():
        lifecycle.publish_event(fresh(forum))
    assert make.tell() == 1
    (on,) = emails()
    assert (on.subject, entry(on).one("STATUS")) == ("New date: Forum of cities", "CONFIRMED")
    assert "Previous time: Tue 18 March 2031" in on.text
    assert "New time: Tue 25 March 2031" in on.text
    assert sequence(on) > sequence(off) > sequence(first)


def test_a_postponed_event_that_is_cancelled_after_its_old_date_is_cancelled_in_calendars(make, forum):
    make.registration(forum, make.option(forum))
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText())
    send_due()
    emails()
    with time_machine.travel(fresh(forum).ends_at + timedelta(days=30)):
        with transaction():
            assert lifecycle.cancel_event(fresh(forum), note=LocalizedText()) == 1
        assert send_due() == 1
        (off,) = emails()
    assert off.subject == "Cancelled: Forum of cities"
    assert [file.method for file in off.calendars] == ["CANCEL"]


def test_an_event_reinstated_on_its_old_date_is_sent_with_it(make, forum):
    make.registration(forum, make.option(forum))
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText())
    send_due()
    emails()
    with transaction():
        lifecycle.publish_event(fresh(forum))
    assert make.tell() == 1
    (on,) = emails()
    assert on.subject == "New date: Forum of cities"
    assert "When: Tue 18 March 2031, 10:00 – 18:00 (Japan Standard Time)" in on.text


@pytest.mark.parametrize("put_off", [lifecycle.cancel_event, lifecycle.postpone_event])
def test_nobody_who_was_there_is_told_that_the_event_is_off(make, forum, put_off):
    """From a page that was opened before it ended, for example."""
    make.registration(forum, make.option(forum))
    emails()
    with time_machine.travel(forum.ends_at + timedelta(minutes=1)):
        with pytest.raises(Refused, match="This event is over"), transaction():
            put_off(fresh(forum), note=LocalizedText())
        assert not emails()


def test_nobody_is_notified_of_drafts_past_events_or_as_a_generated_guest(make, forum):
    option = make.option(forum)
    make.registration(forum, option)
    with transaction():
        made_up = operations.register(
            fresh(forum), operations.RegistrationInput("x@example.org", "X"), option=fresh(option), generated=True
        )
        assert made_up.generated
    emails()
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    move(forum, HOUR)
    assert make.tell() == 0
    with transaction():
        lifecycle.publish_event(fresh(forum))
    assert make.tell() == 1
    assert "x@example.org" not in {email.to for email in emails()}
    with time_machine.travel(fresh(forum).ends_at + HOUR, tick=False):
        move(forum, -HOUR)
        assert make.tell() == 0


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_an_email_in_between_covers_both_and_nothing_is_sent_twice(make, forum):
    edit(forum, join_url="https://meet.example/all")
    guest = make.registration(forum, make.option(forum))
    emails()
    move(forum, HOUR)
    scan()
    with transaction():
        edits.change_option(fresh(guest), make.option(forum, Mode.ONLINE))
    (email,) = emails()
    assert "Previous time: Tue 18 March 2031, 10:00 – 18:00" in email.text
    assert "When: Tue 18 March 2031, 11:00 – 19:00" in email.text
    assert make.tell() == 0
    assert emails() == []


@pytest.mark.both_engines("locks")
@pytest.mark.slow
def test_two_workers_notify_each_guest_once(app, make, forum):
    option = make.option(forum)
    for _ in range(12):
        make.registration(forum, option)
    emails()
    move(forum, HOUR)
    scan()
    notifications.send_now(forum)
    db.session.commit()

    def work(_):
        with app.app_context():
            scan()
            return send_due()

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda n: contextvars.Context().run(work, n), range(3)))
    assert sum(done) == 12
    assert len({email.to for email in emails()}) == 12


@pytest.mark.both_engines("locks")
def test_a_notification_that_is_replaced_while_it_is_rendered_is_written_again(make, forum, monkeypatch):
    """A change made while the worker renders must be in the e-mail, and no e-mail may be older than it."""
    guest = make.registration(forum, make.option(forum))
    composed = []

    def compose_and_be_overtaken(row):
        email = compose(row)
        if not composed:
            # As another process would, on its own connection.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(contextvars.Context().run, cancel).result()
        composed.append(email.kind)
        return email

    @here
    def cancel():
        with transaction():
            operations.cancel(db.session.get_one(Registration, guest.id))

    monkeypatch.setattr(tasks, "compose", compose_and_be_overtaken)
    assert send_due() == 0
    assert db.session.query(Email).count() == db.session.query(SentInvitation).count() == 0
    assert send_due() == 1
    assert composed == ["registration.confirmed", "registration.cancelled"]
    (email,) = emails()
    assert (email.kind, email.calendars) == ("registration.cancelled", []), "their calendar never had it"


@pytest.mark.both_engines("locks")
def test_one_notification_that_can_not_be_written_does_not_keep_the_others_waiting(make, forum, monkeypatch, caplog):
    option = make.option(forum)
    make.registration(forum, option, "first@example.org")
    make.registration(forum, option, "second@example.org")

    def compose_or_fail(row):
        email = compose(row)
        assert email.to != "first@example.org"
        return email

    monkeypatch.setattr(tasks, "compose", compose_or_fail)
    assert send_due() == 1
    assert "first@" not in caplog.text
    monkeypatch.undo()
    assert send_due() == 0, "it is tried again later"
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert send_due() == 1
    assert [email.to for email in emails()] == ["second@example.org", "first@example.org"]


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_running_the_sweeps_again_changes_nothing(make, forum):
    make.registration(forum, make.option(forum))
    emails()
    move(forum, HOUR)
    assert make.tell() == 1
    emails()
    assert scan() == 0
    assert make.tell() == 0
    assert emails() == []


# ---- the team -----------------------------------------------------------------------------------------------------


@pytest.mark.both_engines("the scan compares moments, and schedules with upserts")
def test_the_team_sees_who_will_be_notified_and_can_say_no(make, forum):
    option = make.option(forum)
    guest, _other = make.registration(forum, option), make.registration(forum, option)
    emails()
    move(forum, HOUR)
    scan()
    waiting = notifications.waiting(fresh(forum))
    assert (waiting.attendees, waiting.speakers) == (2, 0)
    assert timedelta(minutes=9) < waiting.due_at - clock.now() <= timedelta(minutes=10)
    with transaction():
        notifications.mark_as_notified(fresh(forum))
    assert notifications.waiting(fresh(forum)).attendees == 0
    assert make.tell() == 0
    move(forum, HOUR)
    assert make.tell() == 2, "what comes later is told again"
    email = next(email for email in emails() if email.to == guest.email)
    assert "Previous time: Tue 18 March 2031, 11:00" in email.text, "they are told from what the page said"


@pytest.mark.both_engines("no other test runs one of its statements")
def test_attendees_from_before_invitations_are_sent_later_changes(make, forum):
    make.registration(forum, make.option(forum))
    emails()
    with transaction():
        db.session.execute(delete(SentInvitation))
        db.session.merge(ScanCursor(event_id=forum.id, event_revision=-1, team_revision=-1))
    assert make.tell() == 0
    move(forum, HOUR)
    assert make.tell() == 1
    (email,) = emails()
    assert "Previous time: Tue 18 March 2031, 10:00" in email.text


def test_a_cancellation_is_sent_to_active_attendees_even_without_an_entry(make, forum):
    make.registration(forum, make.option(forum))
    emails()
    with transaction():
        db.session.execute(delete(SentInvitation))
    with transaction():
        lifecycle.cancel_event(fresh(forum), note=LocalizedText())
    assert send_due() == 1
    (email,) = emails()
    assert (email.kind, email.calendars) == ("event.cancelled", [])
    assert fresh(forum).status is EventStatus.CANCELLED

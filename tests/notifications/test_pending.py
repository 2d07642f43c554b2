"""A pending notification becomes one e-mail: whatever fails, and also if somebody else acts on the recipient meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.running import here
from eventapp.events.models import Event
from eventapp.mail import operations as mail
from eventapp.mail import pending
from eventapp.mail.models import PendingNotification
from eventapp.notifications import attendee_emails, operations, tasks
from eventapp.notifications import scan as scanning
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.scan import scan
from eventapp.programme.rules import Mode
from eventapp.registration import notices
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from eventapp.registration.rules import Notice
from tests.support.at_once import in_line
from tests.support.outbox import emails


def move(event) -> None:
    """Move the event by an hour, and find those to write to."""
    with transaction():
        row = db.session.get_one(Event, event.id)
        lifecycle.change_event(row, slug=row.slug, starts_at=row.starts_at + timedelta(hours=1))
    scan()


def cancel(guest, **values) -> bool:
    with transaction():
        return registration.cancel(db.session.get_one(Registration, guest.id), **values)


def use_up_the_budget_of(guest) -> None:
    with transaction():
        while mail.may_email(guest.email):
            pass


def elsewhere(work) -> threading.Thread:
    """Start work in another thread, with a transaction of its own."""

    def run() -> None:
        with transaction():
            work()

    thread = threading.Thread(target=here(run))
    thread.start()
    return thread


def test_a_notification_that_cannot_be_written_does_not_block_the_others(make, forum, monkeypatch, caplog):
    option = make.option(forum)
    make.registration(forum, option, "first@example.org", family_name="Broken")
    make.registration(forum, option, "second@example.org")
    facts = attendee_emails._facts

    def fail(guest, *rest):
        if guest.family_name == "Broken":
            raise ValueError(guest.family_name)
        return facts(guest, *rest)

    monkeypatch.setattr(attendee_emails, "_facts", fail)
    assert [email.to for email in emails()] == ["second@example.org"]
    assert "Broken" not in caplog.text


@pytest.mark.both_engines("the error of a violated constraint")
def test_nor_does_one_that_the_database_refuses(make, forum, caplog):
    option = make.option(forum)
    holder = make.registration(forum, option, "holder@example.org")
    emails()
    guest = make.registration(forum, option, "guest@example.org")
    make.registration(forum, option, "last@example.org")
    with transaction():
        taken = update(SentInvitation).where(SentInvitation.registration_id == holder.id)
        db.session.execute(taken.values(uid=guest.uid))
    assert [email.to for email in emails()] == ["last@example.org"]
    assert guest.uid not in caplog.text


def test_somebody_who_cancels_beyond_the_budget_is_not_told_that_they_are_registered(make, forum):
    guest = make.registration(forum, make.option(forum))
    use_up_the_budget_of(guest)
    assert not cancel(guest, by_guest=True)
    assert [email.subject for email in emails()] == ["Registration cancelled: Forum of cities"]


def test_nor_are_they_told_of_a_change_of_the_event(make, forum):
    guest = make.registration(forum, make.option(forum))
    emails()
    move(forum)
    use_up_the_budget_of(guest)
    assert not cancel(guest, by_guest=True)
    assert make.tell() == 1
    (email,) = emails()
    assert email.subject == "Registration cancelled: Forum of cities"
    assert [file.method for file in email.calendars] == ["CANCEL"]


@pytest.mark.both_engines("locks")
@pytest.mark.slow
def test_a_cancellation_is_written_though_the_team_decides_meanwhile_that_nobody_is(make, forum, monkeypatch):
    guest = make.registration(forum, make.option(forum))
    emails()
    move(forum)
    waiting, others = pending.waiting_recipients, []

    def slowly(topic, *, lock=False):
        found = waiting(topic, lock=lock)
        if not lock:
            return found
        others.append(elsewhere(lambda: registration.cancel(db.session.get_one(Registration, guest.id))))
        others[0].join(timeout=0.5)  # it waits for this transaction, or is done
        return found

    monkeypatch.setattr(pending, "waiting_recipients", slowly)
    with transaction():
        operations.mark_as_notified(db.session.get_one(Event, forum.id))
    others[0].join()
    assert [email.kind for email in emails()] == ["registration.cancelled"]


@pytest.mark.both_engines("locks")
@pytest.mark.parametrize(
    "verb",
    [
        lambda rows: pending.waiting_recipients("event:1", lock=True),
        lambda rows: pending.send_now("event:1"),
        lambda rows: pending.take_all(rows),
    ],
    ids=["send none", "send now", "the worker"],
)
def test_who_takes_many_notifications_takes_them_in_the_same_order(app, verb):
    """Or PostgreSQL would end one of the two transactions: that of somebody who waits for an answer, perhaps."""

    def change(*numbers: int) -> None:
        pending.enqueue_changes([f"registration:{number}" for number in numbers], "registration", topic="event:1")

    def stored() -> list[PendingNotification]:
        return list(db.session.scalars(select(PendingNotification)))

    for number in (10, 9):  # as they lie in the table
        with transaction():
            change(number)
    rows = stored()
    db.session.expunge_all()
    in_line(app, lambda: change(9), lambda: change(9, 10), lambda: verb(rows))


@pytest.mark.both_engines("locks")
@pytest.mark.slow
def test_the_worker_and_an_operation_on_its_recipient_do_not_wait_for_each_other(make, forum, monkeypatch):
    guest = make.registration(forum, make.option(forum, mode=Mode.ONLINE))
    emails()
    with transaction():
        # A new joining link: the worker writes the registration, too, for its SEQUENCE.
        db.session.get_one(Event, forum.id).join_url = "https://example.net/room"
    scan()
    with transaction():
        operations.send_now(db.session.get_one(Event, forum.id))
    db.session.rollback()
    held, taken = threading.Event(), threading.Event()
    take, compose = pending.take, tasks.compose

    def cancel_slowly() -> None:
        mine = db.session.get_one(Registration, guest.id)
        registration.hold(mine)
        held.set()
        taken.wait(0.5)
        registration.cancel(mine)

    def taking(row) -> bool:
        done = take(row)
        taken.set()
        return done

    def composing(row):
        email = compose(row)
        thread = elsewhere(cancel_slowly)
        others.append(thread)
        held.wait(5)
        return email

    others: list[threading.Thread] = []
    with monkeypatch.context() as patched:
        patched.setattr(pending, "take", taking)
        patched.setattr(tasks, "compose", composing)
        assert tasks.send_due() == 0, "the registration was cancelled meanwhile"
        others[0].join()
    assert [email.kind for email in emails()] == ["registration.cancelled"]
    assert db.session.scalar(select(Registration.status).where(Registration.id == guest.id)) == "cancelled"


def test_others_can_write_while_the_scan_compares_people(make, forum, monkeypatch):
    guest = make.registration(forum, make.option(forum))
    emails()
    compared, waited = scanning.attendees_to_notify, []

    def slowly(*args):
        other = elsewhere(lambda: registration.cancel(db.session.get_one(Registration, guest.id)))
        other.join(timeout=5)
        waited.append(other.is_alive())
        return compared(*args)

    monkeypatch.setattr(scanning, "attendees_to_notify", slowly)
    move(forum)
    assert waited == [False]
    assert [email.kind for email in emails()] == ["registration.cancelled"]


@pytest.mark.both_engines("an upsert of selected rows")
def test_everybody_is_notified_in_one_statement_and_an_action_stays_one(make, forum, queries):
    option = make.option(forum)
    first, second, gone = (
        make.registration(forum, option, email) for email in ("a@example.org", "b@example.org", "c@example.org")
    )
    cancel(gone)
    emails()
    with transaction():
        notices.notify(db.session.get_one(Registration, second.id), Notice.DECLINED, reason="Full.")
    move(forum)
    number = forum.id
    with transaction(), queries() as counted:
        assert notices.notify_everybody(number) == 2
    assert len(counted) == 1, counted.statements
    rows = {row.recipient: row for row in db.session.scalars(select(PendingNotification))}
    assert {(key, row.kind, row.version) for key, row in rows.items()} == {
        (f"registration:{first.id}", "registration.changes", 2),
        (f"registration:{second.id}", "registration.declined", 3),
    }
    assert rows[f"registration:{second.id}"].data == {"reason": "Full."}
    assert rows[f"registration:{first.id}"].data == {}
    assert len(pending.due(limit=9)) == 2


@pytest.mark.both_engines("how many parameters a statement may have")
def test_what_was_to_be_told_to_a_hundred_thousand_people_can_be_forgotten(app):
    keys = [pending.recipient_key("registration", number) for number in range(100_000)]
    with transaction():
        pending.enqueue_changes([keys[0], keys[-1]], "registration.changes", topic="event:1")
    assert set(pending.waiting_recipients("event:1")) == {keys[0], keys[-1]}
    with transaction():
        pending.forget_changes("event:1", keys)
    assert pending.waiting_recipients("event:1") == {}

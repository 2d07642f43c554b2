"""E-mails are delivered to a real server once, and stay in the outbox if it fails."""

from __future__ import annotations

import contextvars
import smtplib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.mail import operations, queries, rules, tasks
from eventapp.mail.models import Email, EmailStatus
from eventapp.mail.operations import CalendarFile

FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:one\r\n"
    b"DTSTAMP:20301201T093015Z\r\nDTSTART;VALUE=DATE:20310318\r\nSUMMARY:Forum\r\nSEQUENCE:0\r\nSTATUS:CONFIRMED\r\n"
    b"TRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Server:
    """An SMTP server that stores what it accepts, and refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list = []
        self.answer = ""
        self.refused = ""  # one recipient, or everybody

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer and self.refused in {"", address}:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def smtp():
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    handler.url = f"smtp://127.0.0.1:{controller.port}"
    yield handler
    controller.stop()


def write(**values) -> Email:
    with transaction():
        return operations.enqueue(
            **{"to": "ada@example.org", "subject": "確認：フォーラム", "text": "こんにちは", "kind": "test", **values}
        )


def write_many(number: int) -> None:
    for n in range(number):
        write(to=f"guest{n}@example.org")


def deliver(url, sender="desk@example.org", **values) -> int:
    done = tasks.deliver_due(url, sender, **values)
    db.session.expire_all()
    return done


def test_an_email_arrives_as_it_was_written(app, smtp):
    write(html="<p>こんにちは</p>", calendars=[CalendarFile("forum.ics", "PUBLISH", FILE)])
    assert deliver(smtp.url, "Forum desk <desk@example.org>") == 1
    (message,) = smtp.taken
    assert message["Subject"] == "確認：フォーラム"
    assert message["From"] == "Forum desk <desk@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "こんにちは"
    assert "<p>" in message.get_body(("html",)).get_content()
    (attached,) = list(message.iter_attachments())
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "forum.ics")
    assert attached.get_content() == FILE
    assert db.session.scalars(select(Email)).one().status is EmailStatus.SENT


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
def test_an_email_is_sent_once(app, smtp):
    write()
    assert deliver(smtp.url) == 1
    assert deliver(smtp.url) == 0
    assert len(smtp.taken) == 1


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
@pytest.mark.slow
def test_two_workers_at_once_send_each_email_once(app, smtp):
    for _ in range(30):
        write()

    def work(_):
        with app.app_context():
            return tasks.deliver_due(smtp.url, "desk@example.org")

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda n: contextvars.Context().run(work, n), range(4)))
    assert done == len(smtp.taken) == 30


def test_without_a_server_emails_wait(app):
    email = write()
    assert deliver(None) == 0
    assert email.status is EmailStatus.QUEUED


def test_a_server_that_is_away_is_tried_again_later(app, smtp):
    email = write()
    assert deliver("smtp://127.0.0.1:1") == 0
    assert email.status is EmailStatus.QUEUED
    assert email.attempts == 1
    assert deliver(smtp.url) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        assert deliver(smtp.url) == 1


def test_an_address_that_does_not_exist_is_given_up_at_once(app, smtp):
    email = write()
    smtp.answer = "550 no such user"
    assert deliver(smtp.url) == 0
    assert email.status is EmailStatus.FAILED
    assert "550" in email.last_error
    smtp.answer = ""
    with transaction():
        operations.retry(email)
    assert deliver(smtp.url) == 1


@pytest.mark.both_engines("updates of many rows")
@pytest.mark.slow
def test_after_many_tries_an_email_is_given_up(app, monkeypatch):
    monkeypatch.setattr(operations, "WAITS", operations.WAITS[::12])
    email = write()
    moment = clock.now()
    for _ in range(len(operations.WAITS) + 1):
        moment += timedelta(days=1)
        with time_machine.travel(moment, tick=False):
            assert email.status is EmailStatus.QUEUED
            deliver("smtp://127.0.0.1:1")
    assert email.status is EmailStatus.FAILED


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
def test_an_email_of_a_worker_that_died_is_taken_by_another(app, smtp):
    write()
    with transaction():
        assert len(operations.take()) == 1
    assert deliver(smtp.url) == 0
    with time_machine.travel(clock.now() + operations.HOLD + timedelta(seconds=1), tick=False):
        assert deliver(smtp.url) == 1


def test_emails_of_a_worker_that_was_killed_are_sent_within_a_minute():
    assert operations.HOLD.total_seconds() < 55


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
@pytest.mark.slow
def test_a_worker_that_waits_for_a_slow_server_keeps_its_emails(app, smtp, monkeypatch):
    monkeypatch.setattr(operations, "HOLD", timedelta(seconds=0.4))
    write_many(3)
    begun, go_on = threading.Event(), threading.Event()
    send = smtplib.SMTP.sendmail

    def slow(server, *ready):
        begun.set()
        assert go_on.wait(20)
        return send(server, *ready)

    def work():
        with app.app_context():
            return tasks.deliver_due(smtp.url, "desk@example.org")

    monkeypatch.setattr(smtplib.SMTP, "sendmail", slow)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(contextvars.Context().run, work)
        try:
            assert begun.wait(20)
            time.sleep(0.9)  # more than twice as long as the lease of a dead worker
            assert tasks.deliver_due(smtp.url, "desk@example.org") == 0
        finally:
            go_on.set()
        assert sent.result() == 3
    assert len(smtp.taken) == 3


def test_a_server_that_is_repaired_after_days_gets_its_emails():
    """At most a quarter of an hour apart in the first hours, and for three days."""
    waits = operations.WAITS
    hours = timedelta(hours=5)
    first = [wait for number, wait in enumerate(waits) if sum(waits[:number], timedelta(0)) < hours]
    assert max(first) == timedelta(minutes=15)
    assert sum(waits, timedelta(0)) >= timedelta(days=3)
    assert sorted(waits) == waits


@pytest.mark.both_engines("updates of many rows")
def test_emails_that_were_given_up_are_tried_again_together(app, smtp):
    smtp.answer = "550 no such user"
    kept = write(topic="event:2")
    for number in range(3):
        write(topic="event:1", kind="registration.link", to=f"guest{number}@example.org")
    deliver(smtp.url)
    smtp.answer = ""
    with transaction():
        assert operations.retry_all("event:1", families=["registration"]) == 3
    assert deliver(smtp.url) == 3
    assert kept.status is EmailStatus.FAILED


def test_a_line_break_in_a_subject_adds_no_header(app, smtp):
    write(subject="Hello\r\nBcc: all@example.org")
    assert deliver(smtp.url) == 1
    assert smtp.taken[0]["Bcc"] is None


def test_an_email_that_cannot_be_written_holds_up_no_other(app, smtp):
    broken, behind = write(to=""), write()
    assert deliver(smtp.url) == 1
    assert db.session.get(Email, broken.id).status is EmailStatus.FAILED
    assert db.session.get(Email, behind.id).status is EmailStatus.SENT


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
def test_others_write_while_the_server_takes_its_time(app, smtp, monkeypatch):
    """SQLite has one write lock: held while a server is slow, it would turn registrations into errors."""
    first = write()
    send = smtplib.SMTP.sendmail

    def slow(server, *ready):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(contextvars.Context().run, elsewhere).result(timeout=4)
        return send(server, *ready)

    def elsewhere():
        with app.app_context():
            write()

    monkeypatch.setattr(smtplib.SMTP, "sendmail", slow)
    assert deliver(smtp.url, seconds=0) == 1
    assert db.session.get(Email, first.id).status is EmailStatus.SENT


@pytest.mark.slow
@pytest.mark.parametrize(("number", "most"), [(35, 1), (70, 3)])
def test_all_that_is_due_goes_out_in_one_go_over_few_connections(app, smtp, monkeypatch, number, most):
    write_many(number)
    opened = []
    connect = tasks.connect
    monkeypatch.setattr(tasks, "connect", lambda url: opened.append(url) or connect(url))
    assert deliver(smtp.url) == number
    assert len(smtp.taken) == number
    assert 1 <= len(opened) <= most
    emails = db.session.scalars(select(Email)).all()
    assert {(email.status, email.attempts) for email in emails} == {(EmailStatus.SENT, 0)}


@pytest.mark.parametrize("answer", ["421 closing", "450 try later", "550 no such user"])
def test_one_address_that_is_refused_does_not_affect_the_next_email(app, smtp, answer):
    """smtplib disconnects on a 421, even from one recipient of a server that stays up."""
    refused, behind = write(to="gone@example.org"), write()
    smtp.answer, smtp.refused = answer, "gone@example.org"
    assert deliver(smtp.url) == 1
    assert refused.attempts == 1
    assert (behind.status, behind.attempts) == (EmailStatus.SENT, 0)


def test_a_connection_that_broke_is_closed(app, smtp, monkeypatch):
    write_many(3)
    opened = []
    connect = tasks.connect
    monkeypatch.setattr(tasks, "connect", lambda url: opened.append(connect(url)) or opened[-1])

    def breaks(server, *ready):
        raise TimeoutError("timed out")

    monkeypatch.setattr(smtplib.SMTP, "sendmail", breaks)
    assert deliver(smtp.url) == 0
    assert len(opened) == 3
    assert all(server.sock is None for server in opened)


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
@pytest.mark.slow
def test_a_sweep_ends_so_that_others_get_their_turn_and_holds_nothing_any_more(app, smtp):
    """A slow server takes twenty seconds per e-mail: the rest of a batch must not stay leased until another worker
    takes it.
    """
    write_many(35)
    assert deliver(smtp.url, seconds=0) == 1
    assert all(email.held_until is None for email in db.session.scalars(select(Email)))
    assert deliver(smtp.url) == 34


def test_an_unreachable_server_is_not_waited_for_once_per_email(app, monkeypatch):
    write_many(25)
    asked = []

    def away(url):
        asked.append(url)
        raise TimeoutError("timed out")

    monkeypatch.setattr(tasks, "connect", away)
    assert deliver("smtp://mail.example.org") == 0
    assert len(asked) == 1
    tried = db.session.scalars(select(Email).where(Email.attempts == 1)).all()
    assert len(tried) == 20
    assert {email.last_error for email in tried} == {"timed out"}
    assert all(email.held_until is None for email in db.session.scalars(select(Email)))


@pytest.mark.parametrize(
    ("answer", "marked", "words"),
    [
        ("550 5.1.1 <ada@example.org>: user unknown", True, "does not know this address"),
        ("550 No such user here", True, "does not know this address"),
        ("550 5.7.515 Access denied, domain does not meet the required authentication", False, "rejects e-mails"),
        ("552 5.2.2 mailbox full", False, "full"),
        ("450 4.2.0 greylisted", False, "try again later"),
    ],
)
def test_an_address_that_its_server_does_not_know_is_marked_and_no_other_refusal(app, smtp, answer, marked, words):
    smtp.answer = answer
    email = write()
    deliver(smtp.url)
    assert bool(queries.undeliverable(["Ada@Example.org"])) is marked
    assert words in rules.reason(db.session.get(Email, email.id).last_error)


@pytest.mark.both_engines("no other test runs one of its statements")
def test_an_address_is_trusted_again_by_trying_again(app, smtp):
    smtp.answer = "550 5.1.1 unknown"
    email = write()
    deliver(smtp.url)
    with transaction():
        operations.retry(db.session.get(Email, email.id))
    assert not queries.undeliverable(["ada@example.org"])


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
def test_an_email_that_was_stopped_is_not_sent(app, smtp):
    write()
    with transaction():
        assert operations.stop(Email.kind == "test") == 1
    assert deliver(smtp.url) == 0
    assert not smtp.taken


def test_sender_replies_and_unsubscribing_are_headers(app, smtp):
    write(
        sender_name="City of Mori, events (via Desk)",
        reply_to="team@city.example",
        unsubscribe_url="https://example.org/announcements/stop/x",
        batch="announcement:1",
    )
    deliver(smtp.url, "Forum desk <desk@example.org>")
    (message,) = smtp.taken
    assert message["From"].addresses[0].display_name == "City of Mori, events (via Desk)"
    assert message["From"].addresses[0].addr_spec == "desk@example.org"
    assert message["Reply-To"] == "team@city.example"
    assert message["List-Unsubscribe"] == "<https://example.org/announcements/stop/x>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.both_engines("e-mails are claimed with SKIP LOCKED")
def test_an_email_that_is_stopped_while_a_worker_holds_it_is_not_sent(app, smtp, monkeypatch):
    first, second = write(), write()
    load = tasks._Post.load

    def stopped_meanwhile(post, numbers):
        assert load(post, numbers)
        with transaction():
            operations.stop(Email.id == second.id)
        return True

    monkeypatch.setattr(tasks._Post, "load", stopped_meanwhile)
    assert deliver(smtp.url) == 1
    assert db.session.get(Email, first.id).status is EmailStatus.SENT
    assert db.session.get(Email, second.id).status is EmailStatus.STOPPED

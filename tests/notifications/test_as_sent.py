"""The team decides that no e-mails are sent about some changes: the current facts count as sent."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.running import here
from eventapp.events.models import Event
from eventapp.notifications import as_sent, operations
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.scan import scan
from eventapp.programme.rules import Mode
from eventapp.registration import sign_ups
from tests.notifications.test_pending import move
from tests.support.make import fresh
from tests.support.outbox import emails


@pytest.fixture
def forum(make):
    return make.event("forum", venue_name=LocalizedText(en="City Hall"))


def send_none(event) -> None:
    """As the button does: facts are read before the transaction writes."""
    db.session.rollback()
    operations.mark_as_notified(db.session.get_one(Event, event.id))
    db.session.commit()


@pytest.mark.both_engines("locks")
def test_a_change_that_comes_while_facts_are_compared_is_not_kept_from_anybody(make, forum, monkeypatch):
    guest = make.registration(forum, make.option(forum))
    emails()
    move(forum)
    compared = as_sent.of_attendees

    def meanwhile(*args):
        found = compared(*args)
        other = Thread(target=here(lambda: move(forum)))
        other.start()
        other.join()
        return found

    monkeypatch.setattr(as_sent, "of_attendees", meanwhile)
    send_none(forum)
    assert make.tell() == 1
    (email,) = emails()
    assert email.to == guest.email
    assert "Tue 18 March 2031, 12:00" in email.text


@pytest.mark.both_engines("the statements")
def test_nobody_is_notified_of_a_session_whether_they_kept_their_seat_or_released_it(make, forum):
    online, in_person = make.option(forum, mode=Mode.ONLINE), make.option(forum, mode=Mode.IN_PERSON)
    workshop = make.session(forum, "Workshop", capacity=10)
    guests = [make.registration(forum, option) for option in (online, in_person, in_person)]
    for guest in guests:
        with transaction():
            sign_ups.sign_up(fresh(guest), workshop.code)
    make.tell()
    assert emails()
    with transaction():
        sign_ups.release(fresh(guests[2]), workshop.code)
        session = fresh(workshop)
        session.starts_at += timedelta(hours=1)
        session.ends_at += timedelta(hours=1)
        db.session.get_one(Event, forum.id).join_url = "https://example.net/room"
    make.release(forum)
    scan()
    assert operations.waiting(fresh(forum)).attendees == 3
    send_none(forum)
    assert operations.waiting(fresh(forum)).attendees == 0
    assert scan() == 0, "what counts as sent is what they would have been sent"
    assert make.tell() == 0
    sent = db.session.scalars(select(SentInvitation).where(SentInvitation.code != ""))
    assert sorted(row.snapshot.state for row in sent) == ["confirmed", "confirmed", "released"]


def test_the_number_of_statements_does_not_grow_with_the_recipients(make, forum, queries):
    option = make.option(forum)
    make.registration(forum, option)
    emails()
    move(forum)
    with queries() as few:
        send_none(forum)
    for _number in range(9):
        make.registration(forum, option)
    emails()
    move(forum)
    assert operations.waiting(fresh(forum)).attendees == 10
    with queries() as many:
        send_none(forum)
    assert len(many.statements) == len(few.statements)
    assert operations.waiting(fresh(forum)).attendees == 0

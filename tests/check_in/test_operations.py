"""What is done at a door, and the log of it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from eventapp.check_in import operations
from eventapp.check_in import presence as presences
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence, entry
from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.people import merging
from eventapp.programme.rules import Mode
from eventapp.registration import decisions, edits
from eventapp.registration import operations as registration
from eventapp.tickets import operations as tickets
from eventapp.tickets.queries import printed
from tests.check_in.conftest import ticket
from tests.support.make import fresh

IN, OUT = CheckInKind.IN, CheckInKind.OUT


@pytest.fixture
def scan(make, forum):
    """Scan a text at the door; returns the line of the log."""

    def scanned(text: str, kind: CheckInKind = IN, *, nonce: str = "", at=None) -> CheckIn:
        with transaction():
            line = operations.scan(
                fresh(forum), text, kind=kind, nonce=nonce or f"n{make.next()}", user_id=make.owner().id, at=at
            )
        return fresh(line)

    return scanned


def presence(guest) -> Presence | None:
    db.session.expire_all()
    return db.session.scalar(select(Presence).where(Presence.registration_id == guest.id))


@pytest.mark.both_engines("upserts, and a lock on a row")
def test_in_again_out_again(scan, guest):
    text = ticket(guest)
    results = [scan(text, kind).result for kind in (OUT, IN, IN, OUT, OUT, IN)]
    assert [result.value for result in results] == ["already_out", "ok", "already_in", "ok", "already_out", "ok"]
    state = presence(guest)
    assert state.inside and state.first_in < state.last_at


@pytest.mark.both_engines("an insert that does nothing on a conflict")
def test_a_question_that_arrives_twice_is_one_line_and_answers_what_it_answered(scan, guest, forum):
    first = scan(ticket(guest), nonce="same")
    again = scan(ticket(guest), nonce="same")
    assert first.id == again.id and again.result is ScanResult.OK
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 1
    assert db.session.scalar(select(func.count()).select_from(CheckInPoint)) == 1, "the door is made once"


def test_each_ticket_that_is_no_longer_valid_says_why(scan, make, forum, guest):
    old = ticket(guest)
    with transaction():
        edits.new_link(fresh(guest))
    assert scan(old).result is ScanResult.REPLACED
    assert scan(printed(fresh(guest)).code).result is ScanResult.OK
    online = make.registration(forum, make.option(forum, Mode.ONLINE))
    assert scan(ticket(online)).result is ScanResult.NOT_HERE
    asked = make.registration(forum, make.approval_option(forum))
    assert scan(ticket(asked)).result is ScanResult.NOT_CONFIRMED
    for end in (registration.cancel, decisions.decline):
        ended = make.registration(forum, make.approval_option(forum))
        with transaction():
            end(fresh(ended))
        assert scan(ticket(ended)).result is ScanResult.WITHDRAWN
    other = make.event("other")
    with transaction():
        tickets.give_key(other.id)
    stranger = make.registration(other, make.option(other))
    assert scan(ticket(stranger)).result is ScanResult.OTHER_EVENT
    assert scan("https://example.org/").result is ScanResult.UNKNOWN
    changed = old[:40] + ("A" if old[40] != "A" else "B") + old[41:]
    assert scan(changed).result is ScanResult.FORGED
    lines = db.session.scalars(select(CheckIn).where(CheckIn.result != ScanResult.OK)).all()
    assert len(lines) == 8 and not any(line.accepted for line in lines), (
        "each is in the log, and none lets anybody pass"
    )


def test_another_option_in_person_keeps_the_ticket_valid(scan, make, forum, guest):
    text = ticket(guest)
    other = make.option(forum)
    with transaction():
        edits.change_option(fresh(guest), fresh(other), by_team=True)
    assert scan(text).result is ScanResult.OK


def test_the_ticket_of_a_registration_that_was_merged_is_replaced(scan, make, forum, guest):
    twice = make.registration(forum, guest.option, family_name="Lovelace", given_name="Ada")
    text = ticket(twice)
    with transaction():
        merging.merge(fresh(guest), fresh(twice))
    assert scan(text).result is ScanResult.REPLACED
    assert scan(ticket(guest)).result is ScanResult.OK


def test_a_genuine_ticket_that_is_newer_than_the_database_is_let_in_and_marked(scan, guest, forum):
    newer = fresh(guest)
    newer.ticket_revision = 1
    text = printed(newer).text
    db.session.rollback()
    line = scan(text)
    assert line.result is ScanResult.OK_UNLISTED and line.accepted
    assert presence(guest).inside


def test_overruling_needs_a_reason_and_stays_visible(make, forum, guest):
    with transaction():
        registration.cancel(fresh(guest))
    values = {"kind": IN, "user_id": make.owner().id, "overrule": True}
    with pytest.raises(Refused, match="reason"), transaction():
        operations.check(fresh(forum), fresh(guest), nonce="a", reason=" ", **values)
    with transaction():
        line = operations.check(fresh(forum), fresh(guest), nonce="b", reason="Knows the mayor.", **values)
    line = fresh(line)
    assert (line.result, line.accepted, line.forced, line.reason) == (
        ScanResult.WITHDRAWN,
        True,
        True,
        "Knows the mayor.",
    )
    assert presence(guest).inside


@pytest.mark.both_engines("a row that is deleted and made again")
def test_an_undo_takes_back_its_line_once(make, scan, forum, guest):
    first = scan(ticket(guest))
    for nonce in ("u", "u"):
        with transaction():
            operations.undo_line(fresh(forum), fresh(first), nonce=nonce, user_id=None)
    assert presence(guest) is None
    with pytest.raises(Refused), transaction():
        operations.undo_line(fresh(forum), fresh(first), nonce="v", user_id=None)
    refused = scan("nothing of ours")
    with pytest.raises(Refused), transaction():
        operations.undo_line(fresh(forum), fresh(refused), nonce="w", user_id=None)
    assert scan(ticket(guest)).result is ScanResult.OK


def test_a_scan_is_never_later_than_its_arrival(scan, guest):
    line = scan(ticket(guest), at=clock.now() + timedelta(hours=3))
    assert line.at <= line.received_at


@pytest.mark.parametrize("seed", range(5))
def test_what_is_stored_is_always_the_fold_of_the_log(scan, make, forum, guest, seed):
    chance, other = Random(seed), make.registration(forum, guest.option)
    texts = [ticket(guest), ticket(other), "nothing of ours"]
    present = clock.now()
    for _ in range(12):
        at = present - timedelta(minutes=chance.randint(0, 5))
        line = scan(chance.choice(texts), chance.choice([IN, OUT]), at=at)
        if line.accepted and chance.random() < 0.3:
            with transaction():
                operations.undo_line(fresh(forum), fresh(line), nonce=f"u{line.id}", user_id=None, at=at)
    lines = db.session.scalars(select(CheckIn).where(CheckIn.registration_id.is_not(None)))
    stored = {
        (row.point_id, row.registration_id): presences.PresenceState(row.inside, row.first_in, row.last_at)
        for row in db.session.scalars(select(Presence))
    }
    assert stored == presences.fold(entry(line, "") for line in lines)

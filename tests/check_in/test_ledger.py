"""Requests that are decided together get the answers that they would get one after the other."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from random import Random

import pytest
import time_machine
from sqlalchemy import delete, insert, select, text, update

from eventapp.check_in import operations, points
from eventapp.check_in.models import CheckIn, Presence
from eventapp.check_in.queries import Scanned
from eventapp.check_in.record import CheckInRequest, decisions, record, record_one, settled
from eventapp.check_in.rules import CheckInKind, PointKind, ScanResult
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.people import merging
from eventapp.programme.rules import Mode
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from eventapp.tickets.codes import Ticket
from tests.support.make import fresh, words
from tests.support.served import until

SEEDS = range(int(os.environ.get("EVENTAPP_TEST_SEEDS", "1")))


@pytest.fixture
def places(make, forum, door):
    """Two doors of one area, and a session."""
    session = make.session(forum, "Tour", capacity=9)
    with transaction():
        side = points.save_point(fresh(forum), None, title=words("Side door"))
        tour = points.save_point(
            fresh(forum), None, kind=PointKind.SESSION, session=fresh(session), title=LocalizedText()
        )
        return [operations.as_point(fresh(forum), fresh(one)) for one in (door, side, tour)]


@pytest.fixture
def people(make, forum):
    """The numbers of some who are confirmed, one who has cancelled, one who was merged into another, and nobody."""
    option = make.option(forum)
    guests = [make.registration(forum, option, given_name=f"Guest{n}") for n in range(5)]
    with transaction():
        registration.cancel(fresh(guests[3]), silent=True)
    with transaction():
        merging.merge(fresh(guests[0]), fresh(guests[4]))
    return [guest.id for guest in guests] + [999_999]


def drawn(seed, places, people):
    """(point, request) in the order in which they are decided."""
    chance, begin = Random(seed), clock.now() - timedelta(hours=5)
    asked, nonces = [], ["never-seen"]
    for number in range(60):
        person = chance.choice(people)
        kind = chance.choices([CheckInKind.IN, CheckInKind.OUT, CheckInKind.UNDO], [6, 3, 2])[0]
        offline = chance.random() < 0.5
        values = {
            "nonce": chance.choice(nonces) if chance.random() < 0.08 else f"drawn-{number}",
            "kind": kind,
            "at": begin + timedelta(minutes=2 * number if chance.random() < 0.6 else chance.randint(0, 120)),
            "sequence": number,
            "offline": offline,
            "device_result": chance.choice([ScanResult.OK, None]) if offline else None,
            "reason": chance.choice(["", "", "", "known to us"]),
        }
        if kind is CheckInKind.UNDO:
            values |= {"undoes": chance.choice([*nonces, "drawn-70"]), "person": person}
        elif chance.random() < 0.1:
            values["read"] = Scanned(None, ScanResult.FORGED)
        elif chance.random() < 0.5:
            values["read"] = Scanned(
                Ticket(places[0].event_id, person, revision=chance.choice([0, 0, 1])), ScanResult.OK
            )
        else:
            values["person"] = person
        asked.append((chance.choice(places), CheckInRequest(**values)))
        nonces.append(values["nonce"])
    return sorted(asked, key=lambda one: (one[1].number or 0, one[1].sequence))


def answered(decide):
    try:
        found = decide()
    except Refused as refused:
        return refused.message
    return found.nonce, found.result, found.accepted, found.person, found.replayed


def stored():
    """The log and the presence."""
    lines = select(*(one for one in CheckIn.__table__.columns if one.key not in {"id", "received_at"}))
    return (
        sorted(map(tuple, db.session.execute(lines)), key=lambda row: row[1]),
        sorted(map(tuple, db.session.execute(select(*Presence.__table__.columns)))),
    )


@pytest.mark.both_engines("many rows at once, and what conflicts")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_leaves_what_its_requests_leave_one_after_the_other(app, places, people, seed):
    asked = drawn(seed, places, people)
    alone = []
    for point, request in asked:
        with transaction():
            alone.append(answered(lambda point=point, request=request: record_one(point, request)))
    one_by_one = stored()
    with transaction():
        db.session.execute(delete(Presence))
        db.session.execute(delete(CheckIn))
    for at in range(0, len(asked), 20):
        part = asked[at : at + 20]
        with transaction():
            with decisions(part) as ledger:
                together = [answered(lambda point=p, request=r: record(point, request, ledger)) for p, r in part]
            assert not ledger.lost
        assert together == alone[at : at + 20], at
    assert stored() == one_by_one


# On SQLite nobody else writes meanwhile.
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_line_that_somebody_else_was_faster_to_write_gets_their_answer(app, places, people):
    point, request = places[0], CheckInRequest("same-nonce", CheckInKind.IN, person=people[1])
    other = CheckInRequest("another-one", CheckInKind.IN, person=people[2])
    row = {"event_id": point.event_id, "nonce": request.nonce, "point_id": point.id, "registration_id": None}
    row |= {"kind": CheckInKind.IN, "result": ScanResult.FORGED, "accepted": False, "at": clock.now()}
    with transaction():
        with decisions([(point, request), (point, other)]) as ledger:
            answers = [record(point, one, ledger) for one in (request, other)]
            with db.engine.begin() as connection:
                connection.execute(insert(CheckIn), row)
        first, second = (settled(point, answer, ledger) for answer in answers)
    assert (first.result, first.accepted, first.replayed) == (ScanResult.FORGED, False, True)
    assert (second.result, second.replayed) == (ScanResult.OK, False)
    assert set(db.session.scalars(select(Presence.registration_id))) == {people[2]}


def decided(place, *requests):
    with transaction(), decisions((place, one) for one in requests) as ledger:
        return [record(place, one, ledger).result for one in requests]


@pytest.mark.both_engines("what was written is read again")
def test_what_was_taken_back_in_the_same_batch_has_not_happened(app, places, people):
    begin, guest = clock.now() - timedelta(hours=1), people[1]
    first = CheckInRequest("first-line", CheckInKind.IN, begin, person=guest)
    undo = CheckInRequest(
        "taken-back", CheckInKind.UNDO, begin + timedelta(minutes=1), person=guest, undoes="first-line"
    )
    second = CheckInRequest("second-line", CheckInKind.IN, begin + timedelta(minutes=2), person=guest)
    assert decided(places[0], first, undo, second) == [ScanResult.OK] * 3


@pytest.mark.both_engines("what was written is read again")
def test_who_was_let_in_with_a_former_registration_is_inside_for_the_next_in_the_batch(app, places, people):
    kept, former = people[0], people[4]
    begin = clock.now() - timedelta(hours=1)
    late = {"offline": True, "device_result": ScanResult.OK}
    old = CheckInRequest("old-ticket", CheckInKind.IN, begin, person=former, **late)
    new = CheckInRequest("new-ticket", CheckInKind.IN, begin + timedelta(minutes=1), person=kept)
    results = decided(places[0], old, new)
    assert results == [ScanResult.REPLACED, ScanResult.ALREADY_IN]


# On SQLite nobody else writes meanwhile.
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_who_gets_another_option_just_now_is_known_and_has_the_new_one(app, make, places, people):
    event = fresh(db.session.get_one(Event, places[0].event_id))
    online = make.option(event, Mode.ONLINE)
    guest, results = people[1], []
    db.session.rollback()

    def scan() -> None:
        with app.app_context():
            results.extend(decided(places[0], CheckInRequest("just-now", CheckInKind.IN, person=guest)))

    with db.engine.begin() as connection:
        connection.execute(update(Registration).where(Registration.id == guest).values(option_id=online.id))
        waiting = threading.Thread(target=scan)
        waiting.start()
        until(lambda: _waits_for_a_lock())
    waiting.join()
    assert results == [ScanResult.NOT_HERE]


def _waits_for_a_lock() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))


def test_of_two_who_ask_one_after_the_other_the_second_is_later_though_a_clock_was_set_back(app, places, people):
    guest, now = people[1], clock.now()
    results = []
    for number, (kind, seconds) in enumerate([(CheckInKind.IN, 0), (CheckInKind.IN, -2), (CheckInKind.OUT, -1)]):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            results += decided(places[0], CheckInRequest(f"by-a-clock-{number}", kind, person=guest))
    assert results == [ScanResult.OK, ScanResult.ALREADY_IN, ScanResult.OK]
    assert not db.session.scalar(select(Presence.inside))

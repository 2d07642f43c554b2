"""What is counted of those who came online."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from eventapp.attendance import queries as attendance
from eventapp.attendance.rules import Basis, Rounding
from eventapp.check_in import operations as check_in
from eventapp.check_in import search
from eventapp.check_in.rules import CheckInKind
from eventapp.core.db import db, transaction
from eventapp.online import operations, queries
from eventapp.online.models import ReportedStay
from eventapp.programme.rules import Mode
from eventapp.registration.records import MergedRegistration
from tests.support.make import START, fresh


def stay(event, registration, starts: int, ends: int, *, person: str = "p", seconds: int = 0) -> None:
    times = {} if seconds else {"starts": START + timedelta(minutes=starts), "ends": START + timedelta(minutes=ends)}
    row = ReportedStay(event_id=event.id, registration_id=registration.id if registration else None, person=person)
    row.digest, row.seconds = f"{starts} {ends} {seconds} {person}", seconds
    row.starts, row.ends = times.get("starts"), times.get("ends")
    db.session.add(row)


def test_who_came_online_and_to_the_door_is_one_of_those_who_were_checked_in(make):
    forum = make.event("forum", join_url="https://meet.example.org/1", join_for_all=True)
    both = make.registration(forum, make.option(forum))
    online = make.registration(forum, make.option(forum, Mode.ONLINE))
    make.registration(forum, make.option(forum, Mode.ONLINE))
    with time_machine.travel(START):
        with transaction():
            check_in.check(fresh(forum), fresh(both), kind=CheckInKind.IN, nonce="a", user_id=None)
        for person in (both, online):
            with transaction():
                mine = fresh(person)
                operations.join(mine, queries.meetings(mine).event)
        assert search.checked_in(fresh(forum)) == {both.id, online.id}
        statement = attendance.statement(fresh(forum), basis=Basis.CHECKED_IN, rounding=Rounding.EXACTLY)
        assert statement.counts.people == 2


def test_minutes_are_those_of_the_person_whose_registrations_were_merged(make):
    forum = make.event("forum")
    option = make.option(forum, Mode.ONLINE)
    kept, former, other = (make.registration(forum, option) for _ in range(3))
    with transaction():
        stay(forum, kept, 0, 30)
        stay(forum, former, 20, 50)
        stay(forum, other, 0, 0, seconds=600)
        stay(forum, None, 0, 99, person="x")
        stay(forum, None, 100, 110, person="x")
        db.session.add(MergedRegistration(registration_id=former.id, into_id=kept.id))
    assert queries.minutes(fresh(forum)) == {kept.id: 50, other.id: 10}
    assert queries.unidentified(fresh(forum)) == 1
    assert queries.minutes(make.event("none")) == {}

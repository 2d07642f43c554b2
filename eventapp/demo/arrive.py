"""The generated check-ins of the summit: all but a few of its people came, so that counting those who were checked in
yields the newsletter's summary, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from eventapp.check_in import points
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import CheckInKind, PointKind, ScanResult
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import raise_scopes
from eventapp.demo.content import moment
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.programme.rules import SessionKind
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus

DAYS = (date(2022, 11, 22), date(2022, 11, 23), date(2022, 11, 24))
# When the doors open on each day, and when the last people leave.
_OPEN, _CLOSED = (time(12, 0), time(9, 15), time(9, 30)), (time(17, 30), time(16, 30), time(15, 15))
ABSENT = 7


def fill(event: Event) -> None:
    """Let the people of the summit in, day by day; nobody whose place nobody else takes stays away."""
    random = Random(20221124)  # noqa: S311 - the same in every demo database, nothing secret
    coming = _coming(event)
    door = points.door(event)
    tour = _excursion(event)
    lines: list[dict[str, Any]] = []
    states: list[dict[str, Any]] = []
    for person in coming:
        visits = list(_visits(random))
        for day, (came, left) in visits:
            lines += [
                _line(event, door, person, CheckInKind.IN, came),
                _line(event, door, person, CheckInKind.OUT, left),
            ]
            if tour is not None and day == DAYS[-1] and random.random() < 0.4:
                at = moment(datetime.combine(day, time(12, 50))) + timedelta(seconds=random.randint(0, 900))
                lines.append(_line(event, tour, person, CheckInKind.IN, at))
                states.append(_state(tour, person, at, at, inside=True))
        states.append(_state(door, person, visits[0][1][0], visits[-1][1][1], inside=False))
    lines.sort(key=lambda line: line["at"])
    db.session.execute(insert(CheckIn), [line | {"nonce": f"{event.slug}-{n}"} for n, line in enumerate(lines)])
    db.session.execute(insert(Presence), states)
    raise_scopes(db.session(), [f"event:{event.id}:check-ins"])


def _coming(event: Event) -> list[int]:
    """The confirmed people without some of those who represent nobody."""
    query = select(Registration.id, Registration.organization_name)
    query = query.where(Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
    rows = db.session.execute(query.order_by(Registration.id)).all()
    alone = [number for number, organization in rows if not organization]
    absent = set(alone[::3][:ABSENT])
    return [number for number, _organization in rows if number not in absent]


def _visits(random: Random) -> Iterator[tuple[date, tuple[datetime, datetime]]]:
    """The days on which somebody comes, with the times of coming and leaving: the first one, or two or all three."""
    number = random.choice([1, 2, 2, 3, 3, 3])
    first = random.choice([0, 0, 0, 0, 1]) if number < 3 else 0
    for at in range(first, first + number):
        # Most come shortly before the first session.
        minutes = min(abs(random.gauss(42, 22)), 150)
        came = moment(datetime.combine(DAYS[at], _OPEN[at])) + timedelta(minutes=minutes)
        left = moment(datetime.combine(DAYS[at], _CLOSED[at])) - timedelta(minutes=random.randint(0, 30))
        yield DAYS[at], (came, left)


def _excursion(event: Event) -> CheckInPoint | None:
    query = select(Session).where(Session.event_id == event.id, Session.kind == SessionKind.EXCURSION)
    session = db.session.scalars(query).first()
    if session is None:
        return None
    return points.save_point(event, None, kind=PointKind.SESSION, session=session, title=LocalizedText())


def _line(event: Event, point: CheckInPoint, person: int, kind: CheckInKind, at: datetime) -> dict[str, Any]:
    line = {"event_id": event.id, "point_id": point.id, "registration_id": person, "kind": kind, "at": at}
    return line | {"result": ScanResult.OK, "accepted": True, "received_at": at}


def _state(point: CheckInPoint, person: int, first: datetime, last: datetime, *, inside: bool) -> dict[str, Any]:
    return {"point_id": point.id, "registration_id": person, "inside": inside, "first_in": first, "last_at": last}

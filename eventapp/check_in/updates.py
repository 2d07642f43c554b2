"""What a device is sent besides the answers to its scans: its settings, changes of its list, and who is inside."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from eventapp.check_in import search, walk_ins
from eventapp.check_in.devices import Device
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import PointKind
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, SessionSignup
from eventapp.tickets import codes
from eventapp.tickets import queries as tickets

# Lines of the log may become visible after later ones (their numbers are given before the commit), so those of the last
# moments are sent again.
YOUNG = timedelta(seconds=5)
MOST_LINES = 500


@dataclass(frozen=True)
class Movements:
    """Where people are who were checked in or out after a line of the log, in the area of a point: rows of [number of
    the registration, inside, first in, last]; times in milliseconds since 1970, `first in` is None for who was only
    checked out. `cursor` is where the next answer begins; `more`: there are more already.
    """

    cursor: int
    rows: list[list[Any]]
    more: bool = False


def movements(device: Device, cursor: int | None) -> Movements:
    """What happened after a line; with None, where everybody is. At most three statements."""
    point = device.point
    last = db.session.scalar(select(func.max(CheckIn.id)).where(CheckIn.event_id == point.event_id)) or 0
    young = db.session.scalar(
        select(func.min(CheckIn.id)).where(
            CheckIn.event_id == point.event_id, CheckIn.id > last - 10_000, CheckIn.received_at > clock.now() - YOUNG
        )
    )
    end = last if young is None else young - 1
    if cursor is None:
        return Movements(end, _where(point.event_id, point.area, None))
    lines = db.session.execute(
        select(CheckIn.id, CheckIn.registration_id)
        .where(CheckIn.event_id == point.event_id, CheckIn.id > cursor)
        .order_by(CheckIn.id)
        .limit(MOST_LINES)
    ).all()
    people = sorted({line.registration_id for line in lines if line.registration_id is not None})
    more = len(lines) == MOST_LINES
    return Movements(lines[-1].id if more else max(cursor, end), _where(point.event_id, point.area, people), more)


def _where(event_id: int, area: str, people: list[int] | None) -> list[list[Any]]:
    if people == []:
        return []
    query = (
        select(Presence.registration_id, Presence.inside, Presence.first_in, Presence.last_at)
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .where(CheckInPoint.event_id == event_id, CheckInPoint.area == area)
        .order_by(Presence.last_at, Presence.point_id)
    )
    if people is not None:
        query = query.where(Presence.registration_id.in_(people))
    found: dict[int, list[Any]] = {}
    for person, inside, first, last in db.session.execute(query):
        before = found.get(person)
        came = min((at for at in (first and _ms(first), before and before[2]) if at), default=None)
        found[person] = [person, bool(inside), came, _ms(last)]
    # Whose only line was taken back is nowhere.
    return [*found.values(), *([person, False, None, 0] for person in people or [] if person not in found)]


def _ms(moment: Any) -> int:
    return int(moment.timestamp() * 1000)


def settings(device: Device) -> dict[str, Any]:
    """What the device must know of its event and point, with a digest in `version`. At most seven statements."""
    event = db.session.get_one(Event, device.point.event_id)
    point = db.session.get_one(CheckInPoint, device.point.id)
    names = {option.id: option for option in _options(event.id)}
    others = _others(event.id) if device.user_id is not None else []
    key = tickets.key_of(event.id)
    found: dict[str, Any] = {
        "event": {"id": event.id, "title": dict(event.title), "zone": event.zone, "ends": _ms(event.ends_at)},
        "point": _point(point),
        "points": [_point(one) for one in others],
        "options": {
            number: {"name": dict(option.title), "mode": option.mode, "door": option.mode is Mode.IN_PERSON}
            for number, option in names.items()
        },
        "seats": _seats(point),
        "keys": {} if key is None else {key.number: codes.public_key(key.seed).hex()},
        "device": {"label": device.label, "walk_ins": device.walk_ins, "member": device.user_id is not None},
        "walk_in_options": [option.id for option in walk_ins.options(event.id)] if device.walk_ins else [],
    }
    found["version"] = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]
    return found


def _options(event_id: int) -> list[AttendanceOption]:
    return list(db.session.scalars(select(AttendanceOption).where(AttendanceOption.event_id == event_id)))


def _others(event_id: int) -> list[CheckInPoint]:
    query = select(CheckInPoint).where(CheckInPoint.event_id == event_id, ~CheckInPoint.closed)
    open_ones = db.session.scalars(query.order_by(CheckInPoint.position, CheckInPoint.id))
    return [point for point in open_ones if point.kind is not PointKind.ONLINE]


def _point(point: CheckInPoint) -> dict[str, Any]:
    session = db.session.get(Session, point.session_id) if point.session_id is not None else None
    title = dict(point.title) or (dict(session.title) if session is not None else {})
    return {
        "id": point.id,
        "title": title,
        "kind": point.kind,
        "options": point.options,
        "days": point.days,
        "seat_holders": point.seat_holders,
        "starts": _ms(session.starts_at) if session is not None and session.starts_at else None,
    }


def _seats(point: CheckInPoint) -> list[int]:
    """Who has a seat in the session of a point that is for them alone."""
    if not point.seat_holders or point.session_id is None:
        return []
    query = select(SessionSignup.registration_id).where(SessionSignup.session_id == point.session_id)
    return sorted(db.session.scalars(query))


def numbers(device: Device) -> dict[str, int]:
    """The numbers on the screen of a device: those of its point."""
    found = search.numbers_at(device.point)
    return {"expected": found.expected, "checked_in": found.checked_in, "inside": found.inside}

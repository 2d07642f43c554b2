"""What the team sees of doors and devices, and what it should look at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from eventapp.check_in import presence, search
from eventapp.check_in.models import CheckIn, CheckInDevice, CheckInPoint, DoorLink, Presence, entry
from eventapp.check_in.points import DOOR, coming_door
from eventapp.check_in.record import undos
from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.registration.models import Registration

# Doubles that a page shows, and people whose lines are looked through.
MOST = 200


@dataclass(frozen=True)
class PointOverview:
    """A point, with the distinct people who were checked in there and its devices that may be used."""

    point: CheckInPoint
    checked_in: int
    devices: int


def points(event: Event) -> list[PointOverview]:
    """All points of an event, in their order; the first door also if it was not needed yet. Three statements."""
    found = db.session.scalars(
        select(CheckInPoint)
        .options(joinedload(CheckInPoint.session))
        .where(CheckInPoint.event_id == event.id)
        .order_by(CheckInPoint.closed, CheckInPoint.position, CheckInPoint.id)
    ).all()
    came = _by_point(
        search.once(search.of_event(select(Presence.point_id, func.count(distinct(search.person()))), event.id))
        .where(Presence.first_in.is_not(None))
        .group_by(Presence.point_id)
    )
    used = _by_point(
        select(CheckInDevice.point_id, func.count())
        .where(CheckInDevice.event_id == event.id, *_in_use())
        .group_by(CheckInDevice.point_id)
    )
    shown = [PointOverview(point, came.get(point.id, 0), used.get(point.id, 0)) for point in found]
    if not any(point.key == DOOR for point in found):
        shown.insert(0, PointOverview(coming_door(), 0, 0))
    return shown


def _by_point(query: Any) -> dict[int, int]:
    return {point: number for point, number in db.session.execute(query)}


def _in_use() -> list[Any]:
    return [CheckInDevice.revoked_at.is_(None), CheckInDevice.expires_at > clock.now()]


def devices(event: Event) -> list[CheckInDevice]:
    """The devices that may be used, and those that have not sent everything; last seen first. One statement."""
    query = (
        select(CheckInDevice)
        .join(CheckInDevice.point)
        .options(contains_eager(CheckInDevice.point).joinedload(CheckInPoint.session), joinedload(CheckInDevice.user))
        .where(CheckInDevice.event_id == event.id)
        .where(
            or_(
                CheckInDevice.waiting > 0, CheckInDevice.revoked_at.is_(None) & (CheckInDevice.expires_at > clock.now())
            )
        )
        .order_by(CheckInDevice.last_seen.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(query))


def links(event: Event) -> list[DoorLink]:
    """The door links that can be opened, without those that members made for their own device. One statement."""
    query = (
        select(DoorLink)
        .join(DoorLink.point)
        .options(contains_eager(DoorLink.point).joinedload(CheckInPoint.session))
        .where(DoorLink.event_id == event.id, DoorLink.revoked_at.is_(None), DoorLink.expires_at > clock.now())
        .where(DoorLink.uses_left > 0, DoorLink.own.is_(False))
        .order_by(DoorLink.created_at.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Passage:
    """Somebody at a door, at a time."""

    point: CheckInPoint
    at: datetime
    device: str


@dataclass(frozen=True)
class ToLookAt:
    """Somebody who came in twice, with both doors; or was let in offline although the server says no (`second` alone,
    with its `result`).
    """

    person: Registration
    first: Passage | None
    second: Passage
    result: ScanResult


def to_look_at(event: Event) -> list[ToLookAt]:
    """What devices have admitted that was not right, the latest first. Three statements."""
    query = (
        select(CheckIn)
        .options(joinedload(CheckIn.registration), joinedload(CheckIn.point).joinedload(CheckInPoint.session))
        .options(joinedload(CheckIn.device))
        .where(CheckIn.event_id == event.id, CheckIn.registration_id.in_(_twice(event) | _against(event)))
    )
    lines = {line.nonce: line for line in db.session.scalars(query)}
    by_person: dict[int, list[CheckIn]] = defaultdict(list)
    for line in lines.values():
        by_person[line.registration_id or 0].append(line)
    back = undos(lines)
    undone = {one.undoes for one in back}
    found = []
    for log in by_person.values():
        for double in presence.doubles([*(entry(line, line.point.area) for line in log), *back]):
            if not lines[double.second].forced:
                found.append(_double(lines[double.first], lines[double.second]))
        found += [_alone(line) for line in log if _was_no(line) and line.nonce not in undone]
    return sorted(found, key=lambda one: one.second.at, reverse=True)[:MOST]


def _twice(event: Event) -> set[int]:
    """The people who came in more often than once."""
    query = (
        select(CheckIn.registration_id)
        .where(CheckIn.event_id == event.id, CheckIn.registration_id.is_not(None))
        .where(CheckIn.accepted, CheckIn.kind == CheckInKind.IN)
        .group_by(CheckIn.registration_id)
        .having(func.count() > 1)
        .order_by(func.max(CheckIn.id).desc())
        .limit(MOST)
    )
    return {one for one in db.session.scalars(query) if one is not None}


_ADMITTED = (ScanResult.OK, ScanResult.OK_UNLISTED, ScanResult.ALREADY_IN, ScanResult.ALREADY_OUT)


def _against(event: Event) -> set[int]:
    """The people who were let in offline although their registration did not allow it."""
    query = (
        select(CheckIn.registration_id)
        .where(CheckIn.event_id == event.id, CheckIn.registration_id.is_not(None))
        .where(CheckIn.accepted, ~CheckIn.forced, CheckIn.result.not_in(_ADMITTED))
        .limit(MOST)
    )
    return {one for one in db.session.scalars(query) if one is not None}


def _was_no(line: CheckIn) -> bool:
    return line.accepted and not line.forced and line.result not in _ADMITTED


def _passage(line: CheckIn) -> Passage:
    name = line.device.label if line.device is not None else line.user.name if line.user is not None else ""
    return Passage(line.point, line.at, name)


def _double(first: CheckIn, second: CheckIn) -> ToLookAt:
    assert second.registration is not None
    return ToLookAt(second.registration, _passage(first), _passage(second), ScanResult.ALREADY_IN)


def _alone(line: CheckIn) -> ToLookAt:
    assert line.registration is not None
    return ToLookAt(line.registration, None, _passage(line), line.result)

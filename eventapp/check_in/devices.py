"""The device that makes a request, known by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, bindparam, select, update

from eventapp.accounts.models import User
from eventapp.accounts.rules import Permission, may
from eventapp.check_in.models import CheckInDevice, CheckInPoint
from eventapp.check_in.record import Point
from eventapp.check_in.rules import Admission
from eventapp.core import clock, tokens
from eventapp.core.db import Moment
from eventapp.core.statements import QuickList, QuickReads, QuickWrite
from eventapp.events.models import Event, TeamMember

# How often it is written down that a device was seen, if nothing else is written.
SEEN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Device:
    """A device that may be used now, and the point at which it stands. `user_id` is the team member whose device it is;
    None for one that was made by a door link.
    """

    id: int
    label: str
    walk_ins: bool
    user_id: int | None
    last_seen: datetime
    waiting: int
    slug: str
    created_at: datetime
    point: Point


def of_header(authorization: str) -> Device | None:
    """The device whose key an Authorization header shows."""
    with QuickReads() as reads:
        return of_headers([authorization], reads)[0]


def of_headers(authorizations: Iterable[str], reads: QuickReads) -> list[Device | None]:
    """The devices whose keys some Authorization headers show. One statement.

    None for a key that nobody has, that was revoked or has expired, or of a team member who may no longer check people
    in.
    """
    digests = [_digest(one) for one in authorizations]
    rows = {digest: row for digest, *row in reads.rows(_by_digest, (one for one in digests if one))}
    now = clock.now()
    return [_valid(rows[digest], now) if digest in rows else None for digest in digests]


def _digest(authorization: str) -> str:
    kind, _space, key = authorization.partition(" ")
    return tokens.digest(key) if kind.lower() == "bearer" and 20 <= len(key) <= 100 else ""


_columns = (
    CheckInDevice.id,
    CheckInDevice.label,
    CheckInDevice.walk_ins,
    CheckInDevice.user_id,
    CheckInDevice.last_seen,
    CheckInDevice.waiting,
    Event.slug,
    CheckInDevice.created_at,
    CheckInDevice.expires_at,
    CheckInDevice.revoked_at,
    User.active,
    User.admin,
    TeamMember.role,
    CheckInPoint.id.label("point"),
    Event.id.label("event"),
    Event.zone,
    CheckInPoint.area,
    CheckInPoint.session_id,
    CheckInPoint.kind,
    CheckInPoint.options,
    CheckInPoint.days,
    CheckInPoint.seat_holders,
)


def _by_digest_(digests: list[Any]) -> Any:
    return (
        select(CheckInDevice.digest, *_columns)
        .join(CheckInPoint, CheckInPoint.id == CheckInDevice.point_id)
        .join(Event, Event.id == CheckInDevice.event_id)
        .outerjoin(User, User.id == CheckInDevice.user_id)
        .outerjoin(TeamMember, and_(TeamMember.user_id == User.id, TeamMember.event_id == Event.id))
        .where(CheckInDevice.digest.in_(digests))
    )


_by_digest = QuickList(String(), _by_digest_)


def _valid(row: list[Any], now: datetime) -> Device | None:
    number, label, walk_ins, user_id, last_seen, waiting, slug, created_at, expires_at, revoked_at, *others = row
    active, admin, role, *where = others
    if revoked_at is not None or expires_at <= now:
        return None
    if user_id is not None and not (active and (admin or may(role, Permission.CHECK_IN))):
        return None
    point, event_id, zone, area, session_id, kind, options, days, holders = where
    admission = Admission(kind, frozenset(options), frozenset(date.fromisoformat(day) for day in days), bool(holders))
    there = Point(point, event_id, zone, area, admission, session_id)
    return Device(number, label, bool(walk_ins), user_id, last_seen, waiting, slug, created_at, there)


def note_seen(device: Device, *, waiting: int, list_at: datetime | None, now: datetime) -> None:
    """Write down that a device was seen, how many scans it has not sent yet, and the age of its list. It is part of the
    caller's transaction, and is left out if it was written a moment ago and nothing has changed.
    """
    if now - device.last_seen >= SEEN or waiting != device.waiting:
        _seen.row(device=device.id, seen=now, left=waiting, list_at=list_at)


@QuickWrite
def _seen(insert: Callable[[Any], Any]) -> Any:
    moment = bindparam("seen", None, type_=Moment())
    values = {
        "last_seen": moment,
        "waiting": bindparam("left", 0),
        "list_at": bindparam("list_at", None, type_=Moment()),
    }
    return update(CheckInDevice).where(CheckInDevice.id == bindparam("device", 0)).values(values)

"""Doors and other points, the links that make devices of theirs, and the devices."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from eventapp.check_in.models import CheckInDevice, CheckInPoint, DoorLink
from eventapp.check_in.rules import PointKind
from eventapp.core import clock, tokens
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import reread
from eventapp.core.statements import built_once
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.registration import queries as registrations
from eventapp.registration.models import AttendanceOption

MOST_POINTS = 200
# A link for a door is opened by so many devices at most; one that somebody makes for their own device, by one.
MOST_DEVICES = 50
OWN_LINK = timedelta(minutes=15)
# The key of the door that each event has. Its name is that of the interface, so it has none of its own.
DOOR = "door"
# Devices send what was scanned at the end of the day after the event, when they are back in the office.
AFTERWARDS = timedelta(days=2)


def door(event: Event) -> CheckInPoint:
    """The first door of an event; it is made when it is first needed."""
    query = select(CheckInPoint).where(CheckInPoint.event_id == event.id, CheckInPoint.key == DOOR)
    found = db.session.scalar(query)
    if found is None:
        db.session.execute(_insert_door(), [{"event_id": event.id, "key": DOOR, "title": LocalizedText()}])
        found = db.session.scalars(query).one()
    return found


def coming_door() -> CheckInPoint:
    """The first door as it will be, for pages that show it before it is needed. It is not stored."""
    return CheckInPoint(key=DOOR, title=LocalizedText(), kind=PointKind.DOOR, closed=False)


@built_once
def _insert_door(insert: Callable[[Any], Any]) -> Any:
    return insert(CheckInPoint.__table__).on_conflict_do_nothing()


def save_point(
    event: Event,
    point: CheckInPoint | None,
    *,
    title: LocalizedText,
    kind: PointKind = PointKind.DOOR,
    session: Session | None = None,
    options: list[int] | None = None,
    days: list[date] | None = None,
    seat_holders: bool = False,
) -> CheckInPoint:
    """Add a point besides the first door, or change one. A new one of a session is its only one. Raises Refused without
    a title or a session, for too many points, and for options that are gone.
    """
    if kind is PointKind.SESSION and session is None:
        raise Refused(_("Choose a session."), field="session")
    if kind is PointKind.DOOR and not title:
        raise Refused(_("Enter a name."), field="title")
    if options and not set(options) <= {one.id for one in registrations.lock_options(event.id)}:
        raise Refused(_("This option was deleted in the meantime."), field="options")
    if point is None:
        door(event)  # the first one is there even if nobody was checked in at it yet
        point = _new_point(event, kind, session)
    point.title = title
    point.options = sorted(options or [])
    point.days = [day.isoformat() for day in sorted(days or [])]
    point.seat_holders = seat_holders and point.kind is PointKind.SESSION
    db.session.flush()
    return point


def follow(event: Event, days: tuple[date, ...]) -> None:
    """Move what is open on some days only to the days that an event has now, after it had these `days`.

    If it has become longer or shorter at one end, a day that it still has stays what it was.
    """
    if not days or days == event.days:
        return
    later, moved = event.first_day - days[0], len(days) == len(event.days)
    query = select(CheckInPoint).where(CheckInPoint.event_id == event.id).order_by(CheckInPoint.id)
    for point in db.session.scalars(query.with_for_update()):
        on = [date.fromisoformat(day) for day in point.days]
        if moved or not set(on) & set(event.days):
            point.days = [(day + later).isoformat() for day in on]
    db.session.flush()


def check_unused(option: AttendanceOption) -> None:
    """Raise Refused for an option that a door is for.

    The door has only its number, and SQLite gives that to the next option, whose people would be let in. The lock keeps
    somebody else from saving such a door before the option is gone.
    """
    registrations.lock_options(option.event_id)
    doors = select(CheckInPoint.options).where(CheckInPoint.event_id == option.event_id)
    if any(option.id in numbers for numbers in db.session.scalars(doors)):
        raise Refused(_("A check-in point is for this option, so you can't delete it. Change whom that lets in first."))


def _new_point(event: Event, kind: PointKind, session: Session | None) -> CheckInPoint:
    if kind is PointKind.SESSION and session is not None:
        same = select(CheckInPoint).where(CheckInPoint.event_id == event.id, CheckInPoint.session_id == session.id)
        same = same.where(CheckInPoint.kind == PointKind.SESSION)  # those who join it online have another one
        if db.session.scalar(same) is not None:
            raise Refused(_("This session has check-in already."), field="session")
    number = db.session.scalar(select(func.count()).where(CheckInPoint.event_id == event.id)) or 0
    if number >= MOST_POINTS:
        raise Refused(_("An event has at most %(number)d check-in points.", number=MOST_POINTS))
    key = f"session-{session.id}" if kind is PointKind.SESSION and session else f"{kind.value}-{secrets.token_hex(4)}"
    area = "" if kind is PointKind.DOOR else key if kind is PointKind.SESSION else "online"
    point = CheckInPoint(event_id=event.id, key=key, kind=kind, area=area, position=number)
    point.session_id = session.id if session is not None else None
    db.session.add(point)
    return point


def close_point(point: CheckInPoint, *, closed: bool) -> None:
    """Close a point, which takes its devices and links away, or open it again. The log stays."""
    reread(point)
    point.closed = closed
    db.session.flush()
    if closed:
        moment = clock.now()
        for table in (CheckInDevice, DoorLink):
            db.session.execute(
                update(table).where(table.point_id == point.id, table.revoked_at.is_(None)).values(revoked_at=moment)
            )
    db.session.flush()


@dataclass(frozen=True)
class NewLink:
    """A link that was just made. Its secret is known now and never again."""

    link: DoorLink
    secret: str


def make_link(
    event: Event,
    point: CheckInPoint | None,
    *,
    label: str,
    user_id: int | None,
    walk_ins: bool = False,
    own: bool = False,
    until: datetime | None = None,
) -> NewLink:
    """Make a link for devices at a point; without one, at the first door. `own`: for one device of the member who makes
    it, within a quarter of an hour. Others hold until `until`, or until after the event. Raises Refused for a closed
    point and without a label.
    """
    point = point or door(event)
    _check_open(point)
    if not label.strip():
        raise Refused(_("Enter a name, for example of the person at the door."), field="label")
    secret = secrets.token_urlsafe(32)
    last = clock.now() + OWN_LINK if own else min(until or _end(event), _end(event))
    link = DoorLink(
        event_id=event.id,
        point_id=point.id,
        label=label.strip()[:100],
        digest=tokens.digest(secret),
        walk_ins=walk_ins,
        uses_left=1 if own else MOST_DEVICES,
        own=own,
        user_id=user_id,
        expires_at=last,
    )
    db.session.add(link)
    db.session.flush()
    return NewLink(link, secret)


def _check_open(point: CheckInPoint) -> None:
    """Lock a point before a way to it is opened, so that it is not closed without that. Raises Refused if it is
    closed.
    """
    reread(point, "closed")
    if point.closed:
        raise Refused(_("This check-in point is closed."))


def _end(event: Event) -> datetime:
    return max(event.ends_at, clock.now()) + AFTERWARDS


@dataclass(frozen=True)
class NewDevice:
    """A device that was just made, and its key, which only the device knows from now on."""

    device: CheckInDevice
    key: str


def open_link(secret: str, *, label: str = "") -> NewDevice | None:
    """Make the device that opens a link a check-in device. None if the link is unknown, used up, or no longer valid."""
    moment, digest = clock.now(), tokens.digest(secret)
    there = select(CheckInPoint).where(CheckInPoint.id.in_(select(DoorLink.point_id).where(DoorLink.digest == digest)))
    point = db.session.scalar(there)
    if point is None:
        return None
    reread(point, "closed")  # who closes it finds this device, or this finds the link revoked
    taken = (
        update(DoorLink)
        .where(DoorLink.digest == digest, DoorLink.uses_left > 0, DoorLink.revoked_at.is_(None))
        .where(DoorLink.expires_at > moment)
        .values(uses_left=DoorLink.uses_left - 1)
        .returning(DoorLink.id)
    )
    number = db.session.scalar(taken)
    if number is None:
        return None
    link = db.session.get_one(DoorLink, number, populate_existing=True)
    event = db.session.get_one(Event, link.event_id)
    key = secrets.token_urlsafe(32)
    device = CheckInDevice(
        event_id=link.event_id,
        point_id=link.point_id,
        link_id=link.id,
        label=(label.strip() or link.label)[:100],
        digest=tokens.digest(key),
        walk_ins=link.walk_ins,
        user_id=link.user_id if link.own else None,
        expires_at=_end(event) if link.own else link.expires_at,
    )
    db.session.add(device)
    db.session.flush()
    return NewDevice(device, key)


def revoke(thing: CheckInDevice | DoorLink) -> None:
    """Take a device's key or a link away. A link that is revoked takes the devices along that it has made."""
    moment = clock.now()
    thing.revoked_at = thing.revoked_at or moment
    if isinstance(thing, DoorLink):
        made = CheckInDevice.link_id == thing.id, CheckInDevice.revoked_at.is_(None)
        db.session.execute(update(CheckInDevice).where(*made).values(revoked_at=moment))
    db.session.flush()


def sign_out(device_id: int) -> None:
    """A device has sent all that it had, forgets its list, and gives its key back."""
    moment = clock.now()
    values = {"signed_out_at": moment, "revoked_at": moment, "waiting": 0}
    db.session.execute(update(CheckInDevice).where(CheckInDevice.id == device_id).values(values))


def move_device(device_id: int, point: CheckInPoint) -> None:
    """Take a device to another point of its event. Raises Refused if that is closed."""
    _check_open(point)
    db.session.execute(update(CheckInDevice).where(CheckInDevice.id == device_id).values(point_id=point.id))

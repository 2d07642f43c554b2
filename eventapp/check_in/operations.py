"""What is done at a door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventapp.check_in import queries, rules
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.core import clock, revisions
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.statements import built_once
from eventapp.events.models import Event
from eventapp.registration import queries as registrations
from eventapp.registration.models import Registration

# The door that each event has. Its name is that of the interface, so it has none of its own.
DOOR = "door"


def door(event: Event) -> CheckInPoint:
    """The door of an event; it is made when it is first needed."""
    query = select(CheckInPoint).where(CheckInPoint.event_id == event.id, CheckInPoint.key == DOOR)
    found = db.session.scalar(query)
    if found is None:
        db.session.execute(_new_point(), [{"event_id": event.id, "key": DOOR, "title": LocalizedText()}])
        found = db.session.scalars(query).one()
    return found


@built_once
def _new_point(insert: Callable[[Any], Any]) -> Any:
    return insert(CheckInPoint.__table__).on_conflict_do_nothing()


@built_once
def _new_line(insert: Callable[[Any], Any]) -> Any:
    return insert(CheckIn.__table__).on_conflict_do_nothing(index_elements=["nonce"])


def scan(
    event: Event, text: str, *, kind: CheckInKind, nonce: str, user_id: int | None, at: datetime | None = None
) -> CheckIn:
    """Check somebody in or out with a scanned ticket or a typed short code. Returns the line of the log, also if the
    door does not let them pass; for a nonce that is known, the line that was written then.
    """
    if (known := queries.by_nonce(event, nonce)) is not None:
        return known
    read = queries.scanned(event.id, text)
    person = None if read.ticket is None else registrations.by_id(event, read.ticket.registration)
    point = door(event)
    asked: dict[str, Any] = {"kind": kind, "nonce": nonce, "user_id": user_id, "at": at}
    if read.ticket is None or person is None:
        # A genuine ticket whose registration is not here was issued after what this database holds.
        result = ScanResult.OK_UNLISTED if read.ticket is not None else read.result
        return _write(event, point, None, result, accepted=result.admits, **asked)
    return _decide(event, point, person, shown=read.ticket.revision, **asked)


def check(
    event: Event,
    person: Registration,
    *,
    kind: CheckInKind,
    nonce: str,
    user_id: int | None,
    overrule: bool = False,
    reason: str = "",
    at: datetime | None = None,
) -> CheckIn:
    """Check somebody in or out who was found by name. Returns as `scan` does.

    With `overrule`, they pass whatever the result is, which needs a reason. Raises Refused without one.
    """
    if overrule and not reason.strip():
        raise Refused(_("Enter a reason."), field="reason")
    if (known := queries.by_nonce(event, nonce)) is not None:
        return known
    reason = reason.strip() if overrule else ""
    return _decide(event, door(event), person, kind=kind, nonce=nonce, user_id=user_id, at=at, reason=reason)


def take_back(event: Event, line: CheckIn, *, nonce: str, user_id: int | None, at: datetime | None = None) -> CheckIn:
    """Take a line of the log back, by another line. Raises Refused if it let nobody pass, or was taken back already."""
    if (known := queries.by_nonce(event, nonce)) is not None:
        return known
    person = line.registration
    if person is not None:
        registrations.lock(person)
    if line.kind is CheckInKind.UNDO or not line.accepted or queries.undo_of(line) is not None:
        raise Refused(_("This can't be undone."))
    point = db.session.get_one(CheckInPoint, line.point_id)
    return _write(
        event,
        point,
        person,
        ScanResult.OK,
        accepted=False,
        kind=CheckInKind.UNDO,
        nonce=nonce,
        user_id=user_id,
        at=at,
        undoes=line.nonce,
    )


def _decide(
    event: Event, point: CheckInPoint, person: Registration, *, shown: int | None = None, reason: str = "", **asked: Any
) -> CheckIn:
    """Decide under a lock on the registration: of two who come with one ticket, the second sees the first inside."""
    registrations.lock(person)
    presence = db.session.get(Presence, (point.id, person.id), populate_existing=True)
    worth = rules.verdict(
        status=person.status,
        mode=person.option.mode,
        merged=registrations.merged_into(person) is not None,
        revision=person.ticket_revision,
        shown=shown,
    )
    result = rules.at_the_door(worth, asked["kind"], inside=presence is not None and presence.inside)
    forced = bool(reason) and not result.admits
    return _write(
        event,
        point,
        person,
        result,
        accepted=forced or result.admits,
        forced=forced,
        reason=reason if forced else "",
        **asked,
    )


def _write(
    event: Event,
    point: CheckInPoint,
    person: Registration | None,
    result: ScanResult,
    *,
    at: datetime | None,
    nonce: str,
    **values: Any,
) -> CheckIn:
    """Add a line to the log, and store the presence that follows."""
    present = clock.now()
    row = {"forced": False, "reason": "", "undoes": "", **values, "event_id": event.id, "point_id": point.id}
    row |= {"registration_id": person.id if person else None, "result": result, "nonce": nonce}
    row |= {"received_at": present, "at": min(at or present, present)}
    line = queries.by_nonce(event, nonce)  # the same question may have come twice at once
    if line is None:
        db.session.execute(_new_line(), [row])
        revisions.changed(f"event:{event.id}:people")
        line = queries.by_nonce(event, nonce)
        if line is None:
            raise Refused(_("This form was sent before. Open the page again."))
    if person is not None:
        _project(point, person)
    return line


def _project(point: CheckInPoint, person: Registration) -> None:
    lines = db.session.scalars(
        select(CheckIn).where(CheckIn.registration_id == person.id, CheckIn.point_id == point.id)
    )
    state = rules.fold(line.entry for line in lines).get((point.id, person.id))
    presence = db.session.get(Presence, (point.id, person.id))
    if state is None:
        if presence is not None:
            db.session.delete(presence)
    else:
        if presence is None:
            presence = Presence(point_id=point.id, registration_id=person.id)
            db.session.add(presence)
        presence.inside, presence.first_in, presence.last_at = state.inside, state.first_in, state.last_at
    db.session.flush()

"""What is done at a door by somebody who is logged in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventapp.check_in import queries
from eventapp.check_in.models import CheckIn, CheckInPoint
from eventapp.check_in.points import door
from eventapp.check_in.record import CheckInRequest, Point, record_one
from eventapp.check_in.rules import CheckInKind
from eventapp.core import clock
from eventapp.core.db import db, start_writing
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.registration.models import Registration


def scan(
    event: Event,
    text: str,
    *,
    kind: CheckInKind,
    nonce: str,
    user_id: int | None,
    at: datetime | None = None,
    point: CheckInPoint | None = None,
) -> CheckIn:
    """Check somebody in or out with a scanned ticket or a typed short code, at the first door unless another `point` is
    given. Returns the line of the log, also if the door does not let them pass; for a nonce that is known, the line
    that was written then.
    """
    read = queries.scanned(event.id, text)
    request = CheckInRequest(nonce, kind, _moment(at), read=read, user_id=user_id)
    return _line(event, point or door(event), request)


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
    point: CheckInPoint | None = None,
) -> CheckIn:
    """Check somebody in or out who was found by name. Returns as `scan` does.

    With `overrule`, they pass whatever the result is, which needs a reason. Raises Refused without one.
    """
    if overrule and not reason.strip():
        raise Refused(_("Enter a reason."), field="reason")
    reason = reason.strip() if overrule else ""
    request = CheckInRequest(nonce, kind, _moment(at), person=person.id, reason=reason, user_id=user_id)
    return _line(event, point or door(event), request)


def undo_line(event: Event, line: CheckIn, *, nonce: str, user_id: int | None, at: datetime | None = None) -> CheckIn:
    """Take a line of the log back, by another line. Raises Refused if it let nobody pass, or was taken back already."""
    request = CheckInRequest(nonce, CheckInKind.UNDO, _moment(at), undoes=line.nonce, user_id=user_id)
    return _line(event, line.point, request)


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else min(at, clock.now())


def _line(event: Event, point: CheckInPoint, request: CheckInRequest) -> CheckIn:
    where = as_point(event, point)
    start_writing(db.session())
    record_one(where, request)
    query = select(CheckIn).where(CheckIn.nonce == request.nonce)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def as_point(event: Event, point: CheckInPoint) -> Point:
    """A point as the decision needs it."""
    return Point(point.id, event.id, event.zone, point.area, point.admission, point.session_id)

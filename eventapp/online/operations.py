"""People arrive online by a link of their own, and check themselves in to sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from eventapp.check_in.models import CheckInPoint, Presence
from eventapp.check_in.operations import as_point
from eventapp.check_in.record import CheckInRequest, Point, record_one
from eventapp.check_in.rules import CheckInKind, PointKind, ScanResult
from eventapp.core import clock, tokens
from eventapp.core.clock import local_day
from eventapp.core.db import db, start_writing
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.statements import built_once
from eventapp.events.models import Event
from eventapp.online import queries
from eventapp.online.queries import Meeting
from eventapp.online.rules import JoinState
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus

# The point of the event itself, and its area; those of sessions end with their number.
ONLINE = "online"


def online_point(event: Event, session_id: int | None = None) -> CheckInPoint:
    """The point at which those arrive who join an event, or one of its sessions, online; made when first needed."""
    key = ONLINE if session_id is None else f"{ONLINE}-session-{session_id}"
    return _point(event, key, PointKind.ONLINE, session_id)


def _point(event: Event, key: str, kind: PointKind, session_id: int | None) -> CheckInPoint:
    query = select(CheckInPoint).where(CheckInPoint.event_id == event.id, CheckInPoint.key == key)
    found = db.session.scalar(query)
    if found is None:
        row = {"event_id": event.id, "key": key, "title": LocalizedText(), "kind": kind, "area": key}
        db.session.execute(_new_point(), [row | {"session_id": session_id}])
        found = db.session.scalars(query).one()
    return found


@built_once
def _new_point(insert: Callable[[Any], Any]) -> Any:
    return insert(CheckInPoint.__table__).on_conflict_do_nothing()


def at_point(event: Event, point: CheckInPoint, *, any_mode: bool) -> Point:
    """A point as the decision needs it. `any_mode`: also for those who attend in another way."""
    where = as_point(event, point)
    return replace(where, admission=replace(where.admission, any_mode=any_mode))


def join(registration: Registration, meeting: Meeting) -> str:
    """Record that somebody joins, and return the address of the meeting.

    A person who is already in gets it, too. Raises Refused if it can't be joined now.
    """
    if meeting.state is not JoinState.OPEN:
        raise Refused(_("You can't join now."))
    event, session = registration.event, meeting.session
    start_writing(db.session())
    point = online_point(event, session.id if session else None)
    if not point.closed:
        arrive(event, registration.id, at_point(event, point, any_mode=event.join_for_all))
    return meeting.address


def arrive(event: Event, person: int, where: Point) -> None:
    """Write that a person has come in at a point, once a day. The transaction must hold the write lock."""
    known = db.session.get(Presence, (where.id, person), populate_existing=True)
    again = ""
    if known is not None and known.inside:
        if local_day(known.last_at, event.zone) == local_day(clock.now(), event.zone):
            return
        again = _("Came again on another day.")  # nobody says when they leave, and each day counts
    record_one(where, CheckInRequest(tokens.token(), CheckInKind.IN, person=person, reason=again))


@dataclass(frozen=True)
class CheckedInHere:
    """Somebody has checked themselves in to a session. `already`: they were in."""

    session: PublishedSession
    already: bool


def check_in_here(registration: Registration, typed: str) -> CheckedInHere:
    """Check somebody in to the session whose code they have typed. Raises Refused for a code that no session has now,
    and for a session that is not for them.
    """
    event = registration.event
    session = queries.session_of_code(event, typed)
    if session is None:
        raise Refused(_("This code is not valid. Type the one that is on the screen now."), field="code")
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise Refused(_("Your registration is not confirmed."))
    start_writing(db.session())
    if registration.option.mode is Mode.IN_PERSON:
        point = _point(event, f"session-{session.id}", PointKind.SESSION, session.id)
    else:
        point = online_point(event, session.id)
    if point.closed:
        raise Refused(_("Nobody can check in to this session now."))
    answer = record_one(as_point(event, point), CheckInRequest(tokens.token(), CheckInKind.IN, person=registration.id))
    if answer.result is ScanResult.ALREADY_IN:
        return CheckedInHere(session, already=True)
    if not answer.accepted:
        raise Refused(_("This session is not for you, or not today. Ask the organizers."))
    return CheckedInHere(session, already=False)

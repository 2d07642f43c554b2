"""Scheduled work on agendas: delete those that nobody uses any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select

from eventapp.agenda.models import Agenda, OwnPart, OwnRegistration, Star
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.events.models import Event
from eventapp.proposals.models import SpeakerLink
from eventapp.registration.models import Registration

# People star months ahead, and subscribe to an agenda that is still empty.
EMPTY = timedelta(days=180)
# As long as the cookie: the next edition of an event may be two years away.
UNCHANGED = timedelta(days=2 * 365)
# Agendas in one transaction, and transactions in one run.
AT_ONCE, RUNS = 500, 40


def forget_unused() -> int:
    """Delete agendas that never held anything for half a year, and those in which nothing was changed, and no event has
    taken place, for two years. Returns their number.

    Opening a page or a calendar leaves no trace, so it does not count.
    """
    number = 0
    for _run in range(RUNS):
        found = list(db.session.scalars(select(Agenda.id).where(_unused(clock.now())).limit(AT_ONCE)))
        db.session.rollback()
        if found:
            with transaction():
                still = and_(Agenda.id.in_(found), _unused(clock.now()))
                db.session.execute(delete(Agenda).where(still).execution_options(synchronize_session=False))
        number += len(found)
        if len(found) < AT_ONCE:
            break
    return number


def _unused(now: datetime) -> ColumnElement[bool]:
    empty = and_(Agenda.created_at < now - EMPTY, *(~_holds(part) for part in (Star, OwnRegistration, OwnPart)))
    since = now - UNCHANGED
    lately = (
        _holds(Star, or_(Star.changed_at >= since, _later(Star.event_id, since))),
        _holds(OwnRegistration, or_(OwnRegistration.at >= since, _later(_event_of_registration(), since))),
        _holds(OwnPart, or_(OwnPart.at >= since, _later(_event_of_part(), since))),
    )
    return or_(empty, and_(Agenda.created_at < since, *(~one for one in lately)))


def _holds(part: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(part.agenda_id == Agenda.id, *conditions)


def _later(event_id: Any, since: datetime) -> ColumnElement[bool]:
    return exists().where(Event.id == event_id, Event.ends_at >= since)


def _event_of_registration() -> Any:
    return select(Registration.event_id).where(Registration.id == OwnRegistration.registration_id).scalar_subquery()


def _event_of_part() -> Any:
    return select(SpeakerLink.event_id).where(SpeakerLink.id == OwnPart.link_id).scalar_subquery()

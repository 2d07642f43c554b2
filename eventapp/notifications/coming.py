""" "Will you still come?": the answers of attendees after a postponed event got its new date."""

from __future__ import annotations

from sqlalchemy import func, select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.notifications.models import ComingAnswer
from eventapp.notifications.reminders import about
from eventapp.registration import operations
from eventapp.registration.models import Registration


def answer_of(registration: Registration) -> ComingAnswer | None:
    """What the attendee has answered for the event's present date."""
    return db.session.get(ComingAnswer, (registration.id, about(registration.event)))


def answer(registration: Registration, *, coming: bool) -> bool:
    """Record the answer. "No" cancels the registration, so that the seat is free for the next.

    Returns False if no e-mail is sent about that. Raises Refused if the event is over or cancelled.
    """
    operations.check_guest_may(registration)
    row = ComingAnswer(registration_id=registration.id, about=about(registration.event), coming=coming)
    db.session.merge(row)
    return True if coming else operations.cancel(registration, by_guest=True)


def numbers(event: Event) -> dict[bool, int]:
    """How many have said that they will come, or not."""
    query = select(ComingAnswer.coming, func.count()).join(
        Registration, Registration.id == ComingAnswer.registration_id
    )
    query = query.where(Registration.event_id == event.id, ComingAnswer.about == about(event))
    return {coming: number for coming, number in db.session.execute(query.group_by(ComingAnswer.coming))}

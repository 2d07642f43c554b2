"""The last step on an attendee's own page that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.registration.models import Registration
from eventapp.registration.records import UndoableStep
from eventapp.registration.rules import RegistrationStatus, StepKind

# For how long the page offers to undo a step.
UNDO = timedelta(minutes=10)


def snapshot(registration: Registration, kind: StepKind) -> UndoableStep:
    """What has to be known to undo a step that is about to be made. It is not stored yet."""
    return UndoableStep(
        registration_id=registration.id,
        kind=kind,
        status=registration.status,
        option_id=registration.option_id,
        waiting_since=registration.waiting_since,
    )


def remember(step: UndoableStep, session_ids: Sequence[int]) -> None:
    """Store a step that has been made, with the sessions in which seats were released. It replaces an earlier one."""
    step.session_ids, step.at = list(session_ids), clock.now()
    _delete(step.registration_id)
    db.session.add(step)
    db.session.flush()


def forget(registration: Registration) -> None:
    """Whatever was done on one's own page can no longer be undone."""
    _delete(registration.id)


def _delete(registration_id: int) -> None:
    rows = delete(UndoableStep).where(UndoableStep.registration_id == registration_id)
    db.session.execute(rows.execution_options(synchronize_session="fetch"))


def last(registration: Registration) -> UndoableStep | None:
    """The last step on one's own page, however long ago."""
    return db.session.get(UndoableStep, registration.id)


def is_undoable(step: UndoableStep | None) -> bool:
    """Whether there is a step, and it was made a short time ago."""
    return step is not None and clock.now() < step.at + UNDO


def cancelled_by_guest(registration: Registration, step: UndoableStep | None) -> bool:
    """Whether the attendee has cancelled the registration: somebody whom the team cancelled must ask the team."""
    cancelled = registration.status is RegistrationStatus.CANCELLED
    return cancelled and step is not None and step.kind is StepKind.CANCEL

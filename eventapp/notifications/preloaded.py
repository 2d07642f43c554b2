"""What the e-mails of a batch need, read with one statement for all instead of one for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.core.db import db
from eventapp.entries.queries import venues_of as read_venues
from eventapp.entries.rows import VenueRow
from eventapp.events.models import Event
from eventapp.notifications.models import SentInvitation
from eventapp.programme import queries as programme
from eventapp.programme.models import Session
from eventapp.programme.published import Document
from eventapp.registration import session_queries
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.rules import HOLDS_SEAT

T = TypeVar("T")


@dataclass
class _Batch:
    """Facts of some registrations, by their ids, and of their events as they are read."""

    sent: dict[int, dict[str, SentInvitation]]
    codes: dict[int, list[str]]
    of_events: dict[tuple[str, int], Any] = field(default_factory=dict)


_batch: ContextVar[_Batch | None] = ContextVar("batch of e-mails", default=None)


@contextmanager
def registrations(numbers: Sequence[int]) -> Iterator[None]:
    """Read the registrations with these ids anew, and what was sent to them; e-mails inside don't read it again."""
    wanted = select(Registration).where(Registration.id.in_(numbers)).execution_options(populate_existing=True)
    rows = db.session.scalars(wanted.options(joinedload(Registration.event), joinedload(Registration.option))).all()
    batch = _Batch({row.id: {} for row in rows}, {row.id: [] for row in rows})
    for sent in db.session.scalars(select(SentInvitation).where(SentInvitation.registration_id.in_(numbers))):
        batch.sent[sent.registration_id or 0][sent.code] = sent
    signed = (
        select(SessionSignup.registration_id, Session.code)
        .join(Session, Session.id == SessionSignup.session_id)
        .join(Registration, Registration.id == SessionSignup.registration_id)
        .where(SessionSignup.registration_id.in_(numbers), Registration.status.in_(HOLDS_SEAT))
    )
    for number, code in db.session.execute(signed):
        batch.codes[number].append(code)
    token = _batch.set(batch)
    try:
        yield
    finally:
        _batch.reset(token)


def sent_to(registration: Registration) -> dict[str, SentInvitation]:
    """What the attendee was last sent, by session code."""
    batch = _batch.get()
    if batch is not None and registration.id in batch.sent:
        return batch.sent[registration.id]
    query = select(SentInvitation).where(SentInvitation.registration_id == registration.id)
    return {row.code: row for row in db.session.scalars(query)}


def signed_up_for(registration: Registration) -> list[str]:
    """Codes of the sessions in which the person has a seat."""
    batch = _batch.get()
    if batch is not None and registration.id in batch.codes:
        return batch.codes[registration.id]
    return session_queries.signed_up_for(registration)


def venues_of(event_id: int) -> list[VenueRow]:
    """The venues of an event, by its id, in order."""
    return once("venues", event_id, lambda: read_venues(event_id))


def document(event: Event) -> Document:
    """The published programme of an event."""
    return once("document", event.id, lambda: programme.document(event))


def join_links(event: Event) -> dict[str, str]:
    """The joining links of sessions, by their codes."""
    return once("links", event.id, lambda: programme.join_links(event))


def once(what: str, event_id: int, read: Callable[[], T]) -> T:
    """Read something of an event once in a batch, and each time outside of one."""
    batch = _batch.get()
    if batch is None:
        return read()
    if (what, event_id) not in batch.of_events:
        batch.of_events[what, event_id] = read()
    return cast(T, batch.of_events[what, event_id])

"""Seats in sessions: take one, release it, and give free ones to the waiting list.

The caller must have locked the event's options (`operations.hold` or `queries.lock_options`): two transactions could
otherwise take the same seat, or promote the same person.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import Mode
from eventapp.registration import notices, session_queries
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.records import SessionSeatChange, SessionWaitlistEntry
from eventapp.registration.rules import HOLDS_SEAT, SessionAction


def take(registration: Registration, session: PublishedSession, *, action: SessionAction) -> None:
    """Give a person a seat without asking whether there is one."""
    db.session.add(SessionSignup(registration_id=registration.id, session_id=session.id))
    _record(registration.id, session.id, action)


def take_for_newcomer(registration: Registration, session: PublishedSession, *, event: Event) -> bool:
    """Take a seat after serving the waiting list; False if there is none left."""
    promote(event, [session.id])
    if session_queries.next_waiting(session.id) or not session_queries.has_seat(session):
        return False
    take(registration, session, action=SessionAction.SIGNED_UP)
    return True


def wait(registration: Registration, session: PublishedSession) -> None:
    """Add a person to the end of the waiting list."""
    db.session.add(SessionWaitlistEntry(registration_id=registration.id, session_id=session.id))
    _record(registration.id, session.id, SessionAction.WAITING)


def release(registration: Registration, which: Collection[int] | None = None) -> list[int]:
    """Release a person's seats in these sessions (None: in all) and their positions on waiting lists, and promote
    others. Returns the ids of the sessions in which there was a seat.
    """
    seats, waiting = session_queries.of_person(registration)
    given_back = sorted(seats if which is None else seats & set(which))
    left = sorted(waiting.keys() if which is None else waiting.keys() & set(which))
    if given_back:
        _delete(SessionSignup, registration.id, given_back)
    if left:
        _delete(SessionWaitlistEntry, registration.id, left)
    for session_id in given_back:
        _record(registration.id, session_id, SessionAction.RELEASED)
    for session_id in left:
        _record(registration.id, session_id, SessionAction.LEFT)
    if given_back:
        promote(registration.event, given_back)
    return given_back


def release_on_site(registration: Registration) -> list[int]:
    """Release the seats in sessions that one has to come to. Returns as `release` does."""
    sessions = programme.document(registration.event).sessions
    return release(registration, [one.id for one in sessions if session_queries.is_on_site(one)])


def hand_over(giver: Registration, taker: Registration) -> None:
    """Give a person's seats in sessions, and positions on waiting lists, to another registration of the same person, as
    far as that can have them; the others are released.
    """
    by_id = {one.id: one for one in programme.document(taker.event).sessions}
    remote = taker.option.mode is not Mode.IN_PERSON

    def suits(session_id: int) -> bool:
        return taker.status in HOLDS_SEAT and not (
            remote and session_id in by_id and session_queries.is_on_site(by_id[session_id])
        )

    (seats, waiting), (own, awaited) = (session_queries.of_person(one) for one in (giver, taker))
    for session_id in sorted(seats - own):
        taken = [by_id[one] for one in own if one in by_id]
        if suits(session_id) and not (
            session_id in by_id and any(session_queries.overlap(by_id[session_id], one) for one in taken)
        ):
            _give(SessionSignup, giver, taker, session_id)
            own.add(session_id)
    unneeded = awaited.keys() & own
    if unneeded:
        _delete(SessionWaitlistEntry, taker.id, sorted(unneeded))
    for session_id in sorted(waiting):
        if suits(session_id) and session_id not in own:
            if session_id in awaited:  # the older place of the two
                first = min(_entry(giver, session_id), _entry(taker, session_id))
                if first == _entry(taker, session_id):
                    continue
                _delete(SessionWaitlistEntry, taker.id, [session_id])
            _give(SessionWaitlistEntry, giver, taker, session_id)
    if remote:
        release_on_site(taker)
    release(giver)


def _entry(registration: Registration, session_id: int) -> int:
    query = select(SessionWaitlistEntry.id).where(
        SessionWaitlistEntry.registration_id == registration.id, SessionWaitlistEntry.session_id == session_id
    )
    return db.session.scalars(query).one()


def _give(
    model: type[SessionSignup | SessionWaitlistEntry], giver: Registration, taker: Registration, session_id: int
) -> None:
    row = update(model).where(model.registration_id == giver.id, model.session_id == session_id)
    db.session.execute(row.values(registration_id=taker.id).execution_options(synchronize_session="fetch"))


def promote_all(event: Event) -> int:
    """Promote in all sessions of an event, for example after a version with more seats. Returns how many got one."""
    waited = session_queries.waited_for(event.id)
    return promote(event, waited) if waited else 0


def promote(event: Event, session_ids: Collection[int]) -> int:
    """Give the free seats of these sessions to the first on their waiting lists and notify them. Returns how many.

    Who has a seat in another session at the same time gives that up, which may promote somebody else there: nobody is
    skipped, and nobody has two seats at the same time.
    """
    by_id = {session.id: session for session in programme.document(event).sessions}
    todo, moved = sorted(session_ids), []
    while todo:
        session = by_id.get(todo.pop(0))
        if session is None or not session_queries.promotes(session, event):
            continue
        while session_queries.has_seat(session) and (first := session_queries.next_waiting(session.id)) is not None:
            entry, registration = first
            todo += _release_overlapping(registration, session, by_id)
            db.session.delete(entry)
            take(registration, session, action=SessionAction.PROMOTED)
            db.session.flush()
            moved.append(registration.id)
    if moved:
        notices.enqueue_changes(event.id, moved, at_once=True)
    return len(moved)


def _release_overlapping(
    registration: Registration, session: PublishedSession, by_id: dict[int, PublishedSession]
) -> list[int]:
    """Release a person's seats at the time of a session. Returns the ids of their sessions."""
    seats, _waiting = session_queries.of_person(registration)
    released = [one for one in sorted(seats) if one in by_id and session_queries.overlap(session, by_id[one])]
    if released:
        _delete(SessionSignup, registration.id, released)
    for session_id in released:
        _record(registration.id, session_id, SessionAction.RELEASED)
    return released


def _delete(
    model: type[SessionSignup | SessionWaitlistEntry], registration_id: int, session_ids: Collection[int]
) -> None:
    db.session.flush()
    rows = delete(model).where(model.registration_id == registration_id, model.session_id.in_(session_ids))
    db.session.execute(rows.execution_options(synchronize_session="fetch"))


def _record(registration_id: int, session_id: int, action: SessionAction) -> None:
    db.session.add(SessionSeatChange(registration_id=registration_id, session_id=session_id, action=action))

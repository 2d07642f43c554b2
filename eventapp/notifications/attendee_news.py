"""Telling those who take part what is new: found by comparing with what they were told, once a burst is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.entries.queries import venues_of
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.notifications import attendee_emails as emails
from eventapp.notifications import attendees as invitations
from eventapp.notifications import due
from eventapp.notifications import snapshots as told
from eventapp.notifications.snapshots import Facts
from eventapp.programme import queries as programme
from eventapp.programme.models import Session
from eventapp.programme.published import Document
from eventapp.programme.rules import Mode
from eventapp.registration import queries
from eventapp.registration.models import (
    AttendanceOption,
    Registration,
    RegistrationInvitation,
    RegistrationNews,
    SessionSignup,
)
from eventapp.registration.rules import ACTIVE, HOLDS_PLACE, RegistrationStatus

_KEY = RegistrationNews.registration_id


def expect(registration: Registration) -> None:
    """The person has changed something that their calendar should know; they may change more within minutes."""
    due.expect(_KEY, [registration.id])


def expect_all_with(option: AttendanceOption) -> None:
    """What this way to take part means has changed for all who have chosen it."""
    due.expect(
        _KEY,
        db.session.scalars(
            select(Registration.id).where(
                Registration.option_id == option.id, Registration.status.in_(ACTIVE), Registration.generated.is_(False)
            )
        ),
    )


def expect_all(event: Event) -> int:
    """Everybody who stands is written to at once, if it is news to them. Returns how many are looked at."""
    everyone = list(
        db.session.scalars(
            select(Registration.id).where(
                Registration.event_id == event.id, Registration.status.in_(ACTIVE), Registration.generated.is_(False)
            )
        )
    )
    due.expect(_KEY, everyone, at_once=True)
    return len(everyone)


def notice(event: Event) -> int:
    """Find those to whom something about the event or their sessions is new, and expect them. Returns how many."""
    found = concerned(event, programme.document(event))
    due.expect(_KEY, found)
    return len(found)


def concerned(event: Event, document: Document) -> set[int]:
    """The registrations to which something is new, if this is the programme that the public sees. Three statements."""
    venues = venues_of(event.id)
    links = programme.join_links(event)
    marks: dict[tuple[str, bool, bool], str] = {}

    def mark(code: str, online: bool, confirmed: bool) -> str:
        key = code, online, confirmed
        if key not in marks:
            facts = (
                told.session_facts(
                    document.by_code[code], event, join_url=links.get(code, "") if online and confirmed else ""
                )
                if code
                else told.event_facts(event, venues, online=online, confirmed=confirmed)
            )
            marks[key] = facts.mark
        return marks[key]

    rows = db.session.execute(
        select(
            Registration.id,
            Registration.status,
            AttendanceOption.mode,
            RegistrationInvitation.code,
            RegistrationInvitation.mark,
            RegistrationInvitation.facts,
            SessionSignup.id,
        )
        .join(Registration, Registration.id == RegistrationInvitation.registration_id)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .outerjoin(Session, (Session.event_id == Registration.event_id) & (Session.code == RegistrationInvitation.code))
        .outerjoin(
            SessionSignup,
            (SessionSignup.session_id == Session.id) & (SessionSignup.registration_id == Registration.id),
        )
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
    )
    found = set()
    for number, status, mode, code, known, facts, signed_up in rows:
        confirmed = status is RegistrationStatus.CONFIRMED
        if code and (signed_up is None or status not in HOLDS_PLACE or code not in document.by_code):
            now = told.given_up(Facts.from_json(facts)).mark
        else:
            now = mark(code, mode is Mode.ONLINE, confirmed)
        if now != known:
            found.add(number)
    availability = {session.code for session in document.sessions if not session.cancelled}
    return found | {number for number, code in _untold_places(event) if code in availability}


def _untold_places(event: Event) -> list[tuple[int, str]]:
    """(registration, code) of places in sessions that nobody was told of: when their time came, there was no telling.

    The session was off then, or the event a draft again.
    """
    known = select(RegistrationInvitation.id).where(
        RegistrationInvitation.registration_id == Registration.id, RegistrationInvitation.code == Session.code
    )
    rows = db.session.execute(
        select(Registration.id, Session.code)
        .join(SessionSignup, SessionSignup.registration_id == Registration.id)
        .join(Session, Session.id == SessionSignup.session_id)
        .where(Registration.event_id == event.id, Registration.status.in_(HOLDS_PLACE))
        .where(Registration.generated.is_(False), ~known.exists())
    )
    return [(number, code) for number, code in rows]


def adopt(event: Event) -> None:
    """Take what holds for told, for those who were registered before letters carried invitations."""
    unknown = select(RegistrationInvitation.id).where(
        RegistrationInvitation.registration_id == Registration.id, RegistrationInvitation.code == ""
    )
    rows = db.session.scalars(
        select(Registration).where(
            Registration.event_id == event.id,
            Registration.status.in_(ACTIVE),
            Registration.generated.is_(False),
            ~unknown.exists(),
        )
    )
    venues = venues_of(event.id)
    for registration in rows:
        row = RegistrationInvitation(registration_id=registration.id, code="", uid=registration.uid)
        row.sequence = registration.sequence + event.sequence
        row.record(invitations.event_facts(registration, venues))
        db.session.add(row)
    db.session.flush()


def tell_due(*, limit: int = 200) -> int:
    """Write to those whose time has come and to whom something is new still. Returns the number of letters."""
    return due.tell(_KEY, _tell, limit=limit)


def _tell(number: int) -> bool:
    registration = queries.locked(number)
    if registration is None or not due.take(RegistrationNews, number):
        return False
    event = registration.event
    if registration.generated or event.status is EventStatus.DRAFT or event.over:
        return False
    items = invitations.issue(registration)
    if not items:
        return False
    emails.news(registration, items)
    return True


def waiting(event: Event) -> tuple[int, datetime | None]:
    """How many will be looked at, and when the first."""
    on = Registration, Registration.id == RegistrationNews.registration_id
    return due.waiting(_KEY, Registration.event_id == event.id, join=on)


def send_now(event: Event) -> None:
    """Do not wait for more changes."""
    due.at_once(_KEY, select(Registration.id).where(Registration.event_id == event.id))


def tell_nobody(event: Event) -> None:
    """The team finds it not worth a letter: what holds is taken for told. Places just taken are told all the same."""
    rows = db.session.scalars(
        select(Registration)
        .join(RegistrationNews, RegistrationNews.registration_id == Registration.id)
        .where(Registration.event_id == event.id)
    )
    for registration in rows:
        if invitations.known_as_told(registration):
            due.forget(_KEY, registration.id)

"""Who was there, and the certificates that were issued."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import joinedload

from eventapp.certificates.models import Certificate
from eventapp.check_in.came import registrations_of
from eventapp.check_in.models import CheckIn, CheckInPoint
from eventapp.check_in.rules import CheckInKind, PointKind
from eventapp.core.clock import local_day
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.registration.models import Registration
from eventapp.registration.queries import by_name
from eventapp.registration.records import MergedRegistration

PAGE = 100


@dataclass(frozen=True)
class Attended:
    """On which days somebody was checked in, and to which sessions."""

    days: tuple[date, ...]
    sessions: tuple[LocalizedText, ...]


def attended(event: Event) -> dict[int, Attended]:
    """Who came, by the number of the registration that they have now, from the log. Two statements."""
    undone = select(CheckIn.undoes).where(CheckIn.event_id == event.id, CheckIn.kind == CheckInKind.UNDO)
    query = (
        select(
            func.coalesce(MergedRegistration.into_id, CheckIn.registration_id),
            CheckIn.at,
            CheckInPoint.kind,
            CheckInPoint.session_id,
        )
        .join(CheckInPoint, CheckInPoint.id == CheckIn.point_id)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == CheckIn.registration_id)
        .where(CheckIn.event_id == event.id, CheckIn.registration_id.is_not(None), CheckIn.accepted)
        .where(CheckIn.kind == CheckInKind.IN, CheckIn.nonce.not_in(undone))
    )
    days: dict[int, set[date]] = defaultdict(set)
    sessions: dict[int, set[int]] = defaultdict(set)
    for person, at, kind, session in db.session.execute(query):
        if kind is not PointKind.ONLINE:
            days[person].add(local_day(at, event.zone))
        if session is not None:
            sessions[person].add(session)
    titles = _titles({number for numbers in sessions.values() for number in numbers})
    return {
        person: Attended(
            tuple(sorted(days.get(person, ()))), tuple(titles[n] for n in titles if n in sessions.get(person, ()))
        )
        for person in days.keys() | sessions.keys()
    }


def _titles(numbers: set[int]) -> dict[int, LocalizedText]:
    """Titles of sessions in the order of the programme."""
    if not numbers:
        return {}
    query = select(Session.id, Session.title).where(Session.id.in_(numbers)).order_by(Session.starts_at, Session.id)
    return {number: title for number, title in db.session.execute(query)}


def issued(event: Event) -> set[int]:
    """The registrations that have a certificate, also a withdrawn one; and those into which one was merged that has."""
    query = (
        select(Certificate.registration_id, MergedRegistration.into_id)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == Certificate.registration_id)
        .where(Certificate.event_id == event.id)
    )
    return {number for row in db.session.execute(query) for number in row if number is not None}


@dataclass(frozen=True)
class CertificateNumbers:
    """Certificates of an event: valid ones, and withdrawn ones."""

    valid: int
    revoked: int


def numbers(event: Event) -> CertificateNumbers:
    """How many certificates an event has."""
    query = select(func.count(), func.count(Certificate.withdrawn_at)).where(Certificate.event_id == event.id)
    total, withdrawn = db.session.execute(query).one()
    return CertificateNumbers(total - withdrawn, withdrawn)


def listed(event: Event, text: str, *, first: int = 0) -> list[tuple[Certificate, Registration]]:
    """The certificates of people whose name or its reading has this text, by name; one more than a page has if
    there are more.
    """
    query = (
        select(Certificate, Registration)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Certificate.event_id == event.id, *by_name(text))
        .order_by(Registration.family_name, Registration.given_name, Certificate.id)
        .offset(first)
        .limit(PAGE + 1)
    )
    return [(certificate, person) for certificate, person in db.session.execute(query)]


def by_code(code: str) -> Certificate | None:
    """The certificate with a code as it is stored."""
    return db.session.scalar(select(Certificate).options(joinedload(Certificate.event)).where(Certificate.code == code))


def of_registration(number: int) -> Certificate | None:
    """The certificate of a registration: its own, else that of one that was merged into it."""
    own = Certificate.registration_id == number
    query = select(Certificate).where(Certificate.registration_id.in_(registrations_of(literal(number))))
    return db.session.scalar(query.order_by(case((own, 0), else_=1), Certificate.id).limit(1))


def by_id(event: Event, number: int) -> Certificate | None:
    """A certificate of an event."""
    return db.session.scalar(select(Certificate).where(Certificate.id == number, Certificate.event_id == event.id))

"""Live counts from the registrations, and reported figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, select

from eventapp.attendance import disclosure, kept, parties, population, rules
from eventapp.attendance.bases import CountChoice
from eventapp.attendance.disclosure import PublicStatement
from eventapp.attendance.models import ReportedCount
from eventapp.attendance.parties import RawParty
from eventapp.attendance.population import NAMED, STATE_OF
from eventapp.attendance.rules import Basis, CountedRegistration, Counts, CountStatement
from eventapp.attendance.summary import Rounding
from eventapp.check_in import search as check_in
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.rules import RegistrationStatus


def _grouped(basis: Basis) -> Any:
    """Registrations that are alike, with their number: thousands of people are some hundred rows."""
    columns = (*parties.COLUMNS, AttendanceOption.mode, NAMED.label("named"), Registration.generated)
    return (
        select(*columns, func.count().label("people"), func.min(Registration.id).label("first"))
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(Registration.event_id == bindparam("event"), population.who(STATE_OF[basis]))
        .group_by(*columns)
        .order_by(func.min(Registration.id))
    )


# Built once: building a select takes ten times as long as running it.
_of_basis = {basis: _grouped(basis) for basis in rules.COUNTED}
_by_status = (
    select(Registration.status, func.count())
    .where(Registration.event_id == bindparam("event"))
    .group_by(Registration.status)
)
_reported = select(ReportedCount).where(ReportedCount.event_id == bindparam("event")).order_by(ReportedCount.id)


def statement(
    event: Event,
    *,
    basis: Basis = rules.DEFAULT_BASIS,
    rounding: Rounding | None = None,
    reported: list[ReportedCount] | None = None,
) -> CountStatement:
    """Count now, in at most six queries for any number of attendees; one less if `reported` is given.

    Without a `rounding` the numbers are exact; but if a source reports a total of the event, its rounding is used, so
    that the two can be compared. Raises rules.NotCounted if the basis has no rows.
    """
    return chosen_statement(event, CountChoice(basis=basis, rounding=rounding), reported=reported)


def chosen_statement(
    event: Event, choice: CountChoice, *, reported: list[ReportedCount] | None = None
) -> CountStatement:
    """Count what was chosen, now; one query more without the host. Raises rules.NotCounted if the basis has no rows."""
    rounding = choice.rounding
    if rounding is None:
        stated = reported_counts(event) if reported is None else reported
        rounding = stated[0].rounding if stated else Rounding.EXACTLY
    counts = count(event, basis=choice.basis, modes=choice.modes, host=choice.host)
    return CountStatement(
        counts=counts,
        rounding=rounding,
        as_of=clock.now(),
        modes=choice.modes,
        host_counted=choice.host,
        examples=choice.examples,
    )


def public_statement(event: Event, reported: list[ReportedCount]) -> PublicStatement | None:
    """The statement for the public pages; None if the team does not publish its counts, or nobody is counted yet."""
    if not event.counts_public:
        return None
    result = statement(event, reported=reported)
    return disclosure.public(result, result.counts) if result.counts.anybody else None


def publish(event: Event, said: CountStatement) -> PublicStatement:
    """What may be published of a statement. Three statements, unless it counts confirmed people."""
    confirmed = said.counts if said.counts.basis is Basis.CONFIRMED else count(event, basis=Basis.CONFIRMED)
    return disclosure.public(said, confirmed)


def count(
    event: Event, *, basis: Basis = rules.DEFAULT_BASIS, modes: tuple[Mode, ...] = tuple(Mode), host: bool = True
) -> Counts:
    """The live counts of an event. Raises rules.NotCounted if the basis has no rows."""
    if basis not in rules.COUNTED:
        raise rules.NotCounted(basis)
    rows = _rows(event, basis)
    without = frozenset() if host else parties.host_keys(event)
    counts = rules.count(rows, home=event.country_code, basis=basis, modes=modes, without=without)
    numbers: Counter[RegistrationStatus] = Counter()
    for status, number in db.session.execute(_by_status, {"event": event.id}):
        numbers[status] = number
    return replace(counts, by_status={status: numbers[status] for status in RegistrationStatus})


def bases(event: Event) -> list[Basis]:
    """The bases on which an event can be counted: check-ins only once there are some. One statement."""
    return [one for one in rules.COUNTED if one is not Basis.CHECKED_IN or check_in.has_check_ins(event)]


def reported_counts(event: Event) -> list[ReportedCount]:
    """The reported figures of the event, the total before its parts (in the order of entry)."""
    return list(db.session.scalars(_reported, {"event": event.id}))


def reported_count(event: Event, number: int) -> ReportedCount | None:
    """Reported figures of an event."""
    return db.session.scalar(
        select(ReportedCount).where(ReportedCount.event_id == event.id, ReportedCount.id == number)
    )


def _rows(event: Event, basis: Basis) -> list[CountedRegistration]:
    """Registrations as input for counting, with organizations and cities resolved.

    An active registration is one person (uq_registration_active_person), and of somebody who came several times one
    registration is taken: so each row stands for as many people as it has registrations.
    """
    key = (kept.version(event), basis)
    found = kept.rows(key, lambda: list(db.session.execute(_of_basis[basis], {"event": event.id})))
    known = parties.resolved(event, (RawParty(*row[:4]) for row in found))
    return [
        CountedRegistration(
            person=str(row.first) if row.named else "",
            status=RegistrationStatus.CONFIRMED,
            mode=row.mode,
            country=row.country_code,
            party=known[RawParty(*row[:4])],
            generated=row.generated,
            checked_in=basis is Basis.CHECKED_IN,
            number=row.people,
        )
        for row in found
    ]

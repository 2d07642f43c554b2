"""Live counts from the registrations, and reported figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from eventapp.attendance import disclosure, groups, kept, parties, rules
from eventapp.attendance.bases import CountChoice
from eventapp.attendance.disclosure import PublicStatement
from eventapp.attendance.groups import PeopleGroup, Traits
from eventapp.attendance.models import ReportedCount
from eventapp.attendance.parties import RawParty
from eventapp.attendance.rules import Basis, CountedParty, CountedRegistration, Counts, CountStatement
from eventapp.attendance.summary import Rounding
from eventapp.check_in import search as check_in
from eventapp.check_in.came import Came
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus

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
    """What may be published of a statement. One statement more, unless it counts confirmed people."""
    if said.counts.basis is Basis.CONFIRMED:
        return disclosure.public(said, said.counts)
    confirmed = _rows(groups.represented(event, kept.version(event), came=False), Basis.CONFIRMED)
    # Whom they represent is in no number of people.
    return disclosure.public(said, rules.count(confirmed, home=event.country_code, basis=Basis.CONFIRMED))


def count(
    event: Event, *, basis: Basis = rules.DEFAULT_BASIS, modes: tuple[Mode, ...] = tuple(Mode), host: bool = True
) -> Counts:
    """The live counts of an event. Raises rules.NotCounted if the basis has no rows."""
    if basis not in rules.COUNTED:
        raise rules.NotCounted(basis)
    people = groups.represented(event, kept.version(event), came=basis is Basis.CHECKED_IN)
    without = frozenset() if host else parties.host_keys(event)
    rows = _rows(people, basis, lambda raw: parties.resolved(event, raw))
    counts = rules.count(rows, home=event.country_code, basis=basis, modes=modes, without=without)
    numbers: Counter[RegistrationStatus] = Counter()
    for group in people:
        numbers[group.traits.status] += group.people
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


def _rows(
    people: list[PeopleGroup],
    basis: Basis,
    represented: Callable[[set[RawParty]], Mapping[RawParty, CountedParty | None]] | None = None,
) -> list[CountedRegistration]:
    """The people of a basis as input for counting, with the organizations and cities that they `represent`.

    An active registration is one person (uq_registration_active_person), and of somebody who came several times one
    registration is taken: so each row stands for as many people as it has registrations.
    """
    found: Counter[tuple[Any, ...]] = Counter()  # in the order of the first registration of each
    for (*raw, mode, generated), traits, number in people:
        if _is_counted(traits, basis):
            found[RawParty(*raw) if represented else None, mode, generated, traits.named] += number
    known = represented({raw for raw, *_others in found}) if represented else {}
    return [
        CountedRegistration(
            person=str(place) if named else "",
            status=RegistrationStatus.CONFIRMED,
            mode=mode,
            country=raw.country if raw else None,
            party=known[raw] if raw else None,
            generated=bool(generated),
            checked_in=basis is Basis.CHECKED_IN,
            number=number,
        )
        for place, ((raw, mode, generated, named), number) in enumerate(found.items(), 1)
    ]


def _is_counted(traits: Traits, basis: Basis) -> bool:
    """Whether registrations count on a basis, also those of delegations without names."""
    if basis is Basis.CHECKED_IN:
        return traits.came is Came.COUNTS
    return traits.status in rules.COUNTED[basis]

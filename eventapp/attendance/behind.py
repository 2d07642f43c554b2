"""The people behind a number of a statement, as a query of the people desk."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from eventapp.attendance import parties, population
from eventapp.attendance.bases import CountChoice
from eventapp.attendance.facets import facets
from eventapp.attendance.parties import RawParty
from eventapp.attendance.population import STATE_OF
from eventapp.attendance.rules import Basis
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, Registration

# A web address can't hold more references of people.
MOST = 400


def everybody(choice: CountChoice) -> PeopleQuery | None:
    """The query of all people that are counted; None if the query language can't say who that is."""
    if not choice.host or choice.basis is Basis.DECLARED:
        return None
    if choice.basis is Basis.CHECKED_IN:
        return PeopleQuery(came="yes") if Mode.IN_PERSON in choice.modes else None
    statuses = tuple(sorted(STATE_OF[choice.basis].statuses))
    return PeopleQuery(statuses=statuses, modes=choice.modes if set(choice.modes) != set(Mode) else ())


def of_party(event: Event, choice: CountChoice, key: str) -> PeopleQuery | None:
    """The people who represent a city or an organization, by its key; None if nobody does. Three statements."""
    state = population.who(STATE_OF[choice.basis])
    grouped = (
        select(*parties.COLUMNS)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(Registration.event_id == event.id, state)
        .distinct()
    )
    raw = [RawParty(*row) for row in db.session.execute(grouped)]
    known = parties.resolved(event, raw)
    found = facets({one: (known[one], one.country) for one in raw})
    mine = [one for one, facet in found.items() if key in {facet.city_key, facet.key}]
    if not mine:
        return None
    # An organization of the directory may be typed in many ways, and its people may be of several countries.
    numbers = {one.organization for one in mine if one.organization is not None}
    typed = [
        and_(
            Registration.organization_id.is_(None),
            Registration.organization_name == one.name,
            Registration.organization_kind == one.kind if one.kind else Registration.organization_kind.is_(None),
            Registration.country_code == one.country if one.country else Registration.country_code.is_(None),
        )
        for one in mine
        if one.organization is None
    ]
    people = (
        select(Registration.id)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(Registration.event_id == event.id, state)
        .where(or_(Registration.organization_id.in_(numbers), *typed))
        .order_by(Registration.id)
        .limit(MOST)
    )
    if choice.basis is not Basis.CHECKED_IN:
        people = people.where(AttendanceOption.mode.in_(choice.modes))
    return PeopleQuery(numbers=tuple(db.session.scalars(people)))

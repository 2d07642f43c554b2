"""Storing reported figures, freezing statements, and deciding which names mean one city."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from eventapp.attendance import aliases, frozen, queries
from eventapp.attendance.aliases import SameCity
from eventapp.attendance.bases import Basis, CountChoice, NotCounted
from eventapp.attendance.models import FrozenStatement, ReportedCount
from eventapp.attendance.summary import Rounding
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row
from eventapp.directory import operations as places
from eventapp.directory import queries as directory
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.online.queries import StatedTotal
from eventapp.people import organizations


def report_count(
    event: Event,
    *,
    source: str,
    people: int | None = None,
    foreign_cities: int | None = None,
    foreign_countries: int | None = None,
    domestic_cities: int | None = None,
    organizations: int | None = None,
    rounding: Rounding = Rounding.EXACTLY,
    of_what: LocalizedText | None = None,
    as_of: date | None = None,
    row: ReportedCount | None = None,
) -> ReportedCount:
    """Store reported figures, new ones or in place of a `row`. Raises Refused without a source, without any number, or
    for a negative one.
    """
    numbers = {
        "people": people,
        "foreign_cities": foreign_cities,
        "foreign_countries": foreign_countries,
        "domestic_cities": domestic_cities,
        "organizations": organizations,
    }
    if not source.strip():
        raise Refused(_("Enter the source of the figures, for example a report or a web address."), field="source")
    if all(number is None for number in numbers.values()):
        raise Refused(_("Enter at least one number."), field="people")
    for field, number in numbers.items():
        if number is not None and number < 0:
            raise Refused(_("Enter 0 or a higher number."), field=field)
    row = row or ReportedCount(event_id=event.id)
    values = {"rounding": rounding, "of_what": of_what or LocalizedText(), "source": source.strip(), "as_of": as_of}
    for name, value in (values | numbers).items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()
    return row


def remove_reported(row: ReportedCount) -> None:
    """Delete reported figures."""
    delete_row(row)


def freeze(event: Event, choice: CountChoice, *, name: str) -> FrozenStatement:
    """Keep a statement as it is now, under a name. Raises Refused without a name, and if nobody is counted."""
    if not name.strip():
        raise Refused(_("Enter a name, for example “Final figures”."), field="name")
    try:
        said = queries.chosen_statement(event, choice)
    except NotCounted as none:
        raise Refused(str(none)) from none
    if not said.counts.anybody:
        raise Refused(_("There is nobody to count on this basis yet."))
    row = FrozenStatement(
        event_id=event.id, name=name.strip()[:120], basis=choice.basis, as_of=said.as_of, content=frozen.content(said)
    )
    db.session.add(row)
    db.session.flush()
    return row


def remove_frozen(row: FrozenStatement) -> None:
    """Delete a frozen statement."""
    delete_row(row)


def decide(event: Event, *, city: str, other: str, same: bool) -> SameCity:
    """Decide about a proposed pair, by their keys, for all events: one city, or two. Raises Refused if it is not (or no
    longer) proposed.
    """
    counts = queries.count(event, basis=Basis.REGISTERED)
    pairs = aliases.proposals(counts, directory.distinct_cities())
    pair = next((one for one in pairs if (one.city.key, one.other_key) == (city, other)), None)
    if pair is None:
        raise Refused(_("This pair is no longer among the proposals."))
    if not same:
        places.two_cities(str(pair.city.names), str(pair.other), country_code=pair.country)
        return pair
    if not pair.country:
        raise Refused(_("Enter the country of one of these registrations first."))
    place = directory.place_by_slug(pair.city.key) if pair.city.known else None
    names = [*pair.city.names.values(), *pair.other.values()]
    places.one_city(names, country_code=pair.country, place=place)
    if pair.unsorted:
        organizations.sort(event, dict.fromkeys(pair.other.values(), OrganizationKind.CITY))
    return pair


def report_total(event: Event, total: StatedTotal) -> ReportedCount:
    """Store a total that an attendance report states itself; once, however often it is asked for."""
    source = f"{total.report.service.label}, {total.report.name}"
    same = select(ReportedCount).where(
        ReportedCount.event_id == event.id, ReportedCount.source == source, ReportedCount.people == total.number
    )
    of_what = LocalizedText({total.report.language: total.name})
    known = next((row for row in db.session.scalars(same) if row.of_what == of_what), None)
    day = date.fromisoformat(total.report.day)
    return known or report_count(event, source=source, people=total.number, of_what=of_what, as_of=day)

"""Storing reported figures."""

from __future__ import annotations

from datetime import date

from eventapp.attendance.models import ReportedCount
from eventapp.attendance.summary import Rounding
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event


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
) -> ReportedCount:
    """Store reported figures. Raises Refused without a source, without any number, or for a negative one."""
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
    row = ReportedCount(
        event_id=event.id,
        rounding=rounding,
        of_what=of_what or LocalizedText(),
        source=source.strip(),
        as_of=as_of,
        **numbers,
    )
    db.session.add(row)
    db.session.flush()
    return row

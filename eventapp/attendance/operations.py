"""Storing reported figures."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from eventapp.attendance.models import ReportedCount
from eventapp.attendance.summary import Rounding
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.online.queries import StatedTotal


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

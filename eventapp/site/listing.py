"""Lists of events: each with its cover, and whether one can still register."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from eventapp.core import clock, languages
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event
from eventapp.events.queries import EventFilter
from eventapp.events.queries import listed as found_events
from eventapp.events.rules import EventStatus, Precision
from eventapp.media import queries as media
from eventapp.media.models import Photo
from eventapp.registration import queries as registration
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Availability

# From then on a list says until when one can register.
CLOSES_SOON = timedelta(days=7)


@dataclass(frozen=True)
class ListedEvent:
    """An event in a list. `registering` says whether one can register, in a few words, and its `tint` how it is shown;
    both are empty if there is nothing to say.
    """

    event: Event
    cover: Photo | None
    registering: str = ""
    tint: str = ""


def listed(events: Sequence[Event]) -> list[ListedEvent]:
    """Events for a list, with two statements for all of them."""
    if not events:
        return []
    covers, options = media.covers(events), registration.options_of(events)
    return [ListedEvent(one, covers.get(one.id), *registering(one, options.get(one.id, []))) for one in events]


def registering(event: Event, options: Sequence[AttendanceOption]) -> tuple[str, str]:
    """(words, tint): whether one can register for an event with these options."""
    if event.status is not EventStatus.PUBLISHED or event.over or not options:
        return "", ""
    states = {option.availability for option in options}
    if Availability.OPEN in states:
        closing = [o.closes_at for o in options if o.availability is Availability.OPEN and o.closes_at]
        everything_closes = len(closing) == sum(o.availability is Availability.OPEN for o in options)
        if everything_closes and max(closing) - clock.now() <= CLOSES_SOON:
            day = languages.day_of(max(closing), event.zone)
            return _("Registration closes on %(day)s", day=day), "amber"
        return _("Registration open"), "moss"
    if Availability.WAITING_LIST in states:
        return _("Full – waiting list"), "amber"
    if states == {Availability.NOT_YET}:
        return _("Registration opens later"), ""
    return (_("Full"), "shu") if Availability.FULL in states else (_("Registration closed"), "")


def by_month(events: Sequence[ListedEvent]) -> list[tuple[date, list[ListedEvent]]]:
    """Events under the first day of the month in which they start at their venue."""

    def month(one: ListedEvent) -> date:
        return one.event.first_day.replace(day=1)

    return [(first, list(rows)) for first, rows in groupby(events, key=month)]


@dataclass(frozen=True)
class MonthPage:
    """A month as weeks of seven days, Monday first, with the events of each day; a day of another month has none.

    `undated` are events of which only the month is known.
    """

    first: date
    weeks: list[list[tuple[date, list[ListedEvent]]]]
    undated: list[ListedEvent]
    earlier: date
    later: date

    @property
    def number(self) -> int:
        """How many events there are, each once."""
        days = (one.event.id for week in self.weeks for _day, rows in week for one in rows)
        return len({*days, *(one.event.id for one in self.undated)})


def month_of(first: date, wanted: EventFilter) -> MonthPage:
    """The public events of a month, by the days on which they take place at their venue. Three statements."""
    later = (first + timedelta(days=31)).replace(day=1)
    # A day more on both sides, for venues in other time zones.
    opens = datetime(first.year, first.month, 1, tzinfo=UTC) - timedelta(days=1)
    closes = datetime(later.year, later.month, 1, tzinfo=UTC) + timedelta(days=1)
    rows = listed(found_events(wanted, since=opens, before=closes))
    dated = [one for one in rows if one.event.precision is Precision.DAY]

    def on(day: date) -> list[ListedEvent]:
        return [one for one in dated if day.month == first.month and one.event.first_day <= day <= one.event.last_day]

    return MonthPage(
        first,
        [[(day, on(day)) for day in week] for week in Calendar().monthdatescalendar(first.year, first.month)],
        [one for one in rows if one.event.precision is Precision.MONTH and one.event.first_day.replace(day=1) == first],
        (first - timedelta(days=1)).replace(day=1),
        later,
    )

"""Lists of events: each with its cover, and whether one can still register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from eventapp.core import clock, languages
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
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

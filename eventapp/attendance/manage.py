"""Desk pages: the live counts of an event, and the same for a screen on a wall."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.attendance import crossing, live, timelines
from eventapp.attendance.dimensions import Dimensions
from eventapp.attendance.live import STATES, TableChoice
from eventapp.attendance.states import LiveState
from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.pages import page
from eventapp.events import queries as events
from eventapp.events.access import requires
from eventapp.events.models import Event

manage = Blueprint("attendance_manage", __name__, url_prefix="/manage/events/<slug>")


@manage.get("/counts")
@requires(Permission.VIEW)
def counts(event: Event) -> ResponseReturnValue:
    """Who is registered, confirmed, waiting, was checked in or did not come: by any dimension, or two of them; and
    arrivals and registrations over time.
    """
    dimensions = Dimensions.of(event, language=languages.reader())
    choice = TableChoice.read(request.args.get("by"), request.args.get("across"), request.args.get("of"))
    crossing.read(dimensions, (choice.rows, choice.columns), choice.state)
    numbers = crossing.numbers(dimensions)
    editions = timelines.earlier_editions(event, events.of_user(current_organizer()))
    return page(
        "attendance/live.html",
        event=event,
        as_of=clock.now(),
        numbers=numbers,
        lists={state: live.people_of(state, dimensions) for state in LiveState},
        shown=or_404(live.chosen_table(dimensions, choice, numbers)),
        state_of=crossing.state_of,
        choices=dimensions.choices(),
        states=list(LiveState),
        STATES=STATES,
        delegations=crossing.delegations(dimensions),
        arrivals=live.arrivals(event) if numbers.totals[LiveState.CHECKED_IN] else [],
        pace=live.pace(event, editions),
    )


@manage.get("/counts/screen")
@requires(Permission.VIEW)
def screen(event: Event) -> ResponseReturnValue:
    """The numbers for a screen on a wall: large, without names, and up to date by themselves."""
    numbers = crossing.numbers(Dimensions.of(event, language=languages.reader()))
    today = clock.local_day(clock.now(), event.zone)
    arrived = [one for one in live.arrivals(event) if one.day == today]
    order = [LiveState.CHECKED_IN, LiveState.CONFIRMED, LiveState.REGISTERED, LiveState.WAITING]
    return page("attendance/screen.html", event=event, as_of=clock.now(), numbers=numbers, order=order, today=arrived)

"""Desk page: advice on an event's calendars, and how an app shows them."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.forms import zone_asked
from eventapp.core.links import base_url
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.feeds import check, preview
from eventapp.feeds import state as states
from eventapp.feeds.advice import advice
from eventapp.feeds.apps import APPS
from eventapp.feeds.check import Which
from eventapp.feeds.preview import EntrySeen
from eventapp.feeds.shown import AppView, shown

# How many entries of a day are shown at first.
ENOUGH = 50

manage = Blueprint("feeds_manage", __name__, url_prefix="/manage/events/<slug>")


@manage.get("/calendars")
@requires(Permission.VIEW)
def calendars(event: Event) -> ResponseReturnValue:
    """Advice on the calendars, whether they can be read, and what a chosen app shows."""
    state = or_404(states.state(event.slug))
    offered = [which for which in Which if which is Which.NEXT or state.public or state.unpublished]
    which = next((one for one in offered if one == request.args.get("of")), offered[0])
    source = check.source(event, state, which)
    tags = list(dict.fromkeys([*event.languages, *languages.INTERFACE]))
    language = next((tag for tag in tags if tag == request.args.get("language")), languages.interface())
    app = APPS.get(request.args.get("program", ""), next(iter(APPS.values())))
    zone, problem = zone_asked(request.args.get("zone", ""))
    options = check.feed_wish(event.slug, language)
    try:
        seen = preview.read(source.write(options))
    except preview.Unreadable:
        seen = preview.CalendarSeen("", ())  # `check` reports it
    chosen = shown(app, seen, options.address)
    days, day, entries = _days(chosen, zone or event.zone)
    answer = page(
        "feeds/check.html",
        event=event,
        which=which,
        offered=offered,
        checked=check.check(source, tags),
        advice=[] if source.unpublished else advice(source.programme, languages=event.languages, base_url=base_url()),
        tags=tags,
        language=language,
        app=app,
        shown=chosen,
        apps=APPS.values(),
        zone=zone or event.zone,
        zone_problem=problem,
        zones=sorted(clock.zones()),
        days=days,
        chosen_day=day,
        entries=entries if "whole" in request.args else entries[:ENOUGH],
        of_day=len(entries),
    )
    if problem:
        answer.status_code = 422
    return answer


def _days(shown: AppView, zone: str) -> tuple[list[date], date | None, list[EntrySeen]]:
    """The days on which an entry begins, the chosen day (else today or the first), and its entries.

    A large event has more entries than fit on one page.
    """
    spans = [(entry, *entry.days(zone)) for entry in shown.entries]
    days = sorted({first for _entry, first, _last in spans})
    if not days:
        return [], None, []
    asked = request.args.get("day", "")
    timed = [first for entry, first, _last in spans if not entry.all_day]
    today = clock.local_day(clock.now(), zone)
    usual = today if today in days else min(timed, default=days[0])
    day = next((one for one in days if one.isoformat() == asked), usual)
    return days, day, [entry for entry, first, last in spans if first <= day <= last]

"""Desk page: advice on an event's calendars, and how an app shows them."""

from __future__ import annotations

from dataclasses import dataclass
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
from eventapp.feeds.apps import APPS, App
from eventapp.feeds.check import Source, Which
from eventapp.feeds.preview import EntrySeen
from eventapp.feeds.shown import AppView, shown
from eventapp.feeds.state import State

# How many entries of a day are shown at first.
ENOUGH = 50

manage = Blueprint("feeds_manage", __name__, url_prefix="/manage/events/<slug>")


@dataclass(frozen=True)
class PreviewChoice:
    """What the page previews, read from its query: the published calendars or the next ones, in which app, language and
    time zone. `problem` is the sentence about a time zone that does not exist; the event's is used instead.
    """

    offered: list[Which]
    which: Which
    tags: list[str]
    language: str
    app: App
    zone: str
    problem: str

    @property
    def zones(self) -> list[str]:
        """Every time zone there is to choose."""
        return sorted(clock.zones())

    @classmethod
    def of_request(cls, event: Event, state: State) -> PreviewChoice:
        """The choice, and what there is to choose from."""
        offered = [which for which in Which if which is Which.NEXT or state.public or state.unpublished]
        tags = list(dict.fromkeys([*event.languages, *languages.INTERFACE]))
        zone, problem = zone_asked(request.args.get("zone", ""))
        return cls(
            offered=offered,
            which=next((one for one in offered if one == request.args.get("of")), offered[0]),
            tags=tags,
            language=next((tag for tag in tags if tag == request.args.get("language")), languages.interface()),
            app=APPS.get(request.args.get("program", ""), next(iter(APPS.values()))),
            zone=zone or event.zone,
            problem=problem,
        )


@manage.get("/calendars")
@requires(Permission.VIEW)
def calendars(event: Event) -> ResponseReturnValue:
    """Suggestions for the calendars, whether they can be read, and how one looks in a calendar app."""
    state = or_404(states.state(event.slug))
    choice = PreviewChoice.of_request(event, state)
    source = check.source(event, state, choice.which)
    view = _view(event, source, choice)
    days, day, entries = _days(view, choice.zone)
    response = page(
        "feeds/check.html",
        event=event,
        choice=choice,
        checked=check.check(source, choice.tags),
        advice=[] if source.unpublished else advice(source.programme, languages=event.languages, base_url=base_url()),
        shown=view,
        apps=APPS.values(),
        days=days,
        chosen_day=day,
        entries=entries if "whole" in request.args else entries[:ENOUGH],
        of_day=len(entries),
    )
    response.status_code = 422 if choice.problem else 200
    return response


def _view(event: Event, source: Source, choice: PreviewChoice) -> AppView:
    """The feed of the event as the app shows it; empty where it can't be read, which the check reports."""
    options = check.feed_options(event.slug, choice.language)
    try:
        seen = preview.read(source.write(options))
    except preview.Unreadable:
        seen = preview.CalendarSeen("", ())
    return shown(choice.app, seen, options.address)


def _days(view: AppView, zone: str) -> tuple[list[date], date | None, list[EntrySeen]]:
    """The days on which something begins, the chosen one (else today's or the first), and what is on it.

    A large event has more entries than fit on one page.
    """
    spans = [(entry, *entry.days(zone)) for entry in view.entries]
    days = sorted({first for _entry, first, _last in spans})
    if not days:
        return [], None, []
    asked = request.args.get("day", "")
    timed = [first for entry, first, _last in spans if not entry.all_day]
    today = clock.local_day(clock.now(), zone)
    usual = today if today in days else min(timed, default=days[0])
    day = next((one for one in days if one.isoformat() == asked), usual)
    return days, day, [entry for entry, first, last in spans if first <= day <= last]

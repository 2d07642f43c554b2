"""Home, list of events, event page, and what machines ask of a site."""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.calendars import jsonld
from eventapp.core import assets, clock
from eventapp.core.errors import found
from eventapp.core.pages import page, remembered
from eventapp.core.parameters import one_of, parameters, words
from eventapp.core.revisions import known
from eventapp.events import access
from eventapp.events import queries as events
from eventapp.events.queries import Filter
from eventapp.events.rules import EventFormat, EventKind, countdown
from eventapp.programme import queries as programme
from eventapp.site import health, queries
from eventapp.site.structured import event_data

views = Blueprint("site", __name__)

E = TypeVar("E", bound=StrEnum)


@views.get("/")
@parameters()
def home() -> ResponseReturnValue:
    """What comes next, and what was."""

    def build() -> Response:
        now = clock.now()
        coming = events.listed(since=now, limit=12)
        past = events.listed(until=now, limit=6)
        return page("site/home.html", coming=coming, past=past, countdown=countdown, today=now.date())

    version, still = known("events")
    return remembered(version, build, still=still)


@views.get("/events", endpoint="events")
@parameters(
    kind=one_of(EventKind),
    format=one_of(EventFormat),
    country=words(2),
    year=words(4),
    series=words(80),
    q=words(100),
)
def events_list() -> ResponseReturnValue:
    """All public events, filtered by plain GET parameters."""

    def build() -> Response:
        now = clock.now()
        year = request.args.get("year", "")
        wanted = Filter(
            kind=_member(EventKind, request.args.get("kind", "")),
            format=_member(EventFormat, request.args.get("format", "")),
            country=request.args.get("country", "")[:2],
            year=int(year) if len(year) == 4 and year.isdecimal() else None,
            series=request.args.get("series", ""),
            text=request.args.get("q", "").strip(),
        )
        countries, years, series = events.filters()
        return page(
            "site/events.html",
            coming=events.listed(wanted, since=now),
            past=events.listed(wanted, until=now),
            countries=countries,
            years=years,
            series=series,
            kinds=list(EventKind),
            formats=list(EventFormat),
            filtered=wanted != Filter(),
            countdown=countdown,
            today=now.date(),
        )

    version, still = known("events")
    return remembered(version, build, still=still)


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in set(kind) else None


@views.get("/events/<slug>")
@parameters()
def event(slug: str) -> ResponseReturnValue:
    """The event page. A draft is shown to its team only; a former address leads on."""
    state = events.page_state(slug)
    if state is None:
        return redirect(url_for(".event", slug=found(events.present_slug(slug))), 301)
    if not state.public:
        found(access.preview(slug))
        return _event_page(slug, preview=True)
    return remembered(f"event {state.revisions}", lambda: _event_page(slug), still=state.still)


def _event_page(slug: str, *, preview: bool = False) -> Response:
    shown = queries.event_page(found(events.by_slug(slug)))
    days = programme.by_day(shown.sessions[: queries.BRIEF], shown.event)
    return page(
        "site/event.html",
        page=shown,
        event=shown.event,
        hosts=[(role, list(rows)) for role, rows in groupby(shown.hosts, key=attrgetter("role"))],
        days=days,
        preview=preview,
        faces=queries.FACES,
        brief=queries.BRIEF,
        countdown=countdown(
            shown.event.starts_at, shown.event.ends_at, shown.event.zone, clock.local_day(clock.now(), shown.event.zone)
        ),
        structured=jsonld.dumps(event_data(shown, images=[assets.address(photo.path) for photo in shown.photos])),
    )


@views.get("/robots.txt")
def robots() -> Response:
    """Everything public may be read by machines; personal addresses are nobody's to index."""
    lines = [
        "User-agent: *",
        "Disallow: /manage",
        "Disallow: /registrations/",
        "Disallow: /agenda/",
        "Disallow: /proposals/",
        "Disallow: /speaking/",
        "Allow: /",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


@views.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@views.get("/readyz")
def readyz() -> ResponseReturnValue:
    """503: send visitors elsewhere. 200 and "degraded": they are served, and somebody should look at what is named."""
    try:
        parts = health.report()
    except health.NotReady as reason:
        return jsonify(status="not ready", database=str(reason)), 503
    return jsonify(status="degraded" if health.degraded(parts) else "ok", **parts)

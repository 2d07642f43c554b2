"""Home, list of events, event page, robots.txt and health checks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from eventapp.core import clock, languages
from eventapp.core.errors import or_404
from eventapp.core.forms import page_number
from eventapp.core.pages import cached_page, page, valid_until
from eventapp.core.parameters import one_of, parameters, text
from eventapp.core.revisions import known
from eventapp.events import maps
from eventapp.events import queries as events
from eventapp.events.maps import MapLink
from eventapp.events.models import Event, Venue
from eventapp.events.public import event_page
from eventapp.events.queries import EventFilter, Shown
from eventapp.events.rules import EventFormat, EventKind
from eventapp.ical import jsonld
from eventapp.media import cards
from eventapp.media import queries as media
from eventapp.programme import queries as programme
from eventapp.proposals import queries as proposals
from eventapp.site import health, listing, queries, speaker_index
from eventapp.site.structured import event_data
from eventapp.site_settings.profile import profile
from eventapp.site_settings.rules import LegalPage

views = Blueprint("site", __name__)

PER_PAGE = 40  # past events

E = TypeVar("E", bound=StrEnum)


@views.get("/")
@parameters()
def home() -> ResponseReturnValue:
    """Upcoming and past events."""

    def build() -> Response:
        now = clock.now()
        coming = listing.listed(events.listed(since=now, limit=12))
        past = listing.listed(events.listed(until=now, limit=6))
        return page("site/home.html", coming=coming, past=past)

    version, is_fresh = known("events")
    return cached_page(version, build, is_fresh=is_fresh)


@views.get("/events", endpoint="events")
@parameters(
    kind=one_of(EventKind),
    format=one_of(EventFormat),
    country=text(2),
    year=text(4),
    series=text(80),
    q=text(100),
    page=text(4),
    month=text(7),
)
def events_list() -> ResponseReturnValue:
    """All public events, filtered by GET parameters: the upcoming ones, and the past ones in pages; or a month."""
    month = _month(request.args.get("month", ""))
    version, is_fresh = known("events")
    return cached_page(version, _events_page if month is None else lambda: _month_page(month), is_fresh=is_fresh)


def _month(typed: str) -> date | None:
    """The first day of a month such as 2027-01; None for anything else."""
    try:
        found = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return None
    return found if len(typed) == 7 and 1900 < found.year < 2200 else None


def _month_page(first: date) -> Response:
    wanted = _event_filter()
    return page(
        "site/events.html",
        shown_month=listing.month_of(first, wanted),
        filtered=wanted != EventFilter(),
        today=clock.now().date(),
        **_choices(),
    )


def _choices() -> dict[str, object]:
    """What the list of events can be filtered by."""
    countries, years, series = events.filters()
    kinds = {"kinds": list(EventKind), "formats": list(EventFormat)}
    return {"countries": countries, "years": years, "series": series, **kinds}


def _events_page() -> Response:
    now, wanted, number = clock.now(), _event_filter(), page_number(request.args.get("page"))
    past = events.listed(wanted, until=now, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
    coming = events.listed(wanted, since=now) if number == 1 else []
    return page(
        "site/events.html",
        coming=listing.by_month(listing.listed(coming)),
        past=listing.by_month(listing.listed(past[:PER_PAGE])),
        number=number,
        more=len(past) > PER_PAGE,
        shown_month=None,
        filtered=wanted != EventFilter(),
        today=now.date(),
        **_choices(),
    )


def _event_filter() -> EventFilter:
    year = request.args.get("year", "")
    return EventFilter(
        kind=_member(EventKind, request.args.get("kind", "")),
        format=_member(EventFormat, request.args.get("format", "")),
        country=request.args.get("country", "")[:2],
        year=int(year) if len(year) == 4 and year.isdecimal() else None,
        series=request.args.get("series", ""),
        text=request.args.get("q", "").strip(),
    )


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in set(kind) else None


@views.get("/events/<slug>")
@parameters()
@event_page(shown=Shown.SEATS)
def event(event: Event) -> Response:
    """The event page. A draft is shown to its team only."""
    shown = queries.event_page(event)
    valid_until(event.starts_at, event.ends_at, *(m for o in shown.options for m in (o.opens_at, o.closes_at)))
    return page(
        "site/event.html",
        page=shown,
        event=event,
        hosts=[(role, list(rows)) for role, rows in groupby(shown.hosts, key=attrgetter("role"))],
        days=programme.by_day(shown.sessions[: queries.BRIEF], event),
        hours_by_day=queries.hours_by_day(event, programme.by_day(shown.sessions, event)),
        preview=not event.public,
        venues=[(venue, _maps_of(venue)) for venue in shown.venues if shown.has_directions],
        faces=queries.FACES,
        brief=queries.BRIEF,
        card=cards.event_card(event, hosts=shown.hosts, pictures=shown.pictures),
        structured=_structured(shown),
    )


def _structured(shown: queries.EventPage) -> Markup:
    images = [one.address() for one in shown.pictures.all_shown]
    return jsonld.dumps(event_data(shown, images=images, language=languages.reader()))


def _maps_of(venue: Venue) -> list[MapLink]:
    name, address = (languages.resolve(text).text for text in (venue.name, venue.address))
    return maps.links(name, address, venue.geo)


@views.get("/events/<slug>/speakers")
@parameters(q=text(100))
@event_page()
def speakers(event: Event) -> Response:
    """Everybody with a part in the programme, and the call for speakers while it is open."""
    typed = request.args.get("q", "").strip()
    people = programme.speakers_of(event)
    shown = speaker_index.matching(people, typed)
    pictures = media.pictures(event)
    index = speaker_index.groups(shown, languages.reader()) if speaker_index.indexed(shown) else []
    return page(
        "site/speakers.html",
        event=event,
        total=len(people),
        speakers=shown,
        index=index,
        searched=typed,
        searchable=bool(typed) or speaker_index.indexed(people),
        photos=pictures.speakers,
        card=cards.event_card(event, pictures=pictures),
        day=event.first_day,
        call=proposals.open_call(event),
    )


@views.get("/<any(imprint, privacy, accessibility):name>")
@parameters()
def legal(name: str) -> ResponseReturnValue:
    """A page about the site itself, if its administrators have written it."""

    def build() -> Response:
        shown = LegalPage(name)
        return page("site/legal.html", heading=shown.label, text=or_404(profile().pages.get(shown)))

    version, is_fresh = known("site")
    return cached_page(version, build, is_fresh=is_fresh)


@views.get("/robots.txt")
def robots() -> Response:
    """Allow crawlers on public pages; keep desk pages and private links out."""
    lines = [
        "User-agent: *",
        "Disallow: /manage",
        "Disallow: /registrations/",
        "Disallow: /invitations/",
        "Disallow: /agenda/",
        "Disallow: /proposals/",
        "Disallow: /speaking/",
        "Allow: /",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


@views.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Tell that the process answers."""
    return jsonify(status="ok")


@views.get("/readyz")
def readyz() -> ResponseReturnValue:
    """503: send visitors elsewhere. 200 with "degraded": visitors are served, but the named part needs attention."""
    try:
        parts = health.report(newest=current_app.config["DATABASE_VERSION"])
    except health.NotReady as reason:
        return jsonify(status="not ready", database=str(reason)), 503
    return jsonify(status="degraded" if health.degraded(parts) else "ok", **parts)

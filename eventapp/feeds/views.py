"""Calendars to subscribe to and to download. One statement decides whether anything must be read or written."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from eventapp.core.caching import ResponseCache
from eventapp.core.errors import or_404
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface, resolve
from eventapp.core.links import base_url
from eventapp.core.localized import LocalizedText, ResolvedText
from eventapp.core.pages import page
from eventapp.core.parameters import one_of, parameters, text
from eventapp.entries import build as entries
from eventapp.events.models import Event
from eventapp.events.public import event_page
from eventapp.feeds import content as feeds
from eventapp.feeds import deadlines, links, parts, queries, unpublished
from eventapp.feeds import state as states
from eventapp.feeds.answer import CHOICES, ICS, JCAL, PARAMETERS, FeedOptions, answer
from eventapp.feeds.choices import ALARMS, Choice, reminder
from eventapp.feeds.parts import SliceFinder
from eventapp.feeds.state import State
from eventapp.ical import jcal
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import NO_IMAGE, CalendarHead
from eventapp.media import queries as media
from eventapp.site_settings.profile import profile

views = Blueprint("feeds", __name__)


@views.record_once
def _create_cache(setup: BlueprintSetupState) -> None:
    setup.app.extensions["feeds"] = ResponseCache()


@views.get("/events/<slug>/calendar.ics")
@views.get("/events/<slug>/calendar.jcal", endpoint="event_jcal")
@parameters(**CHOICES)
def event(slug: str) -> Response:
    """The feed of an event, also as jCal (RFC 7265).

    A former slug works as well: calendar apps do not follow redirects reliably.
    """
    return _feed(slug, "calendar", span=True)


@views.get("/events/<slug>/tracks/<key>.ics")
@views.get("/events/<slug>/tracks/<key>.jcal", endpoint="track_jcal")
@parameters(**CHOICES)
def track(slug: str, key: str) -> Response:
    """The sessions of one track."""
    return _feed(slug, f"tracks/{key}", of=parts.of_track(key))


@views.get("/events/<slug>/rooms/<key>.ics")
@views.get("/events/<slug>/rooms/<key>.jcal", endpoint="room_jcal")
@parameters(**CHOICES)
def room(slug: str, key: str) -> Response:
    """The sessions in one room."""
    return _feed(slug, f"rooms/{key}", of=parts.of_room(key))


@views.get("/events/<slug>/speakers/<code>.ics")
@views.get("/events/<slug>/speakers/<code>.jcal", endpoint="speaker_jcal")
@parameters(**CHOICES)
def speaker(slug: str, code: str) -> Response:
    """The sessions of one speaker."""
    return _feed(slug, f"speakers/{code}", of=parts.of_speaker(code))


@views.get("/events/<slug>/sessions/<code>.ics")
@views.get("/events/<slug>/sessions/<code>.jcal", endpoint="session_jcal")
@parameters(**PARAMETERS)
def session(slug: str, code: str) -> Response:
    """One session to download."""
    state = or_404(states.state(slug))
    or_404((state.public and queries.has_session(state, code)) or None)
    options = FeedOptions.of_request(f"/events/{state.slug}/sessions/{code}.{_ending()}")

    def write() -> bytes:
        return feeds.session_file(queries.one_session(state, code), options)

    return _answer(options, state, write, name=f"{state.slug}-{code}", attached=True)


@views.get("/calendar.ics")
@views.get("/calendar.jcal", endpoint="everything_jcal")
@parameters(**PARAMETERS)
def everything() -> Response:
    """The feed of all listed events."""
    options = FeedOptions.of_request(f"/calendar.{_ending()}")
    return _answer(options, states.listed_state(), lambda: _everything(options), name="calendar")


@views.get("/qr/<path:feed>.svg")
@parameters(**CHOICES)
def code(feed: str) -> Response:
    """A feed URL as a QR code, with the options in the query. No other URL of this site has one."""
    or_404(links.DRAWN.fullmatch(f"/{feed}"))
    options = FeedOptions.of_request(f"/{feed}.ics", span=None if feed == "calendar" else feed.endswith("/calendar"))
    response = Response(or_404(links.qr_file(links.webcal_of(options.address))), content_type="image/svg+xml")
    response.cache_control.public = True
    response.cache_control.max_age = 24 * 3600  # the image for a URL never changes
    return response


@views.get("/events/<slug>/calendar")
@parameters(part=text(120), language=text(16), chosen=one_of(["1"]), **CHOICES)
@event_page(drafts=False)
def choose(event: Event) -> Response:
    """Choose the content of one's calendar of an event. The form changes nothing: it results in a feed URL."""
    offered = parts.of_programme(event.id, queries.document(or_404(states.state(event.slug))))
    names = {part.path: part.name for _kind, rows in offered for part in rows}
    spoken = list(dict.fromkeys([interface(), *event.languages]))
    choice = Choice.of(request.args, parts=names, languages=spoken, usual=interface())
    name = resolve(names[choice.part] if choice.part else event.title).text
    missing = request.args.get("part", "") not in {"", *names}
    response = page(
        "feeds/choose.html",
        event=event,
        parts=offered,
        spoken=spoken,
        choice=choice,
        missing=missing,
        alarms=ALARMS,
        reminder=reminder,
        sentence=choice.sentence(name),
        links=links.links_of(choice.path(event.slug), name=name),
    )
    response.status_code = 422 if missing else 200
    return response


def _feed(slug: str, path: str, *, of: SliceFinder | None = None, span: bool = False) -> Response:
    """The feed of an event or a part of it: current, cancelled because it was unpublished, or 404."""
    state = or_404(states.state(slug, deadlines=request.args.get("deadlines") == "1"))
    options = FeedOptions.of_request(f"/events/{state.slug}/{path}.{_ending()}", span=span)
    or_404(state if state.public or state.unpublished else None)
    name, part = or_404(of(state)) if of else (None, "")

    file = state.slug if of is None else f"{state.slug}-{path.replace('/', '-')}"
    return _answer(options, state, lambda: _event(options, state, part, name), name=file)


def _ending() -> str:
    return "jcal" if request.path.endswith(".jcal") else "ics"


def _answer(
    options: FeedOptions, state: State, write: Callable[[], bytes], *, name: str, attached: bool = False
) -> Response:
    """The calendar as a file of that name, in the format that the URL requests."""
    ending = _ending()
    return answer(
        options,
        state.version,
        state.modified,
        write if ending == "ics" else lambda: jcal.from_calendar(write()),
        is_fresh=state.is_fresh,
        until=state.until,
        name=f"{name}.{ending}",
        kind=ICS if ending == "ics" else JCAL,
        attached=attached,
    )


def _event(options: FeedOptions, state: State, path: str, part: LocalizedText | None) -> bytes:
    if not state.public:
        return feeds.unpublished_feed(state, options, path=path)
    closings = deadlines.of_event(state.id or 0) if options.deadlines else []
    return feeds.feed(
        queries.programme(state, path),
        options,
        part=part,
        deadlines=[one for one in closings if state.keeps_removed or not one.removed],
        image=media.poster_address(state.id or 0) if options.span else NO_IMAGE,
    )


def _everything(options: FeedOptions) -> bytes:
    with options.locale.active() as locale:
        head = CalendarHead(
            name=profile().name.resolve(locale.shown),
            description=ResolvedText(_("All public events"), locale.shown),
            url=f"{base_url()}/events{options.links.query}",
            source=options.address,
            zone="UTC",
            colour="navy",
        )
        rows = entries.events_entries(queries.listed(), locale=locale, links=options.links)
        rows += [
            unpublished.event_entry(row, locale=locale, all_day=not entries.one_day(row)) for row in queries.unlisted()
        ]
        return ics.feed(head, rows, utc=options.utc, alarm=options.alarm)

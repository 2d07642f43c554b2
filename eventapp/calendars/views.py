"""Calendars to subscribe to and to download. One statement decides whether anything has to be read or written."""

from __future__ import annotations

import json
from collections.abc import Callable

import icalendar
from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from eventapp.calendars import entries, ics, queries
from eventapp.calendars.answer import JCAL, Wish, answer
from eventapp.calendars.ics import CalendarHead
from eventapp.calendars.queries import State
from eventapp.core.errors import found
from eventapp.core.languages import gettext as _
from eventapp.core.links import base_url
from eventapp.core.shelf import Shelf
from eventapp.core.words import Said, Words
from eventapp.programme.published import PublishedSession

views = Blueprint("calendars", __name__)


@views.record_once
def _make_shelf(setup: BlueprintSetupState) -> None:
    setup.app.extensions["calendars"] = Shelf()


@views.get("/events/<slug>/calendar.ics")
def event(slug: str) -> Response:
    """The feed of an event. A former slug answers as well: calendar programs do not follow redirects reliably."""
    state = _visible(slug)
    wish = Wish.of_request(f"/events/{state.slug}/calendar.ics")
    return _feed(slug, wish, state, lambda: _event(wish, state), name=f"{state.slug}.ics")


@views.get("/events/<slug>/calendar.jcal")
def event_jcal(slug: str) -> Response:
    """The same as jCal (RFC 7265)."""
    state = _visible(slug)
    wish = Wish.of_request(f"/events/{state.slug}/calendar.jcal")
    return _feed(slug, wish, state, lambda: _as_jcal(_event(wish, state)), name=f"{state.slug}.jcal", kind=JCAL)


@views.get("/events/<slug>/tracks/<key>.ics")
def track(slug: str, key: str) -> Response:
    """The sessions of one track."""
    state = _visible(slug)
    shown = found(next((one for one in queries.document(state).tracks if one.slug == key), None))
    return _part(slug, state, f"tracks/{key}", shown.name, lambda s: s.track is not None and s.track.slug == key)


@views.get("/events/<slug>/rooms/<key>.ics")
def room(slug: str, key: str) -> Response:
    """The sessions in one room."""
    state = _visible(slug)
    shown = found(next((one for one in queries.document(state).rooms if one.slug == key), None))
    return _part(slug, state, f"rooms/{key}", shown.name, lambda s: any(one.slug == key for one in s.rooms))


@views.get("/events/<slug>/speakers/<code>.ics")
def speaker(slug: str, code: str) -> Response:
    """The sessions of one speaker."""
    state = _visible(slug)
    number, name = found(queries.speaker(state, code))
    return _part(slug, state, f"speakers/{code}", name, lambda s: queries.speaks(s, number))


@views.get("/events/<slug>/sessions/<code>.ics")
def session(slug: str, code: str) -> Response:
    """One session to download."""
    state = _visible(slug)
    found(queries.has_session(state, code) or None)
    wish = Wish.of_request(f"/events/{state.slug}/sessions/{code}.ics")
    name = f"{state.slug}-{code}.ics"
    return _feed(slug, wish, state, lambda: _session(wish, state, code), name=name, attached=True)


@views.get("/calendar.ics")
def everything() -> Response:
    """The feed of all listed events."""
    wish = Wish.of_request("/calendar.ics")
    state = queries.listed_state()
    return answer(
        wish,
        state.version,
        state.modified,
        lambda: _everything(wish),
        still=lambda: queries.listed_state() == state,
        name="calendar.ics",
    )


def _visible(slug: str) -> State:
    state = queries.state(slug)
    return found(state if state is not None and state.public else None)


def _feed(
    slug: str, wish: Wish, state: State, write: Callable[[], bytes], *, name: str, kind: str = "text/calendar",
    attached: bool = False,
) -> Response:  # fmt: skip
    return answer(
        wish,
        state.version,
        state.modified,
        write,
        still=lambda: queries.state(slug) == state,
        name=name,
        kind=kind,
        attached=attached,
    )


def _part(slug: str, state: State, path: str, name: Words, wanted: Callable[[PublishedSession], bool]) -> Response:
    wish = Wish.of_request(f"/events/{state.slug}/{path}.ics")
    return _feed(
        slug,
        wish,
        state,
        lambda: _event(wish, state, wanted=wanted, part=name),
        name=f"{state.slug}-{path.replace('/', '-')}.ics",
    )


def _event(
    wish: Wish,
    state: State,
    *,
    wanted: Callable[[PublishedSession], bool] | None = None,
    part: Words | None = None,
) -> bytes:
    programme = queries.programme(state, wanted)
    with wish.voice.speaking() as voice:
        head = entries.programme_head(programme, voice=voice, links=wish.links, source=wish.address, part=part)
        rows = entries.programme_entries(programme, voice=voice, links=wish.links, span=part is None)
        return ics.feed(head, rows, utc=wish.utc, alarm=wish.alarm)


def _as_jcal(data: bytes) -> bytes:
    return json.dumps(icalendar.Calendar.from_ical(data).to_jcal(), ensure_ascii=False, indent=None).encode()


def _session(wish: Wish, state: State, code: str) -> bytes:
    programme = queries.one_session(state, code)
    with wish.voice.speaking() as voice:
        entry = entries.session_entry(
            programme.sessions[0], programme.event, voice=voice, links=wish.links, parent=False
        )
        return ics.single(entry, utc=wish.utc, alarm=wish.alarm)


def _everything(wish: Wish) -> bytes:
    with wish.voice.speaking() as voice:
        head = CalendarHead(
            name=Said(current_app.config["SETTINGS"].site_name, "en"),
            description=Said(_("All public events"), voice.shown),
            url=f"{base_url()}/events{wish.links.query}",
            source=wish.address,
            zone="UTC",
            colour="navy",
        )
        rows = entries.events_entries(queries.listed(), voice=voice, links=wish.links)
        return ics.feed(head, rows, utc=wish.utc, alarm=wish.alarm)

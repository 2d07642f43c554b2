"""Calendars to subscribe to and to download. One statement decides whether anything has to be read or written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import time
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from eventapp.calendars import entries, ics, queries
from eventapp.calendars.entries import Links, Voice
from eventapp.calendars.ics import CalendarHead
from eventapp.calendars.queries import State
from eventapp.core import express
from eventapp.core.errors import found
from eventapp.core.languages import gettext as _
from eventapp.core.links import base_url
from eventapp.core.shelf import Shelf
from eventapp.core.words import TAG, Said

views = Blueprint("calendars", __name__)


@views.record_once
def _make_shelf(setup: BlueprintSetupState) -> None:
    setup.app.extensions["calendars"] = Shelf()


@dataclass(frozen=True)
class Wish:
    """What the address asks for. Only the address: calendar programs send no Accept-Language, or their server's.

    `path` has the present slug also where a former one was asked for, so both give the same bytes.
    """

    path: str
    asked: str | None
    utc: bool

    @classmethod
    def of_request(cls, path: str) -> Wish:
        tag = request.args.get("lang", "")
        return cls(path, tag if TAG.fullmatch(tag) else None, request.args.get("tz", "").lower() == "utc")

    @property
    def voice(self) -> Voice:
        return Voice(self.asked or "en")

    @property
    def links(self) -> Links:
        return Links.of(base_url(), language=self.asked)

    @property
    def address(self) -> str:
        """The address in one spelling: the calendar's own, and its name on the shelf."""
        query = {"lang": self.asked, "tz": "utc" if self.utc else None}
        wanted = urlencode({key: value for key, value in query.items() if value})
        return f"{base_url()}{self.path}" + (f"?{wanted}" if wanted else "")


@views.get("/events/<slug>/calendar.ics")
def event(slug: str) -> Response:
    """The feed of an event. A former slug answers as well: calendar programs do not follow redirects reliably."""
    state = _visible(queries.state(slug))
    wish = Wish.of_request(f"/events/{state.slug}/calendar.ics")
    return _answer(
        wish, state, lambda: _event(wish, state), still=lambda: queries.state(slug) == state, name=f"{state.slug}.ics"
    )


@views.get("/events/<slug>/sessions/<code>.ics")
def session(slug: str, code: str) -> Response:
    """One session to download."""
    state = _visible(queries.state(slug))
    found(queries.has_session(state, code) or None)
    wish = Wish.of_request(f"/events/{state.slug}/sessions/{code}.ics")
    return _answer(
        wish,
        state,
        lambda: _session(wish, state, code),
        still=lambda: queries.state(slug) == state,
        name=f"{state.slug}-{code}.ics",
        attached=True,
    )


@views.get("/calendar.ics")
def everything() -> Response:
    """The feed of all listed events."""
    wish = Wish.of_request("/calendar.ics")
    state = queries.listed_state()
    return _answer(
        wish, state, lambda: _everything(wish), still=lambda: queries.listed_state() == state, name="calendar.ics"
    )


def _visible(state: State | None) -> State:
    return found(state if state is not None and state.public else None)


def _event(wish: Wish, state: State) -> bytes:
    programme = queries.programme(state)
    with wish.voice.speaking() as voice:
        head = entries.programme_head(programme, voice=voice, links=wish.links, source=wish.address)
        return ics.feed(head, entries.programme_entries(programme, voice=voice, links=wish.links), utc=wish.utc)


def _session(wish: Wish, state: State, code: str) -> bytes:
    programme = queries.one_session(state, code)
    with wish.voice.speaking() as voice:
        entry = entries.session_entry(
            programme.sessions[0], programme.event, voice=voice, links=wish.links, parent=False
        )
        return ics.single(entry, utc=wish.utc)


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
        return ics.feed(head, entries.events_entries(queries.listed(), voice=voice, links=wish.links), utc=wish.utc)


def _answer(
    wish: Wish,
    state: State,
    write: Callable[[], bytes],
    *,
    still: Callable[[], bool],
    name: str,
    attached: bool = False,
) -> Response:
    """304 where the caller has this version; else the kept bytes, else newly written ones.

    The ETag is strong: equal for equal bytes, and another one for the packed form.
    """
    parts = (ics.VERSION, wish.address, current_app.config["SETTINGS"].site_name, *state.version)
    etag = hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
    zipped = bool(request.accept_encodings["gzip"])
    if _has(etag, state):
        response = Response(status=304, mimetype="text/calendar")
    else:
        shelf: Shelf = current_app.extensions["calendars"]
        kept = shelf.get(wish.address, etag) or shelf.put(wish.address, etag, write())
        express.offer(etag=etag, body=kept.body, packed=kept.packed, still=still, until=time() + 3600)
        response = Response(kept.packed if zipped else kept.body, content_type="text/calendar; charset=utf-8")
        response.headers.set("Content-Disposition", "attachment" if attached else "inline", filename=name)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{etag}-gz" if zipped else etag)
    response.last_modified = state.modified
    response.vary.add("Accept-Encoding")
    # Keep it, but ask: a changed room must not wait for a cache, and asking costs one statement.
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return response


def _has(etag: str, state: State) -> bool:
    """Whether the caller has this version (RFC 9110 §13.2.2). The date counts only where no ETag is sent."""
    if "If-None-Match" in request.headers:
        known = request.if_none_match
        return known.star_tag or known.contains_weak(etag) or known.contains_weak(f"{etag}-gz")
    since = request.if_modified_since
    # HTTP dates have whole seconds.
    return since is not None and state.modified is not None and state.modified - since < timedelta(seconds=1)

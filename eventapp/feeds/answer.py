"""Responses with a calendar: the options in the URL, and 304 if the client has the current version."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time
from typing import cast
from urllib.parse import urlencode

from flask import Response, current_app, request

from eventapp.core import cache_middleware
from eventapp.core.caching import ResponseCache
from eventapp.core.limits import building
from eventapp.core.links import base_url
from eventapp.core.localized import TAG
from eventapp.core.parameters import Known, nearest, one_of
from eventapp.entries.locale import FeedLocale, Links
from eventapp.feeds.choices import ALARMS
from eventapp.ical import vcalendar as ics
from eventapp.site_settings.profile import profile

ICS, JCAL = "text/calendar", "application/calendar+json"

# Options of all calendars. A free number of minutes would mean as many calendars to write and cache.
PARAMETERS: Known = {
    "tz": lambda typed: "utc" if typed.lower() == "utc" else "",
    "alarm": nearest([0, *ALARMS], most=7 * 24 * 60),
}
# Additional options of an event and its parts.
CHOICES: Known = {**PARAMETERS, "deadlines": one_of(["1"]), "span": one_of(["0", "1"])}


@dataclass(frozen=True)
class FeedOptions:
    """The options in a feed URL. Only the URL counts: calendar apps send no Accept-Language, or their server's.

    `path` has the current slug even if a former one was requested, so that both return the same bytes. `alarm` is how
    many minutes before each session the calendar app should remind, rounded to the nearest number on offer; None for no
    reminder. Feeds of an event and its parts also have `deadlines`, and `span` if it differs from what is `usual` for
    the feed.
    """

    path: str
    asked: str | None
    utc: bool
    alarm: int | None = None
    deadlines: bool = False
    span: bool | None = None
    usual: bool | None = None

    @classmethod
    def of_request(cls, path: str, *, span: bool | None = None) -> FeedOptions:
        """`span`: whether the feed has it by default; None for a feed without this option."""
        tag = request.args.get("lang", "")
        alarm = PARAMETERS["alarm"](request.args.get("alarm", ""))
        return cls(
            path,
            tag if TAG.fullmatch(tag) else None,
            bool(PARAMETERS["tz"](request.args.get("tz", ""))),
            int(alarm) if alarm else None,
            deadlines=span is not None and request.args.get("deadlines") == "1",
            span={"0": False, "1": True}.get(request.args.get("span", ""), span) if span is not None else None,
            usual=span,
        )

    @property
    def locale(self) -> FeedLocale:
        return FeedLocale(self.asked or "en")

    @property
    def links(self) -> Links:
        return Links.of(base_url(), language=self.asked)

    @property
    def address(self) -> str:
        """The canonical URL: the SOURCE of the calendar and its cache key."""
        query = {
            "lang": self.asked,
            "tz": "utc" if self.utc else None,
            "alarm": self.alarm,
            "deadlines": 1 if self.deadlines else None,
            "span": int(bool(self.span)) if self.span != self.usual else None,
        }
        wanted = urlencode({key: value for key, value in query.items() if value is not None})
        return f"{base_url()}{self.path}" + (f"?{wanted}" if wanted else "")


def cache() -> ResponseCache:
    """What was written for the same URL before, and found by the check."""
    return cast(ResponseCache, current_app.extensions["feeds"])


def answer(
    options: FeedOptions,
    version: tuple[object, ...],
    modified: datetime | None,
    write: Callable[[], bytes],
    *,
    name: str,
    is_fresh: Callable[[], bool | None] | None = None,
    until: float = math.inf,
    attached: bool = False,
    kind: str = ICS,
    personal: bool = False,
) -> Response:
    """304 if the client has this version; otherwise the cached bytes, or newly written ones.

    `version` must change with everything that is written; `modified` is when it last changed. The ETag is strong: equal
    for equal bytes, and different for the gzipped form. `is_fresh` later tells, without Flask, whether the version is
    current, until `until` (seconds since 1970). A `personal` calendar is for its owner only and not stored by shared
    caches.
    """
    parts = (ics.VERSION, options.address, sorted(profile().name.items()), *version)
    etag = hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
    zipped = bool(request.accept_encodings["gzip"])
    if _has(etag, modified):
        response = Response(status=304, mimetype=kind)
    else:
        cached = cache().get(options.address, etag)
        if cached is None:
            # The servers of a calendar service fetch for all its users, from a few IP addresses.
            with building(options.path if personal else None):
                cached = cache().put(options.address, etag, write())
        if is_fresh is not None:
            cache_middleware.offer(
                etag=etag, body=cached.body, gzipped=cached.gzipped, is_fresh=is_fresh, until=min(time() + 3600, until)
            )
        response = Response(cached.gzipped if zipped else cached.body)
        response.content_type = f"{kind}; charset=utf-8" if kind == ICS else kind
        response.headers.set("Content-Disposition", "attachment" if attached else "inline", filename=name)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{etag}-gz" if zipped else etag)
    response.last_modified = modified
    response.vary.add("Accept-Encoding")
    # Stored but revalidated: a room change must not wait for a cache, and revalidation costs one statement.
    if personal:
        response.cache_control.private = True
    else:
        response.cache_control.public = True
    response.cache_control.no_cache = True
    return response


def _has(etag: str, modified: datetime | None) -> bool:
    """Whether the client has this version (RFC 9110 §13.2.2). The date counts only if no ETag is sent."""
    if "If-None-Match" in request.headers:
        known = request.if_none_match
        return known.star_tag or known.contains_weak(etag) or known.contains_weak(f"{etag}-gz")
    since = request.if_modified_since
    # HTTP dates have whole seconds.
    return since is not None and modified is not None and modified - since < timedelta(seconds=1)

"""Rendering pages: the 422 of a refused form, and the cache of pages that are the same for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from math import inf
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf import FlaskForm
from jinja2.ext import Extension
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core import cache_middleware, clock, languages, localized, markdown
from eventapp.core.caching import CachedResponse, ResponseCache
from eventapp.core.db import finish_writing, undo
from eventapp.core.limits import building
from eventapp.core.localized import LocalizedText, ResolvedText

R = TypeVar("R", bound=BaseResponse)


def page(template: str, **context: Any) -> Response:
    """Render a page outside of any write transaction. A submitted form with errors makes it a 422 and changes
    nothing.
    """
    forms = [value for value in context.values() if isinstance(value, FlaskForm)]
    refused = any(form.is_submitted() and (form.errors or getattr(form, "refusal", None)) for form in forms)
    if refused:
        undo()
    else:
        finish_writing()
    return make_response(render_template(template, **context), 422 if refused else 200)


def cached_page(
    key: str, build: Callable[[], Response], *, is_fresh: Callable[[], bool | None], seconds: int = 60
) -> BaseResponse:
    """A public page from the cache of this process, or built and cached.

    `key` must contain the revisions of everything that the page shows. Pages also depend on the time (open, closed,
    now), so they are cached for at most `seconds`. The ETag is a digest of the bytes: a page that is rebuilt
    identically is a 304. `is_fresh` tells whether `key` is still current, so that the cache middleware can answer later
    requests without Flask. While one thread builds a page, others show its last version.
    """
    cache: ResponseCache = current_app.extensions["pages"]
    present = clock.now().timestamp()
    bucket = int(present // seconds)
    query = request.query_string.decode("ascii", "replace")
    name, version = f"{languages.reader()} {request.path}?{query}", f"{bucket} {key}"
    kept = cache.get(name, version, at=present)
    if kept is None:
        with cache.building(name) as last:
            if last is not None:
                return _answer(last)
            g.pop(_VALID_UNTIL, None)
            with building():
                built = build()
            if built.status_code != 200 or "nonce-" in built.headers.get("Content-Security-Policy", ""):
                return built
            until = min((bucket + 1) * seconds, g.pop(_VALID_UNTIL, inf))
            kept = cache.put(name, version, built.get_data(), built.content_type, until=until)
    cache_middleware.offer(etag=kept.digest, body=kept.body, gzipped=kept.gzipped, is_fresh=is_fresh, until=kept.until)
    return _answer(kept)


_VALID_UNTIL = "valid_until"


def valid_until(*moments: datetime | None) -> None:
    """The page that is being built says something else from the next of these moments on."""
    present = clock.now()
    for moment in moments:
        if moment is not None and moment > present:
            setattr(g, _VALID_UNTIL, min(g.get(_VALID_UNTIL, inf), moment.timestamp()))


def _answer(kept: CachedResponse) -> BaseResponse:
    zipped = request.accept_encodings["gzip"] > 0
    response = Response(kept.gzipped if zipped else kept.body, content_type=kept.content_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{kept.digest}-gz" if zipped else kept.digest)
    response.cache_control.public = True
    response.cache_control.no_cache = True  # stored but revalidated: a room change must not wait
    return response.make_conditional(request.environ)


def private(response: R) -> R:
    """Mark the response of a private link: the URL must not leak to other sites, and nothing may cache the response."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.no_store = True
    return response


def _localized(value: LocalizedText | None) -> Markup:
    """Content in the reader's language, with a `lang` attribute if that differs from the page's."""
    return marked(languages.resolve(value))


def marked(said: ResolvedText, page_language: str | None = None) -> Markup:
    """A text with a `lang` attribute if its language is not the page's (looked up unless the caller passes it)."""
    if said.language == (page_language or languages.interface()) or not said.text:
        return Markup.escape(said.text)
    return Markup('<span lang="{}" dir="{}">{}</span>').format(
        said.language, localized.direction(said.language), said.text
    )


def _prose(value: LocalizedText | None) -> Markup:
    """Render Markdown content in the reader's language."""
    resolved = languages.resolve(value)
    if not resolved.text:
        return Markup()
    return Markup('<div class="prose" lang="{}" dir="{}">{}</div>').format(
        resolved.language, localized.direction(resolved.language), markdown.render(resolved.text)
    )


def same_page(**changes: str) -> str:
    """The URL of this page with other query arguments, without empty ones; the rest of the query is unchanged."""
    asked = {**request.args.to_dict(flat=True), **changes}
    query = {name: value for name, value in asked.items() if value != ""}
    path = quote("/" + request.path.lstrip("/"))  # a path with two slashes would lead to another host
    return f"{path}?{urlencode(query)}" if query else path


def other_language_error(status: int) -> str:
    """A short error message in the language that the page is not in."""
    texts = {
        "en": {
            403: "You don't have access to this page.",
            404: "Page not found.",
            408: "That took too long. Please try again.",
            410: "This page has been removed.",
            413: "The file is too large.",
            503: "The service is not available. Please try again in a minute.",
            422: "We couldn't do that.",
            429: "Too many attempts. Please wait a minute.",
            500: "There is a problem with the service. Please try again.",
        },
        "ja": {
            403: "このページを開く権限がありません。",
            404: "ページが見つかりません。",
            408: "時間がかかりすぎました。もう一度お試しください。",
            410: "このページは削除されました。",
            413: "サイズが大きすぎます。",
            503: "ただいまご利用いただけません。1分ほどしてから、もう一度お試しください。",
            422: "実行できませんでした。",
            429: "操作の回数が多すぎます。1分ほどお待ちください。",
            500: "システムに問題が発生しました。もう一度お試しください。",
        },
    }
    other = "en" if languages.interface() == "ja" else "ja"
    return texts[other].get(status, "")


def short_month(value: date) -> str:
    """The month on a date tile: "NOV", 「11月」."""
    return f"{value.month}月" if languages.interface() == "ja" else value.strftime("%b").upper()


class Unindented(Extension):
    """Removes the indentation of page templates, to save bytes and avoid stray spaces."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE) if (name or "").endswith(".html") else source


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension(Unindented)
    app.extensions["pages"] = ResponseCache()
    app.jinja_env.filters.update(localized=_localized, prose=_prose, marked=marked, country=languages.country)
    app.jinja_env.filters.update(text=lambda value: languages.resolve(value).text)
    app.jinja_env.globals.update(
        day=languages.day,
        days=languages.days,
        month=languages.month,
        weekday=languages.weekday,
        times=languages.times,
        clock_time=languages.clock_time,
        clock_span=languages.clock_span,
        dash=languages.dash,
        short_moment=languages.short_moment,
        zone_after=languages.zone_after,
        zone_short=languages.zone_short,
        zone_in_full=languages.zone_in_full,
        zone_name=languages.zone_name,
        language_name=languages.language_name,
        listing=languages.listing,
        interface=languages.interface,
        reader=languages.reader,
        now=clock.now,
        same_page=same_page,
        short_month=short_month,
        direction=localized.direction,
        other_language_error=other_language_error,
        languages_day=languages.day_of,
        moment_of=languages.moment_of,
        short_day=languages.short_day,
        spoken_list=languages.spoken_list,
    )

"""Public counts: the sentence with its basis and the rows behind each number, as a page and as JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.attendance import forms, queries, rules
from eventapp.attendance.rules import Basis, Counts, CountStatement
from eventapp.core.errors import Refused, or_404
from eventapp.core.languages import country, resolve
from eventapp.core.pages import cached_page, page
from eventapp.core.parameters import one_of, parameters, words
from eventapp.events import access
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.queries import PageState

views = Blueprint("attendance", __name__, url_prefix="/events/<slug>")


@views.get("/counts")
@parameters(basis=words(20))
def counts(slug: str) -> ResponseReturnValue:
    """Who takes part, in numbers; only where the team publishes them. People are never named."""
    state = events.page_state(slug)
    if state is None:
        return redirect(url_for(".counts", slug=or_404(events.present_slug(slug))), 301)
    basis = forms.basis(request.args.get("basis"))

    def build() -> Response:
        event = _published(slug)
        return page(
            "attendance/counts.html",
            event=event,
            said=_counted(event, basis),
            reported_counts=queries.reported_counts(event),
            bases=list(rules.COUNTED),
        )

    if not state.public:
        or_404(access.preview(slug))
        return build()
    return cached_page(_key("counts", state), build, is_fresh=state.is_fresh)


@views.get("/counts.json")
@parameters(basis=words(20), proof=one_of(["1"]))
def counts_json(slug: str) -> ResponseReturnValue:
    """The numbers for machines. Where the team keeps its counts to itself, only the team gets them (else 404)."""
    state = events.page_state(slug)
    if state is None:
        return redirect(url_for(".counts_json", slug=or_404(events.present_slug(slug))), 301)
    basis = forms.basis(request.args.get("basis"))
    member = access.preview(slug)
    if member is not None:
        response = _json(member, _counted(member, basis))
        response.cache_control.private = True
        response.cache_control.no_store = True
        return response
    or_404(state if state.public else None)

    def build() -> Response:
        event = _published(slug)
        return _json(event, _counted(event, basis))

    return cached_page(_key("counts.json", state), build, is_fresh=state.is_fresh)


def _published(slug: str) -> Event:
    event = or_404(events.by_slug(slug))
    return or_404(event if event.counts_public else None)


def _key(name: str, state: PageState) -> str:
    return f"{name} {state.id} {state.revisions}"


def _counted(event: Event, basis: Basis) -> CountStatement:
    """The live statement. Raises Refused where the basis has no rows."""
    try:
        return queries.statement(event, basis=basis)
    except rules.NotCounted as none:
        raise Refused(none, field="basis") from none


def _json(event: Event, said: CountStatement) -> Response:
    counts = said.counts
    body: dict[str, Any] = {
        "event": event.slug,
        "as_of": said.as_of.isoformat(timespec="seconds"),
        "basis": counts.basis,
        "people": len(counts.people),
        "by_mode": dict(counts.by_mode),
        "by_status": dict(counts.by_status),
        "cities": {"domestic": len(counts.domestic_cities), "foreign": len(counts.foreign_cities)},
        "countries": {"foreign": len(counts.foreign_countries)},
        "organizations": dict(counts.by_kind),
    }
    if request.args.get("proof") == "1":
        body["proof"] = _proof(counts)
    return jsonify(body)


def _proof(counts: Counts) -> dict[str, Any]:
    """The rows behind the numbers, as far as the public may see them: no people, and no names that somebody typed."""
    return {
        "cities": {
            "domestic": [resolve(city.names).text for city in counts.domestic_cities if city.known],
            "foreign": [
                {"name": resolve(city.names).text, "country": city.country}
                for city in counts.foreign_cities
                if city.known
            ],
        },
        "countries": {"foreign": [{"code": code, "name": country(code)} for code in counts.foreign_countries]},
        "organizations": [
            {"name": resolve(organization.names).text, "kind": organization.kind, "country": organization.country}
            for organization in counts.organizations
            if organization.known
        ],
    }

"""Public counts: the attendance summary with its basis and the rows behind each number, as a page and as JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from eventapp.attendance import forms, queries, rules
from eventapp.attendance.disclosure import FEWEST
from eventapp.attendance.models import ReportedCount
from eventapp.attendance.rules import Basis, Counts, CountStatement
from eventapp.core.errors import or_404
from eventapp.core.languages import country, resolve
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.core.parameters import one_of, parameters, text
from eventapp.core.refusals import Refused
from eventapp.events import access
from eventapp.events.models import Event
from eventapp.events.public import event_page
from eventapp.events.queries import Shown

views = Blueprint("attendance", __name__, url_prefix="/events/<slug>")


@views.get("/counts")
@parameters(basis=text(20))
@event_page(shown=Shown.CHECK_INS)
def counts(event: Event) -> Response:
    """Attendance in numbers, if the team publishes them. People are never named."""
    or_404(event.counts_public or None)
    reported = queries.reported_counts(event)
    return page(
        "attendance/counts.html",
        event=event,
        said=queries.publish(event, _counted(event, forms.basis(request.args.get("basis")), reported)),
        reported_counts=reported,
        bases=queries.bases(event),
    )


@views.get("/counts.json")
@parameters(basis=text(20), proof=one_of(["1"]))
def counts_json(slug: str) -> ResponseReturnValue:
    """The numbers as JSON. If the team does not publish its counts, only the team gets them (else 404)."""
    member = access.member(slug)
    if member is None:
        return _public_counts(slug)
    response = _json(member, _counted(member, forms.basis(request.args.get("basis"))), whole=not member.counts_public)
    response.cache_control.private = True
    response.cache_control.no_store = True
    return response


@event_page(shown=Shown.CHECK_INS, drafts=False)
def _public_counts(event: Event) -> Response:
    or_404(event.counts_public or None)
    return _json(event, _counted(event, forms.basis(request.args.get("basis"))))


def _counted(event: Event, basis: Basis, reported: list[ReportedCount] | None = None) -> CountStatement:
    """The live statement. Raises Refused if the basis has no rows."""
    try:
        return queries.statement(event, basis=basis, reported=reported)
    except rules.NotCounted as none:
        raise Refused(none, field="basis") from none


def _json(event: Event, said: CountStatement, *, whole: bool = False) -> Response:
    """The numbers, without those that would tell of fewer than five people, unless they are for the team (`whole`)."""
    counts = said.counts
    public = None if whole else queries.publish(event, said)
    body: dict[str, Any] = {
        "event": event.slug,
        "as_of": said.as_of.isoformat(timespec="seconds"),
        "basis": counts.basis,
        "people": public.people if public else counts.people,
        "by_mode": dict(public.by_mode if public else counts.by_mode),
        # Of these nobody is named: they are in no number of people.
        "delegations": dict(counts.unnamed),
        "by_status": dict(public.by_status if public else counts.by_status),
        "cities": {"domestic": len(counts.domestic_cities), "foreign": len(counts.foreign_cities)},
        # Their country is not known, so they are in no other number.
        "cities_without_country": len(counts.unplaced),
        "countries": {"foreign": len(counts.foreign_countries)},
        "organizations": dict(counts.by_kind),
    }
    if public is not None and not public.whole:
        body["note"] = _note()
    if request.args.get("proof") == "1":
        body["proof"] = _proof(counts)
    return jsonify(body)


def _note() -> str:
    """Why some numbers are null."""
    return _(
        "Numbers of fewer than %(number)d people are not published (null), nor are numbers from which they could be "
        "worked out.",
        number=FEWEST,
    )


def _proof(counts: Counts) -> dict[str, Any]:
    """The public rows behind the numbers: no people, and no typed names."""
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

"""schedule.xml and schedule.json of a public event, cached as its pages are."""

from __future__ import annotations

from flask import Blueprint, Response, request

from eventapp.core.localized import TAG
from eventapp.core.parameters import parameters
from eventapp.events.models import Event
from eventapp.events.public import event_page
from eventapp.exchange import export

views = Blueprint("exchange", __name__, url_prefix="/events/<slug>")


@views.get("/schedule.<any(xml, json):format>")
@parameters()
@event_page(seconds=3600)  # nothing in it depends on the time of day
def schedule(event: Event, format: str) -> Response:
    """The public programme; of a draft, for its team only. `?lang=` is the language of its texts."""
    asked = request.args.get("lang", "")
    # Programs send no language, or that of their server: only the web address decides.
    language = asked if TAG.fullmatch(asked) else "en"
    return Response(export.written(event, format, language=language), content_type=export.TYPES[format])

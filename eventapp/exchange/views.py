"""schedule.xml and schedule.json of a public event, cached like its pages."""

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
    """The public programme; for the team also that of an unpublished event. `?lang=` is the language of its texts."""
    asked = request.args.get("lang", "")
    # Clients send no Accept-Language, or that of their server: only the URL decides.
    language = asked if TAG.fullmatch(asked) else "en"
    return Response(export.written(event, format, language=language), content_type=export.TYPES[format])

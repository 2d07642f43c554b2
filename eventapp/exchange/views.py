"""schedule.xml and schedule.json of a public event, kept as its pages are."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.errors import or_404
from eventapp.core.localized import TAG
from eventapp.core.pages import cached_page
from eventapp.core.parameters import parameters
from eventapp.events import access
from eventapp.events import queries as events
from eventapp.exchange import export

views = Blueprint("exchange", __name__, url_prefix="/events/<slug>")


@views.get("/schedule.<any(xml, json):format>")
@parameters()
def schedule(slug: str, format: str) -> ResponseReturnValue:
    """The public programme; of a draft, for its team only. `?lang=` is the language of its texts."""
    state = events.page_state(slug)
    if state is None:
        return redirect(url_for(".schedule", slug=or_404(events.present_slug(slug)), format=format), 301)

    def build() -> Response:
        event = or_404(events.by_slug(slug))
        asked = request.args.get("lang", "")
        # Programs ask without a language, or with that of their server: only the address decides.
        language = asked if TAG.fullmatch(asked) else "en"
        return Response(export.written(event, format, language=language), content_type=export.TYPES[format])

    if not state.public:
        or_404(access.preview(slug))
        return build()
    says, _people, directory = state.revisions
    key = f"schedule.{format} {state.id} {says} {directory}"
    # An hour: nothing in it depends on the time of day.
    return cached_page(key, build, is_fresh=state.is_fresh, seconds=3600)

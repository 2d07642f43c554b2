"""Public pages of an event: redirect former slugs, show drafts to the team, serve everybody else from the cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.errors import or_404
from eventapp.core.pages import cached_page
from eventapp.events import access, queries
from eventapp.events.models import Event
from eventapp.events.queries import PageState, Shown

P = ParamSpec("P")
View = Callable[Concatenate[Event, P], Response]


def event_page(
    *, shown: Shown = Shown.NOTHING, drafts: bool = True, seconds: int = 60
) -> Callable[[View[P]], Callable[..., ResponseReturnValue]]:
    """Decorate a view that shows an event to the public: it gets the event and builds the response.

    `shown`: what it shows besides the event itself. `drafts`: the team also sees the page of an event that is not
    public. A page is cached for at most `seconds`.
    """

    def decorate(view: View[P]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answered(slug: str, *args: P.args, **values: P.kwargs) -> ResponseReturnValue:
            def build() -> Response:
                return view(or_404(queries.by_slug(slug)), *args, **values)

            state = queries.page_state(slug, shown)
            if state is None:
                present = or_404(access.current_slug(slug))
                there: dict[str, Any] = {**values, "slug": present}
                return redirect(url_for(request.endpoint or "", **there), 301)
            if not state.public:
                or_404(access.member(slug) if drafts else None)
                return build()
            if access.has_login() and access.member(slug):
                return build()  # with links to the desk
            return cached_page(cache_key(state), build, is_fresh=state.is_fresh, seconds=seconds)

        return answered

    return decorate


def cache_key(state: PageState) -> str:
    """The key of a cached page of this endpoint: everything that it depends on."""
    return " ".join(map(str, (request.endpoint, state.id, *state.revisions)))

"""The permission that each page under /manage/events/<slug> requires."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from flask import current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from eventapp.accounts import rules
from eventapp.accounts.access import signed_in
from eventapp.accounts.models import User
from eventapp.accounts.rules import Permission, Role
from eventapp.core import actors
from eventapp.core.db import SAFE_METHODS
from eventapp.core.errors import or_404
from eventapp.events import queries
from eventapp.events.models import Event

P = ParamSpec("P")
R = TypeVar("R")


def role_of(user: User, event: Event) -> Role | None:
    """The user's role at the event; an administrator owns every event."""
    return queries.role_at(event, user)


def current_slug(former: str) -> str | None:
    """The current slug of an event that used to have this one; None for a visitor who must not know of the event."""
    event = queries.by_former_slug(former)
    if event is None or event.public:
        return event.slug if event is not None else None
    user = signed_in()
    return event.slug if user is not None and role_of(user, event) else None


def moved(endpoint: str, slug: str, **values: Any) -> Response:
    """Redirect from a former slug of an event to its current one, keeping the form data (RFC 9110 §15.4.9), or 404."""
    present = or_404(current_slug(slug))
    return redirect(url_for(endpoint, slug=present, **values), 301 if request.method in SAFE_METHODS else 308)


def requires(permission: Permission) -> Callable[[Callable[Concatenate[Event, P], R]], Callable[..., R]]:
    """Decorate a page under /manage: find the event by `slug`, check the permission, and pass the event to the view.

    A user outside the team gets 404, so that the existence of a draft stays private; a member whose role lacks the
    permission gets 403.
    """

    def decorate(view: Callable[Concatenate[Event, P], R]) -> Callable[..., R]:
        @wraps(view)
        def checked(slug: str, *args: Any, **kwargs: Any) -> R:
            user = signed_in()
            if user is None:
                return cast(R, cast(Any, current_app).login_manager.unauthorized())
            event = queries.by_slug(slug)
            if event is None and current_slug(slug):
                return cast(R, moved(request.endpoint or "", slug, **kwargs))
            role = role_of(user, event) if event else None
            if event is None or role is None:
                raise NotFound
            if not rules.may(role, permission):
                raise Forbidden
            g.desk_role, g.desk_event = role, event
            actors.act_as(actors.user(user.id))
            return view(event, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def has_login() -> bool:
    """Whether the browser has a cookie of somebody who logged in; it may have expired."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def member(slug: str) -> Event | None:
    """The event if the user is in its team, whose permissions `may` then knows; None for everybody else."""
    user = signed_in()
    event = queries.by_slug(slug) if user else None
    role = role_of(user, event) if user and event else None
    if role is None:
        return None
    g.desk_role, g.desk_event = role, event
    return event


def may(permission: str) -> bool:
    """Whether the member who makes this request has the permission. Templates use it to hide links."""
    return rules.may(g.get("desk_role"), Permission(permission))

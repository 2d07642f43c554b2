"""The user who makes the request. Permissions at an event are in events/access.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from eventapp.accounts.models import User
from eventapp.accounts.rules import Permission

P = ParamSpec("P")
R = TypeVar("R")


def signed_in() -> User | None:
    """The organizer who makes this request, or None."""
    return cast(User, current_user._get_current_object()) if current_user.is_authenticated else None


def current_organizer() -> User:
    """The organizer who makes this request. Raises LookupError without a login: use it in views behind `requires`."""
    user = signed_in()
    if user is None:
        raise LookupError("nobody is signed in")
    return user


def needs_login(view: Callable[P, R]) -> Callable[P, R]:
    """Decorate a view for logged-in organizers; others are sent to the login page and back."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if signed_in() is None:
            return cast(R, cast(Any, current_app).login_manager.unauthorized())
        return view(*args, **kwargs)

    checked.permission = Permission.LOGIN  # type: ignore[attr-defined]
    return checked


def needs_administrator(view: Callable[P, R]) -> Callable[P, R]:
    """Decorate a view for administrators; other organizers get 403."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        user = signed_in()
        if user is None:
            return cast(R, cast(Any, current_app).login_manager.unauthorized())
        if not user.admin:
            raise Forbidden
        return view(*args, **kwargs)

    checked.permission = Permission.ADMINISTER  # type: ignore[attr-defined]
    return checked

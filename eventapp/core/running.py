"""The running app for code that is no page: its settings, and itself in other threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app

from eventapp.config import Settings

P = ParamSpec("P")
T = TypeVar("T")


def settings() -> Settings:
    """The settings with which the app was started."""
    return cast(Settings, current_app.config["SETTINGS"])


def here(work: Callable[P, T]) -> Callable[P, T]:
    """The same function, to be called in another thread, with the app of this one."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    @wraps(work)
    def there(*args: P.args, **kwargs: P.kwargs) -> T:
        with app.app_context():
            return work(*args, **kwargs)

    return there

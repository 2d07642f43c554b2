"""The running app for code that is no page: its settings and templates, what it keeps, and itself in other threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, render_template
from jinja2 import Template

from eventapp.config import Settings

P = ParamSpec("P")
T = TypeVar("T")


def settings() -> Settings:
    """The settings with which the app was started."""
    return cast(Settings, current_app.config["SETTINGS"])


def extension(name: str) -> Any:
    """What was added to the app under this name when it was created."""
    return current_app.extensions[name]


def once(name: str, make: Callable[[], T]) -> T:
    """A value that is made once in this request, or in another unit of work."""
    if name not in g:
        setattr(g, name, make())
    return cast(T, getattr(g, name))


def template(name: str) -> Template:
    """A template that is read in parts."""
    return current_app.jinja_env.get_template(name)


def rendered(name: str, **values: Any) -> str:
    """The text of a template, for example of an e-mail; pages are made by `core.pages`."""
    return render_template(name, **values)


def here(work: Callable[P, T]) -> Callable[P, T]:
    """The same function, to be called in another thread, with the app of this one."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    @wraps(work)
    def there(*args: P.args, **kwargs: P.kwargs) -> T:
        with app.app_context():
            return work(*args, **kwargs)

    return there

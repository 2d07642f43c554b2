"""Who makes the changes of the current unit of work, for histories.

A desk page sets its organizer; a public page acts for its visitor; a worker acts for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Nobody: the worker, or what follows from somebody else's act.
SYSTEM = "system"
VISITOR = "visitor"

_actor: ContextVar[str] = ContextVar("actor", default=SYSTEM)


def user(number: int) -> str:
    """The actor that stands for an organizer, by the id."""
    return f"user:{number}"


def user_id(actor: str) -> int | None:
    """The id of the organizer that an actor stands for; None for the others."""
    kind, _colon, number = actor.partition(":")
    return int(number) if kind == "user" else None


def current() -> str:
    """Who makes the changes now."""
    return _actor.get()


def act_as(actor: str) -> None:
    """From here on, changes are made by this actor; a request ends that when it ends."""
    _actor.set(actor)


@contextmanager
def acting(actor: str) -> Iterator[None]:
    """Changes inside are made by this actor."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)

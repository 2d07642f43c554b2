"""What calendars want to know of features above them; create_app says who answers.

Registration and the call for speakers have deadlines, and media has pictures. All of them stand on calendars, so they
can't be asked from here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app

from eventapp.feeds.deadlines import Deadline

DEADLINES = "calendar deadlines"
IMAGE = "calendar image"


def deadlines_of(event_id: int) -> list[Deadline]:
    """The deadlines of an event that the public sees, or saw and has to be told are gone, by time."""
    askers = cast(list[Callable[[int], list[Deadline]]], current_app.extensions[DEADLINES])
    return sorted((one for ask in askers for one in ask(event_id)), key=lambda one: (one.at, one.uid))


def image_of(event_id: int) -> tuple[str, str]:
    """The address of the picture that stands for an event, and its media type; empty ones without."""
    return cast(Callable[[int], tuple[str, str]], current_app.extensions[IMAGE])(event_id)

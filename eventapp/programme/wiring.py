"""What the programme's faces want to know of features above them; create_app says who answers.

The check of a programme looks at who is registered, and registration stands on the programme: it can't be asked from
here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app

from eventapp.directory.models import Person
from eventapp.events.models import Event
from eventapp.programme.conflicts import Audience

AUDIENCE = "programme audience"
OPEN_CALL = "programme open call"
SPEAKER_LINK = "programme speaker link"


def audience_of(event: Event) -> Audience:
    """Who is registered for an event."""
    return cast(Callable[[Event], Audience], current_app.extensions[AUDIENCE])(event)


def open_call_of(event: Event) -> object | None:
    """The call for speakers of an event while it is open, for a page to show."""
    return cast(Callable[[Event], object | None], current_app.extensions[OPEN_CALL])(event)


def speaker_link_of(event: Event, person: Person) -> object | None:
    """The link by which a person confirms or declines at an event, if one was made, for a page to show."""
    return cast(Callable[[Event, Person], object | None], current_app.extensions[SPEAKER_LINK])(event, person)

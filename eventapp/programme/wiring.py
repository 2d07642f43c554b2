"""What the programme's faces want to know of features above them; create_app says who answers.

The check of a programme looks at who is registered, and registration stands on the programme: it can't be asked from
here by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app

from eventapp.events.models import Event
from eventapp.programme.conflicts import Audience

AUDIENCE = "programme audience"


def audience_of(event: Event) -> Audience:
    """Who is registered for an event."""
    return cast(Callable[[Event], Audience], current_app.extensions[AUDIENCE])(event)

"""Publishing the programme, with what follows for the people who are registered."""

from __future__ import annotations

from eventapp.accounts.models import User
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.programme import releases as programme
from eventapp.programme.models import Release
from eventapp.registration import queries, session_seats


def release(
    event: Event, *, user: User | None = None, note: LocalizedText | None = None, despite_errors: bool = False
) -> Release:
    """Publish the programme; where a session now has more seats, they go to its waiting list.

    Raises Refused as the release of the programme does.
    """
    audience = queries.audience(event)
    events.lock(event)  # before the options, as everybody does
    queries.lock_options(event.id)
    made = programme.release(event, user=user, note=note, audience=audience, despite_errors=despite_errors)
    session_seats.promote_all(event)
    return made

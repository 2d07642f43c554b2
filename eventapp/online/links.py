"""The joining links that attendees are sent: their own, or the address itself if the event has no personal links."""

from __future__ import annotations

from collections.abc import Mapping

from eventapp.core.links import absolute
from eventapp.registration.models import Registration


def of_event(registration: Registration) -> str:
    """The link by which an attendee joins the event; "" if it has none."""
    event = registration.event
    if not event.join_url or not event.personal_join_links:
        return event.join_url
    return absolute("online.join", token=registration.token, lang=registration.language)


def of_sessions(registration: Registration, addresses: Mapping[str, str]) -> dict[str, str]:
    """The links by which an attendee joins sessions, by code, from the addresses that these have."""
    if not registration.event.personal_join_links:
        return dict(addresses)
    token, language = registration.token, registration.language
    return {code: absolute("online.join_session", token=token, code=code, lang=language) for code in addresses}

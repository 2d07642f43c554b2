"""Who writes the e-mails of an event: the host by way of this site, with its contact address and a map of the venue."""

from __future__ import annotations

from dataclasses import dataclass

from eventapp.core.languages import gettext as _
from eventapp.core.text import one_line
from eventapp.events import maps
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.rules import HostRole
from eventapp.mail import content
from eventapp.notifications import preloaded, settings


@dataclass(frozen=True)
class EmailIdentity:
    """What all e-mails of an event have in common, in one language."""

    sender_name: str
    reply_to: str
    host: str
    signature: str
    map_url: str


def identity(event: Event, language: str) -> EmailIdentity:
    """The identity of an event, to be called in that language; read once in a batch."""
    return preloaded.once(f"identity {language}", event.id, lambda: _read(event, language))


def _read(event: Event, language: str) -> EmailIdentity:
    chosen = settings.of(event)
    hosts = [one.organization.names.resolve(language).text for one in events.hosts(event) if one.role is HostRole.HOST]
    name = one_line(chosen.sender_name.resolve(language).text or (hosts[0] if hosts else ""))
    contact = chosen.reply_to or event.contact_email
    venue = next(iter(preloaded.venues_of(event.id)), None)
    return EmailIdentity(
        sender_name=_("%(name)s (via %(site)s)", name=name, site=content.sender()[1]) if name else "",
        reply_to=contact,
        host=_("Hosted by: %(names)s", names=_(", ").join(hosts)) if hosts else "",
        signature=content.signature(event.title.resolve(language).text, contact),
        map_url=maps.openstreetmap(venue.address.resolve(language).text, venue.geo) if venue is not None else "",
    )

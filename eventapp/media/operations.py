"""Store and remove pictures."""

from __future__ import annotations

import hashlib

from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.media.models import HostLogo
from eventapp.media.reading import EncodedPicture


def save_logo(event: Event, picture: EncodedPicture | None, *, alt: LocalizedText) -> None:
    """Use this logo in the event's e-mails from now on, or only change what it says (`picture` is None). Raises
    Refused if there is none to change.
    """
    row = db.session.get(HostLogo, event.id)
    if row is None and picture is None:
        raise Refused(_("Choose a file."), field="file")
    if row is None:
        row = HostLogo(event_id=event.id)
        db.session.add(row)
    row.alt = alt
    if picture is not None:
        row.content, row.width, row.height = picture.content, picture.width, picture.height
        row.digest = hashlib.sha256(picture.content).hexdigest()[:32]
    db.session.flush()


def remove_logo(event: Event) -> None:
    """Send e-mails without a logo, also those that wait."""
    row = db.session.get(HostLogo, event.id)
    if row is not None:
        db.session.delete(row)
        db.session.flush()

"""The settings of an event's e-mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.notifications import preloaded
from eventapp.notifications.models import EmailSettings


def of(event: Event) -> EmailSettings:
    """The event's settings, or the defaults; read once in a batch."""
    return preloaded.once(
        "settings", event.id, lambda: db.session.get(EmailSettings, event.id) or EmailSettings.usual()
    )


def save(event: Event, values: Mapping[str, Any]) -> None:
    """Change the settings named in `values`."""
    row = db.session.get(EmailSettings, event.id)
    if row is None:
        row = EmailSettings.usual()
        row.event_id = event.id
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()

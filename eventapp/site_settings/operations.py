"""Changing the settings of the site."""

from __future__ import annotations

from typing import Any

from eventapp.core.db import db
from eventapp.site_settings import queries
from eventapp.site_settings.models import SiteSettings


def save(**values: Any) -> SiteSettings:
    """Change settings; those that are not named stay."""
    row = queries.row()
    if row is None:
        row = SiteSettings(id=1)
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()
    return row


def set_logo(digest: str, width: int, height: int) -> None:
    """Use the picture with this digest, whose file is in the storage, as the logo; an empty one: none."""
    save(logo_digest=digest, logo_width=width, logo_height=height)

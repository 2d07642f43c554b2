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

"""Finding the settings of the site."""

from __future__ import annotations

from eventapp.core.db import db
from eventapp.site_settings.models import SiteSettings


def row() -> SiteSettings | None:
    """The row, if an administrator has ever saved one."""
    return db.session.get(SiteSettings, 1)

"""The settings of a site: one row."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Scoped
from eventapp.site_settings.rules import SiteColour


class SiteSettings(Base, Scoped):
    """What administrators set on a page; what only the machine knows is in `config.Settings`.

    The logo is a picture in the storage, as those of events are.
    """

    __tablename__ = "site_settings"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    colour: Mapped[SiteColour] = mapped_column(default=SiteColour.VERMILION)
    imprint: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    privacy: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    accessibility: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    contact_email: Mapped[str] = mapped_column(default="")
    links: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    zone: Mapped[str] = mapped_column(default="")
    country_code: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default=list)
    logo_digest: Mapped[str] = mapped_column(default="")
    logo_width: Mapped[int] = mapped_column(default=0)
    logo_height: Mapped[int] = mapped_column(default=0)

    def scopes(self) -> Iterable[str]:
        # All public pages show the name and the footer: they depend on one of the last two.
        return ["site", "events", "directory"]

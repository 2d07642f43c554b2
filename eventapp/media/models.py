"""Pictures."""

from __future__ import annotations

from mimetypes import guess_type

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import assets
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.events.models import OfEvent
from eventapp.media import rules
from eventapp.media.rules import PictureUse


def _only_one(what: str, columns: str, of: str) -> Index:
    return Index(
        f"uq_photo_{what}", *columns.split(", "), unique=True, sqlite_where=text(of), postgresql_where=text(of)
    )


class Photo(Base, OfEvent):
    """A picture of an event, with its caption.

    One that was uploaded has a `digest`, under which the storage has a file for each of its `widths` (pixels) in two
    formats: a small one of the type `modern`, and a JPEG. A drawing that comes with the product has a `path` below
    static/ instead. The focal point, in percent from the left and the top, stays visible where a picture is cropped.
    """

    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint("focal_x BETWEEN 0 AND 100 AND focal_y BETWEEN 0 AND 100", name="focal_point"),
        # One cover, one emblem of a host, one photo of a speaker, one floor plan of a venue.
        _only_one("cover", "event_id", "use = 'cover'"),
        _only_one("emblem", "event_id, organization_id", "organization_id IS NOT NULL"),
        _only_one("speaker", "event_id, person_id", "person_id IS NOT NULL"),
        _only_one("plan", "venue_id", "venue_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    use: Mapped[PictureUse] = mapped_column(default=PictureUse.GALLERY)
    # What it shows, by its use: the host, the speaker, or the venue.
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="", index=True)
    widths: Mapped[list[int]] = mapped_column(default=list)
    modern: Mapped[str] = mapped_column(default="avif")
    width: Mapped[int]
    height: Mapped[int]
    focal_x: Mapped[int] = mapped_column(default=50)
    focal_y: Mapped[int] = mapped_column(default=50)
    # Whether the public sees it: not before somebody has looked at it and described it.
    shown: Mapped[bool] = mapped_column(default=True)
    caption: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    alt: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    credit: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    illustration: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)

    def address(self, width: int = 0) -> str:
        """The URL of its file that is at least so wide (pixels), as a JPEG, or of the drawing."""
        if self.path:
            return assets.address(self.path)
        fitting = [one for one in self.widths if one >= width]
        return self._file(min(fitting) if width and fitting else self.widths[-1], "jpg")

    def choices(self, ending: str) -> str:
        """All widths in a format, as `srcset` (HTML, 4.8.4.2.1)."""
        return ", ".join(f"{self._file(width, ending)} {width}w" for width in self.widths)

    def _file(self, width: int, ending: str) -> str:
        return "/pictures/" + rules.file_name(self.digest, width, ending)

    @property
    def media_type(self) -> str:
        return "image/jpeg" if self.digest else guess_type(self.path)[0] or ""

    @property
    def focus(self) -> str:
        """The classes of the style sheet for the focal point."""
        return f"fx{rules.tenths(self.focal_x)} fy{rules.tenths(self.focal_y)}"


class HostLogo(Base):
    """The logo of an event's host in its e-mails: a small PNG without transparency.

    `alt` is what it says to those who don't see it; empty: the host's name. Only e-mails show it, no public page.
    """

    __tablename__ = "host_logo"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[LocalizedText] = mapped_column(default=LocalizedText)

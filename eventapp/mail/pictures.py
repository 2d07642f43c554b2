"""A picture at the head of e-mails: sent along once with each (RFC 2387, 2392), never loaded from somewhere.

The outbox stores only a mark in the HTML. The picture is put there when the e-mail is handed to the mail server, as it
is then: ten thousand e-mails do not store it ten thousand times, and who removes it removes it from all that wait.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

# Where the picture goes. The templates escape what anybody has typed, so nobody else can write it.
MARK = "<!--picture-->"


@dataclass(frozen=True)
class InlinePicture:
    """A PNG picture, its size in CSS pixels as it is shown, and what it says to those who don't see it."""

    digest: str
    content: bytes
    width: int
    height: int
    alt: str

    @property
    def content_id(self) -> str:
        """What the HTML refers to it by, without angle brackets."""
        return f"{self.digest}@eventapp"

    @cached_property
    def encoded(self) -> bytes:
        """The content in base64 with line ends of e-mails."""
        return encodebytes(self.content).replace(b"\n", b"\r\n")


# The picture of e-mails of a topic, in a language; None if they have none.
PictureOf = Callable[[str, str], InlinePicture | None]


def no_picture(_topic: str, _language: str) -> None:
    """For e-mails without pictures."""


# A plate, because a dark logo would vanish in an e-mail program with a dark background.
_PLATE = Markup(
    '<table role="presentation" style="border-collapse:separate;margin:0 0 16px"><tr>'
    '<td bgcolor="#ffffff" style="background:#ffffff;color:#1a2130;padding:8px 10px;border-radius:8px">'
    '<img src="{source}" width="{width}" height="{height}" alt="{alt}"'
    ' style="display:block;border:0;max-width:100%;height:auto"></td></tr></table>'
)


def html_with(html: str, picture: InlinePicture | None, *, source: str = "") -> str:
    """The HTML of an e-mail with the picture in its place, or without any. `source` replaces the part of the same
    message, for previews.
    """
    if picture is None:
        return html.replace(MARK, "")
    plate = _PLATE.format(
        source=source or f"cid:{picture.content_id}", width=picture.width, height=picture.height, alt=picture.alt
    )
    return html.replace(MARK, plate, 1)

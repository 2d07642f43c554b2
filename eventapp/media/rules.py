"""What pictures are for, their sizes, and the reasons for which one is refused. Plain values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l

MEGABYTE = 1024 * 1024
# Bytes of a logo's file that is sent, and pixels of the picture in it: sixteen million need 64 MB of memory.
LARGEST_FILE = 2 * MEGABYTE
MOST_PIXELS = 16_000_000
# Pixels and bytes of the logo that is kept.
LOGO_WIDTH, LOGO_HEIGHT = 480, 160
LOGO_BYTES = 60_000
# The same for photographs: phones take pictures of 12 to 50 million pixels. Of a JPEG only what is needed is decoded.
LARGEST_PHOTO = 16 * MEGABYTE
MOST_PHOTO_PIXELS = 60_000_000
MOST_UNPACKED_PIXELS = 25_000_000
# How often the shorter side may go into the longer one.
NARROWEST = 8
# Pictures of one event; nobody looks at more, and each takes up to a megabyte of storage.
MOST_PHOTOS = 500


class PictureProblem(StrEnum):
    """Why a picture can't be read."""

    KIND = "kind"
    PIXELS = "pixels"
    DAMAGED = "damaged"
    TOO_MUCH = "too much"
    TOO_SMALL = "too small"
    TOO_NARROW = "too narrow"


class PictureUse(Labelled):
    """What a picture of an event is for."""

    COVER = "cover", _l("Cover")
    GALLERY = "gallery", _l("Gallery")
    EMBLEM = "emblem", _l("Emblem of a host")
    SPEAKER = "speaker", _l("Photo of a speaker")
    FLOOR_PLAN = "floor_plan", _l("Floor plan")


@dataclass(frozen=True)
class PictureSizes:
    """The widths in pixels in which a picture is kept, and the most bytes of the largest one as AVIF. `least`: pictures
    with a shorter side are refused. `flat`: drawings, which keep sharp edges.
    """

    widths: tuple[int, int, int]
    budget: int
    least: int = 48
    flat: bool = False


SIZES = {
    PictureUse.COVER: PictureSizes((640, 1280, 1920), 120_000, least=160),
    PictureUse.GALLERY: PictureSizes((480, 960, 1600), 120_000, least=64),
    PictureUse.EMBLEM: PictureSizes((64, 128, 256), 20_000, least=32, flat=True),
    PictureUse.SPEAKER: PictureSizes((112, 224, 448), 30_000),
    PictureUse.FLOOR_PLAN: PictureSizes((800, 1600, 2400), 250_000, least=160, flat=True),
}
# Without alternative text, these would be missing to somebody who can't see them. Beside the others stands a name.
NEEDS_ALT = frozenset({PictureUse.GALLERY, PictureUse.FLOOR_PLAN})

_FILE_NAME = re.compile(r"[0-9a-f]{32}-[0-9]{1,4}\.(avif|webp|jpg|png)")
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


def file_name(digest: str, width: int, ending: str) -> str:
    """The name of one size of a picture; what has this name never changes."""
    return f"{digest}-{width}.{ending}"


def logo_name(digest: str, width: int) -> str:
    """The name of the file of a logo, which is a PNG."""
    return file_name(digest, width, "png")


def media_type(name: str) -> str:
    """The media type of a file of a picture; empty if the name is none of ours."""
    found = _FILE_NAME.fullmatch(name)
    return MEDIA_TYPES[found[1]] if found else ""


def tenths(percent: int) -> int:
    """A focal point in steps of ten percent, for which the style sheet has a class each."""
    return min(max(round(percent / 10), 0), 10)


def shown_size(width: int, height: int) -> tuple[int, int]:
    """The size of a logo in CSS pixels: half of the largest that is kept, so that it is sharp on every screen."""
    scale = min(1, LOGO_WIDTH / 2 / width, LOGO_HEIGHT / 2 / height)
    return max(round(width * scale), 1), max(round(height * scale), 1)

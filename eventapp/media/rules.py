"""Sizes of a host's logo, and the reasons for which a picture is refused. Plain values only."""

from __future__ import annotations

from enum import StrEnum

MEGABYTE = 1024 * 1024
# Bytes of the file that is sent, and pixels of the picture in it: sixteen million need 64 MB of memory.
LARGEST_FILE = 2 * MEGABYTE
MOST_PIXELS = 16_000_000
# Pixels and bytes of what is kept.
LOGO_WIDTH, LOGO_HEIGHT = 480, 160
LOGO_BYTES = 60_000


class PictureProblem(StrEnum):
    """Why a picture can't be read."""

    KIND = "kind"
    PIXELS = "pixels"
    DAMAGED = "damaged"
    TOO_MUCH = "too much"


def shown_size(width: int, height: int) -> tuple[int, int]:
    """The size of a logo in CSS pixels: half of the largest that is kept, so that it is sharp on every screen."""
    scale = min(1, LOGO_WIDTH / 2 / width, LOGO_HEIGHT / 2 / height)
    return max(round(width * scale), 1), max(round(height * scale), 1)

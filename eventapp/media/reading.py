"""Reads pictures from untrusted files in a process of their own (see `core.apart`), and writes them anew.

Nothing of the file is kept but the pixels of its first frame: no metadata, and no bytes that a reader of another format
could find in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from eventapp.core import apart
from eventapp.core.languages import gettext as _
from eventapp.core.languages import listing, ngettext
from eventapp.core.refusals import Refused
from eventapp.media.rules import (
    LARGEST_FILE,
    LARGEST_PHOTO,
    LOGO_BYTES,
    LOGO_HEIGHT,
    LOGO_WIDTH,
    MEGABYTE,
    MOST_PIXELS,
    MOST_UNPACKED_PIXELS,
    NARROWEST,
    SIZES,
    PictureProblem,
    PictureUse,
)
from eventapp.media.variants import PictureFiles, UnreadablePicture, opened, variants

LIMITS = apart.ReadingLimits(processor=10, data=400 * 1024 * 1024)
PHOTO_LIMITS = apart.ReadingLimits(processor=30, data=700 * 1024 * 1024)
KINDS = ["PNG", "JPEG", "WebP"]


@dataclass(frozen=True)
class EncodedPicture:
    """A picture as PNG, and its size in pixels."""

    content: bytes
    width: int
    height: int


def logo(data: bytes) -> EncodedPicture:
    """The logo in a file. Raises Refused if it is too large, no picture of our kinds, damaged, or too many pixels.

    Uses no transaction and no database. Each server process reads one file at a time: others wait.
    """
    answer, content = _read({"use": "logo"}, data, LARGEST_FILE)
    return EncodedPicture(content, answer["width"], answer["height"])


def photo(data: bytes, use: PictureUse) -> PictureFiles:
    """The picture in a file, in all sizes for its use. Raises Refused as `logo` does, or if it is too small.

    Takes about a second of a processor. Uses no transaction and no database.
    """
    answer, content = _read({"use": use.value}, data, LARGEST_PHOTO)
    files, start = [], 0
    for width, ending, length in answer.pop("files"):
        files.append((width, ending, content[start : start + length]))
        start += length
    return PictureFiles(**answer, files=files)


def _read(head: dict[str, str], data: bytes, largest: int) -> tuple[dict[str, Any], bytes]:
    """What the process answers: values, and bytes. Raises Refused."""
    use = PictureUse(head["use"]) if head["use"] != "logo" else None
    if not data:
        raise Refused(_("This file is empty."), field="file")
    if len(data) > largest:
        raise Refused(
            ngettext(
                "This file is too large: choose one of at most %(num)d megabyte.",
                "This file is too large: choose one of at most %(num)d megabytes.",
                largest // MEGABYTE,
            ),
            field="file",
        )
    try:
        line, _newline, content = apart.run(__name__, head, data).partition(b"\n")
    except apart.Busy as error:
        raise Refused(_("Other files are being read. Try again in a minute."), field="file") from error
    except apart.TooMuch as error:
        raise _refused(PictureProblem.TOO_MUCH, use) from error
    except apart.Failed as error:
        raise Refused(
            _("Sorry, we couldn't read this file because of a problem with the service."), field="file"
        ) from error
    answer: dict[str, Any] = json.loads(line)
    if "refused" in answer:
        raise _refused(PictureProblem(answer["refused"]), use)
    return answer, content


def _refused(why: PictureProblem, use: PictureUse | None) -> Refused:
    most = MOST_PIXELS if use is None else MOST_UNPACKED_PIXELS
    said = {
        PictureProblem.KIND: _("Choose a file of these kinds: %(kinds)s.", kinds=listing(KINDS)),
        PictureProblem.PIXELS: _(
            "This picture has too many pixels. Save it with at most %(number)d million, such as 2,000 × 1,000.",
            number=most // 1_000_000,
        ),
        PictureProblem.DAMAGED: _("This picture is damaged. Save it anew and choose it again."),
        PictureProblem.TOO_MUCH: _("This picture takes too much time to read. Save it as a smaller PNG and try again."),
        PictureProblem.TOO_SMALL: _(
            "This picture is too small: choose one that is at least %(number)d pixels wide and high.",
            number=SIZES[use].least if use else 1,
        ),
        PictureProblem.TOO_NARROW: _(
            "This picture is too long and narrow: its longer side may be at most %(number)d times the shorter one.",
            number=NARROWEST,
        ),
    }
    return Refused(said[why], field="file")


def main() -> None:
    """Read a picture from standard input, and write what has become of it, or why it can't be read."""
    use = json.loads(sys.stdin.buffer.readline())["use"]
    (LIMITS if use == "logo" else PHOTO_LIMITS).set()
    try:
        answer, content = _made(use, sys.stdin.buffer.read())
    except UnreadablePicture as error:
        answer, content = {"refused": error.args[0]}, b""
    except MemoryError:
        answer, content = {"refused": PictureProblem.TOO_MUCH}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)


def _made(use: str, data: bytes) -> tuple[dict[str, Any], bytes]:
    if use == "logo":
        logo = encoded(data)
        return {"width": logo.width, "height": logo.height}, logo.content
    made = variants(data, PictureUse(use))
    files = [(width, ending, len(content)) for width, ending, content in made.files]
    values = {"digest": made.digest, "width": made.width, "height": made.height}
    values |= {"widths": made.widths, "modern": made.modern, "files": files}
    return values, b"".join(content for _width, _ending, content in made.files)


def encoded(data: bytes) -> EncodedPicture:
    """The first frame as a PNG that is at most as large as a logo may be, on white. Raises UnreadablePicture."""
    image = opened(data, (2 * LOGO_WIDTH, 2 * LOGO_HEIGHT), header=MOST_PIXELS, unpacked=MOST_PIXELS)
    image.thumbnail((LOGO_WIDTH, LOGO_HEIGHT), Image.Resampling.LANCZOS)
    for smaller in _ever_smaller(image):
        out = BytesIO()
        smaller.save(out, "PNG", optimize=True)
        if out.tell() <= LOGO_BYTES:
            return EncodedPicture(out.getvalue(), *smaller.size)
    raise UnreadablePicture(PictureProblem.TOO_MUCH)


def _ever_smaller(image: Image.Image) -> Iterator[Image.Image]:
    """The picture, with fewer colours, and with fewer pixels."""
    while min(image.size) > 0:
        yield image
        yield image.quantize(256)
        yield image.quantize(64)
        if max(image.size) < 16:
            return
        image = image.resize((max(image.width * 4 // 5, 1), max(image.height * 4 // 5, 1)), Image.Resampling.LANCZOS)

"""Reads pictures from untrusted files in a process of their own (see `core.apart`), and writes them anew as PNG.

Nothing of the file is kept but the pixels of its first frame: no metadata, and no bytes that a reader of another format
could find in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from eventapp.core import apart
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.languages import listing, ngettext
from eventapp.media.rules import (
    LARGEST_FILE,
    LOGO_BYTES,
    LOGO_HEIGHT,
    LOGO_WIDTH,
    MEGABYTE,
    MOST_PIXELS,
    PictureProblem,
)

LIMITS = apart.ReadingLimits(processor=10, data=400 * 1024 * 1024)
FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True)
class EncodedPicture:
    """A picture as PNG, and its size in pixels."""

    content: bytes
    width: int
    height: int


class UnreadablePicture(Exception):
    """The file is not one of our pictures; its argument is an PictureProblem."""


def logo(data: bytes) -> EncodedPicture:
    """The logo in a file. Raises Refused if it is too large, no picture of our kinds, damaged, or too many pixels.

    Uses no transaction and no database. Each server process reads one file at a time: others wait.
    """
    if not data:
        raise Refused(_("This file is empty."), field="file")
    if len(data) > LARGEST_FILE:
        raise Refused(
            ngettext(
                "This file is too large: choose one of at most %(num)d megabyte.",
                "This file is too large: choose one of at most %(num)d megabytes.",
                LARGEST_FILE // MEGABYTE,
            ),
            field="file",
        )
    try:
        head, _line, content = apart.run(__name__, {}, data).partition(b"\n")
    except apart.Busy as error:
        raise Refused(_("Other files are being read. Try again in a minute."), field="file") from error
    except apart.TooMuch as error:
        raise _refused(PictureProblem.TOO_MUCH) from error
    except apart.Failed as error:
        raise Refused(
            _("Sorry, we couldn't read this file because of a problem with the service."), field="file"
        ) from error
    answer = json.loads(head)
    if "refused" in answer:
        raise _refused(PictureProblem(answer["refused"]))
    return EncodedPicture(content, answer["width"], answer["height"])


def _refused(why: PictureProblem) -> Refused:
    said = {
        PictureProblem.KIND: _("Choose a file of these kinds: %(kinds)s.", kinds=listing(["PNG", "JPEG", "WebP"])),
        PictureProblem.PIXELS: _(
            "This picture has too many pixels. Save it with at most %(number)d million, such as 2,000 × 1,000.",
            number=MOST_PIXELS // 1_000_000,
        ),
        PictureProblem.DAMAGED: _("This picture is damaged. Save it anew and choose it again."),
        PictureProblem.TOO_MUCH: _("This picture takes too much time to read. Save it as a smaller PNG and try again."),
    }
    return Refused(said[why], field="file")


def main() -> None:
    """Read a picture from standard input, and write its size and itself, or why it can't be read."""
    LIMITS.set()
    sys.stdin.buffer.readline()
    try:
        picture = encoded(sys.stdin.buffer.read())
        answer: dict[str, object] = {"width": picture.width, "height": picture.height}
        content = picture.content
    except UnreadablePicture as error:
        answer, content = {"refused": error.args[0]}, b""
    except MemoryError:
        answer, content = {"refused": PictureProblem.TOO_MUCH}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)


def encoded(data: bytes) -> EncodedPicture:
    """The first frame as a PNG that is at most as large as a logo may be, on white. Raises UnreadablePicture."""
    image = _opened(data)
    image.thumbnail((LOGO_WIDTH, LOGO_HEIGHT), Image.Resampling.LANCZOS)
    for smaller in _ever_smaller(image):
        out = BytesIO()
        smaller.save(out, "PNG", optimize=True)
        if out.tell() <= LOGO_BYTES:
            return EncodedPicture(out.getvalue(), *smaller.size)
    raise UnreadablePicture(PictureProblem.TOO_MUCH)


def _opened(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as file:
            # The header says how many pixels there are, before any of them takes memory.
            if file.width * file.height > MOST_PIXELS:
                raise UnreadablePicture(PictureProblem.PIXELS)
            file.draft("RGB", (2 * LOGO_WIDTH, 2 * LOGO_HEIGHT))  # of a JPEG, no more than is needed
            file.load()
            return _on_white(ImageOps.exif_transpose(file))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture(PictureProblem.PIXELS) from error
    except UnidentifiedImageError as error:
        raise UnreadablePicture(PictureProblem.KIND) from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:  # as the decoders say it
        raise UnreadablePicture(PictureProblem.DAMAGED) from error


def _on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency: it is shown on a white plate, also by programs that change its colour."""
    if image.mode.startswith("I;16"):  # more shades of grey than a screen has
        image = image.convert("I").point(lambda shade: shade / 257).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    colours = image.convert("RGBA")
    plate = Image.new("RGB", image.size, "white")
    plate.paste(colours, mask=colours.getchannel("A"))
    return plate


def _ever_smaller(image: Image.Image) -> Iterator[Image.Image]:
    """The picture, with fewer colours, and with fewer pixels."""
    while min(image.size) > 0:
        yield image
        yield image.quantize(256)
        yield image.quantize(64)
        if max(image.size) < 16:
            return
        image = image.resize((max(image.width * 4 // 5, 1), max(image.height * 4 // 5, 1)), Image.Resampling.LANCZOS)

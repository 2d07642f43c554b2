"""Pictures in several sizes and two formats, written anew from their pixels. Runs in the process of `media.reading`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError, features

from eventapp.media.rules import (
    MOST_PHOTO_PIXELS,
    MOST_UNPACKED_PIXELS,
    NARROWEST,
    SIZES,
    PictureProblem,
    PictureSizes,
    PictureUse,
)

FORMATS = ("PNG", "JPEG", "WEBP")
# The first steps of quality that are tried; the next one is tried if a picture is above its budget.
_QUALITIES = (60, 50, 40, 30, 22)


class UnreadablePicture(Exception):
    """The file is not one of our pictures; its argument is a PictureProblem."""


@dataclass(frozen=True)
class PictureFiles:
    """A picture in all its sizes: `files` has (width, ending, bytes)."""

    digest: str
    width: int
    height: int
    widths: list[int]
    modern: str
    files: list[tuple[int, str, bytes]]


def variants(data: bytes, use: PictureUse) -> PictureFiles:
    """Decode a picture, turn it upright, and write it in its sizes. Raises UnreadablePicture.

    Nothing of the file is kept but pixels: no metadata such as the place where it was taken.
    """
    sizes = SIZES[use]
    image = opened(data, (sizes.widths[-1], sizes.widths[-1]), header=MOST_PHOTO_PIXELS, unpacked=MOST_UNPACKED_PIXELS)
    if min(image.size) < sizes.least:
        raise UnreadablePicture(PictureProblem.TOO_SMALL)
    if max(image.size) > NARROWEST * min(image.size):
        raise UnreadablePicture(PictureProblem.TOO_NARROW)
    files: list[tuple[int, str, bytes]] = []
    modern = "avif" if features.check("avif") else "webp"
    widths = widths_of(image.width, sizes)
    quality = _affordable(_resized(image, widths[-1]), sizes, modern)
    for width in reversed(widths):
        small = _resized(image, width)
        files.append((width, modern, _encoded(small, modern, quality)))
        files.append((width, "jpg", _encoded(small, "jpg", 82 if sizes.flat else 78)))
    total = hashlib.sha256()
    for _width, _ending, content in files:
        total.update(hashlib.sha256(content).digest())
    return PictureFiles(total.hexdigest()[:32], image.width, image.height, widths, modern, files)


def widths_of(width: int, sizes: PictureSizes) -> list[int]:
    """The widths in which to keep a picture that is so wide, in order: it is never enlarged."""
    return sorted({min(one, width) for one in sizes.widths})


def opened(data: bytes, wanted: tuple[int, int], *, header: int, unpacked: int) -> Image.Image:
    """The first frame, upright, on white, in sRGB; at least as large as `wanted` if the file is.

    `header`: the most pixels that a file may have, `unpacked`: that are decoded. Raises UnreadablePicture.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as file:
            # The header says how many pixels there are, before any of them takes memory.
            if file.width * file.height > header:
                raise UnreadablePicture(PictureProblem.PIXELS)
            file.draft("RGB", wanted)  # of a JPEG, no more than is needed
            if file.width * file.height > unpacked:
                raise UnreadablePicture(PictureProblem.PIXELS)
            file.load()
            image = on_white(_in_srgb(ImageOps.exif_transpose(file)))
            image.info = {}  # comments and the like, which would be written again
            return image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture(PictureProblem.PIXELS) from error
    except UnidentifiedImageError as error:
        raise UnreadablePicture(PictureProblem.KIND) from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:  # as the decoders say it
        raise UnreadablePicture(PictureProblem.DAMAGED) from error


def on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency: it is shown on a white plate, also by programs that change its colour."""
    if image.mode.startswith("I;16"):  # more shades of grey than a screen has
        image = image.convert("I").point(lambda shade: shade / 257).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    colours = image.convert("RGBA")
    plate = Image.new("RGB", image.size, "white")
    plate.paste(colours, mask=colours.getchannel("A"))
    return plate


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture in the colours that browsers expect, since its profile is not kept (phones write Display P3)."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "L", "CMYK"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a damaged profile: the colours as they are
    return turned or image


def _resized(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    return image.resize((width, max(round(image.height * width / image.width), 1)), Image.Resampling.LANCZOS)


def _affordable(image: Image.Image, sizes: PictureSizes, ending: str) -> int:
    """The best quality at which a picture is within its budget; the lowest if none is."""
    for quality in _QUALITIES:
        if len(_encoded(image, ending, quality)) <= sizes.budget:
            return quality
    return _QUALITIES[-1]


def _encoded(image: Image.Image, ending: str, quality: int) -> bytes:
    out = BytesIO()
    write: dict[str, Callable[[], None]] = {
        "avif": lambda: image.save(out, "AVIF", quality=quality, speed=8, max_threads=1),
        "webp": lambda: image.save(out, "WEBP", quality=quality + 15, method=4),
        "jpg": lambda: image.save(out, "JPEG", quality=quality, optimize=True, progressive=True),
    }
    write[ending]()
    return out.getvalue()

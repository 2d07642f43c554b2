"""Pictures of others: read with limits, and nothing of the file is kept but pixels."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from eventapp.core import apart
from eventapp.core.refusals import Refused
from eventapp.media import reading
from eventapp.media.reading import encoded
from eventapp.media.rules import LARGEST_FILE, LOGO_BYTES, PictureProblem, shown_size
from eventapp.media.variants import UnreadablePicture


def file(image: Image.Image, format: str = "PNG", **options) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def plain(size=(600, 200), colour="navy", mode="RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def opened(data: bytes) -> Image.Image:
    picture = encoded(data)
    image = Image.open(BytesIO(picture.content))
    image.load()
    assert (image.format, image.size) == ("PNG", (picture.width, picture.height))
    assert len(picture.content) <= LOGO_BYTES
    return image


def noise(size=(480, 160)) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_logo_becomes_a_small_png(format):
    image = opened(file(plain(), format))
    assert image.size == (480, 160)
    assert abs(image.convert("RGB").getpixel((9, 9))[2] - 128) < 4


def test_a_small_one_is_not_made_larger_and_a_thin_one_keeps_a_pixel():
    assert opened(file(plain((40, 30)))).size == (40, 30)
    assert opened(file(plain((9000, 2)))).size == (480, 1)


def test_what_is_transparent_becomes_white():
    image = plain((100, 50), (255, 0, 0, 0), "RGBA")
    image.paste((10, 20, 30, 255), (0, 0, 50, 50))
    found = opened(file(image)).convert("RGB")
    assert (found.getpixel((10, 10)), found.getpixel((90, 10))) == ((10, 20, 30), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_kind_of_pixels_is_read(mode):
    image = plain((50, 50), "white").convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.frombytes("I;16", (50, 50), struct.pack("<H", 0xFFFF) * 2500)
    found = opened(file(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert found.convert("RGB").getpixel((25, 25)) == (255, 255, 255)


def test_only_the_first_frame_is_kept():
    frames = [plain((60, 60), colour) for colour in ("red", "blue")]
    for format in ("PNG", "WEBP"):
        data = file(frames[0], format, save_all=True, append_images=frames[1:], duration=100, lossless=True)
        image = opened(data)
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((9, 9)) == (255, 0, 0)


def test_metadata_is_left_out_and_the_picture_stands_upright():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "home address")
    assert b"home address" in file(plain(), pnginfo=notes)
    assert b"home address" not in encoded(file(plain(), pnginfo=notes)).content
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "home address"
    data = file(plain((60, 20)), "JPEG", exif=exif)
    assert b"home address" in data
    assert opened(data).size == (20, 60)
    assert b"home address" not in encoded(data).content


def test_a_photograph_loses_colours_then_pixels_until_it_is_small_enough(monkeypatch):
    assert opened(file(noise())).mode == "P"
    monkeypatch.setattr(reading, "LOGO_BYTES", 20_000)
    assert opened(file(noise())).size[0] < 480


def test_a_bomb_is_refused_before_it_takes_memory():
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    for width, height in ((30_000, 30_000), (10_000, 10_000), (4_001, 4_000)):
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        lines = zlib.compress(b"\0" * 1000)
        data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
        with pytest.raises(UnreadablePicture) as refused:
            encoded(data)
        assert refused.value.args == (PictureProblem.PIXELS,)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", PictureProblem.KIND),
        (file(plain((9, 9)), "GIF"), PictureProblem.KIND),
        (file(plain((9, 9)), "TIFF"), PictureProblem.KIND),
        (file(noise())[:9000], PictureProblem.DAMAGED),
        (file(noise(), "JPEG")[:9000], PictureProblem.DAMAGED),
        (file(noise(), "WEBP")[:3000], PictureProblem.DAMAGED),
    ],
)
def test_what_is_no_whole_picture_of_our_kinds_is_refused(data, why):
    with pytest.raises(UnreadablePicture) as refused:
        encoded(data)
    assert refused.value.args == (why,)


@pytest.mark.slow
def test_a_file_is_read_in_a_process_of_its_own_and_refusals_are_sentences(app):
    with app.app_context():
        picture = reading.logo(file(plain()))
        assert (picture.width, picture.height) == (480, 160)
        assert picture.content.startswith(b"\x89PNG")
        for data, said in (
            (b"", "This file is empty."),
            (b"x" * (LARGEST_FILE + 1), "at most 2 megabytes"),
            (b"GIF89a", "PNG, JPEG, and WebP"),
            (file(plain((5000, 4000))), "too many pixels"),
        ):
            with pytest.raises(Refused, match=said) as refused:
                reading.logo(data)
            assert refused.value.field == "file"


def test_a_logo_is_shown_at_half_its_size_at_most_and_a_small_one_as_it_is():
    assert shown_size(480, 160) == (240, 80)
    assert shown_size(480, 1) == (240, 1)
    assert shown_size(160, 160) == (80, 80)
    assert shown_size(40, 30) == (40, 30)


@pytest.mark.slow
@pytest.mark.parametrize("module", ["eventapp.media.reading", "eventapp.core.tables", "eventapp.exchange.reading"])
def test_the_process_that_reads_starts_without_the_database_and_the_forms(module):
    start = apart._START.replace(".main()", "") + "print({'sqlalchemy', 'alembic', 'wtforms'} & set(sys.modules))"
    package = str(Path(apart.__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", start, package, module], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr

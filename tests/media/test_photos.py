"""Pictures of events: written anew in their sizes, described before they are shown, gone when they are removed."""

from __future__ import annotations

import io
import random
import re
from datetime import timedelta
from functools import cache

import pytest
from PIL import Image, ImageDraw

from eventapp.core import assets, clock
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.rules import COLOURS, HostRole
from eventapp.media import operations, queries, storage, tasks
from eventapp.media.models import Photo
from eventapp.media.reading import photo as read_photo
from eventapp.media.rules import SIZES, PictureProblem, PictureUse, media_type
from eventapp.media.variants import UnreadablePicture, variants, widths_of
from tests.support.make import fresh

# Each picture is encoded six times, most in a process of their own.
pytestmark = pytest.mark.slow

PICTURES = "/manage/events/forum/pictures"

LARGE = (1640, 1100)


@cache
def jpeg(size=(700, 470), *, turned=1, text=b"", seed=0) -> bytes:
    """A photograph; just large enough for every use, for to encode a large one takes long."""
    grain = random.Random(seed).randbytes(size[0] * size[1])
    image = Image.blend(Image.new("L", size, 128), Image.frombytes("L", size, grain), 0.2).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(200, 30 + seed, 30))
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = text.decode()
    exif[0x8825] = {1: "N", 2: (35.0, 40.0, 0.0), 3: "E", 4: (139.0, 45.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=40, exif=exif, comment=text)
    return out.getvalue()


def png(size=(400, 400), mode="RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_a_picture_is_kept_in_three_widths_and_two_formats_and_never_enlarged():
    made = variants(jpeg((2000, 1300)), PictureUse.COVER)
    assert made.widths == [640, 1280, 1920]
    kinds = {(width, ending): opened(content) for width, ending, content in made.files}
    assert {key: (image.format, image.width) for key, image in kinds.items()} == {
        (width, ending): (kind, width) for width in made.widths for ending, kind in (("jpg", "JPEG"), ("avif", "AVIF"))
    }
    assert widths_of(700, SIZES[PictureUse.COVER]) == [640, 700]
    assert widths_of(100, SIZES[PictureUse.SPEAKER]) == [100]


def test_the_largest_file_keeps_to_its_budget_even_if_the_picture_is_noise():
    made = variants(jpeg((2000, 1300)), PictureUse.COVER)
    assert max(len(content) for _width, ending, content in made.files if ending == "avif") <= 120_000


def test_nothing_of_the_file_is_kept_but_its_pixels():
    secret = b"camera 4711 of Ms Mori"
    made = variants(jpeg(LARGE, text=secret), PictureUse.GALLERY)
    for _width, _ending, content in made.files:
        assert secret not in content
        assert not dict(opened(content).getexif())


def test_a_picture_that_was_taken_sideways_stands_upright():
    made = variants(jpeg((1200, 800), turned=6), PictureUse.GALLERY)
    assert (made.width, made.height) == (800, 1200)


def test_what_is_transparent_in_an_emblem_becomes_white():
    [largest] = [c for w, ending, c in variants(png(), PictureUse.EMBLEM).files if (w, ending) == (256, "jpg")]
    assert opened(largest).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "use", "problem"),
    [
        (b"<svg/>", PictureUse.COVER, PictureProblem.KIND),
        (jpeg()[:3000], PictureUse.COVER, PictureProblem.DAMAGED),
        (png((6000, 5000), "L"), PictureUse.COVER, PictureProblem.PIXELS),
        (png((30, 20)), PictureUse.SPEAKER, PictureProblem.TOO_SMALL),
        (png((4000, 1)), PictureUse.COVER, PictureProblem.TOO_SMALL),
        (png((160, 20000)), PictureUse.COVER, PictureProblem.TOO_NARROW),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_reason(data, use, problem):
    with pytest.raises(UnreadablePicture) as caught:
        variants(data, use)
    assert caught.value.args == (problem,)


def test_only_names_of_our_files_have_a_media_type():
    digest = "0123456789abcdef" * 2
    assert media_type(f"{digest}-640.avif") == "image/avif"
    for name in (f"{digest}-640.svg", "../secret_key", f"{digest}.jpg", f"{digest}-640.jpg/", "cards", ""):
        assert media_type(name) == ""


def test_white_can_be_read_on_every_colour_of_an_event():
    def light(code: str) -> float:
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for background in COLOURS.values():
        assert 1.05 / (light(background) + 0.05) >= 7  # WCAG 2.2, 1.4.6


def test_the_style_sheet_and_the_cards_have_the_same_colours(app):
    sheet = assets_source(app)
    for colour, background in COLOURS.items():
        assert f".colour-{colour} {{ background: {background};" in sheet


def assets_source(app) -> str:
    with app.app_context():
        return assets.source("core/base.css").read_text(encoding="utf-8")


@pytest.fixture
def forum(make):
    for one in storage.store().files():
        storage.store().delete(one.name)
    event = make.event("forum")
    make.city = make.organization(LocalizedText(en="City of Mori", ja="森市"))
    with transaction():
        events.set_hosts(fresh(event), [(make.city, HostRole.HOST)])
    return event


def upload(organizer, where: str, data: bytes, name="picture.jpg"):
    return organizer.fill(f"{PICTURES}/new/{where}", {"file": (io.BytesIO(data), name)}, action=f"/new/{where}")


def of_forum(event) -> queries.EventPictures:
    return queries.pictures(fresh(event), of_team=True)


def describe(organizer, photo: Photo, **values):
    return organizer.fill(f"{PICTURES}/{photo.id}", {"alt_en": "What is seen", **values})


def test_a_picture_is_public_only_after_somebody_has_described_it(forum, organizer, client):
    assert upload(organizer, "gallery", jpeg()).status_code == 303
    [photo] = of_forum(forum).gallery
    assert photo.digest not in client.get("/events/forum").text
    assert client.get(f"/events/forum/pictures/{photo.id}").status_code == 404
    refused = organizer.fill(f"{PICTURES}/{photo.id}", {"credit_en": "A. Mori"})
    assert refused.status_code == 422 and "Describe what can be seen" in refused.text and "A. Mori" in refused.text
    assert describe(organizer, photo, credit_en="A. Mori").status_code == 303
    page = client.get("/events/forum").text
    assert photo.digest in page and 'alt="What is seen"' in page and "A. Mori" in page
    for address in re.findall(rf"/pictures/{photo.digest}[^ \"]+", page):
        answer = client.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
        assert opened(answer.data).width in photo.widths
        assert "Set-Cookie" not in answer.headers


def test_a_second_cover_takes_the_place_of_the_first(forum, organizer):
    upload(organizer, "cover", jpeg())
    first = of_forum(forum).cover
    describe(organizer, first)
    upload(organizer, "cover", jpeg(seed=50))
    second = of_forum(forum).cover
    assert (second.id, second.shown) == (first.id, True)
    assert second.digest != first.digest or first is second


def test_another_file_begins_in_its_middle_with_the_same_words(forum, organizer):
    """The point that stays visible was chosen on the former picture, which the page has shown."""
    upload(organizer, "cover", jpeg())
    first = of_forum(forum).cover
    digest = first.digest
    describe(organizer, first, focal_x="90", focal_y="10")
    describe(organizer, first, file=(io.BytesIO(jpeg(seed=50)), "other.jpg"), focal_x="80")
    cover = of_forum(forum).cover
    assert (cover.id, cover.digest != digest) == (first.id, True)
    assert (cover.focal_x, cover.focal_y, cover.alt["en"]) == (50, 50, "What is seen")


def test_a_picture_belongs_to_a_host_a_speaker_or_a_venue_of_this_event_alone(forum, organizer, make):
    stranger = make.organization(LocalizedText(en="City of Kawa"))
    assert upload(organizer, f"emblem/{make.city.id}", png()).status_code == 303
    assert list(of_forum(forum).emblems) == [make.city.id]
    for where in (f"emblem/{stranger.id}", "emblem/0", "emblem", "speaker/1", "floor_plan/1", "cover/1", "portrait"):
        assert organizer.get(f"{PICTURES}/new/{where}").status_code == 404, where


def test_a_picture_of_another_event_can_not_be_reached(forum, organizer, make):
    other = make.event("other")
    with transaction():
        photo = operations.add_photo(fresh(other), PictureUse.GALLERY, variants(jpeg(), PictureUse.GALLERY))
        number = photo.id
    for path in (f"{PICTURES}/{number}", f"{PICTURES}/{number}/remove"):
        assert organizer.get(path).status_code == 404


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg onload=alert(1)>", jpeg()[:2000]])
def test_a_file_that_is_no_picture_is_refused_in_words_and_stores_nothing(forum, organizer, data):
    answer = upload(organizer, "cover", data)
    assert answer.status_code == 422 and "There is a problem" in answer.text
    assert of_forum(forum).cover is None and list(storage.store().files()) == []


def test_no_file_is_a_sentence_too(forum, organizer):
    answer = organizer.fill(f"{PICTURES}/new/cover", {}, action="/new/cover")
    assert answer.status_code == 422 and "Choose a file." in answer.text


def test_a_removed_picture_can_not_be_opened_any_more_unless_another_shows_the_same(forum, organizer, client, make):
    other = make.event("other")
    upload(organizer, "gallery", jpeg())
    [photo] = of_forum(forum).gallery
    address = photo.address(480)
    with transaction():
        operations.add_photo(fresh(other), PictureUse.GALLERY, variants(jpeg(), PictureUse.GALLERY))
    assert organizer.fill(f"{PICTURES}/{photo.id}/remove").status_code == 303
    assert of_forum(forum).gallery == [] and client.get(address).status_code == 200
    [last] = queries.pictures(fresh(other), of_team=True).gallery
    with transaction():
        operations.remove_photo(last)
    assert client.get(address).status_code == 404


def test_a_picture_that_is_uploaded_while_the_same_is_removed_keeps_its_files(forum, organizer, client):
    upload(organizer, "gallery", jpeg())
    [photo] = of_forum(forum).gallery
    files = variants(jpeg(), PictureUse.GALLERY)
    operations.store_files(files, storage.store())  # of somebody whose row is not there yet
    organizer.fill(f"{PICTURES}/{photo.id}/remove")
    with transaction():
        made = operations.add_photo(fresh(forum), PictureUse.GALLERY, files)
        address = made.address(480)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("name", ["-a%0Ab", "-%7F", "-" + "a" * 300, "0" * 32 + "-%0A", "0" * 32 + "-640.jpg%00", "-"])
def test_a_name_that_is_no_file_of_ours_is_not_there(forum, make, client, name):
    digest = make.photo(forum, PictureUse.COVER).digest
    for one in (name, name.replace("0" * 32, digest)):
        assert client.get(f"/pictures/{one}").status_code == 404, one


def test_a_storage_that_does_not_answer_is_a_503(forum, make, client, monkeypatch):
    photo = make.photo(forum, PictureUse.COVER)

    def down(*_: object) -> None:
        raise OSError("down")

    monkeypatch.setattr(storage.obstore, "get", down)
    assert client.get(photo.address(640)).status_code == 503


def test_files_without_a_picture_are_deleted_after_a_day(forum, organizer, monkeypatch):
    upload(organizer, "cover", jpeg(LARGE))
    files = variants(jpeg(LARGE, seed=90), PictureUse.COVER)
    operations.store_files(files, storage.store())
    assert (tasks.forget_unused(), len(list(storage.store().files()))) == (0, 12)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert tasks.forget_unused() == 6
    assert {one.name.partition("-")[0] for one in storage.store().files()} == {of_forum(forum).cover.digest}


def test_a_picture_of_the_gallery_moves_to_another_place(forum, organizer):
    for seed in (0, 80, 160):
        upload(organizer, "gallery", jpeg((600, 400), seed=seed))
    first, second, third = of_forum(forum).gallery
    organizer.fill(PICTURES, {"position": "0"}, action=f"/{third.id}/move")
    assert [one.id for one in of_forum(forum).gallery] == [third.id, first.id, second.id]


def test_the_focal_point_is_kept_within_the_picture(forum, organizer):
    upload(organizer, "cover", jpeg())
    cover = of_forum(forum).cover
    assert organizer.fill(f"{PICTURES}/{cover.id}", {"focal_x": "140"}).status_code == 422
    assert organizer.fill(f"{PICTURES}/{cover.id}", {"focal_x": "30", "focal_y": "90"}).status_code == 303
    assert of_forum(forum).cover.focus == "fx3 fy9"


def test_an_event_without_a_cover_has_a_colour_and_a_motif_that_the_team_can_change(forum, organizer):
    before = fresh(forum).cover_style
    assert before == fresh(forum).cover_style
    organizer.fill(PICTURES, {"colour": "plum", "motif": "hills"}, action="/cover-style")
    assert [part.value for part in fresh(forum).cover_style] == ["plum", "hills"]
    assert organizer.fill(PICTURES, {"colour": "pink"}, action="/cover-style").status_code == 422


def test_a_picture_is_read_in_a_process_of_its_own():
    made = read_photo(jpeg(), PictureUse.SPEAKER)
    assert made.digest == variants(jpeg(), PictureUse.SPEAKER).digest
    assert [width for width, ending, _content in made.files if ending == "jpg"] == [448, 224, 112]

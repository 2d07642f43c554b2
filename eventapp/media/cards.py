"""The card that other sites and messengers show for a link to a page (Open Graph, og:image).

A card is made when it is first asked for, and stored under a digest of what it says. Its address has the digest, so it
changes with its content, and only the present card of a page is ever made: nobody can make the server draw others.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from io import BytesIO

from PIL import Image, ImageOps

from eventapp.core import assets, languages
from eventapp.core.languages import gettext as _
from eventapp.core.limits import building
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import queries as events
from eventapp.events.models import Event, EventHost
from eventapp.events.rules import COLOURS, EventColour, Motif
from eventapp.media import queries, storage
from eventapp.media.models import Photo
from eventapp.media.queries import EventPictures
from eventapp.media.storage import PictureStore
from eventapp.pdf import typeset
from eventapp.pdf.answers import fonts
from eventapp.pdf.fonts import FontSet
from eventapp.site_settings.profile import profile
from eventapp.site_settings.rules import SiteColour

WIDTH, HEIGHT = 1200, 630
# Bytes: some messengers show no picture above 300 kB.
MOST_BYTES = 250_000
# Changes with the drawing, so that cards are made anew.
EDITION = 1
_PICTURE_WIDTH = 520
_SITE_COLOURS = {
    colour: EventColour.CLAY if colour is SiteColour.VERMILION else EventColour(colour.value) for colour in SiteColour
}
_DIGEST = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class CardFacts:
    """What a card says. `picture` is the digest and the width of a stored picture, and its focal point in percent."""

    lang: str
    kicker: str
    title: str
    lines: tuple[str, ...]
    background: str
    motif: str
    picture: tuple[str, int, int, int] | None = None

    @property
    def digest(self) -> str:
        text = json.dumps([EDITION, asdict(self)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def facts(
    style: tuple[EventColour, Motif],
    *,
    title: LocalizedText,
    kicker: str,
    lines: Iterable[str],
    picture: Photo | None,
    language: str,
) -> CardFacts:
    """The facts of a card. A title that no font can print is taken in another language that has one."""
    said, known = title.resolve(language), fonts()
    printable = [text for text in (said.text, *title.values()) if known.keeps(text)]
    colour, motif = style
    return CardFacts(
        lang=said.language if printable and printable[0] == said.text else language,
        kicker=kicker,
        title=printable[0] if printable else kicker,
        lines=tuple(line for line in lines if line)[:3],
        background=COLOURS[colour],
        motif=motif.value,
        picture=(picture.digest, _width(picture), picture.focal_x, picture.focal_y)
        if picture is not None and picture.digest
        else None,
    )


def of_event(event: Event, *, host: LocalizedText | None, picture: Photo | None, language: str) -> CardFacts:
    """The card of an event: when, where, and who hosts it."""
    site = profile().said_name(language)
    venue = event.venue_name or LocalizedText()
    by = host or LocalizedText()
    lines = [event.when(language), venue.resolve(language).text, by.resolve(language).text]
    return facts(event.cover_style, title=event.title, kicker=site, lines=lines, picture=picture, language=language)


def event_card(
    event: Event,
    language: str = "",
    *,
    hosts: Sequence[EventHost] | None = None,
    pictures: EventPictures | None = None,
) -> CardFacts:
    """The card of an event, by default in this request's language. One statement for each of `hosts` and `pictures`
    that is not given.
    """
    host = events.lead_host(events.hosts(event) if hosts is None else hosts)
    cover = (queries.pictures(event) if pictures is None else pictures).cover
    return of_event(event, host=host, picture=cover, language=language or languages.interface())


def site_card(language: str = "") -> CardFacts:
    """The card of the home page and of the list of events: the site's name. By default in this request's language."""
    language = language or languages.interface()
    site = profile()
    with languages.force_locale(language):
        kicker = _("Summits and forums for cities and their partners")
    style = (_SITE_COLOURS[site.colour], Motif.RINGS)
    return facts(style, title=site.name, kicker=kicker, lines=[], picture=None, language=language)


def _width(picture: Photo) -> int:
    fitting = [width for width in picture.widths if width >= 2 * _PICTURE_WIDTH]
    return min(fitting) if fitting else picture.widths[-1]


class OtherCard(Exception):
    """A page has another card now, with this digest."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


def content(of: str, digest: str, facts_of: Callable[[], CardFacts]) -> bytes:
    """The card with a digest `of` a public event (its id) or of the site, as a JPEG. If it was not made yet, the
    present one of the page is. Raises OtherCard if that has another digest.
    """
    # The cards of one event are not found below another, which may still be public.
    store, name = storage.store(), f"cards/{of}-{digest}.jpg"
    stored = store.get(name) if _DIGEST.fullmatch(digest) else None
    if stored is not None:
        return stored
    # What a stranger can ask for with any digest is charged to them, as a page that is not cached is.
    with building():
        present = facts_of()
        if digest != present.digest:
            raise OtherCard(present.digest)
        made = drawn(present, store, fonts())
    with suppress(Refused):  # it is drawn, and will be drawn again
        store.put(name, made)
    return made


def drawn(card: CardFacts, store: PictureStore, known: FontSet) -> bytes:
    """The card as a JPEG of at most MOST_BYTES. Takes up to 0.2 s of a processor."""
    picture = _stored(card, store)
    if picture is None:
        card = replace(card, picture=None)
    data = {**asdict(card), "pictured": picture is not None}
    data["drawing"] = "" if picture else assets.source(f"motifs/{card.motif}.svg").read_text(encoding="utf-8")
    image = Image.open(BytesIO(typeset.raster("card", data, known))).convert("RGB")
    if picture is not None and card.picture is not None:
        _digest, _width, x, y = card.picture
        cropped = ImageOps.fit(picture, (_PICTURE_WIDTH, HEIGHT - 14), centering=(x / 100, y / 100))
        image.paste(cropped, (WIDTH - _PICTURE_WIDTH, 0))
    return _within(image)


def _stored(card: CardFacts, store: PictureStore) -> Image.Image | None:
    if card.picture is None:
        return None
    digest, width, _x, _y = card.picture
    content = store.get(f"{digest}-{width}.jpg")
    return Image.open(BytesIO(content)).convert("RGB") if content else None


def _within(image: Image.Image) -> bytes:
    for quality in (84, 75, 65, 50):
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()

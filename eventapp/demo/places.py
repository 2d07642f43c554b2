"""Places and organizations that several stories share."""

from __future__ import annotations

from eventapp.core.localized import LocalizedText
from eventapp.demo import keep
from eventapp.directory.models import Organization, Place
from eventapp.directory.rules import OrganizationKind, PlaceKind

_COUNTRIES = {
    "JP": ("japan", LocalizedText(en="Japan", ja="日本"), ()),
    "BD": ("bangladesh", LocalizedText(en="Bangladesh", ja="バングラデシュ", bn="বাংলাদেশ"), ()),
    "DO": (
        "dominican-republic",
        LocalizedText(en="Dominican Republic", ja="ドミニカ共和国", es="República Dominicana"),
        (),
    ),
    "FI": ("finland", LocalizedText(en="Finland", ja="フィンランド", fi="Suomi"), ()),
    "US": ("united-states", LocalizedText(en="United States", ja="アメリカ合衆国"), ("USA", "米国")),
    "DE": ("germany", LocalizedText(en="Germany", ja="ドイツ", de="Deutschland"), ()),
    "AU": ("australia", LocalizedText(en="Australia", ja="オーストラリア"), ("豪州",)),
    "MY": ("malaysia", LocalizedText(en="Malaysia", ja="マレーシア"), ()),
    "ES": ("spain", LocalizedText(en="Spain", ja="スペイン", es="España"), ()),
    "NO": ("norway", LocalizedText(en="Norway", ja="ノルウェー"), ()),
    "FR": ("france", LocalizedText(en="France", ja="フランス"), ()),
    "KR": ("south-korea", LocalizedText(en="South Korea", ja="韓国", ko="대한민국"), ("Republic of Korea",)),
}

_REGIONS = {
    "tokushima-prefecture": LocalizedText(en="Tokushima Prefecture", ja="徳島県", bn="তোকুশিমা প্রিফেকচার"),
    "chiba-prefecture": LocalizedText(en="Chiba Prefecture", ja="千葉県", es="Prefectura de Chiba"),
    "saga-prefecture": LocalizedText(en="Saga Prefecture", ja="佐賀県", fi="Sagan prefektuuri"),
    "saitama-prefecture": LocalizedText(en="Saitama Prefecture", ja="埼玉県"),
    "yamagata-prefecture": LocalizedText(en="Yamagata Prefecture", ja="山形県"),
}


def country(code: str) -> Place:
    """A country by its ISO 3166-1 code."""
    slug, names, aliases = _COUNTRIES[code]
    return keep.place(slug, PlaceKind.COUNTRY, names, country=code, aliases=aliases)


def prefecture(slug: str) -> Place:
    """A prefecture of Japan."""
    return keep.place(slug, PlaceKind.REGION, _REGIONS[slug], country="JP", zone="Asia/Tokyo", parent=country("JP"))


def city(
    slug: str,
    names: LocalizedText,
    *,
    code: str,
    zone: str | None = None,
    parent: Place | None = None,
    aliases: tuple[str, ...] = (),
) -> Place:
    """A city under its prefecture, or else its country."""
    return keep.place(
        slug, PlaceKind.CITY, names, country=code, zone=zone, parent=parent or country(code), aliases=aliases
    )


def city_hall(
    place: Place, names: LocalizedText, *, aliases: tuple[str, ...] = (), url: str = "", generated: bool = False
) -> Organization:
    """The administration of a city."""
    return keep.organization(OrganizationKind.CITY, names, place=place, aliases=aliases, url=url, generated=generated)


def japanese_city(slug: str, en: str, ja: str, *, parent: Place | None = None, **more: str) -> Place:
    """A city of Japan; `ja` without 市."""
    return city(slug, LocalizedText({"en": en, "ja": f"{ja}市", **more}), code="JP", zone="Asia/Tokyo", parent=parent)


def ministry() -> Organization:
    """The Ministry of Foreign Affairs, which publishes the newsletter."""
    return keep.organization(
        OrganizationKind.NATIONAL_GOVERNMENT,
        LocalizedText(en="Ministry of Foreign Affairs of Japan", ja="外務省"),
        place=country("JP"),
        aliases=("MOFA", "Local Partnership Cooperation Division", "地方連携推進室"),
        url="https://www.mofa.go.jp/mofaj/gaiko/local/",
    )


def embassy(of: str, names: LocalizedText, *, url: str = "") -> Organization:
    """An embassy. Its place is the country that sends it, not the one it stands in: it speaks for the former."""
    return keep.organization(OrganizationKind.EMBASSY_MISSION, names, place=country(of), url=url)


NEWSLETTER = "Ministry of Foreign Affairs of Japan, newsletter on local partnership (early 2023)"

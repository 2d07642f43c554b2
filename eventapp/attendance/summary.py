"""The attendance summary: "Over 300 people from 15 cities in nine foreign countries, 22 cities in Japan and 50
companies and organizations." Plain values only.

Its grammar differs too much between languages for a message catalogue (word order, number words, counters), so there is
a function for each language here; other languages use the English one.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventapp.core.labels import Labelled
from eventapp.core.languages import country, listing
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import LocalizedText


class Rounding(Labelled):
    """How exact a number of people is."""

    OVER = "over", _l("Over")
    ABOUT = "about", _l("About")
    EXACTLY = "exactly", _l("Exactly")


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one summary; None and 0 leave their part out."""

    people: int | None
    rounding: Rounding
    home: str
    foreign_cities: int | None = None
    foreign_countries: int | None = None
    domestic_cities: int | None = None
    organizations: int | None = None
    # Fewer than five people, in place of their number.
    fewer: bool = False
    # Names to mention as examples.
    foreign_examples: tuple[LocalizedText, ...] = ()
    domestic_examples: tuple[LocalizedText, ...] = ()
    organization_examples: tuple[LocalizedText, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """A piece of the summary; `number` marks what a page highlights."""

    text: str
    number: bool = False


Summary = tuple[SummaryPart, ...]


def summary(figures: Figures, language: str) -> Summary:
    """The summary in parts; empty if there is nothing to say."""
    return _japanese(figures) if language.split("-")[0] == "ja" else _english(figures)


def plain(parts: Summary) -> str:
    """The summary as text."""
    return "".join(part.text for part in parts)


def rounded(number: int, rounding: Rounding) -> tuple[int, Rounding]:
    """Round a counted number; returns it with the word that is still true for it.

    `over` takes the next step of 5, 50, 500, … strictly below (312 → over 300, 367 → over 350); `about` rounds to two
    significant digits (312 → about 310). A number below 10, or one that is already round, stays exact, and so does the
    word.
    """
    if number < 10 or rounding is Rounding.EXACTLY:
        return number, Rounding.EXACTLY
    tenth = 10 ** (len(str(number)) - 2)
    step = 5 * tenth if rounding is Rounding.OVER else tenth
    near = number // step * step if rounding is Rounding.OVER else (number + step // 2) // step * step
    return (number, Rounding.EXACTLY) if near == number else (near, rounding)


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Countries that take an article in English.
_THE = frozenset({"AE", "BS", "CD", "CF", "CG", "CK", "DO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "US"})

_EN_ROUNDING = {Rounding.OVER: "Over ", Rounding.ABOUT: "About ", Rounding.EXACTLY: ""}


def _en(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _en_examples(names: tuple[LocalizedText, ...]) -> list[SummaryPart]:
    said = listing([name.resolve("en").text for name in names], "en")
    return [SummaryPart(f" (among them {said})")] if names else []


def _ja_examples(names: tuple[LocalizedText, ...]) -> list[SummaryPart]:
    return [SummaryPart(f"（{'、'.join(name.resolve('ja').text for name in names)}など）")] if names else []


def _english(figures: Figures) -> Summary:
    sources: list[list[SummaryPart]] = []
    where = "the " if figures.home in _THE else ""
    abroad = figures.foreign_countries or 0
    # Small numbers of countries are spelled out, as in official texts.
    said = _WORDS[abroad] if abroad < len(_WORDS) else f"{abroad:,}"
    countries = SummaryPart(f"{said} foreign {'country' if abroad == 1 else 'countries'}", True)
    if figures.foreign_cities:
        cities = SummaryPart(_en(figures.foreign_cities, "city", "cities"), True)
        where_from = [SummaryPart(" in "), countries] if abroad else [SummaryPart(" abroad")]
        sources.append([cities, *_en_examples(figures.foreign_examples), *where_from])
    elif abroad:
        sources.append([countries])
    if figures.domestic_cities:
        cities = SummaryPart(_en(figures.domestic_cities, "city", "cities"), True)
        in_country = SummaryPart(f" in {where}{country(figures.home, 'en')}")
        sources.append([cities, *_en_examples(figures.domestic_examples), in_country])
    if figures.organizations:
        one, many = "company or organization", "companies and organizations"
        bodies = SummaryPart(_en(figures.organizations, one, many), True)
        sources.append([bodies, *_en_examples(figures.organization_examples)])
    parts: list[SummaryPart] = []
    if figures.fewer:
        parts = [
            SummaryPart("Fewer than "),
            SummaryPart("5 people", True),
            *([SummaryPart(" from ")] if sources else []),
        ]
    elif figures.people:
        people = SummaryPart(_en(figures.people, "person", "people"), True)
        parts = [SummaryPart(_EN_ROUNDING[figures.rounding]), people] if _EN_ROUNDING[figures.rounding] else [people]
        if sources:
            parts.append(SummaryPart(" from "))
    for place, source in enumerate(sources):
        if place:
            parts.append(SummaryPart(" and " if place == len(sources) - 1 else ", "))
        parts.extend(source)
    return tuple(parts)


def _ja(number: int, unit: str) -> SummaryPart:
    return SummaryPart(f"{number:,}{unit}", True)


def _japanese(figures: Figures) -> Summary:
    sources: list[list[SummaryPart]] = []
    abroad = figures.foreign_countries or 0
    if figures.foreign_cities:
        countries = [_ja(abroad, "か国"), SummaryPart("・")] if abroad else []
        cities = [_ja(figures.foreign_cities, "都市"), *_ja_examples(figures.foreign_examples)]
        sources.append([SummaryPart("海外"), *countries, *cities])
    elif abroad:
        sources.append([SummaryPart("海外"), _ja(abroad, "か国")])
    if figures.domestic_cities:
        # 「国内」 means domestic as seen from Japan; for an event elsewhere the country is named.
        home = "国内" if figures.home == "JP" else country(figures.home, "ja")
        cities = [_ja(figures.domestic_cities, "都市"), *_ja_examples(figures.domestic_examples)]
        sources.append([SummaryPart(home), *cities])
    if figures.organizations:
        bodies = _ja(figures.organizations, "の企業・団体")
        sources.append([bodies, *_ja_examples(figures.organization_examples)])
    parts: list[SummaryPart] = []
    for place, source in enumerate(sources):
        if place:
            parts.append(SummaryPart("、"))
        parts.extend(source)
    people = _ja_people(figures)
    if people and sources:
        parts.append(SummaryPart("から"))
    return (*parts, *people)


def _ja_people(figures: Figures) -> list[SummaryPart]:
    if figures.fewer:
        return [_ja(5, "人"), SummaryPart("未満の参加者")]
    if not figures.people:
        return []
    before, after = {
        Rounding.OVER: ("", "を超える参加者"),
        Rounding.ABOUT: ("約", "の参加者"),
        Rounding.EXACTLY: ("", "の参加者"),
    }[figures.rounding]
    return [*([SummaryPart(before)] if before else []), _ja(figures.people, "人"), SummaryPart(after)]

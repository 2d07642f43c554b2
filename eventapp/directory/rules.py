"""Names, positions and kinds. Plain values only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from eventapp.core.addresses import is_web_address
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.link_lines import LONGEST_ADDRESS, NotALink, check_short, link_lines
from eventapp.core.localized import LocalizedText, ResolvedText, fold
from eventapp.core.refusals import Refused


class PlaceKind(StrEnum):
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"


class OrganizationKind(Labelled):
    CITY = "city", _l("City or municipality")
    PREFECTURE_REGION = "prefecture_region", _l("Prefecture, state or region")
    NATIONAL_GOVERNMENT = "national_government", _l("National government")
    EMBASSY_MISSION = "embassy_mission", _l("Embassy or mission")
    COMPANY = "company", _l("Company")
    UNIVERSITY_SCHOOL = "university_school", _l("University or school")
    ASSOCIATION_NGO = "association_ngo", _l("Association or NGO")
    INTERNATIONAL_ORGANIZATION = "international_organization", _l("International organization")
    MEDIA = "media", _l("Media")
    OTHER = "other", _l("Other")


class NameOrder(Labelled):
    FAMILY_FIRST = "family_first", _l("Family name first")
    GIVEN_FIRST = "given_first", _l("Given name first")


_NONE = frozenset(
    fold(word)
    for word in (
        "none",
        "no organization",
        "no organisation",
        "no affiliation",
        "n/a",
        "na",
        "not applicable",
        "nil",
        "null",
        "individual",
        "private",
        "private person",
        "myself",
        "personal",
        "なし",
        "無し",
        "無",
        "特になし",
        "該当なし",
        "所属なし",
        "無所属",
        "個人",
        "個人参加",
        "個人参加者",
        "一般",
        "keine",
        "aucun",
        "aucune",
        "ninguna",
        "ninguno",
        "없음",
        "无",
    )
)


def says_none(organization: str) -> bool:
    """Whether the text in an organization field means that there is none: "none", 「なし」, "N/A", "–"."""
    folded = fold(organization)
    return not folded or folded in _NONE


# Languages that write family and given name without a space.
_JOINED = {"ja", "zh"}
_FAMILY_FIRST = {"ja", "zh", "ko", "hu", "vi"}


def full_name(family: LocalizedText, given: LocalizedText, order: NameOrder, language: str) -> ResolvedText:
    """A person's name for a reader, with the language of the result.

    A name in a script that puts the family name first keeps that order whatever `order` says; Latin script and katakana
    follow `order`. Missing parts are left out: some people have only one name.
    """
    tag = family.resolve(language).language if family else given.resolve(language).language
    last, first = family.get(tag, ""), given.get(tag, "")
    if tag.split("-")[0] == "ja" and _katakana(last) and _katakana(first):
        # Japanese writes a foreign name in its own order, with a middle dot.
        parts = [last, first] if order is NameOrder.FAMILY_FIRST else [first, last]
        return ResolvedText("・".join(parts), tag)
    family_first = order is NameOrder.FAMILY_FIRST or tag.split("-")[0] in _FAMILY_FIRST
    parts = [last, first] if family_first else [first, last]
    glue = "" if tag.split("-")[0] in _JOINED and all(_no_latin(part) for part in parts) else " "
    return ResolvedText(glue.join(part for part in parts if part), tag)


def own_script_name(family: LocalizedText, given: LocalizedText, order: NameOrder, shown: str) -> ResolvedText | None:
    """The name in another script than the one shown (`shown` is its language), or None.

    The same letters tagged with another language don't count as another script.
    """
    seen = fold(full_name(family, given, order, shown).text)
    for tag in [*family, *given]:
        if tag != shown:
            other = full_name(family, given, order, tag)
            if other.language == tag and fold(other.text) not in {"", seen}:
                return other
    return None


def split_name(text: str) -> tuple[str, str]:
    """(family name, given name) of a whole name. A single word is a family name.

    Han, Kana and Hangul put the family name first; so do capitals ("ISHIDA Yukiko") and a comma ("Lovelace, Ada").
    """
    if "," in text:
        family, _comma, given = text.partition(",")
        return family.strip(), given.strip()
    words = text.split()
    if len(words) < 2:
        return text, ""
    eastern = any(unicodedata.name(c, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for c in text)
    if eastern or (words[0].isupper() and len(words[0]) > 1 and not words[-1].isupper()):
        return words[0], " ".join(words[1:])
    capitals = [word for word in words if word.isupper() and len(word.strip(".")) > 1]
    if capitals and len(capitals) < len(words):  # "Yukiko ISHIDA"
        return " ".join(capitals), " ".join(word for word in words if word not in capitals)
    return words[-1], " ".join(words[:-1])


def monogram(name: str) -> str:
    """One or two letters that represent a person: the first of a name without spaces, else the initials of two
    words.
    """
    words = [word for word in name.split() if word[:1].isalpha()]
    if not words:
        return "·"
    if not _no_latin(words[0]):
        return "".join(word[0] for word in words[:2]).upper()
    return words[0][0]


def _no_latin(text: str) -> bool:
    return not any("a" <= c.lower() <= "z" for c in text)


def _katakana(text: str) -> bool:
    return bool(text) and all("\u30a0" <= letter <= "\u30ff" or letter in " ＝=" for letter in text)


def tenure(starts: date | None, ends: date | None, on: date) -> str:
    """Whether a position is `held`, `former` or `future` on a day. A missing start or end is unbounded.

    A position is former from the day after it ended.
    """
    if ends is not None and ends < on:
        return "former"
    if starts is not None and starts > on:
        return "future"
    return "held"


P = TypeVar("P")


def position_on(positions: Iterable[P], day: date) -> tuple[P, bool] | None:
    """(position, False) for the one held on a day, or (position, True) for the last one held before it.

    Positions have `starts` and `ends`.
    """
    former: Any = None
    for position in positions:
        one: Any = position
        state = tenure(one.starts, one.ends, day)
        if state == "held":
            return position, False
        if state == "former" and (former is None or (former.ends or day) < (one.ends or day)):
            former = position
    return (former, True) if former is not None else None


def spellings(family: LocalizedText, given: LocalizedText, reading: str = "") -> list[str]:
    """The folded spellings of a name: in each language in both orders, and its reading."""
    found = []
    for tag in {**family, **given}:
        last, first = family.get(tag, ""), given.get(tag, "")
        found += [fold(f"{last} {first}"), fold(f"{first} {last}")]
    return list(dict.fromkeys(filter(None, [*found, fold(reading)])))


_CITY_WORDS = ("cityof", "cityhall", "city", "municipality", "stadt")
_CITY_ENDINGS = ("市役所", "市", "町", "村")


def fold_city(name: str) -> str:
    """Fold a city's name without words such as "City of": "City of Pittsburgh" = "Pittsburgh"."""
    bare = fold(name)
    for word in _CITY_WORDS:
        if bare.startswith("cityof") and word == "cityof":
            bare = bare.removeprefix(word)
        elif len(bare) > len(word) + 1:
            bare = bare.removesuffix(word)
    for ending in _CITY_ENDINGS:
        if len(bare) > len(ending) + 1 and bare.endswith(ending):
            return bare.removesuffix(ending)
    return bare


def name_language(text: str) -> str:
    """The language that a typed name is in, as far as its script tells: "ja" or "en"."""
    scripts = {unicodedata.name(letter, "").split(" ")[0].split("-")[0] for letter in text if letter.isalpha()}
    return "ja" if scripts & {"CJK", "HIRAGANA", "KATAKANA"} else "en"


def typed_name(family: str, given: str) -> str:
    """A full name from its two typed parts, in the order that its script uses.

    Han, Kana and Hangul put the family name first; a foreign name in Katakana is joined with a middle dot, given name
    first; all other scripts put the given name first. Non-letters such as the apostrophe of O’Brien are ignored.
    """
    letters = [unicodedata.name(letter, "") for letter in family + given if letter.isalpha()]
    scripts = {name.split(" ")[0].split("-")[0] for name in letters}
    if scripts & {"CJK", "HIRAGANA", "HANGUL", "BOPOMOFO"}:
        return f"{family} {given}".strip()
    if scripts == {"KATAKANA"} and family and given:
        return f"{given}・{family}"
    return f"{given} {family}".strip()


HOW_TO_LINK = _l(
    "Up to 8 web pages, one in a line: an address, or a title, a bar and the address. Research group | "
    "https://example.org/group"
)


def links(lines: str) -> list[tuple[str, str]]:
    """(text, address) of the web pages of a person, from lines such as “Research group | https://example.org”. A line
    may also be an address alone: its text is then the name of the site. Raises NotALink, and Refused for too many.
    """
    found = []
    for text, address in link_lines(lines):
        address = address or text
        if not is_web_address(address) or len(address) > LONGEST_ADDRESS or len(text) > LONGEST_ADDRESS:
            raise NotALink(text)
        found.append(((urlsplit(address).hostname or "").removeprefix("www.") if text == address else text, address))
    check_short(found)
    return found


def link_lines_of(typed: str) -> str:
    """The lines as they are stored: one link in each. Raises Refused for a line that is none, and for too many."""
    try:
        links(typed)
    except NotALink as wrong:
        raise Refused(
            _(
                "This line is not a link: %(line)s. Write an address that starts with https://, or a title, a bar and "
                "the address.",
                line=str(wrong)[:100],
            ),
            field="links",
        ) from wrong
    return "\n".join(filter(None, (line.strip() for line in typed.splitlines())))

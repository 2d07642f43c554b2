"""The values in the cells of a table of people: names, addresses, countries, kinds, languages, answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from email_validator import EmailNotValidError, validate_email

from eventapp.core import languages
from eventapp.core.addresses import half_width
from eventapp.core.languages import gettext as _
from eventapp.core.localized import TAG, fold
from eventapp.directory.rules import OrganizationKind
from eventapp.registration.answers import possible
from eventapp.registration.form_models import Question
from eventapp.registration.question_rules import QuestionKind, typed_number

# Names of countries that people write, and no catalogue has.
_COUNTRIES = {
    "usa": "US",
    "us": "US",
    "america": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "korea": "KR",
    "republicofkorea": "KR",
    "russia": "RU",
    "vietnam": "VN",
    "czechrepublic": "CZ",
    "turkey": "TR",
    "holland": "NL",
    "アメリカ": "US",
    "米国": "US",
    "英国": "GB",
    "中国": "CN",
    "台湾": "TW",
    "大韓民国": "KR",
    "豪州": "AU",
}


@lru_cache(maxsize=10_000)
def comparable(text: str) -> str:
    """A text for comparing names in tables: folded, with the dashes, waves and variants that two systems type
    differently.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub("[\u301c\uff5e~]", "~", plain)
    return fold(re.sub("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", plain))


def email(text: str) -> str:
    """An e-mail address, which may be in full width. Raises ValueError with a sentence."""
    try:
        return str(validate_email(half_width(text), check_deliverability=False).normalized)
    except EmailNotValidError as error:
        raise ValueError(_("“%(said)s” is not an e-mail address.", said=text[:80])) from error


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    codes = languages.country_codes()
    found = {comparable(code): code for code in codes}
    for tag in ("en", "ja", "fr", "es", "de", "it", "pt", "zh", "ko"):
        for code, name in Locale(tag).territories.items():
            if code in codes:
                found.setdefault(comparable(name), code)
    return found | {comparable(name): code for name, code in _COUNTRIES.items()}


def country(text: str) -> str:
    """The ISO 3166-1 code of a country, by its code or its name in nine languages. Raises ValueError."""
    code = _country_names().get(comparable(text))
    if code is None:
        raise ValueError(_("We don't know the country “%(said)s”.", said=text[:60]))
    return code


@lru_cache(maxsize=1)
def _kind_names() -> dict[str, OrganizationKind]:
    found: dict[str, OrganizationKind] = {}
    for tag in languages.INTERFACE:
        with languages.force_locale(tag):
            for one in OrganizationKind:
                for name in (one.value, one.label, one.label.partition(" ")[0]):
                    found.setdefault(comparable(name), one)
    return found


def kind(text: str) -> OrganizationKind:
    """A kind of organization, by its value or label. Raises ValueError."""
    found = _kind_names().get(comparable(text))
    if found is None:
        raise ValueError(_("We don't know the kind of organization “%(said)s”.", said=text[:60]))
    return found


@lru_cache(maxsize=1)
def _language_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in ("en", "ja", "fr", "es", "de", "zh", "ko"):
        for code, name in Locale(tag).languages.items():
            found.setdefault(comparable(name), str(code).replace("_", "-"))
    for tag in languages.INTERFACE:  # as our own files say them
        for code in {*found.values(), "zh-Hant", "zh-Hans", "pt-BR"}:
            found.setdefault(comparable(languages.language_name(code, tag)), code)
    for code in Locale("en").languages:  # what is no name may be a code in capitals
        found.setdefault(comparable(str(code)), str(code).replace("_", "-"))
    return found


def language(text: str) -> str:
    """A language tag, by itself or the language's name. Raises ValueError."""
    if TAG.fullmatch(text) and text.partition("-")[0] in Locale("en").languages:
        return text
    found = _language_names().get(comparable(text))
    if found is None:
        raise ValueError(_("We don't know the language “%(said)s”.", said=text[:60]))
    return found


_YES = {"yes", "y", "true", "1", "はい", "有", "あり", "○", "◯", "〇", "x", "✓", "✔"}
_NO = {"no", "n", "false", "0", "いいえ", "無", "なし", "×", "✗"}


def answer(question: Question, text: str, *, language: str) -> Any:
    """The answer in a cell, as it is stored. Raises ValueError with a sentence quoting the question in a language."""
    if question.kind is QuestionKind.CHOICE:
        return _choice(question, text, language)
    if question.kind is QuestionKind.CHOICES:
        return _choices(question, text, language)
    parsed = _PARSERS.get(question.kind, str)(text)
    if parsed is None or (question.kind is QuestionKind.LANGUAGE and parsed not in question.languages):
        raise _no_answer(question, text, language)
    return parsed


def _yes_or_no(text: str) -> bool | None:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain in _YES if plain in _YES or plain in _NO else None


# The year before the first of each era of Japan.
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_ERA_DAY = re.compile(r"(令和|平成|昭和)(元|\d{1,2})年(\d{1,2})月(\d{1,2})日")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def _day(text: str) -> str | None:
    """A day such as 2031-03-18, 2031/3/18 or 令和13年3月18日, in ISO 8601."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if era := _ERA_DAY.fullmatch(plain):
        year = _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
    elif not (era := _DAY.fullmatch(plain)):
        return None
    else:
        year = int(era[1])
    try:
        return date(year, *(int(part) for part in era.groups()[-2:])).isoformat()
    except ValueError:
        return None


_PARSERS: dict[QuestionKind, Callable[[str], Any]] = {
    QuestionKind.YES_NO: _yes_or_no,
    QuestionKind.CONSENT: _yes_or_no,
    QuestionKind.NUMBER: typed_number,
    QuestionKind.DATE: _day,
    QuestionKind.COUNTRY: country,
    QuestionKind.LANGUAGE: language,
}


def _no_answer(question: Question, text: str, language: str) -> ValueError:
    asked = question.label.resolve(language).text
    return ValueError(_("“%(said)s” does not answer “%(question)s”.", said=text[:60], question=asked))


_BETWEEN = re.compile(r"\s*(?:[;；、,，]|\band\b|および|・)\s*", re.IGNORECASE)


def _choices(question: Question, text: str, language: str) -> list[str]:
    """The choices in a list, whose words may contain a comma or “and” themselves."""
    names = _names(question)
    cuts = [(0, 0), *(match.span() for match in _BETWEEN.finditer(text)), (len(text), len(text))]
    found: list[str] = []
    at = 0
    while at < len(cuts) - 1:
        begin = cuts[at][1]
        ends = (end for end in range(len(cuts) - 1, at, -1) if comparable(text[begin : cuts[end][0]]) in names)
        end = next(ends, at + 1)
        if part := text[begin : cuts[end][0]].strip():
            found.append(_choice(question, part, language))
        at = end
    return list(dict.fromkeys(found))


def _names(question: Question) -> Mapping[str, str]:
    offered = {comparable(name): key for key, texts in possible(question) for name in (key, *(texts or {}).values())}
    return {comparable(one.key): one.key for one in question.all_choices} | offered


def _choice(question: Question, text: str, language: str) -> str:
    key = _names(question).get(comparable(text))
    if key is None:
        raise _no_answer(question, text, language)
    return key

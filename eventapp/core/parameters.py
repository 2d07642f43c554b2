"""Declares which query parameters a cached view reads.

A cached response is found by its path and query, so a query that changes nothing must not create another one: a client
that counts `?x=1`, `?x=2`, … would have every page built anew, and campaign tags of a newsletter do so by accident. A
view names its parameters and how each is read; everything else is removed from the query before Flask sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from babel import Locale

from eventapp.core.localized import TAG

V = TypeVar("V", bound=Callable[..., Any])

# Returns the canonical spelling of a value, or an empty string if it has no effect.
Reader = Callable[[str], str]
Known = Mapping[str, Reader]

MOST_FIELDS = 64
_LANGUAGES = frozenset(Locale("en").languages)


def one_of(values: Iterable[str]) -> Reader:
    """One of these words; any other is ignored."""
    known = frozenset(values)
    return lambda typed: typed if typed in known else ""


def text(length: int) -> Reader:
    """Any text, such as a search query, cut at a number of characters."""
    return lambda typed: typed.strip()[:length]


def several(length: int, *, most: int) -> Reader:
    """Words with commas between them, each once and in order, at most so many of at most `length` characters."""

    def read(typed: str) -> str:
        return ",".join(sorted({word for word in typed.split(",") if word and len(word) <= length})[:most])

    return read


def nearest(numbers: Iterable[int], *, most: int) -> Reader:
    """The nearest of these numbers to a whole number up to `most`; the smaller one if two are equally near."""
    known = sorted(numbers)

    def read(typed: str) -> str:
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 10 and int(typed) <= most):
            return ""
        return str(min(known, key=lambda number: abs(number - int(typed))))

    return read


def a_day(typed: str) -> str:
    """A day as YYYY-MM-DD; anything else is ignored."""
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return ""


def language(typed: str) -> str:
    """A language tag whose language has a name; any other is ignored."""
    return typed if TAG.fullmatch(typed) and typed.split("-")[0] in _LANGUAGES else ""


def parameters(**known: Reader) -> Callable[[V], V]:
    """Decorator of a cached view: the parameters that it reads, besides `lang`, which all views read."""

    def decorate(view: V) -> V:
        view.parameters = {"lang": language, **known}  # type: ignore[attr-defined]
        return view

    return decorate


def canonical(query: str, known: Known) -> str:
    """The query of a WSGI environ in canonical form: only known parameters, in the order of `known`, each once; empty
    if there are too many.
    """
    if not query.isascii():  # its bytes, one character each
        query = query.encode("latin-1").decode("utf-8", "replace")
    try:
        fields = parse_qsl(query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    asked: dict[str, str] = {}
    for name, typed in fields:
        if name in known and name not in asked and (value := known[name](typed)):
            asked[name] = value
    return urlencode({name: asked[name] for name in known if name in asked})

"""What the address of a kept answer may ask for.

A kept answer is found by its path and query, so a query that changes nothing must not make another one: a stranger
who counts `?x=1`, `?x=2`, … would have every page made anew, and campaign tags of a newsletter do so by accident.
A view names its parameters and how each is read; everything else is taken out of the query before Flask sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from babel import Locale

from eventapp.core.localized import TAG

V = TypeVar("V", bound=Callable[..., Any])

# Gives a value in its one spelling, or an empty text for one that asks for nothing.
Reader = Callable[[str], str]
Known = Mapping[str, Reader]

MOST_FIELDS = 64
_LANGUAGES = frozenset(Locale("en").languages)


def one_of(values: Iterable[str]) -> Reader:
    """One of these words; any other asks for nothing."""
    known = frozenset(values)
    return lambda typed: typed if typed in known else ""


def words(length: int) -> Reader:
    """Any text, such as what is searched for, cut at a number of characters."""
    return lambda typed: typed.strip()[:length]


def nearest(numbers: Iterable[int], *, most: int) -> Reader:
    """The nearest of these numbers to a whole number up to `most`; the smaller of two that are as near."""
    known = sorted(numbers)

    def read(typed: str) -> str:
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 10 and int(typed) <= most):
            return ""
        return str(min(known, key=lambda number: abs(number - int(typed))))

    return read


def language(typed: str) -> str:
    """A language tag whose language has a name; any other asks for nothing."""
    return typed if TAG.fullmatch(typed) and typed.split("-")[0] in _LANGUAGES else ""


def parameters(**known: Reader) -> Callable[[V], V]:
    """Decorator of a view with kept answers: the parameters that it reads, besides `lang`, which all of them do."""

    def decorate(view: V) -> V:
        view.parameters = {"lang": language, **known}  # type: ignore[attr-defined]
        return view

    return decorate


def canonical(query: str, known: Known) -> str:
    """The query in its one spelling: only what is known, in the order of `known`, each once; empty for too many."""
    try:
        fields = parse_qsl(query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    asked: dict[str, str] = {}
    for name, typed in fields:
        if name in known and name not in asked and (value := known[name](typed)):
            asked[name] = value
    return urlencode({name: asked[name] for name in known if name in asked})

"""The statement as data of its template (pdf/templates/statement.typ): one page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eventapp.attendance.rules import CountStatement
from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event

# Points of the names, by how many characters there are of them; and what one page holds at most.
_SIZES = ((1_000, 9), (1_800, 8), (4_000, 7))
_SMALLEST = 6
MOST = 9_000


def data(event: Event, said: CountStatement, *, language: str) -> dict[str, Any]:
    """The data, with names in a language and the summary in each language of the interface."""
    counts, title = said.counts, event.title.resolve(language).text
    lists = [(heading, names) for heading, names in _lists(said, language) if names]
    return {
        "title": _("Attendance") + f": {title}",
        "author": title,
        "lang": languages.interface(),
        "event": title,
        "basis": f"{counts.basis.explanation} " + _("As of %(when)s", when=languages.moment_of(said.as_of, event.zone)),
        "summaries": [(one, said.text(one)) for one in languages.INTERFACE],
        "headings": [_("What"), _("Number")],
        "numbers": [[name, f"{number:,}"] for name, number in _numbers(said)],
        "lists": lists,
        "names_size": _size(sum(len(names) for _heading, names in lists)),
        "method": _("Computed from the registrations and check-ins of the event; each person counts once."),
    }


def _size(characters: int) -> int:
    return next((size for most, size in _SIZES if characters <= most), _SMALLEST)


def _numbers(said: CountStatement) -> list[tuple[str, int]]:
    counts = said.counts
    return [
        (_("People"), counts.people),
        *((f"– {mode.label}", number) for mode, number in counts.by_mode.items() if number),
        (_("Cities abroad"), len(counts.foreign_cities)),
        (_("Foreign countries"), len(counts.foreign_countries)),
        (_("Cities in the country of the event"), len(counts.domestic_cities)),
        (_("Cities together"), len(counts.foreign_cities) + len(counts.domestic_cities)),
        (_("Companies and organizations"), len(counts.organizations)),
        *((f"– {kind.label}", number) for kind, number in counts.by_kind.items() if number),
    ]


def _lists(said: CountStatement, language: str) -> list[tuple[str, str]]:
    counts = said.counts

    def joined(names: Iterable[str]) -> str:
        text = " · ".join(names)
        return text if len(text) <= MOST // 4 else text[: MOST // 4].rsplit(" · ", 1)[0] + " …"

    def named(rows: Iterable[Any]) -> str:
        return joined(row.names.resolve(language).text for row in rows)

    return [
        (_("Cities abroad"), named(counts.foreign_cities)),
        (_("Foreign countries"), joined(languages.country(code) for code in counts.foreign_countries)),
        (_("Cities in the country of the event"), named(counts.domestic_cities)),
        (_("Companies and organizations"), named(counts.organizations)),
    ]

"""Spreadsheet cells with lists that belong together: names in several languages, and people with their roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from eventapp.core.labels import Labelled
from eventapp.core.languages import INTERFACE, force_locale
from eventapp.core.languages import gettext as _
from eventapp.exchange import name_lists, values
from eventapp.exchange.collected import ImportCollector
from eventapp.exchange.incoming import IncomingPerson, Problem
from eventapp.programme.rules import Mode, ParticipationRole

_LIST = "[;\n；、]"
R = TypeVar("R", bound=Labelled)


def aligned(
    collector: ImportCollector, where: str, field: str, columns: Mapping[str, Sequence[str]]
) -> list[dict[str, str]]:
    """The items of a row, each by language: the second in one column corresponds to the second in every other.

    With several columns, empty items keep their position. A column with a different number of names is left out and
    recorded as a problem, because it can't be told which names correspond.
    """
    filled = {tag: parts for tag, parts in columns.items() if any(parts)}
    if not filled:
        return []
    if len(filled) == 1:
        ((tag, parts),) = filled.items()
        return [{tag: part} for part in parts if part]
    first, size = next((tag, len(parts)) for tag, parts in filled.items())
    for tag, parts in filled.items():
        if len(parts) != size:
            sentence = _(
                "%(one)s has a different number of names than %(other)s, so we don't import it.",
                one=f"{field}_{tag}".rstrip("_"),
                other=f"{field}_{first}".rstrip("_"),
            )
            collector.leave_out(Problem(where, sentence, whole=False))
    whole = {tag: parts for tag, parts in filled.items() if len(parts) == size}
    found = [{tag: parts[at] for tag, parts in whole.items() if parts[at]} for at in range(size)]
    return [texts for texts in found if texts]


def people(
    collector: ImportCollector, where: str, columns: Mapping[str, str], says: Mapping[str, str]
) -> list[IncomingPerson] | None:
    """The people of a row; None if there is no column of people.

    `columns` are the cells by language, `says` all cells of the row: people_guid, role and mode correspond to the names
    one by one, and a single role or mode applies to all of them.
    """
    if not columns:
        return None
    cells = {tag: cell for tag, cell in columns.items() if cell}
    guids = values.listed(says.get("people_guid"), _LIST)
    if len(cells) == 1 and not guids:
        ((tag, cell),) = cells.items()
        named = [{tag: name} for name in name_lists.names(cell)]
    else:
        named = aligned(collector, where, "people", {tag: values.parts(cell, _LIST) for tag, cell in cells.items()})
        if len(guids) != len(named):
            guids = []
    roles = _each(collector, where, says.get("role"), ParticipationRole, len(named))
    modes = _each(collector, where, says.get("mode"), Mode, len(named))
    biography = collector.prose(says["biography"]) if len(named) == 1 and says.get("biography") else None
    if says.get("biography") and len(named) > 1:
        collector.left_without_place(_("biographies"))
    return [
        IncomingPerson(
            next(iter(texts.values())),
            guids[at][:200] if guids else "",
            names=texts,
            role=roles[at],
            mode=modes[at],
            biography={"": biography} if biography else {},
            identified_by_name=True,
        )
        for at, texts in enumerate(named)
    ]


@lru_cache(maxsize=8)
def _words(kind: type[R]) -> dict[str, R]:
    """Names of a role or a mode → its member: the value, and its label in each language of the interface."""
    found = {values.line(one.value).casefold(): one for one in kind}
    for language in INTERFACE:
        with force_locale(language):
            found |= {one.label.casefold(): one for one in kind}
    return found


def _each(collector: ImportCollector, where: str, said: str | None, kind: type[R], number: int) -> list[R | None]:
    """The role or mode of each of `number` people; None if it is missing or unknown."""
    parts = values.parts(said, _LIST) if said else []
    if len(parts) == 1:
        parts *= number
    if parts and len(parts) != number:
        sentence = _(
            "There are %(number)d people but a different number of roles or modes, so we don't import roles and modes.",
            number=number,
        )
        collector.leave_out(Problem(where, sentence, whole=False))
        parts = []
    found: list[R | None] = []
    for part in parts or [""] * number:
        known = _words(kind).get(part.casefold().replace("-", " ")) or _words(kind).get(part.casefold())
        if part and known is None:
            sentence = _("We don't know the role or attendance mode “%(said)s”.", said=part[:40])
            collector.leave_out(Problem(where, sentence, whole=False))
        found.append(known)
    return found

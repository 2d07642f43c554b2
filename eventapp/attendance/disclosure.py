"""Which numbers of people may be published: none from 1 to 4, and none that tells such a number by subtraction.

Plain values only. The method is cell suppression: a small cell is hidden (primary), and others of the same total with
it until what is hidden could be split in more than one way (secondary). 0 is published: it is about nobody.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product
from typing import TypeVar

from eventapp.attendance.bases import Basis
from eventapp.attendance.rules import Counts, CountStatement, figures_of
from eventapp.attendance.summary import Figures, Summary, plain, summary
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus

FEWEST = 5
K = TypeVar("K", bound=Hashable)
Shown = dict[K, int | None]


def small(number: int) -> bool:
    """Whether a number of people must not be published."""
    return 0 < number < FEWEST


def published(cells: Mapping[K, int], *, total_known: bool = True) -> Shown[K]:
    """The cells of one total, with None for those that are hidden. `total_known`: whether the total is published."""
    hidden = {key for key, number in cells.items() if small(number)}
    if hidden and total_known:
        # The next smallest ones, until the hidden ones can't be told from their sum.
        for key in sorted((k for k, n in cells.items() if n >= FEWEST), key=lambda k: cells[k]):
            # This one is shown, so that none of the hidden ones can be larger.
            if not _follows([cells[one] for one in hidden], most=cells[key]):
                break
            hidden.add(key)
    return {key: None if key in hidden else number for key, number in cells.items()}


def total_reveals(cells: Mapping[K, int]) -> bool:
    """Whether the total of these cells must not be published either, because all that could be hidden is hidden and a
    small cell follows from it: two cells of 4 are the only way to make 8.
    """
    hidden = [cells[key] for key, number in published(cells).items() if number is None]
    return bool(hidden) and _follows(hidden)


def _follows(hidden: list[int], most: int | None = None) -> bool:
    """Whether somebody who knows the sum of hidden cells knows one of the small ones: each small cell is from 1 to 4,
    and each other at least 5, and at `most` this, if that is known.
    """
    lows = [1 if small(number) else FEWEST for number in hidden]
    highs = [FEWEST - 1 if small(number) else most or sum(hidden) for number in hidden]
    whole = sum(hidden)
    for at, number in enumerate(hidden):
        if small(number):
            least = max(lows[at], whole - (sum(highs) - highs[at]))
            most = min(highs[at], whole - (sum(lows) - lows[at]))
            if least >= most:
                return True
    return False


# Totals of the modes that may tell a small number: 6 is 1 and 5, and 8 is 4 and 4, if all that is known is that each
# mode is hidden. Larger cells leave more than one split.
TELLING = frozenset(
    sum(cells)
    for cells in product(range(FEWEST + 1), repeat=len(Mode))
    if total_reveals(dict(zip(Mode, cells, strict=True)))
)


@dataclass(frozen=True)
class PublicStatement:
    """What the public sees of a statement. None is a number that is not published; `fewer`: it is below FEWEST. That is
    only said of confirmed people: on another basis, what is hidden and not said to be small would be told by that.
    """

    statement: CountStatement
    people: int | None
    fewer: bool
    by_mode: Shown[Mode]
    by_status: Shown[RegistrationStatus]
    generated: int | None
    whole: bool = field(default=True)  # whether nothing is hidden

    @property
    def counts(self) -> Counts:
        """Cities, countries and organizations, which are no people."""
        return self.statement.counts

    @property
    def as_of(self) -> datetime:
        """When it was counted."""
        return self.statement.as_of

    def is_fewer(self, mode: Mode) -> bool:
        """Whether the number of a mode is said to be below FEWEST: only of confirmed people, as `fewer`, and not if
        their total is hidden because the modes follow from it.
        """
        hidden = self.people is not None and self.by_mode[mode] is None
        return hidden and self.counts.basis is Basis.CONFIRMED and small(self.counts.by_mode[mode])

    def _figures(self) -> Figures:
        figures = figures_of(self.counts, self.statement.rounding)
        return replace(figures, people=None if self.people is None else figures.people, fewer=self.fewer)

    def parts(self, language: str) -> Summary:
        """The attendance summary in parts for a page; empty if nobody is counted."""
        return summary(self._figures(), language) if self.counts.anybody else ()

    def text(self, language: str) -> str:
        """The attendance summary as text."""
        return plain(self.parts(language))


def public(said: CountStatement, confirmed: Counts) -> PublicStatement:
    """What may be published of a statement, beside that of the `confirmed` people, which is published, too: people who
    are in one of the two and not in the other must not be told by subtraction.
    """
    counts = said.counts
    apart = {mode: abs(counts.by_mode[mode] - confirmed.by_mode[mode]) for mode in Mode}
    other_basis = counts.basis is not Basis.CONFIRMED
    tells_apart = other_basis and any(small(number) for number in apart.values())
    difference = abs(counts.people - confirmed.people)
    people: int | None = counts.people
    if small(counts.people) or _hides_confirmed(confirmed) or (other_basis and small(difference)):
        people = None
    if total_reveals(counts.by_mode) or (counts.basis is Basis.REGISTERED and total_reveals(_waiting(counts))):
        people = None
    if tells_apart and sum(number > 0 for number in counts.by_mode.values()) < 2:
        people = None  # it is the number of the one mode that is hidden
    by_mode = published(counts.by_mode, total_known=people is not None)
    if people is None or tells_apart or (other_basis and None in published(confirmed.by_mode).values()):
        by_mode = {mode: None if number else 0 for mode, number in counts.by_mode.items()}
    by_status = _statuses(counts, confirmed)
    hidden = [people, *by_mode.values(), *by_status.values()]
    return PublicStatement(
        said,
        people,
        small(counts.people) and not other_basis,
        by_mode,
        by_status,
        _generated(counts),
        whole=all(number is not None for number in hidden),
    )


def _generated(counts: Counts) -> int | None:
    """How many are demo data. If nobody is, that is said of few people, too."""
    if counts.generated and (small(counts.generated) or small(counts.people - counts.generated)):
        return None
    return counts.generated


def _statuses(counts: Counts, confirmed: Counts) -> Shown[RegistrationStatus]:
    """Registrations in each state. The waiting ones have a sum that follows from the totals of two bases, and the
    confirmed ones are the total of one.
    """
    waiting = _waiting(counts)
    found = published(waiting)
    if sum(waiting.values()) in TELLING:
        found = {one: None if number else 0 for one, number in waiting.items()}
    others = {one: number for one, number in counts.by_status.items() if one not in found}
    found |= published(others, total_known=False)
    if _hides_confirmed(confirmed):
        found[RegistrationStatus.CONFIRMED] = None
    return {one: found[one] for one in counts.by_status}


def _hides_confirmed(confirmed: Counts) -> bool:
    """Whether the number of confirmed people is not published."""
    return small(confirmed.people) or total_reveals(confirmed.by_mode)


def _waiting(counts: Counts) -> dict[RegistrationStatus, int]:
    waiting = {RegistrationStatus.PENDING, RegistrationStatus.OFFERED, RegistrationStatus.WAITLISTED}
    return {one: number for one, number in counts.by_status.items() if one in waiting}

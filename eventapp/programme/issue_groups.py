"""Issues of a programme in groups: those of one kind about the same thing, with a sentence for all. No database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventapp.core.languages import ngettext
from eventapp.programme.conflicts import Level, ProgrammeIssue


@dataclass(frozen=True)
class IssueGroup:
    """Issues of one kind about the same thing. A group of one has the sentence of its issue."""

    key: str
    level: Level
    sentence: str
    issues: tuple[ProgrammeIssue, ...]


def grouped(issues: Iterable[ProgrammeIssue]) -> list[IssueGroup]:
    """The groups in the order of their first issues."""
    by_group: dict[str, list[ProgrammeIssue]] = {}
    for one in issues:
        by_group.setdefault(one.group, []).append(one)
    return [IssueGroup(key, found[0].level, _sentence(found), tuple(found)) for key, found in by_group.items()]


def _sentence(found: Sequence[ProgrammeIssue]) -> str:
    first, number = found[0], len(found)
    if number == 1:
        return first.sentence
    subject = first.subject
    if first.kind in {"room", "person"}:
        return ngettext(
            "%(name)s is double-booked %(num)d time.", "%(name)s is double-booked %(num)d times.", number, name=subject
        )
    if first.kind == "way":
        return ngettext(
            "%(name)s has too little time between two venues %(num)d time.",
            "%(name)s has too little time between two venues %(num)d times.",
            number,
            name=subject,
        )
    if first.kind == "confirmation":
        return ngettext(
            "%(name)s has not confirmed yet for %(num)d session.",
            "%(name)s has not confirmed yet for %(num)d sessions.",
            number,
            name=subject,
        )
    if first.kind == "language":
        return ngettext(
            "%(num)d session is not interpreted into %(languages)s.",
            "%(num)d sessions are not interpreted into %(languages)s.",
            number,
            languages=subject,
        )
    return _sentence_of_sessions(first.kind, number)


def _sentence_of_sessions(kind: str, number: int) -> str:
    if kind == "outside":
        return ngettext(
            "%(num)d session is outside the event's start and end times.",
            "%(num)d sessions are outside the event's start and end times.",
            number,
        )
    if kind == "day":
        return ngettext(
            "%(num)d session runs into the next programme day.",
            "%(num)d sessions run into the next programme day.",
            number,
        )
    if kind == "length":
        return ngettext(
            "%(num)d session has less time than planned.", "%(num)d sessions have less time than planned.", number
        )
    return ngettext(
        "%(num)d session has more people than its room holds.",
        "%(num)d sessions have more people than their rooms hold.",
        number,
    )

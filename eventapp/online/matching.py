"""Proposes who the people of a report are: plain values only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.directory.rules import typed_name
from eventapp.online import names
from eventapp.online.report_rows import ReportedPerson
from eventapp.online.shapes import TablePart


class MatchOutcome(Labelled):
    """How sure it is who somebody in a report is."""

    EMAIL = "email", _l("Identified by e-mail address")
    LINK = "link", _l("Same name, and joined by the personal link")
    NAME = "name", _l("Same name")
    ASK = "ask", _l("To be decided")
    NOBODY = "nobody", _l("Not identified")
    LEFT_OUT = "left_out", _l("Not counted")

    @property
    def sure(self) -> bool:
        """Whether the proposal is taken unless the team says otherwise."""
        return self in {MatchOutcome.EMAIL, MatchOutcome.LINK}


@dataclass(frozen=True)
class Candidate:
    """Somebody who is registered. `came`: they have joined by their personal link."""

    id: int
    family: str
    given: str
    reading: str
    email: str
    confirmed: bool
    came: bool = False

    @property
    def name(self) -> str:
        """The name in the order of its script."""
        return typed_name(self.family, self.given)


@dataclass(frozen=True)
class ReportMatch:
    """Who somebody in a report may be, the likeliest first."""

    person: ReportedPerson
    outcome: MatchOutcome
    candidates: tuple[Candidate, ...] = ()


class KnownCandidates:
    """The people whom a report may be about."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_email: dict[str, list[Candidate]] = defaultdict(list)
        self._by_name: dict[str, list[Candidate]] = defaultdict(list)
        for one in candidates:
            if one.email:
                self._by_email[one.email].append(one)
            for key in names.person_keys(one.family, one.given, one.reading):
                self._by_name[key].append(one)

    def match(self, person: ReportedPerson) -> ReportMatch:
        """Who a person of a report may be: by the exact address; by the name only as a proposal; two alike are asked
        for.
        """
        by_name = {one.id: one for key in names.keys(person.name) for one in self._by_name.get(key, ())}
        by_email = {one.id: one for one in self._by_email.get(person.email, ())} if person.email else {}
        # Several people may share one address: then the name decides between them.
        both = [one for number, one in by_email.items() if number in by_name]
        sure = both if len(both) == 1 else list(by_email.values())
        found = sure or list(by_name.values())
        found.sort(key=lambda one: (not one.confirmed, not one.came, one.family, one.given, one.id))
        return ReportMatch(person, self._outcome(person, sure, found), tuple(found))

    @staticmethod
    def _outcome(person: ReportedPerson, sure: list[Candidate], found: list[Candidate]) -> MatchOutcome:
        if person.part is not TablePart.ATTENDEE:
            return MatchOutcome.LEFT_OUT
        if not found:
            return MatchOutcome.NOBODY
        if sure:
            return MatchOutcome.EMAIL if len(sure) == 1 and sure[0].confirmed else MatchOutcome.ASK
        came = [one for one in found if one.came]
        if len(came) == 1 and came[0].confirmed:
            return MatchOutcome.LINK
        return MatchOutcome.NAME if len(found) == 1 and found[0].confirmed else MatchOutcome.ASK

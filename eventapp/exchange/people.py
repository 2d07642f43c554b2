"""Matches the people of a file with existing people. No database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eventapp.directory.models import Person, ShownPerson
from eventapp.exchange import numbers
from eventapp.exchange.incoming import IncomingPerson
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import Mode, ParticipationRole


@dataclass(frozen=True)
class Match:
    """A person of the file and the matching person here; None for a new one."""

    incoming: IncomingPerson
    person: Person | None

    @property
    def key(self) -> object:
        """The person's id, or what distinguishes a new one from others."""
        return self.person.id if self.person is not None else (self.incoming.guid or spelling(self.incoming.name))

    @property
    def describe(self) -> bool:
        """Whether the file states how they take part."""
        return self.incoming.role is not None or self.incoming.mode is not None


def spelling(name: str) -> str:
    """One spelling of a name: it ignores width and case, and spaces in scripts without case.

    "中村 優希" and "中村優希", "Taro YAMADA" and "Taro Yamada" are the same.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().replace("・", " ")
    glue = " " if re.search("[a-z]", plain) else ""
    return glue.join(plain.split())


def spellings(person: ShownPerson) -> Iterator[str]:
    """The spellings of a person's name, in each language and in both orders."""
    for tag in {**person.family, **person.given}:
        name = person.name(tag)
        if name.language == tag:
            yield spelling(name.text)
        parts = [part for part in (person.family.get(tag, ""), person.given.get(tag, "")) if part]
        yield spelling(" ".join(parts))
        yield spelling(" ".join(reversed(parts)))


class People:
    """An index of known people: everybody at the event by name, and people elsewhere with a guid or code of the
    file.
    """

    def __init__(self, sessions: Sequence[Session], others: Sequence[Person] = ()) -> None:
        self.by_guid: dict[str, Person] = {}
        self.by_code: dict[str, Person] = {}
        self.by_name: dict[str, list[Person]] = {}
        self.named: dict[int, frozenset[str]] = {}
        # A person without an identifier of another system is only one person of a file, not two of the same name.
        self.claimed: dict[int, str] = {}
        here = {part.person_id: part.person for session in sessions for part in session.participations}
        self.everybody = [*here.values(), *others]
        self.shown = {part.person_id: part.shown for session in sessions for part in session.participations}
        for person in self.everybody:
            self.by_code.setdefault(person.code, person)
            for guid in (numbers.person_guid(person), numbers.guid_of_number(numbers.person_number(person))):
                self.by_guid.setdefault(guid, person)
            if person.guid:
                self.by_guid.setdefault(person.guid, person)
        for person in here.values():
            for name in self._names(person):
                self.by_name.setdefault(name, []).append(person)

    def _names(self, person: Person) -> frozenset[str]:
        if person.id not in self.named:
            shown = self.shown.get(person.id, person)
            self.named[person.id] = frozenset([*spellings(person), *spellings(shown)])
        return self.named[person.id]

    def claim(self, wanted: Sequence[IncomingPerson], session: Session | None) -> None:
        """Record which people of a session have which identifier, before others of the same name are looked up."""
        if session is not None:
            self.matches(wanted, session, only_here=True)

    def matches(
        self, wanted: Sequence[IncomingPerson], session: Session | None, *, only_here: bool = False
    ) -> list[Match]:
        """Match the people, each once. Those who already take part in the session precede others of the same name."""
        here = {part.person_id: part.person for part in session.participations} if session else {}
        found: dict[object, Match] = {}
        for incoming in wanted:
            match = Match(incoming, self._of(incoming, here, found, only_here=only_here))
            key = (match.key, incoming.role)
            if match.person is not None and incoming.guid:
                self.claimed.setdefault(match.person.id, incoming.guid)
            found.setdefault(key, match)
        return list(found.values())

    def _of(
        self, incoming: IncomingPerson, here: dict[int, Person], found: dict[object, Match], *, only_here: bool
    ) -> Person | None:
        names = {spelling(name) for name in (incoming.name, *incoming.names.values()) if name}
        known = self.by_guid.get(incoming.guid) if incoming.guid else None
        if known is not None and (not incoming.identified_by_name or not names or names & self._names(known)):
            return known
        taken = {match.person.id for match in found.values() if match.person is not None}
        pool = [person for person in here.values() if names & self._names(person)]
        pool.sort(key=lambda person: person.id in taken)
        if not only_here:
            pool += [person for name in names for person in self.by_name.get(name, ())[:50]]
        for person in pool:
            if self._may_be(person, incoming):
                return person
        by_code = self.by_code.get(incoming.code) if incoming.code else None
        return by_code if by_code is not None and (not names or names & self._names(by_code)) else None

    def _may_be(self, person: Person, incoming: IncomingPerson) -> bool:
        if not incoming.guid or (incoming.identified_by_name and incoming.guid in self.by_guid):
            return True
        if person.guid:
            return person.guid == incoming.guid
        return self.claimed.get(person.id, incoming.guid) == incoming.guid


def wanted_parts(
    matches: Sequence[Match], present: Sequence[Participation]
) -> list[tuple[Match, ParticipationRole, Mode]]:
    """Each match with the roles and modes of the file, else with their current ones, else as a speaker."""
    parts = []
    for match in matches:
        mine = [part for part in present if match.person is not None and part.person_id == match.person.id]
        role, mode = match.incoming.role, match.incoming.mode
        if role is None:
            for part in mine:
                parts.append((match, part.role, mode or part.mode))
            if not mine:
                parts.append((match, ParticipationRole.SPEAKER, mode or Mode.IN_PERSON))
        else:
            same = next((part.mode for part in mine if part.role is role), Mode.IN_PERSON)
            parts.append((match, role, mode or same))
    return parts


def differ(matches: Sequence[Match], present: Sequence[Participation]) -> bool:
    """Whether the people of a file differ from those of a session, in order, role or mode."""
    if not any(match.describe for match in matches):
        return [match.key for match in matches] != list(dict.fromkeys(part.person_id for part in present))
    wanted = [(match.key, role, mode) for match, role, mode in wanted_parts(matches, present)]
    return wanted != [(part.person_id, part.role, part.mode) for part in present]

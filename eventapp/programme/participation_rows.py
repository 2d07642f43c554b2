"""Rows of a session's form: participants and links. They work without JavaScript: empty rows are spare.

Participants are found by name: a row holds the code of the chosen person and the typed name and, if the name is
ambiguous, the people who match it, to choose from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from eventapp.core.languages import gettext as _
from eventapp.core.localized import fold
from eventapp.core.refusals import Refused
from eventapp.directory.models import Person, ShownPerson
from eventapp.directory.rules import spellings
from eventapp.programme.models import Session
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.profiles import Found, named_so
from eventapp.programme.rules import Mode, ParticipationRole

SPARE = 3
# At most so many links are read.
_LINKS = 50


@dataclass(frozen=True)
class ParticipationRow:
    """One row of the form: `person` is a code. `found` are the people to choose from if the name is ambiguous."""

    person: str = ""
    name: str = ""
    role: str = ParticipationRole.SPEAKER.value
    mode: str = Mode.IN_PERSON.value
    confirmed: bool = True
    picked: bool = False
    found: Found | None = None

    @property
    def values(self) -> list[str | bool]:
        """The values to compare when two editors have changed the row."""
        return [self.person, self.role, self.mode, self.confirmed]


def rows_of(session: Session | None, *, language: str) -> list[ParticipationRow]:
    """The rows of a session, with names in a language, and some spare ones."""
    rows = [
        ParticipationRow(
            part.person.code, part.shown.name(language).text, part.role.value, part.mode.value, part.confirmed
        )
        for part in (session.participations if session else ())
    ]
    return [*rows, *(ParticipationRow() for _ in range(SPARE))]


def typed(form: Mapping[str, str]) -> list[ParticipationRow]:
    """The submitted rows: person-0, name-0, role-0, mode-0, confirmed-0 (if ticked), …; at most 200.

    pick-0 is the person chosen among the matches, and takes precedence over the typed name.
    """
    rows = []
    for number in range(200):
        if f"name-{number}" not in form:
            break
        picked = form.get(f"pick-{number}", "")
        rows.append(
            ParticipationRow(
                picked or form.get(f"person-{number}", ""),
                "" if picked else form[f"name-{number}"].strip()[:200],
                form.get(f"role-{number}", "speaker"),
                form.get(f"mode-{number}", "in_person"),
                f"confirmed-{number}" in form,
                picked=bool(picked),
            )
        )
    return rows


def codes(rows: Sequence[ParticipationRow]) -> list[str]:
    """The person codes in the rows."""
    return [row.person for row in rows if row.person]


def resolve(
    rows: Sequence[ParticipationRow],
    known: Mapping[str, ShownPerson],
    find: Callable[[str], Found],
    *,
    language: str,
    searched: int | None = None,
) -> list[ParticipationRow]:
    """The rows with their people resolved, and their names in a language. `known`: people by code whom a row may name.

    A changed name is searched for again: a single person of that name is taken, otherwise the user must choose. The row
    numbered `searched` lists everybody who matches.
    """
    return [_resolved(row, known, find, language, searched=searched == number) for number, row in enumerate(rows)]


def _resolved(
    row: ParticipationRow,
    known: Mapping[str, ShownPerson],
    find: Callable[[str], Found],
    language: str,
    *,
    searched: bool,
) -> ParticipationRow:
    person = known.get(row.person)
    if person is not None and not searched and (row.picked or _is(person, row.name)):
        return replace(row, name=person.name(language).text)
    if not row.name:
        return row if row.picked else replace(row, person="")
    found = find(row.name)
    same = named_so(found.people, row.name)
    if len(same) == 1 and not searched:
        return replace(row, person=same[0].code, name=same[0].name(language).text)
    return replace(row, person="", found=found)


def _is(person: ShownPerson, name: str) -> bool:
    return fold(name) in spellings(person.family, person.given, person.reading)


def parts_of(rows: Sequence[ParticipationRow], people: Mapping[str, Person]) -> list[ParticipationInput]:
    """The parts that the rows describe. Raises Refused for a name without a person, or an unknown role."""
    parts = []
    for row in rows:
        if not row.person and row.name:
            raise Refused(_not_chosen(row), field="people")
        if not row.person:
            continue
        if row.person not in people or row.role not in set(ParticipationRole) or row.mode not in set(Mode):
            raise Refused(_("Choose people, roles and modes from the lists."))
        parts.append(ParticipationInput(people[row.person], ParticipationRole(row.role), Mode(row.mode), row.confirmed))
    return parts


def _not_chosen(row: ParticipationRow) -> str:
    if row.found is not None and row.found.people:
        return _("Choose who you mean by “%(name)s”.", name=row.name)
    return _("We can't find “%(name)s”. You can add a new speaker below.", name=row.name)


def described(person: ShownPerson, day: date, language: str) -> str:
    """What distinguishes people of the same name, in a language: the position on a day, and the organization."""
    found = person.position_on(day)
    if found is None:
        return ""
    held = found[0]
    title = held.title.resolve(language).text
    if found[1]:
        title = _("Former %(position)s", position=title)
    if held.organization is None:
        return title
    return _("%(title)s, %(organization)s", title=title, organization=held.organization.names.resolve(language).text)


def number_of_links(form: Mapping[str, str]) -> int:
    """How many rows for links were submitted, with the empty ones."""
    return sum(f"link-url-{n}" in form for n in range(_LINKS))


def typed_links(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The submitted links: link-title-0, link-url-0, link-title-1, …; at most 50, without empty rows."""
    rows = [
        {"title": form.get(f"link-title-{n}", "").strip(), "url": form[f"link-url-{n}"].strip()}
        for n in range(_LINKS)
        if f"link-url-{n}" in form
    ]
    return [row for row in rows if row["title"] or row["url"]]

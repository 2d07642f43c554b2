"""Rows of a session's form: who takes part, and links. They work without JavaScript: empty rows are spare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.directory.models import Person
from eventapp.programme.models import Session
from eventapp.programme.operations import Part
from eventapp.programme.rules import Mode, ParticipationRole

SPARE = 3


@dataclass(frozen=True)
class Row:
    """One row as it is typed."""

    person: str = ""
    role: str = ParticipationRole.SPEAKER.value
    mode: str = Mode.IN_PERSON.value
    confirmed: bool = True


def rows_of(session: Session | None) -> list[Row]:
    """The rows of a session, and some spare ones."""
    rows = (
        [Row(part.person.code, part.role.value, part.mode.value, part.confirmed) for part in session.participations]
        if session
        else []
    )
    return [*rows, *(Row() for _ in range(SPARE))]


def typed(form: Mapping[str, str]) -> list[Row]:
    """The rows of what was sent: person-0, role-0, mode-0, confirmed-0 (if it is ticked), person-1, …; at most 200."""
    rows = []
    for number in range(200):
        if f"person-{number}" not in form:
            break
        rows.append(
            Row(
                form[f"person-{number}"],
                form.get(f"role-{number}", "speaker"),
                form.get(f"mode-{number}", "in_person"),
                f"confirmed-{number}" in form,
            )
        )
    return rows


def parts_of(rows: Sequence[Row], people: Sequence[Person]) -> list[Part]:
    """The parts that the rows mean. Raises Refused for somebody unknown or a role that does not exist."""
    known = {person.code: person for person in people}
    parts = []
    for row in rows:
        if not row.person:
            continue
        if row.person not in known or row.role not in set(ParticipationRole) or row.mode not in set(Mode):
            raise Refused(_("Choose people, roles and modes from the lists."))
        parts.append(Part(known[row.person], ParticipationRole(row.role), Mode(row.mode), row.confirmed))
    return parts


def typed_links(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The links that were sent: link-title-0, link-url-0, link-title-1, …; at most 50, empty rows left out."""
    rows = [
        {"title": form.get(f"link-title-{n}", "").strip(), "url": form[f"link-url-{n}"].strip()}
        for n in range(50)
        if f"link-url-{n}" in form
    ]
    return [row for row in rows if row["title"] or row["url"]]

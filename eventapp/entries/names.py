"""Names of people as the events show them, in rows that `SessionRow.of` accepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Person
from eventapp.directory.rules import full_name
from eventapp.programme.models import EventPerson
from eventapp.programme.published import PublishedSession

_NAME = ("family", "given", "order")
_people = select(
    Person.id,
    *(func.coalesce(getattr(EventPerson, name), getattr(Person, name)).label(name) for name in _NAME),
    Person.code,
).outerjoin(
    EventPerson,
    and_(EventPerson.person_id == Person.id, EventPerson.event_id == bindparam("event"), EventPerson.differs),
)


def names_of(event: int, sessions: Iterable[PublishedSession]) -> dict[int, Any]:
    """Rows of everybody in the sessions of an event, by person id, for `SessionRow.of`."""
    wanted = sorted({part.person_id for session in sessions for part in session.participations})
    query = _people.where(Person.id.in_(wanted))
    return {row.id: row for row in db.session.execute(query, {"event": event})} if wanted else {}


def names_at(found: Iterable[tuple[int, PublishedSession]]) -> dict[int, dict[int, Any]]:
    """`names_of` for sessions of several events, by event id. Two statements for any number of events."""
    found = list(found)
    shared = names_of(0, [session for _event, session in found])
    events = {number for number, _session in found}
    query = (
        select(EventPerson.event_id, Person.id, *(getattr(EventPerson, name) for name in _NAME), Person.code)
        .join(Person, Person.id == EventPerson.person_id)
        .where(EventPerson.event_id.in_(sorted(events)), EventPerson.person_id.in_(sorted(shared)), EventPerson.differs)
    )
    names = {number: dict(shared) for number in events}
    for row in db.session.execute(query) if shared else ():
        names[row.event_id][row.id] = row
    return names


def name_by_code(event: int, code: str) -> Any | None:
    """The row of a person by the code in a URL."""
    return db.session.execute(_people.where(Person.code == code), {"event": event}).one_or_none()


def name_of(row: Any) -> LocalizedText:
    """The full name in a row, in each of its languages."""
    names = [full_name(row.family, row.given, row.order, tag) for tag in {*row.family, *row.given}]
    return LocalizedText({one.language: one.text for one in names})

"""People who may have registered twice: which pairs are proposed, and which are two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import fold
from eventapp.events.models import Event
from eventapp.people.models import DismissedDuplicate
from eventapp.registration.models import Registration
from eventapp.registration.rules import ACTIVE

# Pairs on one page.
MOST = 50


@dataclass(frozen=True)
class DuplicatePair:
    """Two registrations that may be of one person, the older one first, and why."""

    first: Registration
    second: Registration
    why: str


def pairs(event: Event) -> list[DuplicatePair]:
    """The first pairs that nobody has looked at yet. Four statements for any number of people."""
    dismissed = {
        (row.first_id, row.second_id)
        for row in db.session.scalars(select(DismissedDuplicate).where(DismissedDuplicate.event_id == event.id))
    }
    found: dict[tuple[int, int], DuplicatePair] = {}
    groups = [*_same(event, Registration.name_key), *_same(event, Registration.reading)]
    compared = [[_Compared(row) for row in group] for group in groups]
    for rows in (*compared, *_by_words(_sharing(event))):
        for first, second in combinations(rows, 2):
            why = _alike(first, second)
            key = (first.row.id, second.row.id)
            if why and key not in dismissed and len(found) < MOST:
                found.setdefault(key, DuplicatePair(first.row, second.row, why))
    return list(found.values())


class _Compared:
    """What two registrations are compared by, worked out once for each."""

    def __init__(self, row: Registration) -> None:
        self.row, self.contact, self.name = row, row.contact_id, row.name_key
        self.words = frozenset(row.name_key.split())
        self.organization, self.reading = fold(row.organization_name), fold(row.reading)


# People of one contact with a word of their names in common, beyond which it says nothing about them.
_COMMON = 100


def _by_words(groups: Sequence[Sequence[Registration]]) -> Iterator[list[_Compared]]:
    """The people of each group who have a word of their names in common: a contact may have a thousand people."""
    for group in groups:
        words: dict[str, list[_Compared]] = {}
        for one in map(_Compared, group):
            for word in one.words:
                words.setdefault(word, []).append(one)
        yield from (rows for rows in words.values() if len(rows) <= _COMMON)


def _same(event: Event, column: InstrumentedAttribute[str]) -> list[list[Registration]]:
    """The active registrations that have the same value in a column, in groups."""
    repeated = (
        select(column)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE), column != "")
        .group_by(column)
        .having(func.count() > 1)
        .limit(MOST * 4)
    )
    return _grouped(event, column.in_(repeated), lambda row: getattr(row, column.key))


def _sharing(event: Event) -> list[list[Registration]]:
    """The active registrations of contacts that have several, in groups."""
    shared = (
        select(Registration.contact_id)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
        .group_by(Registration.contact_id)
        .having(func.count() > 1)
        .limit(MOST * 4)
    )
    return _grouped(event, Registration.contact_id.in_(shared), lambda row: row.contact_id)


def _grouped(
    event: Event, condition: ColumnElement[bool], key: Callable[[Registration], object]
) -> list[list[Registration]]:
    query = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE), condition)
        .options(joinedload(Registration.option))
        .order_by(Registration.id)
        .limit(MOST * 20)
    )
    groups: dict[object, list[Registration]] = {}
    for row in db.session.scalars(query):
        groups.setdefault(key(row), []).append(row)
    return list(groups.values())


def _alike(first: _Compared, second: _Compared) -> str:
    """Why two registrations may be of one person; empty if they are not."""
    same_place = first.organization == second.organization or not (first.organization and second.organization)
    if first.name and first.name == second.name:
        if first.contact == second.contact:
            return _("same name and e-mail address")
        return _("same name and organization") if same_place else ""
    if first.reading and first.reading == second.reading and same_place:
        return _("same reading and organization")
    if first.contact == second.contact and _similar(first.words, second.words) and first.row.email:
        return _("same e-mail address and a similar name")
    return ""


def _similar(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether one name has all the words of the other, or they differ by initials: "A. Lovelace"."""
    if words <= others or others <= words:
        return True
    only, other = words - others, others - words
    return bool(words & others) and all(
        any(one[0] == two[0] and 1 in {len(one), len(two)} for two in other) for one in only
    )


def dismiss(event: Event, first: Registration, second: Registration) -> None:
    """Two registrations are of two people."""
    low, high = sorted((first.id, second.id))
    if db.session.get(DismissedDuplicate, (low, high)) is None:
        db.session.add(DismissedDuplicate(event_id=event.id, first_id=low, second_id=high))
        db.session.flush()


def by_ids(event: Event, numbers: Sequence[int]) -> list[Registration]:
    """Registrations of this event by their ids."""
    query = select(Registration).where(Registration.event_id == event.id, Registration.id.in_(numbers))
    return list(db.session.scalars(query.options(joinedload(Registration.option)).order_by(Registration.id)))

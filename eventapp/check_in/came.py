"""Who was checked in, as conditions of a SELECT over registrations.

A person is one person however many registrations and doors there are: a registration that was merged into another one
counts for that, and somebody who has registered again after being let in has come.

The conditions are always the same ones. They are kept, because to build them takes longer than to ask the database.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from eventapp.check_in.models import Presence
from eventapp.registration.models import Registration
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import ACTIVE, RegistrationStatus


class Came(IntEnum):
    """How the person of a registration has come: not at all; at a door, but they are counted with another registration
    of theirs; or at a door, and it is this registration with which they are counted.
    """

    NOT = 0
    ELSEWHERE = 1
    COUNTS = 2


def registrations_of(person: Any) -> Any:
    """The number of a registration, and of those that were merged into it.

    To be used as a list: the database uses an index for that, and not for "this one or one of those".
    """
    merged = select(MergedRegistration.registration_id).where(MergedRegistration.into_id == person)
    return union_all(select(person), merged)


@lru_cache(maxsize=8)
def was_checked_in(row: Any = Registration) -> ColumnElement[bool]:
    """Whether somebody was let in with this registration, or with one that was merged into it."""
    here, there = aliased(Presence), aliased(Presence)
    other = aliased(MergedRegistration)
    return or_(
        exists().where(here.registration_id == row.id, here.first_in.is_not(None)),
        exists().where(
            other.into_id == row.id, there.registration_id == other.registration_id, there.first_in.is_not(None)
        ),
    )


@cache
def has_come() -> ColumnElement[bool]:
    """Whether the person of a registration was let in, with this or another registration."""
    return or_(was_checked_in(), came_otherwise())


@cache
def counts_as_come() -> ColumnElement[bool]:
    """True for exactly one registration of each person who was let in: the active one, else the oldest."""
    return and_(was_checked_in(), not_(counts_elsewhere()))


@cache
def counts_elsewhere() -> ColumnElement[bool]:
    """Whether somebody who was let in with this registration is counted with another one."""
    better, merged = aliased(Registration), aliased(MergedRegistration)
    inactive = Registration.status.not_in(ACTIVE)
    first = or_(better.status.in_(ACTIVE), better.id < Registration.id)
    again = exists().where(*_same_person(better), first, was_checked_in(better), not_(_merged(better)))
    return and_(inactive, or_(exists().where(merged.registration_id == Registration.id), again))


@cache
def came() -> ColumnElement[int]:
    """One of Came for each registration. Whether somebody came with another one is only asked of confirmed people.

    The cases are nested because SQLite then asks no more than it must: it works out both sides of an AND or OR that is
    a value.
    """
    here = case((counts_elsewhere(), literal(int(Came.ELSEWHERE))), else_=literal(int(Came.COUNTS)))
    missing = and_(Registration.status == RegistrationStatus.CONFIRMED, came_otherwise())
    return case((was_checked_in(), here), (missing, literal(int(Came.ELSEWHERE))), else_=literal(int(Came.NOT)))


@cache
def came_otherwise() -> ColumnElement[bool]:
    """Whether the person of a registration was let in with another one of theirs."""
    same = aliased(Registration)
    return exists().where(*_same_person(same), was_checked_in(same))


def _merged(row: Any) -> ColumnElement[bool]:
    merged = aliased(MergedRegistration)
    return exists().where(merged.registration_id == row.id)


def _same_person(other: Any) -> list[ColumnElement[bool]]:
    return [
        other.contact_id == Registration.contact_id,
        other.name_key == Registration.name_key,
        other.same_name == Registration.same_name,
        other.name_key != "",
        other.id != Registration.id,
    ]

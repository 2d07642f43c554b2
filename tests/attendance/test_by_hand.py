"""Live counts and statements of random people, beside a slow count of each registration by plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventapp.attendance import crossing, queries
from eventapp.attendance.dimensions import Dimensions
from eventapp.attendance.rules import Basis
from eventapp.attendance.states import LiveState
from eventapp.check_in.models import Presence
from eventapp.core.db import db
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import ACTIVE, REGISTERED, RegistrationStatus
from tests.attendance.test_live import SEEDS, drawn
from tests.support.make import START, Make, fresh

AFTER = START + timedelta(days=3)


class Counted(NamedTuple):
    """A registration, the states in which it counts, and the rows of each table that it is in."""

    registration: Registration
    states: set[LiveState]
    parts: dict[str, set[str]]


def _people(event: Event) -> Iterator[Counted]:
    """Each registration with a name, as the rules say it in words."""
    rows = list(db.session.scalars(select(Registration).where(Registration.event_id == event.id)))
    into = {one.registration_id: one.into_id for one in db.session.scalars(select(MergedRegistration))}
    let_in = {one.registration_id for one in db.session.scalars(select(Presence)) if one.first_in is not None}
    let_in |= {into[one] for one in let_in if one in into}
    for row in rows:
        if not row.name_key:
            continue
        person = (row.contact_id, row.name_key, row.same_name)
        same = [one for one in rows if (one.contact_id, one.name_key, one.same_name) == person]
        came = [one for one in same if one.id in let_in and one.id not in into]
        first = min(came, key=lambda one: (one.status not in ACTIVE, one.id), default=None)
        states = set()
        if row.status in REGISTERED:
            confirmed = row.status is RegistrationStatus.CONFIRMED
            states = {LiveState.REGISTERED, LiveState.CONFIRMED if confirmed else LiveState.WAITING}
            if confirmed and row.option.mode is Mode.IN_PERSON and not any(one.id in let_in for one in same):
                states.add(LiveState.NO_SHOW)
        if first is row:
            states.add(LiveState.CHECKED_IN)
        yield Counted(row, states, _parts(row))


def _parts(row: Registration) -> dict[str, set[str]]:
    international = row.organization_kind is OrganizationKind.INTERNATIONAL_ORGANIZATION
    country = None if international and row.organization_id is None and row.organization_name else row.country_code
    return {
        "mode": {row.option.mode},
        "option": {row.option.key},
        "language": {row.contact.language},
        "country": {country or "-"},
        "a.meal": {row.answers.get("meal") or "-"},
        "a.topics": set(row.answers.get("topics") or ["-"]),
    }


def _part(key: str, state: LiveState, one: Counted) -> set[str]:
    # Who has passed a door is there in person.
    return {Mode.IN_PERSON} if key == "mode" and state is LiveState.CHECKED_IN else one.parts[key]


@pytest.mark.slow
@pytest.mark.both_engines("grouping by JSON and by expressions")
@pytest.mark.parametrize("seed", SEEDS)
def test_every_cell_is_what_a_count_one_by_one_gives(app: Flask, make: Make, seed: int) -> None:
    event = fresh(drawn(make, seed))
    with app.test_request_context(), time_machine.travel(AFTER, tick=False):
        people = list(_people(event))
        keys = list(people[0].parts)
        for first in keys:  # what was read for one table is also counted for the next
            dimensions = Dimensions.of(event, language="en")
            crossing.read(dimensions, [first], LiveState.CONFIRMED)
            totals = crossing.numbers(dimensions).totals
            assert totals == {state: sum(state in one.states for one in people) for state in LiveState}, first
            table = crossing.by_state(dimensions, first, totals)
            assert table is not None
            found = {
                (row.key, crossing.state_of(column)): table.number(row, column)
                for row in table.rows
                for column in table.columns
                if table.number(row, column)
            }
            assert found == Counter(
                (part, state) for one in people for state in one.states for part in _part(first, state, one)
            ), first
            for second in keys:
                for state in LiveState:
                    crossed = crossing.crossed(dimensions, first, second, state)
                    assert crossed is not None
                    cells = {(row.key, column.key): number for (row, column), number in crossed.cells.items() if number}
                    assert cells == Counter(
                        (row, column)
                        for one in people
                        if state in one.states
                        for row in _part(first, state, one)
                        for column in _part(second, state, one)
                    ), (first, second, state)


@pytest.mark.slow
@pytest.mark.both_engines("grouping by expressions")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_statement_counts_whom_a_count_one_by_one_counts(app: Flask, make: Make, seed: int) -> None:
    event = fresh(drawn(make, seed))
    with app.test_request_context(), time_machine.travel(AFTER, tick=False):
        people = list(_people(event))
        for basis, state in (
            (Basis.REGISTERED, LiveState.REGISTERED),
            (Basis.CONFIRMED, LiveState.CONFIRMED),
            (Basis.CHECKED_IN, LiveState.CHECKED_IN),
        ):
            counted = [one for one in people if state in one.states]
            counts = queries.count(event, basis=basis)
            assert counts.people == len(counted), basis
            modes = Counter(part for one in counted for part in _part("mode", state, one))
            assert {mode: number for mode, number in counts.by_mode.items() if number} == modes, basis
            rows = {row.code or "-": row.people for row in counts.countries if row.people}
            assert rows == Counter(part for one in counted for part in one.parts["country"]), basis
            statuses = Counter(db.session.scalars(select(Registration.status)))  # delegations, too
            assert {status: number for status, number in counts.by_status.items() if number} == statuses

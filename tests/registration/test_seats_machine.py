"""Drawn actions on seats: whatever people and the team do in whatever order, no seat is sold twice or forgotten."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.errors import Refused
from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration import edits, holds, operations, setup, setup_seats, tasks
from eventapp.registration.models import Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import HELD, HOLDS_SEAT, IN_LINE, AddressCheck, Promotion
from tests.support.make import fresh, words

pytestmark = [pytest.mark.slow, pytest.mark.both_engines("each counts and locks in its own way")]

NAMES = count()
OPTION = st.sampled_from([0, 1, 2, 2])


class Seats(RuleBasedStateMachine):
    """Two options of one event that share a pool, and one with seats of its own."""

    make = None
    people = Bundle("people")

    @initialize(
        target=people,
        check=st.sampled_from([AddressCheck.NEVER, AddressCheck.ALWAYS]),
        strict=st.booleans(),
        groups=st.lists(st.tuples(OPTION, st.sampled_from([1, 1, 2, 3])), min_size=6, max_size=9),
    )
    def set_up(self, check, strict, groups):
        self.time = time_machine.travel(clock.now(), tick=False)
        self.clock = self.time.start()
        self.event = self.make.event(address_check=check)
        with transaction():
            pool = setup_seats.save_pool(self.event, None, title=words("Hall"), capacity=2)
            self.options = [
                setup.save_option(
                    self.event, None, mode=mode, title=words(title), smaller_may_pass=not strict, **values
                )
                for mode, title, values in (
                    (Mode.IN_PERSON, "Guests", {"pool": pool}),
                    (Mode.IN_PERSON, "Press", {"pool": pool, "promotion": Promotion.OFFER, "offer_hours": 1}),
                    (Mode.ONLINE, "Online", {"capacity": 1}),
                )
            ]
            self.pool = pool
        self.strict = strict
        self.before = {}
        self.passed = set()  # whom the team has given a seat past the line
        found = [self.register(option, size, together=True) for option, size in groups]
        return multiple(*(number for one in found for number in one.values))

    def teardown(self):
        if hasattr(self, "time"):
            self.time.stop()
            db.session.rollback()

    def do(self, operation):
        """Run one operation as a request does, a minute after the last one."""
        self.clock.shift(timedelta(minutes=1))
        db.session.rollback()
        try:
            with transaction():
                return operation()
        except Refused:
            return None

    @rule(target=people, option=OPTION)
    def register_one(self, option):
        return self.register(option, 1, together=False)

    @rule(target=people, option=OPTION, size=st.integers(2, 3), together=st.booleans())
    def register_group(self, option, size, together):
        return self.register(option, size, together=together)

    def register(self, option, size, *, together):
        group = [
            RegistrationInput(email=f"{next(NAMES)}@example.org", family_name=f"N{next(NAMES)}") for _ in range(size)
        ]
        first = self.do(
            lambda: operations.register(
                fresh(self.event),
                group[0],
                option=fresh(self.options[option]),
                companions=group[1:],
                together=together,
            )
        )
        if first is None:
            return multiple()
        query = select(Registration.id).where(Registration.contact_id == first.contact_id).order_by(Registration.id)
        return multiple(*db.session.scalars(query))

    @rule(number=people)
    def cancel(self, number):
        self.do(lambda: operations.cancel(db.session.get(Registration, number)))

    @rule(number=people)
    def decline(self, number):
        self.do(lambda: operations.decline(db.session.get(Registration, number)))

    @rule(number=people)
    def approve(self, number):
        self.passed.add(number)
        self.do(lambda: operations.approve(db.session.get(Registration, number)))

    @rule(number=people)
    def restore(self, number):
        self.do(lambda: operations.reinstate(db.session.get(Registration, number)))

    @rule(number=people)
    def confirm(self, number):
        self.do(lambda: holds.confirm_address(db.session.get(Registration, number)))

    @rule(number=people)
    def accept(self, number):
        self.do(lambda: holds.accept(db.session.get(Registration, number)))

    @rule(number=people, option=OPTION)
    def switch(self, number, option):
        self.do(
            lambda: edits.change_option(
                db.session.get(Registration, number), fresh(self.options[option]), by_guest=True
            )
        )

    @rule(minutes=st.sampled_from([20, 40, 130]))
    def wait(self, minutes):
        self.clock.shift(timedelta(minutes=minutes))
        db.session.rollback()
        tasks.expire_held()

    @rule(capacity=st.integers(1, 4))
    def change_capacity(self, capacity):
        def save():
            one = fresh(self.options[2])
            setup.save_option(
                fresh(self.event),
                one,
                mode=one.mode,
                title=one.title,
                capacity=capacity,
                promotion=one.promotion,
                offer_hours=one.offer_hours,
                smaller_may_pass=one.smaller_may_pass,
            )

        self.do(save)

    @rule(capacity=st.integers(1, 5))
    def change_pool(self, capacity):
        self.do(
            lambda: setup_seats.save_pool(fresh(self.event), fresh(self.pool), title=words("Hall"), capacity=capacity)
        )

    @rule()
    def postpone(self):
        self.do(lambda: setattr(fresh(self.event), "status", EventStatus.POSTPONED))

    @rule()
    def give_a_date(self):
        self.do(lambda: setattr(fresh(self.event), "status", EventStatus.PUBLISHED))
        tasks.seat_waiting()

    # What must always be true.

    @invariant()
    def all_is_well(self):
        if not hasattr(self, "event"):
            return
        db.session.rollback()
        rows = list(db.session.scalars(select(Registration).where(Registration.event_id == self.event.id)))
        for row in rows:
            assert (row.waiting_since is not None) == (row.status in IN_LINE), row.status
            assert (row.held_until is not None) == (row.status in HELD), row.status
            assert row.party is None or row.status in IN_LINE
        options = [fresh(option) for option in self.options]
        for sharing in (options[:2], options[2:]):
            self.of_one_line(sharing, [row for row in rows if row.option_id in {one.id for one in sharing}])
        self.before = {row.id: (row.status, row.waiting_since, row.option_id, row.party) for row in rows}

    def of_one_line(self, sharing, rows):
        holder = sharing[0].pool or sharing[0]
        seated = [row for row in rows if row.status in HOLDS_SEAT]
        assert holder.seats_taken == len(seated) <= holder.capacity
        for option in sharing:
            assert option.seats_taken == sum(row.option_id == option.id for row in seated)
        parties = {}
        for row in sorted((row for row in rows if row.status in IN_LINE), key=lambda row: (row.waiting_since, row.id)):
            parties.setdefault((row.party, row.option_id) if row.party else row.id, []).append(row)
        line = list(parties.values())
        free = holder.capacity - len(seated)
        if fresh(self.event).status is EventStatus.PUBLISHED and free and line:
            sizes = [len(party) for party in line]
            assert (sizes[0] if self.strict else min(sizes)) > free, "a free seat waits for nobody"
        self.nobody_overtakes(seated, line)

    def nobody_overtakes(self, seated, line):
        for row in seated:
            status, since, option, _party = self.before.get(row.id, (None, None, None, None))
            newly = status not in HOLDS_SEAT or option != row.option_id
            if not newly or row.id in self.passed:
                continue
            # Newcomers, and who was on another list, come last.
            place = (since, row.id) if since and option in {one.option_id for one in seated} else None
            for party in line:
                earlier = party[0].id in self.before and (
                    place is None or (party[0].waiting_since, party[0].id) < place
                )
                if earlier and self.before[party[0].id][0] in IN_LINE:
                    assert not self.strict and len(party) > 1, "somebody was overtaken"


def test_no_seat_is_sold_twice_or_forgotten_whatever_is_done_in_whatever_order(make):
    Seats.make = make
    examples = 16 if db.engine.dialect.name == "sqlite" else 4
    run_state_machine_as_test(
        Seats,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a failure is not made shorter: each step costs milliseconds
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Drawn actions on seats: whatever people and the team do in whatever order, no seat is sold twice or forgotten."""

from __future__ import annotations

import os
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
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus
from eventapp.people import bulk, merging
from eventapp.people.rules import BulkVerb
from eventapp.programme.rules import Mode
from eventapp.registration import (
    decisions,
    edits,
    holds,
    operations,
    self_service,
    setup,
    setup_seats,
    tasks,
    undo_steps,
)
from eventapp.registration.models import Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import (
    HELD,
    HOLDS_SEAT,
    IN_LINE,
    Access,
    AddressCheck,
    Overrides,
    Promotion,
    RegistrationSource,
    RegistrationStatus,
)
from tests.support.make import fresh, words

pytestmark = [pytest.mark.slow, pytest.mark.both_engines("each counts and locks in its own way")]

NAMES = count()
OPTION = st.sampled_from([0, 1, 2, 2, 3])
SEEDS = int(os.environ.get("EVENTAPP_TEST_SEEDS", "1"))


class Seats(RuleBasedStateMachine):
    """Two options of one event that share a pool, one with seats of its own, and a lottery."""

    make = None
    people = Bundle("people")

    @initialize(
        target=people,
        check=st.sampled_from([AddressCheck.NEVER, AddressCheck.NEVER, AddressCheck.ALWAYS]),
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
                    (Mode.ONLINE, "Online", {"capacity": 1, "promotion": Promotion.OFFER, "offer_hours": 1}),
                    (Mode.IN_PERSON, "Tour", {"capacity": 1, "access": Access.LOTTERY}),
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
        self.do(lambda: decisions.decline(db.session.get(Registration, number)))

    @rule(number=people)
    def approve(self, number):
        self.passed.add(number)
        self.do(lambda: decisions.approve(db.session.get(Registration, number)))

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

    @rule(number=people)
    def cancel_oneself(self, number):
        self.do(lambda: self_service.cancel(db.session.get(Registration, number)))

    @rule(number=people)
    def undo(self, number):
        db.session.rollback()
        step = undo_steps.last(db.session.get(Registration, number))
        drawn = fresh(self.options[3]).drawn_at
        if step is not None and step.waiting_since is not None and (drawn is None or step.waiting_since >= drawn):
            self.before[number] = (RegistrationStatus.WAITLISTED, step.waiting_since, step.option_id, None)
        self.do(lambda: self_service.undo_last_step(db.session.get(Registration, number)))

    @rule(number=people)
    def register_again(self, number):
        self.do(lambda: self_service.register_again(db.session.get(Registration, number)))

    @rule(which=st.integers(0, 30), option=OPTION, meanwhile=st.booleans(), cancels=st.booleans())
    def change_one_s_mind(self, which, option, meanwhile, cancels):
        """Undoing is only possible for some minutes, and for few: without this rule it is seldom drawn in time."""
        db.session.rollback()
        status = RegistrationStatus.WAITLISTED if which % 2 else RegistrationStatus.CONFIRMED
        found = select(Registration.id).where(Registration.event_id == self.event.id, Registration.status == status)
        numbers = list(db.session.scalars(found.order_by(Registration.id)))
        if not numbers:
            return
        number = numbers[which % len(numbers)]
        if cancels:
            self.cancel_oneself(number)
        else:
            self.switch(number, option)
        self.all_is_well()
        if meanwhile:
            for other in self.others_with(option, number):
                self.cancel(other)
                self.all_is_well()
        self.undo(number)

    def others_with(self, option, number):
        """A person with an option: once they have left, the next may get an offer."""
        db.session.rollback()
        query = select(Registration.id).where(
            Registration.option_id == self.options[option].id,
            Registration.status.in_(HOLDS_SEAT | IN_LINE),
            Registration.id != number,
        )
        return list(db.session.scalars(query.order_by(Registration.id).limit(4)))

    @rule(kept=people, other=people)
    def merge(self, kept, other):
        self.passed.add(kept)  # takes the seat, or the place, of the other
        self.do(lambda: merging.merge(db.session.get(Registration, kept), db.session.get(Registration, other)))

    @rule(target=people, option=OPTION, full=st.booleans())
    def accept_an_invitation(self, option, full):
        """A seat may be added for a guest."""
        guest = RegistrationInput(email=f"{next(NAMES)}@example.org", family_name=f"N{next(NAMES)}")
        made = self.do(
            lambda: operations.register(
                fresh(self.event),
                guest,
                option=fresh(self.options[option]),
                came=RegistrationSource.INVITATION,
                overrides=Overrides(full=full, approval=True),
            )
        )
        if made is None:
            return multiple()
        if full:
            self.passed.add(made.id)
        return made.id

    @rule(
        numbers=st.lists(people, min_size=2, max_size=4, unique=True),
        verb=st.sampled_from([BulkVerb.MOVE, BulkVerb.CANCEL, BulkVerb.RESTORE, BulkVerb.DECLINE]),
        option=OPTION,
        back=st.booleans(),
    )
    def act_on_many(self, numbers, verb, option, back):
        details = {"option": self.options[option].key} if verb is BulkVerb.MOVE else {}
        done = self.do(
            lambda: bulk.begin(fresh(self.event), verb, numbers, language="en", user_id=None, details=details)
        )
        if done is not None and back:
            self.all_is_well()
            self.do(lambda: bulk.undo_action(fresh(done), language="en", user_id=None))

    @rule()
    def draw(self):
        def close_and_draw():
            option = fresh(self.options[3])
            option.closes_at = clock.now()
            db.session.flush()
            setup_seats.draw(option)

        self.do(close_and_draw)
        self.do(lambda: setattr(fresh(self.options[3]), "closes_at", None))

    @rule(capacity=st.integers(1, 4))
    def change_capacity(self, capacity):
        self.do(lambda: self.save(2, capacity=capacity))

    @rule(shared=st.booleans(), which=st.sampled_from([1, 2]))
    def change_the_pool_of_an_option(self, shared, which):
        self.do(lambda: self.save(which, pool=fresh(self.pool) if shared else None, capacity=2))

    def save(self, which, **values):
        one = fresh(self.options[which])
        kept = ("mode", "title", "promotion", "offer_hours", "smaller_may_pass", "pool", "capacity")
        setup.save_option(fresh(self.event), one, **{name: getattr(one, name) for name in kept} | values)

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
        lines = {}
        for option in options:
            lines.setdefault(option.pool or option, []).append(option)
        assert fresh(self.pool).seats_taken == sum(one.seats_taken for one in lines.get(fresh(self.pool), []))
        for sharing in lines.values():
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
        if fresh(self.event).status is EventStatus.PUBLISHED and free and line and not sharing[0].draws:
            sizes = [len(party) for party in line]
            assert (sizes[0] if self.strict else min(sizes)) > free, "a free seat waits for nobody"
        self.nobody_overtakes(seated, line, {one.id for one in sharing})

    def nobody_overtakes(self, seated, line, sharing):
        for row in seated:
            status, since, option, _party = self.before.get(row.id, (None, None, None, None))
            # A seat is kept where another option shares it.
            newly = status not in HOLDS_SEAT or option not in sharing
            if not newly or row.id in self.passed:
                continue
            # Newcomers, and who was on another list, come last.
            place = (since, row.id) if since and option in sharing else None
            for party in line:
                earlier = party[0].id in self.before and (
                    place is None or (party[0].waiting_since, party[0].id) < place
                )
                if earlier and self.before[party[0].id][0] in IN_LINE:
                    assert not self.strict and len(party) > 1, "somebody was overtaken"


def test_no_seat_is_sold_twice_or_forgotten_whatever_is_done_in_whatever_order(make):
    Seats.make = make
    examples = 10 * SEEDS if db.engine.dialect.name == "sqlite" else SEEDS + 1
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

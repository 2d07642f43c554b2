"""Budgets are counted in the database, for all processes at once."""

from __future__ import annotations

import contextvars
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.core import budgets, clock
from eventapp.core.budgets import Budget
from eventapp.core.db import db, transaction

pytestmark = pytest.mark.both_engines("counts with an upsert")


def take(whom: str = "ada", *, limit: int = 3) -> bool:
    with transaction():
        return budgets.take("e-mails", whom, limit=limit)


def test_an_hour_after_the_first_use_all_of_it_is_there_again(app):
    with time_machine.travel(clock.now(), tick=False) as time:
        assert [take() for _ in range(5)] == [True, True, True, False, False]
        time.shift(timedelta(minutes=59))
        assert not take()
        time.shift(timedelta(minutes=1))
        assert [take() for _ in range(4)] == [True, True, True, False]


def test_each_purpose_and_each_person_has_a_budget_of_its_own(app):
    assert take("ada", limit=1)
    assert not take("ada", limit=1)
    assert take("bob", limit=1)
    with transaction():
        assert budgets.take("registrations", "ada", limit=1)


def test_eight_at_once_do_not_use_the_same_one_twice(app):
    def one(_: int) -> bool:
        with app.app_context():
            return take(limit=20)

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(pool.map(lambda n: contextvars.Context().run(one, n), range(80)))
    assert taken == {True: 20, False: 60}


def test_what_is_rolled_back_has_used_nothing(app):
    with pytest.raises(RuntimeError), transaction():
        assert budgets.take("e-mails", "ada", limit=1)
        raise RuntimeError
    assert take(limit=1)


def test_nothing_personal_is_stored_and_not_for_long(app):
    with time_machine.travel(clock.now(), tick=False) as time:
        take("ada@example.org")
        (row,) = db.session.scalars(select(Budget))
        assert "ada" not in row.key
        time.shift(timedelta(minutes=30))
        take("bob@example.org")
        time.shift(timedelta(minutes=30))
        assert budgets.forget() == 1
        assert budgets.forget() == 0

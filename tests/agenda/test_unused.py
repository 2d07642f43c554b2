"""Agendas cost nobody anything to make: what a connection can fill is counted, and what nobody uses is deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.agenda import operations, tasks
from eventapp.agenda.models import Agenda
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.proposals import speakers
from tests.support.make import fresh


def number() -> int:
    db.session.rollback()
    return len(list(db.session.scalars(select(Agenda))))


@pytest.mark.both_engines("upserts")
def test_what_one_connection_stars_in_an_hour_has_an_end_and_nothing_of_what_is_refused_stays(
    client, make, monkeypatch
):
    monkeypatch.setattr(operations, "ROWS_AN_HOUR", 5)
    forum = make.event("forum")
    codes = [f"forum/{make.session(forum).code}" for _ in range(3)]
    address = begin(client, codes[:2]).location
    assert client.post(f"{address}/stars", data={"star": codes[2]}).status_code == 303
    refused = begin(client, codes)
    assert refused.status_code == 422
    assert "Too many sessions were starred from your connection" in refused.get_data(as_text=True)
    assert number() == 1
    assert begin(client, []).status_code == 303, "one more row is left"
    assert client.post(f"{address}/stars", data={"star": codes[0], "on": "0"}).status_code == 303


def begin(client, stars: list[str]):
    client.delete_cookie("agenda")
    return client.fill("/agenda", {"star": stars})


@pytest.fixture
def forum(make):
    """An event that begins in five months."""
    now = clock.now()
    return make.event("forum", starts_at=now + timedelta(days=150), ends_at=now + timedelta(days=151))


@pytest.mark.both_engines("a deletion with conditions on other tables")
@pytest.mark.parametrize(
    ("held", "kept", "gone"),
    [
        ("nothing", 179, 181),
        ("star", 150 + 725, 150 + 735),
        ("registration", 150 + 725, 150 + 735),
        ("part", 150 + 725, 150 + 735),
    ],
)
def test_what_nobody_uses_is_deleted_long_after_its_last_event(make, forum, held, kept, gone):
    session, guest = make.session(forum), make.registration(forum, make.option(forum))
    ada = make.person("Lovelace", "Ada")
    with transaction():
        link = speakers.link_for(fresh(forum), fresh(ada), email="ada@example.org", language="en")
        mine = operations.open_agenda([f"forum/{session.code}"] if held == "star" else [])
        if held == "registration":
            operations.add_registration(mine, fresh(guest))
        if held == "part":
            operations.add_part(mine, link)
    for days, left in ((kept, 1), (gone, 0)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            assert (tasks.forget_unused(), number()) == (1 - left, left)


def test_who_changes_something_keeps_an_agenda_of_events_that_are_long_over(make, forum):
    session = make.session(forum)
    with transaction():
        mine = operations.open_agenda([f"forum/{session.code}"])
    with time_machine.travel(clock.now() + timedelta(days=800), tick=False), transaction():
        operations.set_star(fresh(mine), fresh(forum), session.code, on=False)
    with time_machine.travel(clock.now() + timedelta(days=900), tick=False):
        assert (tasks.forget_unused(), number()) == (0, 1)


def test_more_than_one_transaction_are_deleted_in_one_run(make, monkeypatch):
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    for _ in range(5):
        with transaction():
            operations.open_agenda([])
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        assert (tasks.forget_unused(), number()) == (5, 0)

"""In a rush, the public pages stay cached, and still say what is true."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp.core import clock, pages
from eventapp.core.db import transaction
from eventapp.events.rules import EventStatus
from eventapp.registration import operations, setup
from tests.support.make import fresh

PAGES = ["/events/forum", "/events/forum/register"]


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def built(monkeypatch):
    """How often a template has been rendered."""
    numbers = []
    really = pages.render_template
    monkeypatch.setattr(pages, "render_template", lambda *args, **given: numbers.append(1) or really(*args, **given))
    return numbers


@pytest.mark.both_engines("an update that returns values")
@pytest.mark.parametrize("path", PAGES)
def test_a_registration_far_from_the_end_makes_no_page_stale(client, make, forum, built, path):
    option = make.option(forum, capacity=100)
    before = client.get(path).headers["ETag"]
    for _ in range(8):
        make.registration(forum, option)
    assert client.get(path).headers["ETag"] == before
    assert len(built) == 1


@pytest.mark.both_engines("an update that returns values")
@pytest.mark.parametrize("path", PAGES)
def test_near_the_end_each_seat_is_counted(client, make, forum, path):
    option = make.option(forum, capacity=3)
    first = make.registration(forum, option)
    for text in ("2 seats left", "1 seat left", "Join the waiting list"):
        client.get(path)
        assert text in client.page.text(client.page.one("main"))
        make.registration(forum, option)
    with transaction():
        operations.cancel(fresh(first))
    client.get(path)
    assert "Join the waiting list" in client.page.text(client.page.one("main")), "the next in line has it"
    with transaction():
        setup.save_option(fresh(forum), fresh(option), mode=option.mode, title=option.title, capacity=10)
    client.get(path)
    assert "7 seats left" in client.page.text(client.page.one("main"))


@pytest.mark.parametrize("path", PAGES)
def test_a_form_opens_to_the_second(client, make, forum, path):
    now = clock.now().replace(second=0, microsecond=0) + timedelta(days=1)
    with time_machine.travel(now, tick=False) as time:
        make.option(forum, opens_at=now + timedelta(seconds=30), closes_at=now + timedelta(seconds=50))
        for seconds, text in ((29, "not open yet"), (1, "open"), (19, "open"), (1, "closed")):
            time.shift(seconds)
            client.get(path)
            assert text in client.page.text(client.page.one("main"))
            assert ("not open yet" in client.page.text(client.page.one("main"))) == (text == "not open yet")


def test_the_team_sees_the_form_of_a_draft_and_nobody_else_does(organizer, client, make):
    draft = make.event("draft", status=EventStatus.DRAFT)
    make.option(draft)
    assert organizer.get("/events/draft/register").status_code == 200
    assert client.get("/events/draft/register").status_code == 404


def test_counts_on_the_event_page_are_a_minute_old_at_most(client, make, forum):
    with transaction():
        fresh(forum).counts_public = True
    option = make.option(forum, capacity=None)
    with time_machine.travel(clock.now().replace(second=1) + timedelta(days=1), tick=False) as time:
        for _ in range(5):
            make.registration(forum, option)
        client.get("/events/forum")
        make.registration(forum, option)
        client.get("/events/forum")
        assert "6 people" not in client.page.text(client.page.one("main"))
        time.shift(60)
        client.get("/events/forum")
        assert "6 people" in client.page.text(client.page.one("main"))

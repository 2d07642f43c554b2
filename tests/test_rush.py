"""Many register at once, over HTTP, with several processes: each seat is sold once, and nobody is lost.

The controls run the same without the guards, to show that the race is real and would be noticed.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Connection, create_engine, text

from eventapp.config import Settings
from eventapp.core.db import db
from eventapp.serve import migrate, start_app
from tests.support.databases import postgresql
from tests.support.make import Make
from tests.support.served import served

pytestmark = pytest.mark.slow

CLIENTS = 24


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    common = {
        "EVENTAPP_BASE_URL": "http://127.0.0.1",
        "EVENTAPP_TRUSTED_PROXIES": "1",
        "EVENTAPP_WORKERS": "3",
        "EVENTAPP_SECRET_KEY": "a key that only the tests know",
    }
    if request.param == "sqlite":
        yield common
    else:
        with postgresql() as url:
            yield common | {"EVENTAPP_DATABASE_URL": url}


@pytest.fixture(autouse=True)
def _as_it_was_logged() -> Iterator[None]:
    """Starting an app configures the log of the process, which is the tests'."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@dataclass
class Outcome:
    """What is in the database after a rush."""

    seats_taken: int
    confirmed: int
    waiting: int
    people: int
    in_order: bool


def rush(
    folder: Path, environ: dict[str, str], *, attempts: int, seats: int, twice: int, module: str = "eventapp.serve"
) -> Outcome:
    """So many people try to register for so many seats, some of them with a double click."""
    app = start_app(Settings.from_environment(environ | {"EVENTAPP_INSTANCE": str(folder)}))
    migrate(app)
    with app.app_context():
        make = Make()
        make.option(make.event("summit"), capacity=seats)
        url = db.engine.url
        db.session.remove()
        db.engine.dispose()
    people = [*range(attempts), *range(twice)]
    people.sort()  # the double clicks come together

    def register(port: int, number: int) -> int:
        values = {
            "option": "in_person",
            "email": f"guest{number}@example.org",
            "family_name": "Guest",
            "given_name": str(number),
        }
        head = {
            "Host": "127.0.0.1",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"10.0.{number // 250}.{number % 250}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("POST", "/events/summit/register", urlencode(values), head)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    with served(folder, "--no-worker", module=module, **environ) as server:
        server.up()
        with ThreadPoolExecutor(CLIENTS) as pool:
            # On a busy machine a lock may not come in time: then people are asked to try again, and do.
            statuses = list(pool.map(lambda number: until_answered(lambda: register(server.port, number)), people))
    assert set(statuses) <= {303, 422}, set(statuses)
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return outcome(connection)
    finally:
        engine.dispose()


def until_answered(register: Callable[[], int]) -> int:
    """The status of a registration that is tried again while the server is too busy."""
    for _ in range(10):
        if (status := register()) != 503:
            return status
    return 503


def outcome(connection: Connection) -> Outcome:
    rows = connection.execute(
        text("SELECT status, name_key, contact_id, waiting_since, id FROM registration ORDER BY waiting_since, id")
    ).all()
    waiting = [row.id for row in rows if row.status == "waitlisted"]
    confirmed = [row.id for row in rows if row.status == "confirmed"]
    taken = connection.scalar(text("SELECT seats_taken FROM attendance_option"))
    people = {(row.contact_id, row.name_key) for row in rows}
    return Outcome(taken or 0, len(confirmed), len(waiting), len(people), waiting == sorted(waiting))


def test_each_seat_is_sold_once_and_the_rest_wait_in_line(tmp_path, environ):
    found = rush(tmp_path, environ, attempts=120, seats=60, twice=30)
    assert (found.confirmed, found.waiting, found.people) == (60, 60, 120)
    assert found.seats_taken == 60
    if "EVENTAPP_DATABASE_URL" not in environ:  # PostgreSQL gives out the ids of rows before they are committed
        assert found.in_order


def test_without_the_guards_seats_are_sold_twice_and_people_registered_twice(tmp_path, environ):
    found = rush(tmp_path, environ, attempts=100, seats=60, twice=60, module="tests.support.unguarded")
    assert found.confirmed > 60 or found.seats_taken != found.confirmed, "the race would be noticed"
    assert found.confirmed + found.waiting > found.people, "and so would the double click"

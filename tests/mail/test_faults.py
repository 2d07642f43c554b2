"""A mail server that misbehaves and a worker that is killed: registering takes no longer, no e-mail is lost, none is
sent twice but in the one case that nobody can avoid.

The real server, a real worker, and a real conversation over SMTP.
"""

from __future__ import annotations

import http.client
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, create_engine, text

from eventapp.config import Settings
from eventapp.core.db import db
from eventapp.serve import migrate, start_app
from tests.support.bad_mail_server import BadMailServer, bad_mail_server
from tests.support.forked import Forked
from tests.support.make import Make
from tests.support.served import ROOT, Served, served, until

pytestmark = pytest.mark.slow

KEY = "a key that only the tests know"


@dataclass
class Post:
    """A served site, its database, and the mail server that its worker talks to."""

    site: Served
    engine: Engine
    server: BadMailServer
    environ: dict[str, str]

    @contextmanager
    def worker(self) -> Iterator[Forked]:
        """A worker in a process of its own, killed at the end if it is still there."""
        process = Forked("flask", ["--app", "wsgi", "worker"], env=self.environ, cwd=ROOT, log=Path(os.devnull))
        try:
            yield process
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait()

    def register(self, name: str) -> float:
        """Register somebody; returns the seconds until the answer."""
        values = {"option": "in_person", "email": f"{name}@example.org", "family_name": name.title()}
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        began = time.monotonic()
        try:
            head = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/events/summit/register", urlencode(values), head)
            response = connection.getresponse()
            response.read()
            assert response.status == 303
        finally:
            connection.close()
        return time.monotonic() - began

    def rows(self) -> dict[str, tuple[str, int, str]]:
        """(status, attempts, last error) of each e-mail, by the name of its recipient."""
        with self.engine.connect() as connection:
            rows = connection.execute(text('SELECT "to", status, attempts, last_error FROM email')).all()
        return {row[0].partition("@")[0]: (row[1], row[2], row[3]) for row in rows}

    def status(self, name: str) -> str:
        return self.rows().get(name, ("", 0, ""))[0]

    def time_passes(self) -> None:
        """What is due later is due now, and leases of workers that have died have run out."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE email SET due_at = created_at, held_until = NULL WHERE status = 'queued'"))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with bad_mail_server() as server:
        environ = {
            "EVENTAPP_INSTANCE": str(tmp_path),
            "EVENTAPP_MAIL_URL": server.url,
            "EVENTAPP_BASE_URL": "http://127.0.0.1",
            "EVENTAPP_SECRET_KEY": KEY,
            "EVENTAPP_WORKERS": "1",
        }
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level  # starting an app configures the log of this process
        app = start_app(Settings.from_environment(environ))
        root.handlers[:] = handlers
        root.setLevel(level)
        migrate(app)
        with app.app_context():
            make = Make()
            make.option(make.event("summit"), capacity=200)
            url = db.engine.url
            db.session.remove()
            db.engine.dispose()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EVENTAPP_")}
        engine = create_engine(url)
        with served(tmp_path, "--no-worker", **environ) as site:
            site.up()
            yield Post(site, engine, server, clean | environ)
        engine.dispose()


def test_after_kill_9_an_email_is_sent_once_unless_the_server_had_accepted_it_and_nobody_had_noted_that(post):
    """Some are still to be written when the first worker is killed, and in the hands of the second."""
    others = [f"guest{number}" for number in range(8)]
    for name in ("before", "early", *others, "killed", "after"):
        post.register(name)
    for name in ("early", "killed"):
        with post.worker() as worker:
            assert post.server.reached[name].wait(20)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        assert post.status(name) == "queued", "nothing is lost"
        post.time_passes()
    with post.worker():
        until(lambda: len(post.rows()) == 12 and {row[0] for row in post.rows().values()} == {"sent"}, seconds=20)
        _whatever_the_server_does(post)
    accepted = {name: len(numbers) for name, numbers in post.server.accepted.items()}
    assert accepted.pop("killed") == 2, "the one case that nobody can avoid"
    assert len(set(post.server.accepted["killed"])) == 1, "both have one Message-ID, by which mailboxes tell duplicates"
    assert set(accepted) == {"before", "early", "after", *others, *ARRIVE, *USUAL}
    assert set(accepted.values()) == {1}
    assert post.server.attempts["refused"] == 1


USUAL = [f"usual{number}" for number in range(5)]
LATER = ["grey", "drops", "hangs"]
ARRIVE = [*LATER, "plain", "more"]


def _whatever_the_server_does(post: Post) -> None:
    """It hangs, refuses, greylists and drops: registering is quick, and each e-mail arrives all the same."""
    usual = sorted(post.register(name) for name in USUAL)[2]
    post.register("hangs")
    assert post.server.reached["hangs"].wait(20), "the worker waits for the server"
    meanwhile = sorted(post.register(name) for name in ("refused", "grey", "drops", "plain", "more"))
    assert meanwhile[2] < max(10 * usual, 0.5), "and nobody else does"
    post.server.go_on.set()
    until(lambda: post.status("more") == "sent", seconds=20)
    until(lambda: all(post.rows()[name][1] == 1 for name in ("refused", *LATER)), seconds=20)
    assert post.status("refused") == "failed"
    assert "550" in post.rows()["refused"][2], "the organizer reads why"
    assert {post.status(name) for name in LATER} == {"queued"}
    post.time_passes()
    until(lambda: {post.status(name) for name in LATER} == {"sent"}, seconds=20)

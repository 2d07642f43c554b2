"""The worker: each sweep at its interval, a slow one without delaying others, and a heartbeat in the database."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from eventapp import jobs
from eventapp.core.db import db
from eventapp.jobs import Sweep

pytestmark = pytest.mark.both_engines("a sign of life is an upsert")


@pytest.fixture
def worker(app):
    """Run sweeps until one of them asks to stop."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def run(*sweeps: Sweep) -> None:
        jobs.run_forever(list(sweeps))
        db.session.rollback()

    yield run
    signal.alarm(0)
    for number, handler in before.items():
        signal.signal(number, handler)


def stop() -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return 0


def test_a_sweep_that_waits_for_others_holds_up_none(worker):
    others = threading.Event()
    waited = []

    def slow() -> int:
        waited.append(others.wait(20))
        return stop()

    # At a pace as in service: a signal that comes just before the worker lies down does not keep it awake.
    worker(Sweep("slow", 60, slow, apart=True), Sweep("quick", 0.2, lambda: others.set() or 0))
    assert waited == [True]


def test_only_what_waits_for_other_servers_or_writes_to_thousands_has_its_own_thread(app):
    apart = {sweep.name for sweep in app.extensions["sweeps"] if sweep.apart}
    assert apart == {"mail", "announcements", "reminders"}


def test_a_worker_leaves_a_sign_of_life(worker):
    assert jobs.last_heartbeat() is None
    worker(Sweep("last", 60, stop))
    assert jobs.last_heartbeat() is not None


def test_one_that_fails_stops_no_other(worker, caplog):
    def fail() -> int:
        raise ValueError("ada@example.org")

    worker(Sweep("bad", 60, fail), Sweep("last", 60, stop))
    assert "sweep failed" in caplog.text

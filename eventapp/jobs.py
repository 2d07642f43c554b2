"""Scheduled work: sweeps that may run at any time, any number of times, in any number of processes."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from eventapp.core.db import db

log = logging.getLogger("eventapp.worker")


@dataclass(frozen=True)
class Sweep:
    """Work to be done again and again: `run` finds by itself what is due and returns how much it did."""

    name: str
    seconds: float
    run: Callable[[], int]


def run_once(sweeps: list[Sweep]) -> int:
    """Run every sweep now. One that fails is logged and does not stop the others."""
    done = 0
    for sweep in sweeps:
        done += _run(sweep)
    return done


def _run(sweep: Sweep) -> int:
    try:
        number = sweep.run()
    except Exception:
        log.exception("sweep failed", extra={"facts": {"sweep": sweep.name}})
        return 0
    finally:
        db.session.remove()
    if number:
        log.info("sweep", extra={"facts": {"sweep": sweep.name, "done": number}})
    return number


def run_forever(sweeps: list[Sweep]) -> None:
    """Run each sweep at its pace until the process is asked to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    due = {sweep.name: 0.0 for sweep in sweeps}
    while not stop.is_set():
        for sweep in sweeps:
            if monotonic() >= due[sweep.name]:
                _run(sweep)
                due[sweep.name] = monotonic() + sweep.seconds
        stop.wait(min(max(min(due.values()) - monotonic(), 0.1), 5))

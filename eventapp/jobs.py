"""Scheduled work: sweeps that may run at any time, any number of times, in any number of processes."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import clock
from eventapp.core.db import Base, db, transaction
from eventapp.core.outages import cause_of
from eventapp.core.running import here
from eventapp.core.statements import built_once

log = logging.getLogger("eventapp.worker")

# Seconds between a worker's heartbeats, and after how long without one it is considered dead.
BEAT = 10.0
DEAD_AFTER = timedelta(seconds=60)
# Seconds that a worker may still take after it was asked to stop.
LAST_SECONDS = 10


class WorkerHeartbeat(Base):
    """The last heartbeat of any worker. One row for all workers of a database: it is enough that one is alive."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Sweep:
    """Work to repeat regularly: `run` finds what is due and returns how much it did.

    A sweep that is `apart` has its own thread, because it waits for other servers or writes to thousands of people, and
    must not delay the others.
    """

    name: str
    seconds: float
    run: Callable[[], int]
    apart: bool = False


def last_heartbeat() -> datetime | None:
    """The time of the last heartbeat; None if there has never been one."""
    return db.session.scalar(select(WorkerHeartbeat.at).where(WorkerHeartbeat.name == "worker"))


def _beat() -> int:
    with transaction():
        db.session.execute(_beaten(), [{"name": "worker", "at": clock.now()}])
    return 0


@built_once
def _beaten(insert: Callable[[Any], Any]) -> Any:
    made = insert(WorkerHeartbeat.__table__)
    return made.on_conflict_do_update(index_elements=["name"], set_={"at": made.excluded.at})


HEARTBEAT = Sweep("heartbeat", BEAT, _beat)


def run_once(sweeps: list[Sweep]) -> int:
    """Run every sweep now. One that fails is logged and does not stop the others."""
    done = 0
    for sweep in sweeps:
        done += _run(sweep)
    return done


def _run(sweep: Sweep) -> int:
    try:
        number = sweep.run()
    except Exception as error:
        cause = cause_of(error)
        if cause is None:
            log.exception("sweep failed", extra={"facts": {"sweep": sweep.name}})
        else:
            log.error("sweep failed", extra={"facts": {"sweep": sweep.name, "cause": cause}})
        return 0
    finally:
        db.session.remove()
    if number:
        log.info("sweep", extra={"facts": {"sweep": sweep.name, "done": number}})
    return number


def run_forever(sweeps: list[Sweep]) -> None:
    """Run each sweep at its interval until the process is asked to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()

    def ask(*_: object) -> None:
        signal.alarm(LAST_SECONDS)  # ends the process if a sweep does not
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    lines = [
        [HEARTBEAT, *(sweep for sweep in sweeps if not sweep.apart)],
        *([sweep] for sweep in sweeps if sweep.apart),
    ]
    threads = [threading.Thread(target=here(_at_their_pace), args=(line, stop), daemon=True) for line in lines[1:]]
    for thread in threads:
        thread.start()
    _at_their_pace(lines[0], stop)
    for thread in threads:
        thread.join()


def _at_their_pace(sweeps: list[Sweep], stop: threading.Event) -> None:
    due = {sweep.name: 0.0 for sweep in sweeps}
    while not stop.is_set():
        for sweep in sweeps:
            if monotonic() >= due[sweep.name] and not stop.is_set():
                done = _run(sweep)
                due[sweep.name] = monotonic() + (0 if done and sweep.apart else sweep.seconds)
        stop.wait(min(max(min(due.values()) - monotonic(), 0.1), 5))

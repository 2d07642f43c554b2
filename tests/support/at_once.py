"""What several people do at the same moment, and what one does while another one is at it."""

from __future__ import annotations

import contextvars
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from sqlalchemy import text

from eventapp.core.db import _writers, db, transaction
from eventapp.core.refusals import Refused


def at_once(app: Any, verb: Callable[[int], Any], times: int = 8) -> Counter[str]:
    """Do the same thing in several transactions at the same moment; returns the result of each."""
    together = Barrier(times)

    def one(number: int) -> str:
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    verb(number)
                return "done"
            except Refused:
                return "no"
            except Exception as error:
                return repr(error)

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(lambda n: contextvars.Context().run(one, n), range(times)))


def during(first: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """Do the `first` thing, and end its transaction when `then` waits for it; the answer of `then`, which is done in
    another thread.
    """
    return _in_line(first, then)[0]


def after(app: Any, first: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """The same, with `then` in a transaction of its own."""
    return in_line(app, first, then)[0]


def in_line(app: Any, first: Callable[[], Any], *others: Callable[[], Any]) -> list[Any]:
    """The same with several others, each of which begins when the one before it waits."""

    def alone(act: Callable[[], Any]) -> Any:
        with app.app_context(), transaction():
            return act()

    return _in_line(first, *(partial(alone, act) for act in others))


def _in_line(first: Callable[[], Any], *others: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(others)) as pool:
        with transaction():
            first()
            db.session.flush()
            answers: list[Future[Any]] = []
            for number, other in enumerate(others, start=1):
                answers.append(pool.submit(contextvars.Context().run, other))
                while not (answers[-1].done() or _waiting(number)):
                    time.sleep(0.01)
        return [answer.result() for answer in answers]


def by_number(kind: type, thing: Any) -> Callable[[], Any]:
    """The row in the session of who asks."""
    number = thing.id
    return lambda: db.session.get_one(kind, number)


def _waiting(number: int) -> bool:
    """Whether so many wait for a lock."""
    if db.engine.dialect.name == "sqlite":
        return len(_writers[db.engine]._queue._waiting) >= number
    found: int = db.session.scalar(text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")) or 0
    return found >= number

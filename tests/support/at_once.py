"""What several people do at the same moment, and what one does while another one is at it."""

from __future__ import annotations

import contextvars
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import text

from eventapp.core.db import db, transaction
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
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            first()
            db.session.flush()
            answer = pool.submit(contextvars.Context().run, then)
            while not (answer.done() or _somebody_waits()):
                time.sleep(0.01)
        return answer.result()


def after(app: Any, first: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """The same, with `then` in a transaction of its own."""

    def second() -> Any:
        with app.app_context(), transaction():
            return then()

    return during(first, second)


def by_number(kind: type, thing: Any) -> Callable[[], Any]:
    """The row in the session of who asks."""
    number = thing.id
    return lambda: db.session.get_one(kind, number)


def _somebody_waits() -> bool:
    if db.engine.dialect.name == "sqlite":
        time.sleep(0.05)
        return True
    return bool(db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

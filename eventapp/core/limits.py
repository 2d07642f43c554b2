"""Rate limits per visitor, for what costs us time or annoys others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Timer
from time import monotonic, thread_time
from typing import Any, cast

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from eventapp.config import BadSetting
from eventapp.core.refusals import Refused

log = logging.getLogger("eventapp.limits")


# Seconds: how long Redis may take, and after how long without an answer it is tried again.
ANSWER = 1.0
PAUSE = 10.0


# Seconds between two searches for expired counters in memory.
SEARCH = 10.0


class _Seldom:
    """A timer that counts as running for some seconds, so that the storage does not start another one."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._until = monotonic() + SEARCH

    def is_alive(self) -> bool:
        return monotonic() < self._until

    def start(self) -> None:
        self._timer.daemon = True
        self._timer.start()


class Counters(MemoryStorage):
    """Counters in memory, of which expired ones are removed now and then.

    The library looks through all of them after each use, in a new thread: with a thousand visitors, that was a third of
    the time of a registration.
    """

    @property
    def timer(self) -> Any:
        return self._seldom

    @timer.setter
    def timer(self, timer: Timer) -> None:
        self._seldom = _Seldom(timer)


class Limiter(MovingWindowRateLimiter):
    """Counts in Redis if it is configured. While Redis does not answer, each process counts on its own."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self._own = MovingWindowRateLimiter(Counters())
        self._ask_again = 0.0

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        return self._asked(super().hit, self._own.hit, item, *identifiers, cost=cost)

    def test(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        return self._asked(super().test, self._own.test, item, *identifiers, cost=cost)

    def _asked(self, ask: Callable[..., bool], ask_own: Callable[..., bool], *asked: Any, cost: int) -> bool:
        if monotonic() >= self._ask_again:
            try:
                return bool(ask(*asked, cost=cost))
            except self.storage.base_exceptions as error:
                self._ask_again = monotonic() + PAUSE
                facts = {"cause": type(error).__name__, "seconds": PAUSE}
                log.warning("Redis does not answer, limits count per process", extra={"facts": facts})
        return bool(ask_own(*asked, cost=cost))

    def answers(self) -> bool:
        """Whether the storage is reachable now."""
        try:
            return bool(self.storage.check())
        except self.storage.base_exceptions:
            return False


def allowed(rate: str, name: str, *, key: str | None = None) -> bool:
    """Count one use of `name` by this visitor (or by `key`); False past `rate` ("10/minute")."""
    limiter = cast(Limiter, current_app.extensions["limits"])
    return limiter.hit(parse(rate), name, key or visitor())


def visitor() -> str:
    """The key under which a request is counted: its IPv4 address, or the /64 network of its IPv6 address."""
    given = request.remote_addr or "?"
    try:
        address = ip_address(given)
    except ValueError:
        return given
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, 64), strict=False))
    return str(address)


@contextmanager
def building(key: str | None = None) -> Iterator[None]:
    """Build a response that nobody has requested before, charged to this visitor (or to `key`).

    Counts the processor time that it takes. Raises TooManyRequests (429 with Retry-After) if the minute's budget is
    used up.
    """
    limiter: FixedWindowRateLimiter = current_app.extensions["building"]
    minute = RateLimitItemPerMinute(round(current_app.config["BUILDING_SECONDS"] * 100))
    account = key or visitor()
    if not limiter.test(minute, "building", account):
        raise TooManyRequests(retry_after=60)
    began = thread_time()
    try:
        yield
    finally:
        limiter.hit(minute, "building", account, cost=1 + round((thread_time() - began) * 100))


def start_anew(rate: str, name: str, *, key: str) -> None:
    """Reset the counter of `name` for a key."""
    limiter = cast(MovingWindowRateLimiter, current_app.extensions["limits"])
    limiter.clear(parse(rate), name, key)


def limit(rate: str, name: str, *, key: str | None = None) -> None:
    """Count one use of `name` by this visitor (or by `key`). Raises TooManyRequests (429 with Retry-After) past
    `rate`.
    """
    if not allowed(rate, name, key=key):
        raise TooManyRequests(retry_after=parse(rate).get_expiry())


@contextmanager
def guessing(rate: str, name: str, *, field: str, key: str | None = None) -> Iterator[None]:
    """Read something secret that this visitor (or `key`) has typed: only what is refused because of `field` counts.

    What is right uses nothing up and gives nothing back, or a visitor could guess on. Raises TooManyRequests
    (429 with Retry-After) once `rate` is used up, also for what is right, or guesses past it could succeed.
    """
    limiter = cast(Limiter, current_app.extensions["limits"])
    item, whose = parse(rate), key or visitor()
    if not limiter.test(item, name, whose):
        raise TooManyRequests(retry_after=item.get_expiry())
    try:
        yield
    except Refused as refusal:
        if refusal.field == field:
            limiter.hit(item, name, whose)
        raise


def init_app(app: Flask, redis_url: str | None) -> None:
    """Keep the counters in this process, or in Redis if it is configured."""
    try:
        # Its client would retry three times while a visitor waits.
        once: dict[str, Any] = (
            {"socket_timeout": ANSWER, "socket_connect_timeout": ANSWER, "retry": None} if redis_url else {}
        )
        storage = cast(Storage, storage_from_string(redis_url, **once)) if redis_url else Counters()
    except ConfigurationError as error:
        raise BadSetting(
            "EVENTAPP_REDIS_URL needs the Python package redis: install it with .venv/bin/pip install redis."
        ) from error
    app.extensions["limits"] = Limiter(storage)
    app.extensions["building"] = FixedWindowRateLimiter(Counters())
    # Of the sixty that each core has in a minute; each process counts its own. A page takes hundredths of a second, a
    # calendar of a thousand sessions half a second: enough for an office behind one IP address, as cached responses
    # cost nothing.
    app.config["BUILDING_SECONDS"] = 10

"""How often one visitor may do what costs us or annoys others."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any, cast

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from eventapp.config import BadSetting

log = logging.getLogger("eventapp.limits")


# Seconds: how long Redis may take, and after how long without an answer it is asked again.
ANSWER = 1.0
PAUSE = 10.0


class Limiter(MovingWindowRateLimiter):
    """Counts in Redis where there is one. While that does not answer, each process counts for itself."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._ask_again = 0.0

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        if monotonic() >= self._ask_again:
            try:
                return bool(super().hit(item, *identifiers, cost=cost))
            except self.storage.base_exceptions as error:
                self._ask_again = monotonic() + PAUSE
                facts = {"cause": type(error).__name__, "seconds": PAUSE}
                log.warning("Redis does not answer, limits count per process", extra={"facts": facts})
        return bool(self._own.hit(item, *identifiers, cost=cost))

    def answers(self) -> bool:
        """Whether the storage answers now."""
        try:
            return bool(self.storage.check())
        except self.storage.base_exceptions:
            return False


def allowed(rate: str, name: str, *, key: str | None = None) -> bool:
    """Count one use of `name` by this address (or by `key`); False past `rate` ("10/minute")."""
    limiter = cast(Limiter, current_app.extensions["limits"])
    return limiter.hit(parse(rate), name, key or request.remote_addr or "?")


def limit(rate: str, name: str) -> None:
    """Count one use of `name` by this address. Raises 429 with Retry-After past `rate`."""
    if not allowed(rate, name):
        raise TooManyRequests(retry_after=parse(rate).get_expiry())


def init_app(app: Flask, redis_url: str | None) -> None:
    """Counters live in this process, or in Redis where one is configured."""
    try:
        # Its client would try again three times, and a visitor wait for that.
        once: dict[str, Any] = (
            {"socket_timeout": ANSWER, "socket_connect_timeout": ANSWER, "retry": None} if redis_url else {}
        )
        storage = cast(Storage, storage_from_string(redis_url or "memory://", **once))
    except ConfigurationError as error:
        raise BadSetting("EVENTAPP_REDIS_URL needs the Python package redis: install it first.") from error
    app.extensions["limits"] = Limiter(storage)

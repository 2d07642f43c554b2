"""How often one visitor may do what costs us or annoys others."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, request
from limits import parse
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from eventapp.config import BadSetting


def allowed(rate: str, name: str, *, key: str | None = None) -> bool:
    """Count one use of `name` by this address (or by `key`); False past `rate` ("10/minute")."""
    limiter = cast(MovingWindowRateLimiter, current_app.extensions["limits"])
    return limiter.hit(parse(rate), name, key or request.remote_addr or "?")


def limit(rate: str, name: str) -> None:
    """Count one use of `name` by this address. Raises 429 with Retry-After past `rate`."""
    if not allowed(rate, name):
        raise TooManyRequests(retry_after=parse(rate).get_expiry())


def init_app(app: Flask, redis_url: str | None) -> None:
    """Counters live in this process, or in Redis where one is configured."""
    try:
        storage = storage_from_string(redis_url or "memory://")
    except ConfigurationError as error:
        raise BadSetting("EVENTAPP_REDIS_URL needs the Python package redis: install it first.") from error
    app.extensions["limits"] = MovingWindowRateLimiter(storage)

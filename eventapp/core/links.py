"""Absolute URLs, also without a request: for e-mails and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from eventapp.core.running import settings


def absolute(endpoint: str, **values: Any) -> str:
    """The public URL of an endpoint under EVENTAPP_BASE_URL."""
    path = current_app.url_map.bind("").build(endpoint, values, force_external=False)
    return base_url() + path


def base_url() -> str:
    """EVENTAPP_BASE_URL without a trailing slash."""
    return settings().base_url


def host_name(environ: Mapping[str, Any]) -> str:
    """The host name of a request, in lower case and without the port."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST') or environ.get('SERVER_NAME', '')}").hostname or ""
    except ValueError:
        return ""

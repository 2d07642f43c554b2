"""Absolute addresses, also where there is no request: in letters and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app


def absolute(endpoint: str, **values: Any) -> str:
    """The public address of an endpoint under EVENTAPP_BASE_URL."""
    path = current_app.url_map.bind("").build(endpoint, values, force_external=False)
    return base_url() + path


def base_url() -> str:
    """EVENTAPP_BASE_URL without a slash at the end."""
    return cast(str, current_app.config["SETTINGS"].base_url)


def host_name(environ: Mapping[str, Any]) -> str:
    """The host that a request asks for, without its port and in small letters."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST') or environ.get('SERVER_NAME', '')}").hostname or ""
    except ValueError:
        return ""

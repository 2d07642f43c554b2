"""Requests of the HTTP server (RSGI) as WSGI has them (PEP 3333)."""

from __future__ import annotations

import sys
from functools import lru_cache
from io import BytesIO
from typing import Any

Environ = dict[str, Any]

# Headers that decide whether and how a cached response is used, besides the path and the query.
_DECIDE = (
    ("host", "HTTP_HOST"),
    ("accept-language", "HTTP_ACCEPT_LANGUAGE"),
    ("accept-encoding", "HTTP_ACCEPT_ENCODING"),
    ("if-none-match", "HTTP_IF_NONE_MATCH"),
    ("if-modified-since", "HTTP_IF_MODIFIED_SINCE"),
    ("x-request-id", "HTTP_X_REQUEST_ID"),
)


def brief(scope: Any) -> Environ:
    """The part of a WSGI environ that the response cache needs."""
    headers = scope.headers
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _as_sent(scope.path),
        "QUERY_STRING": _as_sent(scope.query_string),
        "SERVER_NAME": "",
    }
    for name, key in _DECIDE:
        value = headers.get(name)
        if value is not None:
            environ[key] = value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def _as_sent(text: str) -> str:
    """The bytes of a text that the server has decoded, one character each, as WSGI has them. Headers are ASCII: the
    server passes on no other ones.
    """
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def complete(scope: Any) -> Environ:
    """The whole WSGI environ of a request, without its body."""
    server, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _as_sent(scope.path),
        "QUERY_STRING": _as_sent(scope.query_string),
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = _key(name)
        if key is None:
            continue
        if key in environ:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        else:
            environ[key] = value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


@lru_cache(maxsize=256)
def _key(name: str) -> str | None:
    """The environ key of a header; None if it would be ambiguous there, as X_Real_IP and X-Real-IP are."""
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"

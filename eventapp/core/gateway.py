"""Between the HTTP server and the WSGI application: no thread works for a request before all of it is here.

The server calls us by RSGI, in an event loop. A body that comes slowly costs a few kilobytes of memory there, and no
thread; one that comes too slowly is refused with 408, one that is too large with 413 (RFC 9110 §15.5.9, §15.5.14).
Only whole requests are handed to the application, in threads. What is kept is given without them, so that a page does
not wait behind a registration, nor behind a database that does not answer.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import Any, Protocol

log = logging.getLogger("eventapp.gateway")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# A body may stand still for PATIENCE seconds, must have come at RATE bytes a second after that, and be whole in LONGEST
# seconds: 8 MB in five minutes are 28 kB a second, which every mobile network has.
PATIENCE = 10.0
RATE = 4096
LONGEST = 300.0
# Bodies that are on their way at the same time, in one process. Each takes at most its limit in memory.
MOST_BODIES = 256

# Requests that are whole and wait for a thread, and for how many seconds at most.
MOST_WAITING = 128
WAIT = 15.0

# Threads of one process for requests that read, as many for those that write, and for what waits for nothing.
THREADS = 8
QUICK_THREADS = 3

REFUSED = "eventapp.body_refused"


class KeptAnswers(Protocol):
    """Answers that are ready: whether there `has` been one to a request, and to `give` it if it is right."""

    def has(self, environ: Environ) -> bool: ...

    def give(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes] | None: ...


class _BodyRefused(Exception):
    """The body is not taken; `status` is the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Line:
    """Threads, and how many requests are with them or wait for one."""

    def __init__(self, threads: int, name: str) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.most = threads + MOST_WAITING
        self.waiting = 0


class Gateway:
    """An RSGI application that runs a WSGI application.

    `limit` tells how many bytes the body of a request may have; it gets the WSGI environ, in the event loop. `kept` are
    answers that are ready; where it `kept_waits` for a server to say whether they are right, it is asked in a thread,
    and else in the event loop, which costs half as much. Addresses that begin with one of `light` need no database.
    `patience` and `wait` are seconds: for a body to go on, and for a thread to be free.
    What is refused is told to the application as environ[REFUSED], a status, with an empty body: the page is its own.
    """

    def __init__(
        self,
        application: Application,
        *,
        limit: Callable[[Environ], int],
        kept: KeptAnswers | None = None,
        kept_waits: bool = True,
        light: tuple[str, ...] = (),
        patience: float = PATIENCE,
        wait: float = WAIT,
        threads: int = THREADS,
    ) -> None:
        self._application = application
        self._limit = limit
        self._kept = kept
        self._kept_waits = kept_waits
        self._light = light
        self._patience = patience
        self._wait = wait
        # Ten that wait for a lock to write must not keep those waiting who read.
        self._readers = _Line(threads, "read")
        self._writers = _Line(threads, "write")
        self._quick_threads = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="quick")
        self._bodies = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        # Most requests are for what is kept: of those only what decides about it is read.
        if self._kept is not None and scope.method in _READS and await self._given(_brief(scope), protocol):
            return
        environ = _environ(scope)
        if "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0":
            try:
                body = await self._read(environ, protocol)
            except _BodyRefused as refused:
                environ[REFUSED], body = refused.status, b""
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = BytesIO(body)
        if self._light and environ["PATH_INFO"].startswith(self._light):
            await asyncio.wrap_future(self._quick_threads.submit(self._answer, environ, protocol))
        else:
            line = self._readers if environ["REQUEST_METHOD"] in {"GET", "HEAD", "OPTIONS"} else self._writers
            await self._in_turn(line, environ, protocol)

    async def _given(self, environ: Environ, protocol: Any) -> bool:
        """Whether a kept answer was given."""
        if self._kept is None or not self._kept.has(environ):
            return False
        if not self._kept_waits:
            return self._give(self._kept, environ, protocol)
        return await asyncio.wrap_future(self._quick_threads.submit(self._give, self._kept, environ, protocol))

    def _give(self, kept: KeptAnswers, environ: Environ, protocol: Any) -> bool:
        return self._send(kept.give, environ, protocol)

    async def _in_turn(self, line: _Line, environ: Environ, protocol: Any) -> None:
        """Wait for a thread, and not for ever."""
        if line.waiting >= line.most:
            _busy(protocol)
            return
        line.waiting += 1
        job: Future[None] = line.threads.submit(self._answer, environ, protocol)
        end = self._loop.call_later(self._wait, job.cancel)  # which does nothing once a thread works on it
        try:
            await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            if not job.cancelled():
                raise
            _busy(protocol)
        finally:
            end.cancel()
            line.waiting -= 1

    async def _read(self, environ: Environ, protocol: Any) -> bytes:
        """The whole body. Raises _BodyRefused."""
        limit = self._limit(environ)
        declared = environ.get("CONTENT_LENGTH")
        if declared is not None and (not declared.isdigit() or int(declared) > limit):
            raise _BodyRefused(413 if declared.isdigit() else 400)
        if self._bodies >= MOST_BODIES:
            raise _BodyRefused(503)
        self._bodies += 1
        pieces: list[bytes] = []
        size, began = 0, self._loop.time()
        try:
            async with asyncio.timeout(self._patience) as timeout:
                async for piece in protocol:
                    pieces.append(piece)
                    size += len(piece)
                    if size > limit:
                        raise _BodyRefused(413)
                    stands_still = self._loop.time() + self._patience
                    timeout.reschedule(min(stands_still, began + self._patience + size / RATE, began + LONGEST))
        except TimeoutError:
            raise _BodyRefused(408) from None
        finally:
            self._bodies -= 1
        if declared is not None and size != int(declared):
            raise _BodyRefused(400)  # the visitor has gone
        return b"".join(pieces)

    def _answer(self, environ: Environ, protocol: Any) -> None:
        """Run the application, in a thread, and hand its whole answer to the server."""
        self._send(self._application, environ, protocol)

    def _send(self, answering: Callable[..., Iterable[bytes] | None], environ: Environ, protocol: Any) -> bool:
        """Hand what is answered to the server; False where that is None."""
        started: list[Any] = [500, []]
        written: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], Any]:
            started[:] = [int(status[:3]), headers]
            return written.append

        try:
            result = answering(environ, start)
            if result is None:
                return False
            try:
                body = b"".join([*written, *result])
            finally:
                close = getattr(result, "close", None)
                if close is not None:
                    close()
        except Exception:
            # The application answers its own errors. What comes here is a fault in what stands around it.
            log.exception("no answer")
            started[:] = [500, []]
            body = b""
        protocol.response_bytes(started[0], started[1], body)
        return True


_BUSY = "Too busy just now. Please try again in a moment.\nただいま混み合っています。少し後でもう一度お試しください。\n"


def _busy(protocol: Any) -> None:
    log.warning("too many requests wait, one was sent away", extra={"facts": {"cause": "overload"}})
    headers = [("content-type", "text/plain; charset=utf-8"), ("retry-after", "10"), ("cache-control", "no-store")]
    protocol.response_bytes(503, headers, _BUSY.encode())


_READS = frozenset({"GET", "HEAD"})
# What decides whether and how a kept answer is given, besides the path and the query.
_DECIDE = (
    ("host", "HTTP_HOST"),
    ("accept-language", "HTTP_ACCEPT_LANGUAGE"),
    ("accept-encoding", "HTTP_ACCEPT_ENCODING"),
    ("if-none-match", "HTTP_IF_NONE_MATCH"),
    ("if-modified-since", "HTTP_IF_MODIFIED_SINCE"),
    ("x-request-id", "HTTP_X_REQUEST_ID"),
)


def _brief(scope: Any) -> Environ:
    """As much of the WSGI environ as a kept answer needs."""
    headers = scope.headers
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _path(scope),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": "",
    }
    for name, key in _DECIDE:
        value = headers.get(name)
        if value is not None:
            environ[key] = value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def _path(scope: Any) -> str:
    path: str = scope.path
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("latin-1")


def _environ(scope: Any) -> Environ:
    """The WSGI environ of a request (PEP 3333)."""
    server, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(scope),
        "QUERY_STRING": scope.query_string,
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
    """The name of a header in the environ; None if it can't be told from another there, as X_Real_IP from X-Real-IP."""
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"

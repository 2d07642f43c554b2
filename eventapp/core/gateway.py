"""Between the HTTP server and the WSGI application: no thread works on a request until all of it has arrived.

The server calls us by RSGI, in an event loop. A slow body costs a few kilobytes of memory there and no thread; one that
is too slow is refused with 408, one that is too large with 413 (RFC 9110 §15.5.9, §15.5.14). Only complete requests are
handed to the application, in threads. Cached responses don't use these threads, so a page waits neither behind a
registration nor for a database that does not answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, Protocol

from eventapp.core import environs
from eventapp.core.environs import Environ

log = logging.getLogger("eventapp.gateway")

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# A body may pause for PATIENCE seconds, must have come at RATE bytes a second after that, and be complete within
# LONGEST seconds: 8 MB in five minutes are 28 kB a second, which every mobile network has.
PATIENCE = 10.0
RATE = 4096
LONGEST = 300.0
# A body of at most so many bytes is read at once: piece by piece costs half as much again as an empty request.
SMALL = 16_384
# Bodies that are arriving at the same time, in one process. Each takes at most its limit in memory.
MOST_BODIES = 256

# Complete requests that may wait for a thread, and for how many seconds at most.
MOST_WAITING = 128
WAIT = 15.0

# Seconds after which a request that is being worked on lets the next one begin.
SLOW = 0.05

# Threads of one process: for reading requests, as many for writing ones, and for cached responses and `light` paths.
THREADS = 8
QUICK_THREADS = 3

REFUSED = "eventapp.body_refused"


class CachedAnswers(Protocol):
    """A response cache: whether it `has` a response to a request, and the response that it can `give` if it is
    fresh.
    """

    def has(self, environ: Environ) -> bool: ...

    def give(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes] | None: ...


# (status, headers, body)
Answer = tuple[int, list[tuple[str, str]], bytes]
# Requests in one batch, and bytes of their bodies: others wait for its end. One that is larger is a batch by itself.
LARGEST_BATCH = 64
LARGEST_BODIES = 65_536


# Returns the environs of requests that wait, once each: all of them, or those whose bodies have at most so many bytes.
Take = Callable[[int | None], list[Environ]]
# Answers what it takes, in its order, as often as it takes something; None, or nothing after the last answer, for what
# the application answers.
Batched = Callable[[Take], list[Answer | None]]


class _Batches:
    """Answers requests of one kind together: those that arrive while others are being answered are the next batch.

    Each of them would end with a commit of its own, and wait for the disk; together they wait once. All is done by one
    thread: a second one that reads meanwhile would take Python's lock from the one that others wait for.
    """

    def __init__(self, handler: Batched, name: str) -> None:
        self._handler = handler
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: deque[tuple[Environ, asyncio.Future[Answer | None]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def answer(self, environ: Environ) -> Answer | None:
        """The answer; None if the application has to give it."""
        if len(self._waiting) >= MOST_WAITING:
            return None
        coming: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((environ, coming))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await coming

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken, answers = await loop.run_in_executor(self._thread, self._answered)
            for coming, answer in zip(taken, answers, strict=True):
                if not coming.done():
                    coming.set_result(answer)

    def _answered(self) -> tuple[list[asyncio.Future[Answer | None]], list[Answer | None]]:
        """Run the handler in its thread. Only that takes what waits, and only the event loop adds to it."""
        taken: list[asyncio.Future[Answer | None]] = []
        size = 0

        def take(most: int | None = None) -> list[Environ]:
            nonlocal size
            environs = []
            while self._waiting and len(taken) < LARGEST_BATCH:
                length = int(self._waiting[0][0].get("CONTENT_LENGTH", 0))
                if (most is not None and length > most) or (taken and size + length > LARGEST_BODIES):
                    break
                size += length
                environ, coming = self._waiting.popleft()
                environs.append(environ)
                taken.append(coming)
            return environs

        answers: list[Answer | None] = []
        try:
            answers = self._handler(take)
        except Exception:
            log.exception("a batch was not answered")
            take()
        return taken, answers[: len(taken)] + [None] * (len(taken) - len(answers))


class _BodyRefused(Exception):
    """The body is refused with the HTTP status `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Turns:
    """Lets few requests of a process be worked on at the same time.

    Threads that compute at the same time hand Python's lock to and fro at every database call, which costs a fifth of
    the processor time. So only `at_once` requests begin together; one that takes longer than SLOW, because it waits or
    has much to do, lets the next one begin.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._next: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        await self._begin()
        over = False

        def end() -> None:
            nonlocal over
            if not over:
                over = True
                self._hand_over()

        timer = asyncio.get_running_loop().call_later(SLOW, end)
        try:
            yield
        finally:
            timer.cancel()
            end()

    async def _begin(self) -> None:
        if self._free > 0:
            self._free -= 1
            return
        coming = asyncio.get_running_loop().create_future()
        self._next.append(coming)
        try:
            await coming
        except asyncio.CancelledError:
            if not coming.cancelled():
                self._hand_over()  # it came at the last moment
            raise

    def _hand_over(self) -> None:
        while self._next:
            coming = self._next.popleft()
            if not coming.done():
                coming.set_result(None)
                return
        self._free += 1


class _Line:
    """A thread pool, with the number of requests that are in it or wait for it."""

    def __init__(self, threads: int, name: str) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.most = threads + MOST_WAITING
        self.waiting = 0
        self.free = asyncio.Semaphore(threads)


class Gateway:
    """An RSGI application that runs a WSGI application.

    `limit` returns how many bytes the body of a request may have; it is called with the WSGI environ, in the event
    loop. `cache` is the response cache. With `cache_waits`, its freshness check queries a database server, so it
    runs in a thread; otherwise it runs in the event loop, which costs half as much. Paths that begin with one of
    `light` need no database. `patience` and `wait` are seconds: how long a body may pause, and how long to wait for
    a thread. `at_once` requests begin at the same time (_Turns). POST requests to a path of `batched` are answered
    together (_Batches). The application learns of a refused body by
    environ[REFUSED], a status, with an empty body, and renders the error page.
    """

    def __init__(
        self,
        application: Application,
        *,
        limit: Callable[[Environ], int],
        cache: CachedAnswers | None = None,
        cache_waits: bool = True,
        light: tuple[str, ...] = (),
        batched: dict[str, Batched] | None = None,
        patience: float = PATIENCE,
        wait: float = WAIT,
        threads: int = THREADS,
        at_once: int = 1,
    ) -> None:
        self._application = application
        self._limit = limit
        self._cache = cache
        self._cache_waits = cache_waits
        self._light = light
        self._batches = {path: _Batches(handler, "batch") for path, handler in (batched or {}).items()}
        self._patience = patience
        self._wait = wait
        # Ten requests that wait for a write lock must not block those that read.
        self._readers = _Line(threads, "read")
        self._writers = _Line(threads, "write")
        self._turns = _Turns(at_once)
        self._quick_threads = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="quick")
        self._bodies = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        # Most requests can be answered from the cache: read only what is needed for that first.
        if self._cache is not None and scope.method in _READS and await self._given(environs.brief(scope), protocol):
            return
        environ = environs.complete(scope)
        if "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0":
            try:
                body = await self._read(environ, protocol)
            except _BodyRefused as refused:
                environ[REFUSED], body = refused.status, b""
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = BytesIO(body)
        if environ["PATH_INFO"] in self._batches and await self._given_in_batch(environ, protocol):
            return
        if self._light and environ["PATH_INFO"].startswith(self._light):
            await asyncio.wrap_future(self._quick_threads.submit(self._answer, environ, protocol))
        else:
            line = self._readers if environ["REQUEST_METHOD"] in {"GET", "HEAD", "OPTIONS"} else self._writers
            await self._in_turn(line, environ, protocol)

    async def _given_in_batch(self, environ: Environ, protocol: Any) -> bool:
        """Whether the request was answered together with others."""
        if environ["REQUEST_METHOD"] != "POST" or REFUSED in environ:
            return False
        answer = await self._batches[environ["PATH_INFO"]].answer(environ)
        if answer is not None:
            protocol.response_bytes(*answer)
        return answer is not None

    async def _given(self, environ: Environ, protocol: Any) -> bool:
        """Whether a cached response was sent."""
        if self._cache is None or not self._cache.has(environ):
            return False
        if not self._cache_waits:
            return self._give(self._cache, environ, protocol)
        return await asyncio.wrap_future(self._quick_threads.submit(self._give, self._cache, environ, protocol))

    def _give(self, cache: CachedAnswers, environ: Environ, protocol: Any) -> bool:
        return self._send(cache.give, environ, protocol)

    async def _in_turn(self, line: _Line, environ: Environ, protocol: Any) -> None:
        """Wait for a thread and a turn, for a limited time."""
        if line.waiting >= line.most:
            _busy(protocol)
            return
        line.waiting += 1
        try:
            # A thread first: those who wait for one must not use up the turns of the other line.
            async with asyncio.timeout(self._wait) as limit, line.free, self._turns.turn():
                limit.reschedule(None)
                await asyncio.wrap_future(line.threads.submit(self._answer, environ, protocol))
        except TimeoutError:
            _busy(protocol)
        finally:
            line.waiting -= 1

    async def _read(self, environ: Environ, protocol: Any) -> bytes:
        """Return the whole body. Raises _BodyRefused."""
        limit = self._limit(environ)
        declared = environ.get("CONTENT_LENGTH")
        if declared is not None and (not declared.isdigit() or int(declared) > limit):
            raise _BodyRefused(413 if declared.isdigit() else 400)
        if self._bodies >= MOST_BODIES:
            raise _BodyRefused(503)
        self._bodies += 1
        if declared is not None and int(declared) <= SMALL:
            try:
                return await self._read_small(protocol, int(declared))
            finally:
                self._bodies -= 1
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
            raise _BodyRefused(400)  # the client has disconnected
        return b"".join(pieces)

    async def _read_small(self, protocol: Any, declared: int) -> bytes:
        """Return the whole body, which is so small that its pieces need not be counted. Raises _BodyRefused."""
        try:
            async with asyncio.timeout(self._patience + declared / RATE):
                body: bytes = await protocol()
        except TimeoutError:
            raise _BodyRefused(408) from None
        if len(body) != declared:
            raise _BodyRefused(400)  # the client has disconnected
        return body

    def _answer(self, environ: Environ, protocol: Any) -> None:
        """Run the application in a thread and hand its complete response to the server."""
        self._send(self._application, environ, protocol)

    def _send(self, answering: Callable[..., Iterable[bytes] | None], environ: Environ, protocol: Any) -> bool:
        """Hand the response to the server; False if it is None."""
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
            # The application handles its own errors. This one comes from the code around it.
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

"""The gateway behind a real server: slow bodies use no thread, and complete requests reach the application
unchanged.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from granian.constants import HTTPModes
from granian.log import LogLevels
from granian.server.embed import Server

from eventapp.core import gateway as gateway_module
from eventapp.core.gateway import REFUSED, Gateway
from tests.support.served import free_port, until

LIMIT = 1000
release = threading.Event()
at_work: list[str] = []  # who works at /turn
most_at_work: list[int] = []
working = threading.Semaphore(0)


def application(environ, start):
    """Responds with what was requested; waits at /wait, and fails at /fail."""
    if environ["PATH_INFO"] == "/wait":
        working.release()
        release.wait(20)
    if environ["PATH_INFO"] == "/turn":
        at_work.append(environ["REQUEST_METHOD"])
        most_at_work.append(len(at_work))
        sleep(0.01)
        at_work.pop()
    if environ["PATH_INFO"] == "/fail":
        raise RuntimeError("a secret")
    status = f"{environ[REFUSED]} Refused" if REFUSED in environ else "200 OK"
    start(status, [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps({**told, "body": environ["wsgi.input"].read().decode("latin-1")}).encode()]


@contextmanager
def running(**values) -> Iterator[int]:
    """The port of a server with the application."""
    port = free_port()
    release.clear()
    gateway = Gateway(application, limit=lambda environ: LIMIT, light=("/light",), **values)
    made = []

    async def serve() -> None:
        server = Server(
            gateway, port=port, http=HTTPModes.http1, websockets=False, backpressure=512, log_level=LogLevels.critical
        )
        made.append((server, asyncio.get_running_loop()))
        await server.serve()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    until(lambda: _listens(port))
    try:
        yield port
    finally:
        release.set()
        server, loop = made[0]
        loop.call_soon_threadsafe(server.stop)
        thread.join()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def port():
    with running() as number:
        yield number


def busy_threads(number: int) -> None:
    """Wait until this many threads work at /wait."""
    for _ in range(number):
        assert working.acquire(timeout=20)


def connect(port: int, head: str, body: bytes = b"") -> socket.socket:
    """A connection with a request in progress: header lines without Host, and part of the body."""
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    first, *rest = head.split("\n")
    lines = [f"{first} HTTP/1.1", "Host: example.org", *rest, "", ""]
    made.sendall("\r\n".join(lines).encode("latin-1") + body)
    return made


def answer(connection: socket.socket) -> tuple[int, dict, str]:
    """(status, what the application received, headers) of the response."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower()
    length = int(lines.split("content-length: ")[1].split("\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    connection.close()
    status = int(lines.split(" ")[1])
    told = json.loads(body) if b"{" in body[:1] else {}
    return status, told, lines


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    assert data, "the server hung up"
    return data


def test_the_application_gets_the_request_unchanged(port):
    asked = "GET /a%20b/%E6%97%A5?q=%E6%97%A5&x\nCookie: a=1\nCookie: b=2\nX-Two: 1\nX-Two: 2\nContent-Type: text/plain"
    status, told, head = answer(connect(port, asked))
    assert status == 200
    assert told["PATH_INFO"].encode("latin-1").decode() == "/a b/日"
    assert told["QUERY_STRING"] == "q=%E6%97%A5&x"
    assert (told["HTTP_COOKIE"], told["HTTP_X_TWO"]) == ("a=1; b=2", "1,2")
    assert (told["REMOTE_ADDR"], told["SERVER_PORT"], told["HTTP_HOST"]) == ("127.0.0.1", str(port), "example.org")
    assert told["CONTENT_TYPE"] == "text/plain"
    assert head.count("set-cookie") == 2


def test_what_was_not_percent_encoded_reaches_the_application_as_the_bytes_that_were_sent(port):
    sent = "/é/日?q=é&x=日本".encode().decode("latin-1")
    status, told, _ = answer(connect(port, f"GET {sent}"))
    assert status == 200
    assert f"{told['PATH_INFO']}?{told['QUERY_STRING']}" == sent


def test_a_header_with_an_underscore_does_not_pass_for_that_of_a_proxy(port):
    _, told, _ = answer(connect(port, "GET /\nX_Forwarded_For: 6.6.6.6"))
    assert "HTTP_X_FORWARDED_FOR" not in told


def test_a_body_is_whole_however_it_comes(port):
    slow = connect(port, "POST /\nContent-Length: 6", b"abc")
    slow.sendall(b"def")
    assert answer(slow)[1]["body"] == "abcdef"
    chunked = connect(port, "POST /\nTransfer-Encoding: chunked", b"3\r\nabc\r\n")
    chunked.sendall(b"3\r\ndef\r\n0\r\n\r\n")
    _, told, _ = answer(chunked)
    assert (told["body"], told["CONTENT_LENGTH"]) == ("abcdef", "6")
    assert "HTTP_TRANSFER_ENCODING" not in told


def test_what_is_too_large_is_refused_before_it_is_sent_or_when_it_shows(port):
    assert answer(connect(port, f"POST /\nContent-Length: {LIMIT + 1}"))[0] == 413
    assert answer(connect(port, f"POST /\nContent-Length: {LIMIT}", b"x" * LIMIT))[0] == 200
    piece = b"%x\r\n" % (LIMIT + 1) + b"x" * (LIMIT + 1) + b"\r\n"
    assert answer(connect(port, "POST /\nTransfer-Encoding: chunked", piece))[0] == 413


@pytest.mark.slow
def test_a_stalled_body_is_refused():
    with running(patience=0.3) as port:
        for body in (b"", b"abc"):
            assert answer(connect(port, "POST /\nContent-Length: 6", body))[0] == 408


@pytest.mark.slow
def test_a_body_that_only_trickles_is_refused():
    with running(patience=0.5) as port:
        trickle = connect(port, f"POST /\nContent-Length: {LIMIT}", b"x")
        ended = threading.Event()

        def drip() -> None:
            while not ended.wait(0.1):
                try:
                    trickle.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        status, _, _ = answer(trickle)
        ended.set()
        thread.join()
        assert status == 408


def test_slow_bodies_keep_nobody_waiting(port):
    slow = [connect(port, "POST /\nContent-Length: 6", b"abc") for _ in range(60)]
    assert answer(connect(port, "GET /"))[0] == 200
    assert answer(connect(port, "POST /\nContent-Length: 3", b"abc"))[0] == 200
    for connection in slow:
        connection.sendall(b"def")
        assert answer(connection)[1]["body"] == "abcdef"


class Kept:
    """Has a fresh response to /kept and a stale one to /old."""

    def has(self, environ):
        return environ["PATH_INFO"] in {"/kept", "/old"}

    def give(self, environ, start):
        if environ["PATH_INFO"] == "/old":
            return None
        start("200 OK", [])
        return [b'{"kept": true}']


@pytest.mark.parametrize("waits", [True, False])
def test_cached_and_light_requests_do_not_wait_for_slow_ones(waits):
    with running(threads=2, cache=Kept(), cache_waits=waits) as port:
        slow = [connect(port, "GET /wait") for _ in range(4)]
        busy_threads(2)
        assert answer(connect(port, "GET /light"))[0] == 200
        assert answer(connect(port, "GET /kept"))[1] == {"kept": True}
        release.set()
        assert statuses(slow) == [200] * 4
        busy_threads(2)
        assert "PATH_INFO" in answer(connect(port, "GET /old"))[1]


def test_those_who_read_do_not_wait_behind_those_who_write():
    with running(threads=2) as port:
        slow = [connect(port, "POST /wait\nContent-Length: 1", b"x") for _ in range(6)]
        busy_threads(2)
        assert answer(connect(port, "GET /"))[0] == 200
        release.set()
        assert statuses(slow) == [200] * 6
        busy_threads(4)


def statuses(connections: list[socket.socket]) -> list[int]:
    """Of the responses on these connections, which are then closed."""
    found = []
    for one in connections:
        with one:
            found.append(answer(one)[0])
    return found


@pytest.mark.parametrize("at_once", [1, 2])
def test_as_many_as_allowed_are_worked_on_together(at_once):
    """Those who read and those who write alike."""
    most_at_work.clear()
    with running(at_once=at_once) as port, turns_last(60):  # however busy this machine is
        heads = ["GET /turn", "POST /turn\nContent-Length: 0"] * 5
        waiting = [connect(port, head) for head in heads]
        assert statuses(waiting) == [200] * 10
    assert max(most_at_work) == at_once


def test_a_slow_request_lets_the_next_one_begin_but_not_all_that_wait():
    most_at_work.clear()
    with running() as port:
        slow = [connect(port, "GET /wait") for _ in range(2)]
        busy_threads(2)
        waiting = [connect(port, "GET /turn") for _ in range(4)]
        assert statuses(waiting) == [200] * 4
        release.set()
        assert statuses(slow) == [200] * 2
    assert max(most_at_work) == 1


def test_those_who_wait_for_a_thread_use_up_no_turns():
    with running(threads=2) as port, turns_last(0.5):
        slow = [connect(port, "POST /wait\nContent-Length: 1", b"x") for _ in range(20)]
        busy_threads(2)
        began = monotonic()
        assert statuses([connect(port, "GET /")]) == [200]
        assert monotonic() - began < 3
        release.set()
        assert statuses(slow) == [200] * 20
        busy_threads(18)


def test_who_does_not_get_a_turn_in_time_hears_so_and_the_turn_is_not_lost():
    with running(wait=0.3) as port, turns_last(60):
        slow = connect(port, "GET /wait")
        busy_threads(1)
        assert statuses([connect(port, "GET /")]) == [503]
        release.set()
        assert statuses([slow]) == [200]
        assert statuses([connect(port, "GET /") for _ in range(3)]) == [200] * 3


@contextmanager
def turns_last(seconds: float) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway_module, "SLOW", seconds)
        yield


@pytest.mark.slow
def test_who_waits_too_long_for_a_thread_hears_so():
    with running(threads=1, wait=0.3) as port:
        first = connect(port, "GET /wait")
        busy_threads(1)
        until(lambda: _busy(port))
        release.set()
        assert answer(first)[0] == 200


def _busy(port: int) -> bool:
    status, _, head = answer(connect(port, "GET /other"))
    return status == 503 and "retry-after" in head


def test_a_fault_around_the_application_is_500_without_its_text(port, caplog):
    status, told, _ = answer(connect(port, "GET /fail"))
    assert (status, told) == (500, {})
    assert "no answer" in caplog.text


def test_an_answer_to_head_has_no_body(port):
    with connect(port, "HEAD /\nConnection: close") as made:
        data = b""
        while piece := made.recv(65536):
            data += piece
    assert data.startswith(b"HTTP/1.1 200")
    assert data.endswith(b"\r\n\r\n")


class Together:
    """Answers requests together, and notes how many. It leaves those to the application whose body ends with 1. `fails`
    is the step in which it raises.
    """

    def __init__(self, *, fails: str = "") -> None:
        self.sizes: list[int] = []
        self.fails = fails
        self.began = False
        self.batches: list[list[bytes]] = []

    def __call__(self, take):
        if self.fails == "at once":
            raise RuntimeError("a secret")
        environs = take(None)
        self.began = True
        sleep(0.05)  # until it has the lock
        environs += take(2)
        self.sizes.append(len(environs))
        if self.fails == "later":
            raise RuntimeError("a secret")
        bodies = [environ["wsgi.input"].getvalue() for environ in environs]
        self.batches.append(bodies)
        return [
            None if body.endswith(b"1") else (200, [("content-type", "text/plain")], b'{"batch": "%s"}' % body)
            for body in bodies
        ]


def post(port: int, number: int) -> tuple[int, dict]:
    body = str(number).encode()
    status, told, _ = answer(connect(port, f"POST /together\nContent-Length: {len(body)}", body))
    return status, told


def test_requests_that_arrive_until_the_lock_is_held_are_answered_together_each_with_its_own_answer():
    together = Together()
    with running(batched={"/together": together}) as port:
        numbers = range(30, 60, 3)
        connections = [
            connect(port, f"POST /together\nContent-Length: {len(str(n))}", str(n).encode()) for n in numbers
        ]
        answers = [answer(one) for one in connections]
    told = [told.get("batch", told.get("body")) for _status, told, _lines in answers]
    assert told == [str(n) for n in numbers]
    assert sum(together.sizes) == len(numbers)
    assert max(together.sizes) > 1


def test_what_comes_late_and_is_long_is_in_the_next_batch():
    together = Together()
    with running(batched={"/together": together}) as port:
        connections = [
            connect(port, f"POST /together\nContent-Length: {len(str(n))}", str(n).encode()) for n in (3, 4, 555)
        ]
        assert [answer(one)[1]["batch"] for one in connections] == ["3", "4", "555"]
    assert sum(together.sizes) == 3


def test_a_batch_takes_bodies_up_to_a_total_size_and_one_that_is_larger_by_itself(monkeypatch):
    monkeypatch.setattr(gateway_module, "LARGEST_BODIES", 4)
    together = Together()
    with running(batched={"/together": together}) as port:
        first = connect(port, "POST /together\nContent-Length: 1", b"3")
        until(lambda: together.began)
        rest = [
            connect(port, f"POST /together\nContent-Length: {len(body)}", body)
            for body in (b"77777", b"22", b"33", b"44")
        ]
        told = [answer(one)[1]["batch"] for one in (first, *rest)]
    assert told == ["3", "77777", "22", "33", "44"]
    assert all(len(one) == 1 or sum(map(len, one)) <= 4 for one in together.batches), together.batches


def test_what_a_batch_leaves_is_answered_by_the_application():
    with running(batched={"/together": Together()}) as port:
        assert post(port, 3) == (200, {"batch": "3"})
        assert post(port, 1)[1]["body"] == "1"


@pytest.mark.parametrize("step", ["at once", "later"])
def test_all_that_fails_in_a_batch_is_answered_by_the_application_and_the_next_batch_is_another(step):
    together = Together(fails=step)
    with running(batched={"/together": together}) as port:
        assert post(port, 3)[1]["body"] == "3"
        together.fails = ""
        assert post(port, 3) == (200, {"batch": "3"})


def test_what_a_batch_does_not_answer_though_it_took_it_is_answered_by_the_application():
    with running(batched={"/together": lambda take: take(None)[:0]}) as port:
        assert post(port, 3)[1]["body"] == "3"
        assert post(port, 5)[1]["body"] == "5"


def test_a_request_without_a_body_is_in_a_batch_as_others_are():
    began = threading.Event()

    def together(take):
        environs = take(None)
        began.set()
        until(lambda: environs.extend(take(2)) or len(environs) == 2)
        return [(200, [("content-type", "text/plain")], b'{"batch": 2}') for _ in environs]

    with running(batched={"/together": together}) as port:
        first = connect(port, "POST /together\nContent-Length: 1", b"3")
        assert began.wait(20)
        late = connect(port, "POST /together")
        assert [answer(one)[1]["batch"] for one in (first, late)] == [2, 2]


def test_other_methods_and_refused_bodies_are_not_in_a_batch():
    together = Together()
    with running(batched={"/together": together}) as port:
        assert answer(connect(port, "GET /together"))[1]["REQUEST_METHOD"] == "GET"
        assert answer(connect(port, f"POST /together\nContent-Length: {LIMIT + 1}"))[0] == 413
    assert together.sizes == []

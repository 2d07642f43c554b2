"""A rush: people who open the form, register, and look at their own page; then the e-mails to them.

python -m bench.rush [--postgresql]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import client
from bench.__main__ import ROOT, again, cpu_seconds, floor_on, forms, free_port, served
from bench.client import Measured, _Connection, request_bytes
from eventapp import create_app
from eventapp.config import Settings
from eventapp.mail import tasks as mail_tasks
from eventapp.notifications import tasks as notification_tasks
from tests.journeys.server import mail_server
from tests.support.databases import postgresql

FORM = "/events/summit/register"
CONNECTIONS = 16


@dataclass
class Rush:
    """Complete flows per second, the POSTs, and the milliseconds of processor time per flow of server and client."""

    rate: float
    posts: Measured
    server: float
    client: float


def rush(port: int, process: int, bodies: Iterator[bytes], *, seconds: float) -> Rush:
    """Let people come for this long."""
    posts, flows = Measured(), 0
    served_before, own_before = cpu_seconds(process), process_time()
    selector = selectors.DefaultSelector()
    people = [_Flow(port, bodies) for _ in range(CONNECTIONS)]
    begin = perf_counter()
    for one in people:
        selector.register(one.socket, selectors.EVENT_READ, one)
        one.next()
    working = len(people)
    while working:
        for key, _ in selector.select(timeout=30) or []:
            one = key.data
            status = one.read()
            if status is None:
                continue
            now = perf_counter()
            if one.step == "post":
                assert status == 303, status
                posts.latencies.append(now - one.started)
            else:
                assert status == 200, (one.step, status)
            flows += one.step == "own"
            if one.step == "own" and now - begin >= seconds:
                working -= 1
                selector.unregister(one.socket)
                one.socket.close()
            else:
                one.next()
    posts.seconds = perf_counter() - begin
    server, own = cpu_seconds(process) - served_before, process_time() - own_before
    return Rush(flows / posts.seconds, posts, server / flows * 1000, own / flows * 1000)


class _Flow(_Connection):
    """One connection on which people come one after another."""

    def __init__(self, port: int, bodies: Iterator[bytes]) -> None:
        super().__init__(port)
        self.port, self.bodies, self.step, self.location = port, bodies, "own", ""

    def next(self) -> None:
        """Send the next request: the form, the registration, the own page."""
        self.step = {"own": "form", "form": "post", "post": "own"}[self.step]
        if self.step == "form":
            self.send(request_bytes("GET", FORM, port=self.port))
        elif self.step == "post":
            self.send(next(self.bodies))
        else:
            self.send(request_bytes("GET", self.location, port=self.port))

    def read(self) -> int | None:
        """The status, once the response is complete."""
        self.received += self.socket.recv(262_144)
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.received[:end].decode("latin-1")
        fields = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in head.split("\r\n")[1:]}
        size = end + 4 + int(fields.get("content-length", 0))
        if len(self.received) < size:
            return None
        self.received = self.received[size:]
        self.location = fields.get("location", self.location)
        return int(head[9:12])


def _sink(ready: Any) -> None:
    with mail_server() as (url, _box):
        ready.send(url)
        ready.recv()


@contextmanager
def sink() -> Iterator[str]:
    """A mail server in a process of its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_sink, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join(10)


def emails(environ: dict[str, str]) -> tuple[float, float]:
    """(written, sent) e-mails per second of one worker, one step after the other."""
    app = create_app(Settings.from_environment({"EVENTAPP_SECRET_KEY": "a key for measuring", **environ}))
    with sink() as url, app.app_context():
        written, begin = 0, perf_counter()
        while number := notification_tasks.send_due():
            written += number
        composed = written / (perf_counter() - begin)
        sent, begin = 0, perf_counter()
        while number := mail_tasks.deliver_due(url, "City <city@example.org>"):
            sent += number
        return composed, sent / (perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rush", description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    print(
        "| existing | flows/s | empty routes/s | CPU ms/flow: server | client | POST p50 ms | p99 ms | p99/p50 "
        "| e-mails written/s | sent/s |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for existing in (100, 10_000):
        with tempfile.TemporaryDirectory() as folder, postgresql() if options.postgresql else nullcontext("") as url:
            _measure(Path(folder), str(url), existing, options.seconds)


def _measure(folder: Path, url: str, existing: int, seconds: float) -> None:
    port = free_port()
    environ = {
        "EVENTAPP_INSTANCE": str(folder),
        "EVENTAPP_PORT": str(port),
        "EVENTAPP_HOST": "127.0.0.1",
        "EVENTAPP_WORKERS": "2",
        "EVENTAPP_TRUSTED_PROXIES": "1",
        "EVENTAPP_BASE_URL": f"http://127.0.0.1:{port}",
    } | ({"EVENTAPP_DATABASE_URL": url} if url else {})
    python = sys.executable
    seed = [python, "-m", "bench.seed", "60", str(existing)]
    subprocess.run(seed, check=True, cwd=ROOT, env={**os.environ, **environ})
    floor_port = free_port()
    rounds, floors = [], []
    with (
        served([python, "-m", "eventapp.serve", "--no-worker"], port, environ) as process,
        served(floor_on(floor_port), floor_port, {}),
    ):
        bodies = forms(port, FORM)
        rush(port, process, bodies, seconds=1)
        for _ in range(3):
            floors.append(client.run(floor_port, again(request_bytes("GET", "/", port=floor_port)), seconds=1).rate)
            rounds.append(rush(port, process, bodies, seconds=seconds))
    written, sent = emails(environ)
    rates = [one.rate for one in rounds]
    p50 = median(median(one.posts.latencies) for one in rounds) * 1000
    p99 = median(one.posts.p99 for one in rounds) * 1000
    print(
        f"| {existing:,} | {median(rates):.0f} ({min(rates):.0f}–{max(rates):.0f}) | {median(floors):,.0f} "
        f"| {median(one.server for one in rounds):.1f} | {median(one.client for one in rounds):.2f} "
        f"| {p50:.0f} | {p99:.0f} "
        f"| {p99 / p50:.1f} | {written:.0f} | {sent:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()

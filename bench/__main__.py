"""`python -m bench`: how fast the pages are, relative to a bare Flask app on the same server in the same run.

Absolute rates of a busy machine mean little; ratios and CPU time per request within one run do. `--smoke` runs each
measurement for a moment on little data, to see that it works.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from statistics import median
from time import sleep

from bench import client
from bench.client import Measured, request_bytes
from bench.data import AGENDA

ROOT = Path(__file__).resolve().parent.parent
SIZES = [(60, 300), (1000, 10_000)]  # sessions, registrations
SMOKE_SIZES = [(20, 50)]
# Results of other benchmarks follow it, written by hand from what they print.
OTHERS = "# Other benchmarks\n"
TICK = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that is not in use."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(root: int) -> float:
    """CPU time of a process and its descendants, user and system."""
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
            for task in Path(f"/proc/{pid}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total / TICK


@contextmanager
def served(command: list[str], port: int, environ: dict[str, str]) -> Iterator[int]:
    """Run a server until it responds; yields its process id."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                break
            except OSError:
                sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def forms(port: int, path: str) -> Iterator[bytes]:
    """Registrations of different people; the proxy header makes each come from another IP address."""
    for number in itertools.count():
        body = urllib.parse.urlencode(
            {
                "option": "in_person",
                "email": f"new{number}-{os.getpid()}-{port}@example.org",
                "family_name": "Guest",
                "given_name": "New",
                "organization": f"City {number % 50}",
                "country": "JP",
            }
        ).encode()
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address}
        yield request_bytes("POST", path, headers, body, port=port)


def measure(port: int, pid: int, requests: Iterator[bytes], *, seconds: float, expect: int) -> tuple[Measured, float]:
    """One run, and the server's CPU seconds per request."""
    client.run(port, requests, seconds=min(seconds, 0.3))
    before = cpu_seconds(pid)
    measured = client.run(port, requests, seconds=seconds)
    cost = _cost(pid, before, measured)
    assert set(measured.statuses) == {expect}, measured.statuses
    return measured, cost


def _cost(pid: int, before: float, measured: Measured) -> float:
    """CPU seconds per request since `before`; at least one tick, in which the system counts, so that it divides."""
    return max(cpu_seconds(pid) - before, 1 / TICK) / max(len(measured.latencies), 1)


def floor_on(port: int) -> list[str]:
    """The command that serves an empty Flask route on a port."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--backlog",
        "1024",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-level",
        "warning",
        "bench.floor:app",
    ]


def again(request: bytes) -> Iterator[bytes]:
    return itertools.repeat(request)


def etag_of(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        return str(response.headers["ETag"])


Row = tuple[str, list[Measured], list[float]]


def bench(seconds: float, repeats: int, sizes: list[tuple[int, int]]) -> list[str]:
    """Measure everything; returns the lines of the report."""
    lines: list[str] = []
    python = sys.executable
    for sessions, registrations in sizes:
        with tempfile.TemporaryDirectory(prefix="eventapp-bench-") as folder:
            port, floor_port = free_port(), free_port()
            environ = {
                "EVENTAPP_INSTANCE": folder,
                "EVENTAPP_PORT": str(port),
                "EVENTAPP_TRUSTED_PROXIES": "1",
                "EVENTAPP_WORKERS": "2",
            }
            subprocess.run(
                [python, "-m", "bench.seed", str(sessions), str(registrations)],
                check=True,
                cwd=ROOT,
                env={**os.environ, **environ},
                stderr=subprocess.DEVNULL,
            )
            floor_command = floor_on(floor_port)
            with (
                served(floor_command, floor_port, {}) as floor_pid,
                served([python, "-m", "eventapp.serve", "--no-worker"], port, environ) as pid,
            ):
                rows = _rows(port, pid, floor_port, floor_pid, seconds=seconds, repeats=repeats)
        lines += [f"## {sessions} sessions, {registrations:,} registrations", "", *_table(rows), ""]
    return lines


def _rows(port: int, pid: int, floor_port: int, floor_pid: int, *, seconds: float, repeats: int) -> list[Row]:
    event, feed, agenda = "/events/summit", "/events/summit/calendar.ics", f"/agenda/{AGENDA}.ics"
    plans = [
        ("trivial Flask route (the floor)", floor_port, floor_pid, lambda: again(request_bytes("GET", "/")), 200),
        ("liveness, /healthz", port, pid, lambda: again(request_bytes("GET", "/healthz")), 200),
        ("event page", port, pid, lambda: again(request_bytes("GET", event)), 200),
        (
            "event page, 304",
            port,
            pid,
            lambda: again(request_bytes("GET", event, {"If-None-Match": etag_of(port, event)})),
            None,
        ),
        ("programme page", port, pid, lambda: again(request_bytes("GET", f"{event}/programme")), 200),
        ("event feed", port, pid, lambda: again(request_bytes("GET", feed)), 200),
        (
            "event feed, 304",
            port,
            pid,
            lambda: again(request_bytes("GET", feed, {"If-None-Match": etag_of(port, feed)})),
            304,
        ),
        (
            "event feed, not gzipped",
            port,
            pid,
            lambda: again(request_bytes("GET", feed, {"Accept-Encoding": "identity"})),
            200,
        ),
        ("event feed with deadlines", port, pid, lambda: again(request_bytes("GET", f"{feed}?deadlines=1")), 200),
        ("all events' feed", port, pid, lambda: again(request_bytes("GET", "/calendar.ics")), 200),
        ("agenda feed", port, pid, lambda: again(request_bytes("GET", agenda)), 200),
        (
            "agenda feed, 304",
            port,
            pid,
            lambda: again(request_bytes("GET", agenda, {"If-None-Match": etag_of(port, agenda)})),
            304,
        ),
        ("registration form", port, pid, lambda: again(request_bytes("GET", f"{event}/register")), 200),
        ("registration POST", port, pid, lambda: forms(port, f"{event}/register"), 303),
    ]
    rows: list[Row] = [(name, [], []) for name, *_ in plans]
    posts: Iterator[bytes] | None = None
    # Round by round, so that a noisy minute affects all rows alike.
    for _ in range(repeats):
        for place, (name, to, process, make, expect) in enumerate(plans):
            requests = make()
            if name == "registration POST":
                posts = requests = posts or requests
            if expect is None:
                # The page shows the time, so its ETag may change during the measurement.
                client.run(to, requests, seconds=min(seconds, 0.1))
                measured = client.run(to, requests, seconds=seconds)
                before = cpu_seconds(process)
                measured = client.run(to, requests, seconds=seconds)
                cost = _cost(process, before, measured)
            else:
                measured, cost = measure(to, process, requests, seconds=seconds, expect=expect)
            rows[place][1].append(measured)
            rows[place][2].append(cost)
    return rows


def _table(rows: list[Row]) -> list[str]:
    floor_rate = [m.rate for m in rows[0][1]]
    floor_cost = [c for c in rows[0][2]]
    lines = [
        "| what | requests/s | to the floor | p99 ms | CPU µs/request | CPU to the floor | bytes |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, runs, costs in rows:
        ratios = [run.rate / floor for run, floor in zip(runs, floor_rate, strict=True)]
        prices = [cost / floor for cost, floor in zip(costs, floor_cost, strict=True)]
        lines.append(
            f"| {name} | {median(r.rate for r in runs):,.0f} | {_spread(ratios)} | "
            f"{median(r.p99 for r in runs) * 1000:.1f} | {median(costs) * 1e6:,.0f} | {_spread(prices)} | "
            f"{runs[-1].body:,} |"
        )
    return lines


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def _calendars(sizes: list[tuple[int, int]], *, smoke: bool) -> list[str]:
    numbers = [str(sessions) for sessions, _ in sizes]
    command = [sys.executable, "-m", "bench.calendars", *numbers, *(["--smoke"] if smoke else [])]
    run = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    return run.stdout.splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a moment each, on little data; nothing is written")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    seconds, repeats = (0.03, 1) if options.smoke else (options.seconds, options.repeats)
    sizes = SMOKE_SIZES if options.smoke else SIZES
    lines = [
        "# Results",
        "",
        f"`make bench` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, SQLite, granian with 2 workers; {repeats} rounds of {seconds:g} s each, "
        "8 connections, the load generator on the same machine.",
        "",
        "The floor is a Flask app with one route that returns two letters, on the same server by its WSGI interface, "
        "which reads bodies in the threads that answer. Ratios are taken round by round; the brackets show the lowest "
        "and the highest. Rates include the cost of the "
        "load generator, which shares the cores; CPU per request does not. Pages are answered from the cache, as in a "
        "rush of visitors; bytes are those on the wire (gzip).",
        "",
        *bench(seconds, repeats, sizes),
        "In a process of its own, without a server: median, lowest and highest in milliseconds of "
        f"{2 if options.smoke else 15} renderings.",
        "",
        *_calendars(sizes, smoke=options.smoke),
    ]
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    if not options.smoke:
        results = ROOT / "bench" / "RESULTS.md"
        _head, others, kept = results.read_text().partition(OTHERS)
        results.write_text(f"{text}\n{others}{kept}" if others else text)


if __name__ == "__main__":
    main()

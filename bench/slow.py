"""`python -m bench.slow`: how one client with slow request bodies affects others, without a proxy.

Opens 12, 50 and 400 connections that begin a form and then send a byte every two seconds. Meanwhile it requests a
cached page, one that is built from the database, and the login page, and prints the slowest responses.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack
from time import monotonic, sleep

from bench.__main__ import ROOT, free_port, served

SECONDS = 14.0
EVERY = 2.0


def ask(port: int, path: str) -> tuple[str, float]:
    """(status or error, seconds)"""
    begun = monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            status = str(answer.status)
    except urllib.error.HTTPError as error:
        status = str(error.code)
    except OSError as error:
        status = type(error).__name__
    return status, monotonic() - begun


def _open(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.sendall(
        f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 100000\r\n\r\nemail=".encode()
    )
    return made


def measure(port: int, number: int) -> None:
    """Print a line for each kind of page."""
    with ExitStack() as opened:
        slow = [opened.enter_context(_open(port)) for _ in range(number)]
        done = threading.Event()

        def drip() -> None:
            while not done.wait(EVERY):
                for connection in slow:
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        continue

        thread = threading.Thread(target=drip)
        thread.start()
        pages = {"kept": "/events/summit", "built": "/events?q={}", "login": "/login"}
        times: dict[str, list[float]] = {name: [] for name in pages}
        statuses: Counter[str] = Counter()
        end, count = monotonic() + SECONDS, 0
        while monotonic() < end:
            for name, path in pages.items():
                count += 1
                status, seconds = ask(port, path.format(count))
                statuses[status] += 1
                times[name].append(seconds)
        done.set()
        thread.join()
        heard = Counter(_heard(connection) for connection in slow)
    worst = ", ".join(f"{name} {max(values) * 1000:.0f} ms" for name, values in times.items())
    print(f"{number:4} slow bodies: slowest {worst}; answers {dict(statuses)}; the slow ones heard {dict(heard)}")


def _heard(connection: socket.socket) -> str:
    connection.settimeout(1)
    try:
        return connection.recv(12).decode("latin-1")[9:] or "hung up"
    except TimeoutError:
        return "nothing yet"
    except OSError:
        return "hung up"


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environ = {"EVENTAPP_INSTANCE": folder, "EVENTAPP_PORT": str(port)}
        seed = [sys.executable, "-m", "bench.seed", "60", "300"]
        subprocess.run(seed, check=True, cwd=ROOT, env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
        with served([sys.executable, "-m", "eventapp.serve", "--no-worker"], port, environ):
            sleep(1)
            for number in (0, 12, 50, 400):
                measure(port, number)


if __name__ == "__main__":
    main()

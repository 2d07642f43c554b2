"""`eventapp` in a separate process on a free port, for tests that stop, kill and starve it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.forked import Forked

ROOT = Path(__file__).resolve().parent.parent.parent


def free_ports(number: int) -> list[int]:
    """Several different ports of the loopback address that are not in use."""
    with ExitStack() as asked:
        probes = [asked.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def free_port() -> int:
    """A port of the loopback address that is not in use."""
    return free_ports(1)[0]


def until(true: Callable[[], object], *, seconds: float = 40) -> None:
    """Wait until a condition is true. Raises AssertionError after a generous time limit."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)


def running(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Served:
    """A started server; not `forked`: as it starts from nothing."""

    def __init__(
        self, instance: Path, *options: str, module: str = "eventapp.serve", forked: bool = True, **environ: str
    ) -> None:
        instance.mkdir(exist_ok=True)
        self.port = free_port()
        self.seen: set[int] = set()
        self.log = instance / f"{self.port}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EVENTAPP_")}
        clean |= {"EVENTAPP_INSTANCE": str(instance), "EVENTAPP_PORT": str(self.port), **environ}
        self.process: subprocess.Popen[bytes] | Forked
        if forked:
            self.process = Forked(module, options, env=clean, cwd=ROOT, log=self.log)
            return
        command = [sys.executable, "-m", module, *options]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, env=clean, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def children(self) -> list[int]:
        """Ids of all its descendant processes."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            try:
                for task in Path(f"/proc/{pid}/task").iterdir():
                    todo += [int(child) for child in (task / "children").read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue
            found.append(pid)
        self.seen.update(found[1:])
        return found[1:]

    def ask(self, method: str, path: str, *, timeout: float = 10) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of a path; raises OSError if nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, {name.title(): value for name, value in response.getheaders()}, response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def get(self, path: str, *, timeout: float = 10) -> tuple[int, bytes]:
        """(status, body)"""
        status, _, body = self.ask("GET", path, timeout=timeout)
        return status, body

    def raw(self, method: str, path: str) -> tuple[int, bytes]:
        """(status, body) of a path that is sent as it is, in UTF-8."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            return response.status, response.read()

    def head(self, path: str) -> tuple[int, dict[str, str]]:
        """(status, headers)"""
        status, headers, _ = self.ask("HEAD", path)
        return status, headers

    def answers(self, path: str = "/healthz") -> bool:
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
        try:
            return self.get(path)[0] == 200
        except OSError:
            return False

    def up(self) -> Served:
        """`get`, repeated until the server answers."""
        until(self.answers)
        return self

    def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=30)


@contextmanager
def served(
    instance: Path, *options: str, module: str = "eventapp.serve", forked: bool = True, **environ: str
) -> Iterator[Served]:
    """A server that is stopped afterwards, with all its processes, whatever happened."""
    server = Served(instance, *options, module=module, forked=forked, **environ)
    try:
        yield server
    finally:
        server.children()
        if server.process.poll() is None:
            server.process.terminate()
            try:
                server.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()
        for pid in server.seen:
            if running(pid):
                os.kill(pid, signal.SIGKILL)

"""A small HTTP/1.1 load generator: a few keep-alive connections in one loop, which uses little CPU itself."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Measured:
    """The responses of one run: total seconds, seconds per response, number of responses per status, bytes of one
    body.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    body: int = 0

    @property
    def rate(self) -> float:
        """Responses per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def p99(self) -> float:
        """Seconds within which 99 % of responses came."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)] if ordered else 0.0


def request_bytes(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"", *, port: int = 0
) -> bytes:
    """A request as sent over the wire."""
    sent = {"Host": f"127.0.0.1:{port}", "Accept-Encoding": "gzip", **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.received = b""
        self.started = 0.0

    def send(self, request: bytes) -> None:
        self.started = perf_counter()
        self.socket.setblocking(True)
        self.socket.sendall(request)
        self.socket.setblocking(False)

    def answer(self) -> tuple[int, int] | None:
        """(status, bytes of the body) once the response is complete; ConnectionError if the server closed."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self.received += chunk
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.received[:end].lower()
        status = int(head[9:12])
        place = head.find(b"content-length:")
        length = 0 if status in {204, 304} or place < 0 else int(head[place + 15 : head.find(b"\r", place) % (end + 1)])
        if len(self.received) < end + 4 + length:
            return None
        self.received = self.received[end + 4 + length :]
        return status, length


def run(port: int, requests: Iterator[bytes], *, seconds: float, connections: int = 8) -> Measured:
    """Send requests one after another on each connection for this long, and measure."""
    measured = Measured()
    selector = selectors.DefaultSelector()
    open_ones = [_Connection(port) for _ in range(connections)]
    begin = perf_counter()
    for connection in open_ones:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(requests))
    waiting = len(open_ones)
    while waiting:
        for key, _ in selector.select(timeout=30) or []:
            connection = key.data
            answer = connection.answer()
            if answer is None:
                continue
            now = perf_counter()
            status, measured.body = answer
            measured.statuses[status] = measured.statuses.get(status, 0) + 1
            measured.latencies.append(now - connection.started)
            if now - begin < seconds:
                connection.send(next(requests))
            else:
                waiting -= 1
    measured.seconds = perf_counter() - begin
    for connection in open_ones:
        connection.socket.close()
    selector.close()
    return measured

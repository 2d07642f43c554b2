"""A network cable between a browser and the site, which a test can cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit


class Cable:
    """Forwards connections on a port of its own to the site. While it is cut, connections are refused or broken; with
    `portal`, every request gets a page of somebody else, as in a hotel.
    """

    def __init__(self, url: str) -> None:
        self._target = int(urlsplit(url).port or 80)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.cut = False
        self.portal = False
        self.lose_answers = False
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, run: Callable[..., None], *values: Any) -> None:
        thread = threading.Thread(target=run, args=values, daemon=True)
        self._threads.append(thread)
        thread.start()

    def pull(self) -> None:
        """Cut it, and break what is open."""
        self.cut = True
        self.drop()

    def drop(self) -> None:
        """Break the connections that are open."""
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        """Connect it again."""
        self.cut = self.portal = self.lose_answers = False
        self.drop()

    def close(self) -> None:
        self.pull()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._server.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            self._start(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        if self.portal:
            with near, suppress(OSError):
                near.recv(65_536)
                page = b"<title>Welcome to the hotel</title>"
                near.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n")
                near.sendall(b"Content-Length: %d\r\n\r\n" % len(page) + page)
            return
        far = socket.create_connection(("127.0.0.1", self._target))
        with near, far:
            self._open |= {near, far}
            back = threading.Thread(target=self._pump, args=(far, near, True), daemon=True)
            back.start()
            self._pump(near, far, False)
            back.join()
            self._open -= {near, far}

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                if answers and self.lose_answers:
                    break
                sink.sendall(piece)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable(url: str) -> Iterator[Cable]:
    """A cable to the site, which is taken away at the end."""
    one = Cable(url)
    try:
        yield one
    finally:
        one.close()

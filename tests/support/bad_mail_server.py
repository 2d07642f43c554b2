"""A real mail server that misbehaves, as told by the local part of the recipient: refused@, hangs@, drops@ …"""

from __future__ import annotations

import socketserver
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

WAIT = 30


class BadMailServer(socketserver.ThreadingTCPServer):
    """It records what it has accepted, by recipient: the Message-ID of each e-mail whose final dot it has received.

    refused@: 550. grey@: 451 at the first attempt. hangs@: no answer to RCPT until `go_on`. drops@: closes the
    connection within the text at the first attempt. killed@: has accepted the e-mail, and withholds that answer, at the
    first attempt; `early` is the same before the final dot is read.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.accepted: dict[str, list[str]] = defaultdict(list)
        self.attempts: Counter[str] = Counter()
        self.reached = {name: threading.Event() for name in ("hangs", "killed", "early")}
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: BadMailServer
    timeout = WAIT

    def handle(self) -> None:
        try:
            self._converse()
        except (OSError, TimeoutError):
            return  # the worker was killed

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def _converse(self) -> None:
        self._say("220 bad.example.org")
        to = ""
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"RCPT":
                to = line.decode().partition("<")[2].partition("@")[0]
                self.server.attempts[to] += 1
                self._say(self._judge(to))
            elif verb == b"DATA":
                if not self._take(to):
                    return
            else:
                self._say("250 fine")

    def _first(self, to: str, name: str) -> bool:
        return to == name and self.server.attempts[to] == 1

    def _judge(self, to: str) -> str:
        if to == "refused":
            return "550 5.1.1 no such user"
        if self._first(to, "grey"):
            return "451 4.7.1 greylisted, try again later"
        if self._first(to, "hangs"):
            self.server.reached["hangs"].set()
            self.server.go_on.wait(WAIT)
            raise ConnectionAbortedError
        return "250 fine"

    def _take(self, to: str) -> bool:
        """Receive a text; False if the conversation ends there."""
        self._say("354 go ahead")
        if self._first(to, "early"):
            self._withhold("early")
            return False
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
            if self._first(to, "drops") and len(lines) > 5:
                return False
        email = message_from_bytes(b"".join(lines))
        self.server.accepted[to].append(str(email["Message-ID"]))
        if self._first(to, "killed"):
            self._withhold("killed")
            return False
        self._say("250 taken")
        return True

    def _withhold(self, name: str) -> None:
        self.server.reached[name].set()
        self.server.go_on.wait(WAIT)


@contextmanager
def bad_mail_server() -> Iterator[BadMailServer]:
    """The server, in threads of its own."""
    with BadMailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.go_on.set()
            server.shutdown()
            thread.join()

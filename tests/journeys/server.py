"""The product as deployed: a served site with its worker, and a mail server that stores what it receives."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


def free_port() -> int:
    """A port of the loopback address that is not in use."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


class Postbox:
    """The e-mails that the mail server has received, in order. The server writes from its own thread."""

    def __init__(self) -> None:
        self._letters: list[EmailMessage] = []
        self._came = threading.Condition()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        email = message_from_bytes(envelope.original_content or envelope.content, policy=default)
        assert isinstance(email, EmailMessage)
        with self._came:
            self._letters.append(email)
            self._came.notify_all()
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """The e-mails to one address."""
        with self._came:
            return [email for email in self._letters if address in str(email["To"])]

    def wait(self, address: str, subject: str, *, seconds: float = 20) -> EmailMessage:
        """Wait for an e-mail to this address whose subject begins like this."""

        def found() -> EmailMessage | None:
            return next(
                (
                    email
                    for email in self._letters
                    if address in str(email["To"]) and str(email["Subject"]).startswith(subject)
                ),
                None,
            )

        with self._came:
            email = self._came.wait_for(found, timeout=seconds)
            assert email, f"no “{subject}…” to {address}: {[(x['To'], x['Subject']) for x in self._letters]}"
            return email


@contextmanager
def mail_server() -> Iterator[tuple[str, Postbox]]:
    """A mail server on the loopback address: the value of EVENTAPP_MAIL_URL, and its postbox."""
    box = Postbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", box
    finally:
        controller.stop()


@dataclass(frozen=True)
class Site:
    """A running site with the demo loaded."""

    url: str
    email: str
    password: str
    post: Postbox
    log: Path


@contextmanager
def site(instance: Path) -> Iterator[Site]:
    """`eventapp --demo`, as a newcomer would start it, in a separate process with an empty instance folder."""
    with mail_server() as (mail_url, box):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("EVENTAPP_")} | {
            "EVENTAPP_INSTANCE": str(instance),
            "EVENTAPP_MAIL_URL": mail_url,
            "EVENTAPP_BASE_URL": url,
            "EVENTAPP_HOST": "127.0.0.1",
            "EVENTAPP_PORT": str(port),
        }
        log = instance.with_name("server.log")
        with log.open("wb") as out:
            command = [sys.executable, "-m", "eventapp.serve", "--demo"]
            process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            try:
                _until(lambda: _answers(f"{url}/readyz"), process, log)
                login = (instance / "demo-login.txt").read_text(encoding="utf-8").splitlines()
                yield Site(url=url, email=login[0], password=login[1], post=box, log=log)
            finally:
                process.terminate()
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the server did not come up:\n{log.read_text(encoding='utf-8')[-3000:]}")
        time.sleep(0.1)

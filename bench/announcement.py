"""An announcement to many: how long the request takes, how fast the e-mails go out, and what visitors notice of it.

python -m bench.announcement [--people 10000] [--postgresql] [--kill] [--answers] [--logo]

The mail server counts what each address has received. With `--kill`, the worker is killed (SIGKILL) at a third; e-mails
that it held are only sent when its lease on them has run out, so the rate then says little. With `--answers`, the text
has what each person has answered to two questions; with `--logo`, each e-mail has a logo of the largest size.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.cookiejar import CookieJar
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import select, update

from bench.__main__ import ROOT, cpu_seconds, forms, free_port, served
from eventapp import create_app
from eventapp.accounts.models import User
from eventapp.accounts.operations import create_user
from eventapp.accounts.rules import Role
from eventapp.announcements.models import Announcement
from eventapp.config import Settings
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events import queries
from eventapp.events.models import Event
from eventapp.media import operations as media
from eventapp.media.reading import EncodedPicture
from eventapp.media.rules import LOGO_BYTES
from eventapp.registration import questions
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from tests.support.databases import postgresql

LOGIN = "bench@example.org", "correct horse battery"
TEXT = "Dear {name},\n\nthe shuttle leaves at nine from gate 3. Your option: {option}.\n\nYour page: {link}\n\nSee you!"


ANSWERS = "\n\nYour meal: {answer:meal}. You wish: {answer:wish}."


def ask(event: Event) -> None:
    """Two questions that everybody has answered."""
    meals = [LocalizedText(en=one, ja=one) for one in ("Halal", "Vegan", "Anything")]
    for key, kind, choices in (("meal", QuestionKind.CHOICE, meals), ("wish", QuestionKind.TEXT, [])):
        questions.save_question(event, None, key=key, label=LocalizedText(en=key), kind=kind, choices=choices)
    for number, one in enumerate(db.session.scalars(select(Registration).where(Registration.event_id == event.id))):
        one.answers = {"meal": ("halal", "vegan", "anything")[number % 3], "wish": f"A seat near pillar {number}"}


def add_logo(event: Event) -> None:
    """A logo of as many bytes as one may have."""
    content = random.Random(1).randbytes(LOGO_BYTES)  # the server does not look at it
    media.save_logo(event, EncodedPicture(content, 480, 160), alt=LocalizedText(en="City of Mori"))


class Sink:
    """A mail server in a process of its own that counts what each address has received."""

    def __init__(self) -> None:
        self.port = free_port()
        self._here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve, args=(self.port, there), daemon=True)
        self._process.start()
        assert self._here.recv() == "ready"

    def received(self) -> tuple[Counter[str], float, float]:
        """How often each address got an e-mail, and when the first and the last one came."""
        self._here.send("how many")
        found: tuple[Counter[str], float, float] = self._here.recv()
        return found

    def close(self) -> None:
        self._process.terminate()


def _serve(port: int, pipe: Any) -> None:
    counted: Counter[str] = Counter()
    moments: list[float] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        to = ""
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
            if word == b"DATA":
                writer.write(b"354 go\r\n")
                try:
                    await reader.readuntil(b"\r\n.\r\n")
                except (asyncio.IncompleteReadError, ConnectionError):  # the worker was killed
                    return
                counted[to] += 1
                moments.append(perf_counter())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", port, limit=2**22)
        pipe.send("ready")
        async with server:
            while True:
                await asyncio.sleep(0.02)
                if pipe.poll():
                    pipe.recv()
                    pipe.send((counted, moments[0] if moments else 0.0, moments[-1] if moments else 0.0))

    asyncio.run(main())


class Visitors(threading.Thread):
    """Twenty requests a second: the event page, the form, and registrations. Keeps how long each took."""

    def __init__(self, port: int, bodies: Iterator[bytes]) -> None:
        super().__init__(daemon=True)
        self.port, self.bodies = port, bodies
        self.reads: list[float] = []
        self.writes: list[float] = []
        self._ended = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            begin = perf_counter()
            if number % 4 == 0:
                body = next(self.bodies).partition(b"\r\n\r\n")[2]
                self._ask("/events/summit/register", body)
                self.writes.append(perf_counter() - begin)
            else:
                self._ask(("/events/summit", "/events/summit/register", "/events/summit/programme")[number % 3])
                self.reads.append(perf_counter() - begin)
            self._ended.wait(max(0.05 - (perf_counter() - begin), 0))

    def _ask(self, path: str, body: bytes | None = None) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body)
        number = len(self.reads) + len(self.writes)
        request.add_header("X-Forwarded-For", f"10.1.{number >> 8 & 255}.{number & 255}")
        with urllib.request.build_opener(_Stay).open(request, timeout=60) as answer:
            answer.read()

    def end(self) -> str:
        """Milliseconds: reads p50, p99, writes p50, p99."""
        self._ended.set()
        self.join()
        return " | ".join(f"{_at(ms, share):.0f}" for ms in (self.reads, self.writes) for share in (0.5, 0.99))


class _Stay(urllib.request.HTTPErrorProcessor):
    def http_response(self, request: Any, response: Any) -> Any:
        assert response.status in {200, 302, 303}, response.status
        return response


def _at(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class Organizer:
    """A logged-in organizer who fills in forms."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.post("/login", {"email": LOGIN[0], "password": LOGIN[1]})

    def post(self, path: str, data: dict[str, str], *, to: str = "") -> tuple[str, float]:
        """Send a form of a page; returns where that leads, and the seconds of the request without what follows."""
        page = self.opener.open(self.root + path).read().decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, path
        body = urllib.parse.urlencode({**data, "csrf_token": token[1]}).encode()
        request = urllib.request.Request(self.root + (to or path), data=body)
        request.add_header("Sec-Fetch-Site", "same-origin")
        handlers = [one for one in self.opener.handlers if isinstance(one, urllib.request.HTTPCookieProcessor)]
        begin = perf_counter()
        with urllib.request.build_opener(_Stay, *handlers).open(request) as answer:
            seconds = perf_counter() - begin
            location = answer.headers["Location"] or ""
            assert location, (path, answer.status)
        return urllib.parse.urlsplit(location).path, seconds


@contextmanager
def worker(environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`flask worker`, in a process of its own."""
    command = [sys.executable, "-m", "flask", "--app", "eventapp:create_app", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def measure(folder: Path, url: str, people: int, *, kill: bool, answers: bool, logo: bool) -> None:
    """Seed, send, and print the figures."""
    port, sink = free_port(), Sink()
    environ = {
        "EVENTAPP_INSTANCE": str(folder),
        "EVENTAPP_PORT": str(port),
        "EVENTAPP_HOST": "127.0.0.1",
        "EVENTAPP_WORKERS": "2",
        "EVENTAPP_TRUSTED_PROXIES": "1",
        "EVENTAPP_BASE_URL": f"http://127.0.0.1:{port}",
        "EVENTAPP_SECRET_KEY": "a key for measuring",
        "EVENTAPP_MAIL_URL": f"smtp://127.0.0.1:{sink.port}?tls=off",
        "EVENTAPP_MAIL_PACE": "0",
    } | ({"EVENTAPP_DATABASE_URL": url} if url else {})
    seed = [sys.executable, "-m", "bench.seed", "60", str(people)]
    subprocess.run(seed, check=True, cwd=ROOT, env={**os.environ, **environ})
    app = create_app(Settings.from_environment(environ))
    with app.app_context(), transaction():
        user = create_user(LOGIN[0], password=LOGIN[1], name="Bench")
        event = queries.by_slug("summit")
        assert event is not None and isinstance(user, User)
        events.set_member(event, user, Role.OWNER)
        if answers:
            ask(event)
        if logo:
            add_logo(event)
    bodies = forms(port, "/events/summit/register")
    with served([sys.executable, "-m", "eventapp.serve", "--no-worker"], port, environ):
        organizer = Organizer(port)
        early = Visitors(port, bodies)  # who find nothing in the caches yet
        early.start()
        sleep(3)
        early.end()
        visitors = Visitors(port, bodies)
        visitors.start()
        with worker(environ):
            sleep(8)
        before = visitors.end()
        print(f"visitors before, ms (pages p50, p99, registrations p50, p99): {before}", flush=True)
        text = TEXT + ANSWERS if answers else TEXT
        new = "/manage/events/summit/announcements/new"
        page, review = organizer.post(new, {"subject_en": "Shuttle", "text_en": text, "language": "en"})
        _page, sent = organizer.post(page, {}, to=f"{page}/send")
        print(f"writing the draft: {review * 1000:.0f} ms; pressing “Send”: {sent * 1000:.0f} ms", flush=True)
        begin = perf_counter()
        organizer.opener.open(organizer.root + page).read()
        print(f"the review page: {(perf_counter() - begin) * 1000:.0f} ms", flush=True)
        with app.app_context(), transaction():  # the minute in which it can be undone is over
            db.session.execute(update(Announcement).values(send_at=clock.now()))
        visitors = Visitors(port, bodies)
        visitors.start()
        _send(environ, sink, people, kill=kill)
        during = visitors.end()
    counted, first, last = sink.received()
    of_group = Counter({one: number for one, number in counted.items() if re.fullmatch(r"p\d+@example.org", one)})
    twice = sum(number - 1 for number in of_group.values())
    print(f"{len(of_group):,} of {people:,} addresses; {twice} e-mails twice{', after a SIGKILL' if kill else ''}")
    print(f"{sum(counted.values()) / (last - first):.0f} e-mails/s from the first to the last, in {last - first:.1f} s")
    print(f"visitors meanwhile, ms: {during}", flush=True)
    sink.close()


def _send(environ: dict[str, str], sink: Sink, people: int, *, kill: bool) -> None:
    """Run the worker until everybody has the e-mail. With `kill`, it is killed at a third, and another one goes on."""
    while True:
        with worker(environ) as process:
            while True:
                sleep(0.25)
                counted, first, _last = sink.received()
                if kill and sum(counted.values()) > people / 3:
                    process.kill()
                    kill = False
                    break
                if sum(one.startswith("p") for one in counted) >= people or (first and perf_counter() - first > 900):
                    print(f"CPU of the worker: {cpu_seconds(process.pid) / people * 1000:.1f} ms an e-mail")
                    return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.announcement", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--answers", action="store_true")
    parser.add_argument("--logo", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql() if options.postgresql else nullcontext("") as url:
        measure(Path(folder), str(url), options.people, kill=options.kill, answers=options.answers, logo=options.logo)


if __name__ == "__main__":
    main()

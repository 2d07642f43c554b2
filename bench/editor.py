"""`python -m bench.editor`: the schedule editor with 30 rooms and 1,000 sessions, in the browser and over HTTP.

Each move is measured including its handlers and a forced layout; the server's responses are measured by the browser's
own client. Needs a browser (`python -m tests.support.browser --install`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.__main__ import free_port, served
from bench.data import START
from eventapp import lifecycle
from eventapp.accounts import operations as accounts
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Person
from eventapp.programme.models import Participation, Room, Session
from eventapp.serve import migrate, start_app
from tests.support import browser

ROOMS, DAYS, SESSIONS = 30, 4, 1000
FEW = 4 * ROOMS * DAYS  # for a smoke run: as many rooms and days, each less full
EMAIL, PASSWORD = "bench@example.org", "a password for a bench"

# Handlers run inside dispatchEvent; reading a layout property forces the browser to lay out at once.
_KEYS = """([key, times]) => {
  const taken = [];
  for (let n = 0; n < times; n++) {
    const block = document.activeElement;
    const begin = performance.now();
    block.dispatchEvent(new KeyboardEvent("keydown", {key: n % 2 ? key[1] : key[0], bubbles: true, cancelable: true}));
    document.activeElement.getBoundingClientRect();
    document.querySelector(".board").scrollHeight;
    taken.push(performance.now() - begin);
  }
  return taken;
}"""
_DRAG = """(times) => {
  const block = document.activeElement, box = block.getBoundingClientRect(), taken = [];
  const at = (type, x, y) => new PointerEvent(type, {
    pointerId: 1, pointerType: "mouse", button: 0, clientX: x, clientY: y, bubbles: true, cancelable: true,
  });
  const [x, y] = [box.x + 20, box.y + 8];
  block.dispatchEvent(at("pointerdown", x, y));
  for (let n = 1; n <= times; n++) {
    const begin = performance.now();
    block.dispatchEvent(at("pointermove", x + (n * 7) % 400, y + (n * 3) % 200));
    document.querySelector(".ghost").getBoundingClientRect();
    document.querySelector(".board").scrollHeight;
    taken.push(performance.now() - begin);
  }
  const begin = performance.now();
  block.dispatchEvent(at("pointerup", x + 300, y + 100));
  document.querySelector(".board").scrollHeight;
  return [taken, performance.now() - begin];
}"""
_DAY = """() => [...document.querySelectorAll(".tabs button")].map(button => {
  const begin = performance.now();
  button.click();
  document.querySelector(".board").scrollHeight;
  return performance.now() - begin;
})"""


def seed(number: int) -> None:
    """Create an event with 30 rooms and 4 days, `number` sessions from nine to six, and its organizer. Runs in a
    separate process.
    """
    app = start_app()
    migrate(app)
    with app.app_context(), transaction():
        owner = accounts.create_user(EMAIL, password=PASSWORD)
        event = lifecycle.create_event(
            owner=owner,
            slug="summit",
            title=LocalizedText(en="Summit of cities"),
            zone="Asia/Tokyo",
            starts_at=START,
            ends_at=START + timedelta(days=DAYS - 1, hours=9),
            working_languages=["en"],
        )
        rooms = [
            Room(event_id=event.id, slug=f"r-{n}", name=LocalizedText(en=f"Room {n}"), position=n) for n in range(ROOMS)
        ]
        db.session.add_all(rooms)
        per_room = -(-number // (ROOMS * DAYS))
        minutes = 9 * 60 // per_room
        for n in range(number):
            day, rest = divmod(n, ROOMS * per_room)
            row, room = divmod(rest, ROOMS)
            start = START + timedelta(days=day, minutes=row * minutes)
            people = [
                Person(family=LocalizedText(en=f"Family{n}-{m}"), given=LocalizedText(en="Given")) for m in range(2)
            ]
            db.session.add(
                Session(
                    event=event,
                    event_id=event.id,
                    title=LocalizedText(en=f"Session {n} on what cities do"),
                    spoken=["en"],
                    starts_at=start,
                    ends_at=start + timedelta(minutes=minutes),
                    rooms=[rooms[room]],
                    participations=[Participation(person=person) for person in people],
                )
            )


def said(name: str, taken: list[float]) -> str:
    """ "a move by key: median 3.1 ms (lowest – highest; 95 of 100 under …)"."""
    high = sorted(taken)[int(len(taken) * 0.95)]
    spread = f"{min(taken):.1f}–{max(taken):.1f}"
    return f"{name}: median {median(taken):.1f} ms ({spread}), 95% under {high:.1f}, n={len(taken)}"


def timed(page: Page, path: str, **options: Any) -> tuple[float, Any]:
    """Milliseconds until a response is complete, and the response."""
    begin = perf_counter()
    answer = page.context.request.fetch(path, **options)
    answer.body()
    return (perf_counter() - begin) * 1000, answer


def on_the_wire(page: Page, *, times: int) -> list[str]:
    """Durations of the page, the programme as JSON, the check whether it has changed, and a move."""
    base = "/manage/events/summit/programme"
    shown = [timed(page, base)[0] for _ in range(min(times, 7))]
    read = [timed(page, f"{base}/state.json") for _ in range(min(times, 7))]
    tag = read[-1][1].headers["etag"]
    times = min(times, 15)
    asked = [timed(page, f"{base}/state.json", headers={"If-None-Match": tag})[0] for _ in range(times)]
    values = read[-1][1].json()
    one = values["sessions"][len(values["sessions"]) // 2]
    moved = []
    for n in range(times):
        sent = {
            "starts": one["starts"] + 5 * (n % 2),
            "ends": one["ends"],
            "rooms": one["rooms"],
            "revision": one["revision"],
        }
        took, answer = timed(
            page,
            f"{base}/sessions/{one['code']}/move",
            method="POST",
            data=sent,
            headers={"X-CSRFToken": values["token"], "Accept": "application/json"},
        )
        assert answer.ok, answer.text()
        one["revision"] = answer.json()["session"]["revision"]
        moved.append(took)
    weight = len(read[-1][1].body())
    return [
        said("page", shown),
        said(f"programme as values ({weight:,} bytes)", [t for t, _ in read]),
        said("unchanged, 304", asked),
        said("move, with all conflicts", moved),
    ]


def in_the_browser(page: Page, *, times: int) -> list[str]:
    """Durations of keys, pointer and day changes in the page itself."""
    begin = perf_counter()
    page.goto("/manage/events/summit/programme?view=grid")
    page.wait_for_selector("#editor[data-ready=true]")
    lines = [f"from the address to the grid: {(perf_counter() - begin) * 1000:.0f} ms"]
    lines.append(
        f"blocks of the day in sight: {page.locator('.block').count()} in {page.locator('.strip').count()} rooms"
    )
    page.locator(".block").nth(100).focus()
    for name, keys in (("time", ["ArrowDown", "ArrowUp"]), ("room", ["ArrowRight", "ArrowLeft"])):
        lines.append(said(f"key, {name}", page.evaluate(_KEYS, [keys, times])))
    taken, drop = page.evaluate(_DRAG, times)
    lines += [said("pointer, dragging", taken), f"pointer, letting go: {drop:.1f} ms"]
    lines.append(said("another day", page.evaluate(_DAY)))
    return lines


def main() -> None:
    if "--seed" in sys.argv:
        seed(int(sys.argv[-1]))
        return
    times, sessions = (3, FEW) if "--smoke" in sys.argv else (200, SESSIONS)
    path = browser.find()
    if path is None:
        raise SystemExit(browser.MISSING)
    with tempfile.TemporaryDirectory(prefix="eventapp-bench-") as folder:
        port = free_port()
        environ = {"EVENTAPP_INSTANCE": folder, "EVENTAPP_PORT": str(port)}
        command = [sys.executable, "-m", "bench.editor", "--seed", str(sessions)]
        subprocess.run(command, check=True, env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
        with (
            served([sys.executable, "-m", "eventapp.serve", "--no-worker"], port, environ),
            sync_playwright() as driver,
        ):
            running = driver.chromium.launch(executable_path=path, args=browser.ARGUMENTS)
            page = running.new_context(
                base_url=f"http://127.0.0.1:{port}", viewport={"width": 1600, "height": 1000}
            ).new_page()
            page.goto("/manage")
            page.fill("[name=email]", EMAIL)
            page.fill("[name=password]", PASSWORD)
            page.click("main form button.btn")
            page.wait_for_url("**/manage")
            print("\n".join([*on_the_wire(page, times=times), *in_the_browser(page, times=times)]))
            running.close()


if __name__ == "__main__":
    main()

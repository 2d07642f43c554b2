"""The schedule editor of one event, as its users reach it."""

from __future__ import annotations

from typing import Any

from tests.journeys.people import Desk
from tests.journeys.window import Window

WIDE = {"width": 1280, "height": 1000}
PIXELS = 1.6  # per minute


class Schedule:
    """The editor of one event, in a window."""

    def __init__(self, window: Window, desk: Desk) -> None:
        self.window = window
        self.desk = desk
        self.page = window.page
        self.base = desk.path("/programme")

    def open(self, query: str = "?view=grid") -> None:
        assert self.window.open(self.base + query) == 200
        self.page.wait_for_selector("#editor[data-ready=true]")

    def state(self) -> dict[str, Any]:
        return dict(self.window.context.request.get(f"{self.base}/state.json").json())

    def saved(self, title: str) -> dict[str, Any]:
        """A session as stored on the server once everything has been sent: with `at`, its times on the clock in
        Tokyo.
        """
        self.page.wait_for_selector("#editor[data-saving=saved]")
        (found,) = [one for one in self.state()["sessions"] if one["title"]["text"] == title]
        return found

    def block(self, title: str) -> Any:
        return self.page.locator(f".block:not([aria-hidden]):has(b:text-is('{title}'))")

    def times(self, title: str) -> str:
        return str(self.block(title).locator(".when").text_content())

    def heard(self, part: str) -> None:
        """Wait until a sentence with this text has been announced."""
        self.window.until("document.querySelector('[data-part=live]').textContent.includes(given)", part)

    def look(self) -> None:
        """Poll for changes, as the page does every ten seconds."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def centre(self, title: str) -> tuple[float, float]:
        box = self.block(title).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 20)

    def drag(self, title: str, right: float, down: float, *, grab: str = "") -> None:
        self.block(title).scroll_into_view_if_needed()
        x, y = self.centre(title)
        if grab:
            box = self.block(title).locator(grab).bounding_box()
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right / 2, y + down / 2)
        self.page.mouse.move(x + right, y + down, steps=3)
        self.page.mouse.up()

    def column(self) -> float:
        return float(self.page.locator(".strip").first.bounding_box()["width"])

    def room(self, name: str) -> int:
        return int(next(room["id"] for room in self.state()["rooms"] if room["name"]["text"] == name))

    def post(self, path: str, **form: Any) -> None:
        answer = self.window.context.request.post(
            f"{self.base}{path}", form={"csrf_token": self.state()["token"], **form}, max_redirects=0
        )
        assert answer.status == 303, answer.text()[:2000]

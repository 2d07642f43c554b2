"""Fixtures of the journeys: one served site and one browser for all of them, and windows that must have no errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.people import Desk
from tests.journeys.schedule import WIDE, Schedule
from tests.journeys.server import Postbox, Site, site
from tests.journeys.window import Window
from tests.support import browser as browsers

Open = Callable[..., Window]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With a failed journey, report what its windows showed last and the end of the server's log."""
    report: Any = yield
    if report.when == "call" and report.failed:
        values = getattr(item, "funcargs", {})
        for number, one in enumerate(values.get("opened", []), start=1):
            report.sections.append((f"window {number}", one.last_seen()))
        if "served" in values:
            report.sections.append(("server log", values["served"].log.read_text(encoding="utf-8")[-4000:]))
    return report


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, started as a newcomer would start it, and shared by all journeys."""
    folder = tmp_path_factory.mktemp("journeys") / "instance"
    folder.mkdir()
    with site(folder) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser. Without one, journeys fail rather than skip: a green run must mean something."""
    path = browsers.find()
    if path is None:
        pytest.fail(browsers.MISSING, pytrace=False)
    with sync_playwright() as playwright:
        arguments = [*browsers.ARGUMENTS, browsers.UNOPTIMIZED]
        running = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield running
        finally:
            running.close()


@pytest.fixture
def post(served: Site) -> Postbox:
    """The e-mails that were sent."""
    return served.post


@pytest.fixture
def opened() -> list[Window]:
    """The windows that this journey has opened."""
    return []


@pytest.fixture
def window(served: Site, browser: Browser, opened: list[Window]) -> Iterator[Open]:
    """`window()` opens a window of a new person; at the end none of them may have had errors."""

    def open_one(**options: Any) -> Window:
        opened.append(Window(browser, served.url, **options))
        return opened[-1]

    try:
        yield open_one
        for one in opened:
            one.calm()
    finally:
        for one in opened:
            one.close()


def log_in(window: Window, served: Site) -> None:
    """Log in with the form."""
    window.open("/manage")
    window.page.fill("[name=email]", served.email)
    window.page.fill("[name=password]", served.password)
    assert window.press("main form button.btn") == 200
    assert window.page.url.endswith("/manage"), window.page.url


@pytest.fixture(scope="package")
def organizer(served: Site, browser: Browser) -> Any:
    """The organizer's cookies: a window opened with `storage_state=organizer` is logged in."""
    one = Window(browser, served.url)
    try:
        log_in(one, served)
        return one.context.storage_state()
    finally:
        one.close()


@pytest.fixture
def desk(window: Open, organizer: Any) -> Callable[[str], Desk]:
    """`desk(slug)`: the organizer at the desk of an event, logged in."""
    return lambda slug: Desk(window(storage_state=organizer), slug)


@pytest.fixture(scope="package")
def open_house(served: Site, browser: Browser, organizer: Any) -> Iterator[Desk]:
    """The desk of an event with enough seats, for journeys that don't need their own event."""
    one = Window(browser, served.url, storage_state=organizer)
    try:
        at_desk = Desk(one, "open-house")
        at_desk.open_event("Open House", seats=None)
        yield at_desk
    finally:
        one.close()


@pytest.fixture
def schedule(desk: Callable[[str], Desk], window: Open, organizer: Any) -> Callable[..., Schedule]:
    """`schedule(slug)`: an event of a day with two halls, “Opening” at ten and “Panel” at eleven in the Great Hall."""

    def make(slug: str, *, again: bool = False, **options: Any) -> Schedule:
        at_desk = Desk(window(storage_state=organizer, viewport=WIDE, **options), slug)
        found = Schedule(at_desk.window, at_desk)
        if again:
            return found
        at_desk.create("A forum with a schedule")
        for name in ("Great Hall", "Small Hall"):
            found.post("/rooms/new", name_en=name)
        for title, starts, ends in (("Opening", "10:00", "11:00"), ("Panel", "11:00", "12:00")):
            found.post(
                "/sessions/new",
                title_en=title,
                kind="lecture",
                rooms=str(found.room("Great Hall")),
                starts_at=f"{at_desk.day}T{starts}",
                ends_at=f"{at_desk.day}T{ends}",
            )
        return found

    return make

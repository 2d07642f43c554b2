"""A ticket at the door: read by a camera, by a hand scanner, and with the network cut."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

import pytest
from lxml import html
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from eventapp.registration.rules import searchable
from tests.journeys.cable import Cable, cable
from tests.journeys.people import Desk, enrol
from tests.journeys.window import Window
from tests.support import browser as browsers

pytestmark = pytest.mark.journey


# The service worker has the page.
CONTROLLED = """new Promise((done) => {
  if (navigator.serviceWorker.controller) done();
  else navigator.serviceWorker.addEventListener("controllerchange", () => done());
})"""


# How far the code of a ticket moves when the page has been kept.
MOVES = """() => {
  const top = () => document.querySelector(".ticket-code").getBoundingClientRect().top;
  const kept = document.querySelector("#kept"), after = top();
  kept.hidden = true;
  const moved = after - top();
  kept.hidden = false;
  return moved;
}"""


# The device knows of an event that is long over.
LONG_OVER = """async () => {
  const settings = await checkIn.store.get("settings");
  settings.event.ends = 0;
  await checkIn.store.put("settings", settings);
}"""


# Runs the cases of tests/check_in/cases.json through the modules of the app; returns those that differ.
RUN_CASES = """async (cases) => {
  const from = document.querySelector("script[type=module]").src.replace("app.js", "");
  const [rules, people] = await Promise.all(["decide.js", "people.js"].map((name) => import(from + name)));
  const point = { kind: "door", options: [], days: [], seat_holders: false };
  const who = { option: 1, atDoor: true, day: "2031-03-18", hasSeat: false };
  const { text, family, given } = cases.person;
  const list = new Map([[1, { id: 1, state: "confirmed", name: family + given, organization: "", text }]]);
  const results = [
    ...cases.verdict.map(([facts, expected]) => [facts, rules.verdict(facts), expected]),
    ...cases.door.map(([worth, kind, inside, expected]) => [[worth, kind, inside], rules.atTheDoor(worth, kind, inside), expected]),
    ...cases.admits.map(([a, b, expected]) => [[a, b], rules.admits({ ...point, ...a }, { ...who, ...b }), expected]),
    ...cases.fold.map(([typed, expected]) => [typed, people.fold(typed), expected]),
    ...cases.found.map(([typed, expected]) => [typed, people.search(list, typed).found.length === 1, expected]),
  ];
  return results.filter(([, found, expected]) => found !== expected);
}"""


def code_of(window: Window, slug: str, family: str) -> str:
    """Register somebody; returns the short code on the ticket."""
    own = enrol(window, slug, f"{family.lower()}@{slug}.example.com", family=family)
    ticket = html.fromstring(window.context.request.get(f"{own}/ticket").text())
    return str(ticket.xpath("//*[contains(@class, 'ticket-code')]//b")[0].text_content()).strip()


def link_for_helper(at_desk: Desk, name: str) -> str:
    """Make a link to the first door; returns what is behind the #."""
    at_desk.window.open(at_desk.path("/check-in/doors"))
    at_desk.window.press("text=Link for a helper")
    at_desk.window.page.fill("[name=label]", name)
    at_desk.window.page.check("[name=walk_ins]")
    at_desk.save()
    at_desk.window.accessible()
    return urlsplit(at_desk.window.page.input_value("#url")).fragment


def helper(browser: Browser, line: Cable, fragment: str) -> Window:
    """The device of a helper at the end of a cable, with the list loaded and ready to be offline."""
    one = Window(browser, line.url)
    one.open(f"/check-in/#{fragment}")
    expect(one.page.locator("#list-age")).to_contain_text("List of")
    one.page.evaluate(CONTROLLED)
    return one


def says(page: Page, text: str) -> None:
    expect(page.locator("#state")).to_have_text(text)


def result(page: Page) -> str | None:
    page.wait_for_selector("#verdict:not([hidden])")
    return page.get_attribute("#verdict", "data-result")


def enter(page: Page, text: str, expected: str) -> None:
    page.fill("#q", text)
    page.press("#q", "Enter")
    expect(page.locator(f"#verdict[data-result={expected}]")).to_be_visible()


def test_a_ticket_is_read_by_the_camera(served, browser, desk, window, organizer, tmp_path):
    at_desk = desk("camera")
    at_desk.open_event("Camera Forum", seats=None)
    guest = window()
    guest.open(enrol(guest, "camera", "ada@camera.example.com") + "/ticket")
    clip = tmp_path / "ticket.mjpeg"
    clip.write_bytes(_filmed(guest) * 60)
    with _with_camera(browser, clip) as running:
        door = Window(running, served.url, storage_state=organizer, permissions=["camera"])
        # The list comes late, when the ticket is before the camera already.
        door.context.route("**/check-in/api/list", _late)
        door.open(at_desk.path("/check-in"))
        assert door.press("text=Scan with this device") == 200
        expect(door.page).to_have_url(f"{served.url}/check-in/")  # the secret is gone from the address
        door.page.click("#camera-on")
        assert result(door.page) == "ok"
        assert "Ada Okafor" in door.page.inner_text("#verdict")
        door.accessible()
        door.calm()
        door.close()
    at_desk.window.open(at_desk.path("/check-in"))
    assert re.search(r"\b1\s+checked in", at_desk.window.page.inner_text("main"))


def test_a_device_that_can_not_read_codes_says_so(served, browser, desk, organizer):
    at_desk = desk("no-reader")
    at_desk.open_event("No Reader Forum", seats=None)
    with _with_camera(browser) as running:
        door = Window(running, served.url, storage_state=organizer, permissions=["camera"], service_workers="block")
        door.context.route("**/*.wasm", lambda route: route.abort())
        door.open(at_desk.path("/check-in"))
        door.press("text=Scan with this device")
        door.page.click("#camera-on")
        expect(door.page.locator("#camera-problem")).to_contain_text("Type the code or the name")
        expect(door.page.locator("#camera-on")).to_be_visible()
        door.close()


def test_a_door_goes_on_while_the_network_is_cut_and_nothing_is_lost_or_written_twice(served, browser, desk, window):
    at_desk = desk("offline")
    at_desk.open_event("Offline Forum", seats=None)
    first = code_of(at_desk.window, "offline", "Okafor")
    code_of(at_desk.window, "offline", "Suzuki")
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")  # makes the door
    fragment = link_for_helper(at_desk, "Mika")
    with cable(served.url) as line:
        door = helper(browser, line, fragment)
        enter(door.page, first, "ok")
        says(door.page, "Connected")
        line.pull()
        door.page.reload()
        expect(door.page.locator("#door-name")).to_have_text("Main entrance")
        enter(door.page, first, "already_in")
        door.page.fill("#q", "suzuki")
        door.page.click("#found-list button")
        expect(door.page.locator("#verdict[data-result=ok]")).to_contain_text("Ada Suzuki")
        says(door.page, "Offline · 2 to send")
        enter(door.page, "https://example.org/", "unknown")
        door.accessible()
        # The battery was flat: the browser starts again.
        door.page.close()
        door.page = door.context.new_page()
        door.page.goto(f"{line.url}/check-in/")
        says(door.page, "Offline · 3 to send")
        # A hotel answers everything with its own page.
        line.cut, line.portal = False, True
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Offline · 3 to send")
        # The server has written it all down, but its answer is lost.
        line.portal, line.lose_answers = False, True
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Offline · 3 to send")
        line.plug()
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Connected")
        door.page.evaluate("checkIn.sync.again()")
        says(door.page, "Connected")
        at_desk.window.open(at_desk.path("/check-in"))
        shown = at_desk.window.page.inner_text("main")
        assert re.search(r"\b2\s+checked in", shown)
        assert len(re.findall(r"\d\d:\d\d", shown.partition("Last 20")[2])) == 4
        at_desk.window.open(at_desk.path("/check-in/doors"))
        at_desk.window.accessible()
        at_desk.window.press("li:has-text('Mika') button")
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Signed out")
        door.close()


def test_an_undo_without_a_network_takes_the_entry_back(served, browser, desk, window):
    at_desk = desk("undone")
    at_desk.open_event("Undone Forum", seats=None)
    code = code_of(at_desk.window, "undone", "Okafor")
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")
    fragment = link_for_helper(at_desk, "Mika")
    with cable(served.url) as line:
        door = helper(browser, line, fragment)
        door.context.set_offline(True)
        says(door.page, "Offline")
        door.context.set_offline(False)
        says(door.page, "Connected")
        line.pull()
        enter(door.page, code, "ok")
        door.page.click("#verdict button")
        expect(door.page.locator("#verdict[data-result=undone]")).to_be_visible()
        line.plug()
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Connected")
        expect(door.page.locator("#n-in")).to_have_text("0")
        door.close()
    at_desk.window.open(at_desk.path("/check-in"))
    assert re.search(r"\b0\s+checked in", at_desk.window.page.inner_text("main"))


def test_scans_of_one_event_are_never_sent_to_another(served, browser, desk, window):
    first, second = desk("first-of-two"), desk("second-of-two")
    links = []
    for one, title in ((first, "First Forum"), (second, "Second Forum")):
        one.open_event(title, seats=None)
        one.window.open(one.path("/check-in"))
        one.window.press("text=Scan with this device")
        links.append(link_for_helper(one, "Mika"))
    code = code_of(first.window, "first-of-two", "Okafor")
    with cable(served.url) as line:
        door = helper(browser, line, links[0])
        line.pull()
        enter(door.page, code, "ok")
        door.page.click("#walk-in-open")
        door.page.fill("#w-family", "Walkin")
        door.page.press("#w-family", "Enter")
        says(door.page, "Offline · 2 to send")
        first.window.open(first.path("/check-in/doors"))
        first.window.press("li:has-text('Mika') button")
        line.plug()
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Signed out · 2 to send")
        door.page.goto("about:blank")
        door.page.goto(f"{line.url}/check-in/#{links[1]}")
        says(door.page, "Connected")
        expect(door.page.locator("#trouble")).to_contain_text("another event that are kept here and not sent yet: 2")
        door.accessible()
        for number, one in enumerate((second, first)):
            one.window.open(one.path("/check-in"))
            assert "Walkin" not in one.window.page.inner_text("main"), number
        again = link_for_helper(first, "Mika")
        door.page.goto("about:blank")
        door.page.goto(f"{line.url}/check-in/#{again}")
        says(door.page, "Connected")
        expect(door.page.locator("#n-in")).to_have_text("2")
        expect(door.page.locator("#trouble")).to_be_hidden()
        assert "Walkin" in first.registered() and "Walkin" not in second.registered()
        door.close()


def test_scans_survive_a_browser_that_is_killed(served, browser, desk, window, tmp_path):
    at_desk = desk("killed")
    at_desk.open_event("Killed Forum", seats=None)
    code = code_of(at_desk.window, "killed", "Okafor")
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")
    fragment = link_for_helper(at_desk, "Mika")
    profile = tmp_path / "profile"
    with cable(served.url) as line:
        context = started(browser, profile)
        page = context.pages[0]
        page.goto(f"{line.url}/check-in/#{fragment}")
        expect(page.locator("#list-age")).to_contain_text("List of")
        page.evaluate(CONTROLLED)
        line.pull()
        page.reload()
        enter(page, code, "ok")
        subprocess.run(["pkill", "-9", "-f", str(profile)], check=True)
        context = started(browser, profile)
        page = context.pages[0]
        page.goto(f"{line.url}/check-in/")
        says(page, "Offline · 1 to send")
        enter(page, code, "already_in")
        line.plug()
        page.evaluate("checkIn.sync.now()")
        says(page, "Connected")
        context.close()
    at_desk.window.open(at_desk.path("/check-in"))
    assert re.search(r"\b1\s+checked in", at_desk.window.page.inner_text("main"))


def started(browser: Browser, profile: Path) -> BrowserContext:
    """A browser with a profile on the disk."""
    return browser.browser_type.launch_persistent_context(
        profile, executable_path=browsers.find(), args=browsers.ARGUMENTS, locale="en-GB"
    )


def test_what_was_not_sent_is_kept_after_the_event_until_it_is_sent(served, browser, desk, window):
    at_desk = desk("afterwards")
    at_desk.open_event("Afterwards Forum", seats=None)
    code = code_of(at_desk.window, "afterwards", "Okafor")
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")
    fragment = link_for_helper(at_desk, "Mika")
    with cable(served.url) as line:
        door = helper(browser, line, fragment)
        line.pull()
        enter(door.page, code, "ok")
        door.page.evaluate(LONG_OVER)
        door.page.reload()
        says(door.page, "Offline · 1 to send")
        line.plug()
        door.page.evaluate("checkIn.sync.now()")
        expect(door.page.locator("#app")).to_be_hidden()  # all is sent, and so all is forgotten
        door.close()
    at_desk.window.open(at_desk.path("/check-in"))
    assert re.search(r"\b1\s+checked in", at_desk.window.page.inner_text("main"))


def test_two_doors_that_were_offline_let_one_ticket_in_twice_and_the_team_sees_both(served, browser, desk, window):
    at_desk = desk("two-doors")
    at_desk.open_event("Two Doors", seats=None)
    code = code_of(at_desk.window, "two-doors", "Okafor")
    at_desk.window.open(at_desk.path("/check-in/doors/new"))
    at_desk.window.page.fill("[name=title_en]", "Back door")
    at_desk.save()
    at_desk.window.accessible()
    fragments = []
    for number, name in enumerate(("Mika", "Noor")):
        at_desk.window.open(at_desk.path("/check-in/doors"))
        at_desk.window.page.locator("text=Link for a helper").nth(number).click()
        at_desk.window.page.fill("[name=label]", name)
        at_desk.save()
        fragments.append(urlsplit(at_desk.window.page.input_value("#url")).fragment)
    with cable(served.url) as line:
        doors = [helper(browser, line, fragment) for fragment in fragments]
        line.pull()
        for door in doors:
            enter(door.page, code, "ok")
        line.plug()
        for door in doors:
            door.page.evaluate("checkIn.sync.now()")
            says(door.page, "Connected")
        doors[0].page.evaluate("checkIn.sync.now()")
        expect(doors[0].page.locator("#n-in")).to_have_text("1")
        at_desk.window.open(at_desk.path("/check-in/doors"))
        shown = at_desk.window.page.inner_text("main")
        assert "Came in twice" in shown and shown.count("Mika") >= 2 and shown.count("Noor") >= 2
        assert "Back door" in shown.partition("To look at")[2] and "Main entrance" in shown.partition("To look at")[2]
        for door in doors:
            door.close()


def test_the_device_of_a_member_goes_to_another_door_and_knows_who_is_inside_there(served, browser, desk, window):
    at_desk = desk("moving")
    at_desk.open_event("Moving Forum", seats=None)
    code = code_of(at_desk.window, "moving", "Okafor")
    at_desk.window.open(at_desk.path("/programme/sessions/new"))
    at_desk.window.page.fill("[name=title_en]", "Workshop")
    at_desk.save()
    at_desk.window.open(at_desk.path("/check-in/doors/new"))
    at_desk.window.page.select_option("[name=session]", label="Workshop")
    at_desk.save()
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")
    door = at_desk.window.page
    expect(door.locator("#list-age")).to_contain_text("List of")
    enter(door, code, "ok")
    for name, before in (("Workshop", "0"), ("Main entrance", "1")):
        door.click("#menu-open")
        at_desk.window.accessible()
        door.select_option("#point", label=name)
        expect(door.locator("#door-name")).to_have_text(name)
        door.click("#menu [data-close]")
        expect(door.locator("#n-in")).to_have_text(before)
        enter(door, code, "ok" if before == "0" else "already_in")


def test_a_device_stays_where_it_is_until_its_scans_are_sent(served, browser, desk, window, organizer):
    at_desk = desk("staying")
    at_desk.open_event("Staying Forum", seats=None)
    code = code_of(at_desk.window, "staying", "Okafor")
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")
    at_desk.window.open(at_desk.path("/check-in/doors/new"))
    at_desk.window.page.fill("[name=title_en]", "Back door")
    at_desk.save()
    with cable(served.url) as line:
        door = Window(browser, line.url, storage_state=organizer)
        door.open(at_desk.path("/check-in"))
        door.press("text=Scan with this device")
        expect(door.page.locator("#list-age")).to_contain_text("List of")
        line.pull()
        enter(door.page, code, "ok")
        door.page.click("#menu-open")
        door.page.select_option("#point", label="Back door")
        expect(door.page.locator("#trouble")).to_contain_text("not sent yet: 1.")
        expect(door.page.locator("#door-name")).to_have_text("Main entrance")
        line.plug()
        door.page.evaluate("checkIn.sync.now()")
        says(door.page, "Connected")
        expect(door.page.locator("#trouble")).to_be_hidden()
        door.close()


def test_a_walk_in_is_registered_at_the_door_and_an_undo_takes_the_entry_back(served, browser, desk):
    at_desk = desk("walk-in")
    at_desk.open_event("Walk-in Forum", seats=None)
    at_desk.window.open(at_desk.path("/check-in"))
    at_desk.window.press("text=Scan with this device")
    door = at_desk.window.page
    expect(door.locator("#list-age")).to_contain_text("List of")
    door.click("#walk-in-open")
    at_desk.window.accessible()
    door.fill("#w-family", "山田")
    door.fill("#w-given", "花子")
    door.press("#w-given", "Enter")
    expect(door.locator("#verdict[data-result=ok]")).to_contain_text("山田 花子")
    door.evaluate("checkIn.sync.now()")
    expect(door.locator("#n-in")).to_have_text("1")
    door.click("#verdict button")
    expect(door.locator("#verdict[data-result=undone]")).to_be_visible()
    door.evaluate("checkIn.sync.now()")
    expect(door.locator("#n-in")).to_have_text("0")
    assert "山田 花子" in at_desk.registered()


def test_a_ticket_opens_on_the_phone_without_a_network(served, browser, desk, window):
    at_desk = desk("ticket")
    at_desk.open_event("Ticket Forum", seats=None)
    path = enrol(at_desk.window, "ticket", "ada@ticket.example.com") + "/ticket"
    with cable(served.url) as line:
        phone = Window(browser, line.url)
        phone.open(path)
        expect(phone.page.locator("#kept")).to_be_visible()
        assert phone.page.evaluate(MOVES) == 0
        phone.page.evaluate(CONTROLLED)
        code = phone.page.inner_text(".ticket-code b")
        line.pull()
        phone.page.close()
        phone.page = phone.context.new_page()
        phone.page.goto(line.url + path)
        assert phone.page.inner_text(".ticket-code b") == code
        assert phone.page.evaluate("getComputedStyle(document.querySelector('.ticket')).display") == "grid"
        phone.close()


def test_the_app_decides_folds_and_finds_as_the_server_does(served, window):
    cases = json.loads((Path(__file__).parent.parent / "check_in" / "cases.json").read_text("utf-8"))
    cases["person"]["text"] = searchable(**cases["person"])
    app = window()
    app.open("/check-in/")
    app.accessible()
    assert app.page.evaluate(RUN_CASES, cases) == []


def _filmed(guest: Window) -> bytes:
    """A picture of 640 by 480 with the code of the open ticket in the middle, as a camera sees it."""
    code = guest.page.locator(".ticket-code svg").evaluate("(svg) => svg.outerHTML")
    page = guest.context.new_page()
    page.set_viewport_size({"width": 640, "height": 480})
    page.set_content(
        "<body style='margin:0;display:grid;place-items:center;height:100vh;background:#999'>"
        f"<style>svg {{ block-size: 360px; background: #fff }}</style>{code}"
    )
    taken = page.screenshot(type="jpeg", quality=90)
    page.close()
    return taken


def _late(route: Route) -> None:
    sleep(4)
    route.continue_()


@contextmanager
def _with_camera(browser: Browser, clip: Path | None = None) -> Iterator[Browser]:
    """A browser with a camera, which sees the clip."""
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    if clip:
        camera.append(f"--use-file-for-fake-video-capture={clip}")
    running = browser.browser_type.launch(executable_path=browsers.find(), args=[*browsers.ARGUMENTS, *camera])
    try:
        yield running
    finally:
        running.close()

"""Every page of the product, in both languages, in light and dark mode, on a wide screen and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Open
from tests.journeys.people import COMING, FIRST_DAY, Desk, link_in, propose, register
from tests.journeys.window import Window
from tests.support import browser as browsers

pytestmark = pytest.mark.journey

SUMMIT = "/events/e-kizuna-summit-2022"
FORUM = f"/events/{COMING}"
DESK = f"/manage{FORUM}"

# name: the path, or (the page, a pattern of the link on it, what follows the match).
Where = str | tuple[str, ...]
PUBLIC: dict[str, Where] = {
    "home": "/",
    "events": "/events",
    "events-month": "/events?month=2022-11",
    "events-none": "/events?q=nothing+is+called+this",
    "event-coming": FORUM,
    "event-past": SUMMIT,
    "event-month": "/events/naruto-narayanganj-2022",
    "event-online": "/events/cooperation-forum-2023",
    "event-signing": "/events/matsudo-constanza-2022",
    "event-fair": "/events/finland-fair-2023",
    "programme": f"{FORUM}/programme",
    "programme-days": f"{SUMMIT}/programme",
    "programme-none": f"{FORUM}/programme?q=nothing+is+called+this",
    "programme-list-zone": f"{FORUM}/programme?view=list&zone=America/New_York",
    "programme-print": f"{FORUM}/programme?view=print",
    "programme-track": (f"{FORUM}/programme", rf"{FORUM}/programme\?track=[\w-]+"),
    "programme-day": f"{SUMMIT}/programme?day=2022-11-23",
    "programme-version": f"{FORUM}/programme/1",
    "changes": f"{FORUM}/changes",
    "session": (f"{FORUM}/programme", rf"{FORUM}/sessions/\w+"),
    "star": "own:star",
    "agenda-none": "/agenda",
    "agenda": "own:agenda",
    "speakers": f"{FORUM}/speakers",
    "speaker": (f"{FORUM}/speakers", rf"{FORUM}/speakers/\w+"),
    "register": f"{FORUM}/register",
    "register-over": f"{SUMMIT}/register",
    "register-link": f"{FORUM}/register/link",
    "propose": "/events/pages-open/propose",
    "own-proposal": "own:proposal",
    "own-part": "own:speaking",
    "own-profile": "own:profile",
    "own-words": "own:words",
    "proposal-deleted": "/proposals/deleted",
    "counts": f"{SUMMIT}/counts",
    "counts-checked-in": f"{SUMMIT}/counts?basis=registered",
    "event-postponed": "/events/pages-postponed",
    "event-cancelled": "/events/pages-cancelled",
    "event-bare": "/events/pages-open",
    "own-confirmed": "own:online",
    "own-waiting": "own:in_person",
    "ticket": "own:ticket",
    "calendar": f"{FORUM}/calendar",
    "calendar-chosen": f"{FORUM}/calendar?chosen=1&deadlines=1&alarm=15&language=ja",
    "calendar-over": f"{SUMMIT}/calendar",
    "verify": "/verify",
    "own-certificate": "own:certificate",
    "login": "/login",
    "login-reset": "/login/reset",
}
MANAGE: dict[str, Where] = {
    "my-events": "/manage",
    "new-event": "/manage/events/new",
    "overview": DESK,
    "overview-past": f"/manage{SUMMIT}",
    "overview-draft": "/manage/events/pages-draft",
    "edit": f"{DESK}/edit",
    "edit-texts": f"{DESK}/edit/texts",
    "edit-languages": f"{DESK}/edit/languages",
    "edit-online": f"{DESK}/edit/online",
    "edit-visibility": f"{DESK}/edit/visibility",
    "start-venue": "/manage/events/pages-draft/start/venue",
    "start-registration": "/manage/events/pages-draft/start/registration",
    "delete": "/manage/events/pages-draft/delete",
    "delete-not": f"{DESK}/delete",
    "places": f"{DESK}/places",
    "pictures": f"{DESK}/pictures",
    "picture-cover": f"{DESK}/pictures/new/cover",
    "new-site": f"{DESK}/sites/new",
    "site": (f"/manage{SUMMIT}/places", rf"/manage{SUMMIT}/sites/\d+"),
    "new-host": f"{DESK}/hosts/new",
    "programme": f"{DESK}/programme",
    "programme-grid": f"{DESK}/programme?view=grid",
    "programme-list": f"{DESK}/programme?view=list",
    "programme-empty": "/manage/events/pages-draft/programme",
    "check-programme": f"{DESK}/programme/check",
    "release": f"{DESK}/programme/release",
    "release-empty": "/manage/events/pages-draft/programme/release",
    "import": f"{DESK}/programme/import",
    "new-session": f"{DESK}/programme/sessions/new",
    "session": (f"{DESK}/programme", rf"{DESK}/programme/sessions/(?!new)\w+"),
    "new-room": f"{DESK}/programme/rooms/new",
    "room": (f"{DESK}/programme", rf"{DESK}/programme/rooms/(?!new)[\w-]+"),
    "new-track": f"{DESK}/programme/tracks/new",
    "track": (f"{DESK}/programme", rf"{DESK}/programme/tracks/(?!new)[\w-]+"),
    "speakers": f"{DESK}/speakers",
    "new-speaker": f"{DESK}/speakers/new",
    "speaker": (f"{DESK}/speakers", rf"{DESK}/speakers/(?!new)\w+"),
    "ask-speaker": (f"{DESK}/speakers", rf"{DESK}/speakers/(?!new)\w+", "/ask"),
    "proposals": "/manage/events/pages-open/proposals",
    "proposals-empty": "/manage/events/pages-draft/proposals",
    "call": "/manage/events/pages-open/proposals/call",
    "proposal": "own:at-desk",
    "proposal-accept": "own:accept",
    "registrations": f"/manage{SUMMIT}/registrations",
    "registrations-empty": "/manage/events/pages-draft/registrations",
    "registration": ("/manage/events/pages-open/registrations", r"/manage/events/pages-open/registrations/\d+"),
    "register-somebody": f"{DESK}/registrations/new",
    "registrations-filtered": f"/manage{SUMMIT}/registrations?country=JP&kind=city&sort=name&columns=reading,tags,status",
    "registrations-nobody": f"/manage{SUMMIT}/registrations?q=nobody+at+all",
    "act": f"/manage{SUMMIT}/registrations/bulk/cancel?country=FI",
    "save-view": f"/manage{SUMMIT}/registrations/views/new?country=FI",
    "answers": "/manage/events/pages-open/registrations/answers",
    "organizations": f"/manage{SUMMIT}/registrations/organizations",
    "duplicates": f"/manage{SUMMIT}/registrations/duplicates",
    "print-list": "/manage/events/pages-open/registrations/print",
    "import-people": f"{DESK}/registrations/import",
    "files": f"{DESK}/registrations/files",
    "invitations-empty": f"{DESK}/invitations",
    "invite": f"{DESK}/invitations/new",
    "remind": f"{DESK}/invitations/remind",
    "options": f"{DESK}/options",
    "new-option": f"{DESK}/options/new",
    "option": (f"{DESK}/options", rf"{DESK}/options/(?!new)\w+"),
    "new-question": f"{DESK}/questions/new",
    "question": (f"{DESK}/options", rf"{DESK}/questions/\d+"),
    "form-preview": f"{DESK}/form/preview",
    "form-settings": f"{DESK}/form/settings",
    "form-privacy": f"{DESK}/form/privacy",
    "counts": f"/manage{SUMMIT}/counts",
    "check-in": f"{DESK}/check-in",
    "check-in-answer": "own:check-in",
    "check-in-search": "/manage/events/pages-open/check-in?q=a",
    "check-in-doors": "/manage/events/pages-open/check-in/doors",
    "check-in-point": f"{DESK}/check-in/doors/new",
    "badges": f"/manage{SUMMIT}/badges",
    "certificates": f"/manage{SUMMIT}/certificates",
    "counts-empty": "/manage/events/pages-draft/counts",
    "calendars": f"{DESK}/calendars?program=google&zone=America/Sao_Paulo",
    "calendars-past": f"/manage{SUMMIT}/calendars",
    "calendars-draft": "/manage/events/pages-draft/calendars",
    "mail": "/manage/events/pages-open/mail",
    "mail-settings": "/manage/events/pages-open/mail/settings",
    "mail-texts": "/manage/events/pages-open/mail/texts",
    "mail-text": "/manage/events/pages-open/mail/texts/waitlisted/ja",
    "mail-announcements": "/manage/events/pages-open/announcements",
    "mail-announcement": "/manage/events/pages-open/announcements/new",
    "email": ("/manage/events/pages-open/mail", r"/manage/events/pages-open/mail/\d+"),
    "team": f"{DESK}/team",
    "postpone": f"{DESK}/postpone",
    "cancel": f"{DESK}/cancel",
    "clone": f"{DESK}/clone",
    "password": "/login/change",
    "account": "/manage/account",
    "sessions": "/manage/account/sessions",
}
PAGES = [("public", name) for name in PUBLIC] + [("desk", name) for name in MANAGE]

# The two looks differ in everything. Each page is then resized to `OTHERWISE`, which is faster than opening it again.
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 720}
NARROWEST = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10: down to this size nothing scrolls in two directions
LOOKS: dict[str, dict[str, Any]] = {
    "en-light": {"locale": "en-GB", "color_scheme": "light", "viewport": WIDE},
    "ja-dark": {"locale": "ja-JP", "color_scheme": "dark", "viewport": PHONE, "timezone_id": "Europe/Berlin"},
}
OTHERWISE = {"en-light": NARROWEST, "ja-dark": WIDE}


@pytest.fixture(scope="module")
def undrawn(browser: Browser) -> Iterator[Browser]:
    """A browser that draws only when it is asked to, and is not. Where things are, and in which colours, it knows all the
    same. A whole browser with windows may not know these options, and draws.
    """
    frames = ["--enable-begin-frame-control", "--run-all-compositor-stages-before-draw"]
    arguments = [*browsers.ARGUMENTS, browsers.UNOPTIMIZED, *frames]
    running = browser.browser_type.launch(executable_path=browsers.find(), args=arguments)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def rooms(served: Any, undrawn: Browser, organizer: Any) -> Iterator[Callable[[str, str], Window]]:
    """`rooms(look, side)`: the window for pages of this kind, shared by all tests of the file."""
    kept: dict[tuple[str, str], Window] = {}

    def room(look: str, side: str) -> Window:
        if (look, side) not in kept:
            login = {"storage_state": organizer} if side == "desk" else {}
            kept[look, side] = Window(undrawn, served.url, **LOOKS[look], **login)
            kept[look, side].bring_axe()
        return kept[look, side]

    yield room
    for window in kept.values():
        window.close()


def proposals(browser: Any, served: Any, at_desk: Desk) -> dict[str, str]:
    """A call with a pending and an accepted proposal: the paths of their pages."""
    at_desk.call()
    someone = Window(browser, served.url)
    waiting = propose(someone, at_desk.slug, "noor@pages.example.com", title="What stays open at night")
    propose(someone, at_desk.slug, "ada@pages.example.com", title="Rivers that remember")
    code = at_desk.accept("Rivers that remember")
    speaking = link_in(served.post.wait("ada@pages.example.com", "Accepted"), "speaking")
    someone.open(speaking)
    words = someone.page.get_attribute("main .card a[href*='/sessions/']", "href") or ""
    someone.close()
    other = at_desk.proposal("What stays open at night")
    return {
        "proposal": waiting,
        "speaking": speaking,
        "profile": f"{speaking}/profile",
        "words": words,
        "at-desk": code,
        "accept": f"{other}/accept",
    }


@pytest.fixture(scope="module")
def address(served: Any, browser: Any, organizer: Any) -> Iterator[Callable[[str, str], str]]:
    """`address(side, name)`: the path of the page. Events in states that the demo lacks are created first."""
    desk = Window(browser, served.url, storage_state=organizer)
    own: dict[str, str] = {}
    known: dict[Where, str] = {}
    try:
        Desk(desk, "pages-draft").create("An event to come")
        for slug, verb in (("pages-open", ""), ("pages-postponed", "postpone"), ("pages-cancelled", "cancel")):
            at_desk = Desk(desk, slug)
            if not verb:
                at_desk.open_event("An event with nothing but a name")
                continue
            at_desk.create(f"An event that is called off: {verb}")
            at_desk.publish()
            desk.open(at_desk.path(f"/{verb}"))
            at_desk.save()
        for number, option in enumerate(("in_person", "online", "in_person")):
            someone = Window(browser, served.url)
            own[option] = register(someone, "pages-open", f"guest-{number}@pages.example.com", option=option)
            someone.close()
            if number == 0:
                own["ticket"] = f"{urlsplit(own[option]).path}/ticket"
                own["certificate"] = f"{urlsplit(own[option]).path}/certificate"
        desk.open("/manage/events/pages-open/check-in?q=a")
        desk.press("main .door-list .btn")
        own["check-in"] = desk.page.url.removeprefix(served.url)
        talks = re.findall(rf'href="({FORUM}/sessions/\w+)"', desk.context.request.get(f"{FORUM}/programme").text())
        own["star"] = f"{talks[0]}/star"
        starring = Window(browser, served.url)
        for talk in talks[:4]:
            starring.open(f"{talk}/star")
            starring.press("main form button")
        own["agenda"] = urlsplit(starring.page.url).path
        starring.close()
        own |= proposals(browser, served, Desk(desk, "pages-open"))

        def find(side: str, name: str) -> str:
            where = (PUBLIC if side == "public" else MANAGE)[name]
            if where not in known:
                if isinstance(where, tuple):
                    answer = desk.context.request.get(where[0])
                    found = re.search(rf'href="({where[1]})["?]', answer.text())
                    assert found, f"{where[0]} has no link like {where[1]}"
                    known[where] = found[1] + "".join(where[2:])
                else:
                    known[where] = own[where.removeprefix("own:")] if where.startswith("own:") else where
            return known[where]

        yield find
    finally:
        desk.close()


@pytest.mark.parametrize(("side", "name"), PAGES, ids=["-".join(page) for page in PAGES])
@pytest.mark.parametrize("look", LOOKS)
def test_a_page_is_whole_light_and_open_to_everybody(look, side, name, rooms, address):
    window = rooms(look, side)
    window.trouble.clear()
    window.page.set_viewport_size(LOOKS[look]["viewport"])
    assert window.open(address(side, name)) == 200
    seen = window.glance()
    assert seen["lang"] == look[:2]
    assert seen["width"] <= LOOKS[look]["viewport"]["width"], "it scrolls sideways"
    if side == "public":
        assert seen["js"] <= 25_000
        assert 0 < seen["css"] <= 20_000
    window.accessible()
    size = OTHERWISE[look]
    window.page.set_viewport_size(size)
    assert window.width() <= size["width"], f"it scrolls sideways at {size['width']} pixels"
    window.calm()


@pytest.mark.parametrize("look", ["en-light", "ja-dark"])
def test_an_address_that_leads_nowhere_is_answered_with_a_page_that_helps(look, rooms):
    window = rooms(look, "public")
    assert window.open("/events/never-was") == 404
    assert window.page.locator("main a").count() >= 1
    window.accessible()


def test_the_bar_at_the_foot_of_a_telephone_never_hides_the_focus(open_house, window):
    visitor = window(viewport=PHONE)
    visitor.open(FORUM)
    if not visitor.page.locator(".regbar").count():
        visitor.open("/events/open-house")  # the demo's own event is over by now
    assert visitor.page.locator(".regbar").is_visible()
    hidden = visitor.page.evaluate("""() => {
      const bar = document.querySelector(".regbar");
      const stops = [...document.querySelectorAll("main a[href], main summary, main button")];
      return stops.filter(stop => !bar.contains(stop)).filter(stop => {
        stop.focus();
        return stop.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1
          && stop.getBoundingClientRect().top < bar.getBoundingClientRect().bottom;
      }).map(stop => stop.outerHTML.slice(0, 120));
    }""")
    assert not hidden, "\n".join(hidden)


def test_the_page_shows_the_viewer_the_time_at_home(window: Open):
    at_home, away = window(timezone_id="Asia/Tokyo"), window(timezone_id="America/New_York")
    for one in (at_home, away):
        one.open(FORUM)
    assert not at_home.page.locator(".facts [data-local]").first.is_visible()
    assert away.page.locator(".facts [data-local]").first.is_visible()


def test_two_days_in_tokyo_are_never_one_evening_in_arizona(window: Open):
    visitor = window(timezone_id="America/Phoenix")  # sixteen hours behind Tokyo all year
    visitor.open(FORUM)
    before, first = (f"{day:%a} {day.day} {day:%b}" for day in (FIRST_DAY - timedelta(days=1), FIRST_DAY))
    days = [one.inner_text() for one in visitor.page.locator(".facts [data-local]").all()]
    assert len(days) == 2
    for text, own in zip(days, (f"{before} 17:30 – {first} 03:30", f"{first} 17:30 – 23:30"), strict=True):
        assert own in text.replace("\u00a0", " "), text


def test_the_policy_of_the_site_stops_a_script_that_is_not_its_own(window: Open):
    visitor = window()
    visitor.open(FORUM)
    visitor.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s); }"
    )
    assert visitor.page.evaluate("window.broken") is None
    assert any("Content Security Policy" in line for line in visitor.trouble), "and the journeys would see it"
    visitor.trouble.clear()


def test_the_language_changes_by_a_link_and_stays_on_the_page(window: Open):
    visitor = window()
    visitor.open(FORUM)
    visitor.press("header a[hreflang=ja]")
    assert visitor.page.get_attribute("html", "lang") == "ja"
    assert not visitor.context.cookies(), "no cookie on public pages"


def test_a_window_waits_under_the_security_policy_for_what_comes_true_later(window: Open):
    visitor = window()
    visitor.open(FORUM)
    visitor.page.evaluate("setTimeout(() => { document.title = 'later'; }, 200)")
    visitor.until("document.title === given", "later")

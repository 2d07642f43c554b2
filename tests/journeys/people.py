"""Common steps of the journeys: an organizer at the desk, an attendee who registers."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from lxml import html
from playwright.sync_api import APIRequestContext, APIResponse, FormData

from eventapp.core.clock import local_day, now
from eventapp.demo import content
from tests.journeys.window import Window
from tests.support.visitor import values_of

FORM = "main form[method=post]"
SUBMIT = f"{FORM} .actions button.btn"
# The demo's event that is open for registration: its slug, and the first of its two days.
_COMING = content.story(content.COMING, local_day(now(), content.ZONE))["event"]
COMING: str = _COMING["slug"]
FIRST_DAY: date = _COMING["starts_at"].date()


def coming_day() -> date:
    """A day on which registration is open, whenever the tests run."""
    return now().date() + timedelta(days=60)


def send(request: APIRequestContext, path: str, answers: dict[str, str], *, action: str = "") -> APIResponse:
    """Send one of the forms of a page, with these answers, as a browser without scripts would. Returns the response."""
    page = html.fromstring(request.get(path).text())
    forms = [form for form in page.xpath("//main//form[@method='post']") if form.get("action", "").endswith(action)]
    assert forms, f"no form {action} on {path}"
    pressed = forms[0].xpath(".//*[contains(@class, 'actions')]//button[@name]")[:1]
    values = {**values_of(forms[0]), **{one.get("name"): one.get("value", "") for one in pressed}}
    unknown = [name for name in answers if name not in values and not forms[0].xpath(f".//*[@name='{name}']")]
    assert not unknown, f"the form on {path} does not ask for {unknown}"
    fields = FormData()
    for name, given in (values | answers).items():
        for value in given if isinstance(given, list) else [given]:
            fields.append(name, value)
    return request.post(forms[0].get("action") or path, form=fields)


class Desk:
    """The organizer at the desk of one event, using only its pages."""

    def __init__(self, window: Window, slug: str) -> None:
        self.window = window
        self.slug = slug
        self.day = coming_day()

    def path(self, rest: str = "") -> str:
        return f"/manage/events/{self.slug}{rest}"

    def save(self, button: str = SUBMIT) -> None:
        """Submit the form of the page, which must be accepted."""
        status = self.window.press(button)
        problems = self.window.page.locator("#problems")
        assert status == 200, f"{self.window.page.url}: {status} {problems.text_content() if problems.count() else ''}"

    def send(self, path: str, answers: dict[str, str], *, action: str = "") -> None:
        """Fill in a form and send it without showing it, which is much faster: for what a journey only needs.

        `action` is the end of the form's action. tests/journeys/test_organizer.py does the same by hand, in the window.
        """
        sent = send(self.window.context.request, path, answers, action=action)
        assert sent.ok, f"{path}: {sent.status} {sent.text()[:2000]}"

    def create(self, title: str, *, join_url: str = "https://meet.example.org/room") -> None:
        """Create a draft."""
        self.send(
            "/manage/events/new",
            {
                "title_en": self.slug.replace("-", " "),
                "kind": "forum",
                "format": "hybrid",
                "starts_at": f"{self.day}T10:00",
                "ends_at": f"{self.day}T17:00",
                "zone": "Asia/Tokyo",
            },
        )
        self.send(self.path("/start/venue"), {"name_en": "City Hall, Saitama"})
        self.send(self.path("/edit"), {"title_en": title})
        self.send(self.path("/edit/texts"), {"purpose_en": "To meet, and to agree on what comes next."})
        self.send(self.path("/edit/online"), {"join_url": join_url})

    def option(self, mode: str, *, capacity: int | None = None) -> None:
        self.send(self.path("/options/new"), {"mode": mode, "capacity": str(capacity or "")})

    def publish(self) -> None:
        self.send(self.path(), {}, action=self.path("/publish"))

    def trust_addresses(self) -> None:
        """Don't ask people to confirm their e-mail address."""
        self.send(self.path("/options/settings"), {"address_check": "never"})

    def open_event(self, title: str, *, seats: int | None = 1, trust: bool = True) -> None:
        """Create a published event with an in-person option with this many seats, and an online option.

        Unless the team `trust`s people, those who register online have to confirm their e-mail address.
        """
        self.create(title)
        self.option("in_person", capacity=seats)
        self.option("online")
        if trust:
            self.trust_addresses()
        self.publish()

    def call(self) -> None:
        """Open a call for proposals."""
        self.window.open(self.path("/proposals/call"))
        self.window.page.fill("[name=text_en]", "Tell us what **your city** has learnt.")
        self.save()

    def proposal(self, title: str) -> str:
        """Open a proposal from the list. Returns its path."""
        self.window.open(self.path("/proposals"))
        assert self.window.press(f"text={title}") == 200
        return urlsplit(self.window.page.url).path

    def accept(self, title: str) -> str:
        """Accept a proposal with the e-mail unchanged. Returns its path."""
        path = self.proposal(title)
        self.window.open(f"{path}/accept")
        self.save()
        return path

    def send_news(self) -> None:
        """End the debounce window: as soon as the desk shows pending e-mails, send them."""
        action = self.path("/news/now")
        for _ in range(60):
            if f'action="{action}"' in self.window.context.request.get(self.path()).text():
                self.window.open(self.path())
                self.window.accessible()
                self.save(f"form[action='{action}'] button")
                return
            time.sleep(0.3)
        raise AssertionError("no e-mails are waiting")

    def registered(self) -> str:
        """The list of registrations as text."""
        self.window.open(self.path("/registrations"))
        return self.window.page.inner_text("main")


def fill_in(window: Window, slug: str, email: str, *, option: str = "online", family: str = "Okafor") -> None:
    """Open the registration form and fill it in."""
    page = window.page
    assert window.open(f"/events/{slug}/register") == 200
    page.check(f"[name=option][value={option}]")
    page.fill("[name=email]", email)
    page.fill("[name=family_name]", family)
    page.fill("[name=given_name]", "Ada")
    page.fill("[name=organization]", "Pittsburgh")
    page.select_option("[name=organization_kind]", "city")
    page.select_option("[name=country]", "US")


def enrol(window: Window, slug: str, email: str, *, family: str = "Okafor") -> str:
    """Register somebody in person without showing the form, from nobody's browser. Returns the path of their page."""
    browser = window.context.browser
    assert browser is not None
    nobody = browser.new_context(base_url=window.url, locale="en-GB")
    try:
        answers = {"option": "in_person", "email": email, "family_name": family, "given_name": "Ada"}
        answers |= {"organization": "Pittsburgh", "organization_kind": "city", "country": "US"}
        sent = send(nobody.request, f"/events/{slug}/register", answers)
        path = urlsplit(sent.url).path
        assert path.startswith("/registrations/"), f"{sent.status} {sent.url}"
        return path
    finally:
        nobody.close()


def register(window: Window, slug: str, email: str, *, option: str = "online", family: str = "Okafor") -> str:
    """Register, and arrive at one's own page. Returns its path."""
    fill_in(window, slug, email, option=option, family=family)
    assert window.press(SUBMIT) == 200
    path = urlsplit(window.page.url).path
    assert path.startswith("/registrations/"), window.page.url
    return path


def propose(window: Window, slug: str, email: str, *, title: str, given: str = "Ada", family: str = "Okafor") -> str:
    """Submit a proposal with the public form, and arrive at one's own page. Returns its path."""
    page = window.page
    assert window.open(f"/events/{slug}/propose") == 200
    page.fill("[name=title]", title)
    page.fill("[name=abstract]", "What happens when a city **listens**.")
    page.check("[name=spoken][value=en]")
    page.check("[name=mode][value=in_person]")
    page.fill("[name=family_name]", family)
    page.fill("[name=given_name]", given)
    page.fill("[name=position]", "Hydrologist")
    page.fill("[name=organization]", "River Institute")
    page.fill("[name=email]", email)
    page.check("[name=processing]")
    page.check("[name=publication]")
    assert window.press(SUBMIT) == 200
    path = urlsplit(page.url).path
    assert path.startswith("/proposals/"), page.url
    return path


def text_of(email: EmailMessage) -> str:
    """The plain text of an e-mail."""
    part = email.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(email: EmailMessage, of: str = "registrations") -> str:
    """The path of the private link in an e-mail."""
    found = re.search(rf"https?://[^/\s]+(/{of}/[\w-]+)", text_of(email))
    assert found, text_of(email)
    return found[1]


def calendar_in(email: EmailMessage) -> str:
    """The invitation in an e-mail, which is also attached as a file."""
    invitations = [part for part in email.walk() if part.get_content_type() == "text/calendar"]
    files = [part for part in email.iter_attachments() if part.get_content_type() == "application/ics"]
    assert len(invitations) == len(files) == 1, [part.get_content_type() for part in email.walk()]
    content = bytes(invitations[0].get_payload(decode=True))
    assert bytes(files[0].get_payload(decode=True)) == content
    return content.decode("utf-8")

"""The client of all page tests: it checks every page that it fetches, as a strict reader would."""

from __future__ import annotations

import contextvars
import gzip
import hashlib
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import html5lib
import icalendar
from flask import has_app_context
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from eventapp.accounts import operations
from eventapp.core.db import db, transaction
from tests.support import ical_lint as lint
from tests.support.ical_lint import Profile

_LABELLED = {"input", "select", "textarea"}
_VOID_OF_LABEL = {"hidden", "submit", "button", "image", "reset"}


@dataclass
class Page:
    """A parsed page."""

    tree: Any

    def __post_init__(self) -> None:
        # Held, for lxml makes a new object for an element whenever it is asked for one that nobody holds.
        self.nodes = list(self.tree.iter())

    def all(self, tag: str) -> list[Any]:
        return [node for node in self.nodes if node.tag == tag]

    def one(self, tag: str) -> Any:
        nodes = self.all(tag)
        assert len(nodes) == 1, f"{len(nodes)} <{tag}> on the page"
        return nodes[0]

    @staticmethod
    def text(node: Any) -> str:
        return " ".join("".join(node.itertext()).split())

    def by_id(self, wanted: str) -> Any:
        return next(node for node in self.nodes if node.get("id") == wanted)

    def forms(self) -> list[Any]:
        return self.all("form")


# Of the strict reader's verdict nothing hangs on a plain text or a plain value, only on where they are.
# Where forms for everybody are sent, which have no token.
PUBLIC_FORM = re.compile(
    r"/events/[\w-]+/(register(/link)?|propose|here)|/registrations/.+|/invitations/.+|/announcements/stop/.+"
)
_PLAIN = r"[^\"&<>\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]|&(?:amp|lt|gt|quot|nbsp|#34|#39);"
_VALUE = re.compile(rf'="(?:{_PLAIN})*"')
_TEXT = re.compile(rf'>(?:{_PLAIN}|")+<')
_OPTIONS = re.compile(r'(<option value="">x</option>\s*){2,}')
_BOOLEAN = {"autofocus", "checked", "disabled", "hidden", "multiple", "open", "readonly", "required", "selected"}
_with_boolean = etree.XPath("//*[" + " or ".join(f"@{name}" for name in _BOOLEAN) + "]")
_PARSER = etree.HTMLParser()
_valid: set[str] = set()
# What any process has found valid, in this run or an earlier one: an empty file for each shape, named by its digest.
_found: list[Path] = []
# Shapes that no test has met for so many days are those of pages that have changed.
_DAYS = 14


def share_shapes(folder: Path) -> None:
    """Parse strictly only what no process has that shares the folder."""
    _found[:] = [folder]
    for shape in folder.iterdir():
        with suppress(FileNotFoundError):  # another process was faster
            if shape.stat().st_mtime < time.time() - _DAYS * 86_400:
                shape.unlink()


def parse(html: str) -> Page:
    """Parse strictly: an error in the HTML fails the test.

    The strict parser takes ten times as long as lxml, and pages of one shape are equally valid. So it parses one page of
    each shape and checks that lxml reads the same; lxml cannot read SVG inside a page.
    """
    if "<svg" in html:
        return Page(_strictly(html))
    tree = etree.fromstring(html, _PARSER)
    for node in _with_boolean(tree):
        for name in _BOOLEAN.intersection(node.attrib):
            node.set(name, "")
    shape = hashlib.blake2b(_shape(html).encode(), digest_size=20).hexdigest()
    if shape not in _valid:
        if not any((folder / shape).exists() for folder in _found):
            assert _read(tree) == _read(_strictly(html)), "lxml reads the page otherwise"
        for folder in _found:
            (folder / shape).touch()
        _valid.add(shape)
    return Page(tree)


def _strictly(html: str) -> Any:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=False)
    tree = parser.parse(html)
    mistakes = [f"{position}: {code} {data}" for position, code, data in parser.errors]
    assert not mistakes, f"invalid HTML: {mistakes[:5]}"
    return tree


def _shape(html: str) -> str:
    """The page without its texts and the values of its attributes, and with one option for many."""
    plain = _TEXT.sub(lambda text: "> <" if text[0][1:-1].isspace() else ">x<", _VALUE.sub('=""', html))
    return _OPTIONS.sub(r"\1", plain)


def _read(tree: Any) -> list[tuple[str, dict[str, str], list[str]]]:
    """What a reader makes of a page: its elements in order, with the texts in and after each."""
    return [
        (node.tag, dict(node.items()), f"{node.text or ''} | {node.tail or ''}".split())
        for node in tree.iter()
        if isinstance(node.tag, str) and node.tag not in {"html", "body"}
    ]


def check(response: TestResponse) -> Page:
    """The checks for every page of the product."""
    page = parse(response.get_data(as_text=True))
    root = next(node for node in page.nodes if node.tag == "html")
    assert root.get("lang"), "the page does not say its language"
    heading = Page.text(page.one("h1"))
    title = Page.text(page.one("title"))
    assert heading, "the <h1> is empty"
    assert title.startswith(heading), f"the title {title!r} does not begin with the heading {heading!r}"
    assert page.one("main").get("id") == "main"
    ids = Counter(node.get("id") for node in page.nodes if node.get("id"))
    assert not [i for i, n in ids.items() if n > 1], f"ids used twice: {[i for i, n in ids.items() if n > 1]}"
    _check_labels(page, set(ids))
    _check_heads(page)
    for node in page.nodes:
        if not isinstance(node.tag, str):
            continue
        assert not node.get("style"), f"<{node.tag}> has a style attribute, which the CSP forbids"
        assert not [name for name, _ in node.items() if name.startswith("on")], f"<{node.tag}> has an inline handler"
        if node.tag in {"script", "link", "img"} and node.get("rel") not in {"canonical", "alternate"}:
            address = node.get("src") or node.get("href") or ""
            assert not urlsplit(address).netloc, f"{address} is on another host"
        if node.tag == "img":
            assert node.get("alt") is not None, "an image without alt"
        if node.tag == "form" and (node.get("method") or "get").lower() == "post":
            names = {field.get("name") for field in node.iter("input")}
            public = PUBLIC_FORM.fullmatch(urlsplit(node.get("action") or response.request.path).path)
            assert ("csrf_token" in names) is not bool(public), f"the CSRF token of the form to {node.get('action')}"
    return page


def _check_labels(page: Page, ids: set[str]) -> None:
    labels = {node.get("for") for node in page.all("label")}
    for label in labels - {None}:
        assert label in ids, f"a label is for {label}, which is not there"
    wrapped = {child for label in page.all("label") for child in label.iter()}
    for node in page.nodes:
        if node.tag in _LABELLED and node.get("type") not in _VOID_OF_LABEL:
            named = node.get("id") in labels or node in wrapped or node.get("aria-label")
            assert named or node.get("aria-labelledby"), f"<{node.tag} name={node.get('name')}> has no label"
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
            for target in (node.get(attribute) or "").split():
                assert target in ids, f"{attribute} names {target}, which is not there"


def _check_heads(page: Page) -> None:
    """What a page is for comes first beside its heading, also on a phone and for the keyboard."""
    for head in page.nodes:
        if "head" not in (head.get("class") or "").split():
            continue
        looks = [(node.get("class") or "").split() for node in head.iter() if isinstance(node.tag, str)]
        buttons = ["line" in look for look in looks if "btn" in look]
        assert buttons == sorted(buttons), "beside a heading, the main action comes after others"


def lint_calendar(response: TestResponse) -> None:
    """The checks for every calendar of the product, whichever test requests it."""
    path = response.request.path
    if response.mimetype == "application/calendar+json":
        again = icalendar.Calendar.from_jcal(response.get_data(as_text=True))
        assert again.name == "VCALENDAR", path
        assert {str(one["UID"]) for one in again.walk("VEVENT")}, path
    elif response.mimetype == "text/calendar":
        data = response.data
        if response.content_encoding == "gzip":
            data = gzip.decompress(data)
        lint.quiet(data, profile_of(path, attached="attachment" in response.headers.get("Content-Disposition", "")))


def profile_of(path: str, *, attached: bool) -> Profile:
    """The profile of the calendar at a path."""
    if path.startswith("/registrations/"):
        return Profile.OWN
    if path.startswith("/agenda/"):
        return Profile.PERSONAL
    return Profile.SINGLE if attached and "/sessions/" in path else Profile.FEED


class Visitor(FlaskClient):
    """Fetches pages, checks them, and fills in forms like a browser."""

    page: Page
    looks: bool = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # A separate request, as from outside: not in the app context of the test, whose session it must not share.
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():  # not inside a redirect that is followed
            db.session.rollback()
        # No test needs the connection's own record of the last request.
        if self.looks and response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            if response.request.method != "HEAD" and response.data:
                self.page = check(response)
        if response.status_code == 200 and response.request.method != "HEAD":
            lint_calendar(response)
        return response

    def sign_in(self, user: Any) -> None:
        """Act as a user, without the login page."""
        with transaction():
            key = operations.open_session(user)
        with self.session_transaction() as session:
            session["_user_id"] = key
            session["_fresh"] = True

    def fill(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        action: str | None = None,
        button: str | None = None,
        follow: bool = False,
    ) -> TestResponse:
        """Fetch a page, fill in one of its forms (the one whose action ends with `action`), and send it.

        Fields missing from `data` keep the page's values; None empties one.
        """
        form, opened = self._opened(path, action)
        return self._send(form, opened, {**(data or {}), **({button: "1"} if button else {})}, follow=follow)

    def fill_again(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Fill in the form of the current page, for example after a refusal, and send it to `path`."""
        return self._send(self._form(path, None), path, data or {}, follow=False)

    def values(self, path: str, *, action: str | None = None) -> dict[str, Any]:
        """What a browser would send for an untouched form; `action` as in `fill`."""
        return values_of(self._opened(path, action)[0])

    def _opened(self, path: str, action: str | None) -> tuple[Any, str]:
        got = self.get(path, follow_redirects=True)
        assert got.status_code == 200, f"{path} answers {got.status_code}"
        return self._form(path, action), got.request.full_path.rstrip("?")

    def _form(self, path: str, action: str | None) -> Any:
        forms = [f for f in self.page.forms() if (f.get("method") or "").lower() == "post"]
        if action is not None:
            forms = [f for f in forms if (f.get("action") or path).split("?")[0].endswith(action)]
        else:
            forms = [f for f in forms if "logout" not in (f.get("action") or "")]
        assert forms, f"no form {action or ''} on {path}"
        return forms[0]

    def _send(self, form: Any, opened: str, data: dict[str, Any], *, follow: bool) -> TestResponse:
        values = values_of(form)
        for name, value in data.items():
            values[name] = [] if value is None else value if isinstance(value, list) else [value]
        return self.post(form.get("action") or opened, data=values, follow_redirects=follow)

    def fill_elsewhere(self, path: str, target: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Send `data` to a URL that the user has no form for, with the CSRF token of a page that they may open."""
        self.get(path)
        keys = [node.get("value") for node in self.page.all("input") if node.get("name") == "csrf_token"]
        return self.post(target, data={**(data or {}), "csrf_token": keys[0]})


def values_of(form: Any) -> dict[str, Any]:
    """What a browser would send for a form as it is, without a button: lists of values by name."""
    values: dict[str, Any] = {}
    for node in form.iter():
        name = node.get("name")
        if not name or node.get("disabled") is not None:
            continue
        if node.tag == "input":
            kind = (node.get("type") or "text").lower()
            if kind in {"submit", "button", "image"}:
                continue
            if kind in {"checkbox", "radio"} and node.get("checked") is None:
                continue
            values.setdefault(name, []).append(node.get("value") or ("on" if kind == "checkbox" else ""))
        elif node.tag == "textarea":
            values.setdefault(name, []).append("".join(node.itertext()).removeprefix("\n"))
        elif node.tag == "select":
            options = list(node.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None]
            if not chosen and node.get("multiple") is None:
                chosen = options[:1]
            values.setdefault(name, []).extend(o.get("value", "") for o in chosen)
    return values

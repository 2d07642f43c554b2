"""A browser window that records errors and can check its page with axe."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Error, Page, Request, Response

VENDOR = Path(__file__).resolve().parent.parent / "vendor"
AXE = (VENDOR / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
ICAL = (VENDOR / "ical.js" / "ical.es5.min.js").read_text(encoding="utf-8")

# A sticky bar covers content that scrolls by. That is checked together with the focus; here the bars scroll too, so that
# axe sees each target uncovered.
_RUN_AXE = """(async () => {
  if (typeof axe !== "object") return null;
  const bars = document.querySelectorAll(".regbar, .event-nav");
  for (const bar of bars) Object.assign(bar.style, {position: "relative", inset: "auto"});
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false,
  });
  for (const bar of bars) Object.assign(bar.style, {position: "", inset: ""});
  return found.violations.map(v => `${v.id} (${v.help}): ` + v.nodes.map(
    n => n.target.join(" ") + " — " + (n.any[0] || n.all[0] || n.none[0] || {}).message).slice(0, 6).join(" | "));
})()"""

# What a page is at a glance. The bytes are of its own files as transferred; cached files count too, so the order of
# visits does not matter.
_GLANCE = """() => {
  const root = document.documentElement;
  const seen = {lang: root.lang, width: root.scrollWidth, css: 0, js: 0};
  for (const entry of performance.getEntriesByType("resource")) {
    const kind = /\\.css$/.test(entry.name) ? "css" : /\\.m?js$/.test(entry.name) ? "js" : "";
    if (kind) seen[kind] += entry.encodedBodySize;
  }
  return seen;
}"""


_WORLD = "axe"


class Window:
    """One person's window: a separate browser context, with the content security policy in force."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        self.trouble: list[str] = []
        self.context = browser.new_context(base_url=url, **{"locale": "en-GB", **options})
        # Not a limit for the product: other tests run at the same time, some of which use all processors.
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", self._script_error)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # The browser reports each status from 400 up here; the journeys check statuses themselves.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.trouble.append(f"console on {self.page.url}: {message.text}")

    def _script_error(self, error: Error) -> None:
        self.trouble.append(f"script on {self.page.url}: {error.message}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.trouble.append(f"{self.page.url} asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        expected = response.request.is_navigation_request() and response.status < 500
        if response.status >= 400 and not expected:
            self.trouble.append(f"{response.status} of {response.url}")

    def open(self, path: str) -> int:
        """Open a path of the site and wait until its scripts have run. Returns the status."""
        response = self.page.goto(path, wait_until="load")
        assert response is not None
        return response.status

    def press(self, selector: str) -> int:
        """Click on something that leads to another page, and wait for that page. Returns its status."""
        # A page may return itself (422), so the URL does not show that it has loaded; the response does.
        with self.page.expect_navigation(wait_until="load") as arrived:
            self.page.click(selector)
        response = arrived.value
        assert response is not None
        return response.status

    def until(self, condition: str, given: Any = None) -> None:
        """Wait until a JavaScript expression is true; `given` is available in it.

        Playwright evaluates the text of an expression anew each time, and all but the first time under the page's
        content security policy, which refuses that. A function is evaluated once.
        """
        self.page.wait_for_function(f"given => ({condition})", arg=given)

    def bring_axe(self) -> None:
        """Load axe with every page from now on: faster than to bring it to each, if each is looked at."""
        self._devtools.send("Page.enable")
        self._devtools.send("Page.addScriptToEvaluateOnNewDocument", {"source": AXE, "worldName": _WORLD})

    def violations(self) -> list[str]:
        """What axe finds on the current page, at WCAG 2.2 AA. It works beside the page's own scripts, on the same
        elements.
        """
        frame = self._devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        made = self._devtools.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _WORLD})
        world = {"contextId": made["executionContextId"], "returnByValue": True, "awaitPromise": True}
        said = self._devtools.send("Runtime.evaluate", {"expression": _RUN_AXE, **world})
        if said["result"].get("value", said) is None:  # axe has not come with the page
            self._devtools.send("Runtime.evaluate", {"expression": AXE, **world})
            said = self._devtools.send("Runtime.evaluate", {"expression": _RUN_AXE, **world})
        assert "exceptionDetails" not in said, said
        found: list[str] = said["result"]["value"]
        return found

    @cached_property
    def _devtools(self) -> CDPSession:
        return self.context.new_cdp_session(self.page)

    def accessible(self) -> None:
        """Assert that the page has no accessibility violations."""
        found = self.violations()
        assert not found, f"{self.page.url}:\n" + "\n".join(found)

    def glance(self) -> dict[str, Any]:
        """The page's `lang`, its `width` as in `width()`, and the bytes of its style sheets (`css`) and scripts (`js`),
        compressed as transferred. In one question, for each costs as much as the answer.
        """
        seen: dict[str, Any] = self.page.evaluate(_GLANCE)
        return seen

    def width(self) -> int:
        """The width of the page in CSS pixels; more than the window means that it scrolls sideways."""
        pixels: int = self.page.evaluate("document.documentElement.scrollWidth")
        return pixels

    def status(self) -> str | None:
        """The registration status that the page shows."""
        return self.page.get_attribute("main", "data-status")

    def last_seen(self) -> str:
        """The address and the beginning of the text of the current page, for the report of a failure."""
        try:
            return f"{self.page.url}\n{self.page.inner_text('body', timeout=1_000)[:1_000]}"
        except Error as error:
            return f"{self.page.url}\n{error.message}"

    def calm(self) -> None:
        """Assert that no errors have occurred since the last check."""
        trouble, self.trouble = self.trouble, []
        assert not trouble, "\n".join(trouble)

    def close(self) -> None:
        self.context.close()

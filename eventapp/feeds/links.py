"""Links with which calendar apps add a feed or a single entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote, urlencode

import segno
from markupsafe import Markup

from eventapp.core.caching import memoized
from eventapp.core.languages import interface
from eventapp.core.links import absolute, base_url


@dataclass(frozen=True)
class CalendarLinks:
    """The links to one feed, per app. `code` is the URL of its QR code, empty if there is none."""

    download: str
    webcal: str
    google: str
    outlook: str
    office: str
    code: str = ""


def links_to(endpoint: str, *, name: str, **values: str) -> CalendarLinks:
    """The links to the feed at `endpoint`, in the reader's language."""
    return links_of(absolute(endpoint, **values, lang=interface()).removeprefix(base_url()), name=name)


def links_of(path: str, *, name: str) -> CalendarLinks:
    """The links to the feed at a path with its query.

    Google accepts a feed URL only as `webcal:`; it takes an `https:` one for somebody's e-mail address.
    """
    address, called = quote(base_url() + path, safe=""), quote(name)
    webcal = webcal_of(base_url() + path)
    return CalendarLinks(
        download=base_url() + path,
        webcal=webcal,
        google="https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe=""),
        outlook=f"https://outlook.live.com/calendar/0/addfromweb?url={address}&name={called}",
        office=f"https://outlook.office.com/calendar/0/addfromweb?url={address}&name={called}",
        code=_code_of(path),
    )


def webcal_of(address: str) -> str:
    """The subscription URL of a feed.

    `webcal`, not `webcals`: Apple and Thunderbird know only the former, and switch to https by themselves.
    """
    return "webcal://" + address.partition("://")[2]


def _code_of(path: str) -> str:
    feed, _dot, query = path.partition(".ics")
    # The URL of an agenda is secret: it appears on its own page and in no other URL.
    return f"/qr{feed}.svg{query}" if DRAWN.fullmatch(feed) else ""


# Feeds that have a QR code; see views.code.
DRAWN = re.compile(r"/calendar|/events/[a-z0-9-]+/(calendar|(tracks|rooms|speakers)/[\w-]+)")


@dataclass(frozen=True)
class EntryLinks:
    """Links to add one entry to a web calendar, which copies it: later changes do not follow."""

    google: str
    outlook: str
    office: str


def entry_links(
    *, title: str, starts: datetime, ends: datetime, zone: str, place: str = "", url: str = ""
) -> EntryLinks:
    """The links for a single entry; times are in UTC, which every app understands."""
    google = urlencode(
        {
            "action": "TEMPLATE",
            "text": title,
            "dates": "/".join(moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for moment in (starts, ends)),
            "details": url,
            "location": place,
            "ctz": zone,
        }
    )
    outlook = urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": title,
            "startdt": starts.astimezone(UTC).isoformat(),
            "enddt": ends.astimezone(UTC).isoformat(),
            "body": url,
            "location": place,
        },
        quote_via=quote,
    )
    return EntryLinks(
        google=f"https://calendar.google.com/calendar/render?{google}",
        outlook=f"https://outlook.live.com/calendar/0/deeplink/compose?{outlook}",
        office=f"https://outlook.office.com/calendar/0/deeplink/compose?{outlook}",
    )


@memoized(budget=4 * 1024 * 1024)
def qr(address: str) -> Markup:
    """The text as a QR code (ISO/IEC 18004, level M), an inline SVG."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)


@memoized(budget=4 * 1024 * 1024)
def qr_file(address: str) -> bytes | None:
    """The QR code as a file, dark on white; None for a text that is too long for any code (2331 bytes)."""
    file = BytesIO()
    try:
        drawn = segno.make(address, error="m")
    except segno.DataOverflowError:
        return None
    drawn.save(file, kind="svg", scale=4, border=2, light="#fff", xmldecl=False, svgclass=None)
    return file.getvalue()

"""Addresses with which calendar programs take in a feed."""

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
    """One feed, for each kind of program. `code` is the address of its QR code, empty where none may be asked for."""

    download: str
    webcal: str
    google: str
    outlook: str
    office: str
    code: str = ""


def links_to(endpoint: str, *, name: str, **values: str) -> CalendarLinks:
    """The ways into a calendar for the feed at `endpoint`, in the reader's language."""
    return links_of(absolute(endpoint, **values, lang=interface()).removeprefix(base_url()), name=name)


def links_of(path: str, *, name: str) -> CalendarLinks:
    """The ways into a calendar for the feed at a path with its query.

    Google takes an address only as `webcal:`; `https:` it looks up as somebody's mail address.
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
    """The address as one to subscribe to.

    `webcal`, not `webcals`: Apple and Thunderbird know only the former, and upgrade by themselves.
    """
    return "webcal://" + address.partition("://")[2]


def _code_of(path: str) -> str:
    feed, _dot, query = path.partition(".ics")
    # The address of an agenda is a key: it stands in its own page and in no other address.
    return f"/qr{feed}.svg{query}" if DRAWN.fullmatch(feed) else ""


# Feeds whose QR code can be asked for; see views.code.
DRAWN = re.compile(r"/calendar|/events/[a-z0-9-]+/(calendar|(tracks|rooms|speakers)/[\w-]+)")


@dataclass(frozen=True)
class EntryLinks:
    """One entry, for the calendars that take one by its address. They keep what they took: nothing follows later."""

    google: str
    outlook: str
    office: str


def entry_links(
    *, title: str, starts: datetime, ends: datetime, zone: str, place: str = "", url: str = ""
) -> EntryLinks:
    """The ways into a calendar for a single entry; times go as moments in UTC, which every program understands."""
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
    """The address as a QR code (ISO/IEC 18004, level M), an SVG to stand in a page."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)


@memoized(budget=4 * 1024 * 1024)
def qr_file(address: str) -> bytes | None:
    """The same as a file, dark on white; None for an address that is too long for any code (2331 bytes)."""
    file = BytesIO()
    try:
        drawn = segno.make(address, error="m")
    except segno.DataOverflowError:
        return None
    drawn.save(file, kind="svg", scale=4, border=2, light="#fff", xmldecl=False, svgclass=None)
    return file.getvalue()

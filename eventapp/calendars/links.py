"""Addresses with which calendar programs take in a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlencode

import segno
from markupsafe import Markup

from eventapp.core.languages import interface
from eventapp.core.links import absolute


@dataclass(frozen=True)
class CalendarLinks:
    """One feed, for each kind of program."""

    download: str
    webcal: str
    google: str
    outlook: str
    office: str


def links_to(endpoint: str, *, name: str, **values: str) -> CalendarLinks:
    """The ways into a calendar for the feed at `endpoint`, in the reader's language.

    `webcal`, not `webcals`: Apple and Thunderbird know only the former, and upgrade by themselves.
    """
    address = absolute(endpoint, **values, lang=interface())
    webcal = "webcal://" + address.partition("://")[2]
    return CalendarLinks(
        download=address,
        webcal=webcal,
        google="https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe=""),
        outlook=f"https://outlook.live.com/calendar/0/addfromweb?url={quote(address, safe='')}&name={quote(name)}",
        office=f"https://outlook.office.com/calendar/0/addfromweb?url={quote(address, safe='')}&name={quote(name)}",
    )


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


@lru_cache(maxsize=256)
def qr(address: str) -> Markup:
    """The address as a QR code (ISO/IEC 18004, level M), an SVG to stand in a page."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)

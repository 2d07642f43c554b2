"""Addresses with which calendar programs take in a feed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

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

"""schema.org/Event as JSON-LD: plain values in, a dictionary out, and text that is safe inside a script element.

Follows https://schema.org/Event and the requirements of search engines:
https://developers.google.com/search/docs/appearance/structured-data/event
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

SCHEMA = "https://schema.org"
Exactness = Literal["time", "day", "month", "year"]


class Attendance(StrEnum):
    """eventAttendanceMode."""

    OFFLINE = "OfflineEventAttendanceMode"
    ONLINE = "OnlineEventAttendanceMode"
    MIXED = "MixedEventAttendanceMode"


class EventStatusType(StrEnum):
    """eventStatus. A postponed event keeps its former date."""

    SCHEDULED = "EventScheduled"
    POSTPONED = "EventPostponed"
    RESCHEDULED = "EventRescheduled"
    CANCELLED = "EventCancelled"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A physical location: `geo` is (latitude, longitude) in degrees, `country` an ISO 3166-1 code."""

    name: str
    address: str = ""
    country: str = ""
    geo: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class OrganizationOrPerson:
    """An organization, or a person."""

    name: str
    url: str = ""
    person: bool = False
    job: str = ""


class ItemAvailability(StrEnum):
    """What a newcomer can get. A position on a waiting list is not a seat yet."""

    FREE = "InStock"
    NONE = "SoldOut"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A registration option and the URL of its form. Without `availability` it is not available yet.

    It has no price: prices are agreed elsewhere, and 0 would be a promise.
    """

    name: str
    url: str
    availability: ItemAvailability | None = None
    opens: datetime | None = None
    closes: datetime | None = None


def _party(party: OrganizationOrPerson) -> dict[str, Any]:
    return _without_empty(
        {
            "@type": "Person" if party.person else "Organization",
            "name": party.name,
            "url": party.url,
            "jobTitle": party.job if party.person else "",
        }
    )


def _spot(spot: Spot) -> dict[str, Any]:
    address = {"@type": "PostalAddress", "streetAddress": spot.address, "addressCountry": spot.country}
    place: dict[str, Any] = {
        "@type": "Place",
        "name": spot.name,
        "address": _without_empty(address) if spot.address or spot.country else "",
    }
    if spot.geo:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": spot.geo[0], "longitude": spot.geo[1]}
    return _without_empty(place)


def _offer(offer: Offer, zone: str) -> dict[str, Any]:
    return _without_empty(
        {
            "@type": "Offer",
            "name": offer.name,
            "url": offer.url,
            "availability": f"{SCHEMA}/{offer.availability}" if offer.availability else "",
            "validFrom": _when(offer.opens, zone, "time") if offer.opens else "",
            "validThrough": _when(offer.closes, zone, "time") if offer.closes else "",
        }
    )


def _without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in ("", None, [], ())}


def _one_or_all(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _when(moment: datetime, zone: str, exact: Exactness) -> str:
    """ISO 8601, no more exact than it is known; a time has the offset of its zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    local = moment.astimezone(ZoneInfo(zone))
    if exact == "time":
        return local.isoformat(timespec="seconds")
    return local.date().isoformat()[: {"day": 10, "month": 7, "year": 4}[exact]]


def event(
    *,
    name: str,
    url: str,
    starts: datetime,
    ends: datetime,
    zone: str,
    exact: Exactness = "time",
    state: EventStatusType = EventStatusType.SCHEDULED,
    attendance: Attendance = Attendance.OFFLINE,
    previous_start: datetime | None = None,
    description: str = "",
    languages: Iterable[str] = (),
    spots: Iterable[Spot] = (),
    online_url: str = "",
    organizers: Iterable[OrganizationOrPerson] = (),
    performers: Iterable[OrganizationOrPerson] = (),
    images: Iterable[str] = (),
    offers: Iterable[Offer] = (),
    sessions: Iterable[Mapping[str, Any]] = (),
    kind: str = "Event",
) -> dict[str, Any]:
    """An Event. `sessions` are results of this function and become subEvent.

    `url` and `images` are absolute URLs, `languages` BCP 47 tags. `online_url` is the public page of the online part:
    the event's page, never a joining link. `previous_start` belongs to RESCHEDULED. Raises ValueError for times without
    a zone.
    """
    places: list[dict[str, Any]] = []
    if attendance is not Attendance.ONLINE:
        places += [_spot(spot) for spot in spots]
    if attendance is not Attendance.OFFLINE:
        places.append({"@type": "VirtualLocation", "url": online_url or url})
    last = ends if exact == "time" else max(starts, ends - timedelta(microseconds=1))
    return _without_empty(
        {
            "@context": SCHEMA,
            "@type": kind,
            "@id": url,
            "name": name,
            "url": url,
            "startDate": _when(starts, zone, exact),
            "endDate": _when(last, zone, exact),
            "previousStartDate": _when(previous_start, zone, exact) if previous_start else "",
            "eventStatus": f"{SCHEMA}/{state}",
            "eventAttendanceMode": f"{SCHEMA}/{attendance}",
            "description": description,
            "inLanguage": _one_or_all(list(languages)),
            "location": _one_or_all(places),
            "organizer": _one_or_all([_party(party) for party in organizers]),
            "performer": _one_or_all([_party(party) for party in performers]),
            "image": list(images),
            "offers": [_offer(offer, zone) for offer in offers],
            "subEvent": [{k: v for k, v in session.items() if k != "@context"} for session in sessions],
        }
    )


def dumps(data: Mapping[str, Any]) -> Markup:
    """JSON for use inside <script type="application/ld+json">: no text can close the element or open a comment.

    Characters that HTML or JavaScript treat specially are written as \\uXXXX, so templates must not escape it again.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # Lone surrogates can't be encoded in UTF-8; they are not characters anyway.
    return Markup(text.encode("utf-8", "replace").decode())

"""Links to maps of a venue: plain web addresses, so that no map is loaded into our pages."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode


class MapLink(NamedTuple):
    """A map, and where it shows the venue."""

    name: str
    url: str


def openstreetmap(address: str, geo: tuple[float, float] | None) -> str:
    """Where OpenStreetMap shows a venue: its (latitude, longitude) in degrees, or a search for its address; "" without
    either.
    """
    site = "https://www.openstreetmap.org"
    if geo is not None:
        latitude, longitude = geo
        return f"{site}/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    return f"{site}/search?{urlencode({'query': address})}" if address else ""


def links(name: str, address: str, geo: tuple[float, float] | None) -> list[MapLink]:
    """The maps that show a venue; none if neither its address nor its coordinates are known.

    Google: developers.google.com/maps/documentation/urls. Apple: developer.apple.com, "Map Links".
    """
    if not (address or geo):
        return []
    text = ", ".join(filter(None, (name, address)))
    point = ",".join(str(number) for number in geo) if geo is not None else ""
    google = urlencode({"api": 1, "query": point or text})
    apple = urlencode({"q": name or address, "ll": point} if point else {"q": text})
    return [
        MapLink("OpenStreetMap", openstreetmap(address, geo)),
        MapLink("Google Maps", f"https://www.google.com/maps/search/?{google}"),
        MapLink("Apple Maps", f"https://maps.apple.com/?{apple}"),
    ]

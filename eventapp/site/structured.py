"""schema.org data of the event page, with nothing that the page does not show."""

from __future__ import annotations

from typing import Any

from eventapp.core import markdown
from eventapp.core.links import absolute, base_url
from eventapp.events.models import Venue
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.ical import jsonld
from eventapp.ical.jsonld import Attendance, EventStatusType, ItemAvailability, Offer, OrganizationOrPerson, Spot
from eventapp.programme.published import PublishedSession, PublishedVenue
from eventapp.registration.rules import Availability
from eventapp.site.queries import EventPage

_ATTENDANCE = {
    EventFormat.IN_PERSON: Attendance.OFFLINE,
    EventFormat.ONLINE: Attendance.ONLINE,
    EventFormat.HYBRID: Attendance.MIXED,
}
_EXACT: dict[Precision, jsonld.Exactness] = {
    Precision.DAY: "time",
    Precision.MONTH: "month",
    Precision.YEAR: "year",
}
_STATES = {EventStatus.CANCELLED: EventStatusType.CANCELLED, EventStatus.POSTPONED: EventStatusType.POSTPONED}
_AVAILABLE = {
    Availability.NOT_YET: None,
    Availability.OPEN: ItemAvailability.FREE,
    Availability.WAITING_LIST: ItemAvailability.NONE,
    Availability.FULL: ItemAvailability.NONE,
}


def event_data(page: EventPage, *, images: list[str], language: str) -> dict[str, Any]:
    """schema.org/Event of an event page, in a language, with its sessions as subEvent."""
    event = page.event
    address = absolute("site.event", slug=event.slug)
    spots = [_spot(venue, event.country_code, language) for venue in page.venues]
    return jsonld.event(
        name=event.title.resolve(language).text,
        url=address,
        starts=event.starts_at,
        ends=event.ends_at,
        zone=event.zone,
        exact=_EXACT[event.precision],
        state=_STATES.get(event.status, EventStatusType.SCHEDULED),
        attendance=_ATTENDANCE[event.format],
        description=event.purpose.resolve(language).text or markdown.plain(event.description.resolve(language).text),
        languages=event.working_languages,
        spots=spots,
        organizers=[
            OrganizationOrPerson(name=host.organization.names.resolve(language).text, url=host.organization.url)
            for host in page.hosts
        ],
        performers=[
            OrganizationOrPerson(name=speaker.person.name(language).text, person=True) for speaker in page.speakers
        ],
        images=[base_url() + image for image in images],
        offers=_offers(page, language),
        sessions=[
            _session(page, one, spots, language) for one in page.sessions if event.timed and not one.kind.is_break
        ],
    )


def _spot(venue: Venue | PublishedVenue, country: str, language: str) -> Spot:
    return Spot(
        name=venue.name.resolve(language).text,
        address=venue.address.resolve(language).text,
        country=country,
        geo=(venue.latitude, venue.longitude) if venue.latitude is not None and venue.longitude is not None else None,
    )


def _offers(page: EventPage, language: str) -> list[Offer]:
    """The registration options that are open or will open, if the page shows them."""
    if page.event.status is not EventStatus.PUBLISHED:
        return []
    address = absolute("registration.register", slug=page.event.slug)
    return [
        Offer(
            name=option.name(language),
            url=address,
            availability=_AVAILABLE[option.availability],
            opens=option.opens_at,
            closes=option.closes_at,
        )
        for option in page.options
        if option.availability in _AVAILABLE
    ]


def _session(page: EventPage, session: PublishedSession, spots: list[Spot], language: str) -> dict[str, Any]:
    """A session at the venues of its rooms; without a venue, at the event's location."""
    event = page.event
    state = EventStatusType.CANCELLED if session.cancelled else _STATES.get(event.status, EventStatusType.SCHEDULED)
    online = bool(session.rooms) and all(room.online for room in session.rooms)
    venues = {room.venue.slug: room.venue for room in session.rooms if room.venue is not None}
    own = [_spot(venue, event.country_code, language) for venue in venues.values()] or spots[:1]
    return jsonld.event(
        name=session.title.resolve(language).text,
        url=absolute("programme.session", slug=event.slug, code=session.code),
        starts=session.starts_at,
        ends=session.ends_at,
        zone=event.zone,
        exact="time" if session.timed else "day",
        state=state,
        attendance=Attendance.ONLINE if online else _ATTENDANCE[event.format],
        spots=[] if online else own,
        online_url=absolute("site.event", slug=event.slug),
    )

"""The event page for machines: schema.org data made of what the page shows, never of more."""

from __future__ import annotations

from typing import Any

from eventapp.calendars import jsonld
from eventapp.calendars.jsonld import Attendance, Party, Spot, State
from eventapp.core import languages, markdown
from eventapp.core.links import absolute, base_url
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.programme.published import PublishedSession
from eventapp.site.queries import EventPage

_ATTENDANCE = {
    EventFormat.IN_PERSON: Attendance.OFFLINE,
    EventFormat.ONLINE: Attendance.ONLINE,
    EventFormat.HYBRID: Attendance.MIXED,
}
_EXACT: dict[Precision, jsonld.Exactness] = {
    Precision.DAY: "time", Precision.MONTH: "month", Precision.YEAR: "year",
}  # fmt: skip
_STATES = {EventStatus.CANCELLED: State.CANCELLED, EventStatus.POSTPONED: State.POSTPONED}


def event_data(page: EventPage, *, images: list[str]) -> dict[str, Any]:
    """schema.org/Event of an event page, with its sessions as subEvent."""
    event = page.event
    address = absolute("site.event", slug=event.slug)
    spots = [
        Spot(
            name=languages.say(site.name).text,
            address=languages.say(site.address).text,
            country=event.country_code,
            geo=(site.latitude, site.longitude) if site.latitude is not None and site.longitude is not None else None,
        )
        for site in page.sites
    ]
    if not spots and event.place:
        spots = [Spot(name=languages.say(event.place).text, country=event.country_code)]
    return jsonld.event(
        name=languages.say(event.title).text,
        url=address,
        starts=event.starts_at,
        ends=event.ends_at,
        zone=event.zone,
        exact=_EXACT[event.precision],
        state=_STATES.get(event.status, State.SCHEDULED),
        attendance=_ATTENDANCE[event.format],
        description=languages.say(event.purpose).text or markdown.plain(languages.say(event.description).text),
        languages=event.working_languages,
        spots=spots,
        organizers=[Party(name=languages.say(host.organization.names).text, url=host.organization.url)
                    for host in page.hosts],
        performers=[Party(name=speaker.person.name(languages.reader()).text, person=True) for speaker in page.speakers],
        images=[base_url() + image for image in images],
        sessions=[_session(page, one, spots) for one in page.sessions if event.timed and not one.kind.pause],
    )  # fmt: skip


def _session(page: EventPage, session: PublishedSession, spots: list[Spot]) -> dict[str, Any]:
    event = page.event
    cancelled = session.cancelled or event.status is EventStatus.CANCELLED
    online = bool(session.rooms) and all(room.online for room in session.rooms)
    return jsonld.event(
        name=languages.say(session.title).text,
        url=absolute("programme.session", slug=event.slug, code=session.code),
        starts=session.starts_at,
        ends=session.ends_at,
        zone=event.zone,
        state=State.CANCELLED if cancelled else State.SCHEDULED,
        attendance=Attendance.ONLINE if online else _ATTENDANCE[event.format],
        spots=[] if online else spots[:1],
        online_url=absolute("site.event", slug=event.slug),
    )

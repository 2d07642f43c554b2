"""The loader of the stories: turns a data file into an event with places, people, programme and registration form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventapp import lifecycle
from eventapp.accounts.models import User
from eventapp.attendance.operations import report_count
from eventapp.attendance.rules import Rounding
from eventapp.core import clock
from eventapp.core.clock import day_span
from eventapp.core.localized import LocalizedText
from eventapp.demo import arrive, content, keep, register, shared
from eventapp.demo.content import moment, text
from eventapp.demo.keep import Office, Picture
from eventapp.directory.models import Organization, Person, Place
from eventapp.directory.rules import NameOrder, OrganizationKind, PlaceKind
from eventapp.events import operations as events
from eventapp.events.models import Event, EventSeries
from eventapp.events.rules import EventFormat, EventKind, EventStatus, HostRole, Precision
from eventapp.programme import operations as programme
from eventapp.programme.models import Room, Track
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind
from eventapp.registration import questions
from eventapp.registration import setup as registration
from eventapp.registration.question_rules import QuestionKind

Row = dict[str, Any]
# Values of an event that a file may omit.
_TEXTS = ("subtitle", "purpose", "description", "date_note", "interpretation")
_PLAIN = ("contact_email", "join_url", "counts_public", "generated", "sources")


def load(name: str, owner: User) -> None:
    """Create the event of a file, unless it already exists."""
    story = content.story(name, clock.local_day(clock.now(), content.ZONE))
    uid = keep.uid(content.read(f"stories/{name}")["event"]["slug"])
    if keep.there(story["event"]["slug"], uid):
        return
    series = _series(story)
    places = {row["slug"]: _place(row) for row in story.get("places", ())}
    bodies = {key: shared.organization(key) for key in story.get("shared_organizations", ())}
    bodies |= {row["key"]: _organization(row, places) for row in story.get("organizations", ())}
    people = {row["key"]: _person(row, bodies) for row in story.get("people", ())}
    event = _event(story["event"], owner, series, uid=uid)
    events.set_themes(event, [LocalizedText(row) for row in story.get("themes", ())])
    hosts = [(bodies[row["organization"]], HostRole(row["role"])) for row in story.get("hosts", ())]
    events.set_hosts(event, hosts)
    _programme(event, story, people)
    _form(event, story)
    pictures = [Picture(row["name"], text(row, "caption"), text(row, "alt")) for row in story.get("pictures", ())]
    keep.pictures(event, pictures)
    if story["event"].get("published"):
        lifecycle.publish_event(event)
    for row in story.get("reported_counts", ()):
        _reported_count(event, row)
    if story["event"].get("generated_registrations"):
        register.fill(event)
        arrive.fill(event)


def _series(story: Row) -> EventSeries | None:
    row = story.get("series")
    return events.ensure_series(row["slug"], title=text(row, "title")) if row else None


def _place(row: Row) -> Place:
    return keep.place(
        row["slug"],
        PlaceKind(row["kind"]),
        text(row, "names"),
        country=row["country"],
        zone=row.get("zone"),
        parent=shared.place(row["parent"] if "parent" in row else row["country"]),
        aliases=row.get("aliases", ()),
    )


def _organization(row: Row, places: Mapping[str, Place]) -> Organization:
    where = row.get("place", "")
    return keep.organization(
        OrganizationKind(row["kind"]),
        text(row, "names"),
        place=(places.get(where) or shared.place(where)) if where else None,
        aliases=row.get("aliases", ()),
        url=row.get("url", ""),
        generated=row.get("generated", False),
    )


def _person(row: Row, bodies: Mapping[str, Organization]) -> Person:
    offices = [
        Office(
            text(office, "title"),
            bodies[office["organization"]] if "organization" in office else None,
            starts=office.get("starts"),
            ends=office.get("ends"),
        )
        for office in row.get("offices", ())
    ]
    return keep.person(
        row["key"],
        family=text(row, "family"),
        given=text(row, "given"),
        honorific=text(row, "honorific"),
        order=NameOrder(row.get("order", NameOrder.GIVEN_FIRST)),
        reading=row.get("reading", ""),
        biography=text(row, "biography"),
        links=row.get("links", ""),
        offices=offices,
    )


def _event(row: Row, owner: User, series: EventSeries | None, *, uid: str) -> Event:
    values: Row = {key: text(row, key) for key in _TEXTS if key in row}
    values |= {key: row[key] for key in _PLAIN if key in row}
    if "precision" in row:
        values["precision"] = Precision(row["precision"])
    if "status" in row:
        values["status"] = EventStatus(row["status"])
    return lifecycle.create_event(
        owner=owner,
        slug=row["slug"],
        uid=uid,
        title=text(row, "title"),
        series=series,
        kind=EventKind(row["kind"]),
        starts_at=moment(row["starts_at"]),
        ends_at=moment(row["ends_at"]),
        zone=content.ZONE,
        format=EventFormat(row["format"]),
        country_code=row["country_code"],
        working_languages=row["working_languages"],
        spoken=row.get("spoken", []),
        **values,
    )


def _programme(event: Event, story: Row, people: Mapping[str, Person]) -> None:
    venues = {
        row["slug"]: events.save_venue(
            event,
            None,
            slug=row["slug"],
            name=text(row, "name"),
            address=text(row, "address"),
            access=text(row, "access"),
            **{key: row[key] for key in ("latitude", "longitude", "position", "travel_minutes") if key in row},
        )
        for row in story.get("venues", ())
    }
    rooms = {
        row["key"]: programme.save_room(
            event,
            None,
            name=text(row, "name"),
            venue=venues.get(row.get("venue", "")),
            online=row.get("online", False),
            capacity=row.get("capacity"),
        )
        for row in story.get("rooms", ())
    }
    tracks = {
        row["key"]: programme.save_track(event, None, name=text(row, "name"), colour=row["colour"])
        for row in story.get("tracks", ())
    }
    for row in story.get("sessions", ()):
        _session(event, row, rooms, tracks, people)


def _session(
    event: Event, row: Row, rooms: Mapping[str, Room], tracks: Mapping[str, Track], people: Mapping[str, Person]
) -> None:
    parts = [
        ParticipationInput(
            people[part["person"]], ParticipationRole(part["role"]), Mode(part.get("mode", Mode.IN_PERSON))
        )
        for part in row.get("parts", ())
    ]
    span = day_span(row["day"], event.zone) if "day" in row else (moment(row["starts"]), moment(row["ends"]))
    keep.session(
        event,
        row["key"],
        title=text(row, "title"),
        abstract=text(row, "abstract"),
        kind=SessionKind(row["kind"]),
        starts=span[0],
        ends=span[1],
        timed="day" not in row,
        rooms=[rooms[key] for key in row.get("rooms", ())],
        track=tracks.get(row.get("track", "")),
        spoken=row.get("spoken", []),
        interpreted=row.get("interpreted", []),
        capacity=row.get("capacity"),
        parts=parts,
    )


def _form(event: Event, story: Row) -> None:
    for row in story.get("options", ()):
        registration.save_option(
            event,
            None,
            mode=Mode(row["mode"]),
            title=text(row, "title"),
            note=text(row, "note"),
            capacity=row.get("capacity"),
            opens_at=moment(row["opens_at"]),
            closes_at=moment(row["closes_at"]),
        )
    for row in story.get("questions", ()):
        questions.save_question(
            event,
            None,
            key=row["key"],
            label=text(row, "label"),
            hint=text(row, "hint"),
            kind=QuestionKind(row["kind"]),
            choices=[LocalizedText(choice) for choice in row.get("choices", ())],
            mode=Mode(row["mode"]) if "mode" in row else None,
        )


def _reported_count(event: Event, row: Row) -> None:
    figures = ("foreign_cities", "foreign_countries", "domestic_cities", "organizations")
    report_count(
        event,
        people=row["people"],
        rounding=Rounding(row["rounding"]),
        of_what=text(row, "of_what"),
        source=row["source"],
        as_of=row["as_of"],
        **{key: row[key] for key in figures if key in row},
    )

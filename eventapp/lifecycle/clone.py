"""Creates the next edition of an event: copies the plan to the same days of a new date, at the same hours.

What is copied is named column by column. A new column is not copied until it is named here, so that nothing private is
copied by accident; a test requires every column to be listed as copied or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from eventapp.accounts.models import User
from eventapp.blocks.models import Block
from eventapp.core import clock, tokens
from eventapp.core.db import Base, db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import operations as events
from eventapp.events.models import Event, EventHost, TeamMember, Theme, Venue
from eventapp.media.models import HostLogo, Photo
from eventapp.media.rules import PictureUse
from eventapp.notifications.models import EmailSettings, EmailText
from eventapp.programme.models import EventPerson, Room, Session, Track
from eventapp.programme.rules import SessionStatus
from eventapp.registration.form_models import PrivacyNotice
from eventapp.registration.form_parts import form_parts
from eventapp.registration.models import AttendanceOption, RegistrationSettings, SeatPool

R = TypeVar("R", bound=Base)

EVENT = (
    "kind",
    "subtitle",
    "purpose",
    "description",
    "day_starts",
    "precision",
    "format",
    "country_code",
    "working_languages",
    "spoken",
    "interpretation",
    "needs_registration",
    "contact_email",
    "counts_public",
    "personal_join_links",
    "colour",
    "motif",
    "join_minutes",
    "join_for_all",
    "visibility",
)
THEME = ("position", "title")
BLOCK = ("kind", "title", "text", "position")
HOST = ("organization_id", "role", "position")
SITE = ("slug", "name", "address", "access", "latitude", "longitude", "position", "travel_minutes")
MEMBER = ("user_id", "role")
TRACK = ("slug", "name", "colour", "position")
ROOM = ("slug", "name", "online", "capacity", "position")
SESSION = (
    "kind",
    "title",
    "subtitle",
    "abstract",
    "spoken",
    "interpreted",
    "capacity",
    "minutes",
    "do_not_record",
    "timed",
)
KNOWN = (
    "person_id",
    "differs",
    "family",
    "given",
    "reading",
    "honorific",
    "order",
    "biography",
    "links",
    "position",
    "organization_id",
    "held_from",
    "held_until",
)
PART = ("person_id", "role", "mode", "position")
OPTION = (
    "key",
    "mode",
    "title",
    "note",
    "capacity",
    "waiting_list",
    "promotion",
    "offer_hours",
    "promote_hours",
    "smaller_may_pass",
    "access",
    "domains",
    "position",
)
POOL = ("title", "capacity")
EMAILS = ("sender_name", "reply_to", "dkim_selector", "week", "day", "hour", "thanks", "certificate_link", "asks_again")
LOGO = ("digest", "content", "width", "height", "alt")
PHOTO = (
    "use",
    "organization_id",
    "person_id",
    "path",
    "digest",
    "widths",
    "modern",
    "width",
    "height",
    "focal_x",
    "focal_y",
    "shown",
    "caption",
    "alt",
    "credit",
    "illustration",
    "position",
)
TEXTS = ("kind", "language", "subject", "text")
REGISTRATION = ("address_check", "hold_minutes")
QUESTION = (
    "key",
    "kind",
    "label",
    "hint",
    "choices",
    "minimum",
    "maximum",
    "languages",
    "megabytes",
    "file_kinds",
    "mode",
    "if_question",
    "if_answer",
    "required",
    "position",
)
FORM = ("asks_reading", "check_answers")


@dataclass
class Cloned:
    """The new edition, its number of sessions, and the titles of those whose time the clocks skip on the new day."""

    event: Event
    sessions: int = 0
    skipped: list[LocalizedText] = field(default_factory=list)


def clone(
    event: Event, *, owner: User, slug: str, first_day: date, title: LocalizedText | None = None, people: bool = False
) -> Cloned:
    """Create a draft of the next edition with the venues, rooms, tracks, sessions, options, questions, hosts and team.

    With `people`, participants of sessions are copied too, as unconfirmed. Answers of attendees, joining links and
    releases are not copied. Raises Refused for a taken slug, or a day outside the years that calendars support.
    """
    shift = clock.Shift(event.zone, event.zone, (first_day - event.first_day).days)
    if not 1800 <= first_day.year <= 2200:
        raise Refused(_("Enter a year between 1800 and 2200."), field="first_day")
    made = events.create(
        owner=owner,
        slug=slug,
        title=title or event.title,
        starts_at=shift.of(event.starts_at)[0],
        ends_at=shift.of(event.ends_at)[0],
        zone=event.zone,
        series=event.series,
        edition=event.edition + 1 if event.edition else None,
        **_of(event, EVENT),
    )
    for model, names in ((Theme, THEME), (Block, BLOCK), (EventHost, HOST)):
        for row in _rows(model, event):
            db.session.add(_copy(row, names, event_id=made.id))
    known = set(db.session.scalars(select(TeamMember.user_id).where(TeamMember.event_id == made.id)))
    for member in _rows(TeamMember, event):
        if member.user_id not in known:
            db.session.add(_copy(member, MEMBER, event_id=made.id))
    cloned = Cloned(made)
    _programme(event, cloned, shift, people=people)
    for one in _rows(EventPerson, event) if people else ():
        db.session.add(_copy(one, KNOWN, event_id=made.id))
    for settings in _rows(EmailSettings, event):
        db.session.add(_copy(settings, EMAILS, event_id=made.id))
    for text in _rows(EmailText, event):
        db.session.add(_copy(text, TEXTS, event_id=made.id))
    for logo in _rows(HostLogo, event):
        db.session.add(_copy(logo, LOGO, event_id=made.id))
    _registration(event, made, shift)
    _form(event, made)
    db.session.flush()
    return cloned


def _registration(event: Event, made: Event, shift: clock.Shift) -> None:
    for settings in _rows(RegistrationSettings, event):
        db.session.add(_copy(settings, REGISTRATION, event_id=made.id))
    pools = {pool.id: _copy(pool, POOL, event_id=made.id) for pool in _rows(SeatPool, event)}
    db.session.add_all(pools.values())
    for option in _rows(AttendanceOption, event):
        moments = {
            name: shift.of(moment)[0] if (moment := getattr(option, name)) else None
            for name in ("opens_at", "closes_at")
        }
        copied = _copy(option, OPTION, event_id=made.id, **moments)
        copied.pool = pools.get(option.pool_id) if option.pool_id else None
        # Guests who were invited before are not invited again by that.
        copied.access_code = tokens.code(8) if option.access_code else ""
        copied.note_closing(None)
        db.session.add(copied)


def _form(event: Event, made: Event) -> None:
    parts = form_parts(event)
    for question in parts.questions:
        choices = [one.to_json() for one in question.offered]  # nobody of the new edition has a retired one
        db.session.add(_copy(question, QUESTION, event_id=made.id, choices=choices))
    db.session.add(_copy(parts.settings, FORM, event_id=made.id))
    if parts.privacy_notice is not None:
        db.session.add(PrivacyNotice(event_id=made.id, version=1, text=parts.privacy_notice.text))


def _pictures(event: Event, to: Event, venues: Mapping[int, Venue], *, people: bool) -> None:
    """All but the gallery, which shows this edition; both events refer to the same files."""
    db.session.flush()
    for photo in _rows(Photo, event):
        if photo.use is PictureUse.GALLERY or (photo.use is PictureUse.SPEAKER and not people):
            continue
        venue = venues[photo.venue_id].id if photo.venue_id is not None else None
        db.session.add(_copy(photo, PHOTO, event_id=to.id, venue_id=venue))


def _programme(event: Event, cloned: Cloned, shift: clock.Shift, *, people: bool) -> None:
    to = cloned.event
    venues = {venue.id: _copy(venue, SITE, event_id=to.id) for venue in _rows(Venue, event)}
    rooms = {
        room.id: _copy(room, ROOM, event_id=to.id, venue=venues.get(room.venue_id) if room.venue_id else None)
        for room in _rows(Room, event)
    }
    tracks = {track.id: _copy(track, TRACK, event_id=to.id) for track in _rows(Track, event)}
    db.session.add_all([*venues.values(), *rooms.values(), *tracks.values()])
    _pictures(event, to, venues, people=people)
    query = select(Session).where(Session.event_id == event.id).order_by(Session.id)
    for session in db.session.scalars(query.options(selectinload(Session.rooms), selectinload(Session.participations))):
        starts, ends, exact = session.starts_at, session.ends_at, True
        if starts is not None and ends is not None:
            starts, ends, exact = shift.of_span(starts, ends)
        if not exact:
            cloned.skipped.append(session.title)
        copy = _copy(
            session,
            SESSION,
            event=to,
            event_id=to.id,
            starts_at=starts,
            ends_at=ends,
            # A cancelled session was once wanted; the team decides whether it is wanted again.
            status=SessionStatus.DRAFT if session.status is SessionStatus.CANCELLED else session.status,
            track=tracks.get(session.track_id) if session.track_id else None,
            rooms=[rooms[room.id] for room in session.rooms],
        )
        if people:
            copy.participations = [_copy(part, PART, confirmed=False) for part in session.participations]
        db.session.add(copy)
        cloned.sessions += 1
    db.session.flush()


def _rows(model: type[R], event: Event) -> list[R]:
    table: Any = model
    query = select(table).where(table.event_id == event.id)
    return list(db.session.scalars(query.order_by(*inspect(model).primary_key)))


def _of(row: Base, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _copy(row: R, names: tuple[str, ...], **values: Any) -> R:
    given: Mapping[str, Any] = {**_of(row, names), **values}
    return type(row)(**given)

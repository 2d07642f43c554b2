"""Verbs of the programme: rooms, tracks, sessions and who takes part in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.words import Words, fold
from eventapp.directory.models import Person
from eventapp.events.models import Event, Site
from eventapp.programme.models import Participation, Room, Session, Track
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus

LONGEST = timedelta(hours=24)
# How far outside the event's own times a session may lie: travel and visits happen the day before and after.
MARGIN = timedelta(days=7)


@dataclass(frozen=True)
class Part:
    """A person's part in a session, as it is wanted."""

    person: Person
    role: ParticipationRole = ParticipationRole.SPEAKER
    mode: Mode = Mode.IN_PERSON


def _slug(text: str, taken: set[str], word: str) -> str:
    base = "-".join(filter(None, (fold(w) for w in text.split() if w.isascii())))[:40] or word
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def save_track(event: Event, track: Track | None, *, name: Words, colour: int) -> Track:
    """A new track, or the changed one."""
    if track is None:
        taken = set(db.session.scalars(select(Track.slug).where(Track.event_id == event.id)))
        track = Track(event_id=event.id, slug=_slug(str(name), taken, "track"), position=len(taken))
        db.session.add(track)
    track.name = name
    track.colour = colour
    db.session.flush()
    return track


def save_room(
    event: Event,
    room: Room | None,
    *,
    name: Words,
    site: Site | None = None,
    online: bool = False,
    capacity: int | None = None,
) -> Room:
    """A new room, or the changed one. Raises Refused for a capacity below 1."""
    if capacity is not None and capacity < 1:
        raise Refused(_("A room holds at least one person."), field="capacity")
    if room is None:
        taken = set(db.session.scalars(select(Room.slug).where(Room.event_id == event.id)))
        room = Room(event_id=event.id, slug=_slug(str(name), taken, "room"), position=len(taken))
        db.session.add(room)
    room.name = name
    room.site = None if online else site
    room.online = online
    room.capacity = capacity
    db.session.flush()
    return room


def remove(thing: Track | Room) -> None:
    """Take a track or room away; its sessions stay, without it."""
    db.session.delete(thing)
    db.session.flush()


def save_session(
    event: Event,
    session: Session | None,
    *,
    title: Words,
    kind: SessionKind,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    rooms: Sequence[Room] = (),
    track: Track | None = None,
    parts: Sequence[Part] | None = None,
    seen_revision: int | None = None,
    **values: Any,
) -> Session:
    """The one way a session is made or changed, from a form, the demo or an import.

    `parts` None leaves the people as they are. Raises Refused for times that can't be (end before start, longer
    than a day, more than a week outside the event), a scheduled session without a title, rooms of another event, or
    when somebody else has saved it since `seen_revision`.
    """
    if session is not None and seen_revision is not None and session.revision != seen_revision:
        raise Refused(
            _("Somebody else saved this session at %(time)s. Open it again to see their version, then repeat yours.",
              time=clock.to_local(session.updated_at, event.zone).strftime("%H:%M")))  # fmt: skip
    check_session(event, title=title, starts_at=starts_at, ends_at=ends_at, rooms=rooms, track=track)
    if session is None:
        session = Session(event=event, event_id=event.id)
        db.session.add(session)
        before = None
    else:
        before = _significant(session)
    wanted = {"title": title, "kind": kind, "starts_at": starts_at, "ends_at": ends_at, "track": track, **values}
    for name, value in wanted.items():
        if getattr(session, name) != value:
            setattr(session, name, value)
    if [room.id for room in session.rooms] != [room.id for room in rooms]:
        session.rooms = list(rooms)
        session.updated_at = clock.now()
    if parts is not None:
        _set_parts(session, parts)
    if before is not None and before != _significant(session):
        session.sequence += 1
    db.session.flush()
    return session


def check_session(
    event: Event,
    *,
    title: Words,
    starts_at: datetime | None,
    ends_at: datetime | None,
    rooms: Iterable[Room] = (),
    track: Track | None = None,
) -> None:
    """The rules of `save_session`, which also the dry run of an import asks. Raises Refused."""
    if not title:
        raise Refused(_("Enter a title in at least one language."), field="title")
    if (starts_at is None) != (ends_at is None):
        raise Refused(_("Enter a start and an end, or neither."), field="ends_at" if ends_at is None else "starts_at")
    if starts_at is not None and ends_at is not None:
        if ends_at <= starts_at:
            raise Refused(_("The end must be after the start."), field="ends_at")
        if ends_at - starts_at > LONGEST:
            raise Refused(_("A session lasts at most 24 hours."), field="ends_at")
        if starts_at < event.starts_at - MARGIN or ends_at > event.ends_at + MARGIN:
            raise Refused(
                _("This lies more than a week outside the event, which is on %(date)s.", date=event.when()),
                field="starts_at",
            )
    if any(room.event_id != event.id for room in rooms):
        raise Refused(_("Choose rooms of this event."), field="rooms")
    if track is not None and track.event_id != event.id:
        raise Refused(_("Choose a track of this event."), field="track")


def _significant(session: Session) -> tuple[object, ...]:
    return (session.starts_at, session.ends_at, session.status, sorted(room.id for room in session.rooms))


def _set_parts(session: Session, parts: Sequence[Part]) -> None:
    wanted = list(dict.fromkeys((part.person.id, part.role) for part in parts))
    by_key = {(part.person.id, part.role): part for part in parts}
    have = {(p.person_id, p.role): p for p in session.participations}
    session.participations = [
        have.get(key) or Participation(person=by_key[key].person, person_id=key[0], role=key[1]) for key in wanted
    ]
    changed = list(have) != wanted
    for position, (key, row) in enumerate(zip(wanted, session.participations, strict=True)):
        changed = changed or row.mode != by_key[key].mode
        row.position = position
        row.mode = by_key[key].mode
    if changed:
        session.updated_at = clock.now()


def set_status(session: Session, status: SessionStatus) -> None:
    """Publish, take back, or cancel. A cancelled session keeps its page and its place in calendars.

    Raises Refused for publishing without a time, and for hiding what was cancelled in public.
    """
    if session.status is status:
        return
    if status is SessionStatus.PUBLISHED and session.starts_at is None:
        raise Refused(_("Give the session a start and an end before you publish it."), field="starts_at")
    if session.status is SessionStatus.CANCELLED and status is SessionStatus.DRAFT:
        raise Refused(_("A cancelled session stays visible, so that nobody waits for it. Publish it again instead."))
    session.status = status
    session.sequence += 1
    db.session.flush()


def delete_session(session: Session) -> None:
    """Delete a draft. Raises Refused for one that was public: cancel it instead."""
    if session.status is not SessionStatus.DRAFT or session.sequence > 0:
        raise Refused(_("This session has been public. Cancel it, so that those who planned to come are told."))
    db.session.delete(session)
    db.session.flush()


def cancel_all(event: Event) -> None:
    """Cancel every published session, because the event is cancelled."""
    for session in db.session.scalars(
        select(Session).where(Session.event_id == event.id, Session.status == SessionStatus.PUBLISHED)
    ):
        set_status(session, SessionStatus.CANCELLED)

"""Operations on the programme: rooms, tracks, sessions and their participants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventapp.core import clock, languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText, fold
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.directory.models import Person
from eventapp.events import operations as events
from eventapp.events.models import Event, Venue
from eventapp.programme import queries
from eventapp.programme.models import Participation, Room, Session, Track
from eventapp.programme.rules import ADDRESS, Mode, ParticipationRole, SessionKind, SessionStatus

LONGEST = timedelta(hours=24)
# How far outside the event's own times a session may be: travel and visits happen on the days around it.
MARGIN = timedelta(days=7)


class SessionEditConflict(Refused):
    """Somebody else has saved a session since its editor read it. `session` is its current state."""

    def __init__(self, event: Event, session: Session) -> None:
        self.session = session
        self.at = languages.clock_time(session.updated_at, event.zone)
        super().__init__(
            _(
                "%(who)s changed “%(title)s” at %(time)s. It is now: %(slot)s. Your changes were not saved.",
                who=session.saved_by or _("Another team member"),
                title=session.title.resolve(languages.interface()).text,
                time=self.at,
                slot=slot(event, session),
            )
        )


@dataclass(frozen=True)
class ParticipationInput:
    """The requested part of a person in a session. `confirmed` None keeps the value; a new part is then confirmed."""

    person: Person
    role: ParticipationRole = ParticipationRole.SPEAKER
    mode: Mode = Mode.IN_PERSON
    confirmed: bool | None = None


def _slug(text: str, taken: set[str], word: str) -> str:
    base = "-".join(filter(None, (fold(w) for w in text.split() if w.isascii())))[:40] or word
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def save_track(event: Event, track: Track | None, *, name: LocalizedText, colour: int) -> Track:
    """Create or change a track."""
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
    name: LocalizedText,
    venue: Venue | None = None,
    online: bool = False,
    capacity: int | None = None,
) -> Room:
    """Create or change a room. Raises Refused for a capacity below 1."""
    if capacity is not None and capacity < 1:
        raise Refused(_("A room must have at least 1 seat."), field="capacity")
    if room is None:
        taken = set(db.session.scalars(select(Room.slug).where(Room.event_id == event.id)))
        room = Room(event_id=event.id, slug=_slug(str(name), taken, "room"), position=len(taken))
        db.session.add(room)
    room.name = name
    room.venue = None if online else venue
    room.online = online
    room.capacity = capacity
    db.session.flush()
    return room


def remove(thing: Track | Room) -> None:
    """Remove a track or room; its sessions are kept, without it."""
    delete_row(thing)


def save_session(
    event: Event,
    session: Session | None,
    *,
    title: LocalizedText,
    kind: SessionKind,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    rooms: Sequence[Room] = (),
    track: Track | None = None,
    parts: Sequence[ParticipationInput] | None = None,
    seen_revision: int | None = None,
    by: str = "",
    signed_up: int = 0,
    status: SessionStatus | None = None,
    flush: bool = True,
    **values: Any,
) -> Session:
    """Create or change a session. Forms, the demo and imports all use it.

    `parts` None keeps the participants, and `status` None whether it is ready; `by` is the name of the user who saves.
    `signed_up` people have a seat in it, so its capacity can't be lower (no limit is fine). A caller that saves
    thousands passes `flush=False`.

    Raises Refused for impossible times (end before start, longer than a day, more than a week outside the event), a
    session without a title, rooms of another event, and links that are not web addresses; SessionEditConflict, with the
    current session, if it was saved by another user since `seen_revision`.
    """
    if session is not None and seen_revision is not None:
        _still(event, session, seen_revision)
    timed = values.get("timed", session.timed if session is not None else True)
    given = {**values, "timed": timed}
    check_session(event, title=title, starts_at=starts_at, ends_at=ends_at, rooms=rooms, track=track, **given)
    _check_capacity(session, values.get("capacity"), signed_up)
    if session is None:
        session = Session(event=event, event_id=event.id)
        db.session.add(session)
    wanted = {"title": title, "kind": kind, "starts_at": starts_at, "ends_at": ends_at, "track": track, **values}
    wanted |= {"status": status} if status is not None else {}
    for name, value in wanted.items():
        if getattr(session, name) != value:
            setattr(session, name, value)
    # In the event's order, in which they are also read back, so that a release lists them consistently.
    rooms = sorted(rooms, key=lambda room: (room.position, room.id))
    if [room.id for room in session.rooms] != [room.id for room in rooms]:
        session.rooms = rooms
        session.updated_at = clock.now()
    if parts is not None:
        _set_parts(session, parts)
    if db.session.is_modified(session):
        session.saved_by = by
    if flush:
        db.session.flush()
    return session


def _check_capacity(session: Session | None, capacity: int | None, signed_up: int) -> None:
    """Refuse a capacity below the seats taken, unless it is unchanged."""
    if session is None or capacity is None or capacity >= signed_up or capacity == session.capacity:
        return
    raise Refused(
        _("%(number)d people have signed up for this session. Enter at least %(number)d.", number=signed_up),
        field="capacity",
    )


def _still(event: Event, session: Session, seen_revision: int) -> None:
    # Lock before comparing: if two users save at once, the second must see what the first has written.
    reread(session, "revision")
    if session.revision != seen_revision:
        db.session.expire(session)
        raise SessionEditConflict(event, session)


def move_session(
    event: Event,
    session: Session,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    rooms: Sequence[Room],
    seen_revision: int | None = None,
    by: str = "",
) -> Session:
    """Move a session to another slot, or to none (both times None), and change nothing else.

    Raises Refused as `save_session` does.
    """
    return save_session(
        event,
        session,
        title=session.title,
        kind=session.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        rooms=rooms,
        track=session.track,
        seen_revision=seen_revision,
        by=by,
        timed=True,
    )


@dataclass(frozen=True)
class Shifted:
    """The number of sessions moved, and the titles of those whose new time the clocks skip or show twice."""

    number: int = 0
    skipped: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()


def shift_sessions(event: Event, shift: clock.Shift, *, by: str = "") -> Shifted:
    """Move all scheduled sessions, including drafts and cancelled ones. The public sees it with the next release."""
    query = select(Session).where(Session.event_id == event.id, Session.starts_at.is_not(None)).order_by(Session.id)
    moved, skipped, doubled = 0, [], []
    for session in db.session.scalars(query) if shift else ():
        assert session.starts_at is not None
        assert session.ends_at is not None
        starts, ends, exact = shift.of_span(session.starts_at, session.ends_at)
        title = session.title.resolve(languages.interface()).text
        if not exact:
            skipped.append(title)
        twice = clock.comes_twice(session.starts_at, shift.zone), clock.comes_twice(session.ends_at, shift.zone)
        if (clock.comes_twice(starts, shift.to), clock.comes_twice(ends, shift.to)) > twice:
            doubled.append(title)
        session.starts_at, session.ends_at, session.saved_by = starts, ends, by
        moved += 1
    db.session.flush()
    return Shifted(moved, tuple(skipped), tuple(doubled))


def slot(event: Event, session: Session) -> str:
    """The slot of a session in words: "Tue 18 March, 10:30 – 11:15, Hall B", or that it is not scheduled."""
    rooms = languages.listing([room.name.resolve(languages.interface()).text for room in session.rooms])
    if session.starts_at is None or session.ends_at is None:
        return _("not scheduled")
    day = languages.day(clock.local_day(session.starts_at, event.zone), year=False)
    times = languages.times(session.starts_at, session.ends_at, event.zone, timed=session.timed)
    return _("%(day)s, %(times)s, %(rooms)s", day=day, times=times, rooms=rooms or _("no room"))


def check_session(
    event: Event,
    *,
    title: LocalizedText,
    starts_at: datetime | None,
    ends_at: datetime | None,
    rooms: Iterable[Room] = (),
    track: Track | None = None,
    **values: Any,
) -> None:
    """The rules of `save_session`, also used by the dry run of an import. Raises Refused."""
    if not title:
        raise Refused(_("Enter a title in at least one language."), field="title")
    _check_times(event, starts_at, ends_at, timed=values.get("timed", True))
    if any(room.event_id != event.id for room in rooms):
        raise Refused(_("Choose rooms of this event."), field="rooms")
    if track is not None and track.event_id != event.id:
        raise Refused(_("Choose a track of this event."), field="track")
    _check_links(values)
    minutes = values.get("minutes")
    if minutes is not None and not 1 <= minutes <= LONGEST // timedelta(minutes=1):
        raise Refused(_("A session can't last longer than 24 hours."), field="minutes")


def _check_times(event: Event, starts_at: datetime | None, ends_at: datetime | None, *, timed: bool) -> None:
    if starts_at is None and ends_at is None:
        return
    if starts_at is None or ends_at is None:
        raise Refused(
            _("Enter both a start and an end, or neither."), field="ends_at" if ends_at is None else "starts_at"
        )
    if ends_at <= starts_at:
        raise Refused(_("The end must be after the start."), field="ends_at")
    if timed and ends_at - starts_at > LONGEST:  # the day on which the clocks go back has 25 hours
        raise Refused(_("A session can't last longer than 24 hours."), field="ends_at")
    if starts_at < event.starts_at - MARGIN or ends_at > event.ends_at + MARGIN:
        raise Refused(
            _("This is more than a week outside the event dates (%(date)s).", date=event.when()),
            field="starts_at",
        )


def _check_links(values: Mapping[str, Any]) -> None:
    for link in values.get("links") or []:
        if not ADDRESS.fullmatch(link.get("url", "")) or len(link["url"]) > 500:
            raise Refused(_("Enter a web address that starts with https:// for each link."), field="links")
        if len(link.get("title", "")) > 200:
            raise Refused(_("Use at most %(number)d characters.", number=200), field="links")
    if values.get("join_url") and not ADDRESS.fullmatch(values["join_url"]):
        raise Refused(_("Enter a web address that starts with https://"), field="join_url")


def _set_parts(session: Session, parts: Sequence[ParticipationInput]) -> None:
    wanted = list(dict.fromkeys((part.person.id, part.role) for part in parts))
    by_key = {(part.person.id, part.role): part for part in parts}
    have = {(p.person_id, p.role): p for p in session.participations}
    session.participations = [
        have.get(key) or Participation(person=by_key[key].person, person_id=key[0], role=key[1]) for key in wanted
    ]
    changed = list(have) != wanted
    for position, (key, row) in enumerate(zip(wanted, session.participations, strict=True)):
        part = by_key[key]
        before = row.confirmed if key in have else True
        confirmed = before if part.confirmed is None else part.confirmed
        changed = changed or row.mode != part.mode or before != confirmed
        row.position = position
        row.mode = part.mode
        row.confirmed = confirmed
    if changed:
        session.updated_at = clock.now()


def confirm_parts(event: Event, person: Person, *, confirmed: bool) -> None:
    """Set all parts of a person at the event as confirmed or not, so that the next release announces the name or
    not.
    """
    query = (
        select(Session)
        .join(Participation)
        .where(Session.event_id == event.id, Participation.person_id == person.id)
        .order_by(Session.id)
        .options(selectinload(Session.participations))
    )
    for session in db.session.scalars(query).unique():
        mine = [part for part in session.participations if part.person_id == person.id]
        if any(part.confirmed is not confirmed for part in mine):
            for part in mine:
                part.confirmed = confirmed
            session.updated_at = clock.now()
    db.session.flush()


# What a copy of a session has. Its time and rooms it gets later, links and the recording belong to one only.
COPIED = ("kind", "title", "subtitle", "abstract", "spoken", "interpreted", "capacity", "minutes", "do_not_record")


def duplicate_session(session: Session, *, by: str = "") -> Session:
    """A draft with the same texts and people, who are not confirmed for it, without a time and rooms.

    Raises WasDeleted if the session is gone.
    """
    reread(session, "revision")
    people = [ParticipationInput(p.person, p.role, p.mode, confirmed=False) for p in session.participations]
    values = {name: getattr(session, name) for name in COPIED}
    if session.starts_at is not None and session.ends_at is not None:
        values["minutes"] = values["minutes"] or (session.ends_at - session.starts_at) // timedelta(minutes=1)
    values |= {"track": session.track, "status": SessionStatus.DRAFT}
    return save_session(session.event, None, parts=people, by=by, **values)


def set_status(session: Session, status: SessionStatus) -> None:
    """Set whether a session is in the next release (once scheduled), stays a draft, or is cancelled."""
    if session.status is not status:
        session.status = status
        db.session.flush()


def delete_session(session: Session) -> None:
    """Delete a session that was never public. Raises Refused otherwise: cancel it or make it a draft instead."""
    events.lock(session.event)  # as who publishes does: the version would have a session that is gone
    if session.code in queries.document(session.event).by_code:
        raise Refused(
            _(
                "This session has already been published, so you can't delete it. Cancel it instead, so that "
                "people can see it will not take place."
            )
        )
    delete_row(session)

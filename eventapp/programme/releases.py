"""Releasing the programme: turns the team's draft into one immutable public document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, func, insert, select

from eventapp.accounts.models import User
from eventapp.core import clock, languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import queries as events
from eventapp.events.models import Event, Venue
from eventapp.events.operations import lock
from eventapp.programme import changes, issues, published, queries
from eventapp.programme.changes import Change
from eventapp.programme.conflicts import Audience
from eventapp.programme.models import OnProgramme, Release, Room, Session, Track
from eventapp.programme.published import (
    Document,
    PublishedPart,
    PublishedRoom,
    PublishedSession,
    PublishedTrack,
    PublishedVenue,
)
from eventapp.programme.rules import SessionStatus, spoken_in

P = TypeVar("P", PublishedRoom, PublishedTrack)


@dataclass(frozen=True)
class Pending:
    """What a release would publish now, and what would change for the public.

    `last` is the latest release; `unscheduled` are ready sessions that are left out because they have no time.
    """

    document: Document
    changes: list[Change]
    last: Release | None
    unscheduled: list[Session]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to publish."""
        return not self.changes and (self.last is not None or not self.document.sessions)


def pending(event: Event) -> Pending:
    """The next release of an event, not yet made."""
    last = queries.latest(event)
    present = queries.content(last.id, event.uid, last.at) if last else Document()
    ready = queries.sessions(event)
    document = _next(event, [s for s in ready if s.starts_at is not None], present, clock.now())
    unscheduled = [s for s in ready if s.starts_at is None and s.status is SessionStatus.PUBLISHED]
    return Pending(document, changes.between(present, document), last, unscheduled)


def planned(event: Event, *, drafts: bool = False) -> Document:
    """The team's current programme: ready sessions with a time, or with `drafts` all with a time. For the team's
    exports.
    """
    every = [s for s in queries.sessions(event, drafts=drafts) if s.starts_at is not None]
    return _next(event, every, Document(), clock.now())


def release(
    event: Event,
    *,
    user: User | None = None,
    note: LocalizedText | None = None,
    audience: Audience | None = None,
    despite_errors: bool = False,
) -> Release:
    """Publish the sessions that are ready and have a time.

    Published sessions that are no longer among them remain as entries marked as removed. `audience`: who is registered,
    for the issues. Raises Refused if nothing differs from the latest release, if there is nothing to publish, or if the
    programme has errors that are not muted, unless it is to be published `despite_errors`.
    """
    errors = [] if despite_errors else issues.judged(event, audience, language=languages.interface()).errors
    if errors:
        raise Refused(
            ngettext(
                "The programme has %(num)d error. Solve or mute it, or confirm that you publish it nevertheless.",
                "The programme has %(num)d errors. Solve or mute them, or confirm that you publish it nevertheless.",
                len(errors),
            ),
            field="despite_errors",
        )
    lock(event)  # two who publish at once get consecutive numbers
    waiting = pending(event)
    if waiting.empty:
        raise Refused(
            _("Nothing has changed since the last version.")
            if waiting.last
            else _("No session is both ready and scheduled.")
        )
    return _publish(event, waiting.document, waiting.changes, user=user, note=note)


def cancel_all(event: Event, *, note: LocalizedText | None = None) -> Release | None:
    """Cancel all public sessions because the event is cancelled. Unpublished plans are not touched.

    Returns None if nothing was public.
    """
    lock(event)
    present = queries.document(event)
    moment = clock.now()
    sessions = tuple(
        session if session.cancelled else _later(replace(session, status=SessionStatus.CANCELLED), session, moment)
        for session in present.sessions
    )
    planned = select(Session).where(Session.event_id == event.id, Session.status == SessionStatus.PUBLISHED)
    for session in db.session.scalars(planned):
        session.status = SessionStatus.CANCELLED
    db.session.flush()
    document = replace(present, sessions=sessions)
    found = changes.between(present, document)
    return _publish(event, document, found, user=None, note=note) if found else None


def restate_venues(event: Event) -> Release | None:
    """Publish what the venues of public sessions are called now, and nothing else of the team's plans.

    The event page names the new hall at once; calendars of sessions must not name the old one until the next version.
    Returns None if the public programme says the same already.
    """
    if queries.latest(event) is None:
        return None
    lock(event)
    present, moment = queries.document(event), clock.now()
    venues = {venue.slug: _venue(venue) for venue in events.venues(event)}

    def restated(room: PublishedRoom) -> PublishedRoom:
        return replace(room, venue=venues.get(room.venue.slug)) if room.venue is not None else room

    sessions = tuple(
        _later(replace(session, rooms=tuple(map(restated, session.rooms))), session, moment)
        for session in present.sessions
    )
    document = replace(present, sessions=sessions, rooms=tuple(map(restated, present.rooms)))
    found = changes.between(present, document)
    return _publish(event, document, found, user=None, note=None) if document != present else None


def _publish(
    event: Event, document: Document, found: list[Change], *, user: User | None, note: LocalizedText | None
) -> Release:
    last = db.session.scalar(select(func.max(Release.number)).where(Release.event_id == event.id)) or 0
    made = Release(
        event_id=event.id,
        number=last + 1,
        user=user,
        note=note or LocalizedText(),
        changes=[change.to_json() for change in found],
        turned=changes.turned(queries.document(event), document),
        content=published.to_json(document),
    )
    db.session.add(made)
    db.session.execute(delete(OnProgramme).where(OnProgramme.event_id == event.id))
    people = [{"event_id": event.id, "person_id": person} for person in sorted(document.person_ids)]
    if people:
        db.session.execute(insert(OnProgramme), people)
    db.session.flush()
    return made


def _next(event: Event, every: Iterable[Session], present: Document, moment: datetime) -> Document:
    rooms = {room.id: _room(room) for room in queries.rooms(event)}
    tracks = {track.id: _track(track) for track in queries.tracks(event)}
    sessions = [_session(event, session, rooms, tracks, present, moment) for session in every]
    codes = {session.code for session in sessions}
    left = [_as_removed(session, moment) for session in present.sessions if session.code not in codes]
    sessions = sorted([*sessions, *left], key=lambda s: (s.starts_at, s.ends_at, s.id))
    shown = tuple(_used(rooms.values(), sessions))
    return Document(
        shown,
        tuple(tracks.values()),
        tuple(sessions),
        _former([*present.rooms, *present.former_rooms], shown),
        _former([*present.tracks, *present.former_tracks], tuple(tracks.values())),
    )


def _former(known: Iterable[P], shown: tuple[P, ...]) -> tuple[P, ...]:
    """The rooms or tracks that were published and are no longer shown."""
    slugs = {one.slug for one in shown}
    return tuple(one for one in known if one.slug not in slugs)


def _used(rooms: Iterable[PublishedRoom], sessions: Iterable[PublishedSession]) -> list[PublishedRoom]:
    """The rooms of the sessions in the event's order, then those that only removed sessions refer to.

    A room without public sessions is not shown: it may still be an idea.
    """
    named = {room.slug: room for session in sessions for room in session.rooms}
    found = {room.slug: room for room in rooms if room.slug in named}
    return [*found.values(), *(room for slug, room in named.items() if slug not in found)]


def _room(room: Room) -> PublishedRoom:
    venue = _venue(room.venue) if room.venue else None
    return PublishedRoom(room.id, room.slug, room.name, room.online, room.capacity, venue)


def _venue(venue: Venue) -> PublishedVenue:
    return PublishedVenue(venue.slug, venue.name, venue.address, venue.latitude, venue.longitude)


def _track(track: Track) -> PublishedTrack:
    return PublishedTrack(track.slug, track.name, track.colour)


def _session(
    event: Event,
    session: Session,
    rooms: dict[int, PublishedRoom],
    tracks: dict[int, PublishedTrack],
    present: Document,
    moment: datetime,
) -> PublishedSession:
    if session.starts_at is None or session.ends_at is None:
        raise ValueError("an unscheduled session can't be released")
    made = PublishedSession(
        id=session.id,
        code=session.code,
        uid=session.uid,
        guid=session.guid or session.uid,
        sequence=0,
        kind=session.kind,
        status=session.status,
        title=session.title,
        subtitle=session.subtitle,
        abstract=session.abstract,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timed=session.timed,
        spoken=spoken_in(session.kind, session.spoken, event.spoken),
        interpreted=tuple(session.interpreted),
        capacity=session.capacity,
        do_not_record=session.do_not_record,
        links=tuple(session.links),
        updated_at=moment,
        track=tracks.get(session.track_id) if session.track_id else None,
        rooms=tuple(rooms[room.id] for room in session.rooms),
        participations=tuple(
            PublishedPart(part.person_id, part.role, part.mode) for part in session.participations if part.confirmed
        ),
    )
    was = present.by_code.get(session.code)
    return made if was is None else _later(made, was, moment)


def _as_removed(session: PublishedSession, moment: datetime) -> PublishedSession:
    return _later(replace(session, status=SessionStatus.CANCELLED, removed=True), session, moment)


def _later(now: PublishedSession, was: PublishedSession, moment: datetime) -> PublishedSession:
    """The session with the SEQUENCE and timestamp that follow from its previous state.

    RFC 5546 §2.1.4: SEQUENCE rises with a change of time, location or status, and with nothing else. An unchanged
    session keeps its timestamp, so that its calendar entry stays byte-identical.
    """
    now = now.after(was)
    same = replace(now, sequence=was.sequence, updated_at=was.updated_at)
    if same == was:
        return was
    rise = int(_significant(now) != _significant(was))
    return replace(now, sequence=was.sequence + rise, updated_at=moment)


def _significant(session: PublishedSession) -> tuple[object, ...]:
    places = [(room.slug, room.venue and (room.venue.name, room.venue.address)) for room in session.rooms]
    return (session.starts_at, session.ends_at, session.timed, session.status, places)

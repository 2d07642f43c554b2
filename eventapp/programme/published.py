"""The public programme: one immutable document per release. Plain values, no database.

It refers to people only by id: their names are read from the directory when a page is rendered, so a corrected name is
correct everywhere, and a person deleted from the directory also disappears from old releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from eventapp.core.localized import LocalizedText
from eventapp.directory.models import ShownPerson
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus, rank


@dataclass(frozen=True, slots=True)
class PublishedVenue:
    """A venue as it was named at the time. Latitude and longitude in degrees."""

    slug: str
    name: LocalizedText
    address: LocalizedText
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedRoom:
    """A room at a venue, or an online room."""

    id: int
    slug: str
    name: LocalizedText
    online: bool = False
    capacity: int | None = None
    venue: PublishedVenue | None = None


@dataclass(frozen=True, slots=True)
class PublishedTrack:
    """A thematic track of sessions, with a colour of the design system (1–6)."""

    slug: str
    name: LocalizedText
    colour: int = 1


@dataclass(frozen=True, slots=True)
class PublishedPart:
    """A person's part in a session; `person` is filled in by `with_people`."""

    person_id: int
    role: ParticipationRole = ParticipationRole.SPEAKER
    mode: Mode = Mode.IN_PERSON
    person: ShownPerson | None = None


@dataclass(frozen=True, slots=True)
class PublishedSession:
    """A scheduled session as released. `sequence` is that of RFC 5546 §2.1.4, `updated_at` its last change.

    `removed`: it was public and is no longer on the programme. Its page and calendar entry remain and say so.
    `undated`: its times are the former ones, because the event's date is no longer known. This is not part of a
    release. Not `timed`: only the day is known, and the times are its beginning and its end. `turns` counts, by the
    path of a part of the programme, how often the session left that part or came back.
    """

    id: int
    code: str
    uid: str
    guid: str
    sequence: int
    kind: SessionKind
    status: SessionStatus
    title: LocalizedText
    subtitle: LocalizedText
    abstract: LocalizedText
    starts_at: datetime
    ends_at: datetime
    spoken: tuple[str, ...]
    interpreted: tuple[str, ...]
    capacity: int | None
    do_not_record: bool
    links: tuple[Mapping[str, str], ...]
    updated_at: datetime
    removed: bool = False
    undated: bool = False
    timed: bool = True
    track: PublishedTrack | None = None
    rooms: tuple[PublishedRoom, ...] = ()
    participations: tuple[PublishedPart, ...] = ()
    turns: Mapping[str, int] = field(default_factory=dict)

    @property
    def announced(self) -> set[int]:
        """Ids of the people announced with it; interpreters are not."""
        return {part.person_id for part in self.participations if part.role is not ParticipationRole.INTERPRETER}

    @property
    def spoken_by(self) -> list[PublishedPart]:
        """The parts of the people announced with it, each person once."""
        parts = {part.person_id: part for part in reversed(self.participations) if part.person is not None}
        return [part for part in reversed(parts.values()) if part.person_id in self.announced]

    @property
    def paths(self) -> set[str]:
        """The parts of the programme it belongs to, each with its own feed: "tracks/…", "rooms/…", "speakers/12"."""
        found = {f"rooms/{room.slug}" for room in self.rooms} | {f"speakers/{number}" for number in self.announced}
        return found | {f"tracks/{self.track.slug}"} if self.track else found

    def rise_in(self, path: str) -> int:
        """What the feed of a part adds to the SEQUENCE: leaving that part and coming back changes the STATUS only
        there.

        Not for a room: a room change already raises the session's own SEQUENCE.
        """
        return 0 if path.startswith("rooms/") else self.turns.get(path, 0)

    def after(self, was: PublishedSession) -> PublishedSession:
        """The session with its `turns` counted on from `was`, its state in the previous release."""
        turns = dict(was.turns)
        for path in was.paths ^ self.paths:
            if path in turns or path in was.paths:
                turns[path] = turns.get(path, 0) + 1
        return replace(self, turns=turns)

    @property
    def cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED

    def part_of(self, person: int) -> PublishedPart | None:
        """The first part of a person in it."""
        return next((part for part in self.participations if part.person_id == person), None)


@dataclass(frozen=True)
class Document:
    """A release: rooms and tracks in order, sessions by time.

    `former` ones were in an earlier release; calendars that subscribed to them still request them.
    """

    rooms: tuple[PublishedRoom, ...] = ()
    tracks: tuple[PublishedTrack, ...] = ()
    sessions: tuple[PublishedSession, ...] = ()
    former_rooms: tuple[PublishedRoom, ...] = ()
    former_tracks: tuple[PublishedTrack, ...] = ()
    by_code: Mapping[str, PublishedSession] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {session.code: session for session in self.sessions})

    @property
    def listed(self) -> list[PublishedSession]:
        """The sessions on the programme, including cancelled ones."""
        return [session for session in self.sessions if not session.removed]

    def undated(self, since: datetime) -> Document:
        """The document once the event's date is no longer known: its sessions are marked, so that calendars say so."""
        return replace(
            self,
            sessions=tuple(
                replace(
                    one, removed=True, undated=not (one.removed or one.cancelled), updated_at=max(one.updated_at, since)
                )
                for one in self.sessions
            ),
        )

    @property
    def person_ids(self) -> set[int]:
        """Ids of the people in sessions that are listed and not cancelled."""
        return {p.person_id for s in self.listed if not s.cancelled for p in s.participations}


@dataclass(frozen=True)
class Neighbours:
    """The sessions around one: the one before, the one after, and those at the same time. Neither breaks nor cancelled
    ones.
    """

    before: PublishedSession | None = None
    after: PublishedSession | None = None
    meanwhile: tuple[PublishedSession, ...] = ()

    def __bool__(self) -> bool:
        return self != Neighbours()


def neighbours(session: PublishedSession, listed: Iterable[PublishedSession]) -> Neighbours:
    """The sessions around one that is on the programme; of several next ones, the one in the same room."""
    if session.removed or not session.timed:
        return Neighbours()
    rooms = {room.id for room in session.rooms}
    others = [s for s in listed if s.timed and not s.cancelled and not s.kind.is_break and s.id != session.id]

    def elsewhere(other: PublishedSession) -> bool:
        return rooms.isdisjoint(room.id for room in other.rooms)

    earlier = [one for one in others if one.ends_at <= session.starts_at]
    later = [one for one in others if one.starts_at >= session.ends_at]
    return Neighbours(
        before=max(earlier, key=lambda one: (one.ends_at, not elsewhere(one)), default=None),
        after=min(later, key=lambda one: (one.starts_at, elsewhere(one)), default=None),
        meanwhile=tuple(one for one in others if one.starts_at < session.ends_at and one.ends_at > session.starts_at),
    )


def with_people(sessions: Iterable[PublishedSession], people: Mapping[int, ShownPerson]) -> list[PublishedSession]:
    """The sessions with their people, by the weight of their roles; people who are no longer in the directory are left
    out.
    """
    return [
        replace(
            session,
            participations=tuple(
                PublishedPart(part.person_id, part.role, part.mode, people[part.person_id])
                for part in sorted(session.participations, key=_weight)
                if part.person_id in people
            ),
        )
        for session in sessions
    ]


def _weight(part: PublishedPart) -> int:
    return rank(part.role)


def to_json(document: Document) -> dict[str, Any]:
    """The document as JSON values, which `from_json` turns back into an equal document."""
    return {
        "format": 1,
        "rooms": [_room_out(room) for room in document.rooms],
        "tracks": [_track_out(track) for track in document.tracks],
        "sessions": [_session_out(session) for session in document.sessions],
        "former_rooms": [_room_out(room) for room in document.former_rooms],
        "former_tracks": [_track_out(track) for track in document.former_tracks],
    }


def from_json(values: Mapping[str, Any]) -> Document:
    """A document from its JSON values; those of older releases have no former tracks."""
    rooms = {row["slug"]: _room_in(row) for row in values["rooms"]}
    tracks = {row["slug"]: _track_in(row) for row in values["tracks"]}
    former = tuple(_track_in(row) for row in values.get("former_tracks", ()))
    known = {track.slug: track for track in former} | tracks
    return Document(
        tuple(rooms.values()),
        tuple(tracks.values()),
        tuple(_session_in(row, rooms, known) for row in values["sessions"]),
        tuple(_room_in(row) for row in values.get("former_rooms", ())),
        former,
    )


def _track_out(track: PublishedTrack) -> dict[str, Any]:
    return {"slug": track.slug, "name": track.name, "colour": track.colour}


def _track_in(row: Mapping[str, Any]) -> PublishedTrack:
    return PublishedTrack(row["slug"], LocalizedText(row["name"]), row["colour"])


def _room_out(room: PublishedRoom) -> dict[str, Any]:
    venue = room.venue
    return {
        "id": room.id,
        "slug": room.slug,
        "name": room.name,
        "online": room.online,
        "capacity": room.capacity,
        "site": venue
        and {
            "slug": venue.slug,
            "name": venue.name,
            "address": venue.address,
            "latitude": venue.latitude,
            "longitude": venue.longitude,
        },
    }


def _room_in(row: Mapping[str, Any]) -> PublishedRoom:
    at = row["site"]
    venue = at and PublishedVenue(
        at["slug"], LocalizedText(at["name"]), LocalizedText(at["address"]), at["latitude"], at["longitude"]
    )
    return PublishedRoom(row["id"], row["slug"], LocalizedText(row["name"]), row["online"], row["capacity"], venue)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _session_out(session: PublishedSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "code": session.code,
        "uid": session.uid,
        "guid": session.guid,
        "sequence": session.sequence,
        "kind": session.kind.value,
        "status": session.status.value,
        "title": session.title,
        "subtitle": session.subtitle,
        "abstract": session.abstract,
        "starts_at": _moment(session.starts_at),
        "ends_at": _moment(session.ends_at),
        "spoken": list(session.spoken),
        "interpreted": list(session.interpreted),
        "capacity": session.capacity,
        "do_not_record": session.do_not_record,
        "links": [dict(link) for link in session.links],
        "updated_at": _moment(session.updated_at),
        "gone": session.removed,
        "track": session.track.slug if session.track else None,
        "rooms": [room.slug for room in session.rooms],
        "parts": [[part.person_id, part.role.value, part.mode.value] for part in session.participations],
        **({"turns": dict(session.turns)} if session.turns else {}),
        **({} if session.timed else {"timed": False}),
    }


def _session_in(
    row: Mapping[str, Any], rooms: Mapping[str, PublishedRoom], tracks: Mapping[str, PublishedTrack]
) -> PublishedSession:
    return PublishedSession(
        id=row["id"],
        code=row["code"],
        uid=row["uid"],
        guid=row["guid"],
        sequence=row["sequence"],
        kind=SessionKind(row["kind"]),
        status=SessionStatus(row["status"]),
        title=LocalizedText(row["title"]),
        subtitle=LocalizedText(row["subtitle"]),
        abstract=LocalizedText(row["abstract"]),
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        spoken=tuple(row["spoken"]),
        interpreted=tuple(row["interpreted"]),
        capacity=row["capacity"],
        do_not_record=row["do_not_record"],
        links=tuple(row["links"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        removed=row["gone"],
        track=tracks.get(row["track"]) if row["track"] else None,
        rooms=tuple(rooms[slug] for slug in row["rooms"]),
        participations=tuple(
            PublishedPart(person, ParticipationRole(role), Mode(mode)) for person, role, mode in row["parts"]
        ),
        turns=row.get("turns", {}),
        timed=row.get("timed", True),
    )

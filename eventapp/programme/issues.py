"""Issues of a programme, apart from those that the team has muted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.rows import delete_row
from eventapp.events.models import Event, Venue
from eventapp.programme import queries, rules
from eventapp.programme.conflicts import Audience, EventContext, Level, ProgrammeIssue, RoomFacts, ScheduledSlot, check
from eventapp.programme.issue_groups import IssueGroup
from eventapp.programme.models import MutedIssue, Session
from eventapp.programme.rules import SessionStatus


@dataclass(frozen=True)
class Judged:
    """The issues of a programme: those that are `open`, and those that are muted, by their mutes.

    `muted` has every mute of the event, also one whose issues no longer exist.
    """

    open: list[ProgrammeIssue]
    muted: dict[MutedIssue, list[ProgrammeIssue]] = field(default_factory=dict)

    @property
    def errors(self) -> list[ProgrammeIssue]:
        """Those that make publishing ask again."""
        return [one for one in self.open if one.level is Level.ERROR]


def judged(
    event: Event, audience: Audience | None = None, *, language: str, every: Iterable[Session] | None = None
) -> Judged:
    """The issues of the team's programme, apart from muted ones; for the parameters see `findings`."""
    rows = db.session.scalars(select(MutedIssue).where(MutedIssue.event_id == event.id).order_by(MutedIssue.id)).all()
    by_key = {row.key: row for row in rows}
    found = Judged([], {row: [] for row in rows})
    for one in findings(event, audience, language=language, every=every):
        mute = by_key.get(one.group) or by_key.get(one.key) if by_key else None
        (found.open if mute is None else found.muted[mute]).append(one)
    return found


def mute(event: Event, group: IssueGroup | ProgrammeIssue, *, note: str, by: str) -> MutedIssue:
    """Accept an issue, or a group of them with all that will join it, until it is unmuted."""
    row = db.session.scalar(select(MutedIssue).where(MutedIssue.event_id == event.id, MutedIssue.key == group.key))
    if row is None:
        row = MutedIssue(event_id=event.id, key=group.key)
        db.session.add(row)
    row.sentence, row.note, row.by = group.sentence, note.strip(), by
    db.session.flush()
    return row


def by_number(event: Event, number: int) -> MutedIssue | None:
    """A mute of the event."""
    return db.session.scalar(select(MutedIssue).where(MutedIssue.event_id == event.id, MutedIssue.id == number))


def unmute(row: MutedIssue) -> None:
    """Show the issues again."""
    delete_row(row)


def findings(
    event: Event, audience: Audience | None = None, *, language: str, every: Iterable[Session] | None = None
) -> list[ProgrammeIssue]:
    """The issues of the team's programme, drafts included; `audience` is who is registered.

    `language`: that of the names in the sentences. `every`: the sessions, if they have already been read.

    Of people's parts at other events, only public ones are considered and named.
    """
    known = queries.sessions(event, drafts=True) if every is None else every
    own = [s for s in known if s.starts_at is not None and s.status is not SessionStatus.CANCELLED]
    names = {part.person_id: part.shown.name(language).text for s in own for part in s.participations}
    slots = [_slot(event, session, language) for session in own]
    if names:
        first, last = min(slot.starts for slot in slots), max(slot.ends for slot in slots)
        for other, session, person in queries.elsewhere(names, event):
            if session.timed and session.starts_at < last and session.ends_at > first:
                title = other.title.resolve(language).text
                people = frozenset({person})
                slots.append(
                    ScheduledSlot(session.code, "", session.starts_at, session.ends_at, people=people, elsewhere=title)
                )
    every_site = db.session.scalars(select(Venue).where(Venue.event_id == event.id))
    ways = {(venue.slug, to): int(way) for venue in every_site for to, way in venue.travel_minutes.items()}
    event_context = EventContext(
        event.starts_at,
        event.ends_at,
        event.zone,
        tuple(event.working_languages),
        ways,
        event.day_starts,
        audience or Audience(),
    )
    places = {
        room.id: RoomFacts(room.name.resolve(language).text, room.venue.slug if room.venue else None, room.capacity)
        for room in queries.rooms(event)
    }
    return check(slots, event_context=event_context, rooms=places, people=names)


def _slot(event: Event, session: Session, language: str) -> ScheduledSlot:
    assert session.starts_at is not None and session.ends_at is not None
    return ScheduledSlot(
        code=session.code,
        title=session.title.resolve(language).text,
        starts=session.starts_at,
        ends=session.ends_at,
        rooms=frozenset(room.id for room in session.rooms),
        people=frozenset(part.person_id for part in session.participations),
        unconfirmed=frozenset(part.person_id for part in session.participations if not part.confirmed),
        seats=session.capacity,
        minutes=session.minutes,
        ready=session.status is SessionStatus.PUBLISHED,
        spoken=rules.spoken_in(session.kind, session.spoken, event.spoken),
        understood=tuple(session.interpreted),
        is_break=session.kind.is_break,
        timed=session.timed,
    )

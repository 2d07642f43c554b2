"""Issues of a programme, apart from those that the team has muted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme import queries
from eventapp.programme.conflicts import Audience, Level, ProgrammeIssue
from eventapp.programme.issue_groups import IssueGroup
from eventapp.programme.models import MutedIssue, Session


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
    """The issues of the team's programme, apart from muted ones; for the parameters see `queries.findings`."""
    rows = db.session.scalars(select(MutedIssue).where(MutedIssue.event_id == event.id).order_by(MutedIssue.id)).all()
    by_key = {row.key: row for row in rows}
    found = Judged([], {row: [] for row in rows})
    for one in queries.findings(event, audience, language=language, every=every):
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
    db.session.delete(row)
    db.session.flush()

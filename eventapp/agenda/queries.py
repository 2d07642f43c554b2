"""Reading an agenda."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eventapp.agenda import rules
from eventapp.agenda.models import Agenda, OwnPart, OwnRegistration, Star
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.revisions import versions
from eventapp.entries.rows import FormerEventRow
from eventapp.events.models import Event
from eventapp.feeds import queries as feeds
from eventapp.feeds.models import FeedMemory
from eventapp.feeds.queries import KEEP_REMOVED
from eventapp.programme import queries as programme
from eventapp.programme.models import Release
from eventapp.programme.published import Document, PublishedPart, PublishedSession
from eventapp.proposals.models import SpeakerLink
from eventapp.registration.models import Registration


@dataclass(frozen=True)
class AgendaEntry:
    """A public session that is or was in an agenda: by a star, or because its owner speaks in it (`link`).

    `steps`: how often it entered or left the agenda. The number never falls, as required for SEQUENCE.
    """

    event: Event
    session: PublishedSession
    star: Star | None = None
    link: SpeakerLink | None = None
    steps: int = 0

    @property
    def speaks(self) -> bool:
        """Whether the owner takes part in it now."""
        return self.part is not None

    @property
    def part(self) -> PublishedPart | None:
        """The owner's part in it."""
        return self.session.part_of(self.link.person_id) if self.link is not None else None

    @property
    def on(self) -> bool:
        """Whether it is in the agenda now."""
        return self.speaks or (self.star is not None and self.star.on)


@dataclass(frozen=True)
class RemovedAgendaEntry:
    """An agenda entry of an unpublished event (`row`): a session as last published. Only for calendars."""

    row: FormerEventRow
    session: PublishedSession
    steps: int


@dataclass(frozen=True)
class AgendaContent:
    """The part of an agenda about one event: the stars by code, and the owner's part as a speaker.

    `turns`: by code, how often the owner joined or left a session as a speaker.
    """

    stars: dict[str, Star]
    part: OwnPart | None
    turns: dict[str, int]

    @property
    def link(self) -> SpeakerLink | None:
        return self.part.link if self.part is not None else None

    def of(self, document: Document) -> list[tuple[PublishedSession, Star | None, int]]:
        """The sessions that are or were in the agenda, with their stars and steps (see `AgendaEntry`)."""
        link = self.link
        mine = {one.code for one in document.sessions if link is not None and one.part_of(link.person_id) is not None}
        found = []
        for code in {*self.stars, *mine, *self.turns} & document.by_code.keys():
            star = self.stars.get(code)
            # One more for being a speaker at all, because the star of the same session may have been removed before.
            turns = self.turns.get(code, 0) + (code in mine or code in self.turns)
            found.append((document.by_code[code], star, turns + (star.toggles if star is not None else 0)))
        return found


@dataclass(frozen=True)
class ListedSession:
    """A session of an agenda, and those of the same agenda that overlap it."""

    event: Event
    session: PublishedSession
    overlaps: list[PublishedSession]
    starred: bool = True
    part: PublishedPart | None = None


def by_token(token: str) -> Agenda | None:
    """The agenda with this token."""
    return db.session.scalar(select(Agenda).where(Agenda.token == token))


def number_of_stars(agenda: Agenda) -> int:
    """The number of starred sessions, whether or not they are public now."""
    return db.session.scalar(select(func.count()).where(Star.agenda_id == agenda.id, Star.on)) or 0


def star(agenda: Agenda, event: Event, code: str) -> Star | None:
    """The star of a session."""
    return db.session.get(Star, (agenda.id, event.id, code))


def starred(agenda: Agenda) -> list[tuple[Event, PublishedSession]]:
    """The starred public sessions, by time. Two statements for any number of events."""
    return [(one.event, one.session) for one in agenda_entries(contents(agenda)) if one.on]


def contents(agenda: Agenda, speaks: Iterable[OwnPart] = ()) -> dict[int, AgendaContent]:
    """What is or was in an agenda, by event. `speaks` are the owner's parts (see `speaking`). Two statements."""
    stars: dict[int, dict[str, Star]] = {}
    for star in db.session.scalars(select(Star).where(Star.agenda_id == agenda.id)):
        stars.setdefault(star.event_id, {})[star.code] = star
    parts = {part.link.event_id: part for part in speaks}
    turned = _turns(parts)
    return {
        event: AgendaContent(stars.get(event, {}), parts.get(event), turned.get(event, {}))
        for event in {*stars, *parts}
    }


def agenda_entries(contents: Mapping[int, AgendaContent], *, timed: bool = False) -> list[AgendaEntry]:
    """The public sessions that are or were in an agenda, by time. One statement.

    `timed`: only those that have or had times. One more statement if the date of an event is no longer known.
    """
    shown = [(event, document) for event, document in programme.documents(contents) if event.public]
    if timed:
        had = feeds.undated(event.id for event, _document in shown if not event.timed)
        shown = [(event, had.get(event.id, document)) for event, document in shown if event.timed or event.id in had]
    found = [
        AgendaEntry(event, session, star, contents[event.id].link, steps)
        for event, document in shown
        for session, star, steps in contents[event.id].of(document)
    ]
    return sorted(found, key=lambda one: (one.session.starts_at, one.session.ends_at, one.session.id))


def removed_entries(contents: Mapping[int, AgendaContent]) -> list[RemovedAgendaEntry]:
    """The sessions of unpublished events, for as long as calendars show them as cancelled. One statement."""
    found = []
    for event, row, document in feeds.unpublished(contents):
        of_event = contents[event]
        if of_event.part is not None and of_event.part.at > row.at:
            of_event = replace(of_event, part=None, turns={})  # added after unpublishing: no calendar has it from here
        found += [RemovedAgendaEntry(row, session, steps) for session, _star, steps in of_event.of(document)]
    return found


def speaking(agenda: Agenda) -> list[OwnPart]:
    """The owner's parts as a speaker, with their links and events."""
    query = (
        select(OwnPart)
        .where(OwnPart.agenda_id == agenda.id)
        .options(joinedload(OwnPart.link).joinedload(SpeakerLink.event))
        .order_by(OwnPart.link_id)
    )
    return list(db.session.scalars(query))


def _turns(parts: Mapping[int, OwnPart]) -> dict[int, dict[str, int]]:
    """By event and code, how often a speaker joined or left a session, according to the published releases.

    Releases made after an event was unpublished count once it is public again.
    """
    if not parts:
        return {}
    query = (
        select(Release.event_id, Release.turned)
        .outerjoin(FeedMemory, FeedMemory.event_id == Release.event_id)
        .where(Release.event_id.in_(sorted(parts)))
        .where(or_(FeedMemory.unpublished_at.is_(None), Release.at <= FeedMemory.unpublished_at))
    )
    turned: dict[int, list[dict[str, Any]]] = {}
    for event, rows in db.session.execute(query):
        turned.setdefault(event, []).extend(rows)
    return {event: rules.turns(rows, parts[event].link.person_id) for event, rows in turned.items()}


def registrations(agenda: Agenda) -> list[Registration]:
    """The registrations in the agenda, even of unpublished events: their attendees still have their own pages."""
    query = (
        select(Registration)
        .join(OwnRegistration, OwnRegistration.registration_id == Registration.id)
        .where(OwnRegistration.agenda_id == agenda.id)
        .options(joinedload(Registration.event), joinedload(Registration.option))
        .order_by(Registration.id)
    )
    return list(db.session.scalars(query))


def version(agenda: Agenda) -> tuple[tuple[object, ...], datetime]:
    """A value that changes with everything in the agenda's calendar, and when it last did. Five statements."""
    # Each change of a star increments its toggles, so their sum reveals any change: one row per event for hundreds of
    # stars.
    stars = db.session.execute(
        select(Star.event_id, func.count(), func.sum(Star.toggles), func.max(Star.changed_at))
        .where(Star.agenda_id == agenda.id)
        .group_by(Star.event_id)
    ).all()
    own = db.session.execute(
        select(
            Registration.event_id, Registration.id, Registration.sequence, Registration.updated_at, OwnRegistration.at
        )
        .join(OwnRegistration, OwnRegistration.registration_id == Registration.id)
        .where(OwnRegistration.agenda_id == agenda.id)
    ).all()
    parts = db.session.execute(
        select(SpeakerLink.event_id, SpeakerLink.id, SpeakerLink.token, SpeakerLink.asked_at, OwnPart.at)
        .join(OwnPart, OwnPart.link_id == SpeakerLink.id)
        .where(OwnPart.agenda_id == agenda.id)
    ).all()
    wanted = {row[0] for row in (*stars, *own, *parts)}
    events = db.session.execute(
        select(Event.id, FeedMemory.unpublished_at, Event.ends_at, FeedMemory.published_ends_at)
        .outerjoin(FeedMemory, FeedMemory.event_id == Event.id)
        .where(Event.id.in_(sorted(wanted)))
    ).all()
    turns = [_turning(*row) for row in events]
    # Changes of an unpublished event only concern those who are registered.
    silent = {number for number, unpublished_at, *_ in events if unpublished_at is not None} - {row[0] for row in own}
    # The desk's number too: a joining link is not part of a release but takes effect at once.
    scopes = {f"event:{number}{of}" for number in wanted - silent for of in ("", ":desk")} | {"directory"}
    every = (stars, own, parts, turns, versions(scopes))
    moments = [row[-1] for rows in every for row in rows] + [changed for *_, changed, _at in (*own, *parts)]
    plain = tuple(sorted(tuple(map(str, row[:-1])) for rows in every for row in rows))
    return (agenda.token, plain), max(filter(None, [agenda.created_at, *moments]))


def _turning(
    number: int, unpublished_at: datetime | None, ends_at: datetime, published_ends_at: datetime | None
) -> tuple[int, datetime | None, bool, datetime | None]:
    """(id, when unpublished, whether its removed sessions are no longer shown, when any of this last changed)."""
    last = (published_ends_at if unpublished_at and published_ends_at else ends_at) + KEEP_REMOVED
    over = last <= clock.now()
    return number, unpublished_at, over, max(filter(None, (unpublished_at, last if over else None)), default=None)


def entries(agenda: Agenda, speaks: Iterable[OwnPart] = ()) -> list[ListedSession]:
    """The agenda as shown on its page. Cancelled sessions, and those of an event without exact dates, overlap
    nothing.
    """
    found = [one for one in agenda_entries(contents(agenda, speaks)) if one.on]
    live = [n for n, one in enumerate(found) if one.event.timed and one.session.timed and not one.session.cancelled]
    crossing = rules.overlaps([(found[n].session.starts_at, found[n].session.ends_at) for n in live])
    over = {n: [found[live[m]].session for m in crossed] for n, crossed in zip(live, crossing, strict=True)}
    return [
        ListedSession(one.event, one.session, over.get(n, []), one.star is not None and one.star.on, one.part)
        for n, one in enumerate(found)
    ]


def public_events(slugs: Iterable[str]) -> dict[str, Event]:
    """Public events by slug."""
    wanted = sorted(set(slugs))
    found = db.session.scalars(select(Event).where(Event.slug.in_(wanted))) if wanted else ()
    return {event.slug: event for event in found if event.public}

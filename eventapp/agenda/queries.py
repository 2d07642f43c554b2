"""What is in an agenda."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventapp.agenda import rules
from eventapp.agenda.models import Agenda, OwnPart, OwnRegistration, Star
from eventapp.core.db import db
from eventapp.core.revisions import Revision
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme.models import Release
from eventapp.programme.published import PublishedPart, PublishedSession
from eventapp.proposals.models import SpeakerLink
from eventapp.registration.models import Registration


@dataclass(frozen=True)
class Held:
    """A public session that is in an agenda, or was once: by a star, or because its owner speaks there (`link`).

    `turns`: how often the owner came into the session as a speaker, or left it. It never falls.
    """

    event: Event
    session: PublishedSession
    star: Star | None = None
    link: SpeakerLink | None = None
    turns: int = 0

    @property
    def speaks(self) -> bool:
        """Whether the owner stands in it now."""
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
class Entry:
    """A session of an agenda, and those of the same agenda that lie over it."""

    event: Event
    session: PublishedSession
    overlaps: list[PublishedSession]
    starred: bool = True
    part: PublishedPart | None = None


def by_token(token: str) -> Agenda | None:
    """The agenda of an address."""
    return db.session.scalar(select(Agenda).where(Agenda.token == token))


def number_of_stars(agenda: Agenda) -> int:
    """How many sessions are starred, whether or not they are public now."""
    return db.session.scalar(select(func.count()).where(Star.agenda_id == agenda.id, Star.on)) or 0


def star(agenda: Agenda, event: Event, code: str) -> Star | None:
    """The star of a session."""
    return db.session.get(Star, (agenda.id, event.id, code))


def starred(agenda: Agenda) -> list[tuple[Event, PublishedSession]]:
    """The starred sessions that the public may see, in the order of time. Two statements, however many events."""
    return [(one.event, one.session) for one in held(agenda) if one.on]


def held(agenda: Agenda, speaks: Iterable[SpeakerLink] = ()) -> list[Held]:
    """The public sessions that are in an agenda, or were once, in the order of time.

    Those of `speaks` as well, which are the owner's links as a speaker (see `speaking`). At most three statements.
    """
    stars: dict[int, dict[str, Star]] = {}
    for star in db.session.scalars(select(Star).where(Star.agenda_id == agenda.id)):
        stars.setdefault(star.event_id, {})[star.code] = star
    links = {link.event_id: link for link in speaks}
    turned = _turns(links)
    found = []
    for event, document in programme.documents({*stars, *links}):
        if not event.public:
            continue
        link, turns, of_event = links.get(event.id), turned.get(event.id, {}), stars.get(event.id, {})
        mine = {
            session.code
            for session in document.sessions
            if link is not None and session.part_of(link.person_id) is not None
        }
        found += [
            # One more for being a speaker at all: the star of the same session may have been taken away before.
            Held(
                event,
                document.by_code[code],
                of_event.get(code),
                link,
                turns.get(code, 0) + (code in mine or code in turns),
            )
            for code in {*of_event, *mine, *turns}
            if code in document.by_code
        ]
    return sorted(found, key=lambda one: (one.session.starts_at, one.session.ends_at, one.session.id))


def speaking(agenda: Agenda) -> list[SpeakerLink]:
    """The links of its owner as a speaker, with their events."""
    query = (
        select(SpeakerLink)
        .join(OwnPart, OwnPart.link_id == SpeakerLink.id)
        .where(OwnPart.agenda_id == agenda.id)
        .options(joinedload(SpeakerLink.event))
        .order_by(SpeakerLink.id)
    )
    return list(db.session.scalars(query))


def _turns(links: Mapping[int, SpeakerLink]) -> dict[int, dict[str, int]]:
    """By event and code, how often a speaker came into a session or left it; those of the releases that say so."""
    if not links:
        return {}
    query = select(Release.event_id, Release.changes).where(Release.event_id.in_(sorted(links)))
    changes: dict[int, list[dict[str, Any]]] = {}
    for event_id, rows in db.session.execute(query):
        changes.setdefault(event_id, []).extend(rows)
    return {event_id: rules.turns(rows, links[event_id].person_id) for event_id, rows in changes.items()}


def registrations(agenda: Agenda) -> list[Registration]:
    """The registrations in the agenda, for public events."""
    query = (
        select(Registration)
        .join(OwnRegistration, OwnRegistration.registration_id == Registration.id)
        .where(OwnRegistration.agenda_id == agenda.id)
        .options(joinedload(Registration.event), joinedload(Registration.option))
        .order_by(Registration.id)
    )
    return [row for row in db.session.scalars(query) if row.event.public]


def version(agenda: Agenda) -> tuple[tuple[object, ...], datetime]:
    """What changes with all that the agenda's calendar says, and when it last did. Four statements."""
    stars = db.session.execute(
        select(Star.event_id, Star.code, Star.toggles, Star.changed_at).where(Star.agenda_id == agenda.id)
    ).all()
    own = db.session.execute(
        select(Registration.event_id, Registration.id, Registration.sequence, Registration.updated_at)
        .join(OwnRegistration, OwnRegistration.registration_id == Registration.id)
        .where(OwnRegistration.agenda_id == agenda.id)
    ).all()
    parts = db.session.execute(
        select(SpeakerLink.event_id, SpeakerLink.id, SpeakerLink.token, SpeakerLink.asked_at, OwnPart.at)
        .join(OwnPart, OwnPart.link_id == SpeakerLink.id)
        .where(OwnPart.agenda_id == agenda.id)
    ).all()
    # The desk's number too: a link to join a session is not released, it holds at once.
    scopes = {f"event:{row[0]}{of}" for row in (*stars, *own, *parts) for of in ("", ":desk")} | {"directory"}
    seen = db.session.execute(
        select(Revision.scope, Revision.number, Revision.at).where(Revision.scope.in_(sorted(scopes)))
    ).all()
    every = (stars, own, parts, seen)
    moments = [row[-1] for rows in every for row in rows] + [asked for *_, asked, _at in parts]
    plain = tuple(sorted(tuple(map(str, row[:-1])) for rows in every for row in rows))
    return (agenda.token, plain), max([agenda.created_at, *moments])


def entries(agenda: Agenda, speaks: Iterable[SpeakerLink] = ()) -> list[Entry]:
    """The agenda as its page shows it. What is cancelled, or of an event known by month only, overlaps nothing."""
    found = [one for one in held(agenda, speaks) if one.on]
    live = [n for n, one in enumerate(found) if one.event.timed and not one.session.cancelled]
    crossing = rules.overlaps([(found[n].session.starts_at, found[n].session.ends_at) for n in live])
    over = {n: [found[live[m]].session for m in crossed] for n, crossed in zip(live, crossing, strict=True)}
    return [
        Entry(one.event, one.session, over.get(n, []), one.star is not None and one.star.on, one.part)
        for n, one in enumerate(found)
    ]


def public_events(slugs: Iterable[str]) -> dict[str, Event]:
    """Public events by slug."""
    wanted = sorted(set(slugs))
    found = db.session.scalars(select(Event).where(Event.slug.in_(wanted))) if wanted else ()
    return {event.slug: event for event in found if event.public}

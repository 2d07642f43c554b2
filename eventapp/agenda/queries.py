"""What is in an agenda."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventapp.agenda import rules
from eventapp.agenda.models import Agenda, OwnRegistration, Star
from eventapp.core.db import db
from eventapp.core.revisions import Revision
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.registration.models import Registration


@dataclass(frozen=True)
class Entry:
    """A starred session, and those of the same agenda that lie over it."""

    event: Event
    session: PublishedSession
    overlaps: list[PublishedSession]


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
    return [(event, session) for event, session, star in with_stars(agenda) if star.on]


def with_stars(agenda: Agenda) -> list[tuple[Event, PublishedSession, Star]]:
    """The public sessions that are starred, or were once, in the order of time."""
    stars: dict[int, list[Star]] = {}
    for star in db.session.scalars(select(Star).where(Star.agenda_id == agenda.id)):
        stars.setdefault(star.event_id, []).append(star)
    found = [
        (event, document.by_code[star.code], star)
        for event, document in programme.documents(stars)
        for star in stars[event.id]
        if event.public and star.code in document.by_code
    ]
    return sorted(found, key=lambda row: (row[1].starts_at, row[1].ends_at, row[1].id))


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
    """What changes with all that the agenda's calendar says, and when it last did. Three statements."""
    stars = db.session.execute(
        select(Star.event_id, Star.code, Star.toggles, Star.changed_at).where(Star.agenda_id == agenda.id)
    ).all()
    own = db.session.execute(
        select(Registration.event_id, Registration.id, Registration.sequence, Registration.updated_at)
        .join(OwnRegistration, OwnRegistration.registration_id == Registration.id)
        .where(OwnRegistration.agenda_id == agenda.id)
    ).all()
    # The desk's number too: a link to join a session is not released, it holds at once.
    scopes = {f"event:{row[0]}{of}" for row in (*stars, *own) for of in ("", ":desk")} | {"directory"}
    seen = db.session.execute(
        select(Revision.scope, Revision.number, Revision.at).where(Revision.scope.in_(sorted(scopes)))
    ).all()
    moments = [row[-1] for rows in (stars, own, seen) for row in rows]
    plain = tuple(sorted(tuple(map(str, row[:-1])) for rows in (stars, own, seen) for row in rows))
    return (agenda.token, plain), max([agenda.created_at, *moments])


def entries(agenda: Agenda) -> list[Entry]:
    """The agenda as its page shows it. What is cancelled, or of an event known by month only, overlaps nothing."""
    found = starred(agenda)
    live = [n for n, (event, session) in enumerate(found) if event.timed and not session.cancelled]
    crossing = rules.overlaps([(found[n][1].starts_at, found[n][1].ends_at) for n in live])
    over = {n: [found[live[m]][1] for m in crossed] for n, crossed in zip(live, crossing, strict=True)}
    return [Entry(event, session, over.get(n, [])) for n, (event, session) in enumerate(found)]


def public_events(slugs: Iterable[str]) -> dict[str, Event]:
    """Public events by slug."""
    wanted = sorted(set(slugs))
    found = db.session.scalars(select(Event).where(Event.slug.in_(wanted))) if wanted else ()
    return {event.slug: event for event in found if event.public}

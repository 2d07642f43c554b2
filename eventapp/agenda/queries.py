"""What is in an agenda."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from eventapp.agenda import rules
from eventapp.agenda.models import Agenda, Star
from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession


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
    return db.session.scalar(select(func.count()).where(Star.agenda_id == agenda.id)) or 0


def star(agenda: Agenda, event: Event, code: str) -> Star | None:
    """The star of a session."""
    return db.session.get(Star, (agenda.id, event.id, code))


def starred(agenda: Agenda) -> list[tuple[Event, PublishedSession]]:
    """The starred sessions that the public may see, in the order of time. Two statements, however many events."""
    codes: dict[int, list[str]] = {}
    for event_id, code in db.session.execute(select(Star.event_id, Star.code).where(Star.agenda_id == agenda.id)):
        codes.setdefault(event_id, []).append(code)
    found = [
        (event, document.by_code[code])
        for event, document in programme.documents(codes)
        for code in codes[event.id]
        if event.public and code in document.by_code
    ]
    return sorted(found, key=lambda pair: (pair[1].starts_at, pair[1].ends_at, pair[1].id))


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

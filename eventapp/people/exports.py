"""Files with people: small ones at once, large ones written by the worker for the member who asked."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from eventapp.core import clock, languages
from eventapp.core.db import db, reading, transaction
from eventapp.events.models import Event
from eventapp.people import queries, spreadsheets
from eventapp.people.columns import Columns
from eventapp.people.models import PeopleExport
from eventapp.people.rules import PeopleQuery
from eventapp.registration import queries as registration

# People in a file that is written while the browser waits.
AT_ONCE = 2000
# How long a file is kept, and after how long another worker begins anew.
KEPT, GIVEN_UP = timedelta(hours=24), timedelta(minutes=10)


def written(event: Event, query: PeopleQuery, format: str, language: str) -> tuple[bytes, int]:
    """The file of everybody in a query, and the number of people in it. A query that names no columns gets all."""
    questions = registration.every_question(event)
    columns = Columns(event, questions, language, everything=True)
    chosen = columns.chosen(query) if query.columns else columns.offered
    pages = queries.pages(event, query, questions, emails=True)
    return spreadsheets.write(format, event, pages, columns, chosen)


def ask(event: Event, query: PeopleQuery, format: str, *, user_id: int, language: str) -> PeopleExport:
    """Have the worker write a file."""
    row = PeopleExport(event_id=event.id, user_id=user_id, format=format, query=str(query), language=language)
    db.session.add(row)
    db.session.flush()
    return row


def of_user(event: Event, user_id: int) -> list[PeopleExport]:
    """The files that somebody has asked for, the newest first."""
    query = select(PeopleExport).where(PeopleExport.event_id == event.id, PeopleExport.user_id == user_id)
    return list(db.session.scalars(query.order_by(PeopleExport.id.desc())))


def by_key(event: Event, key: str, *, user_id: int) -> PeopleExport | None:
    """A file that somebody has asked for."""
    query = select(PeopleExport).where(PeopleExport.event_id == event.id, PeopleExport.key == key)
    return db.session.scalar(query.where(PeopleExport.user_id == user_id))


def write_next() -> int:
    """Write the file that was asked for first; returns 1, or 0 if there is none.

    Nothing is locked while it is written.
    """
    moment = clock.now()
    free = or_(PeopleExport.begun_at.is_(None), PeopleExport.begun_at < moment - GIVEN_UP)
    due = select(PeopleExport.id).where(PeopleExport.finished_at.is_(None), free).order_by(PeopleExport.id).limit(1)
    with transaction():
        number = db.session.scalar(due.with_for_update(skip_locked=True))
        if number is None:
            return 0
        db.session.execute(update(PeopleExport).where(PeopleExport.id == number).values(begun_at=moment))
    with reading():
        row = db.session.get(PeopleExport, number)
        if row is None:
            return 0
        with languages.force_locale(row.language):
            event = db.session.get_one(Event, row.event_id)
            content, people = written(event, PeopleQuery.of_string(row.query), row.format, row.language)
    with transaction():
        done = {"content": content, "rows": people, "finished_at": clock.now()}
        db.session.execute(update(PeopleExport).where(PeopleExport.id == number).values(**done))
    return 1


def forget() -> int:
    """Delete the files of yesterday."""
    old = delete(PeopleExport).where(PeopleExport.created_at < clock.now() - KEPT)
    return db.session.execute(old).rowcount or 0  # type: ignore[attr-defined]

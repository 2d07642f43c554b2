"""Finding people: pages of a list, their numbers, and the ids that a bulk action or an announcement is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from typing import cast as cast_type

from sqlalchemy import ColumnElement, Float, Select, String, case, cast, func, select

from eventapp.accounts.models import User
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.core.parts import MOST_AT_ONCE, in_parts
from eventapp.directory.rules import OrganizationKind, typed_name
from eventapp.events.models import Event
from eventapp.people.filters import conditions
from eventapp.people.models import PeopleTag, RegistrationNote, RegistrationTag, SavedView
from eventapp.people.rules import PeopleQuery
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Contact, Registration, SessionSignup
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import IN_LINE, RegistrationSource, RegistrationStatus


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One registration in a list, without the session around it."""

    id: int
    status: RegistrationStatus
    family_name: str
    given_name: str
    reading: str
    organization_name: str
    organization_kind: OrganizationKind | None
    country_code: str | None
    answers: dict[str, Any]
    source: RegistrationSource
    generated: bool
    privacy_version: int | None
    created_at: datetime
    updated_at: datetime
    waiting_since: datetime | None
    uid: str
    option_key: str
    option_title: LocalizedText
    mode: Mode
    email: str
    phone: str
    language: str

    @property
    def name(self) -> str:
        """The full name as typed, in the order of its script."""
        return typed_name(self.family_name, self.given_name)


_COLUMNS = (
    Registration.id,
    Registration.status,
    Registration.family_name,
    Registration.given_name,
    Registration.reading,
    Registration.organization_name,
    Registration.organization_kind,
    Registration.country_code,
    Registration.answers,
    Registration.source,
    Registration.generated,
    Registration.privacy_version,
    Registration.created_at,
    Registration.updated_at,
    Registration.waiting_since,
    Registration.uid,
    AttendanceOption.key,
    AttendanceOption.title,
    AttendanceOption.mode,
    Contact.email,
    Contact.phone,
    Contact.language,
)

# Names of orders. “-” in front reverses one.
_ORDERS: dict[str, tuple[Any, ...]] = {
    # A name is sorted as it is read, where that is known.
    "name": (
        case((Registration.reading != "", Registration.reading), else_=Registration.family_name),
        Registration.given_name,
    ),
    "organization": (func.lower(Registration.organization_name),),
    "country": (Registration.country_code,),
    "option": (AttendanceOption.position, AttendanceOption.id),
    "status": (Registration.status,),
    "registered": (Registration.created_at,),
    "changed": (Registration.updated_at,),
    "email": (func.lower(Contact.email),),
}
NEWEST_FIRST = "-registered"


def _from(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Registration)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .join(Contact, Contact.id == Registration.contact_id)
    )


def _ordered(query: Select[Any], sort: str, questions: Iterable[Question]) -> Select[Any]:
    wanted = sort.removeprefix("-")
    columns: tuple[Any, ...] = _ORDERS.get(wanted, ())
    if wanted.startswith("a."):
        columns = tuple(_answered(question) for question in questions if f"a.{question.key}" == wanted)
    if not columns:
        wanted, columns, sort = "", _ORDERS["registered"], NEWEST_FIRST
    # The same order in each engine: people without a value come last.
    missing = columns[0].is_(None) if isinstance(columns[0].type, Float) else func.coalesce(columns[0], "") == ""
    last = [case((missing, 1), else_=0)] if wanted not in _ALWAYS_SET else []
    columns = (*columns, Registration.id)
    return query.order_by(*last, *(column.desc() if sort.startswith("-") else column for column in columns))


def _answered(question: Question) -> ColumnElement[Any]:
    """An answer as it is sorted: a number by its value."""
    text = cast(Registration.answers[question.key].as_string(), String)
    if question.kind is QuestionKind.NUMBER:
        return case((text.regexp_match(r"^-?[0-9]+(\.[0-9]+)?$"), cast(text, Float)))
    return func.lower(text)


_ALWAYS_SET = {"option", "status", "registered", "changed", ""}


def numbers(
    event: Event, query: PeopleQuery, questions: Iterable[Question], *, emails: bool
) -> dict[RegistrationStatus, int]:
    """How many people are in each state, among those who fit the rest of the query."""
    found = conditions(event, query, questions, emails=emails, statuses=False)
    counted = (
        _from(cast_type(Select[Any], select(Registration.status, func.count())))
        .where(*found)
        .group_by(Registration.status)
    )
    return {status: number for status, number in db.session.execute(counted)}


def rows(
    event: Event,
    query: PeopleQuery,
    questions: Iterable[Question],
    *,
    emails: bool,
    limit: int | None = None,
    offset: int = 0,
) -> list[PersonRow]:
    """The people of a list in its order."""
    statement = _ordered(_from(select(*_COLUMNS)), query.sort, questions)
    statement = statement.where(*conditions(event, query, questions, emails=emails)).limit(limit).offset(offset)
    return [PersonRow(*row) for row in db.session.execute(statement)]


def pages(
    event: Event, query: PeopleQuery, questions: Sequence[Question], *, emails: bool, size: int = MOST_AT_ONCE
) -> Iterator[list[PersonRow]]:
    """The people of a list in its order, some at a time: the order is read at once, and nobody is left out or comes
    twice because somebody registers meanwhile.
    """
    for chosen in in_parts(ids(event, query, questions, emails=emails), size):
        statement = _from(select(*_COLUMNS)).where(Registration.id.in_(chosen))
        by_id = {row[0]: PersonRow(*row) for row in db.session.execute(statement)}
        yield [by_id[number] for number in chosen if number in by_id]


def ids(event: Event, query: PeopleQuery, questions: Iterable[Question], *, emails: bool = True) -> list[int]:
    """The ids of everybody in a list, in its order."""
    statement = _ordered(_from(select(Registration.id)), query.sort, questions)
    return list(db.session.scalars(statement.where(*conditions(event, query, questions, emails=emails))))


def tags_of(numbers: Iterable[int]) -> Mapping[int, list[str]]:
    """The names of the tags of registrations, by their ids."""
    wanted = list(numbers)
    found: dict[int, list[str]] = {number: [] for number in wanted}
    query = (
        select(RegistrationTag.registration_id, PeopleTag.name)
        .join(PeopleTag, PeopleTag.id == RegistrationTag.tag_id)
        .where(RegistrationTag.registration_id.in_(wanted))
        .order_by(PeopleTag.name)
    )
    for number, name in db.session.execute(query) if wanted else ():
        found[number].append(name)
    return found


def places(event: Event, shown: Iterable[PersonRow]) -> dict[int, int]:
    """The positions of those among the shown people who are on a waiting list. No statement if nobody is."""
    waiting = [row.id for row in shown if row.status in IN_LINE]
    if not waiting:
        return {}
    # Options that share their seats have one line.
    line = case((AttendanceOption.pool_id.is_not(None), -AttendanceOption.pool_id), else_=AttendanceOption.id)
    place = func.row_number().over(partition_by=line, order_by=(Registration.waiting_since, Registration.id))
    lines = (
        select(Registration.id.label("number"), place.label("place"))
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .where(Registration.event_id == event.id, Registration.status.in_(IN_LINE))
        .subquery()
    )
    found = select(lines.c.number, lines.c.place).where(lines.c.number.in_(waiting))
    return {number: position for number, position in db.session.execute(found)}


def seats_of(numbers: Iterable[int]) -> dict[int, list[LocalizedText]]:
    """The titles of the sessions in which registrations have seats, by their ids."""
    wanted = list(numbers)
    query = (
        select(SessionSignup.registration_id, Session.title)
        .join(Session, Session.id == SessionSignup.session_id)
        .where(SessionSignup.registration_id.in_(wanted))
        .order_by(Session.starts_at, Session.id)
    )
    found: dict[int, list[LocalizedText]] = {}
    for number, title in db.session.execute(query) if wanted else ():
        found.setdefault(number, []).append(title)
    return found


@dataclass(frozen=True)
class ShownNote:
    """A note with the name of its author."""

    note: RegistrationNote
    author: str


def notes_of(registration: Registration) -> list[ShownNote]:
    """The notes on a person, the newest first."""
    query = (
        select(RegistrationNote, User.name, User.email)
        .outerjoin(User, User.id == RegistrationNote.author_id)
        .where(RegistrationNote.registration_id == registration.id)
        .order_by(RegistrationNote.id.desc())
    )
    return [ShownNote(note, name or email or "") for note, name, email in db.session.execute(query)]


def tags(event: Event) -> list[PeopleTag]:
    """The tags of an event, by name."""
    return list(db.session.scalars(select(PeopleTag).where(PeopleTag.event_id == event.id).order_by(PeopleTag.name)))


def saved_views(event: Event) -> list[SavedView]:
    """The saved views of an event, the oldest first."""
    query = select(SavedView).where(SavedView.event_id == event.id)
    return list(db.session.scalars(query.order_by(SavedView.id)))


def sessions_with_seats(event: Event) -> list[tuple[str, LocalizedText]]:
    """(code, title) of the sessions for which people sign up."""
    query = select(Session.code, Session.title).where(Session.event_id == event.id, Session.capacity.is_not(None))
    return [(code, title) for code, title in db.session.execute(query.order_by(Session.starts_at, Session.id))]

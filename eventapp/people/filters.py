"""A query of people as conditions of a SELECT over registrations and their contacts and options."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, cast, exists, func, not_, or_
from sqlalchemy import String as Text

from eventapp.check_in.came import has_come
from eventapp.core.localized import fold
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.people.models import PeopleTag, RegistrationNote, RegistrationTag
from eventapp.people.rules import ANY, NONE, PeopleQuery
from eventapp.programme.models import Session
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Contact, Registration, SessionSignup
from eventapp.registration.queries import by_name, with_words
from eventapp.registration.question_rules import QuestionKind

Conditions = list[ColumnElement[bool]]


def conditions(
    event: Event, query: PeopleQuery, questions: Iterable[Question], *, emails: bool, statuses: bool = True
) -> Conditions:
    """Who is found. E-mail addresses and organizations are searched only for who may see them (`emails`); `statuses`
    False ignores the filter of states, to count the people in each.
    """
    found: Conditions = [Registration.event_id == event.id]
    if statuses and query.statuses:
        found.append(Registration.status.in_(query.statuses))
    if query.options:
        found.append(AttendanceOption.key.in_(query.options))
    if query.modes:
        found.append(AttendanceOption.mode.in_(query.modes))
    found += _organization(query)
    if query.languages:
        found.append(Contact.language.in_(query.languages))
    found += _tags(event, query)
    found += _kept_beside(query)
    if query.sources:
        found.append(Registration.source.in_(query.sources))
    if query.address:
        found.append(Contact.email != "" if query.address == "yes" else Contact.email == "")
    if query.privacy is not None:
        found.append(Registration.privacy_version == query.privacy)
    if query.numbers:
        found.append(Registration.id.in_(query.numbers))
    found += _text(query.text, emails=emails)
    known = {question.key: question for question in questions}
    found += [_answer(known[key], values) for key, values in query.answers if key in known]
    return found


def _kept_beside(query: PeopleQuery) -> Conditions:
    """Seats in sessions, notes, and whether they were checked in."""
    found: Conditions = []
    if query.came:
        found.append(has_come() if query.came == "yes" else not_(has_come()))
    if query.sessions:
        seat = exists().where(SessionSignup.registration_id == Registration.id)
        found.append(seat.where(SessionSignup.session_id == Session.id, Session.code.in_(query.sessions)))
    if query.note:
        noted = exists().where(RegistrationNote.registration_id == Registration.id)
        due = (RegistrationNote.follow_up.is_not(None), RegistrationNote.done_at.is_(None))
        found.append(noted.where(*due) if query.note == "due" else noted)
    return found


def _organization(query: PeopleQuery) -> Conditions:
    found: Conditions = []
    if query.countries:
        codes = [code for code in query.countries if code != NONE]
        missing = [or_(Registration.country_code.is_(None), Registration.country_code == "")]
        found.append(or_(Registration.country_code.in_(codes), *(missing if NONE in query.countries else ())))
    if query.kinds:
        kinds = [OrganizationKind(kind) for kind in query.kinds if kind != NONE]
        unsorted = and_(Registration.organization_kind.is_(None), Registration.organization_name != "")
        found.append(or_(Registration.organization_kind.in_(kinds), *([unsorted] if NONE in query.kinds else ())))
    if query.organizations:
        found.append(Registration.organization_name.in_(query.organizations))
    return found


def _tags(event: Event, query: PeopleQuery) -> Conditions:
    def has(tags: Iterable[str]) -> ColumnElement[bool]:
        tagged = exists().where(RegistrationTag.registration_id == Registration.id)
        named = PeopleTag.name_key.in_([fold(tag) for tag in tags])
        return tagged.where(RegistrationTag.tag_id == PeopleTag.id, PeopleTag.event_id == event.id, named)

    anything = exists().where(RegistrationTag.registration_id == Registration.id)
    found: Conditions = []
    if query.tags:
        named = [tag for tag in query.tags if tag != NONE]
        found.append(or_(has(named), *([not_(anything)] if NONE in query.tags else ())))
    if query.without_tags:
        found.append(not_(has(query.without_tags)))
    return found


def _text(text: str, *, emails: bool) -> Conditions:
    """Who has each word in the name or its reading; for those who may see `emails`, also in the address and the
    organization.
    """
    if not emails:
        return by_name(text)
    return with_words(
        text, Registration.family_name, Registration.given_name, Registration.organization_name, Contact.email
    )


def _answer(question: Question, values: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether somebody has given one of these answers: keys of choices, "yes" and "no", a part of a text."""
    answer = Registration.answers[question.key]
    text = answer.as_string()
    missing = or_(text.is_(None), text == "", text == "[]")
    either: Conditions = []
    for value in values:
        if value in {NONE, ANY}:
            either.append(missing if value == NONE else not_(missing))
        elif question.kind is QuestionKind.CHOICES:
            either.append(text.contains(f'"{value}"', autoescape=True))
        elif question.kind in {QuestionKind.YES_NO, QuestionKind.CONSENT}:
            # SQLite returns 1 and 0 for JSON's true and false, PostgreSQL "true" and "false".
            either.append(func.lower(cast(text, Text)).in_(["true", "1"] if value == "yes" else ["false", "0"]))
        elif question.kind.has_choices or question.kind in {QuestionKind.COUNTRY, QuestionKind.LANGUAGE}:
            either.append(text == value)
        elif question.kind is QuestionKind.NUMBER:
            either.append(cast(text, Text).in_([value, f"{value}.0"]))
        else:
            either.append(func.lower(text).contains(value.casefold(), autoescape=True))
    return or_(*either)

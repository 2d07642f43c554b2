"""Answers at a glance: how many people have given which answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event
from eventapp.people.filters import conditions
from eventapp.people.rules import ANY, PeopleQuery
from eventapp.registration.answers import asked, shown
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.question_rules import QuestionKind, number_text
from eventapp.registration.rules import REGISTERED

_COUNTED = {QuestionKind.COUNTRY, QuestionKind.LANGUAGE, QuestionKind.YES_NO, QuestionKind.CONSENT}


@dataclass(frozen=True)
class AnswerCount:
    """An answer, or none, and how many people have given it. `query` lists them; None if no list has just them."""

    label: str
    number: int
    query: PeopleQuery | None


@dataclass
class QuestionCount:
    """The answers to one question. `asked` is the number of people it applies to; `facts` are those of numbers."""

    question: Question
    label: str
    asked: int = 0
    answers: list[AnswerCount] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


def of_registered(query: PeopleQuery) -> PeopleQuery:
    """The query, limited to people who are registered unless it names states itself."""
    return query if query.statuses else query.having(statuses=tuple(sorted(REGISTERED)))


def counts(
    event: Event,
    query: PeopleQuery,
    questions: Sequence[Question],
    options: Iterable[AttendanceOption],
    *,
    language: str,
) -> tuple[int, list[QuestionCount]]:
    """The number of people of a query, and the answers to each question that some of them were asked.

    One statement for any number of people.
    """
    query = of_registered(query)
    found = conditions(event, query, questions, emails=True)
    rows = db.session.execute(
        select(Registration.option_id, Registration.answers)
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(*found)
    ).all()
    by_option = {option.id: option for option in options}
    current = [question for question in questions if question.removed_at is None]
    numbers: dict[str, int] = Counter()
    given: dict[str, list[Any]] = {question.key: [] for question in questions}
    for option_id, answers in rows:
        for question in asked(current, by_option.get(option_id), _answer_in(answers)):
            numbers[question.key] += 1
        for key, answer in answers.items():
            if key in given and answer not in (None, "", []):
                given[key].append(answer)
    counted = [
        _count(question, given[question.key], numbers[question.key], query, language)
        for question in questions
        if numbers[question.key] or given[question.key]
    ]
    return len(rows), counted


def _answer_in(answers: dict[str, Any]) -> Callable[[Question], Any]:
    return lambda question: answers.get(question.key)


def _count(question: Question, given: list[Any], asked: int, query: PeopleQuery, language: str) -> QuestionCount:
    result = QuestionCount(question, question.label.resolve(language).text, max(asked, len(given)))
    if question.kind is QuestionKind.NUMBER and given:
        numbers = [number for number in given if isinstance(number, int | float)]
        result.facts = (
            [
                (_("Sum"), number_text(sum(numbers))),
                (_("Least"), number_text(min(numbers))),
                (_("Most"), number_text(max(numbers))),
            ]
            if numbers
            else []
        )

    def line(label: str, number: int, value: str) -> AnswerCount:
        answers = (*(one for one in query.answers if one[0] != question.key), (question.key, (value,)))
        return AnswerCount(
            label, number, replace(query, answers=answers, columns=("organization", f"a.{question.key}"))
        )

    if question.kind.has_choices:
        chosen = Counter(key for answer in given for key in (answer if isinstance(answer, list) else [answer]))
        known = [one.key for one in question.all_choices]
        keys = [*known, *sorted(str(key) for key in chosen if key not in known)]
        offered = {one.key for one in question.offered}
        result.answers = [
            line(shown(question, key, language), chosen[key], key) for key in keys if chosen[key] or key in offered
        ]
    elif question.kind in _COUNTED:
        common = Counter(given).most_common()
        result.answers = [line(shown(question, one, language), number, _value(one)) for one, number in common]
    elif given:
        result.answers = [line(_("Answered"), len(given), ANY)]
    if result.asked > len(given):
        # People who were not asked have no answer either.
        result.answers.append(AnswerCount(_("No answer"), result.asked - len(given), None))
    return result


def _value(answer: Any) -> str:
    """An answer as the query language writes it."""
    return ("yes" if answer else "no") if isinstance(answer, bool) else str(answer)

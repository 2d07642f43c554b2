"""Answers to the questions of the form: which are asked of a person, and how an answer is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption
from eventapp.registration.question_rules import QuestionKind, fits, number_text


def asked(
    questions: Iterable[Question], option: AttendanceOption | None, answer: Callable[[Question], Any]
) -> list[Question]:
    """The questions that a person with this option is asked, whose `answer` to each is as typed or stored.

    A question that depends on one that is not asked itself is not asked either.
    """
    found: list[Question] = []
    given: dict[str, Any] = {}
    for question in questions:
        if question.asked_of(option) and (
            not question.if_question or has_answer(given.get(question.if_question), question.if_answer)
        ):
            found.append(question)
            given[question.key] = answer(question)
    return found


def has_answer(answer: Any, wanted: str) -> bool:
    """Whether an answer is, or contains, this choice; `yes` and `no` are those of a yes-or-no question."""
    if isinstance(answer, bool):
        return answer is (wanted == "yes")
    return wanted in answer if isinstance(answer, list) else bool(answer) and answer == wanted


def shown(question: Question | None, answer: Any, language: str) -> str:
    """An answer in the words that were read when it was given, for a reader of this language.

    Choices are stored by key, and the words of a key are only ever corrected: other words are another choice. What no
    question explains any more is shown as it is stored.
    """
    if answer is None or answer == "" or answer == []:
        return ""
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    if isinstance(answer, dict):
        return str(answer.get("name", ""))
    if isinstance(answer, list):
        return languages.listing([_part(question, one, language) for one in answer], language)
    if isinstance(answer, int | float):
        return number_text(answer)
    return _part(question, answer, language)


def _part(question: Question | None, answer: Any, language: str) -> str:
    if question is not None and isinstance(answer, str):
        if question.kind.has_choices:
            texts = next((one.texts for one in question.all_choices if one.key == answer), None)
            return texts.resolve(language).text if texts else answer
        if fits(question.kind, [], answer):
            match question.kind:
                case QuestionKind.DATE:
                    return _day(answer, language)
                case QuestionKind.COUNTRY:
                    return languages.country(answer, language)
                case QuestionKind.LANGUAGE:
                    return languages.language_name(answer, language)
    return str(answer)


def _day(answer: str, language: str) -> str:
    try:
        return languages.day(date.fromisoformat(answer), language)
    except ValueError:
        return answer


@dataclass(frozen=True)
class ShownAnswer:
    """An answer for a reader: its question's label, and the answer in words (empty: none)."""

    question: Question
    label: str
    text: str


def listed(
    questions: Iterable[Question], option: AttendanceOption | None, answers: Mapping[str, Any], language: str
) -> list[ShownAnswer]:
    """What a person has been asked and has answered, in the order of the form."""
    return [
        ShownAnswer(one, one.label.resolve(language).text, shown(one, answers.get(one.key), language))
        for one in asked(questions, option, lambda one: answers.get(one.key))
    ]


def condition(question: Question, questions: Iterable[Question], language: str) -> str:
    """When a question is asked, as a sentence; empty if always."""
    decisive = next((one for one in questions if one.key == question.if_question), None)
    if not question.if_question or decisive is None:
        return ""
    return _(
        "Only if the answer to “%(question)s” is “%(answer)s”",
        answer=answer_name(decisive, question.if_answer, language),
        question=decisive.label.resolve(language).text,
    )


def answer_name(question: Question, answer: str, language: str) -> str:
    """The words of an answer that another question depends on."""
    if question.kind is QuestionKind.YES_NO:
        return _("Yes") if answer == "yes" else _("No")
    return _part(question, answer, language)


def possible(question: Question) -> list[tuple[str, LocalizedText | None]]:
    """The answers that another question can depend on; None for the words of yes and no."""
    if question.kind is QuestionKind.YES_NO:
        return [("yes", None), ("no", None)]
    return [(one.key, one.texts) for one in question.offered]

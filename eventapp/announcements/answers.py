"""Answers to questions of the registration form as placeholders of announcements, such as {answer:diet}."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eventapp.announcements.rules import ANSWER, answer_placeholder
from eventapp.core import languages
from eventapp.core.db import db
from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.text import can_be_greeted_by, one_line, reads_as_address
from eventapp.events.models import Event
from eventapp.registration import queries as registration
from eventapp.registration.answers import asked, shown
from eventapp.registration.form_models import Question
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind

# What stands for an answer that a person has not given, in every language.
NO_ANSWER = "–"
# The longest answer that is written into an e-mail.
LONGEST = 200
_TYPED = {QuestionKind.TEXT, QuestionKind.LONG_TEXT, QuestionKind.ORGANIZATION}


def meanings(event: Event) -> dict[str, str]:
    """The placeholders of the questions that the form asks now, as the team reads them. One statement."""
    language = languages.interface()
    return {
        answer_placeholder(one.key): _("Answer to “%(question)s”", question=one.label.resolve(language).text)
        for one in registration.questions(event)
        if one.kind is not QuestionKind.FILE
    }


class AnswerPlaceholders:
    """What those of these placeholders that are about answers say to a reader. One statement, or none without any.

    A question that is no longer asked is still answered; one that is not known says that nobody has answered it.
    """

    def __init__(self, event: Event, names: Iterable[str]) -> None:
        self.names = [name for name in names if name.startswith(ANSWER)]
        # They outlive the transactions of the worker, which would read each again after every one.
        self._form = _detached(registration.every_question(event)) if self.names else []
        known = {answer_placeholder(one.key): one for one in self._form}
        self.questions: dict[str, Question | None] = {name: known.get(name) for name in self.names}
        self._current = [one for one in self._form if one.removed_at is None]
        self._words: dict[tuple[str, str, str], str] = {}

    def values(self, people: Sequence[Registration], language: str) -> dict[str, str]:
        """What is filled in for all who share a contact: one answer if they agree, else each with the name."""
        return {name: self._of_all(question, people, language) for name, question in self.questions.items()}

    def unanswered(self, name: str, option: Any, answers: Mapping[str, Any]) -> bool:
        """Whether somebody with this option and these answers has none to the question of a placeholder."""
        question = self.questions[name]
        if question is None or not self._applies(question, option, answers):
            return True
        return answers.get(question.key) in (None, "", [])

    def samples(self, language: str) -> dict[str, str]:
        """Invented answers for a reader of the current language; labels are in that of the text."""
        return {name: _sample(question, language) for name, question in self.questions.items()}

    def _of_all(self, question: Question | None, people: Sequence[Registration], language: str) -> str:
        if question is None:
            return NO_ANSWER
        found = [self._of(question, one, language) for one in people]
        if len(set(found)) == 1:
            return found[0]
        with force_locale(language):
            names = [one.name if can_be_greeted_by(one.name) else "…" for one in people]
            lines = [name + _(": ") + answer for name, answer in zip(names, found, strict=True)]
            return languages.listing(lines, language)

    def _of(self, question: Question, person: Registration, language: str) -> str:
        answer = person.answers.get(question.key)
        if answer in (None, "", []) or not self._applies(question, person.option, person.answers):
            return NO_ANSWER
        if question.kind in _TYPED:
            return safe(str(answer))
        key = question.key, language, str(answer)
        if key not in self._words:
            with force_locale(language):
                self._words[key] = one_line(shown(question, answer, language)) or NO_ANSWER
        return self._words[key]

    def _applies(self, question: Question, option: Any, answers: Mapping[str, Any]) -> bool:
        """Whether the person is asked it. An answer that was given before other answers changed does not count."""
        if question.removed_at is not None or (question.mode is None and not question.if_question):
            return True
        return any(one is question for one in asked(self._current, option, lambda one: answers.get(one.key)))


def _detached(questions: list[Question]) -> list[Question]:
    for one in questions:
        db.session.expunge(one)
    return questions


def safe(answer: str) -> str:
    """A typed answer on one line, not too long.

    Anybody can register somebody else and type what they like: with a web address in it, the e-mail would be their
    message. A slash alone makes no address of "vegan/halal".
    """
    text = one_line(answer)
    if "://" in text or reads_as_address(re.sub("[/／]", " ", text)):
        return "…"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _sample(question: Question | None, language: str) -> str:
    if question is None:
        return NO_ANSWER
    if question.kind.has_choices and question.offered:
        return question.offered[0].texts.resolve(language).text
    if question.kind in {QuestionKind.YES_NO, QuestionKind.CONSENT}:
        return _("Yes")
    return _("(the answer to “%(question)s”)", question=question.label.resolve(language).text)

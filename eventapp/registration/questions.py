"""Questions of the registration form: changed, retired, put in order, and added in ready sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from eventapp.core import clock, tokens
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration import answers, queries
from eventapp.registration.form_models import FormSettings, PrivacyNotice, Question
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import (
    AnswerChoice,
    CheckAnswers,
    QuestionKind,
    changes_meaning,
    free_key,
    new_key,
)
from eventapp.registration.ready_sets import READY_SETS, ReadySet


class AsksMeaning(Refused):
    """Words that people have answered were replaced: has the question (`field`), or a choice, the same meaning?"""


def save_question(
    event: Event,
    question: Question | None,
    *,
    label: LocalizedText,
    kind: QuestionKind,
    hint: LocalizedText | None = None,
    choices: Iterable[AnswerChoice | LocalizedText | str] = (),
    mode: Mode | None = None,
    required: bool = False,
    key: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    languages: Sequence[str] = (),
    megabytes: int = 5,
    file_kinds: Sequence[str] = (),
    if_question: str = "",
    if_answer: str = "",
    same_question: bool | None = None,
    same_choices: bool | None = None,
) -> Question:
    """Create or change a question.

    Once it has been answered, another kind of answer or another label is a question of its own, unless its meaning is
    the same (`same_question`) and only the words are corrected; the old one is retired and its answers can be read. So
    are choices (`same_choices`). Raises AsksMeaning if that has not been said; Refused for fewer than two choices,
    bounds that exclude every number, and a condition on a question that does not come before.
    """
    number = len(queries.every_question(event)) if question is None else question.position
    check_condition(event, question, number, if_question, if_answer)
    if minimum is not None and maximum is not None and minimum > maximum:
        raise Refused(_("The largest number must not be below the smallest."), field="maximum")
    if kind is QuestionKind.LANGUAGE and len(languages) < 2:
        raise Refused(_("Enter at least two languages."), field="languages")
    given = _given(question) if question is not None else []
    another = question is not None and bool(given) and _is_another(question, kind, label, same_question)
    chosen = _choices(question, choices, [] if another else given, kind=kind, same=same_choices)
    if question is not None:
        _check_needed(question, set() if another else _answers_of(kind, chosen))
    if question is not None and another:
        remove_question(question)
        chosen = [one for one in chosen if not one.retired]
        question = None
    if question is None:
        keys = {one.key for one in queries.every_question(event)}
        key = free_key(key, keys) if key else new_key(label, keys, otherwise=tokens.code(4).lower())
        question = Question(event_id=event.id, key=key, position=number)
        db.session.add(question)
    question.label, question.hint, question.kind = label, hint or LocalizedText(), kind
    question.choices = [one.to_json() for one in chosen]
    question.minimum, question.maximum = (minimum, maximum) if kind is QuestionKind.NUMBER else (None, None)
    question.languages, question.megabytes, question.file_kinds = list(languages), megabytes, list(file_kinds)
    question.mode, question.required = mode, required
    question.if_question, question.if_answer = (if_question, if_answer) if if_question else ("", "")
    db.session.flush()
    return question


def _given(question: Question) -> list[Any]:
    """All answers to a question."""
    answer = Registration.answers[question.key]
    query = select(answer).where(Registration.event_id == question.event_id, answer.as_string().is_not(None))
    return list(db.session.scalars(query))


def _is_another(question: Question, kind: QuestionKind, label: LocalizedText, same: bool | None) -> bool:
    """Whether the change makes another question of one that was answered. Raises AsksMeaning."""
    if not question.kind.reads_like(kind):
        if same is not False:
            raise AsksMeaning(
                _("People have given answers of another kind. Make this a new question, or choose the former kind."),
                field="same_question",
            )
        return True
    if changes_meaning(question.label, label) and same is None:
        raise AsksMeaning(_("People have answered this question. Does it still mean the same?"), field="same_question")
    return changes_meaning(question.label, label) and same is False


def _choices(
    question: Question | None,
    typed: Iterable[AnswerChoice | LocalizedText | str],
    given: list[Any],
    *,
    kind: QuestionKind,
    same: bool | None,
) -> list[AnswerChoice]:
    """The choices to store: those that are offered in their order, then those that no longer are."""
    known = {one.key: one for one in question.all_choices} if question is not None else {}
    if not kind.has_choices:
        return list(known.values())
    used = {part for answer in given for part in (answer if isinstance(answer, list) else [answer])}
    keys, found, retired = set(known), [], {}
    for one in typed:
        choice = _as_choice(one, known.values())
        before = known.get(choice.key)
        if before is not None and before.key in used and changes_meaning(before.texts, choice.texts):
            if same is None:
                named = _words(before.texts)
                message = _("People have chosen “%(choice)s”. Does it still mean the same?", choice=named)
                raise AsksMeaning(message, field="same_choices")
            if not same:
                retired[before.key] = before._replace(retired=True)
                choice = choice._replace(key="")
        if not choice.key:
            choice = choice._replace(key=new_key(choice.texts, keys, otherwise="c1"))
            keys.add(choice.key)
        found.append(choice)
    listed = {one.key for one in found} | set(retired)
    retired |= {key: one._replace(retired=True) for key, one in known.items() if key not in listed}
    offered = [one for one in found if not one.retired]
    if len(offered) < 2:
        raise Refused(_("Enter at least two choices, one per line."), field="choices")
    return [*offered, *(one for one in found if one.retired), *retired.values()]


def _as_choice(typed: AnswerChoice | LocalizedText | str, known: Iterable[AnswerChoice]) -> AnswerChoice:
    """A typed choice; one without a key is the known one with the same words, which is offered again."""
    if isinstance(typed, AnswerChoice):
        return typed
    texts = typed if isinstance(typed, LocalizedText) else LocalizedText(en=typed)
    same = next((one for one in known if set(texts.items()) <= set(one.texts.items())), None)
    return same._replace(retired=False) if same else AnswerChoice("", texts)


def check_condition(event: Event, question: Question | None, position: int, key: str, answer: str) -> None:
    """Raise Refused if a question at this position can't depend on this answer."""
    if not key:
        return
    others = [one for one in queries.questions(event) if question is None or one.id != question.id]
    decisive = next((one for one in others if one.key == key), None)
    possible = [one for one, _texts in answers.possible(decisive)] if decisive and decisive.kind.decides else []
    if decisive is None or answer not in possible:
        raise Refused(_("Choose an answer from the list."), field="condition")
    if decisive.position > position:
        raise Refused(_("A question can only depend on one that comes before it."), field="condition")


def _answers_of(kind: QuestionKind, choices: list[AnswerChoice]) -> set[str]:
    """The answers that another question can depend on."""
    if kind.has_choices:
        return {one.key for one in choices if not one.retired}
    return {"yes", "no"} if kind is QuestionKind.YES_NO else set()


def _check_needed(question: Question, possible: set[str]) -> None:
    """Raise Refused if another question depends on an answer that is no longer possible."""
    for one in queries.depending_on(question):
        if one.if_answer not in possible:
            named = _words(one.label)
            raise Refused(
                _("“%(question)s” depends on the answer to this question. Change that first.", question=named)
            )


def _words(texts: LocalizedText) -> str:
    return texts.resolve(interface()).text


def _name(question: Question) -> str:
    return _words(question.label)


def remove_question(question: Question) -> None:
    """Stop asking a question; existing answers are kept and can be read. Raises Refused if others depend on it."""
    _check_needed(question, set())
    question.removed_at = clock.now()
    db.session.flush()


def check_order(rows: Sequence[Question]) -> None:
    """Raise Refused if a question would come before the one that it depends on."""
    before: set[str] = set()
    keys = {row.key for row in rows}
    for row in rows:
        if row.if_question in keys - before:
            raise Refused(_("“%(question)s” depends on a later question: leave it below.", question=_name(row)))
        before.add(row.key)


def unused_sets(asked: Iterable[Question]) -> dict[str, ReadySet]:
    """The ready sets of which nothing is asked yet."""
    keys = {re.sub(r"_\d+$", "", one.key) for one in asked}
    return {name: one for name, one in READY_SETS.items() if not keys & {row["key"] for row in one.questions}}


def add_ready_set(event: Event, name: str) -> None:
    """Add the questions of a ready set. Raises Refused if one of them is asked already."""
    if name not in unused_sets(queries.questions(event)):
        raise Refused(_("These questions are in the form already."))
    keys: dict[str, str] = {}
    for row in READY_SETS[name].questions:
        values = dict(row)
        if "if_question" in values:
            values["if_question"] = keys[values["if_question"]]
        if values["kind"] is QuestionKind.LANGUAGE:
            values["languages"] = event.languages
        keys[row["key"]] = save_question(event, None, **values).key


def save_settings(event: Event, *, asks_reading: bool, check_answers: CheckAnswers) -> None:
    """Change how the form asks."""
    settings = db.session.get(FormSettings, event.id)
    if settings is None:
        settings = FormSettings(event_id=event.id)
        db.session.add(settings)
    settings.asks_reading, settings.check_answers = asks_reading, check_answers
    db.session.flush()


def save_notice(event: Event, text: LocalizedText) -> PrivacyNotice | None:
    """Make this the privacy notice. Another text is a new version; the same one changes nothing."""
    query = select(PrivacyNotice).where(PrivacyNotice.event_id == event.id).order_by(PrivacyNotice.version.desc())
    newest = db.session.scalars(query.limit(1)).first()
    if (newest.text if newest is not None else LocalizedText()) == text:
        return newest
    last = db.session.scalar(select(func.max(PrivacyNotice.version)).where(PrivacyNotice.event_id == event.id)) or 0
    notice = PrivacyNotice(event_id=event.id, version=last + 1, text=text)
    db.session.add(notice)
    db.session.flush()
    return notice

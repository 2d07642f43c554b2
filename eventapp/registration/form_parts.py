"""What an event's registration form is made of, and the answers that it does not show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.events.models import Event
from eventapp.registration import queries
from eventapp.registration.answers import asked, shown
from eventapp.registration.form_models import FormSettings, PrivacyNotice, Question
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import CheckAnswers, fits


@dataclass(frozen=True)
class FormParts:
    """What a registration form asks besides what every one does."""

    questions: list[Question]
    settings: FormSettings
    privacy_notice: PrivacyNotice | None  # None: there is nothing to agree to
    # The classes of the form by language, for as long as this is kept.
    classes: dict[str, type] = field(default_factory=dict, compare=False)


_newest = select(func.max(PrivacyNotice.version)).where(PrivacyNotice.event_id == bindparam("event")).scalar_subquery()
_settings = (
    select(FormSettings, PrivacyNotice)
    .select_from(Event)
    .outerjoin(FormSettings, FormSettings.event_id == Event.id)
    .outerjoin(PrivacyNotice, and_(PrivacyNotice.event_id == Event.id, PrivacyNotice.version == _newest))
    .where(Event.id == bindparam("event"))
)


def form_parts(event: Event) -> FormParts:
    """The event's questions, the settings of its form, and the privacy notice to agree to."""
    row = db.session.execute(_settings, {"event": event.id}).one_or_none()
    settings, notice = (row[0], row[1]) if row is not None else (None, None)
    if settings is None:
        settings = FormSettings(asks_reading=False, check_answers=CheckAnswers.LONG)
    return FormParts(queries.questions(event), settings, notice if notice is not None and notice.text else None)


def notices(event: Event) -> list[tuple[PrivacyNotice, int]]:
    """The versions of the privacy notice, the newest first, with the number of people who have agreed to each."""
    agreed = (
        select(Registration.privacy_version, func.count().label("number"))
        .where(Registration.event_id == event.id)
        .group_by(Registration.privacy_version)
        .subquery()
    )
    query = (
        select(PrivacyNotice, func.coalesce(agreed.c.number, 0))
        .outerjoin(agreed, agreed.c.privacy_version == PrivacyNotice.version)
        .where(PrivacyNotice.event_id == event.id)
        .order_by(PrivacyNotice.version.desc())
    )
    return [(notice, number) for notice, number in db.session.execute(query)]


@dataclass(frozen=True)
class OtherAnswer:
    """An answer that the form does not show, its question (None: unknown), and why it is not shown."""

    question: Question | None
    answer: Any
    why: str

    def text(self, language: str) -> str:
        """The answer in words."""
        return shown(self.question, self.answer, language)


def other_answers(registration: Registration) -> list[OtherAnswer]:
    """The person's answers to questions that are no longer asked, or not of this person."""
    every = queries.every_question(registration.event)
    known = {question.key: question for question in every}
    current = [question for question in every if question.removed_at is None]
    applying = asked(current, registration.option, lambda one: registration.answers.get(one.key))
    asked_of_them = {one.key for one in applying}
    found = []
    for key, answer in registration.answers.items():
        question = known.get(key)
        if question is None or question.removed_at is not None:
            found.append(OtherAnswer(question, answer, _("no longer asked")))
        elif not question.asked_of(registration.option):
            found.append(OtherAnswer(question, answer, _("not asked for this option")))
        elif key not in asked_of_them:
            found.append(OtherAnswer(question, answer, _("not asked after their other answers")))
        elif not fits(question.kind, question.keys, answer):
            found.append(OtherAnswer(question, answer, _("answered before the question was changed")))
    return found

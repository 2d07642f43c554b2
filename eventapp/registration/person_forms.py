"""What the registration form asks about each person: the name, and the event's questions."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from wtforms import Field, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from eventapp.core import languages
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.registration import answers as answering
from eventapp.registration.answers import ShownAnswer
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption
from eventapp.registration.question_fields import UploadField, typed_answer
from eventapp.registration.question_rules import QuestionKind, answer_to_store


def no_address(form: Any, field: Any) -> None:
    """Validator: no web address. The e-mail greets by name, and must not carry one person's link to another."""
    if re.search(r"://|www\.", field.data or "", re.IGNORECASE):
        raise ValidationError(_("Enter a name, without a web address."))


def family_name_field(missing: str, *, description: str = "", autocomplete: str = "off") -> StringField:
    """The field of a family name; `missing` is said if it is empty."""
    return StringField(
        _l("Family name"),
        description=description,
        validators=[
            DataRequired(missing),
            Length(max=100, message=_l("Use at most 100 characters.")),
            no_address,
        ],
        render_kw={"autocomplete": autocomplete, "maxlength": 100, "dir": "auto"},
    )


def given_name_field(autocomplete: str = "off") -> StringField:
    """The field of a given name."""
    return StringField(
        _l("Given name"),
        validators=[Length(max=100, message=_l("Use at most 100 characters.")), no_address],
        render_kw={"autocomplete": autocomplete, "maxlength": 100, "dir": "auto"},
    )


def reading_field() -> StringField:
    """The field of how a name is read."""
    return StringField(
        _l("Reading of the name"),
        description=_l("In katakana, hiragana or Latin letters, for example スズキ ハナコ."),
        validators=[Length(max=200, message=_l("Use at most 200 characters.")), no_address],
        render_kw={"autocomplete": "off", "maxlength": 200, "dir": "auto"},
    )


class AboutPerson(Form):
    """The name of one person, and the event's questions to that person."""

    family_name: StringField
    given_name: StringField
    reading: StringField

    questions: list[Question]
    by_team: bool
    # The answers that are stored already.
    before: dict[str, Any]
    files_required = True

    def chosen(self) -> AttendanceOption | None:
        """The chosen option, if it is one of this event's."""
        raise NotImplementedError

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the input is valid, and what is required of this person is answered."""
        asked = self.asked()
        for question in self.questions:
            if question not in asked:
                _ignore(self[f"q_{question.key}"])
        valid = bool(super().validate(extra_validators))
        for question in asked:
            field = self[f"q_{question.key}"]
            missing = not field.data and field.data is not False and field.data != 0
            must = question.kind is QuestionKind.CONSENT and not field.data
            # The team may not know the answer, for example if somebody calls or comes to the registration desk.
            if (must or (self.requires(question) and missing)) and not self.by_team and not field.errors:
                field.errors = [*field.errors, _("Please answer: %(question)s", question=field.label.text)]
                valid = False
        return valid

    def requires(self, question: Question) -> bool:
        """Whether the person must answer the question, if it is asked."""
        return question.required and (self.files_required or question.kind is not QuestionKind.FILE)

    def asked(self) -> list[Question]:
        """The questions that apply to the person, after the option and the answers given here."""
        return answering.asked(self.questions, self.chosen(), self._typed)

    def condition(self, question: Question) -> str:
        """When the question is asked, in words for who can't see it by itself."""
        return answering.condition(question, self.questions, languages.reader())

    @property
    def uploads(self) -> list[UploadField]:
        """The fields that take a file."""
        return [field for field in self if isinstance(field, UploadField)]

    def listed(self) -> list[ShownAnswer]:
        """The answers given here to the event's questions, in words."""
        return answering.listed(self.questions, self.chosen(), self.extra(), languages.reader())

    def sent(self) -> list[tuple[str, str]]:
        """(name, value) of what was submitted, to be submitted again: files by the key under which they are kept."""
        names = {field.name for field in self}
        values = [(name, value) for name, value in request.form.items(multi=True) if name in names]
        kept = [(f"{field.name}_kept", field.data["file"]) for field in self.uploads if field.data]
        return [*values, *kept]

    def extra(self) -> dict[str, Any]:
        """The answers to the event's questions as they are stored."""
        answers = {
            question.key: answer_to_store(
                question.kind, question.keys, self.before.get(question.key), self._typed(question)
            )
            for question in self.asked()
        }
        return {key: answer for key, answer in answers.items() if answer is not None}

    def answerable(self) -> frozenset[str]:
        """The keys of the questions that the option asks, also of those that the other answers leave out."""
        option = self.chosen()
        found: set[str] = set()
        every = {question.key for question in self.questions}
        for question in self.questions:
            if question.asked_of(option) and question.if_question not in every - found:
                found.add(question.key)
        return frozenset(found)

    def _typed(self, question: Question) -> Any:
        return typed_answer(question, self[f"q_{question.key}"])


def _ignore(field: Field) -> None:
    """Accept whatever is in a field that the person can't see."""
    field.process_errors, field.validators = [], []
    field.pre_validate = lambda form: None

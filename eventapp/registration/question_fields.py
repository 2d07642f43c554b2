"""The fields of the registration form that ask an event's own questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Any

from flask import request
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.utils import unset_value
from wtforms.validators import Length, Optional, StopValidation
from wtforms.widgets import html_params

from eventapp.core import languages
from eventapp.core.fields import CountryField
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.registration import files
from eventapp.registration.form_models import Question
from eventapp.registration.question_rules import QuestionKind, fits, number_text, typed_number

# Of the browser: suggestions of organizations (static/organizations.js), which work as plain text without it.
SUGGESTED = {"data-organizations": "", "autocomplete": "organization", "maxlength": 200, "dir": "auto"}


class NumberField(StringField):
    """A number as people type it, also in full-width digits. What is no number stays in the field."""

    def __init__(self, *args: Any, minimum: float | None = None, maximum: float | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minimum, self.maximum = minimum, maximum
        self.typed = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; the error is the field's own."""
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        self.data = typed_number(self.typed)
        if self.data is None:
            raise ValueError(_("Enter a number."))

    def _value(self) -> str:
        return self.typed if self.typed else "" if self.data is None else number_text(self.data)

    def pre_validate(self, form: Any) -> None:
        low, high = self.minimum, self.maximum
        if self.data is None or (-inf if low is None else low) <= self.data <= (inf if high is None else high):
            return
        least, most = ("" if bound is None else number_text(bound) for bound in (low, high))
        if least and most:
            raise StopValidation(_("Enter a number from %(min)s to %(max)s.", min=least, max=most))
        if least:
            raise StopValidation(_("Enter a number from %(min)s.", min=least))
        raise StopValidation(_("Enter a number up to %(max)s.", max=most))


class UploadField(Field):
    """A file. Its data is the answer that stands for it (files.answer_of), of this page or an earlier one of the form.

    `collect` must have been called before the form is validated.
    """

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        self.problem = ""
        self.kept = ""
        self.removed = False

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.object_data = self.data = None if data is unset_value else data
        self.raw_data = None
        if formdata is not None:
            self.kept = formdata.get(f"{self.name}_kept", "")
            self.removed = bool(formdata.get(f"{self.name}_removed"))

    def collect(self, event: Event, source: str, *, refused: bool = False) -> None:
        """Keep the file that has been sent, or find the one that an earlier page has sent.

        Nothing new is kept for a form that is `refused` in any case.
        """
        upload = request.files.get(self.name)
        if upload is not None and upload.filename and refused:
            self.problem = _("Choose the file again.")
        elif upload is not None and upload.filename:
            content = upload.stream.read(self.question.megabytes * files.MEGABYTE + 1)
            try:
                self.data = files.keep(event, self.question, name=upload.filename, content=content, source=source)
            except Refused as refusal:
                self.problem = refusal.message
        elif self.removed:
            self.data = None
        elif self.kept and (self.object_data or {}).get("file") != self.kept:
            self.data = files.waiting(event, self.question, self.kept)
            if self.data is None:
                self.problem = _("Choose the file again.")

    @property
    def accept(self) -> str:
        """The media types that the browser offers."""
        return ",".join(files.FILE_KINDS[kind][0] for kind in files.kinds_of(self.question))

    @property
    def limits(self) -> str:
        """What the file may be, in words."""
        return _(
            "%(kinds)s, at most %(number)d MB",
            kinds=languages.listing(list(files.kinds_of(self.question))),
            number=self.question.megabytes,
        )

    def pre_validate(self, form: Any) -> None:
        if self.problem:
            raise StopValidation(self.problem)

    def widget(self, field: Field, **kwargs: Any) -> Markup:
        """The input, and the key of the file that is there already."""
        input_ = Markup(f"<input {html_params(type='file', name=self.name, id=self.id, accept=self.accept, **kwargs)}>")
        key = self.data.get("file", "") if isinstance(self.data, dict) else ""
        if not key:
            return input_
        return input_ + Markup(f"<input {html_params(type='hidden', name=f'{self.name}_kept', value=key)}>")


class Asked:
    """Marks a question as required; whether it applies to a person depends on the option and on other answers."""

    field_flags = {"asked": True}

    def __call__(self, form: Any, field: Any) -> None:
        return None


def question_field(question: Question, language: str, held: object = None) -> Field:
    """The unbound field of a question, in a language, for somebody with this answer."""
    label = question.label.resolve(language).text
    common: dict[str, Any] = {"description": question.hint.resolve(language).text}
    choices = [SelectChoice(one.key, one.texts.resolve(language).text) for one in question.offered_to(held)]
    match question.kind:
        case QuestionKind.LONG_TEXT:
            field = TextAreaField(label, validators=[Length(max=2000)], render_kw={"dir": "auto"}, **common)
        case QuestionKind.CHOICE:
            field = RadioField(label, choices=choices, validators=[Optional()], **common)
        case QuestionKind.CHOICES:
            field = SelectMultipleField(label, choices=choices, validators=[Optional()], **common)
        case QuestionKind.YES_NO:
            choices = [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))]
            if not question.required:
                choices.append(SelectChoice("", _("No answer")))
            field = RadioField(label, choices=choices, validators=[Optional()], default="", **common)
        case QuestionKind.CONSENT:
            field = BooleanField(label, **common)
        case _:
            field = _input_field(question, label, common)
    if question.required or question.kind is QuestionKind.CONSENT:
        field.kwargs["validators"] = [*field.kwargs.get("validators", []), Asked()]
    return field


def _input_field(question: Question, label: str, common: dict[str, Any]) -> Field:
    match question.kind:
        case QuestionKind.NUMBER:
            bounds = {"minimum": question.minimum, "maximum": question.maximum}
            field = NumberField(label, render_kw={"inputmode": "decimal", "dir": "ltr"}, **bounds, **common)
        case QuestionKind.DATE:
            field = DateField(label, validators=[Optional(), _in_years], **common)
        case QuestionKind.COUNTRY:
            field = CountryField(label, **common)
        case QuestionKind.ORGANIZATION:
            field = StringField(label, validators=[Length(max=200)], render_kw=SUGGESTED, **common)
        case QuestionKind.LANGUAGE:
            names = [
                SelectChoice(tag, languages.language_name(tag, languages.interface())) for tag in question.languages
            ]
            field = SelectField(label, choices=[SelectChoice("", "–"), *names], validators=[Optional()], **common)
        case QuestionKind.FILE:
            field = UploadField(label, question=question, **common)
        case _:
            field = StringField(label, validators=[Length(max=300)], render_kw={"dir": "auto"}, **common)
    return field


def _in_years(form: Any, field: Any) -> None:
    """Validator: a year that is none of a slip."""
    if field.data is not None and not 1800 <= field.data.year <= 2200:
        raise StopValidation(_l("Enter a year between 1800 and 2200."))


def typed_answer(question: Question, field: Field) -> Any:
    """The submitted answer to a question as it is stored; None for none."""
    data = field.data
    if question.kind is QuestionKind.YES_NO:
        return {"yes": True, "no": False}.get(data)
    if question.kind is QuestionKind.NUMBER:
        return data
    if question.kind is QuestionKind.DATE:
        return data.isoformat() if isinstance(data, date) else None
    return data or None


def shown_answers(questions: list[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The stored answers that the form can show, as data of its fields."""
    data: dict[str, Any] = {}
    for question in questions:
        answer = answers.get(question.key)
        if question.kind is QuestionKind.YES_NO and isinstance(answer, bool):
            answer = "yes" if answer else "no"
        elif question.kind is QuestionKind.CHOICES and isinstance(answer, list):
            answer = [one for one in answer if one in question.keys]
        elif answer is None or not fits(question.kind, question.keys, answer):
            continue
        elif question.kind is QuestionKind.DATE:
            answer = _date(answer)
        data[f"q_{question.key}"] = answer
    return data


def _date(answer: str) -> date | None:
    try:
        return date.fromisoformat(answer)
    except ValueError:
        return None

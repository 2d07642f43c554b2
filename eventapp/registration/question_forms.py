"""The desk's forms of questions: what is asked, how the form asks, and the privacy notice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, Field, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from eventapp.core import languages
from eventapp.core.fields import AnyLanguage, LocalizedField, between
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import TAG, LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.text import one_line
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration import answers
from eventapp.registration.files import FILE_KINDS
from eventapp.registration.form_models import FormSettings, PrivacyNotice, Question
from eventapp.registration.question_fields import Asked, NumberField
from eventapp.registration.question_rules import AnswerChoice, CheckAnswers, QuestionKind
from eventapp.registration.questions import AsksMeaning

MOST_CHOICES = 100


class ChoicesField(Field):
    """The choices of a question: one input per choice and language (`choices_<key>_<language>`), a box for those that
    are no longer offered, and a text (`choices`) for more, one per line, its languages separated by bars.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.data: list[AnswerChoice] = []
        self.languages: list[str] = list(languages.INTERFACE)
        self.more = ""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        known = [] if data is unset_value else list(data or [])
        self.object_data, self.data = known, known
        self.raw_data = None
        if formdata is not None:
            self.more = formdata.get(self.name, "")
            self.data = sorted(
                (self._read(formdata, choice) for choice in known),
                key=lambda choice: self._place(formdata, choice, known),
            )

    def _read(self, formdata: Any, choice: AnswerChoice) -> AnswerChoice:
        prefix = f"{self.name}_{choice.key}_"
        tags = [name[len(prefix) :] for name in formdata if name.startswith(prefix)]
        texts = {tag: one_line(formdata.get(prefix + tag)) for tag in tags if TAG.fullmatch(tag)}
        if not texts:
            return choice
        return AnswerChoice(choice.key, LocalizedText(texts) or choice.texts, bool(formdata.get(f"{prefix}retired")))

    def _place(self, formdata: Any, choice: AnswerChoice, known: list[AnswerChoice]) -> float:
        typed = formdata.get(f"{self.name}_{choice.key}_place", "")
        return float(typed) if re.fullmatch(r"\d{1,4}", typed) else known.index(choice) + 1

    def added(self) -> list[LocalizedText]:
        """The choices in the text: "Vegan | ヴィーガン", in the order of the languages."""
        found = []
        for line in self.more.splitlines():
            parts = [one_line(part) for part in re.split(r"[|｜]", line)]
            if any(parts):
                found.append(LocalizedText(dict(zip(self.languages, parts, strict=False))))
        return found

    def pre_validate(self, form: Any) -> None:
        every = [*(one.texts for one in self.data), *self.added()]
        if any(len(text) > 200 for texts in every for text in texts.values()):
            raise StopValidation(_("Use at most %(number)d characters.", number=200))
        if len(every) > MOST_CHOICES:
            raise StopValidation(_("Enter at most %(number)d choices.", number=MOST_CHOICES))


def _meaning(label: Any, same: Any, other: Any) -> RadioField:
    choices = [SelectChoice("same", same), SelectChoice("new", other)]
    return RadioField(label, choices=choices, validators=[Optional(), Asked()])


class QuestionForm(Form):
    """A question of the registration form."""

    label = LocalizedField(_l("Question"), validators=[AnyLanguage()])
    # These two answer a question that comes up once people have answered.
    same_question = _meaning(
        _l("Does the question mean the same?"),
        _l("Same meaning: correct the words everywhere"),
        _l("A new question: keep the former one with its answers"),
    )
    kind = SelectField(_l("Kind of answer"), validators=[InputRequired()])
    hint = LocalizedField(_l("Hint"))
    choices = ChoicesField(_l("Choices"))
    same_choices = _meaning(
        _l("Do the choices mean the same?"),
        _l("Same meaning: correct the words everywhere"),
        _l("New choices: the former ones stay in the answers"),
    )
    minimum = NumberField(_l("Smallest number"), render_kw={"inputmode": "decimal"})
    maximum = NumberField(_l("Largest number"), render_kw={"inputmode": "decimal"})
    languages = TextAreaField(
        _l("Languages to choose from"),
        description=_l("One per line, as a tag: en, ja, pt-BR."),
        validators=[Length(max=1000)],
        render_kw={"rows": 3, "dir": "ltr", "spellcheck": "false"},
    )
    megabytes = IntegerField(
        _l("Largest file in megabytes"), validators=[Optional(), between(1, 7)], render_kw={"inputmode": "numeric"}
    )
    file_kinds = SelectMultipleField(_l("Kinds of files"), validators=[Optional()])
    mode = SelectField(_l("Ask"), validators=[Optional()])
    condition = SelectField(
        _l("Only after an answer"),
        description=_l("The question is shown only to people who have given this answer to an earlier question."),
        validators=[Optional()],
    )
    required = BooleanField(_l("An answer is required"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [SelectChoice(kind.value, kind.label) for kind in QuestionKind]
        self.mode.choices = [SelectChoice("", _("Everyone")), *(SelectChoice(mode.value, mode.label) for mode in Mode)]
        self.file_kinds.choices = [SelectChoice(kind, kind) for kind in FILE_KINDS]
        self.asks: set[str] = {name for name in ("same_question", "same_choices") if self[name].data}

    @classmethod
    def of(cls, event: Event, question: Question | None, others: Iterable[Question]) -> QuestionForm:
        """The form with the question, or empty; `others` are those that it can depend on."""
        tags = list(event.languages)
        data: dict[str, Any] = {"megabytes": 5, "file_kinds": list(FILE_KINDS), "languages": "\n".join(tags)}
        if question is not None:
            names = ("label", "hint", "required", "minimum", "maximum", "megabytes")
            data |= {name: getattr(question, name) for name in names}
            data |= {"kind": question.kind.value, "choices": question.all_choices}
            data["languages"] = "\n".join(question.languages or tags)
            data["file_kinds"] = question.file_kinds or list(FILE_KINDS)
            data["mode"] = question.mode.value if question.mode else ""
            data["condition"] = f"{question.if_question}:{question.if_answer}" if question.if_question else ""
        form = cls(data=data)
        for field in (form.label, form.hint):
            field.offer(tags)
        form.choices.languages = list(form.label.languages)
        form.condition.choices = [SelectChoice("", _("No condition")), *_conditions(question, others)]
        return form

    def explain(self, refusal: Refused) -> Refused:
        """Show the question that a refusal asks."""
        if isinstance(refusal, AsksMeaning) and refusal.field:
            self.asks.add(refusal.field)
            if any(one != now for one, now in zip(self.choices.object_data, self.choices.data, strict=True)):
                self.asks.add("same_choices")  # both at once
        return refusal

    def values(self) -> dict[str, Any]:
        """What `save_question` takes."""
        before, _colon, answer = (self.condition.data or "").partition(":")
        meanings = {"same": True, "new": False}
        kind = QuestionKind(self.kind.data)
        return {
            **{name: self[name].data for name in ("label", "hint", "required", "minimum", "maximum")},
            "kind": kind,
            "choices": [*self.choices.data, *self.choices.added()],
            "languages": self._tags() if kind is QuestionKind.LANGUAGE else [],
            "megabytes": self.megabytes.data or 5,
            "file_kinds": self.file_kinds.data or [],
            "mode": Mode(self.mode.data) if self.mode.data else None,
            "if_question": before,
            "if_answer": answer,
            **{name: meanings.get(self[name].data) for name in ("same_question", "same_choices")},
        }

    def _tags(self) -> list[str]:
        return list(dict.fromkeys((self.languages.data or "").replace(",", " ").split()))

    def validate_languages(self, field: Any) -> None:
        if self.kind.data != QuestionKind.LANGUAGE:
            return
        wrong = [tag for tag in self._tags() if not TAG.fullmatch(tag) or languages.language_name(tag, "en") == tag]
        if wrong:
            raise ValidationError(_("“%(tag)s” is not a language tag, such as en or ja.", tag=wrong[0]))


def _conditions(question: Question | None, others: Iterable[Question]) -> list[SelectChoice]:
    """The answers that a question can depend on: those to questions before it."""
    found = []
    for one in others:
        if question is not None and one.id == question.id:
            break
        if one.kind.decides:
            label = languages.resolve(one.label).text
            for key, _texts in answers.possible(one):
                named = answers.answer_name(one, key, languages.reader())
                words = _("“%(answer)s” to “%(question)s”", answer=named, question=label)
                found.append(SelectChoice(f"{one.key}:{key}", words))
    return found


class FormSettingsForm(Form):
    """How the registration form asks."""

    asks_reading = BooleanField(
        _l("Ask how the name is read"), description=_l("For example フリガナ. The desk finds people by it.")
    )
    check_answers = RadioField(_l("Show the answers once more before people register"), validators=[InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check_answers.choices = [SelectChoice(one.value, one.label) for one in CheckAnswers]

    @classmethod
    def of(cls, settings: FormSettings) -> FormSettingsForm:
        """The form with the settings."""
        return cls(data={"asks_reading": settings.asks_reading, "check_answers": settings.check_answers.value})

    def values(self) -> dict[str, Any]:
        """What `save_settings` takes."""
        return {"asks_reading": self.asks_reading.data, "check_answers": CheckAnswers(self.check_answers.data)}


class PrivacyNoticeForm(Form):
    """The privacy notice that people agree to when they register."""

    text = LocalizedField(
        _l("Privacy notice"),
        rows=12,
        maximum=20_000,
        description=_l(
            "Say who uses the details, what for and for how long, and whom to contact. People tick a box to agree. If "
            "you leave this empty, nobody is asked. You can use Markdown."
        ),
    )

    @classmethod
    def of(cls, event: Event, notice: PrivacyNotice | None) -> PrivacyNoticeForm:
        """The form with the newest version, or empty."""
        form = cls(data={"text": notice.text if notice is not None else LocalizedText()})
        form.text.offer(event.languages)
        return form

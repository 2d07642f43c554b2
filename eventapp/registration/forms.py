"""The registration form, built from an event's options and questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import CountryField, MailAddress, known_zone
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.directory.rules import OrganizationKind
from eventapp.registration.models import AttendanceOption, Question, Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import Access, Availability, QuestionKind, answer_to_store, fits


def option_name(option: AttendanceOption) -> str:
    """The name of an option for a reader."""
    return languages.resolve(option.title).text or option.mode.label


def no_address(form: Any, field: Any) -> None:
    """Validator: no web address. The e-mail greets by name, and must not carry one person's link to another."""
    if re.search(r"://|www\.", field.data or "", re.IGNORECASE):
        raise ValidationError(_("Enter a name, without a web address."))


def no_program(form: Any, field: Any) -> None:
    """Validator of the hidden field. A person whose browser has filled it in sees it, and loses nothing."""
    if field.data:
        raise ValidationError(_("Programs fill in this field. Clear it to show that you are a person."))


class TakePart(Form):
    """The questions for everybody. `for_event` adds the options and the event's own questions."""

    option = RadioField(
        _l("How will you take part?"),
        validators=[InputRequired(_l("Choose how you will take part."))],
        validate_choice=False,
    )
    email = EmailField(
        _l("E-mail address"),
        description=_l("We will send your confirmation here, with a link to change or cancel."),
        validators=[
            DataRequired(_l("Enter your e-mail address.")),
            Length(max=254, message=_l("Use at most 254 characters.")),
            MailAddress(),
        ],
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254, "dir": "ltr"},
    )
    family_name = StringField(
        _l("Family name"),
        description=_l(
            "As it should appear on your badge. You can use any script. If you have only one name, enter it here."
        ),
        validators=[
            DataRequired(_l("Enter your family name.")),
            Length(max=100, message=_l("Use at most 100 characters.")),
            no_address,
        ],
        render_kw={"autocomplete": "family-name", "maxlength": 100, "dir": "auto"},
    )
    given_name = StringField(
        _l("Given name"),
        validators=[Length(max=100, message=_l("Use at most 100 characters.")), no_address],
        render_kw={"autocomplete": "given-name", "maxlength": 100, "dir": "auto"},
    )
    organization = StringField(
        _l("Organization"),
        description=_l("The city, company, school or association you represent."),
        validators=[Length(max=200, message=_l("Use at most 200 characters."))],
        render_kw={"autocomplete": "organization", "maxlength": 200, "dir": "auto"},
    )
    organization_kind = SelectField(_l("Kind of organization"), validators=[Optional()])
    country = CountryField(_l("Country or region"), render_kw={"autocomplete": "country"})
    # `language` is only in the team's form: otherwise the language of the guest's page is used. The browser fills in
    # `zone`, which is hidden; on their own page attendees can change it.
    language = SelectField(_l("Language of the e-mails"), validators=[Optional()])
    phone = TelField(
        _l("Phone number"),
        validators=[Length(max=40, message=_l("Use at most 40 characters."))],
        render_kw={"autocomplete": "off", "maxlength": 40, "dir": "ltr"},
    )
    # Only in the public form, and hidden there: programs fill in every field.
    blank = StringField(
        _l("Leave this field blank"), validators=[no_program], render_kw={"autocomplete": "off", "tabindex": "-1"}
    )
    # Only where an option needs it.
    code = StringField(
        _l("Invitation code"),
        validators=[Length(max=60, message=_l("Use at most 60 characters."))],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 60, "data-code": ""},
    )
    # Only in the team's form: these two answer a question that comes up.
    another = BooleanField(_l("This is another person with the same name"))
    everybody = BooleanField(_l("Change it for everyone who shares this contact"))
    zone = StringField(
        _l("Your time zone"),
        description=_l("For example Europe/Berlin. Our e-mails will then show times in your time zone as well."),
        validators=[Optional(), known_zone],
        render_kw={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )

    options: list[AttendanceOption]
    questions: list[Question]
    asks_browser: bool
    asks_another = False
    reads: str
    by_team: bool
    before: dict[str, Any]
    # Who else has the contact of the registration.
    sharing: list[Registration]

    @classmethod
    def for_event(
        cls,
        options: list[AttendanceOption],
        questions: list[Question],
        *,
        registration: Registration | None = None,
        by_team: bool = False,
        sharing: Sequence[Registration] = (),
    ) -> TakePart:
        """The form with the event's questions; `registration` fills it in, and `sharing` have the same contact.

        Only the team can change the e-mail address, and leave it out.
        """
        fields: dict[str, Any] = {f"q_{q.key}": _question_field(q) for q in questions}
        made = type("TakePartInEvent", (cls,), fields)
        data: dict[str, Any] = {}
        if registration is not None:
            data = {
                "option": registration.option.key,
                "email": registration.email,
                "family_name": registration.family_name,
                "given_name": registration.given_name,
                "organization": registration.organization_name,
                "organization_kind": registration.organization_kind or "",
                "country": registration.country_code or "",
                "zone": registration.zone,
                "language": registration.language,
                "phone": registration.contact.phone,
                **_shown(questions, registration.answers),
            }
        elif len(open_ones := [o for o in options if by_team or takable(o)]) == 1:
            data = {"option": open_ones[0].key}
        form = cast(TakePart, made(data=data))
        form.options, form.questions, form.by_team = options, questions, by_team
        form.before = dict(registration.answers) if registration is not None else {}
        if registration is None:
            form.stored = None  # these are only defaults: an option that closes meanwhile is not a concurrent edit
        # The team's browser is not in the guest's time zone.
        form.asks_browser = registration is None and not by_team
        # Nor is the language of the team's page the guest's.
        form.reads = languages.interface()
        form.sharing = list(sharing)
        if by_team:
            form._adapt_to_team(registration)
        else:
            form._adapt_to_guest(registration)
        form.option.choices = [SelectChoice(o.key, option_name(o)) for o in options]
        form.organization_kind.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(kind.value, kind.label) for kind in OrganizationKind),
        ]
        return form

    def _adapt_to_team(self, registration: Registration | None) -> None:
        self.email.validators = [Optional(), *self.email.validators[1:]]
        self.email.description = _("Leave blank if the person has none. We will then send no e-mails.")
        self.everybody.description = ", ".join(one.name for one in self.sharing)
        self.zone.label.text = _("Time zone of the person")
        if registration is not None:
            self.email.description = _(
                "If you correct the e-mail address, we send a new link and invitation to it and the old link "
                "stops working."
            )
        self.language.choices = [SelectChoice(tag, name) for tag, name in languages.NAMES.items()]
        del self["code"], self["blank"]

    def _adapt_to_guest(self, registration: Registration | None) -> None:
        del self["language"], self["phone"], self["another"], self["everybody"]
        if registration is not None:
            del self["email"], self["blank"]
        else:
            self.zone.validators = []  # a hidden field can't be corrected: an invalid zone is dropped
        coded = [option for option in self.options if option.access is Access.CODE]
        if coded:
            named = languages.listing([_("“%(name)s”", name=option_name(option)) for option in coded])
            self.code.description = _("Only for %(options)s.", options=named)
        else:
            del self["code"]

    def chosen(self) -> AttendanceOption | None:
        """The chosen option, if it is one of this event's."""
        return next((option for option in self.options if option.key == self.option.data), None)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        option = self.chosen()
        if option is None and not self.option.errors:
            self.option.errors = [*self.option.errors, _("Choose one of the options shown.")]
            valid = False
        for question in self.questions:
            field = self[f"q_{question.key}"]
            missing = not field.data and field.data is not False
            must = question.kind is QuestionKind.CONSENT and not field.data
            # The team may not know the answer, for example if somebody calls or comes to the registration desk.
            if (
                (must or (question.required and missing))
                and question.asked_of(option)
                and not self.by_team
                and not field.errors
            ):
                field.errors = [*field.errors, _("Please answer: %(question)s", question=field.label.text)]
                valid = False
        return valid

    def answers(self) -> RegistrationInput:
        """The submitted answers. Questions for another mode were not asked, so earlier answers to them are kept."""
        option = self.chosen()
        asked = [question for question in self.questions if question.asked_of(option)]
        answers = {
            question.key: answer_to_store(
                question.kind, question.choices, self.before.get(question.key), self._typed(question)
            )
            for question in asked
        }
        kind = self.organization_kind.data
        return RegistrationInput(
            email=(self.email.data or "") if "email" in self else "",
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            organization=self.organization.data or "",
            organization_kind=OrganizationKind(kind) if kind else None,
            country=self.country.data or None,
            language=(self.language.data if "language" in self else "") or self.reads,
            zone=self.zone.data or "",
            code=(self.code.data or "") if "code" in self else "",
            phone=(self.phone.data or "").strip() if "phone" in self else None,
            extra={key: answer for key, answer in answers.items() if answer is not None},
            asked=frozenset(question.key for question in asked),
        )

    def _typed(self, question: Question) -> Any:
        data = self[f"q_{question.key}"].data
        if question.kind is QuestionKind.YES_NO:
            return {"yes": True, "no": False}.get(data)
        return data or None


def _shown(questions: list[Question], answers: dict[str, Any]) -> dict[str, Any]:
    """The stored answers that the form can show, as data of its fields."""
    data: dict[str, Any] = {}
    for question in questions:
        answer = answers.get(question.key)
        if question.kind is QuestionKind.YES_NO and isinstance(answer, bool):
            answer = "yes" if answer else "no"
        elif question.kind is QuestionKind.CHOICES and isinstance(answer, list):
            answer = [one for one in answer if one in question.choices]
        elif answer is None or not fits(question.kind, question.choices, answer):
            continue
        data[f"q_{question.key}"] = answer
    return data


def takable(option: AttendanceOption) -> bool:
    """Whether choosing the option can lead to a seat or a position on the waiting list."""
    return option.availability in {Availability.OPEN, Availability.WAITING_LIST}


def _question_field(question: Question) -> Field:
    label = languages.resolve(question.label).text
    common: dict[str, Any] = {"description": languages.resolve(question.hint).text}
    choices = [SelectChoice(choice, choice) for choice in question.choices]
    flags = {"required": True} if question.required or question.kind is QuestionKind.CONSENT else {}
    match question.kind:
        case QuestionKind.LONG_TEXT:
            field = TextAreaField(label, validators=[Length(max=2000)], **common)
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
            field = StringField(label, validators=[Length(max=300)], **common)
    if flags:
        field.kwargs["validators"] = [*field.kwargs.get("validators", []), _Asked()]
    return field


class _Asked:
    """Marks a question as required; whether it applies to a person depends on the chosen option."""

    field_flags = {"asked": True}

    def __call__(self, form: Any, field: Any) -> None:
        return None


class LinkForm(Form):
    """Request one's private link again."""

    email = EmailField(
        _l("E-mail address"),
        validators=[
            DataRequired(_l("Enter your e-mail address.")),
            MailAddress(),
        ],
        render_kw={"autocomplete": "email", "inputmode": "email", "dir": "ltr"},
    )


class AddressForm(Form):
    """Correct one's own e-mail address."""

    email = EmailField(
        _l("New e-mail address"),
        validators=[
            DataRequired(_l("Enter your e-mail address.")),
            Length(max=254, message=_l("Use at most 254 characters.")),
            MailAddress(),
        ],
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254, "dir": "ltr"},
    )

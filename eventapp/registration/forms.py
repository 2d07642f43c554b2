"""The registration form, built from an event's options and questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wtforms import (
    BooleanField,
    EmailField,
    RadioField,
    SelectField,
    StringField,
    TelField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import CountryField, MailAddress, known_zone
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.registration import contacts
from eventapp.registration.companion_forms import WithCompanions
from eventapp.registration.form_models import PrivacyNotice
from eventapp.registration.form_parts import FormParts
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.person_forms import family_name_field, given_name_field, reading_field
from eventapp.registration.question_fields import (
    SUGGESTED,
    question_field,
    shown_answers,
)
from eventapp.registration.question_rules import LONG_FORM, CheckAnswers
from eventapp.registration.rules import Access


def left_blank(form: Any, field: Any) -> None:
    """Validator of the hidden field. A person whose browser has filled it in sees it, and loses nothing."""
    if field.data:
        raise ValidationError(_("This field is a trap for spam programs. Clear it to show that you are a person."))


# Languages in which the form of an event is kept: those of the event, and some of visitors.
MOST_LANGUAGES = 16


class TakePart(WithCompanions):
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
    family_name = family_name_field(
        _l("Enter your family name."),
        description=_l(
            "As it should appear on your badge. You can use any script. If you have only one name, enter it here."
        ),
        autocomplete="family-name",
    )
    given_name = given_name_field("given-name")
    # Only where the event asks for it.
    reading = reading_field()
    organization = StringField(
        _l("Organization"),
        description=_l("The city, company, school or association you represent."),
        validators=[Length(max=200, message=_l("Use at most 200 characters."))],
        render_kw=SUGGESTED,
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
        _l("Leave this field blank"), validators=[left_blank], render_kw={"autocomplete": "off", "tabindex": "-1"}
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
    # Only if there is a privacy notice; its value is the version that was read.
    privacy = StringField(_l("Privacy notice"))
    zone = StringField(
        _l("Your time zone"),
        description=_l("For example Europe/Berlin. Our e-mails will then show times in your time zone as well."),
        validators=[Optional(), known_zone],
        render_kw={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )

    options: list[AttendanceOption]
    privacy_notice: PrivacyNotice | None
    check_answers: CheckAnswers
    asks_browser: bool
    asks_another = False
    # Whether the owner of the address has been e-mailed, because they are registered.
    owner_written = False
    reads: str
    # Who else has the contact of the registration.
    sharing: list[Registration]

    @classmethod
    def for_event(
        cls,
        options: list[AttendanceOption],
        parts: FormParts,
        *,
        registration: Registration | None = None,
        by_team: bool = False,
        sharing: Sequence[Registration] = (),
    ) -> TakePart:
        """The form with the event's questions; `registration` fills it in, and `sharing` have the same contact.

        Only the team can change the e-mail address, and leave it out.
        """
        questions = parts.questions
        before = dict(registration.answers) if registration is not None else {}
        reader = languages.reader()
        language = f"{reader} {languages.interface()}"
        made = parts.classes.get(language) if registration is None else None
        if made is None:
            fields: dict[str, Any] = {f"q_{q.key}": question_field(q, reader, before.get(q.key)) for q in questions}
            made = type("TakePartInEvent", (cls,), fields)
            if registration is None and len(parts.classes) < MOST_LANGUAGES:
                parts.classes[language] = made
        data: dict[str, Any] = {}
        if registration is not None:
            data = {
                "option": registration.option.key,
                "email": registration.email,
                "family_name": registration.family_name,
                "given_name": registration.given_name,
                "reading": registration.reading,
                "organization": registration.organization_name,
                "organization_kind": registration.organization_kind or "",
                "country": registration.country_code or "",
                "zone": registration.zone,
                "language": registration.language,
                "phone": registration.contact.phone,
                **shown_answers(questions, registration.answers),
            }
        elif len(open_ones := [o for o in options if by_team or takable(o)]) == 1:
            data = {"option": open_ones[0].key}
        form = cast(TakePart, made(data=data))
        form.people = []
        form.options, form.questions, form.by_team = options, questions, by_team
        form.privacy_notice = parts.privacy_notice if registration is None and not by_team else None
        form.check_answers = parts.settings.check_answers
        if form.privacy_notice is None:
            del form["privacy"]
        if not parts.settings.asks_reading:
            del form["reading"]
        form.before = before
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
        if registration is None:
            form.take_people()
        else:
            del form["together"]
        form.option.choices = [SelectChoice(o.key, o.name(languages.reader())) for o in options]
        form.organization_kind.choices = [
            SelectChoice("", "–"),
            *(SelectChoice(kind.value, kind.label) for kind in OrganizationKind),
        ]
        return form

    def _adapt_to_team(self, registration: Registration | None) -> None:
        self.email.validators = [Optional(), *self.email.validators[1:]]
        self.email.description = _("Leave blank if the person has none. We will then send no e-mails.")
        self.everybody.description = languages.listing([one.name for one in self.sharing])
        # The hints are for people who speak of themselves.
        for spoken in (self.family_name, self.organization, self.zone):
            spoken.description = ""
        self.option.label.text = _("Attendance")
        self.zone.label.text = _("Time zone of the person")
        self.together.label.text = _("Only register them together")
        self.together.description = _("Either all of them get a seat, or they wait for seats together.")
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
            if not contacts.is_decided_by(registration):
                del self["zone"]
        else:
            self.zone.validators = []  # a hidden field can't be corrected: an invalid zone is dropped
        coded = [option for option in self.options if option.access is Access.CODE]
        if coded:
            named = languages.listing([_("“%(name)s”", name=option.name(languages.reader())) for option in coded])
            self.code.description = _("Only for %(options)s.", options=named)
        else:
            del self["code"]

    def chosen(self) -> AttendanceOption | None:
        """The chosen option, if it is one of this event's."""
        return next((option for option in self.options if option.key == self.option.data), None)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        option = self.chosen()
        if option is None and not self.option.errors:
            self.option.errors = [*self.option.errors, _("Choose one of the options shown.")]
            valid = False
        if self.privacy_notice is not None and self.privacy.data != str(self.privacy_notice.version):
            changed = _("The privacy notice has changed. Read it, then tick the box.")
            self.privacy.errors = [changed if self.privacy.data else _("Tick the box to agree to the privacy notice.")]
            valid = False
        return valid

    @property
    def kind(self) -> OrganizationKind | None:
        """The kind of organization that was chosen."""
        return OrganizationKind(self.organization_kind.data) if self.organization_kind.data else None

    def with_files(self, event: Event, source: str = "") -> TakePart:
        """Keep the files that have been sent, so that they need not be chosen again if the form is refused."""
        by_program = "blank" in self and bool(self.blank.data)
        closed = self.asks_browser and not any(takable(option) for option in self.options)
        every = [field for one in (self, *self.people) for field in one.uploads]
        for field in every if self.is_submitted() else ():
            field.collect(event, source, refused=by_program or closed)
        return self

    @property
    def is_long(self) -> bool:
        """Whether the answers are shown once more before the person is registered."""
        most = max(len(one.asked()) for one in (self, *self.people))
        long = self.check_answers is CheckAnswers.LONG and most > LONG_FORM
        return long or self.check_answers is CheckAnswers.ALWAYS

    def answers(self) -> RegistrationInput:
        """The submitted answers. Questions for another mode were not asked, so earlier answers to them are kept; those
        that depend on another answer have none.
        """
        return RegistrationInput(
            email=(self.email.data or "") if "email" in self else "",
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            organization=self.organization.data or "",
            organization_kind=self.kind,
            country=self.country.data or None,
            language=(self.language.data if "language" in self else "") or self.reads,
            zone=(self.zone.data or "") if "zone" in self else "",
            code=(self.code.data or "") if "code" in self else "",
            phone=(self.phone.data or "").strip() if "phone" in self else None,
            extra=self.extra(),
            asked=self.answerable(),
            reading=(self.reading.data or "") if "reading" in self else None,
            privacy=self.privacy_notice.version if self.privacy_notice is not None else None,
        )

    def group(self) -> dict[str, Any]:
        """The further people, and what they all want, as arguments of the operation."""
        first = self.answers()
        companions = [one.answers(first) for one in self.people]
        return {"companions": companions, "together": bool(companions) and bool(self.together.data)}


def takable(option: AttendanceOption) -> bool:
    """`Availability.takable` of an option, as templates ask for it."""
    return option.availability.takable


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

"""Forms of the call for speakers: proposals, reviews, e-mails, and speakers' own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import AnyLanguage, CountryField, LocalizedField, LocalTimeField, MailAddress, known_zone
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.directory.models import Person
from eventapp.directory.rules import HOW_TO_LINK, NameOrder
from eventapp.events.models import Event
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import rules
from eventapp.proposals.models import Call, Proposal, SpeakerLink
from eventapp.proposals.operations import ProposalInput
from eventapp.registration.person_forms import no_address

_EMAIL = [
    DataRequired(_l("Enter your e-mail address.")),
    Length(max=254, message=_l("Use at most 254 characters.")),
    MailAddress(),
]


def _longest(number: int) -> Length:
    return Length(max=number, message=_l("Use at most %(max)d characters."))


class CallForm(Form):
    """The settings of a call."""

    opens_at = LocalTimeField(_l("The call opens"), description=_l("Leave empty to open straight away."))
    closes_at = LocalTimeField(_l("The call closes"), description=_l("Leave empty to close when the event ends."))
    text = LocalizedField(_l("What you are looking for"), description=_l("You can use Markdown."), rows=5, maximum=5000)
    kinds = SelectMultipleField(_l("Kinds of session"), validators=[InputRequired(_l("Choose at least one."))])
    lengths = StringField(
        _l("Lengths in minutes"),
        description=_l("For example 20, 45, 60. Leave empty if you don't want to ask."),
        validators=[Length(max=100)],
    )
    modes = SelectMultipleField(
        _l("How speakers can take part"), validators=[InputRequired(_l("Choose at least one."))]
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds.choices = [SelectChoice(kind.value, kind.label) for kind in rules.PROPOSABLE]
        self.modes.choices = [SelectChoice(mode.value, mode.label) for mode in Mode]

    @classmethod
    def of(cls, event: Event, call: Call | None) -> CallForm:
        """The form with the current settings, or with the usual ones for a new call."""
        if call is None:
            usual = {"kinds": ["lecture", "panel", "workshop"], "modes": ["in_person", "online"], "lengths": "20, 45"}
            return cls(data=usual, meta={"zone": event.zone})
        names = ("text", "kinds", "modes", "opens_at", "closes_at")
        data = {name: getattr(call, name) for name in names} | {"lengths": ", ".join(map(str, call.lengths))}
        return cls(data=data, meta={"zone": event.zone})

    def validate_lengths(self, field: Any) -> None:
        if rules.lengths_of(field.data or "") is None:
            raise ValidationError(_("Enter whole numbers of minutes, for example 20, 45, 60."))


class ProposeForm(Form):
    """A proposal. `for_call` sets the choices of the call; the e-mail address of an existing proposal is fixed."""

    once = HiddenField()
    title = StringField(
        _l("Title"),
        validators=[DataRequired(_l("Enter a title.")), _longest(200), no_address],
        render_kw={"maxlength": 200, "dir": "auto"},
    )
    abstract = TextAreaField(
        _l("Abstract"),
        description=_l("What the audience will hear, in a few sentences. You can use Markdown."),
        validators=[DataRequired(_l("Enter an abstract of a few sentences.")), _longest(5000)],
        render_kw={"rows": 8, "dir": "auto"},
    )
    written_in = SelectField(_l("Language of title and abstract"), validators=[InputRequired()])
    kind = SelectField(_l("Kind of session"), validators=[InputRequired()])
    minutes = SelectField(_l("Length in minutes"), validators=[InputRequired()])
    spoken = SelectMultipleField(
        _l("Languages you can present in"), validators=[InputRequired(_l("Choose at least one."))]
    )
    mode = RadioField(
        _l("How would you like to take part?"), validators=[InputRequired(_l("Choose how you will take part."))]
    )
    notes = TextAreaField(
        _l("Notes for the organizers"),
        description=_l("Only the team reads them."),
        validators=[_longest(2000)],
        render_kw={"rows": 3, "dir": "auto"},
    )
    family_name = StringField(
        _l("Family name"),
        description=_l(
            "As it should appear in the programme. You can use any script. If you have only one name, enter it here."
        ),
        validators=[DataRequired(_l("Enter your family name.")), _longest(100), no_address],
        render_kw={"autocomplete": "family-name", "maxlength": 100, "dir": "auto"},
    )
    given_name = StringField(
        _l("Given name"),
        validators=[_longest(100), no_address],
        render_kw={"autocomplete": "given-name", "maxlength": 100, "dir": "auto"},
    )
    position = StringField(
        _l("Position"), validators=[_longest(200)], render_kw={"autocomplete": "organization-title", "dir": "auto"}
    )
    organization = StringField(
        _l("Organization"),
        description=_l("The city, company, school or association you represent."),
        validators=[_longest(200)],
        render_kw={"autocomplete": "organization", "maxlength": 200, "dir": "auto"},
    )
    country = CountryField(_l("Country or region"), render_kw={"autocomplete": "country"})
    email = EmailField(
        _l("E-mail address"),
        description=_l("Never published. We will send a link to your proposal here."),
        validators=_EMAIL,
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254, "dir": "ltr"},
    )
    processing = BooleanField(
        _l(
            "I agree that the organizers may store and use what I enter to select and prepare the "
            "programme of this event."
        ),
        validators=[DataRequired(_l("To send your proposal, tick this box."))],
    )
    publication = BooleanField(
        _l("I agree that my name and abstract may be published if my proposal is accepted and I confirm."),
        validators=[DataRequired(_l("To send your proposal, tick this box."))],
    )

    @classmethod
    def for_call(cls, event: Event, call: Call, *, proposal: Proposal | None = None) -> ProposeForm:
        """The form with the choices of the call, filled in if `proposal` is given."""
        form = cls(data=_typed(proposal) if proposal else _usual(event, call))
        kinds, modes, lengths = list(call.kinds), list(call.modes), list(call.lengths)
        tags = event.languages
        if proposal is not None:  # a value chosen earlier stays available when the call has changed
            kinds, modes = _with(kinds, proposal.kind.value), _with(modes, proposal.mode.value)
            lengths = _with(lengths, proposal.minutes) if proposal.minutes else lengths
            tags = list(dict.fromkeys([*tags, *proposal.spoken, proposal.written_in]))
            for name in ("email", "processing", "publication", "once"):
                del form[name]
        shown = languages.interface()
        names = [SelectChoice(tag, languages.language_name(tag, shown)) for tag in tags]
        form.written_in.choices = names
        form.spoken.choices = names
        form.kind.choices = [SelectChoice(kind, SessionKind(kind).label) for kind in kinds]
        form.mode.choices = [SelectChoice(mode, Mode(mode).label) for mode in modes]
        form.minutes.choices = [SelectChoice(str(number), str(number)) for number in sorted(lengths)]
        if not lengths:
            del form.minutes
        return form

    def answers(self) -> ProposalInput:
        """The submitted proposal."""
        return ProposalInput(
            title=self.title.data or "",
            abstract=self.abstract.data or "",
            written_in=self.written_in.data,
            kind=SessionKind(self.kind.data),
            mode=Mode(self.mode.data),
            spoken=tuple(self.spoken.data or ()),
            minutes=int(self.minutes.data) if "minutes" in self else None,
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            email=(self.email.data or "") if "email" in self else "",
            position=self.position.data or "",
            organization=self.organization.data or "",
            country=self.country.data or None,
            notes=self.notes.data or "",
            language=languages.interface(),
        )


def _with(values: list[Any], one: Any) -> list[Any]:
    return values if one in values else [*values, one]


def _usual(event: Event, call: Call) -> dict[str, Any]:
    one = call.modes[0] if len(call.modes) == 1 else None
    return {"written_in": languages.interface(), "mode": one, "kind": call.kinds[0] if call.kinds else None}


def _typed(proposal: Proposal) -> dict[str, Any]:
    names = ("title", "abstract", "written_in", "spoken", "notes", "family_name", "given_name", "position")
    return {
        **{name: getattr(proposal, name) for name in names},
        "kind": proposal.kind.value,
        "mode": proposal.mode.value,
        "minutes": str(proposal.minutes or ""),
        "organization": proposal.organization_name,
        "country": proposal.country_code or "",
    }


class ReviewForm(Form):
    """A team member's opinion of a proposal."""

    vote = RadioField(_l("Your vote"), validators=[Optional()], validate_choice=True)
    note = TextAreaField(
        _l("Note for the team"),
        description=_l("The proposer never sees it."),
        validators=[_longest(5000)],
        render_kw={"rows": 3, "dir": "auto"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = {1: _l("In favour"), 0: _l("Undecided"), -1: _l("Against")}
        self.vote.choices = [
            *(SelectChoice(str(vote), str(names[vote])) for vote in rules.VOTES),
            SelectChoice("", _("No vote")),
        ]

    def values(self) -> dict[str, Any]:
        """The opinion, once the form is valid, as arguments of the operation."""
        return {"vote": int(self.vote.data) if self.vote.data else None, "note": self.note.data or ""}


class EmailForm(Form):
    """An e-mail before it is sent."""

    send = BooleanField(_l("Send this e-mail"), default=True)
    subject = StringField(lazy_pgettext("letter", "Subject"), validators=[_longest(200)], render_kw={"dir": "auto"})
    text = TextAreaField(
        lazy_pgettext("letter", "Text"),
        description=_l("We add a greeting above the text, and the link and event name below it."),
        validators=[_longest(5000)],
        render_kw={"rows": 9, "dir": "auto"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for field in (self.subject, self.text):
            field.flags.asked = True  # unless the e-mail is not sent

    def validate_text(self, field: Any) -> None:
        sent = self["send"].data if "send" in self else True
        if sent and not (field.data and self.subject.data):
            raise ValidationError(_("Enter a subject and a text."))


class AcceptForm(EmailForm):
    """Which person is announced, and the e-mail."""

    send = BooleanField(
        _l("Send this e-mail"),
        description=_l("It has the link to confirm. You can also send that later, from the page of the speaker."),
        default=True,
    )
    person = RadioField(_l("Who is this?"), validators=[InputRequired()], default="new")

    def offer(self, people: list[Person], links: Mapping[int, SpeakerLink], email: str) -> None:
        """Offer a new person, or one of these; whose link, by the id of the person, went to another address than
        `email`, with that or with the new one.
        """
        self.person.choices = [SelectChoice("new", _("Someone new in the programme"))]
        for one in people:
            link, name = links.get(one.id), _person_label(one)
            if link is None or not link.is_elsewhere(email):
                self.person.choices.append(SelectChoice(one.code, name))
                continue
            kept = _(
                "%(name)s. We still write to %(email)s, and ask there about this session.", name=name, email=link.email
            )
            moved = _(
                "%(name)s. From now on we write to %(email)s. The link that went to %(former)s stops working.",
                name=name,
                email=email,
                former=link.email,
            )
            self.person.choices += [SelectChoice(one.code, kept), SelectChoice(f"{one.code}{_MOVES}", moved)]

    def chosen(self, people: list[Person]) -> tuple[Person | None, bool]:
        """The person, None for a new one, and whether their link moves to the address of the proposal."""
        code, moves, _rest = (self.person.data or "").partition(_MOVES)
        return next((one for one in people if one.code == code), None), bool(moves)


# After the code of a person.
_MOVES = " moves"


def _person_label(person: Person) -> str:
    name = person.name(languages.reader()).text
    if not person.positions:
        return name
    return _("%(name)s (%(position)s)", name=name, position=languages.resolve(person.positions[0].title).text)


class AskForm(EmailForm):
    """Ask a speaker to confirm."""

    email = EmailField(
        _l("E-mail address"), description=_l("Only the team sees it."), validators=_EMAIL, render_kw={"dir": "ltr"}
    )


class ProfileForm(Form):
    """A speaker's own profile."""

    family = LocalizedField(
        _l("Family name"), description=_l("Enter the name in each language it is written in."), maximum=100
    )
    given = LocalizedField(_l("Given name"), maximum=100)
    order = SelectField(_l("Name order in Latin script"), validators=[InputRequired()])
    honorific = LocalizedField(_l("Honorific"), description=_l("For example Mr., Dr., H.E., 氏 or 市長."), maximum=40)
    position = LocalizedField(_l("Position"), maximum=200)
    organization = LocalizedField(_l("Organization"), maximum=200)
    biography = LocalizedField(_l("Biography"), description=_l("You can use Markdown."), rows=5, maximum=5000)
    links = TextAreaField(
        _l("Links"), description=HOW_TO_LINK, validators=[Length(max=3000)], render_kw={"rows": 3, "dir": "auto"}
    )
    zone = StringField(
        _l("Your time zone"),
        description=_l("For example Europe/Berlin. Our e-mails will then show times in your time zone as well."),
        validators=[Optional(), known_zone],
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.order.choices = [SelectChoice(order.value, order.label) for order in NameOrder]

    def validate_family(self, field: Any) -> None:
        if not field.data and not self.given.data:
            raise ValidationError(_("Enter a name in at least one language."))


class TalkForm(Form):
    """The texts of a speaker's own session."""

    title = LocalizedField(_l("Title"), validators=[AnyLanguage()], maximum=200)
    subtitle = LocalizedField(_l("Subtitle"), maximum=200)
    abstract = LocalizedField(_l("Abstract"), description=_l("You can use Markdown."), rows=6, maximum=10_000)

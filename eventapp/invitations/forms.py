"""Forms of invitations: the team adds guests, and a guest answers."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import MailAddress
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.directory.rules import split_name
from eventapp.events.models import Event
from eventapp.invitations.operations import InvitationTerms
from eventapp.invitations.rules import InvitedGuest, guests_in
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Overrides

Guests = list[tuple[InvitedGuest, tuple[str, str]]]


class InviteForm(Form):
    """Guests to invite, and what holds for all of them."""

    guests = TextAreaField(
        lazy_pgettext("invitations", "People"),
        [DataRequired(_l("Enter at least one e-mail address."))],
        description=_l(
            "One person per line, with e-mail address, name and organization, for example: "
            "Ada Lovelace, ada@example.org, City of London. You can paste from a spreadsheet or an e-mail app."
        ),
        render_kw={"rows": 8, "spellcheck": "false"},
    )
    option = SelectField(_l("Registration option"), choices=[])
    although_full = BooleanField(
        _l("Even if the option is full"), description=_l("A seat is added for everybody who accepts.")
    )
    although_closed = BooleanField(_l("Even if registration is closed"))
    without_approval = BooleanField(_l("Without approval by the team"))
    message = TextAreaField(
        _l("Message in the e-mail"),
        [Length(max=5000), Optional()],
        description=_l("We add the date, the place and a link to answer."),
    )
    language = SelectField(_l("Language of the e-mails"), choices=[])

    @classmethod
    def of(cls, event: Event, options: list[AttendanceOption]) -> InviteForm:
        """The form for an event."""
        tags = list(dict.fromkeys([*event.working_languages, *languages.INTERFACE]))
        form = cls(data={"without_approval": True, "language": tags[0]})
        form.options = {one.key: one for one in options}
        form.option.choices = [
            ("", _("The guest chooses")),
            *((one.key, one.name(languages.reader())) for one in options),
        ]
        form.language.choices = [(tag, languages.language_name(tag, languages.interface())) for tag in tags]
        return form

    def validate_guests(self, field: Any) -> None:
        """Each line has an e-mail address that can exist."""
        found, wrong = guests_in(field.data or "")
        check = MailAddress()
        for guest in found:
            try:
                check(self, _Typed(guest.email))
            except ValidationError:
                wrong.append(guest.email)
        if wrong:
            listed = languages.listing([f"“{one[:60]}”" for one in wrong[:3]])
            raise ValidationError(_("There is no valid e-mail address in %(lines)s.", lines=listed))

    def people(self) -> Guests:
        """The guests, each with family and given name."""
        return [(guest, split_name(guest.name)) for guest in guests_in(self.guests.data or "")[0]]

    def terms(self) -> InvitationTerms:
        """What holds for all of them."""
        return InvitationTerms(
            option=self.options.get(self.option.data),
            overrides=Overrides(
                full=bool(self.although_full.data),
                closed=bool(self.although_closed.data),
                approval=bool(self.without_approval.data),
            ),
            message=(self.message.data or "").strip(),
            language=self.language.data or "en",
        )


class _Typed:
    """A value as a validator reads it."""

    def __init__(self, data: str) -> None:
        self.data = data


class SubstituteForm(Form):
    """Who comes in the place of the guest."""

    family_name = StringField(_l("Name of the person"), [DataRequired(_l("Enter the name.")), Length(max=200)])
    email = EmailField(
        _l("E-mail address of the person"),
        [DataRequired(_l("Enter the e-mail address.")), Length(max=254), MailAddress()],
        description=_l("We send them an invitation of their own."),
        render_kw={"inputmode": "email", "dir": "ltr"},
    )

    def guest(self) -> tuple[InvitedGuest, str, str]:
        """The person, with family and given name."""
        family, given = split_name((self.family_name.data or "").strip())
        return InvitedGuest(email=(self.email.data or "").strip()), family, given


class AnswerForm(Form):
    """A button of the invitation's page."""

"""Forms for the team of an event, and for who is invited to it."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eventapp.accounts.forms import interface_languages
from eventapp.accounts.rules import Role
from eventapp.core.fields import MailAddress
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l


class TeamInviteForm(Form):
    """Somebody who is to work on the event."""

    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_l("Enter an e-mail address.")), Length(max=254), MailAddress()],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose an option from the list."))])
    language = SelectField(_l("Language of the e-mail"), validators=[InputRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [SelectChoice(role.value, role.label) for role in Role]
        self.language.choices = interface_languages()


class RoleForm(Form):
    """Another role for a member."""

    role = SelectField(_l("Role"), validators=[InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [SelectChoice(role.value, role.label) for role in Role]


class TeamJoinForm(Form):
    """The account of somebody who accepts an invitation."""

    name = StringField(
        _l("Name"),
        description=_l("Your team sees it."),
        validators=[InputRequired(), Length(max=100)],
        render_kw={"autocomplete": "name"},
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 10 characters. A few unrelated words are easy to remember."),
        validators=[InputRequired(), Length(max=500)],
        render_kw={"autocomplete": "new-password"},
    )
    language = SelectField(_l("Language of the desk"), validators=[InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language.choices = interface_languages()

    def values(self) -> dict[str, str]:
        """What `team.join_with_new_account` takes."""
        return {name: self[name].data for name in ("name", "password", "language")}

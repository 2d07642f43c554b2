"""Forms about logins: a forgotten password, one's own profile, a new user."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from eventapp.core import languages
from eventapp.core.fields import MailAddress, known_zone
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l


class ForgotPasswordForm(Form):
    """The e-mail address of a login."""

    email = EmailField(_l("E-mail address"), validators=[InputRequired(), Length(max=254), MailAddress()])


class AccountForm(Form):
    """What users say about themselves."""

    name = StringField(
        _l("Name"),
        description=_l("Your team sees it."),
        validators=[InputRequired(), Length(max=100)],
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(
        _l("Language of the desk"),
        description=_l("The link at the top of each page still changes the language of that page."),
        validators=[Optional()],
    )
    zone = StringField(
        _l("Time zone"),
        description=_l(
            "For times that belong to no event, such as when you logged in. Times of an event are always those of its "
            "venue. For example Europe/Helsinki; if you leave it empty, such times are in UTC."
        ),
        validators=[Optional(), known_zone],
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language.choices = [SelectChoice("", _("Same as your browser")), *interface_languages()]
        self.language.flags.asked = True

    def values(self) -> dict[str, str]:
        """What `operations.change_profile` takes."""
        return {name: self[name].data or "" for name in ("name", "language", "zone")}


def interface_languages() -> list[SelectChoice]:
    """The languages of the interface, each by its own name."""
    return [SelectChoice(tag, languages.NAMES[tag]) for tag in languages.INTERFACE]


class NewUserForm(Form):
    """A user whom an administrator invites."""

    email = EmailField(_l("E-mail address"), validators=[InputRequired(), Length(max=254), MailAddress()])
    name = StringField(_l("Name"), description=_l("Other members of their teams see it."), validators=[Length(max=100)])
    language = SelectField(_l("Language of the e-mail"), validators=[InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language.choices = interface_languages()

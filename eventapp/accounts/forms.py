"""The form for a forgotten password."""

from __future__ import annotations

from wtforms import EmailField
from wtforms.validators import InputRequired, Length

from eventapp.core.fields import MailAddress
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l


class ForgotPasswordForm(Form):
    """The e-mail address of a login."""

    email = EmailField(_l("E-mail address"), validators=[InputRequired(), Length(max=254), MailAddress()])

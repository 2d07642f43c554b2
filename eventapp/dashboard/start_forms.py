"""The form of the last step of a new event."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from eventapp.core.fields import between
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l
from eventapp.registration.rules import RegistrationPreset


class RegistrationStartForm(Form):
    """How people register."""

    preset = RadioField(_l("How can people register?"), validators=[InputRequired(_l("Choose one."))])
    seats = IntegerField(
        _l("Number of seats"),
        description=_l("Seats on site. Leave it empty if there is no limit."),
        validators=[Optional(), between(1, 100_000)],
        render_kw={"inputmode": "numeric"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.preset.choices = [SelectChoice(one.value, one.label) for one in RegistrationPreset]

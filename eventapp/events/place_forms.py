"""Forms for the venues and hosts of an event."""

from __future__ import annotations

from typing import Any

from wtforms import FloatField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from eventapp.core.fields import AnyLanguage, LocalizedField, between
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l
from eventapp.directory.rules import OrganizationKind
from eventapp.events.rules import HostRole


class FirstVenueForm(Form):
    """The second step of a new event: where it is."""

    name = LocalizedField(
        _l("Venue"),
        validators=[AnyLanguage()],
        description=_l("Its name and city, as in lists and calendars."),
        maximum=200,
    )
    address = LocalizedField(_l("Street address"), description=_l("For calendars and maps."), maximum=300)


class VenueForm(Form):
    """A venue."""

    name = LocalizedField(_l("Name"), validators=[AnyLanguage()], maximum=200)
    address = LocalizedField(_l("Street address"), description=_l("For calendars and maps."), maximum=300)
    access = LocalizedField(
        _l("How to get there"),
        description=_l("For example: five minutes on foot from the station."),
        rows=2,
        maximum=600,
    )
    latitude = FloatField(_l("Latitude"), validators=[Optional(), between(-90, 90)])
    longitude = FloatField(_l("Longitude"), validators=[Optional(), between(-180, 180)])


class HostForm(Form):
    """An organization that hosts or supports."""

    name = LocalizedField(_l("Organization"), validators=[AnyLanguage()], maximum=200)
    role = SelectField(_l("Role"), validators=[InputRequired()])
    organization_kind = SelectField(_l("Kind of organization"), validators=[InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [SelectChoice(role.value, role.label) for role in HostRole]
        self.organization_kind.choices = [SelectChoice(kind.value, kind.label) for kind in OrganizationKind]

    def values(self) -> dict[str, Any]:
        """Keyword arguments for operations.add_host."""
        return {"kind": OrganizationKind(self.organization_kind.data), "role": HostRole(self.role.data)}

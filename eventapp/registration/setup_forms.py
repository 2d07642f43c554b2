"""The desk's form of a registration option."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from eventapp.core.fields import LocalizedField, LocalTimeField, between
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Access


class OptionForm(Form):
    """A registration option."""

    mode = SelectField(_l("Attendance mode"), validators=[InputRequired()])
    title = LocalizedField(
        _l("Name"), description=_l("Leave empty to use the attendance mode as the name."), maximum=100
    )
    note = LocalizedField(
        _l("Note for attendees"), description=_l("One line shown under the option, for example which entrance to use.")
    )
    capacity = IntegerField(
        _l("Seats"),
        description=_l("Leave it empty for no limit."),
        validators=[Optional(), between(1, 1_000_000)],
        render_kw={"inputmode": "numeric", "min": 1},
    )
    waiting_list = BooleanField(_l("Open a waiting list when it is full"), default=True)
    promote_hours = IntegerField(
        _l("Hours before the start at which the waiting list ends"),
        description=_l(
            "Until then, a free seat goes to the first in line at once. Afterwards you decide: nobody should learn in "
            "the night that they are expected in the morning."
        ),
        validators=[Optional(), between(0, 2000)],
        render_kw={"inputmode": "numeric", "min": 0},
    )
    access = SelectField(_l("Who may register"), validators=[InputRequired()])
    access_code = StringField(
        _l("Invitation code"),
        description=_l("Only for options with an invitation code. Leave blank and we will make one up."),
        validators=[Length(max=60, message=_l("Use at most 60 characters."))],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 60},
    )
    domains = TextAreaField(
        _l("Domains"),
        description=_l("Only for options with certain domains: one per line, for example city.example."),
        validators=[Length(max=2000)],
        render_kw={"spellcheck": "false", "dir": "ltr"},
    )
    opens_at = LocalTimeField(_l("Registration opens"), description=_l("Leave empty to open straight away."))
    closes_at = LocalTimeField(_l("Registration closes"), description=_l("Leave empty to close when the event ends."))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode.choices = [SelectChoice(mode.value, mode.label) for mode in Mode]
        self.access.choices = [SelectChoice(access.value, access.label) for access in Access]

    @classmethod
    def of(cls, event: Event, option: AttendanceOption | None) -> OptionForm:
        """The form with the option, or with what most events want."""
        data: dict[str, Any] = {"mode": Mode.IN_PERSON.value, "waiting_list": True, "promote_hours": 24}
        if option is not None:
            names = (
                "title",
                "note",
                "capacity",
                "waiting_list",
                "opens_at",
                "closes_at",
                "access_code",
                "promote_hours",
            )
            data = {name: getattr(option, name) for name in names}
            data |= {"mode": option.mode.value, "access": option.access.value, "domains": "\n".join(option.domains)}
        form = cls(data=data, meta={"zone": event.zone})
        form.title.offer(event.languages)
        form.note.offer(event.languages)
        return form

    def values(self, event: Event) -> dict[str, Any]:
        """What `setup.save_option` takes; the moments in UTC."""
        return {
            **{name: self[name].data for name in ("title", "note", "capacity", "waiting_list")},
            "mode": Mode(self.mode.data),
            "access_code": self.access_code.data or "",
            "promote_hours": self.promote_hours.data or 0,
            "domains": (self.domains.data or "").split(),
            "access": Access(self.access.data),
            "opens_at": self.opens_at.in_zone(event.zone),
            "closes_at": self.closes_at.in_zone(event.zone),
        }

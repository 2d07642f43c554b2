"""The desk's form of a registration option."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import LocalizedField, LocalTimeField, between
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption, RegistrationSettings, SeatPool
from eventapp.registration.rules import OFFER_HOURS, Access, AddressCheck, Promotion

# Fields of the form of an option with the values that are stored.
_AS_STORED = ("title", "note", "capacity", "waiting_list", "promote_hours", "offer_hours", "smaller_may_pass")

# What happens with a free seat, unless somebody changes it.
_USUAL: dict[str, Any] = {
    "promotion": Promotion.AT_ONCE.value,
    "offer_hours": OFFER_HOURS,
    "promote_hours": 24,
    "smaller_may_pass": False,
}


def pool_name(pool: SeatPool) -> str:
    """The name of shared seats for a reader, with their number."""
    return languages.ngettext(
        "%(name)s (%(num)d seat)", "%(name)s (%(num)d seats)", pool.capacity, name=languages.resolve(pool.title).text
    )


class PoolForm(Form):
    """Seats that several options share."""

    title = LocalizedField(
        _l("Name"), description=_l("Only your team sees it, for example “Main hall”."), validators=[], maximum=100
    )
    capacity = IntegerField(
        _l("Seats"),
        validators=[InputRequired(), between(1, 1_000_000)],
        render_kw={"inputmode": "numeric", "min": 1},
    )

    @classmethod
    def of(cls, event: Event, pool: SeatPool | None) -> PoolForm:
        """The form with the shared seats, or empty."""
        form = cls(data={"title": pool.title, "capacity": pool.capacity} if pool is not None else {})
        form.title.offer(event.languages)
        return form

    def values(self) -> dict[str, Any]:
        """What `setup_seats.save_pool` takes."""
        return {"title": self.title.data, "capacity": self.capacity.data}

    def validate_title(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Enter this in at least one language."))


class SettingsForm(Form):
    """How registration for an event works."""

    address_check = SelectField(
        _l("Ask people to confirm their e-mail address first"),
        description=_l(
            "They get an e-mail with a link, and are registered once they have confirmed. Nobody can then register "
            "somebody else, or find out who is registered."
        ),
        validators=[InputRequired()],
    )
    hold_minutes = IntegerField(
        _l("Minutes for which the seat is held meanwhile"),
        validators=[InputRequired(), between(5, 10_000)],
        render_kw={"inputmode": "numeric", "min": 5},
    )

    @classmethod
    def of(cls, settings: RegistrationSettings) -> SettingsForm:
        """The form with the settings."""
        form = cls(data={"address_check": settings.address_check.value, "hold_minutes": settings.hold_minutes})
        form.address_check.choices = [SelectChoice(one.value, one.label) for one in AddressCheck]
        return form

    def values(self) -> dict[str, Any]:
        """What `setup_seats.save_settings` takes."""
        return {"address_check": AddressCheck(self.address_check.data), "hold_minutes": self.hold_minutes.data}


class OptionForm(Form):
    """A registration option."""

    mode = SelectField(_l("Attendance mode"), validators=[InputRequired()])
    title = LocalizedField(
        _l("Name"), description=_l("Leave empty to use the attendance mode as the name."), maximum=100
    )
    note = LocalizedField(
        _l("Note for attendees"), description=_l("One line shown under the option, for example which entrance to use.")
    )
    pool = SelectField(
        _l("Share the seats of"),
        description=_l("These seats are for several options, with one waiting list for all of them."),
        validators=[Optional()],
    )
    capacity = IntegerField(
        _l("Seats"),
        description=_l("Leave it empty for no limit."),
        validators=[Optional(), between(1, 1_000_000)],
        render_kw={"inputmode": "numeric", "min": 1},
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

    waiting_list = BooleanField(_l("Open a waiting list when it is full"), default=True)
    promotion = SelectField(_l("When a seat becomes free for the first in line"), validators=[Optional()])
    offer_hours = IntegerField(
        _l("Hours to accept an offered seat"),
        description=_l("After that, it is offered to the next. An offer that would end at night lasts until 10:00."),
        validators=[Optional(), between(1, 2000)],
        render_kw={"inputmode": "numeric", "min": 1},
    )
    promote_hours = IntegerField(
        _l("Hours before the start from which seats are only offered"),
        description=_l("So that nobody learns at night that they are expected in the morning."),
        validators=[Optional(), between(0, 2000)],
        render_kw={"inputmode": "numeric", "min": 0},
    )
    smaller_may_pass = BooleanField(
        _l("A smaller group may pass"),
        description=_l(
            "If a group is first in line and needs more seats than are free, the next person or group that fits gets "
            "them. Otherwise the seats are kept for the group that is first."
        ),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode.choices = [SelectChoice(mode.value, mode.label) for mode in Mode]
        self.access.choices = [SelectChoice(access.value, access.label) for access in Access]
        self.promotion.choices = [SelectChoice(promotion.value, promotion.label) for promotion in Promotion]

    pools: list[SeatPool]

    @property
    def unusual(self) -> bool:
        """Whether the rules of the waiting list differ from what most events want, or have an error."""
        fields = [self[name] for name in _USUAL]
        return any(field.errors or field.data != _USUAL[field.name] for field in fields)

    @classmethod
    def of(cls, event: Event, option: AttendanceOption | None, pools: list[SeatPool]) -> OptionForm:
        """The form with the option, or with what most events want."""
        data: dict[str, Any] = {
            "mode": Mode.IN_PERSON.value,
            "waiting_list": True,
            **_USUAL,
        }
        if option is not None:
            data = {name: getattr(option, name) for name in (*_AS_STORED, "opens_at", "closes_at", "access_code")}
            data |= {name: getattr(option, name).value for name in ("mode", "access", "promotion")}
            data |= {"domains": "\n".join(option.domains), "pool": str(option.pool_id or "")}
        form = cls(data=data, meta={"zone": event.zone})
        form.pools = pools
        form.pool.choices = [
            SelectChoice("", _("None: seats of its own")),
            *(SelectChoice(str(pool.id), pool_name(pool)) for pool in pools),
        ]
        if not pools:
            del form["pool"]
        form.title.offer(event.languages)
        form.note.offer(event.languages)
        return form

    def values(self, event: Event) -> dict[str, Any]:
        """What `setup.save_option` takes; the moments in UTC."""
        chosen = self.pool.data if "pool" in self else ""
        return {
            **{name: self[name].data for name in _AS_STORED},
            "offer_hours": self.offer_hours.data or OFFER_HOURS,
            "promotion": Promotion(self.promotion.data or Promotion.AT_ONCE),
            "pool": next((pool for pool in self.pools if str(pool.id) == chosen), None),
            "mode": Mode(self.mode.data),
            "access_code": self.access_code.data or "",
            "promote_hours": self.promote_hours.data or 0,
            "domains": (self.domains.data or "").split(),
            "access": Access(self.access.data),
            "opens_at": self.opens_at.in_zone(event.zone),
            "closes_at": self.closes_at.in_zone(event.zone),
        }

"""The desk's forms of doors and of the links to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from eventapp.check_in.models import CheckInPoint
from eventapp.check_in.rules import PointKind
from eventapp.core import languages
from eventapp.core.fields import LocalizedField
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.registration.models import AttendanceOption


class PointForm(Form):
    """A door, or the check-in of a session."""

    session = SelectField(
        _l("What for"),
        description=_l("A door counts who is at the event. A session counts who is in that session."),
        validators=[Optional()],
    )
    title = LocalizedField(
        _l("Name"), description=_l("For example “Main entrance”. A session needs none."), validators=[], maximum=100
    )
    options = SelectMultipleField(
        _l("Only for these registration options"), description=_l("Leave all blank to admit all of them."), coerce=int
    )
    days = SelectMultipleField(_l("Only on these days"), description=_l("Leave all blank to admit on every day."))
    seat_holders = BooleanField(_l("Only people with a seat in the session"))

    @classmethod
    def of(
        cls, event: Event, point: CheckInPoint | None, *, options: list[AttendanceOption], sessions: list[Session]
    ) -> PointForm:
        """The form with a point, or empty. The kind of a point can't be changed."""
        data: dict[str, Any] = {}
        if point is not None:
            data = {"title": point.title, "options": point.options, "days": point.days}
            data |= {"seat_holders": point.seat_holders}
        form = cls(data=data)
        form.title.offer(event.languages)
        form.options.choices = [SelectChoice(one.id, one.name(languages.reader())) for one in options]
        form.days.choices = [SelectChoice(one.isoformat(), languages.day(one)) for one in event.days]
        door = SelectChoice("", _("A door of the event"))
        named = [SelectChoice(str(one.id), languages.resolve(one.title).text) for one in sessions]
        form.session.choices = [door, *named]
        if point is not None:
            del form.session
        if point.kind is not PointKind.SESSION if point is not None else not sessions:
            del form.seat_holders
        if len(event.days) < 2:
            del form.days
        return form

    def values(self, sessions: list[Session]) -> dict[str, Any]:
        """What points.save_point takes."""
        chosen = self.session.data if "session" in self else ""
        session = next((one for one in sessions if str(one.id) == chosen), None)
        return {
            "title": self.title.data,
            "kind": PointKind.DOOR if session is None else PointKind.SESSION,
            "session": session,
            "options": self.options.data or [],
            "days": [date.fromisoformat(day) for day in self.days.data or []] if "days" in self else [],
            "seat_holders": bool(self.seat_holders.data) if "seat_holders" in self else False,
        }

    def validate_title(self, field: Any) -> None:
        if not field.data and "session" in self and not self.session.data:
            raise ValidationError(_("Enter this in at least one language."))


class DoorLinkForm(Form):
    """A link that makes devices of helpers."""

    label = StringField(
        _l("For whom"),
        description=_l("For example the name of the helper. It is shown in the log."),
        validators=[DataRequired(_l("Enter a name, for example of the person at the door.")), Length(max=100)],
    )
    walk_ins = BooleanField(_l("May register people who come without a registration"))

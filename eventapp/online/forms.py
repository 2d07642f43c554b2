"""Forms of attendance reports, and of checking oneself in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from eventapp.core.fields import known_zone
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import resolve
from eventapp.online.models import AttendanceReport
from eventapp.online.times import DayOrder
from eventapp.programme.models import Session

# Instead of the code of a session.
WHOLE = "-"


def _of_what(field: Any, sessions: Sequence[Session]) -> None:
    field.choices = [(WHOLE, _("The whole event")), *((one.code, resolve(one.title).text) for one in sessions)]


class ReportUploadForm(Form):
    """A report to be read."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("As you have downloaded it: CSV or Excel (.xlsx), up to 10 MB and 20,000 rows."),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,text/csv"},
    )
    session = SelectField(_l("What is this report about?"), [InputRequired()], choices=[])

    @classmethod
    def of(cls, sessions: Sequence[Session]) -> Self:
        """The form, with the sessions that a report may be of."""
        form = cls()
        _of_what(form.session, sessions)
        return form


class ReportSettingsForm(Form):
    """How the rows are read."""

    session = SelectField(_l("What is this report about?"), [InputRequired()], choices=[])
    zone = StringField(
        _l("Time zone of the times"),
        [InputRequired(_l("Choose a time zone from the list, such as Asia/Tokyo.")), known_zone],
        description=_l(
            "Reports don't state it. It is that of the person who downloaded the file, or of the meeting's owner."
        ),
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )
    day_order = SelectField(
        _l("How dates are written"), [InputRequired(_l("Choose how dates are written."))], choices=[]
    )
    day = DateField(
        _l("Day of the meeting"),
        [InputRequired(_l("Enter a date."))],
        description=_l("For times without a date."),
    )

    @classmethod
    def of(cls, report: AttendanceReport, sessions: Sequence[Session], *, typed: bool = True) -> Self:
        """The form for a report, as it is stored or, if it was sent, as it was `typed`."""
        code = next((one.code for one in sessions if one.id == report.session_id), WHOLE)
        known: dict[str, Any] = {"session": code, "zone": report.zone, "day_order": report.day_order}
        known["day"] = date.fromisoformat(report.day)
        form = cls(data=known) if typed else cls(formdata=None, data=known)
        _of_what(form.session, sessions)
        form.day_order.choices = [("", _("Please choose")), *((one.value, one.label) for one in DayOrder)]
        return form

    def values(self, sessions: Sequence[Session]) -> dict[str, Any]:
        """The settings as they are stored."""
        number = next((one.id for one in sessions if one.code == self.session.data), None)
        day = self.day.data.isoformat() if self.day.data else ""
        return {"session_id": number, "zone": self.zone.data, "day_order": self.day_order.data or "", "day": day}


class ApplyReportForm(Form):
    """Applies a report."""

    by_name = BooleanField(
        _l("Accept all proposals by name"),
        description=_l("Otherwise only those that you choose below, and people identified by their e-mail address."),
    )


class HereForm(Form):
    """The code of a session, as a participant types it on their own page."""

    code = StringField(
        _l("Code on the screen"),
        [InputRequired(_l("Type the code that is on the screen.")), Length(max=40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class TicketHereForm(HereForm):
    """The same for somebody who has not opened their own page, with the code of their ticket."""

    ticket = StringField(
        _l("Code of your ticket"),
        [InputRequired(_l("Type the code of your ticket.")), Length(max=400)],
        description=_l("Eight characters, below the QR code of your ticket."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )

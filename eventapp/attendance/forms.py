"""Validates the query parameters of the counts, and the desk's forms of figures."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from eventapp.attendance import rules
from eventapp.attendance.bases import CountChoice
from eventapp.attendance.models import ReportedCount
from eventapp.attendance.rules import Basis
from eventapp.attendance.summary import Rounding
from eventapp.core.fields import LocalizedField, between
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.refusals import Refused
from eventapp.programme.rules import Mode

# Examples in a summary: it is one sentence.
MOST_EXAMPLES = 12


def basis(word: str | None) -> Basis:
    """The requested basis, or the default. Raises Refused for an unknown one."""
    if word is None:
        return rules.DEFAULT_BASIS
    if word not in set(Basis):
        raise Refused(_("Choose one of these: %(bases)s.", bases=", ".join(rules.COUNTED)), field="basis")
    return Basis(word)


def rounding(word: str | None) -> Rounding | None:
    """The requested rounding, if any. Raises Refused for an unknown one."""
    if word is None:
        return None
    if word not in set(Rounding):
        raise Refused(_("Choose one of these: %(words)s.", words=", ".join(Rounding)), field="rounding")
    return Rounding(word)


def choice(values: MultiDict[str, str]) -> CountChoice:
    """What a statement shall count, from the parameters of an address or a form. No modes are all modes.

    Raises Refused for a basis or a rounding that there is not.
    """
    modes = tuple(mode for mode in Mode if mode.value in values.getlist("mode"))
    return CountChoice(
        basis=basis(values.get("basis") or None),
        rounding=rounding(values.get("rounding") or None),
        modes=modes or tuple(Mode),
        host=values.get("host") != "no",
        examples=tuple(dict.fromkeys(values.getlist("example")))[:MOST_EXAMPLES],
    )


def arguments(chosen: CountChoice) -> dict[str, Any]:
    """The parameters that `choice` reads."""
    found: dict[str, Any] = {"basis": chosen.basis.value}
    if chosen.rounding is not None:
        found["rounding"] = chosen.rounding.value
    if chosen.modes != tuple(Mode):
        found["mode"] = [mode.value for mode in chosen.modes]
    if not chosen.host:
        found["host"] = "no"
    if chosen.examples:
        found["example"] = list(chosen.examples)
    return found


class FreezeForm(Form):
    """The name of a frozen statement."""

    name = StringField(_l("Name"), validators=[DataRequired(), Length(max=120)])


def _number(label: Any) -> IntegerField:
    return IntegerField(label, validators=[Optional(), between(0, 100_000_000)])


class ReportedForm(Form):
    """Figures that a source reports."""

    source = StringField(
        _l("Source"),
        description=_l("For example a report, or a web address that begins with https://"),
        validators=[DataRequired(), Length(max=500)],
    )
    as_of = DateField(_l("As of"), validators=[Optional()])
    rounding = SelectField(_l("Rounding word"), choices=[SelectChoice(one.value, one.label) for one in Rounding])
    people = _number(_l("People"))
    foreign_cities = _number(_l("Cities abroad"))
    foreign_countries = _number(_l("Foreign countries"))
    domestic_cities = _number(_l("Cities in the country of the event"))
    organizations = _number(_l("Companies and organizations"))
    of_what = LocalizedField(
        _l("What the figures describe"),
        description=_l("For example “People who took part on site”."),
        maximum=300,
    )

    @classmethod
    def of(cls, row: ReportedCount | None) -> ReportedForm:
        """The form with what is stored, or empty."""
        names = [name for name in cls.fields() if row is not None]
        data = {name: getattr(row, name) for name in names}
        return cls(data=data if row is not None else {"rounding": Rounding.EXACTLY.value})

    @staticmethod
    def fields() -> tuple[str, ...]:
        """The names of its fields, which are those of ReportedCount."""
        numbers = ("people", "foreign_cities", "foreign_countries", "domestic_cities", "organizations")
        return ("source", "as_of", "rounding", *numbers, "of_what")

    def values(self) -> dict[str, Any]:
        """What `operations.report_count` takes."""
        found = {name: self._fields[name].data for name in self.fields()}
        return found | {"rounding": Rounding(self.rounding.data), "source": self.source.data or ""}

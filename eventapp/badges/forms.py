"""What to print, and on which sheet: read from the address, so that a choice can be kept as a bookmark."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FloatField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from eventapp.badges.sheets import BY_KEY, SHEETS, Sheet
from eventapp.core.fields import between
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l

OWN = "own"
# Millimetres.
_SMALLEST, _LARGEST = 20, 500
_OWN_FIELDS = ("width", "height", "columns", "rows", "left", "top", "step_x", "step_y")


def _length(label: Any, least: float = 0, most: float = _LARGEST) -> FloatField:
    return FloatField(label, validators=[Optional(), between(least, most)], render_kw={"inputmode": "decimal"})


class SheetForm(Form):
    """The sheet, an own one if none of those offered fits, and how far the printer is off."""

    sheet = SelectField(_l("Sheet"), default=SHEETS[0].key)
    offset_x = _length(_l("Move to the right by (mm)"), -20, 20)
    offset_y = _length(_l("Move down by (mm)"), -20, 20)
    codes = BooleanField(_l("With the QR code of the ticket"), default=True)
    width = _length(_l("Width of a badge (mm)"), _SMALLEST)
    height = _length(_l("Height of a badge (mm)"), _SMALLEST)
    columns = IntegerField(_l("Number of columns"), validators=[Optional(), between(1, 10)])
    rows = IntegerField(_l("Number of rows"), validators=[Optional(), between(1, 20)])
    left = _length(_l("Left margin (mm)"))
    top = _length(_l("Top margin (mm)"))
    step_x = _length(_l("From one column to the next (mm)"))
    step_y = _length(_l("From one row to the next (mm)"))

    class Meta(Form.Meta):
        """It is read from the address, and changes nothing."""

        csrf = False

    @classmethod
    def of(cls, args: Any) -> SheetForm:
        """The form with what the address says; with the first sheet if it says nothing."""
        form = cls(formdata=args) if "sheet" in args else cls(formdata=None)
        own = SelectChoice(OWN, _("Custom sheet (A4), with the measurements below"))
        form.sheet.choices = [*(SelectChoice(one.key, one.label) for one in SHEETS), own]
        return form

    @property
    def own(self) -> list[Any]:
        """The fields of an own sheet."""
        return [self[name] for name in _OWN_FIELDS]

    def chosen(self) -> Sheet | None:
        """The sheet; None if what was entered can't be used, which the form then says."""
        if self.is_given and not self.validate():
            return None
        sheet = self._own_sheet() if self.sheet.data == OWN else BY_KEY.get(self.sheet.data or "", SHEETS[0])
        if sheet is None or not sheet.fits():
            self.width.errors = [*self.width.errors, _("These badges overlap or don't fit on the page.")]
            return None
        return sheet.moved(self.offset_x.data or 0, self.offset_y.data or 0)

    @property
    def is_given(self) -> bool:
        """Whether the address says anything."""
        return bool(self.sheet.raw_data)

    def _own_sheet(self) -> Sheet | None:
        given = {name: self[name].data for name in _OWN_FIELDS}
        if given["width"] is None or given["height"] is None:
            return None
        width, height = given["width"], given["height"]
        return Sheet(
            OWN,
            _("Custom sheet"),
            width,
            height,
            columns=given["columns"] or 1,
            rows=given["rows"] or 1,
            left=given["left"] or 0,
            top=given["top"] or 0,
            step_x=given["step_x"] or width,
            step_y=given["step_y"] or height,
        )

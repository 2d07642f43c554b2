"""What is typed and pressed at the door."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length

from eventapp.check_in.rules import CheckInKind
from eventapp.core import tokens
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l


def way(word: str | None) -> CheckInKind:
    """In or out; in unless out is asked for."""
    return CheckInKind.OUT if word == CheckInKind.OUT else CheckInKind.IN


class ScanForm(Form):
    """The field that takes everything: a scanned ticket, a code, a name."""

    q = StringField(
        _l("Ticket, code, name or organization"),
        [DataRequired(_l("Scan a ticket, or type a code or a name.")), Length(max=1000)],
    )
    way = RadioField(_l("Direction"), default=CheckInKind.IN.value)
    nonce = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way.choices = [(CheckInKind.IN.value, _("Coming in")), (CheckInKind.OUT.value, _("Going out"))]
        self.nonce.data = self.nonce.data or tokens.token()


class PersonCheckForm(Form):
    """The buttons beside a person. `overrule` lets them pass whatever the result is, for a reason."""

    way = HiddenField()
    nonce = HiddenField()
    overrule = HiddenField()
    reason = StringField(_l("Reason"), [Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.flags.asked = True  # it is shown only where it is needed

    def values(self) -> dict[str, Any]:
        """The arguments of the operation."""
        return {
            "kind": way(self.way.data),
            "nonce": (self.nonce.data or tokens.token())[:100],
            "overrule": bool(self.overrule.data),
            "reason": self.reason.data or "",
        }

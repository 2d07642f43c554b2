"""Validates the query parameters of the counts."""

from __future__ import annotations

from eventapp.attendance import rules
from eventapp.attendance.rules import Basis
from eventapp.attendance.summary import Rounding
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _


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

"""Counting, and the sentence that says it. Plain values only."""

from __future__ import annotations

from enum import StrEnum

from eventapp.core.languages import lazy_gettext as _l


class Rounding(StrEnum):
    """How a number of people is to be read."""

    OVER = "over"
    ABOUT = "about"
    EXACTLY = "exactly"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class Basis(StrEnum):
    """Whom a count counts. A number without its basis is wrong."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    DECLARED = "declared"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS: dict[StrEnum, object] = {
    Rounding.OVER: _l("Over"),
    Rounding.ABOUT: _l("About"),
    Rounding.EXACTLY: _l("Exactly"),
    Basis.REGISTERED: _l("Registered"),
    Basis.CONFIRMED: _l("Confirmed"),
    Basis.CHECKED_IN: _l("Checked in"),
    Basis.DECLARED: _l("As stated by the source"),
}

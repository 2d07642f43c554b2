"""The bases on which people are counted. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass

from eventapp.attendance.summary import Rounding
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.programme.rules import Mode
from eventapp.registration.rules import REGISTERED, RegistrationStatus


class Basis(Labelled):
    """Who is counted. A number is only meaningful with its basis."""

    REGISTERED = "registered", _l("Registered")
    CONFIRMED = "confirmed", _l("Confirmed")
    CHECKED_IN = "checked_in", _l("Checked in")
    DECLARED = "declared", _l("Reported")

    @property
    def explanation(self) -> str:
        """What a number on this basis means, as a sentence."""
        return str(_EXPLANATIONS[self])


_EXPLANATIONS: dict[Basis, object] = {
    Basis.REGISTERED: _l("Counts all active registrations, including people waiting for approval or a seat."),
    Basis.CONFIRMED: _l("Counts confirmed registrations."),
    Basis.CHECKED_IN: _l("Counts people who were checked in at a door. Each person counts once."),
    Basis.DECLARED: _l("Figures reported by the source. They can't be broken down."),
}

# Bases with rows to count, and the states that count. A person who was let in counts, even if the
# registration has ended. Reported figures have no rows.
COUNTED: dict[Basis, frozenset[RegistrationStatus]] = {
    Basis.REGISTERED: REGISTERED,
    Basis.CONFIRMED: frozenset({RegistrationStatus.CONFIRMED}),
    Basis.CHECKED_IN: frozenset(RegistrationStatus),
}
DEFAULT_BASIS = Basis.CONFIRMED


class NotCounted(ValueError):
    """There are no rows to count on this basis. The text is a sentence for a person."""

    def __init__(self, basis: Basis) -> None:
        super().__init__(
            _("There are no check-ins yet, so there is nobody to count.")
            if basis is Basis.CHECKED_IN
            else _("Reported figures can't be broken down.")
        )


@dataclass(frozen=True)
class CountChoice:
    """What a statement counts: on which basis, who takes part how, and whether the organizations that host the event
    count. Without a `rounding`, it is that of the reported figures, so that the two can be compared.
    """

    basis: Basis = DEFAULT_BASIS
    rounding: Rounding | None = None
    modes: tuple[Mode, ...] = tuple(Mode)
    host: bool = True
    examples: tuple[str, ...] = ()

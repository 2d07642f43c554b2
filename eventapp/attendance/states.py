"""The states in which people are counted live. Plain values only."""

from __future__ import annotations

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.registration.rules import REGISTERED, RegistrationStatus


class LiveState(Labelled):
    """A group of people of an event. Registered people are confirmed or waiting; the others follow from check-ins."""

    REGISTERED = "registered", _l("Registered")
    CONFIRMED = "confirmed", _l("Confirmed")
    WAITING = "waiting", lazy_pgettext("people", "Waiting")
    CHECKED_IN = "checked_in", _l("Checked in")
    NO_SHOW = "no_show", _l("No-show")

    @property
    def explanation(self) -> str:
        """Who is in it, as a sentence."""
        return str(_EXPLANATIONS[self])

    @property
    def statuses(self) -> frozenset[RegistrationStatus]:
        """The states of registrations that it has; those of people who were checked in don't matter."""
        return _STATUSES.get(self, frozenset(RegistrationStatus))


_EXPLANATIONS: dict[LiveState, object] = {
    LiveState.REGISTERED: _l("People with an active registration: confirmed or waiting."),
    LiveState.CONFIRMED: _l("People who have a seat."),
    LiveState.WAITING: _l("People who wait for approval, an answer or a seat."),
    LiveState.CHECKED_IN: _l(
        "People who were let in at a door. Each person counts once, even if their registration has ended since."
    ),
    LiveState.NO_SHOW: _l("Confirmed people in person who were not checked in by the end of their last day."),
}
_CONFIRMED = frozenset({RegistrationStatus.CONFIRMED})
_STATUSES = {
    LiveState.REGISTERED: REGISTERED,
    LiveState.CONFIRMED: _CONFIRMED,
    LiveState.WAITING: REGISTERED - _CONFIRMED,
    LiveState.NO_SHOW: _CONFIRMED,
}
# They follow from the registrations alone; the other two from check-ins as well.
BY_STATUS = (LiveState.REGISTERED, LiveState.CONFIRMED, LiveState.WAITING)

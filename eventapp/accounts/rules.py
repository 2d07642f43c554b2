"""Roles of a team and what each may do. Plain values only."""

from __future__ import annotations

from enum import StrEnum

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l


class Role(Labelled):
    """What somebody is in the team of one event."""

    OWNER = "owner", _l("Owner")
    PROGRAMME = "programme", _l("Programme")
    REGISTRATION = "registration", _l("Registration")
    CHECK_IN = "check-in", _l("Check-in")
    VIEWER = "viewer", _l("Viewer")


class Needs(StrEnum):
    """What a page of the organizer's desk needs."""

    LOGIN = "login"
    VIEW = "view"
    PROGRAMME = "programme"
    REGISTRATION = "registration"
    CHECK_IN = "check-in"
    MAIL = "mail"
    OWN = "own"


_MAY: dict[Role, frozenset[Needs]] = {
    Role.OWNER: frozenset(Needs),
    Role.PROGRAMME: frozenset({Needs.VIEW, Needs.PROGRAMME, Needs.MAIL}),
    Role.REGISTRATION: frozenset({Needs.VIEW, Needs.REGISTRATION, Needs.CHECK_IN, Needs.MAIL}),
    Role.CHECK_IN: frozenset({Needs.VIEW, Needs.CHECK_IN}),
    Role.VIEWER: frozenset({Needs.VIEW}),
}


def may(role: Role | None, needs: Needs) -> bool:
    """Whether a member with this role (None: no member) may do what is needed."""
    if needs is Needs.LOGIN:
        return True
    return role is not None and needs in _MAY[role]

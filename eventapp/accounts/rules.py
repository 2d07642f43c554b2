"""Roles and their permissions, password strength, names of browsers. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from zxcvbn import zxcvbn

from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l


class Role(Labelled):
    """The role of a team member at one event."""

    OWNER = "owner", _l("Owner")
    PROGRAMME = "programme", _l("Programme")
    REGISTRATION = "registration", _l("Registration")
    CHECK_IN = "check-in", _l("Check-in")
    VIEWER = "viewer", _l("Viewer")


class UserFilter(Labelled):
    """Which users a list shows."""

    ALL = "all", _l("All")
    ADMINISTRATORS = "administrators", _l("Administrators")
    INVITED = "invited", _l("No password yet")
    DISABLED = "disabled", _l("Disabled")


class Permission(StrEnum):
    """What a page under /manage requires of the team member, or ADMINISTER: of an administrator."""

    LOGIN = "login"
    VIEW = "view"
    PROGRAMME = "programme"
    REGISTRATION = "registration"
    CHECK_IN = "check-in"
    MAIL = "mail"
    OWN = "own"
    ADMINISTER = "administer"


_MAY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission) - {Permission.ADMINISTER},
    Role.PROGRAMME: frozenset({Permission.VIEW, Permission.PROGRAMME, Permission.MAIL}),
    Role.REGISTRATION: frozenset({Permission.VIEW, Permission.REGISTRATION, Permission.CHECK_IN, Permission.MAIL}),
    Role.CHECK_IN: frozenset({Permission.VIEW, Permission.CHECK_IN}),
    Role.VIEWER: frozenset({Permission.VIEW}),
}


def may(role: Role | None, permission: Permission) -> bool:
    """Whether a member with this role (None: not a member) has the permission."""
    if permission is Permission.LOGIN:
        return True
    return role is not None and permission in _MAY[role]


def may_give(own: Role | None, given: Role) -> bool:
    """Whether a member with the role `own` may give others a role: one that may do nothing that they may not."""
    return may(own, Permission.OWN) and own is not None and _MAY[given] <= _MAY[own]


_DUTIES: dict[Role, object] = {
    Role.OWNER: _l("everything, including the team"),
    Role.PROGRAMME: _l("sessions, rooms, tracks and speakers"),
    Role.REGISTRATION: _l("registrations, registration form, e-mails and check-in"),
    Role.CHECK_IN: _l("check-in at the door: names and organizations, but no e-mail addresses and no answers"),
    Role.VIEWER: _l("can view, but not change anything"),
}


def duties(role: Role) -> str:
    """What a role may do, in some words."""
    return str(_DUTIES[role])


PASSWORD_MINIMUM = 10
# The first of zxcvbn's scores 0 to 4 that withstands guesses at a stolen hash: more than 10^8 of them.
STRONG_ENOUGH = 3
# zxcvbn reads no further; a password that is strong up to there stays strong.
_LOOKED_AT = 72
_REASONS = {
    "repeat": _l("It repeats itself."),
    "sequence": _l("Sequences such as abc or 4321 are guessed first."),
    "spatial": _l("Neighbouring keys such as qwerty are guessed first."),
    "date": _l("Dates are guessed first."),
    "dictionary": _l("It is based on a common word, a common password, or your name or e-mail address."),
}


def weakness(password: str, *, about: Iterable[str] = ()) -> str | None:
    """Why a password is too weak, in one or two sentences; None if it is strong enough.

    `about`: what somebody who knows the user would try first, such as name and e-mail address.
    """
    if len(password) < PASSWORD_MINIMUM:
        return _("Use at least %(number)d characters.", number=PASSWORD_MINIMUM)
    known = ["eventapp", *about, *(part for text in about for part in re.split(r"\W+", text) if part)]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=known)
    if found["score"] >= STRONG_ENOUGH:
        return None
    patterns = [part["pattern"] for part in found["sequence"]]
    reason = next((str(_REASONS[pattern]) for pattern in _REASONS if pattern in patterns), "")
    easy = _("This password is too easy to guess. Use a few unrelated words.")
    return f"{easy} {reason}".strip()


# The first match in a User-Agent wins: many also name the browsers that they imitate.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """A name for a browser: "Firefox, Windows"; empty if its User-Agent is not recognized."""
    names = [next((name for word, name in words if word in user_agent), "") for words in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, names))

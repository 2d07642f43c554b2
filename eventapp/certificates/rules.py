"""What a certificate says, and its code: plain values only."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

# Crockford's base32: what looks alike is read as one sign. 16 signs are 80 random bits.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_ALIKE = str.maketrans("OIL", "011")


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """A code as it is printed: in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """A typed code as it is stored; empty if it can't be one."""
    text = unicodedata.normalize("NFKC", typed).upper().translate(_ALIKE)
    code = "".join(c for c in text if c not in "- \t\r\n")
    return code if len(code) == LENGTH and set(code) <= set(SIGNS) else ""


@dataclass(frozen=True)
class CertificateContent:
    """What is certified. Texts of the event by language; `days` are the days on which the person was checked in, in the
    event's time zone; `minutes` were spent online, None if nobody knows; `reading` is how the name is read, for paper
    on which it can't be printed.
    """

    name: str
    event: dict[str, str]
    host: dict[str, str]
    first_day: date
    last_day: date
    language: str
    organization: str = ""
    days: tuple[date, ...] = ()
    minutes: int | None = None
    sessions: tuple[dict[str, str], ...] = field(default=())
    reading: str = ""

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        values = asdict(self)
        values["days"] = [day.isoformat() for day in self.days]
        return values | {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}

    @classmethod
    def read(cls, values: dict[str, Any]) -> CertificateContent:
        """From JSON."""
        days = tuple(date.fromisoformat(day) for day in values["days"])
        first, last = date.fromisoformat(values["first_day"]), date.fromisoformat(values["last_day"])
        rest = {**values, "days": days, "first_day": first, "last_day": last, "sessions": tuple(values["sessions"])}
        return cls(**rest)


def may_have(days: int, minutes: int | None, *, least_minutes: int) -> bool:
    """Whether somebody has been there: on at least one day at a door, or online for long enough."""
    return days > 0 or (minutes is not None and minutes >= max(least_minutes, 1))

"""What a device sends, as JSON, read into values. What can't be read is refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.text import one_line

# Scans in one request, and the longest text of each.
MOST_SCANS = 100
LONGEST = 1_000
# Times that a device may send: later ones would not fit into a date.
_LAST = 4_102_444_800_000  # 2100
HIGHEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Somebody who is registered at the door."""

    family_name: str
    given_name: str = ""
    organization: str = ""
    country: str = ""
    email: str = ""
    option: int | None = None


@dataclass(frozen=True, slots=True)
class SentScan:
    """A scan as a device sends it: a text, the number of a person, somebody to register, or an undo.

    `at` is by the device's clock. `device_result` is what it answered if it has decided `offline`.
    """

    nonce: str
    kind: CheckInKind
    at: datetime
    sequence: int = 0
    text: str | None = None
    person: int | None = None
    undoes: str = ""
    reason: str = ""
    offline: bool = False
    device_result: ScanResult | None = None
    walk_in: WalkIn | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a device. `version` is that of its list, `cursor` the last line of the log that it knows,
    `settings` the version of those that it has. `waiting`: scans that it keeps for later.
    """

    clock: datetime
    version: str = ""
    cursor: int | None = None
    settings: str = ""
    waiting: int = 0
    scans: list[SentScan] = field(default_factory=list)


def read(body: Any) -> Sent:
    """Read a message. Raises Refused."""
    if not isinstance(body, dict):
        raise Refused(_unreadable())
    scans = body.get("scans", [])
    if not isinstance(scans, list) or len(scans) > MOST_SCANS:
        raise Refused(_unreadable())
    return Sent(
        clock=_time(body, "clock"),
        version=_text(body, "version", 60),
        cursor=None if body.get("cursor") is None else _number(body, "cursor"),
        settings=_text(body, "settings", 60),
        waiting=_number(body, "waiting"),
        scans=[_scan(one) for one in scans],
    )


def _scan(one: Any) -> SentScan:
    if not isinstance(one, dict):
        raise Refused(_unreadable())
    nonce = _text(one, "nonce", 100)
    kind, device_result = _text(one, "kind", 20), one.get("device_result")
    if len(nonce) < 8 or kind not in set(CheckInKind):
        raise Refused(_unreadable())
    walk_in = one.get("walk_in")
    return SentScan(
        nonce=nonce,
        kind=CheckInKind(kind),
        at=_time(one, "at"),
        sequence=_number(one, "seq"),
        text=_text(one, "text", LONGEST) if one.get("text") is not None else None,
        person=_number(one, "person") if one.get("person") is not None else None,
        undoes=_text(one, "undoes", 100),
        reason=one_line(_text(one, "reason", 200)),
        offline=one.get("offline") is True,
        device_result=ScanResult(device_result) if device_result in list(ScanResult) else None,
        walk_in=_walk_in(walk_in) if isinstance(walk_in, dict) else None,
    )


def _walk_in(one: Mapping[str, Any]) -> WalkIn:
    option = _number(one, "option") if one.get("option") is not None else None
    texts = {name: one_line(_text(one, name, 200)) for name in ("family_name", "given_name", "organization", "email")}
    return WalkIn(**texts, country=_text(one, "country", 2).upper(), option=option)


def _text(values: Mapping[str, Any], name: str, longest: int) -> str:
    value = values.get(name, "")
    if not isinstance(value, str) or "\x00" in value or not (value.isascii() or _is_text(value)):
        raise Refused(_unreadable())
    return value[:longest]


def _is_text(value: str) -> bool:
    """Whether there is no half of a surrogate pair in it, which can't be stored."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _number(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= HIGHEST:
        raise Refused(_unreadable())
    return value


def _time(values: Mapping[str, Any], name: str) -> datetime:
    """Milliseconds since 1970."""
    value = values.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _LAST:
        raise Refused(_unreadable())
    return datetime.fromtimestamp(value / 1000, UTC)


def _unreadable() -> str:
    return _("We can't read what this check-in device has sent. Update the app on the device.")

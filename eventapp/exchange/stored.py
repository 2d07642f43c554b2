"""Serializes the result of reading a file, to pass it between processes and store it until the import."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from eventapp.core.refusals import Refused
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.incoming import (
    FileColumn,
    Identity,
    Incoming,
    IncomingPerson,
    IncomingSession,
    Problem,
    UnknownColumns,
)
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus


def serialized(read: Incoming | Refused) -> bytes:
    """The result or the refusal as compressed JSON, without empty values."""
    plain: dict[str, Any]
    if isinstance(read, UnknownColumns):
        plain = {"refused": [read.message, read.field], "columns": _plain(read.columns)}
    elif isinstance(read, Damaged):
        plain = {"damaged": read.details}
    elif isinstance(read, Refused):
        plain = {"refused": [read.message, read.field]}
    else:
        plain = {"read": _plain(read)}
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def deserialized(data: bytes) -> Incoming | Refused:
    """The inverse of `serialized`."""
    plain = json.loads(zlib.decompress(data))
    if "damaged" in plain:
        return Damaged(plain["damaged"])
    if "refused" in plain:
        message, field = plain["refused"]
        if "columns" in plain:
            return UnknownColumns(message, _columns(plain["columns"]))
        return Refused(message, field=field)
    return _incoming(plain["read"])


def _plain(value: Any) -> Any:
    """A value as JSON; of our own classes only the fields that differ from their defaults."""
    if isinstance(value, (Incoming, IncomingSession, IncomingPerson, Problem, Identity, FileColumn)):
        found = {}
        for field in fields(value):
            one = getattr(value, field.name)
            if one != field.default and one != {}:
                found[field.name] = _plain(one)
        return found
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _incoming(said: dict[str, Any]) -> Incoming:
    return Incoming(
        **{
            **said,
            "sessions": tuple(_session(one) for one in said.get("sessions", ())),
            "problems": tuple(_problem(one) for one in said.get("problems", ())),
            "notes": tuple(said.get("notes", ())),
            "columns": _columns(said.get("columns", ())),
        }
    )


def _columns(said: Iterable[dict[str, Any]]) -> tuple[FileColumn, ...]:
    return tuple(
        FileColumn(one.get("name", ""), one.get("meaning", ""), tuple(one.get("examples", ()))) for one in said
    )


def _problem(said: dict[str, Any]) -> Problem:
    if said.get("of"):
        of = said["of"]
        said["of"] = Identity(of.get("guid", ""), of.get("code", ""), tuple(of.get("titles", ())))
    return Problem(**said)


def _session(said: dict[str, Any]) -> IncomingSession:
    for name, read in _READ.items():
        if said.get(name) is not None:
            said[name] = read(said[name])
    return IncomingSession(**said)


def _person(said: dict[str, Any]) -> IncomingPerson:
    if said.get("role"):
        said["role"] = ParticipationRole(said["role"])
    if said.get("mode"):
        said["mode"] = Mode(said["mode"])
    return IncomingPerson(**said)


_READ: dict[str, Any] = {
    "starts_at": datetime.fromisoformat,
    "ends_at": datetime.fromisoformat,
    "kind": SessionKind,
    "status": SessionStatus,
    "rooms": tuple,
    "spoken": tuple,
    "interpreted": tuple,
    "links": tuple,
    "people": lambda people: tuple(_person(one) for one in people),
}

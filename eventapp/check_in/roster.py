"""The list of people that a device holds, so that it can decide without the server: the least that it needs.

There are no e-mail addresses and no answers in it. Whose registration has ended is there by number alone: otherwise a
cancelled ticket would look like one that was issued after the list.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, func, select

from eventapp.core import clock, revisions
from eventapp.core.db import db
from eventapp.directory.rules import typed_name
from eventapp.registration.models import Registration
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import RegistrationStatus
from eventapp.tickets import codes
from eventapp.tickets import queries as tickets
from eventapp.tickets.codes import Ticket

# A change that was made while a list was read may be missing there: the next answer begins so long before it.
OVERLAP = timedelta(minutes=2)
# More changes than this are not sent one by one: the device loads the list anew.
MOST_CHANGES = 2_000
_KEPT = 4

Row = list[Any]


@dataclass(frozen=True)
class Roster:
    """People of a list, as rows: [number, revision, state] of those whose registration has ended, and of the others
    [number, revision, state, option, short code, name, reading, organization, text to search in].

    `count` is the number of people on the whole list; `version` is sent back by the device.
    """

    version: str
    count: int
    rows: list[Row]


def version_of(event_id: int) -> str:
    """The version that a list read now has: the number of changes of the event's people, and the time."""
    return f"{revisions.number(f'event:{event_id}:people')}.{int(clock.now().timestamp() * 1000)}"


def made_at(version: str) -> datetime | None:
    """When the list of a version was read; None if that is not a version."""
    _, dot, time = version.partition(".")
    if not (dot and time.isascii() and time.isdigit() and len(time) <= 13):  # up to the year 2286
        return None
    return datetime.fromtimestamp(int(time) / 1000, UTC)


def whole(event_id: int) -> Roster:
    """The whole list of an event. Two statements, and 20 µs for each person."""
    version = version_of(event_id)
    rows = _rows(event_id, db.session.execute(_all, {"event": event_id}))
    return Roster(version, len(rows), rows)


def changes(event_id: int, since: str) -> Roster | None:
    """What has changed since a version; None if the whole list has to be loaded anew. One statement if nothing has."""
    version, before = version_of(event_id), made_at(since)
    if before is None:
        return None
    if since.partition(".")[0] == version.partition(".")[0]:
        return Roster(since, -1, [])
    found = db.session.execute(_since, {"event": event_id, "since": before - OVERLAP}).all()
    if len(found) > MOST_CHANGES:
        return None
    count = db.session.scalar(_count, {"event": event_id}) or 0
    return Roster(version, count, _rows(event_id, found))


def _rows(event_id: int, found: Iterable[Any]) -> list[Row]:
    key = tickets.key_of(event_id)
    number, seed = (key.number, key.seed) if key is not None else (0, None)
    return [_row(event_id, one, number, seed) for one in found]


def _row(event_id: int, one: Any, number: int, seed: bytes | None) -> Row:
    state = _state(one.status, bool(one.merged))
    if state in {"withdrawn", "replaced"}:
        return [one.id, one.ticket_revision, state]
    ticket = Ticket(event_id, one.id, revision=one.ticket_revision, key=number)
    return [
        one.id,
        one.ticket_revision,
        state,
        one.option_id,
        codes.short_code(ticket, seed) if seed is not None else "",
        typed_name(one.family_name, one.given_name),
        one.reading,
        one.organization_name,
        one.searchable,
    ]


def _state(status: RegistrationStatus, merged: bool) -> str:
    if merged:
        return "replaced"
    if status in {RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED}:
        return "withdrawn"
    return "confirmed" if status is RegistrationStatus.CONFIRMED else "not_confirmed"


_merged = (
    select(MergedRegistration.registration_id)
    .where(MergedRegistration.registration_id == Registration.id)
    .exists()
    .label("merged")
)
_all = (
    select(
        Registration.id,
        Registration.ticket_revision,
        Registration.status,
        Registration.option_id,
        Registration.family_name,
        Registration.given_name,
        Registration.reading,
        Registration.organization_name,
        Registration.searchable,
        _merged,
    )
    .where(Registration.event_id == bindparam("event"))
    .order_by(Registration.id)
)
_since = _all.where(Registration.updated_at >= bindparam("since")).limit(MOST_CHANGES + 1)
_count = select(func.count()).select_from(Registration).where(Registration.event_id == bindparam("event"))


_lock = Lock()
_kept: OrderedDict[tuple[int, str], bytes] = OrderedDict()


def whole_as_json(event_id: int) -> bytes:
    """The whole list as JSON. Devices that load it at once share it, as long as nothing changes."""
    key = (event_id, str(revisions.known(f"event:{event_id}:people")[0]))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    people = whole(event_id)
    body = {"version": people.version, "count": people.count, "people": people.rows}
    made = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    with _lock:
        _kept[key] = made
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return made

"""The API of the schedule editor in the browser: the programme as JSON, and moves of sessions.

Times are whole minutes since 1970 in UTC, so that the browser can lay out a day on which the clocks change without
knowing time zones: it gets the UTC offsets of the venue's clock and when they change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import clock, languages, localized, revisions
from eventapp.core.db import finish_writing
from eventapp.core.errors import or_404, refused_as_json
from eventapp.core.languages import gettext as _
from eventapp.core.languages import reader
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme import issues, operations, queries
from eventapp.programme.conflicts import ProgrammeIssue
from eventapp.programme.issue_groups import grouped
from eventapp.programme.models import Room, Session
from eventapp.registration import queries as registration

editor = Blueprint("programme_editor", __name__, url_prefix="/manage/events/<slug>/programme")

# If only the month of an event is known, empty days don't deserve a tab each.
MOST_DAYS = 31


@editor.get("/state.json")
@requires(Permission.VIEW)
def state(event: Event) -> ResponseReturnValue:
    """The team's whole programme; 304 if it has not changed."""
    scopes = (f"event:{event.id}:desk", f"event:{event.id}", f"event:{event.id}:people", "directory")
    version = "-".join([*(str(revisions.number(scope)) for scope in scopes), languages.reader()])
    # Read before the rows: a change in between is found by the next request.
    if version in request.if_none_match:
        response = make_response("", 304)
    else:
        response = jsonify(token=generate_csrf(), **as_values(event))
    response.set_etag(version)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    return response


@editor.post("/sessions/<code>/move")
@requires(Permission.PROGRAMME)
def move(event: Event, code: str) -> ResponseReturnValue:
    """Move a session to another slot: `starts`, `ends` (minutes, or null), `rooms` (ids), `revision` as last read.

    Returns the saved session and all current issues. A refusal is a 422 with its message; after an edit conflict,
    `session` is the current state.
    """
    shown = or_404(queries.by_code(event, code))
    try:
        rooms = queries.rooms(event)
        wanted = _requested_move(rooms, shown)
        saved = operations.move_session(event, shown, by=current_organizer().name, **wanted)
    except operations.SessionEditConflict as stale:
        return refused_as_json(stale, session=_session(stale.session))
    except Refused as refusal:
        return refused_as_json(refusal)
    finish_writing()  # checking a large programme takes a while
    return jsonify(session=_session(saved), **_issues(event))


def _requested_move(rooms: Sequence[Room], shown: Session) -> dict[str, Any]:
    sent = _sent()
    numbers, revision = sent.get("rooms"), sent.get("revision")
    if not isinstance(numbers, list) or not isinstance(revision, int):
        raise Refused(_("We couldn't save this move. Reload the page and try again."))
    known = {room.id for room in rooms}
    if any(isinstance(number, bool) or number not in known for number in map(_whole, numbers)):
        raise Refused(_("Choose rooms of this event."), field="rooms")
    return {
        "starts_at": _moment(sent.get("starts"), "starts_at", shown.starts_at),
        "ends_at": _moment(sent.get("ends"), "ends_at", shown.ends_at),
        "rooms": [room for room in rooms if room.id in numbers],
        "seen_revision": revision,
    }


def _sent() -> dict[str, Any]:
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # deeply nested brackets
        sent = None
    return sent if isinstance(sent, dict) else {}


def _whole(number: object) -> int:
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _moment(minutes: object, field: str, stored: datetime | None) -> datetime | None:
    if stored is not None and minutes == _minutes(stored):
        return stored  # with its seconds, which the grid does not show
    if minutes is None:
        return None
    # The years 1800 to 2200, as in the session's form: beyond, an offset could lead outside what calendars can
    # represent.
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not -89_000_000 < minutes < 121_000_000:
        raise Refused(_("Enter a date and time."), field=field)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def as_values(event: Event) -> dict[str, Any]:
    """Everything that the editor shows, as JSON values. One query per table."""
    sessions = queries.sessions(event, drafts=True)
    days = days_of(event, sessions)
    spans = [clock.programme_span(day, event.zone, event.day_starts) for day in days]
    ahead = clock.offsets(event.zone, spans[0][0] - timedelta(days=2), spans[-1][1] + timedelta(days=2))
    return {
        "days": [
            {"name": languages.day(day, year=False), "from": _minutes(first), "to": _minutes(last)}
            for day, (first, last) in zip(days, spans, strict=True)
        ],
        "offsets": [[_minutes(moment), minutes] for moment, minutes in ahead],
        "opens": _minutes(event.starts_at),
        "closes": _minutes(event.ends_at),
        "rooms": [_room(room) for room in queries.rooms(event)],
        "sessions": [_session(session) for session in sessions],
        **_issues(event, sessions),
    }


def days_of(event: Event, sessions: Iterable[Session]) -> list[date]:
    """The days with a tab in the editor: those of the event and those with a session, in order."""

    def of(moment: datetime) -> date:
        return clock.programme_day(moment, event.zone, event.day_starts)

    first, last = of(event.starts_at), of(event.ends_at - timedelta(seconds=1))
    days = {first}
    if (last - first).days < MOST_DAYS:
        days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    days |= {of(session.starts_at) for session in sessions if session.starts_at is not None and session.timed}
    return sorted(days)


def _text_values(value: LocalizedText) -> dict[str, str]:
    """A text; with its language and direction only if they differ from the page's."""
    text, language = languages.resolve(value)
    if language == languages.interface():
        return {"text": text}
    return {"text": text, "lang": language, "dir": localized.direction(language)}


def _room(room: Room) -> dict[str, Any]:
    where = _("online") if room.online else languages.resolve(room.venue.name).text if room.venue else ""
    return {"id": room.id, "name": _text_values(room.name), "where": where, "places": room.capacity}


def _session(session: Session) -> dict[str, Any]:
    names = [part.shown.name(reader()).text for part in session.by_role]
    zone, starts = session.event.zone, session.starts_at
    day = clock.local_day(starts, zone) if starts is not None and not session.timed else None
    return {
        "code": session.code,
        "title": _text_values(session.title),
        "kind": session.kind.label,
        "pause": session.kind.is_break,
        "status": session.status.value,
        "state": session.status.label,
        # A session whose hour is not known has no place in the grid; it waits among the unscheduled ones, with its day.
        "starts": _minutes(session.starts_at) if session.starts_at and session.timed else None,
        "ends": _minutes(session.ends_at) if session.ends_at and session.timed else None,
        "day": languages.day(day, year=False) if day else "",
        "rooms": [room.id for room in session.rooms],
        "colour": session.track.colour if session.track else 0,
        "track": languages.resolve(session.track.name).text if session.track else "",
        "people": languages.listing(names),
        "minutes": session.minutes,
        "revision": session.revision,
    }


def _issues(event: Event, every: Iterable[Session] | None = None) -> dict[str, Any]:
    """The issues that are not muted, and the sentences of groups of several."""
    found = issues.judged(event, registration.audience(event), language=languages.reader(), every=every).open
    groups = {group.key: group.sentence for group in grouped(found) if len(group.issues) > 1}
    return {"findings": [_finding(one) for one in found], "groups": groups}


def _finding(one: ProgrammeIssue) -> dict[str, Any]:
    return {"level": one.level.value, "sentence": one.sentence, "codes": one.codes, "group": one.group}

"""What check-in devices ask for. They show their key instead of a session, so there is no login that could end in the
middle of the day, and no cookie whose authority another site could use.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from eventapp.check_in import devices, points, queries, roster, sync, updates, wire
from eventapp.check_in.devices import Device
from eventapp.check_in.models import CheckInPoint
from eventapp.core.errors import crashed, or_404, undoing
from eventapp.core.languages import gettext as _
from eventapp.core.limits import limit
from eventapp.core.refusals import Refused
from eventapp.core.text import one_line

api = Blueprint("check_in_api", __name__, url_prefix="/check-in/api")

P = ParamSpec("P")
# Attempts to open a door link, per client.
OPENINGS = "30/minute"


def by_device(view: Callable[Concatenate[Device, P], Any]) -> Callable[P, Any]:
    """Decorate a view that gets the device whose key the request shows; 401 without one that is valid."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Any:
        device = _device()
        return _no_key() if device is None else _stored_nowhere(view(device, *args, **kwargs))

    checked.device = True  # type: ignore[attr-defined]
    return checked


def _device() -> Device | None:
    return devices.of_header(request.headers.get("Authorization", ""))


@api.errorhandler(IntegrityError)
@undoing
def lost_its_key(error: IntegrityError) -> Response:
    """Perhaps its point or its event was deleted while this request waited to write."""
    return _no_key() if _device() is None else crashed(error)


def _body() -> Any:
    """The JSON of the request; None if it is none, or nested so deeply that it can't be read."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _no_key() -> Response:
    return _stored_nowhere(jsonify(error="key"), 401)


def _stored_nowhere(response: Response, status: int = 0) -> Response:
    response.cache_control.no_store = True
    response.status_code = status or response.status_code
    return response


@api.post("/devices")
def open_link() -> ResponseReturnValue:
    """Exchange the secret of a link for the key of a device. 410 if it is not valid or used up."""
    body = _body()
    link, label = (body.get("link"), body.get("label", "")) if isinstance(body, dict) else (None, "")
    if not isinstance(link, str) or not isinstance(label, str) or not (link.isascii() and 20 <= len(link) <= 100):
        raise Refused(_("This link is not complete. Open it again, or ask for a new one."))
    limit(OPENINGS, "check-in links")
    made = points.open_link(link, label=one_line(label[:100]))
    if made is None:
        return _stored_nowhere(jsonify(error=_("This link is no longer valid. Ask the organizers for a new one.")), 410)
    return _stored_nowhere(jsonify(key=made.key, device=made.device.id))


@api.get("/list")
@by_device
def people(device: Device) -> Response:
    """The whole list of people."""
    return current_app.response_class(roster.whole_as_json(device.point.event_id), mimetype="application/json")


@api.post("/scan")
@by_device
def scan(device: Device) -> Response:
    """Answer scans while somebody waits at the door. The server answers these together with others (batch.py)."""
    return jsonify(_answers(device, wire.read(_body())))


@api.post("/sync")
@by_device
def exchange(device: Device) -> Response:
    """Take the scans of a device, and answer them, with what else it should know."""
    sent = wire.read(_body())
    return jsonify(_answers(device, sent) | _updates(device, sent))


def _answers(device: Device, sent: wire.Sent) -> dict[str, Any]:
    return sync.take(device, sent, list_at=roster.made_at(sent.version))


def _updates(device: Device, sent: wire.Sent) -> dict[str, Any]:
    moved = updates.movements(device, sent.cursor)
    body: dict[str, Any] = {
        "cursor": moved.cursor,
        "presence": moved.rows,
        "more": moved.more,
        "numbers": updates.numbers(device),
    }
    changed = roster.changes(device.point.event_id, sent.version) if sent.version else None
    if changed is None:
        body["list"] = "anew"
    elif changed.version != sent.version:
        body["list"] = {"version": changed.version, "count": changed.count, "people": changed.rows}
    settings = updates.settings(device)
    if settings["version"] != sent.settings:
        body["settings"] = settings
    return body


@api.post("/point")
@by_device
def move(device: Device) -> Response:
    """Take the device to another point; only devices of team members may."""
    body = _body()
    number = body.get("point") if isinstance(body, dict) else None
    if device.user_id is None or type(number) is not int or not 0 < number <= wire.HIGHEST:
        raise Refused(_("This device belongs to its door. Ask the organizers for a link for another one."))
    points.move_device(device.id, or_404(queries.of_event(device.point.event_id, CheckInPoint, number)))
    return jsonify(moved=True)


@api.post("/sign-out")
@by_device
def sign_out(device: Device) -> Response:
    """Give the key back, after everything was sent."""
    points.sign_out(device.id)
    return jsonify(signed_out=True)

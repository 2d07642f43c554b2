"""Desk pages: doors and sessions at which people are checked in, the devices there, and what to look at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.check_in import overview, points, queries
from eventapp.check_in.door_forms import DoorLinkForm, PointForm
from eventapp.check_in.models import CheckInDevice, CheckInPoint, DoorLink
from eventapp.check_in.points import NewLink
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.core.pages import page, private
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.registration import queries as registrations

manage = Blueprint("doors", __name__, url_prefix="/manage/events/<slug>/check-in")


@manage.post("/device")
@manage.post("/doors/<int:number>/device")
@requires(Permission.CHECK_IN)
def device(event: Event, number: int = 0) -> ResponseReturnValue:
    """Make the device that is used now a check-in device, and open the app on it."""
    point = _point(event, number) if number else None
    user = current_organizer()
    made = points.make_link(event, point, label=user.name or user.email, user_id=user.id, walk_ins=True, own=True)
    return private(redirect(_behind(url_for("check_in_app.app"), made), 303))


@manage.get("/doors")
@requires(Permission.CHECK_IN)
def doors(event: Event) -> Response:
    """Doors with their numbers, devices with what they have, links, and what to look at."""
    return page(
        "check_in/doors.html",
        event=event,
        points=overview.points(event),
        devices=overview.devices(event),
        links=overview.links(event),
        to_look_at=overview.to_look_at(event),
    )


@manage.route("/doors/new", methods=["GET", "POST"])
@manage.route("/doors/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def point(event: Event, number: int = 0) -> ResponseReturnValue:
    """Add or edit a door, or the check-in of a session."""
    shown = _point(event, number) if number else None
    sessions = [] if shown is not None else programme.sessions(event)
    form = PointForm.of(event, shown, options=registrations.options(event), sessions=sessions)
    if submit(form, lambda: _save(event, shown, form)):
        flash(_("The door has been saved."))
        return redirect(url_for(".doors", slug=event.slug), 303)
    return page("check_in/point.html", event=event, form=form, point=shown)


def _save(event: Event, shown: CheckInPoint | None, form: PointForm) -> CheckInPoint:
    values = form.values([] if shown is not None else programme.sessions(event))
    if shown is not None:
        values |= {"kind": shown.kind, "session": shown.session}
    return points.save_point(event, shown, **values)


@manage.post("/doors/<int:number>/<any(close, open):verb>")
@requires(Permission.REGISTRATION)
def close(event: Event, number: int, verb: str) -> ResponseReturnValue:
    """Close a point, or open it again."""
    closed = verb == "close"
    points.close_point(_point(event, number), closed=closed)
    flash(_("Closed. Its devices are signed out; the log stays.") if closed else _("Open again."))
    return redirect(url_for(".doors", slug=event.slug), 303)


@manage.route("/doors/link", methods=["GET", "POST"])
@manage.route("/doors/<int:number>/link", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def link(event: Event, number: int = 0) -> ResponseReturnValue:
    """Make a link for helpers. It is shown once. Without a number it is for the first door, made if need be."""
    shown, form = _point(event, number) if number else None, DoorLinkForm()
    user = current_organizer().id
    if done := submit(form, lambda: points.make_link(event, shown, user_id=user, **_terms(form))):
        return private(
            page(
                "check_in/link.html",
                event=event,
                link=done.value.link,
                url=_behind(absolute("check_in_app.app"), done.value),
            )
        )
    return page("check_in/new_link.html", event=event, point=shown or points.coming_door(), form=form)


def _terms(form: DoorLinkForm) -> dict[str, Any]:
    return {"label": form.label.data or "", "walk_ins": bool(form.walk_ins.data)}


@manage.post("/devices/<int:number>/revoke")
@requires(Permission.REGISTRATION)
def revoke_device(event: Event, number: int) -> ResponseReturnValue:
    """Sign a device out."""
    points.revoke(or_404(queries.of_event(event.id, CheckInDevice, number)))
    flash(_("The device is signed out. It keeps the scans that it has not sent."))
    return redirect(url_for(".doors", slug=event.slug), 303)


@manage.post("/links/<int:number>/revoke")
@requires(Permission.REGISTRATION)
def revoke_link(event: Event, number: int) -> ResponseReturnValue:
    """Take a link back, and sign its devices out."""
    points.revoke(or_404(queries.of_event(event.id, DoorLink, number)))
    flash(_("The link no longer works, and its devices are signed out."))
    return redirect(url_for(".doors", slug=event.slug), 303)


def _point(event: Event, number: int) -> CheckInPoint:
    return or_404(queries.of_event(event.id, CheckInPoint, number))


def _behind(page_url: str, made: NewLink) -> str:
    """The secret is behind the #, so no server and no log sees it."""
    return f"{page_url}#link={made.secret}"

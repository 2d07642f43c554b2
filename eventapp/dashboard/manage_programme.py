"""Desk pages: sessions, rooms and tracks."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.forms import after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events import queries as events
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme import issues, operations, queries
from eventapp.programme.conflicts import Level, ProgrammeIssue
from eventapp.programme.forms import MuteForm, RoomForm, TrackForm
from eventapp.programme.issue_groups import IssueGroup, grouped
from eventapp.programme.models import Room, Track
from eventapp.registration import queries as registration

manage = Blueprint("programme_manage", __name__, url_prefix="/manage/events/<slug>")


@manage.get("/programme")
@requires(Permission.VIEW)
def programme(event: Event) -> ResponseReturnValue:
    """The schedule editor, and all sessions by day, unscheduled ones first; rooms and tracks below."""
    sessions = queries.sessions(event, drafts=True)
    return page(
        "programme/manage.html",
        event=event,
        sessions=sessions,
        days=queries.by_day(sessions, event),
        unscheduled=[session for session in sessions if session.starts_at is None],
        rooms=queries.rooms(event),
        tracks=queries.tracks(event),
    )


@manage.get("/programme/check")
@requires(Permission.VIEW)
def check(event: Event) -> ResponseReturnValue:
    """The issues of the programme in groups, errors first; muted ones apart."""
    found = issues.judged(event, registration.audience(event), language=languages.reader())
    groups = grouped(found.open)
    folds = [(level, [group for group in groups if group.level is level]) for level in Level]
    return page("programme/check.html", event=event, folds=folds, groups=groups, muted=found.muted)


@manage.route("/programme/check/mute", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def mute(event: Event) -> ResponseReturnValue:
    """Accept the issue or group of issues with this `key`, with a note."""
    found = issues.judged(event, registration.audience(event), language=languages.reader())
    about = _issue(found.open, request.args.get("key", ""))
    form = MuteForm()
    if submit(form, lambda: issues.mute(event, about, note=form.note.data or "", by=current_organizer().name)):
        flash(_("Muted."))
        return redirect(url_for(".check", slug=event.slug, _anchor="muted"), 303)
    return page("programme/mute.html", event=event, form=form, about=about)


def _issue(found: list[ProgrammeIssue], key: str) -> IssueGroup | ProgrammeIssue:
    groups = {group.key: group for group in grouped(found)}
    return groups[key] if key in groups else or_404(next((one for one in found if one.key == key), None))


@manage.post("/programme/check/<int:number>/unmute")
@requires(Permission.PROGRAMME)
def unmute(event: Event, number: int) -> ResponseReturnValue:
    """Show muted issues again."""
    issues.unmute(or_404(issues.by_number(event, number)))
    flash(_("No longer muted."))
    return redirect(url_for(".check", slug=event.slug), 303)


@manage.route("/programme/rooms/new", methods=["GET", "POST"])
@manage.route("/programme/rooms/<key>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def room(event: Event, key: str = "") -> ResponseReturnValue:
    """Add or edit a room."""
    shown = or_404(next((r for r in queries.rooms(event) if r.slug == key), None)) if key else None
    venues = events.venues(event)
    form = RoomForm.of(event, shown, venues=venues)
    if submit(form, lambda: operations.save_room(event, shown, **form.values(venues))):
        return after_saving(form.name.data, url_for(".programme", slug=event.slug))
    return page("programme/room.html", event=event, form=form, room=shown)


@manage.route("/programme/tracks/new", methods=["GET", "POST"])
@manage.route("/programme/tracks/<key>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def track(event: Event, key: str = "") -> ResponseReturnValue:
    """Add or edit a track."""
    shown = or_404(next((t for t in queries.tracks(event) if t.slug == key), None)) if key else None
    form = TrackForm(data={"name": shown.name, "colour": shown.colour} if shown else {"colour": 1})
    form.name.offer(event.languages)
    if submit(form, lambda: operations.save_track(event, shown, name=form.name.data, colour=form.colour.data)):
        return after_saving(form.name.data, url_for(".programme", slug=event.slug))
    return page("programme/track.html", event=event, form=form, track=shown)


@manage.post("/programme/<any(rooms, tracks):kind>/<key>/remove")
@requires(Permission.PROGRAMME)
def remove(event: Event, kind: str, key: str) -> ResponseReturnValue:
    """Remove a room or track; its sessions are kept."""
    things: list[Room | Track] = [*queries.rooms(event)] if kind == "rooms" else [*queries.tracks(event)]
    for thing in things:
        if thing.slug == key:
            operations.remove(thing)
            break
    else:
        raise NotFound
    flash(_("The room has been deleted.") if kind == "rooms" else _("The track has been deleted."))
    return redirect(url_for(".programme", slug=event.slug), 303)

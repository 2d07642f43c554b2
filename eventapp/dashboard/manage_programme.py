"""Desk pages: sessions, rooms and tracks."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.db import finish_writing
from eventapp.core.errors import or_404
from eventapp.core.forms import after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.pages import page
from eventapp.dashboard.saved import saved
from eventapp.dashboard.session_form import SessionEditing
from eventapp.events import queries as events
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme import issues, operations, participation_rows, queries
from eventapp.programme.conflicts import Level, ProgrammeIssue
from eventapp.programme.forms import MuteForm, RoomForm, TrackForm
from eventapp.programme.issue_groups import IssueGroup, grouped
from eventapp.programme.models import Room, Session, Track
from eventapp.programme.rules import Mode, ParticipationRole, SessionStatus
from eventapp.registration import queries as registration
from eventapp.registration import session_queries

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


@manage.route("/programme/sessions/new", methods=["GET", "POST"])
@manage.route("/programme/sessions/<code>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def session(event: Event, code: str = "") -> ResponseReturnValue:
    """Add or edit a session."""
    shown = or_404(queries.by_code(event, code)) if code else None
    editing = SessionEditing(event, shown)
    if done := editing.submit():
        finish_writing()  # the checks of a large programme take a while
        _flash_findings(event, done.value)
        back = url_for(".programme", slug=event.slug, _anchor=done.value.code)
        return after_saving(done.value.title, back, said=saved(event) if editing.changed_link else "")
    return page(
        "programme/edit_session.html",
        event=event,
        editing=editing,
        form=editing.form,
        speaker=editing.speaker,
        session=shown,
        described=participation_rows.described,
        roles=list(ParticipationRole),
        modes=list(Mode),
        public=shown is not None and shown.code in queries.document(event).by_code,
        waiting=session_queries.numbers_waiting(event.id).get(shown.code, 0) if shown is not None else 0,
    )


def _flash_findings(event: Event, session: Session) -> None:
    """Report the issues of the saved session; saving is allowed, because the next change may fix them."""
    for one in issues.judged(event, registration.audience(event), language=languages.reader()).open:
        if session.code in one.codes:
            flash(f"{one.level.label}: {one.sentence}")


_VERBS = {
    "ready": (SessionStatus.PUBLISHED, _l("The session will be published with the next version.")),
    "draft": (SessionStatus.DRAFT, _l("The session is a draft. Only your team can see it.")),
    "cancel": (SessionStatus.CANCELLED, _l("The session is cancelled. The next version will show this.")),
}


@manage.route("/programme/sessions/<code>/delete", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def delete_session(event: Event, code: str) -> ResponseReturnValue:
    """Delete a session that was never public, after confirmation."""
    shown = or_404(queries.by_code(event, code))
    if request.method == "POST":
        operations.delete_session(shown)
        flash(_("The session has been deleted."))
        return redirect(url_for(".programme", slug=event.slug), 303)
    return page("programme/delete_session.html", event=event, session=shown)


@manage.post("/programme/sessions/<code>/duplicate")
@requires(Permission.PROGRAMME)
def duplicate_session(event: Event, code: str) -> ResponseReturnValue:
    """Make a draft with the same texts and people, without a time, and open it."""
    made = operations.duplicate_session(or_404(queries.by_code(event, code)), by=current_organizer().name)
    flash(_("This is the copy, as a draft without a time. Change it, then save."))
    return redirect(url_for(".session", slug=event.slug, code=made.code), 303)


@manage.post("/programme/sessions/<code>/<any(ready, draft, cancel):verb>")
@requires(Permission.PROGRAMME)
def decide(event: Event, code: str, verb: str) -> ResponseReturnValue:
    """Set a session to ready or draft, or cancel it."""
    status, sentence = _VERBS[verb]
    operations.set_status(or_404(queries.by_code(event, code)), status)
    flash(str(sentence))
    return redirect(url_for(".programme", slug=event.slug), 303)


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
    flash(_("The room has been removed.") if kind == "rooms" else _("The track has been removed."))
    return redirect(url_for(".programme", slug=event.slug), 303)

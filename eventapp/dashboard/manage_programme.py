"""Desk pages: sessions, rooms and tracks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import languages, stale_forms
from eventapp.core.clock import to_local
from eventapp.core.db import finish_writing
from eventapp.core.errors import Refused, or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext, listing
from eventapp.core.pages import page
from eventapp.directory.models import Person
from eventapp.events import queries as events
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme import operations, participation_rows, profiles, queries
from eventapp.programme.conflicts import Level
from eventapp.programme.forms import RoomForm, SessionForm, TrackForm
from eventapp.programme.models import Room, Session, Track
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus
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
    """The issues of the programme, errors first."""
    return page(
        "programme/check.html",
        event=event,
        findings=queries.findings(event, registration.audience(event), language=languages.reader()),
        levels=list(Level),
    )


@manage.route("/programme/sessions/new", methods=["GET", "POST"])
@manage.route("/programme/sessions/<code>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def session(event: Event, code: str = "") -> ResponseReturnValue:
    """Add or edit a session."""
    shown = or_404(queries.by_code(event, code)) if code else None
    rooms, tracks = queries.rooms(event), queries.tracks(event)
    tags = list(
        dict.fromkeys([*event.languages, *(shown.spoken if shown else []), *(shown.interpreted if shown else [])])
    )
    form = SessionForm(rooms=rooms, tracks=tracks, tags=tags, data=_data(event, shown), meta={"zone": event.zone})
    form.title.speak(event.languages)
    form.subtitle.speak(event.languages)
    form.abstract.speak(event.languages)
    sent = form.is_submitted()
    find = _number(request.form.get("find", ""))
    form.people, people = _people(event, shown, searched=find) if sent else (participation_rows.rows_of(shown), {})
    form.links = participation_rows.typed_links(request.form) if sent else _links(shown)
    revision, token = _seen(), request.form.get("seen", "") or stale_forms.edit_token(_before(event, shown))

    def explain(refusal: Refused) -> Refused:
        nonlocal revision, token
        if not isinstance(refusal, operations.SessionEditConflict):
            return refusal
        now = _before(event, refusal.session)
        message = _changed(form, refusal, token, now)
        # Saving again after seeing the changes is deliberate.
        revision, token = refusal.session.revision, stale_forms.edit_token(now)
        return Refused(message)

    seen = revision
    if find is None and (done := submit(form, lambda: _save(event, shown, form, people, seen), explain=explain)):
        finish_writing()  # checking a large programme takes a while
        _tell_findings(event, done.value)
        flash(_("Saved."))
        return redirect(url_for(".programme", slug=event.slug, _anchor=done.value.code), 303)
    return page(
        "programme/edit_session.html",
        event=event,
        form=form,
        session=shown,
        rows=form.people,
        links=[*form.links, {}, {}],
        revision=revision or (shown.revision if shown else None),
        edit_token=token,
        described=participation_rows.described,
        roles=list(ParticipationRole),
        modes=list(Mode),
        public=shown is not None and shown.code in queries.document(event).by_code,
    )


def _save(
    event: Event, shown: Session | None, form: SessionForm, people: dict[str, Person], seen_revision: int | None
) -> Session:
    """Save what was typed, and whether the session is a draft or ready."""
    saved = operations.save_session(
        event,
        shown,
        title=form.title.data,
        kind=SessionKind(form.kind.data),
        starts_at=form.starts_at.in_zone(event.zone),
        ends_at=form.ends_at.in_zone(event.zone),
        rooms=[room for room in queries.rooms(event) if room.id in (form.rooms.data or [])],
        track=next((track for track in queries.tracks(event) if track.slug == form.track.data), None),
        parts=participation_rows.parts_of(form.people, people),
        by=current_organizer().name,
        seen_revision=seen_revision,
        subtitle=form.subtitle.data,
        minutes=form.minutes.data,
        do_not_record=form.do_not_record.data,
        links=[{"title": link["title"] or link["url"], "url": link["url"]} for link in form.links],
        join_url=form.join_url.data or "",
        abstract=form.abstract.data,
        spoken=form.spoken.data or [],
        interpreted=form.interpreted.data or [],
        capacity=form.capacity.data,
        signed_up=registration.audience(event).sign_ups.get(shown.code, 0) if shown else 0,
    )
    wanted = request.form.get("state", "" if shown else "published")
    if wanted in {"draft", "published"}:
        operations.set_status(saved, SessionStatus(wanted))
    return saved


def _seen() -> int | None:
    return _number(request.form.get("revision", ""))


def _number(raw: str) -> int | None:
    return int(raw[:9]) if raw.isascii() and raw.isdecimal() else None


def _people(
    event: Event, session: Session | None, *, searched: int | None
) -> tuple[list[participation_rows.ParticipationRow], dict[str, Person]]:
    """The submitted rows with their people resolved, and the people found: those of the session and those visible to
    the user.
    """
    here = {part.person.code: part for part in session.participations} if session else {}
    rows = participation_rows.typed(request.form)
    people = profiles.by_codes(current_organizer(), participation_rows.codes(rows)) | {
        code: part.person for code, part in here.items()
    }
    shown = {**people, **{code: part.shown for code, part in here.items()}}
    rows = participation_rows.resolve(
        rows, shown, lambda text: profiles.find(current_organizer(), text), searched=searched
    )
    people |= profiles.by_codes(current_organizer(), set(participation_rows.codes(rows)) - people.keys())
    return rows, people


def _links(session: Session | None) -> list[dict[str, str]]:
    return [dict(link) for link in session.links] if session else []


def _before(event: Event, session: Session | None) -> dict[str, Any]:
    """The stored values of a session's form including its rows, to compare when two editors have changed them."""
    people = [row.values for row in participation_rows.rows_of(session) if row.person]
    return {**_data(event, session), "people": people, "links": [[*link.values()] for link in _links(session)]}


def _changed(form: SessionForm, stale: operations.SessionEditConflict, token: str, now: dict[str, Any]) -> str:
    """A message about what somebody else has changed; changed values that were not edited here are shown in the
    form.
    """
    rows = {
        "people": [row.values for row in form.people if row.person],
        "links": [[*link.values()] for link in form.links],
    }
    typed = rows | {name: form[name].data for name in now if name not in rows}
    changes = stale_forms.compare(token, now=now, typed=typed)
    for name in changes.theirs:
        if name in rows:
            setattr(
                form, name, participation_rows.rows_of(stale.session) if name == "people" else _links(stale.session)
            )
        else:
            form[name].raw_data = None
            form[name].process(None, data=now[name])

    def named(names: tuple[str, ...]) -> str:
        titles = {"people": str(lazy_pgettext("session", "People")), "links": _("Links")}
        return listing([titles.get(name) or form[name].label.text for name in names])

    return stale_forms.describe(stale.message, changes, named=named)


def _data(event: Event, session: Session | None) -> dict[str, Any]:
    if session is None:
        return {"kind": "lecture", "spoken": event.working_languages[:1]}
    return {
        "title": session.title,
        "kind": session.kind.value,
        # As the form shows them: the edit token is made from these values.
        "starts_at": to_local(session.starts_at, event.zone) if session.starts_at else None,
        "ends_at": to_local(session.ends_at, event.zone) if session.ends_at else None,
        "rooms": [room.id for room in session.rooms],
        "track": session.track.slug if session.track else "",
        "abstract": session.abstract,
        "spoken": session.spoken,
        "interpreted": session.interpreted,
        "capacity": session.capacity,
        "subtitle": session.subtitle,
        "minutes": session.minutes,
        "do_not_record": session.do_not_record,
        "join_url": session.join_url,
    }


def _tell_findings(event: Event, session: Session) -> None:
    """Report the issues of the saved session; saving is allowed, because the next change may fix them."""
    for one in queries.findings(event, registration.audience(event), language=languages.reader()):
        if session.code in one.codes:
            flash(f"{one.level.label}: {one.sentence}")


_VERBS = {
    "ready": (SessionStatus.PUBLISHED, _l("The session will be published with the next version.")),
    "draft": (SessionStatus.DRAFT, _l("The session is a draft. Only your team can see it.")),
    "cancel": (SessionStatus.CANCELLED, _l("The session is cancelled. The next version will show this.")),
}


@manage.post("/programme/sessions/<code>/<any(ready, draft, cancel, delete):verb>")
@requires(Permission.PROGRAMME)
def decide(event: Event, code: str, verb: str) -> ResponseReturnValue:
    """Set a session to ready or draft, cancel it, or delete one that was never public."""
    shown = or_404(queries.by_code(event, code))
    if verb == "delete":
        operations.delete_session(shown)
        flash(_("Deleted."))
    else:
        status, sentence = _VERBS[verb]
        operations.set_status(shown, status)
        flash(str(sentence))
    return redirect(url_for(".programme", slug=event.slug), 303)


@manage.route("/programme/rooms/new", methods=["GET", "POST"])
@manage.route("/programme/rooms/<key>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def room(event: Event, key: str = "") -> ResponseReturnValue:
    """Add or edit a room."""
    shown = or_404(next((r for r in queries.rooms(event) if r.slug == key), None)) if key else None
    venues = events.venues(event)
    data = (
        {
            "name": shown.name,
            "online": shown.online,
            "site": shown.venue.slug if shown.venue else "",
            "capacity": shown.capacity,
        }
        if shown
        else {"site": venues[0].slug if venues else ""}
    )
    form = RoomForm(venues=venues, data=data)
    form.name.speak(event.languages)
    if form.validate_on_submit():
        venue = next((s for s in venues if s.slug == form.site.data), None)
        operations.save_room(
            event, shown, name=form.name.data, venue=venue, online=form.online.data, capacity=form.capacity.data
        )
        flash(_("Saved."))
        return redirect(url_for(".programme", slug=event.slug), 303)
    return page("programme/room.html", event=event, form=form, room=shown)


@manage.route("/programme/tracks/new", methods=["GET", "POST"])
@manage.route("/programme/tracks/<key>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def track(event: Event, key: str = "") -> ResponseReturnValue:
    """Add or edit a track."""
    shown = or_404(next((t for t in queries.tracks(event) if t.slug == key), None)) if key else None
    form = TrackForm(data={"name": shown.name, "colour": shown.colour} if shown else {"colour": 1})
    form.name.speak(event.languages)
    if form.validate_on_submit():
        operations.save_track(event, shown, name=form.name.data, colour=form.colour.data)
        flash(_("Saved."))
        return redirect(url_for(".programme", slug=event.slug), 303)
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
    flash(_("Removed."))
    return redirect(url_for(".programme", slug=event.slug), 303)

"""Desk pages of a session, and its form: what it shows, what it saves, and what two editors may both have changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import stale_forms
from eventapp.core.clock import day_span, local_day, to_local
from eventapp.core.db import finish_writing
from eventapp.core.errors import or_404
from eventapp.core.forms import Done, after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext, listing, reader, spoken_list
from eventapp.core.pages import page
from eventapp.core.refusals import Refused
from eventapp.dashboard.saved import saved
from eventapp.directory.models import Person
from eventapp.directory.rules import split_name
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.programme import issues, operations, participation_rows, profiles, queries, roster
from eventapp.programme.forms import NewSpeakerForm, SessionForm
from eventapp.programme.models import Session
from eventapp.programme.operations import SessionEditConflict
from eventapp.programme.participation_rows import ParticipationRow
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus
from eventapp.registration import queries as registration
from eventapp.registration import session_queries

manage = Blueprint("session_manage", __name__, url_prefix="/manage/events/<slug>/programme/sessions")

# Minutes since 1970 of the year 2200: later times are no programme's.
_LATEST = 120_000_000


@manage.route("/new", methods=["GET", "POST"])
@manage.route("/<code>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def session(event: Event, code: str = "") -> ResponseReturnValue:
    """Add or edit a session."""
    shown = or_404(queries.by_code(event, code)) if code else None
    editing = SessionEditing(event, shown)
    if done := editing.submit():
        finish_writing()  # the checks of a large programme take a while
        _flash_findings(event, done.value)
        back = url_for("programme_manage.programme", slug=event.slug, _anchor=done.value.code)
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
    for one in issues.judged(event, registration.audience(event), language=reader()).open:
        if session.code in one.codes:
            flash(f"{one.level.label}: {one.sentence}")


_VERBS = {
    "ready": (SessionStatus.PUBLISHED, _l("The session will be published with the next version.")),
    "draft": (SessionStatus.DRAFT, _l("The session is a draft. Only your team can see it.")),
    "cancel": (SessionStatus.CANCELLED, _l("The session is cancelled. The next version will show this.")),
}


@manage.route("/<code>/delete", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def delete(event: Event, code: str) -> ResponseReturnValue:
    """Delete a session that was never public, after confirmation."""
    shown = or_404(queries.by_code(event, code))
    if request.method == "POST":
        operations.delete_session(shown)
        flash(_("The session has been deleted."))
        return redirect(url_for("programme_manage.programme", slug=event.slug), 303)
    return page("programme/delete_session.html", event=event, session=shown)


@manage.post("/<code>/duplicate")
@requires(Permission.PROGRAMME)
def duplicate(event: Event, code: str) -> ResponseReturnValue:
    """Make a draft with the same texts and people, without a time, and open it."""
    made = operations.duplicate_session(or_404(queries.by_code(event, code)), by=current_organizer().name)
    flash(_("This is the copy, as a draft without a time. Change it, then save."))
    return redirect(url_for(".session", slug=event.slug, code=made.code), 303)


@manage.post("/<code>/<any(ready, draft, cancel):verb>")
@requires(Permission.PROGRAMME)
def decide(event: Event, code: str, verb: str) -> ResponseReturnValue:
    """Set a session to ready or draft, or cancel it."""
    status, sentence = _VERBS[verb]
    operations.set_status(or_404(queries.by_code(event, code)), status)
    flash(str(sentence))
    return redirect(url_for("programme_manage.programme", slug=event.slug), 303)


class SessionEditing:
    """One request of the form: `session` is None for a new one.

    `revision` and `token` are what the form carries back, so that saving finds out whether somebody else has saved in
    the meantime.
    """

    def __init__(self, event: Event, session: Session | None) -> None:
        self.event = event
        self.session = session
        self.form = _form(event, session)
        sent = self.form.is_submitted()
        # A button of the form searches for a person instead of saving: the number of its row.
        self._searched = _number(request.form.get("find", ""))
        # Others add a new speaker: first the names are asked for, then the person is created.
        self._adding = request.form.get("add", "")
        self._creating = "create" in request.form
        # Two add an empty row, of people or of links.
        self._more = request.form.get("more", "")
        self.speaker = NewSpeakerForm(formdata=request.form if self._creating else None)
        self._people: dict[str, Person] = {}
        self.added: Person | None = None
        if sent:
            self.form.people, self._people = _people(session, searched=self._searched)
            self.form.links = participation_rows.typed_links(request.form)
            if self._more == "people":
                self.form.people.append(ParticipationRow())
        else:
            self.form.people, self.form.links = participation_rows.rows_of(session, language=reader()), _links(session)
        self._link = session.join_url if session else ""
        self._revision_sent = _number(request.form.get("revision", ""))
        self.revision = self._revision_sent or (session.revision if session else None)
        self.token = request.form.get("seen", "") or stale_forms.edit_token(_values(event, session))

    @property
    def changed_link(self) -> bool:
        """Whether the joining link was changed, which takes effect at once."""
        return self._link != (self.form.join_url.data or "")

    @property
    def spare_links(self) -> int:
        """How many empty rows for links the form shows."""
        shown = participation_rows.number_of_links(request.form) + (self._more == "links")
        return max(2, shown - len(self.form.links))

    def submit(self) -> Done[Session] | None:
        """Save what was typed; None where the form is to be shown again."""
        if self._searched is not None or self._more:
            return None
        if self._adding or self._creating:
            self._add_speaker()
            return None
        return submit(self.form, self._save, explain=self._explain)

    def _add_speaker(self) -> None:
        """Show the form for a new speaker with the name typed in a row, or create them and put them into that row."""
        rows, speaker = self.form.people, self.speaker
        if not self._creating:
            at = _number(self._adding)
            if at is not None and at < len(rows):
                speaker.new_family.data, speaker.new_given.data = split_name(rows[at].name)
                speaker.new_row.data = str(at)
            return
        done = submit(speaker, self._created)
        if done is None:
            return
        self.added = person = done.value
        at = _number(speaker.new_row.data or "")
        self.speaker = NewSpeakerForm(formdata=None)
        if person.code in participation_rows.codes(rows):
            return  # the form was sent twice
        free = [n for n, row in enumerate(rows) if not row.person and (n == at or not row.name)]
        row = ParticipationRow() if not free else rows[free[0]]
        added = replace(row, person=person.code, name=person.name(reader()).text, found=None)
        self.form.people = [*rows[: free[0]], added, *rows[free[0] + 1 :]] if free else [*rows, added]

    def _created(self) -> Person:
        names = {name: (self.speaker[f"new_{name}"].data or "").strip() for name in ("family", "given", "reading")}
        return roster.add_named(self.event, **names)

    def _save(self) -> Session:
        """The session, and whether it is a draft or ready."""
        event, form = self.event, self.form
        status = request.form.get("state", "" if self.session else "published")
        starts, ends = form.starts_at.in_zone(event.zone), form.ends_at.in_zone(event.zone)
        if form.day.data is not None:
            if starts or ends:
                raise Refused(_("Enter either a start and an end, or only the day."), field="day")
            starts, ends = day_span(form.day.data, event.zone)
        return operations.save_session(
            event,
            self.session,
            status=SessionStatus(status) if status in {"draft", "published"} else None,
            title=form.title.data,
            kind=SessionKind(form.kind.data),
            starts_at=starts,
            ends_at=ends,
            timed=form.day.data is None,
            rooms=[room for room in queries.rooms(event) if room.id in (form.rooms.data or [])],
            track=next((track for track in queries.tracks(event) if track.slug == form.track.data), None),
            parts=participation_rows.parts_of(form.people, self._people),
            by=current_organizer().name,
            seen_revision=self._revision_sent,
            subtitle=form.subtitle.data,
            minutes=form.minutes.data,
            do_not_record=form.do_not_record.data,
            links=[{"title": link["title"] or link["url"], "url": link["url"]} for link in form.links],
            join_url=form.join_url.data or "",
            abstract=form.abstract.data,
            spoken=form.spoken.data or [],
            interpreted=form.interpreted.data or [],
            capacity=form.capacity.data,
            signed_up=registration.audience(event).sign_ups.get(self.session.code, 0) if self.session else 0,
        )

    def _explain(self, refusal: Refused) -> Refused:
        """Where somebody else has saved, name what changed; saving again after reading that overwrites it."""
        if not isinstance(refusal, SessionEditConflict):
            return refusal
        current = _values(self.event, refusal.session)
        message = self._merge(refusal, current)
        self.revision, self.token = refusal.session.revision, stale_forms.edit_token(current)
        return Refused(message)

    def _merge(self, conflict: SessionEditConflict, current: dict[str, Any]) -> str:
        """Show in the form what only the other editor has changed, and return the message about it."""
        form = self.form
        rows = {
            "people": [row.values for row in form.people if row.person],
            "links": [[*link.values()] for link in form.links],
        }
        typed = rows | {name: form[name].data for name in current if name not in rows}
        changes = stale_forms.compare(self.token, now=current, typed=typed)
        for name in changes.theirs:
            if name == "people":
                form.people = participation_rows.rows_of(conflict.session, language=reader())
            elif name == "links":
                form.links = _links(conflict.session)
            else:
                form[name].raw_data = None
                form[name].process(None, data=current[name])

        def named(names: tuple[str, ...]) -> str:
            titles = {"people": str(lazy_pgettext("session", "People")), "links": _("Links")}
            return listing([titles.get(name) or form[name].label.text for name in names])

        return stale_forms.describe(conflict.message, changes, named=named)


def _form(event: Event, session: Session | None) -> SessionForm:
    spoken = [*session.spoken, *session.interpreted] if session else []
    form = SessionForm(
        rooms=queries.rooms(event),
        tracks=queries.tracks(event),
        tags=list(dict.fromkeys([*event.languages, *event.spoken, *spoken])),
        data=_fields(event, session),
        meta={"zone": event.zone},
    )
    for field in (form.title, form.subtitle, form.abstract):
        field.offer(event.languages)
    if event.spoken:
        form.spoken.description = _(
            "Choose none for the language of the event: %(languages)s.", languages=spoken_list(event.spoken)
        )
    return form


def _people(session: Session | None, *, searched: int | None) -> tuple[list[ParticipationRow], dict[str, Person]]:
    """The submitted rows with their people resolved, and by code the people of the session or visible to the user."""
    here = {part.person.code: part for part in session.participations} if session else {}
    rows = participation_rows.typed(request.form)
    people = profiles.by_codes(current_organizer(), participation_rows.codes(rows)) | {
        code: part.person for code, part in here.items()
    }
    shown = {**people, **{code: part.shown for code, part in here.items()}}
    rows = participation_rows.resolve(
        rows, shown, lambda text: profiles.find(current_organizer(), text), language=reader(), searched=searched
    )
    people |= profiles.by_codes(current_organizer(), set(participation_rows.codes(rows)) - people.keys())
    return rows, people


def _number(raw: str) -> int | None:
    return int(raw[:9]) if raw.isascii() and raw.isdecimal() else None


def _links(session: Session | None) -> list[dict[str, str]]:
    return [dict(link) for link in session.links] if session else []


def _values(event: Event, session: Session | None) -> dict[str, Any]:
    """What two editors may both have changed: the fields of the form and its rows."""
    people = [row.values for row in participation_rows.rows_of(session, language=reader()) if row.person]
    return {**_fields(event, session), "people": people, "links": [[*link.values()] for link in _links(session)]}


def _fields(event: Event, session: Session | None) -> dict[str, Any]:
    if session is None:
        return {"kind": "lecture", "spoken": [] if event.spoken else event.working_languages[:1], **_slot(event)}
    return {
        "title": session.title,
        "kind": session.kind.value,
        # In the event's time zone, as the form shows them: edit tokens are made from these.
        "starts_at": to_local(session.starts_at, event.zone) if session.starts_at and session.timed else None,
        "ends_at": to_local(session.ends_at, event.zone) if session.ends_at and session.timed else None,
        "day": local_day(session.starts_at, event.zone) if session.starts_at and not session.timed else None,
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


def _slot(event: Event) -> dict[str, Any]:
    """The slot that the schedule editor asks for: ?starts=, ?ends= in minutes since 1970 (UTC), ?room= an id."""
    found: dict[str, Any] = {}
    for name, asked in (("starts_at", "starts"), ("ends_at", "ends")):
        minutes = _number(request.args.get(asked, ""))
        if minutes is not None:
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=min(minutes, _LATEST))
            # Without a zone: a default, and not what is stored.
            found[name] = to_local(moment, event.zone).replace(tzinfo=None)
    room = _number(request.args.get("room", ""))
    return found | ({"rooms": [room]} if room else {})

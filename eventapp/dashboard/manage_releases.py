"""Desk page: publish the programme as a numbered version, after a preview of the changes."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import signed_in
from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import reader
from eventapp.core.localized import LocalizedText
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.notifications import operations as notifications
from eventapp.notifications import scan
from eventapp.programme import changes, queries, releases
from eventapp.programme.conflicts import Level, ProgrammeIssue
from eventapp.programme.forms import ReleaseForm
from eventapp.programme.models import Release
from eventapp.registration import queries as registration
from eventapp.registration import session_seats

manage = Blueprint("releases_manage", __name__, url_prefix="/manage/events/<slug>/programme")


@manage.route("/release", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def release(event: Event) -> ResponseReturnValue:
    """The changes of the next version, its issues, and the button that publishes it."""
    form = ReleaseForm()
    form.note.offer(event.languages)
    if done := submit(form, lambda: _release(event, form.note.data)):
        flash(_("Version %(number)d is public.", number=done.value.number))
        return redirect(url_for(".release", slug=event.slug), 303)
    waiting = releases.pending(event)
    people = queries.people_by_id(event, changes.person_ids(waiting.changes))
    return page(
        "dashboard/release.html",
        event=event,
        form=form,
        waiting=waiting,
        groups=[(kind, list(rows)) for kind, rows in groupby(waiting.changes, lambda change: change.kind)],
        names={number: person.name(reader()).text for number, person in people.items()},
        findings=_problems(event),
        releases=queries.releases(event),
        told=notifications.waiting(event),
        tellable=_tellable(waiting.last) if waiting.empty and waiting.last else [],
        would_notify=None if waiting.empty else scan.would_notify(event, waiting.document),
    )


def _release(event: Event, note: LocalizedText) -> Release:
    """Publish the version; where a session now has more seats, they go to its waiting list."""
    registration.lock_options(event.id)
    made = releases.release(event, user=signed_in(), note=note)
    session_seats.promote_all(event)
    return made


def _tellable(release: Release) -> list[changes.Change]:
    """Changes of the version that everybody may want to know of, not only those with a seat in the session."""
    kinds = {changes.ChangeKind.CANCELLED, changes.ChangeKind.REMOVED, changes.ChangeKind.MOVED}
    return [one for row in release.changes if (one := changes.Change.from_json(row)).kind in kinds][:10]


def _problems(event: Event) -> list[ProgrammeIssue]:
    """Errors and warnings, without notices."""
    every = queries.findings(event, registration.audience(event), language=languages.reader())
    return [one for one in every if one.level is not Level.NOTICE]

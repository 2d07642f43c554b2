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
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.notifications import operations as notifications
from eventapp.notifications import scan
from eventapp.programme import changes, issues, queries, releases
from eventapp.programme.conflicts import Level
from eventapp.programme.forms import ReleaseForm
from eventapp.programme.models import Release
from eventapp.registration import queries as registration
from eventapp.registration import releases as registration_releases

manage = Blueprint("releases_manage", __name__, url_prefix="/manage/events/<slug>/programme")


@manage.route("/release", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def release(event: Event) -> ResponseReturnValue:
    """The changes of the next version, its issues, and the button that publishes it."""
    form = ReleaseForm()
    found = issues.judged(event, registration.audience(event), language=languages.reader())
    form.ask(event.languages, errors=len(found.errors))
    if done := submit(form, lambda: _release(event, form)):
        flash(_("Version %(number)d is public.", number=done.value.number))
        return redirect(url_for(".release", slug=event.slug), 303)
    waiting = releases.pending(event)
    return page(
        "dashboard/release.html",
        event=event,
        form=form,
        waiting=waiting,
        groups=[(kind, list(rows)) for kind, rows in groupby(waiting.changes, lambda change: change.kind)],
        names=_names(event, waiting.changes),
        findings=[one for one in found.open if one.level is not Level.NOTICE],
        releases=queries.releases(event),
        to_notify=notifications.waiting(event),
        tellable=_tellable(waiting.last) if waiting.empty and waiting.last else [],
        would_notify=None if waiting.empty else scan.would_notify(event, waiting.document),
    )


def _names(event: Event, found: list[changes.Change]) -> dict[int, str]:
    people = queries.people_by_id(event, changes.person_ids(found))
    return {number: person.name(reader()).text for number, person in people.items()}


def _release(event: Event, form: ReleaseForm) -> Release:
    confirmed = form.despite_errors is not None and bool(form.despite_errors.data)
    return registration_releases.release(event, user=signed_in(), note=form.note.data, despite_errors=confirmed)


def _tellable(release: Release) -> list[changes.Change]:
    """Changes of the version that everybody may want to know of, not only those with a seat in the session."""
    kinds = {changes.ChangeKind.CANCELLED, changes.ChangeKind.REMOVED, changes.ChangeKind.MOVED}
    return [one for row in release.changes if (one := changes.Change.from_json(row)).kind in kinds][:10]

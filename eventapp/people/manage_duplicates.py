"""Desk pages: people who may have registered twice."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.people import duplicates, merging
from eventapp.people import queries as people
from eventapp.registration.models import Registration

manage = Blueprint("people_duplicates", __name__, url_prefix="/manage/events/<slug>/registrations/duplicates")


class MergeForm(Form):
    """Confirms that two registrations become one."""


@manage.get("")
@requires(Permission.REGISTRATION)
def proposals(event: Event) -> ResponseReturnValue:
    """Pairs of registrations that may be of one person."""
    return page("people/duplicates.html", event=event, pairs=duplicates.pairs(event))


def _both(event: Event, first: int, second: int) -> tuple[Registration, Registration]:
    found = duplicates.by_ids(event, [first, second])
    one, other = or_404(found if len(found) == 2 else None)
    return one, other


@manage.route("/<int:first>/<int:second>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def merge(event: Event, first: int, second: int) -> ResponseReturnValue:
    """Show two registrations side by side, and what merging does; then merge them into the chosen one."""
    both, form = _both(event, first, second), MergeForm()
    chosen = request.form.get("keep", type=int) or both[0].id
    kept, other = both if chosen == both[0].id else (both[1], both[0])
    if submit(form, lambda: merging.merge(kept, other)):
        flash(_("The registrations have been merged."))
        return redirect(url_for("person.registration", slug=event.slug, number=kept.id), 303)
    tags = people.tags_of([one.id for one in both])
    values = {"form": form, "both": both, "chosen": chosen, "tags": tags}
    return page("people/merge.html", event=event, notified=merging.is_notified(event), **values)


@manage.post("/<int:first>/<int:second>/dismiss")
@requires(Permission.REGISTRATION)
def dismiss(event: Event, first: int, second: int) -> ResponseReturnValue:
    """These are two people."""
    duplicates.dismiss(event, *_both(event, first, second))
    return redirect(url_for(".proposals", slug=event.slug), 303)

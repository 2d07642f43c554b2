"""Desk pages: the venues of an event. A change of one is published in the programme, too."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp import lifecycle
from eventapp.accounts.rules import Permission
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.dashboard.saved import saved
from eventapp.events.access import requires
from eventapp.events.models import Event, Venue
from eventapp.events.place_forms import VenueForm

manage = Blueprint("venues", __name__, url_prefix="/manage/events/<slug>/sites")

VALUES = ("name", "address", "access", "latitude", "longitude")


@manage.route("/new", methods=["GET", "POST"])
@manage.route("/<int:number>", methods=["GET", "POST"])
@requires(Permission.OWN)
def venue(event: Event, number: int = 0) -> ResponseReturnValue:
    """Add or edit a venue."""
    shown = _venue(event, number) if number else None
    form = VenueForm(data={name: getattr(shown, name) for name in VALUES} if shown else {})
    form.name.offer(event.languages)
    form.address.offer(event.languages)
    form.access.offer(event.languages)
    values = {name: form[name].data for name in VALUES}
    if submit(form, lambda: lifecycle.save_venue(event, shown, **values)):
        return after_saving(form.name.data, url_for("events_manage.places", slug=event.slug), said=saved(event))
    return page("events/venue.html", event=event, form=form, venue=shown)


@manage.post("/<int:number>/remove")
@requires(Permission.OWN)
def remove(event: Event, number: int) -> ResponseReturnValue:
    """Remove a venue; its rooms are kept."""
    lifecycle.remove_venue(event, _venue(event, number))
    flash(saved(event) or _("The venue has been deleted."))
    return redirect(url_for("events_manage.places", slug=event.slug), 303)


def _venue(event: Event, number: int) -> Venue:
    shown = or_404(db.session.get(Venue, number))
    return or_404(shown if shown.event_id == event.id else None)

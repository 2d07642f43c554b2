"""Desk pages: the second and third step of a new event. Both can be left and taken up again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp import lifecycle
from eventapp.accounts.rules import Permission
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.core.pages import page
from eventapp.dashboard.start_forms import RegistrationStartForm
from eventapp.events import queries as event_queries
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.events.place_forms import FirstVenueForm
from eventapp.events.rules import EventFormat
from eventapp.registration import queries as registration_queries
from eventapp.registration import setup
from eventapp.registration.rules import RegistrationPreset

manage = Blueprint("start", __name__, url_prefix="/manage/events/<slug>/start")

# What an event of a format most often begins with.
_USUAL = {
    EventFormat.IN_PERSON: RegistrationPreset.IN_PERSON,
    EventFormat.ONLINE: RegistrationPreset.ONLINE,
    EventFormat.HYBRID: RegistrationPreset.BOTH,
}


@manage.route("/venue", methods=["GET", "POST"])
@requires(Permission.OWN)
def venue(event: Event) -> ResponseReturnValue:
    """The second step: the first venue."""
    shown = next(iter(event_queries.venues(event)), None)
    form = FirstVenueForm(data={"name": shown.name, "address": shown.address} if shown else {})
    form.name.offer(event.languages)
    form.address.offer(event.languages)
    if submit(form, lambda: lifecycle.save_venue(event, shown, name=form.name.data, address=form.address.data)):
        return redirect(url_for(".registration", slug=event.slug), 303)
    return page("dashboard/start_venue.html", event=event, form=form)


@manage.route("/registration", methods=["GET", "POST"])
@requires(Permission.OWN)
def registration(event: Event) -> ResponseReturnValue:
    """The third step: the options that people can register for."""
    form = RegistrationStartForm(data={"preset": _USUAL[event.format].value})
    if done := submit(
        form, lambda: setup.add_preset(event, RegistrationPreset(form.preset.data), seats=form.seats.data)
    ):
        flash(_said(done.value))
        return redirect(url_for("dashboard.event", slug=event.slug), 303)
    there = registration_queries.options(event)
    return page("dashboard/start_registration.html", event=event, form=form, options=there)


def _said(options: int) -> str:
    if not options:
        return _("Nobody can register. You can change this under “Registration form”.")
    return ngettext(
        "%(num)d registration option has been added.", "%(num)d registration options have been added.", options
    )

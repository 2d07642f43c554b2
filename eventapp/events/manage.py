"""Desk pages: create an event; its venues and hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer, needs_login
from eventapp.accounts.rules import Permission
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.directory.rules import OrganizationKind
from eventapp.events import operations, queries
from eventapp.events.access import requires
from eventapp.events.forms import EventStartForm
from eventapp.events.models import Event, EventHost
from eventapp.events.place_forms import HostForm
from eventapp.events.rules import EventFormat
from eventapp.site_settings.profile import profile

manage = Blueprint("events_manage", __name__, url_prefix="/manage/events")


@manage.route("/new", methods=["GET", "POST"])
@needs_login
def new() -> ResponseReturnValue:
    """The first step of a new event, which is a draft from then on."""
    site = profile()
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=90)
    form = EventStartForm(
        data={
            "zone": site.zone,
            "starts_at": start.replace(hour=10, tzinfo=None),
            "ends_at": start.replace(hour=17, tzinfo=None),
        },
    )
    begins_with: dict[str, Any] = {"country_code": site.country_code, "working_languages": list(site.languages)}
    if done := submit(form, lambda: operations.create(owner=current_organizer(), **begins_with, **form.first_values())):
        flash(_("The event is a draft. Only your team sees it until you publish it."))
        step = "start.registration" if done.value.format is EventFormat.ONLINE else "start.venue"
        return redirect(url_for(step, slug=done.value.slug), 303)
    return page("events/new.html", event=None, form=form, zones=sorted(clock.zones()))


@manage.get("/<slug>/places")
@requires(Permission.OWN)
def places(event: Event) -> ResponseReturnValue:
    """Venues and hosts."""
    return page("events/places.html", event=event, venues=queries.venues(event), hosts=queries.hosts(event))


@manage.post("/<slug>/places/keep")
@requires(Permission.OWN)
def keep_venue(event: Event) -> ResponseReturnValue:
    """The name of the venue is right, and what the page of the event said before is forgotten."""
    operations.keep_venue_name(event)
    flash(_("The name of the venue has been kept."))
    return redirect(url_for(".places", slug=event.slug), 303)


@manage.route("/<slug>/hosts/new", methods=["GET", "POST"])
@requires(Permission.OWN)
def host(event: Event) -> ResponseReturnValue:
    """Add a host, co-host or supporter; a known organization is reused."""
    form = HostForm(data={"organization_kind": OrganizationKind.CITY.value})
    form.name.offer(event.languages)
    if submit(form, lambda: operations.add_host(event, form.name.data, **form.values())):
        return after_saving(form.name.data, url_for(".places", slug=event.slug))
    return page("events/host.html", event=event, form=form)


@manage.route("/<slug>/hosts/<int:number>/remove", methods=["GET", "POST"])
@requires(Permission.OWN)
def remove_host(event: Event, number: int) -> ResponseReturnValue:
    """Remove a host from this event, after confirmation."""
    shown = or_404(db.session.get(EventHost, number))
    or_404(shown if shown.event_id == event.id else None)
    if request.method == "POST":
        operations.remove_host(shown)
        flash(_("The host has been removed."))
        return redirect(url_for(".places", slug=event.slug), 303)
    return page("events/remove_host.html", event=event, host=shown)

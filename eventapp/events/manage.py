"""The desk: make an event, edit it, its sites, hosts and team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts import queries as accounts
from eventapp.accounts.access import at_desk, needs_login
from eventapp.accounts.rules import Needs, Role
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.errors import Refused, found
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.core.words import Words
from eventapp.directory import operations as directory
from eventapp.directory.rules import OrganizationKind
from eventapp.events import operations, queries
from eventapp.events.access import desk
from eventapp.events.forms import EventForm, HostForm, MemberForm, SiteForm, themes_as_lines, themes_from_lines
from eventapp.events.models import Event, EventHost, EventSeries, Site, TeamMember
from eventapp.events.rules import EventFormat, EventKind, HostRole, Precision, Visibility

manage = Blueprint("events_manage", __name__, url_prefix="/manage/events")

_PLAIN = ("title", "subtitle", "place", "purpose", "description", "interpretation", "country_code", "contact_email",
          "join_url", "counts_public", "zone", "day_starts")  # fmt: skip


@manage.route("/new", methods=["GET", "POST"])
@needs_login
def new() -> ResponseReturnValue:
    """A new event begins as a draft."""
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=90)
    form = EventForm(
        series=queries.all_series(),
        data={
            "zone": "Asia/Tokyo", "country_code": "JP", "working_languages": ["en", "ja"],
            "starts_at": start.replace(hour=10, tzinfo=None), "ends_at": start.replace(hour=17, tzinfo=None),
        },
    )  # fmt: skip
    if form.validate_on_submit():
        try:
            event = operations.create(owner=at_desk(), **_values(form))
            operations.set_themes(event, themes_from_lines(form.themes.data))
            flash(_("The event is a draft. Only your team sees it until you publish it."))
            return redirect(url_for("dashboard.event", slug=event.slug), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("events/edit.html", event=None, form=form, zones=sorted(clock.zones()))


@manage.route("/<slug>/edit", methods=["GET", "POST"])
@desk(Needs.OWN)
def edit(event: Event) -> ResponseReturnValue:
    """What the event page says."""
    themes = queries.themes(event)
    form = EventForm(series=queries.all_series(), data=_data(event, [theme.title for theme in themes]))
    for field in form:
        if hasattr(field, "speak"):
            field.speak(event.languages)
    if form.validate_on_submit():
        try:
            operations.edit(event, seen=request.form.get("seen", ""), **_values(form))
            operations.set_themes(event, themes_from_lines(form.themes.data))
            flash(_("Saved."))
            return redirect(url_for("dashboard.event", slug=event.slug), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("events/edit.html", event=event, form=form, zones=sorted(clock.zones()))


def _data(event: Event, themes: list[Words]) -> dict[str, Any]:
    return {
        **{name: getattr(event, name) for name in _PLAIN},
        "slug": event.slug,
        "kind": event.kind.value,
        "format": event.format.value,
        "precision": event.precision.value,
        "visibility": event.visibility.value,
        "working_languages": event.working_languages,
        "starts_at": clock.to_local(event.starts_at, event.zone).replace(tzinfo=None),
        "ends_at": clock.to_local(event.ends_at, event.zone).replace(tzinfo=None),
        "series": event.series.slug if event.series else "",
        "edition": event.edition,
        "themes": themes_as_lines(themes),
    }


def _values(form: EventForm) -> dict[str, Any]:
    zone = form.zone.data or "UTC"
    chosen = next((s for s in queries.all_series() if s.slug == form.series.data), None)
    series: EventSeries | None = chosen
    return {
        **{name: form[name].data for name in _PLAIN},
        "slug": form.slug.data or "",
        "kind": EventKind(form.kind.data),
        "format": EventFormat(form.format.data),
        "precision": Precision(form.precision.data),
        "visibility": Visibility(form.visibility.data),
        "working_languages": list(dict.fromkeys([*(form.working_languages.data or []), *form.more_languages()])),
        "starts_at": form.starts_at.in_zone(zone),
        "ends_at": form.ends_at.in_zone(zone),
        "series": series,
        "edition": form.edition.data,
    }


@manage.post("/<slug>/publish")
@desk(Needs.OWN)
def publish(event: Event) -> ResponseReturnValue:
    """Show it to the public."""
    operations.publish(event)
    flash(_("The event is public now."))
    return redirect(url_for("dashboard.event", slug=event.slug), 303)


@manage.post("/<slug>/withdraw")
@desk(Needs.OWN)
def withdraw(event: Event) -> ResponseReturnValue:
    """Back to a draft."""
    operations.withdraw(event)
    flash(_("The event is a draft again. Only your team sees it."))
    return redirect(url_for("dashboard.event", slug=event.slug), 303)


@manage.get("/<slug>/places")
@desk(Needs.OWN)
def places(event: Event) -> ResponseReturnValue:
    """Sites and hosts."""
    return page("events/places.html", event=event, sites=queries.sites(event), hosts=queries.hosts(event))


@manage.route("/<slug>/sites/new", methods=["GET", "POST"])
@manage.route("/<slug>/sites/<int:number>", methods=["GET", "POST"])
@desk(Needs.OWN)
def site(event: Event, number: int = 0) -> ResponseReturnValue:
    """A venue."""
    shown = _site(event, number) if number else None
    names = ("name", "address", "latitude", "longitude")
    form = SiteForm(data={name: getattr(shown, name) for name in names} if shown else {})
    form.name.speak(event.languages)
    form.address.speak(event.languages)
    if form.validate_on_submit():
        operations.save_site(event, shown, **{name: form[name].data for name in names})
        flash(_("Saved."))
        return redirect(url_for(".places", slug=event.slug), 303)
    return page("events/site.html", event=event, form=form, site=shown)


@manage.post("/<slug>/sites/<int:number>/remove")
@desk(Needs.OWN)
def remove_site(event: Event, number: int) -> ResponseReturnValue:
    """Take a venue away; its rooms stay."""
    operations.remove_site(_site(event, number))
    flash(_("Removed."))
    return redirect(url_for(".places", slug=event.slug), 303)


def _site(event: Event, number: int) -> Site:
    shown = found(db.session.get(Site, number))
    return found(shown if shown.event_id == event.id else None)


@manage.route("/<slug>/hosts/new", methods=["GET", "POST"])
@desk(Needs.OWN)
def host(event: Event) -> ResponseReturnValue:
    """Another host, co-host or supporter; an organization that is known already is not made twice."""
    form = HostForm(data={"organization_kind": OrganizationKind.CITY.value})
    form.name.speak(event.languages)
    if form.validate_on_submit():
        names: Words = form.name.data
        organization = directory.known_or_new(names, kind=OrganizationKind(form.organization_kind.data))
        present = [(h.organization, h.role) for h in queries.hosts(event) if h.organization_id != organization.id]
        operations.set_hosts(event, [*present, (organization, HostRole(form.role.data))])
        flash(_("Saved."))
        return redirect(url_for(".places", slug=event.slug), 303)
    return page("events/host.html", event=event, form=form)


@manage.post("/<slug>/hosts/<int:number>/remove")
@desk(Needs.OWN)
def remove_host(event: Event, number: int) -> ResponseReturnValue:
    """Take a host away from this event."""
    shown = found(db.session.get(EventHost, number))
    found(shown if shown.event_id == event.id else None)
    operations.set_hosts(event, [(h.organization, h.role) for h in queries.hosts(event) if h.id != number])
    flash(_("Removed."))
    return redirect(url_for(".places", slug=event.slug), 303)


@manage.route("/<slug>/team", methods=["GET", "POST"])
@desk(Needs.OWN)
def team(event: Event) -> ResponseReturnValue:
    """Who works on the event, in which role."""
    form = MemberForm(data={"role": Role.VIEWER.value})
    if form.validate_on_submit():
        user = accounts.user_by_email(form.email.data or "")
        try:
            if user is None:
                raise Refused(_("Nobody has a login with this address. An administrator can make one."), field="email")
            operations.set_member(event, user, Role(form.role.data))
            flash(_("Saved."))
            return redirect(url_for(".team", slug=event.slug), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("events/team.html", event=event, form=form, members=queries.team(event))


@manage.post("/<slug>/team/<int:number>/remove")
@desk(Needs.OWN)
def remove_member(event: Event, number: int) -> ResponseReturnValue:
    """Take somebody out of the team."""
    member = found(db.session.get(TeamMember, number))
    operations.remove_member(event, found(member if member.event_id == event.id else None))
    flash(_("Removed."))
    return redirect(url_for(".team", slug=event.slug), 303)

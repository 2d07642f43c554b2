"""Desk pages: seats that options share, the draw of a lottery, and how registration works."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.registration import queries, setup_seats, waiting_list
from eventapp.registration.models import SeatPool
from eventapp.registration.setup_forms import PoolForm, SettingsForm

manage = Blueprint("seats_manage", __name__, url_prefix="/manage/events/<slug>/options")


@manage.route("/shared/new", methods=["GET", "POST"])
@manage.route("/shared/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def pool(event: Event, number: int = 0) -> ResponseReturnValue:
    """Add or edit shared seats."""
    shown = _pool(event, number) if number else None
    form = PoolForm.of(event, shown)
    if submit(form, lambda: setup_seats.save_pool(event, shown, **form.values())):
        flash(_("The shared seats have been saved."))
        return redirect(url_for("registration_manage.options", slug=event.slug), 303)
    return page("registration/pool.html", event=event, form=form, pool=shown)


@manage.post("/shared/<int:number>/remove")
@requires(Permission.REGISTRATION)
def remove_pool(event: Event, number: int) -> ResponseReturnValue:
    """Delete shared seats."""
    setup_seats.remove_pool(event, _pool(event, number))
    flash(_("The shared seats have been deleted."))
    return redirect(url_for("registration_manage.options", slug=event.slug), 303)


@manage.route("/settings", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def settings(event: Event) -> ResponseReturnValue:
    """How registration works."""
    form = SettingsForm.of(queries.settings_of(event))
    if submit(form, lambda: setup_seats.save_settings(event, **form.values())):
        flash(_("The rules of registration have been saved."))
        return redirect(url_for("registration_manage.options", slug=event.slug), 303)
    return page("registration/rules.html", event=event, form=form)


@manage.get("/<key>/draw")
@requires(Permission.REGISTRATION)
def confirm_draw(event: Event, key: str) -> ResponseReturnValue:
    """Ask for confirmation before the seats are drawn, and say who will be e-mailed."""
    option = or_404(queries.option_by_key(event, key))
    return page("registration/draw.html", event=event, option=option, number=waiting_list.number_waiting(option))


@manage.post("/<key>/draw")
@requires(Permission.REGISTRATION)
def draw(event: Event, key: str) -> ResponseReturnValue:
    """Draw the seats of a lottery."""
    number = len(setup_seats.draw(or_404(queries.option_by_key(event, key))))
    flash(ngettext("%(num)d seat is drawn.", "%(num)d seats are drawn.", number))
    return redirect(url_for("registration_manage.options", slug=event.slug), 303)


def _pool(event: Event, number: int) -> SeatPool:
    shown = or_404(db.session.get(SeatPool, number))
    return or_404(shown if shown.event_id == event.id else None)

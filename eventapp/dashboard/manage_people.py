"""Desk pages: the people of an event, how the event shows them, and search in the directory."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import localized
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.fields import LocalizedField
from eventapp.core.forms import after_saving, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import reader
from eventapp.core.pages import page
from eventapp.directory import queries as directory_queries
from eventapp.directory.models import Organization, Person
from eventapp.directory.rules import NameOrder
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.lifecycle import deleting
from eventapp.programme import profiles, queries, roster
from eventapp.programme.forms import PersonForm, Scope
from eventapp.programme.participation_rows import described
from eventapp.proposals import queries as proposals

manage = Blueprint("people_manage", __name__, url_prefix="/manage/events/<slug>")


@manage.get("/speakers")
@requires(Permission.VIEW)
def everybody(event: Event) -> ResponseReturnValue:
    """Everybody known to the team, and how to add somebody."""
    return page("programme/manage_speakers.html", event=event, people=queries.shown_people(event), day=event.first_day)


@manage.get("/people.json")
@requires(Permission.PROGRAMME)
def search(event: Event) -> ResponseReturnValue:
    """Search people of the directory by part of their name, while a team member types it."""
    answer = profiles.find(current_organizer(), request.args.get("q", "")[:100])
    return jsonify(people=[_hit(event, person) for person in answer.people], more=answer.more)


def _hit(event: Event, person: Person) -> dict[str, str]:
    name = person.name(reader())
    return {
        "code": person.code,
        "name": name.text,
        "lang": name.language,
        "dir": localized.direction(name.language),
        "about": described(person, event.first_day, reader()),
    }


@manage.route("/speakers/new", methods=["GET", "POST"])
@manage.route("/speakers/<code>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def person(event: Event, code: str = "") -> ResponseReturnValue:
    """Add or edit a person: the shared profile if the user may change it, else this event's own."""
    shown = or_404(queries.person_in_event(event, code)) if code else None
    form = _form(event, shown)
    if done := submit(form, lambda: _save(event, shown, form)):
        name = done.value.name(reader()).text
        if shown is None and not request.form.get("again"):
            flash(_("Now add %(name)s to a session so that the name appears in the programme.", name=name))
        return after_saving(name, url_for(".everybody", slug=event.slug))
    takes_part = shown is not None and queries.takes_part(event, shown)
    return page(
        "programme/person.html",
        event=event,
        form=form,
        person=shown,
        elsewhere=shown is not None and not profiles.only_here(event, shown),
        takes_part=takes_part,
        link=proposals.link_of(event, shown) if shown is not None and takes_part else None,
    )


def _form(event: Event, shown: Person | None) -> PersonForm:
    """The form; it asks where a change applies only if both are possible and make a difference."""
    row = queries.event_person(event, shown) if shown else None
    form = PersonForm(
        organizations=directory_queries.organizations(),
        both=shown is not None
        and profiles.may_change_shared(current_organizer(), event, shown)
        and not profiles.only_here(event, shown),
        data=_data(event, shown) | {"scope": "event" if row is not None and row.differs else "shared"},
    )
    for field in form:
        if isinstance(field, LocalizedField):
            field.offer(event.languages)
    return form


def _data(event: Event, shown: Person | None) -> dict[str, Any]:
    if shown is None:
        return {"order": NameOrder.GIVEN_FIRST.value}
    values = roster.profile_of(event, shown)
    at: Organization | None = values.get("organization")
    return {**values, "order": values["order"].value, "organization": str(at.id) if at is not None else ""}


def _save(event: Event, shown: Person | None, form: PersonForm) -> Person:
    values = {name: form[name].data for name in (*roster.NAMES, *roster.POSITION)}
    values |= {"order": NameOrder(form.order.data), "reading": form.reading.data or ""}
    number = form.organization.data
    values["organization"] = db.session.get(Organization, int(number)) if number else None
    return roster.save_person(
        event,
        shown,
        values,
        new_organization=form.new_organization.data,
        shared=None if form.scope is None else form.wants(Scope.SHARED),
        by=current_organizer(),
    )


@manage.route("/speakers/<code>/remove", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def remove(event: Event, code: str) -> ResponseReturnValue:
    """Remove a person without a part from the list, after confirmation."""
    shown = or_404(queries.person_in_event(event, code))
    name = shown.name(reader()).text
    if request.method == "POST":
        deleted = deleting.remove_person(event, shown)
        flash(
            _("“%(name)s” was deleted.", name=name) if deleted else _("%(name)s is no longer in the list.", name=name)
        )
        return redirect(url_for(".everybody", slug=event.slug), 303)
    return page(
        "dashboard/remove_person.html",
        event=event,
        person=shown,
        name=name,
        elsewhere=not profiles.only_here(event, shown) or deleting.has_part(shown),
    )

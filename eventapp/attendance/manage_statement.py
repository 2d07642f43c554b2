"""Desk pages: the statement with the rows behind each number, its frozen copies, and names that may be one city."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.attendance import aliases, behind, forms, frozen, operations, queries, rules
from eventapp.attendance.bases import CountChoice
from eventapp.attendance.forms import FreezeForm
from eventapp.attendance.rules import Basis, Rounding
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.pages import page
from eventapp.directory import queries as directory
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode

manage = Blueprint("counts_statement", __name__, url_prefix="/manage/events/<slug>/counts/statement")


@manage.get("")
@requires(Permission.VIEW)
def statement(event: Event) -> ResponseReturnValue:
    """The statement on a basis. For reported figures, and for check-ins before there are any, it says why there are no
    rows.
    """
    return _page(event, forms.choice(request.args), FreezeForm(formdata=None))


def _page(event: Event, choice: CountChoice, form: FreezeForm) -> Response:
    reported = queries.reported_counts(event)
    try:
        said, missing = queries.chosen_statement(event, choice, reported=reported), ""
    except rules.NotCounted as none:
        said, missing = None, str(none)
    return page(
        "attendance/desk.html",
        event=event,
        said=said,
        missing=missing,
        choice=choice,
        arguments=forms.arguments(choice),
        everybody=behind.everybody(choice),
        proposals=aliases.proposals(said.counts, directory.distinct_cities()) if said else [],
        reported_counts=reported,
        frozen=frozen.of_event(event),
        form=form,
        bases=[*queries.bases(event), Basis.DECLARED],
        roundings=list(Rounding),
        modes=list(Mode),
    )


@manage.get("/people")
@requires(Permission.REGISTRATION)
def people(event: Event) -> ResponseReturnValue:
    """The list of the people who represent a city or an organization of the statement."""
    choice = forms.choice(request.args)
    query = or_404(None if choice.basis is Basis.DECLARED else _behind(event, choice))
    return redirect(url_for("people.registrations", slug=event.slug, **query.args))


def _behind(event: Event, choice: CountChoice) -> PeopleQuery | None:
    return behind.of_party(event, choice, request.args.get("key", ""))


@manage.post("/freeze")
@requires(Permission.REGISTRATION)
def freeze(event: Event) -> ResponseReturnValue:
    """Keep the statement as it is now."""
    choice, form = forms.choice(request.form), FreezeForm()
    if done := submit(form, lambda: operations.freeze(event, choice, name=form.name.data or "")):
        flash(_("The frozen copy has been saved."))
        return redirect(url_for(".frozen_copy", slug=event.slug, number=done.value.id), 303)
    return _page(event, choice, form)


@manage.get("/frozen/<int:number>")
@requires(Permission.VIEW)
def frozen_copy(event: Event, number: int) -> ResponseReturnValue:
    """A frozen statement."""
    return page(
        "attendance/frozen.html",
        event=event,
        row=or_404(frozen.by_number(event, number)),
        resolved=lambda names: languages.resolve(LocalizedText(names)).text,
        mode_names=lambda modes: [Mode(mode).label for mode in modes],
        country_names=lambda codes: [languages.country(code) for code in codes],
    )


@manage.post("/frozen/<int:number>/delete")
@requires(Permission.REGISTRATION)
def delete(event: Event, number: int) -> ResponseReturnValue:
    """Delete a frozen statement."""
    operations.remove_frozen(or_404(frozen.by_number(event, number)))
    flash(_("The frozen copy has been deleted."))
    return redirect(url_for(".statement", slug=event.slug), 303)


@manage.post("/cities")
@requires(Permission.REGISTRATION)
def decide(event: Event) -> ResponseReturnValue:
    """Decide whether two names mean one city."""
    city, other, same = (request.form.get(name, "") for name in ("city", "other", "same"))
    operations.decide(event, city=city, other=other, same=same == "yes")
    flash(_("Remembered for all events: one city.") if same == "yes" else _("Remembered for all events: two cities."))
    return redirect(url_for(".statement", slug=event.slug, **forms.arguments(forms.choice(request.form))), 303)

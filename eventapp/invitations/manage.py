"""Desk pages: invite people, see their answers, remind those who have not answered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, page_number, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.invitations import operations, queries
from eventapp.invitations.forms import InviteForm
from eventapp.invitations.rules import InvitationStatus
from eventapp.registration import queries as registration

manage = Blueprint("invitations_manage", __name__, url_prefix="/manage/events/<slug>/invitations")

PAGE = 50


class SendForm(Form):
    """Confirms that e-mails are sent."""


@manage.get("")
@requires(Permission.REGISTRATION)
def invitations(event: Event) -> ResponseReturnValue:
    """Who is invited, and what they have answered."""
    status = request.args.get("status", "")
    chosen = InvitationStatus(status) if status in set(InvitationStatus) else None
    number = page_number(request.args.get("page"))
    rows = queries.of_event(
        event, status=chosen, text=request.args.get("q", ""), limit=PAGE + 1, offset=(number - 1) * PAGE
    )
    return page(
        "invitations/list.html",
        event=event,
        rows=rows[:PAGE],
        more=len(rows) > PAGE,
        number=number,
        status=chosen,
        numbers=queries.numbers(event),
        statuses=list(InvitationStatus),
    )


@manage.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def add(event: Event) -> ResponseReturnValue:
    """Add people to invite. Nothing is sent here: the review comes next."""
    form = InviteForm.of(event, registration.options(event))
    if done := submit(form, lambda: operations.add(event, form.people(), form.terms())):
        for address, reason in done.value.skipped[:20]:
            flash(_("%(address)s %(reason)s.", address=address, reason=reason))
        return redirect(url_for(".review", slug=event.slug), 303)
    return page("invitations/new.html", event=event, form=form)


@manage.route("/review", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def review(event: Event) -> ResponseReturnValue:
    """Say who will be e-mailed; then send the invitations."""
    form = SendForm()
    if done := submit(form, lambda: operations.send_drafts(event)):
        flash(
            languages.ngettext("%(num)d invitation is being sent.", "%(num)d invitations are being sent.", done.value)
        )
        return redirect(url_for(".invitations", slug=event.slug), 303)
    return page("invitations/review.html", event=event, form=form, rows=queries.drafts(event))


@manage.route("/remind", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def remind(event: Event) -> ResponseReturnValue:
    """Say who will be reminded; then send the reminders."""
    form = SendForm()
    if done := submit(form, lambda: operations.remind(event)):
        flash(languages.ngettext("%(num)d reminder is being sent.", "%(num)d reminders are being sent.", done.value))
        return redirect(url_for(".invitations", slug=event.slug), 303)
    return page("invitations/remind.html", event=event, form=form, rows=queries.to_remind(event))


@manage.route("/<int:number>/again", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def again(event: Event, number: int) -> ResponseReturnValue:
    """Send one invitation again; before that, say who is e-mailed."""
    shown, form = or_404(queries.by_id(event, number)), SendForm()
    if submit(form, lambda: operations.send_again(shown)):
        flash(_("The invitation is being sent again."))
        return redirect(url_for(".invitations", slug=event.slug), 303)
    return page("invitations/act.html", event=event, form=form, invitation=shown, verb="again")


@manage.route("/<int:number>/withdraw", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def withdraw(event: Event, number: int) -> ResponseReturnValue:
    """Withdraw an invitation; before that, say what this means."""
    shown, form = or_404(queries.by_id(event, number)), SendForm()
    if submit(form, lambda: operations.withdraw(shown)):
        flash(_("The invitation has been withdrawn."))
        return redirect(url_for(".invitations", slug=event.slug), 303)
    return page("invitations/act.html", event=event, form=form, invitation=shown, verb="withdraw")

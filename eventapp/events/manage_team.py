"""Desk pages: the team of an event, its roles, and invitations to it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission, Role, duties, may
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface
from eventapp.core.pages import page
from eventapp.events import operations, queries, team
from eventapp.events.access import requires
from eventapp.events.models import Event, TeamInvitation, TeamMember
from eventapp.events.rules import age
from eventapp.events.team_forms import RoleForm, TeamInviteForm

manage = Blueprint("team_manage", __name__, url_prefix="/manage/events/<slug>/team")


@manage.route("", methods=["GET", "POST"], endpoint="team")
@requires(Permission.OWN)
def members(event: Event) -> ResponseReturnValue:
    """Members and their roles, open invitations, and the form to invite somebody."""
    form = TeamInviteForm(data={"role": Role.VIEWER.value, "language": interface()})
    values = {"language": form.language.data, "by": current_organizer()}
    if done := submit(form, lambda: team.invite(event, form.email.data or "", Role(form.role.data), **values)):
        _report(done.value, form.email.data or "")
        return redirect(url_for(".team", slug=event.slug), 303)
    return _page(event, form)


def _report(made: TeamMember | TeamInvitation, email: str) -> None:
    if isinstance(made, TeamMember):
        flash(_("%(email)s is in the team now.", email=email))
    else:
        flash(_("We have e-mailed an invitation to %(email)s. It can be accepted for 14 days.", email=email))


def _page(event: Event, form: TeamInviteForm | None = None, *, refused: Form | None = None, at: int = 0) -> Response:
    """The page of the team. `refused` is the form of the member or invitation with the number `at`."""
    invited = queries.open_invitations(event)
    return page(
        "events/team.html",
        event=event,
        form=form or TeamInviteForm(formdata=None, data={"role": Role.VIEWER.value, "language": interface()}),
        refused=refused,
        at=at,
        members=queries.team(event),
        invited=invited,
        failed=queries.not_delivered([invitation for invitation, _state in invited]),
        me=current_organizer(),
        roles=list(Role),
        duties=duties,
        age=lambda moment: age(moment, clock.now()),
    )


def _member(event: Event, number: int) -> TeamMember:
    member = or_404(db.session.get(TeamMember, number))
    return or_404(member if member.event_id == event.id else None)


def _invitation(event: Event, number: int) -> TeamInvitation:
    row = or_404(db.session.get(TeamInvitation, number))
    return or_404(row if row.event_id == event.id else None)


def _back(event: Event) -> ResponseReturnValue:
    """To the page of the team, or to where who has just given up their own role may still be."""
    role = queries.role_at(event, current_organizer())
    if may(role, Permission.OWN):
        return redirect(url_for(".team", slug=event.slug), 303)
    return redirect(url_for("dashboard.event", slug=event.slug) if role else url_for("dashboard.home"), 303)


@manage.post("/<int:number>/role")
@requires(Permission.OWN)
def role(event: Event, number: int) -> ResponseReturnValue:
    """Give a member another role."""
    member, form, me = _member(event, number), RoleForm(), current_organizer()
    name = member.user.name or member.user.email
    if submit(form, lambda: team.change_role(event, member, Role(form.role.data), by=me)):
        flash(_("%(name)s has the role “%(role)s” now.", name=name, role=Role(form.role.data).label))
        return _back(event)
    return _page(event, refused=form, at=number)


@manage.route("/<int:number>/remove", methods=["GET", "POST"])
@requires(Permission.OWN)
def remove_member(event: Event, number: int) -> ResponseReturnValue:
    """Remove a team member, after confirmation."""
    member, form = _member(event, number), Form()
    if submit(form, lambda: operations.remove_member(event, member)):
        flash(_("The member has been removed from the team."))
        return _back(event)
    return page("events/remove_member.html", event=event, member=member, form=form)


@manage.post("/invitations/<int:number>/send")
@requires(Permission.OWN)
def send_again(event: Event, number: int) -> ResponseReturnValue:
    """E-mail an invitation again, with a new link."""
    row, form, me = _invitation(event, number), Form(), current_organizer()
    if submit(form, lambda: team.send_again(event, row.id, by=me)):
        _report(row, row.email)
        return redirect(url_for(".team", slug=event.slug), 303)
    return _page(event, refused=form)


@manage.route("/invitations/<int:number>/withdraw", methods=["GET", "POST"])
@requires(Permission.OWN)
def withdraw(event: Event, number: int) -> ResponseReturnValue:
    """Withdraw an invitation, after confirmation."""
    row, form = _invitation(event, number), Form()
    if submit(form, lambda: team.withdraw(event, row.id)):
        flash(_("The invitation to %(email)s has been withdrawn.", email=row.email))
        return redirect(url_for(".team", slug=event.slug), 303)
    return page("events/withdraw_invitation.html", event=event, invitation=row, form=form)

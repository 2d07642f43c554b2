"""The page of a personal invitation. Its URL contains the secret that opens it, so it is marked as private."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.bodies import takes_uploads
from eventapp.core.csrf import public_form
from eventapp.core.db import transaction
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.limits import limit, visitor
from eventapp.core.pages import page, private
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus
from eventapp.invitations import operations, queries
from eventapp.invitations.forms import AnswerForm, SubstituteForm
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import ANSWERABLE, InvitationStatus
from eventapp.registration import edits
from eventapp.registration import queries as registration
from eventapp.registration.form_parts import form_parts
from eventapp.registration.forms import TakePart, takable
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.operations import AlreadyRegistered

views = Blueprint("invitations", __name__, url_prefix="/invitations")

PACE = "20/minute"


def _invitation(token: str) -> Invitation:
    found = or_404(queries.by_token(token))
    return or_404(found if found.status is not InvitationStatus.DRAFT and found.event.public else None)


@views.get("/<token>")
@public_form
def invitation(token: str) -> ResponseReturnValue:
    """The invitation, and the answers to choose from."""
    return _page(_invitation(token), AnswerForm())


def _page(shown: Invitation, form: AnswerForm) -> Response:
    values = {"answerable": _answerable(shown), "acceptance": operations.acceptance(shown)}
    return private(page("invitations/invitation.html", event=shown.event, invitation=shown, form=form, **values))


def _answerable(shown: Invitation) -> bool:
    off = shown.event.over or shown.event.status is EventStatus.CANCELLED
    return shown.status in ANSWERABLE and not off


def _closed(shown: Invitation) -> ResponseReturnValue | None:
    """To the page that says why there is nothing to fill in, if that is so."""
    if request.method != "GET" or _answerable(shown):
        return None
    return private(redirect(url_for(".invitation", token=shown.token)))


@views.post("/<token>/<any(maybe, no):answer>")
@public_form
def answer(token: str, answer: str) -> ResponseReturnValue:
    """Answer maybe or no."""
    limit(PACE, "invitation")
    shown, form = _invitation(token), AnswerForm()
    if submit(form, lambda: operations.answer(shown, InvitationStatus(answer))):
        return private(redirect(url_for(".invitation", token=token), 303))
    return _page(shown, form)


@views.route("/<token>/accept", methods=["GET", "POST"])
@public_form
@takes_uploads
def accept(token: str) -> ResponseReturnValue:
    """Register with the invitation."""
    shown = _invitation(token)
    if closed := _closed(shown):
        return closed
    options = _options(shown)
    form = TakePart.for_event(options, form_parts(shown.event)).with_files(shown.event, visitor())
    _fill_in(form, shown, options)
    if form.is_submitted():
        limit(PACE, "invitation")

    def register() -> Registration:
        return operations.accept(shown, form.answers(), or_404(form.chosen()), source=visitor())

    known = shown.registration_id
    if done := submit(form, register, explain=lambda refusal: _write_to_owner(refusal, token, form)):
        checked = registration.checks_address(or_404(form.chosen()))
        return private(redirect(_next(shown, done.value, new=shown.registration_id != known, checked=checked), 303))
    values = {"event": shown.event, "invitation": shown, "form": form, "options": options}
    return private(page("invitations/accept.html", **values, takable=lambda option: _is_open(shown, option)))


def _next(shown: Invitation, made: Registration, *, new: bool, checked: bool) -> str:
    """Where a guest goes who has accepted: to the registration, unless its link is for another mailbox alone."""
    if not shown.owns(made) and checked:
        return url_for("registration.sent", slug=shown.event.slug)
    if not shown.owns(made) and not new:
        return url_for(".invitation", token=shown.token)
    return url_for("registration.mine", token=made.token)


def _write_to_owner(refusal: Refused, token: str, form: TakePart) -> Refused:
    """E-mail the link of a registration to its owner, as the sentence says. Who typed the address learns nothing."""
    if not isinstance(refusal, AlreadyRegistered):
        return refusal
    try:
        with transaction():
            edits.send_link(_invitation(token).event, form.answers().email)
    except Refused as too_many:
        return too_many
    return refusal


def _is_open(shown: Invitation, option: AttendanceOption) -> bool:
    return takable(option) or shown.overrides.full or shown.overrides.closed


def _options(shown: Invitation) -> list[AttendanceOption]:
    options = registration.options(shown.event)
    return [one for one in options if shown.option_id in {None, one.id}]


def _fill_in(form: TakePart, shown: Invitation, options: list[AttendanceOption]) -> None:
    """What is known about the guest, until they change it."""
    if "code" in form:
        del form["code"]
    if form.is_submitted():
        return
    form.email.data = shown.email
    form.family_name.data, form.given_name.data = shown.family_name, shown.given_name
    form.organization.data = shown.organization_name
    if len(options) == 1:
        form.option.data = options[0].key


@views.route("/<token>/substitute", methods=["GET", "POST"])
@public_form
def substitute(token: str) -> ResponseReturnValue:
    """Name somebody else who comes instead."""
    shown, form = _invitation(token), SubstituteForm()
    if closed := _closed(shown):
        return closed
    if form.is_submitted():
        limit(PACE, "invitation")
    if submit(form, lambda: operations.name_somebody_else(shown, *form.guest())):
        return private(redirect(url_for(".invitation", token=token), 303))
    return private(page("invitations/substitute.html", event=shown.event, invitation=shown, form=form))

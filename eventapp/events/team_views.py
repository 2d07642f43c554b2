"""The page of an invitation to a team. Its URL has the secret that opens it. A GET changes nothing, so that programs
which look at the links of e-mails use nothing up.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user

from eventapp.accounts import queries as users
from eventapp.accounts.access import signed_in
from eventapp.accounts.models import User
from eventapp.accounts.rules import duties
from eventapp.core.addresses import mailbox_key
from eventapp.core.forms import Form, submit
from eventapp.core.languages import interface
from eventapp.core.limits import limit
from eventapp.core.pages import page, private
from eventapp.events import queries, team
from eventapp.events.models import Event, TeamInvitation
from eventapp.events.rules import TeamInvitationState
from eventapp.events.team_forms import TeamJoinForm

views = Blueprint("team", __name__, url_prefix=team.PATH.rstrip("/"))

PACE = "20/minute"


@views.route("/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Who invites to what; join with the account in use, or with a new one."""
    if request.method == "POST":
        limit(PACE, "team invitation")
    user, (shown, state) = signed_in(), queries.invitation_by_token(token)
    if shown is None or state is not TeamInvitationState.PENDING:
        return _over(shown, state)
    form = Form() if user else TeamJoinForm(data={"language": interface()})
    if done := submit(form, _join(token, form, user)):
        return _enter(*done.value, new=user is None)
    return private(page("events/team_invitation.html", form=form, invitation=shown, **_who(shown, user)))


def _join(token: str, form: Form, user: User | None) -> Callable[[], tuple[Event, User]]:
    """The operation that the form is for."""
    if user is not None:
        return lambda: team.join(token, user=user)
    assert isinstance(form, TeamJoinForm)
    return lambda: team.join_with_new_account(token, **form.values())


def _enter(event: Event, user: User, *, new: bool) -> ResponseReturnValue:
    """To the desk of the event, logged in, in the language that was chosen a moment ago."""
    if new:
        login_user(user, authn_via=["email"])
        session.pop("language", None)
    return private(redirect(url_for("dashboard.event", slug=event.slug, lang=None), 303))


def _who(shown: TeamInvitation, user: User | None) -> dict[str, object]:
    """Who is looking, and whether they can join as they are."""
    return {
        "event": shown.event,
        "user": user,
        "matches": user is not None and mailbox_key(user.email) == shown.email_key,
        "has_account": users.user_by_email(shown.email) is not None,
        "duties": duties,
    }


def _over(shown: TeamInvitation | None, state: TeamInvitationState | None) -> Response:
    """Why the link does not work: 410, or 404 for one that is not known."""
    answer = private(page("events/team_invitation_over.html", invitation=shown, state=state))
    answer.status_code = 404 if shown is None else 410
    return answer

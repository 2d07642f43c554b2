"""Operations on the team of an event: invite, accept an invitation, change a role, remove a member.

What somebody may give is checked here under the roles of this moment, not those when the page was opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from eventapp.accounts import operations as accounts
from eventapp.accounts import queries as users
from eventapp.accounts.models import User
from eventapp.accounts.rules import Role, may_give
from eventapp.core import budgets, clock, tokens
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db, savepoint, transaction
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused, WasDeleted
from eventapp.events import notices, operations, queries
from eventapp.events.models import Event, TeamInvitation, TeamMember
from eventapp.events.rules import TeamInvitationState
from eventapp.mail import operations as mail
from eventapp.mail.content import RenderedEmail
from eventapp.mail.operations import TooManyEmails, may_email

LIFE = timedelta(days=14)
# For how long after its end an invitation is kept, so that its link can say why it does not work.
KEPT = timedelta(days=30)
# Invitations and additions of one organizer in an hour. Who is added with an account and who is invited without one
# differ, so that a list of addresses could be tried; each of those people would get an e-mail.
INVITATIONS_AN_HOUR = 60
# A part of the web address that each link of an invitation has.
PATH = "/team-invitations/"

_OPEN = {TeamInvitationState.PENDING, TeamInvitationState.EXPIRED, TeamInvitationState.LAPSED}


def invite(event: Event, email: str, role: Role, *, language: str, by: User) -> TeamMember | TeamInvitation:
    """Add somebody with an account to the team, or e-mail an invitation to somebody without one.

    Raises Refused if they are in the team or invited, if `by` may not give the role, or for too many e-mails.
    """
    _check_may_give(event, role, by=by)
    user = users.user_by_email(email)
    if user is None:
        return _invite(event, email, role, language=language, by=by)
    if queries.role_in_team(event, user):
        raise Refused(_("This person is in the team. You can change the role in the table."), field="email")
    email_to_new = notices.added(event, user, role, by=by, language=user.language or language) if user.active else None
    _close(event, mailbox_key(email))  # first the invitation, then the team, in the order of `join`
    member = operations.set_member(event, user, role)
    if email_to_new:
        email_to_new.deliver()
    _spend(email, by=by)
    return member


def _invite(event: Event, email: str, role: Role, *, language: str, by: User) -> TeamInvitation:
    link = _link(event, email, role, language=language, by=by)
    key = mailbox_key(email)
    row = _of_address(event, key)
    if row is None:
        row = TeamInvitation(event=event, email=email, email_key=key, digest=tokens.digest(tokens.token()))
    elif row.accepted_at is None and row.withdrawn_at is None:
        raise _already_invited()
    row.email, row.role, row.language = email, role, language
    row.accepted_at = row.withdrawn_at = None
    _send(row, link, by=by)
    return row


def _already_invited() -> Refused:
    return Refused(_("This address has already been invited. You can send the invitation again below."), field="email")


def _of_address(event: Event, key: str) -> TeamInvitation | None:
    query = select(TeamInvitation).where(TeamInvitation.event_id == event.id, TeamInvitation.email_key == key)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


@dataclass(frozen=True)
class _Link:
    """A new link of an invitation, and the e-mail with it."""

    token: str
    sent_at: datetime
    email: RenderedEmail


def _link(event: Event, email: str, role: Role, *, language: str, by: User) -> _Link:
    """A new link. Rendering its e-mail takes some milliseconds: call it before anything is locked or written."""
    token, now = tokens.token(), clock.now()
    rendered = notices.invited(event, role, to=email, language=language, token=token, expires_at=now + LIFE, by=by)
    return _Link(token, now, rendered)


def _send(row: TeamInvitation, link: _Link, *, by: User) -> None:
    """Send the e-mail with a new link, which replaces the one before."""
    row.digest, row.inviter_id = tokens.digest(link.token), by.id
    row.sent_at, row.expires_at = link.sent_at, link.sent_at + LIFE
    try:
        with savepoint():
            db.session.add(row)
    except IntegrityError as error:
        raise _already_invited() from error
    _forget_emails(row)
    replace(link.email, topic=row.topic).deliver()
    _spend(row.email, by=by)


def _spend(email: str, *, by: User) -> None:
    if not budgets.take("team invitations", str(by.id), limit=INVITATIONS_AN_HOUR):
        raise Refused(_("You have invited many people in the last hour. Try again in an hour."))
    if not may_email(email):
        raise TooManyEmails


def send_again(event: Event, number: int, *, by: User) -> TeamInvitation:
    """E-mail an open invitation again, for another fortnight, with a new link. Raises Refused as `invite` does."""
    known = _one(event, number, locked=False)
    link = _link(event, known.email, known.role, language=known.language, by=by)
    row = _one(event, number)
    _check_may_give(event, row.role, by=by)
    _send(row, link, by=by)
    return row


def withdraw(event: Event, number: int) -> TeamInvitation:
    """Let an open invitation be worth nothing from now on. Raises Refused if it is not open any more."""
    row = _one(event, number)
    row.withdrawn_at = clock.now()
    db.session.flush()
    _forget_emails(row)
    return row


def _one(event: Event, number: int, *, locked: bool = True) -> TeamInvitation:
    """An open invitation of the event."""
    query = select(TeamInvitation).where(TeamInvitation.event_id == event.id, TeamInvitation.id == number)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalar(query)
    if row is None or row.accepted_at is not None or row.withdrawn_at is not None:
        raise Refused(_("This invitation was accepted or withdrawn in the meantime."))
    return row


def forget_invitations(event: Event) -> None:
    """Delete the e-mails of the event's invitations that were not sent yet."""
    for row in db.session.scalars(select(TeamInvitation).where(TeamInvitation.event_id == event.id)):
        _forget_emails(row)


def _forget_emails(row: TeamInvitation) -> None:
    """Delete e-mails whose link is worth nothing now, or soon will be; one that has not been sent never is."""
    mail.forget(row.topic, containing=PATH)


def _close(event: Event, key: str) -> None:
    """An invitation of somebody who is in the team now is used."""
    row = _of_address(event, key)
    if row is not None and row.accepted_at is None and row.withdrawn_at is None:
        row.accepted_at = clock.now()
        _forget_emails(row)


def join_with_new_account(token: str, *, name: str, password: str, language: str) -> tuple[Event, User]:
    """Accept an invitation and make the account that it is for.

    Raises Refused for a weak password, or if the invitation can't be accepted (any more).
    """
    known, _state = queries.invitation_by_token(token)
    # The hash takes a while, and nobody should wait for it.
    hashed = accounts.hashed_password(password, about=(known.email if known else "", name))
    row = _pending(token)
    user = accounts.add_user(row.email, hashed=hashed, name=name, language=language)
    return _join(row, user)


def join(token: str, *, user: User) -> tuple[Event, User]:
    """Accept an invitation with an account, which must be that of the mailbox. Raises Refused if that is impossible."""
    row = _pending(token)
    if mailbox_key(user.email) != row.email_key:
        raise Refused(_("This invitation is for another e-mail address than that of your account."))
    return _join(row, user)


def _pending(token: str) -> TeamInvitation:
    row, state = queries.invitation_by_token(token, locked=True)
    if row is None or state is not TeamInvitationState.PENDING:
        raise Refused(_("This invitation can no longer be accepted."))
    return row


def _join(row: TeamInvitation, user: User) -> tuple[Event, User]:
    row.accepted_at = clock.now()
    # A user who is in the team by now keeps that role.
    if queries.role_in_team(row.event, user) is None:
        operations.set_member(row.event, user, row.role)
    db.session.flush()
    _forget_emails(row)
    return row.event, user


def change_role(event: Event, member: TeamMember, role: Role, *, by: User) -> None:
    """Give a member another role. Raises Refused for the last owner, or if `by` may not give it, WasDeleted if somebody
    else has removed the member.
    """
    _check_may_give(event, role, by=by)
    operations.lock(event)
    if queries.role_in_team(event, member.user) is None:
        raise WasDeleted(_("This person is no longer in the team."))
    operations.set_member(event, member.user, role)


def _check_may_give(event: Event, role: Role, *, by: User) -> None:
    if not may_give(queries.role_at(event, by), role):
        raise Refused(_("Your role does not let you give this role to anybody."), field="role")


def forget() -> int:
    """Delete invitations whose end is long past and return their number."""
    long_ago = clock.now() - KEPT
    ended = or_(
        TeamInvitation.expires_at <= long_ago,
        TeamInvitation.accepted_at <= long_ago,
        TeamInvitation.withdrawn_at <= long_ago,
    )
    with transaction():
        done = db.session.execute(delete(TeamInvitation).where(ended))
    return int(done.rowcount)  # type: ignore[attr-defined]

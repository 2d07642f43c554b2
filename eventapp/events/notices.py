"""E-mails about the team of an event, as rows of the outbox."""

from __future__ import annotations

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role, duties
from eventapp.core.languages import force_locale, moment_of
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.core.text import can_be_greeted_by
from eventapp.events.models import Event, TeamInvitation
from eventapp.mail import content


def invited(invitation: TeamInvitation, token: str, *, by: User) -> None:
    """The link with which somebody without an account can join the team."""
    with force_locale(invitation.language):
        _write(
            "team_invitation",
            invitation.event,
            invitation.role,
            to=invitation.email,
            language=invitation.language,
            by=by,
            action=(_("See the invitation"), absolute("team.invitation", token=token, lang=invitation.language)),
            topic=invitation.topic,
            until=moment_of(invitation.expires_at, invitation.event.zone),
        )


def added(event: Event, user: User, role: Role, *, by: User, language: str) -> None:
    """Tell somebody with an account that they are in the team now."""
    with force_locale(language):
        page = absolute("dashboard.event", slug=event.slug)
        action = (_("Open the event"), page)
        _write("team_added", event, role, to=user.email, language=language, by=by, action=action, name=user.name)


def _write(
    template: str,
    event: Event,
    role: Role,
    *,
    to: str,
    language: str,
    by: User,
    action: tuple[str, str],
    topic: str = "",
    name: str = "",
    until: str = "",
) -> None:
    title = event.title.resolve(language).text
    # A name that is a sentence or a web address would turn the e-mail into its owner's message.
    inviter = by.name if can_be_greeted_by(by.name) else by.email
    site = content.sender()[1]
    texts = content.draft(
        f"events/emails/{template}.txt", language=language, title=title, by=inviter, site=site, until=until
    )
    email = content.EmailContent(
        subject=texts.subject,
        greeting=content.greeting(name),
        paragraphs=texts.paragraphs,
        facts=[(_("Event"), title), (_("When"), event.when(language)), (_("Role"), f"{role.label} – {duties(role)}")],
        action=action,
        after=content.paragraphs_of(texts.after),
        signature=site,
    )
    rendered = content.render(email, to=to, language=language, kind=f"team.{template}", topic=topic, reply_to=by.email)
    rendered.deliver()

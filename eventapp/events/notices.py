"""E-mails about the team of an event. They are rendered before anything is written, and then put into the outbox."""

from __future__ import annotations

from datetime import datetime

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role, duties
from eventapp.core.languages import force_locale, moment_of
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.core.text import can_be_greeted_by
from eventapp.events.models import Event
from eventapp.mail import content
from eventapp.mail.content import RenderedEmail


def invited(
    event: Event, role: Role, *, to: str, language: str, token: str, expires_at: datetime, by: User
) -> RenderedEmail:
    """The link with which somebody without an account can join the team. Its topic is set by who knows the row."""
    with force_locale(language):
        return _rendered(
            "team_invitation",
            event,
            role,
            to=to,
            language=language,
            by=by,
            action=(_("See the invitation"), absolute("team.invitation", token=token, lang=language)),
            until=moment_of(expires_at, event.zone),
        )


def added(event: Event, user: User, role: Role, *, by: User, language: str) -> RenderedEmail:
    """Tell somebody with an account that they are in the team now."""
    with force_locale(language):
        page = absolute("dashboard.event", slug=event.slug)
        action = (_("Open the event"), page)
        return _rendered(
            "team_added", event, role, to=user.email, language=language, by=by, action=action, name=user.name
        )


def _rendered(
    template: str,
    event: Event,
    role: Role,
    *,
    to: str,
    language: str,
    by: User,
    action: tuple[str, str],
    name: str = "",
    until: str = "",
) -> RenderedEmail:
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
    return content.render(email, to=to, language=language, kind=f"team.{template}", topic="", reply_to=by.email)

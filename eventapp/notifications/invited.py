"""E-mails to people who are invited by name: the invitation, and a reminder."""

from __future__ import annotations

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.events.models import Event
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import ANSWERABLE, REMINDED, InvitationStatus
from eventapp.mail import content
from eventapp.mail.content import EmailContent, RenderedEmail, draft, paragraphs_of
from eventapp.notifications import snapshots, texts
from eventapp.notifications.identity import identity
from eventapp.notifications.preloaded import venues_of
from eventapp.programme.rules import Mode


def write(invitation: Invitation, what: str) -> RenderedEmail | None:
    """The e-mail; None if it is not wanted any more: the invitation was withdrawn, or answered before the reminder."""
    wanted = REMINDED if what == "reminder" else ANSWERABLE
    if invitation.status not in wanted or invitation.event.over or not invitation.event.public:
        return None
    with languages.force_locale(invitation.language):
        return _write(invitation, what)


def _write(invitation: Invitation, what: str) -> RenderedEmail:
    event, language = invitation.event, invitation.language
    title = event.title.resolve(language).text
    writer = identity(event, language)
    kind = "invitation_reminder" if what == "reminder" else "invitation"
    words = draft(
        f"notifications/emails/{kind}.txt",
        language=language,
        title=title,
        message=invitation.message,
        maybe=invitation.status is InvitationStatus.MAYBE,
    )
    written = texts.of(event, kind, language)
    if written is not None:
        values = texts.values_of(invitation) | {"message": invitation.message}
        words = texts.filled(written, values, after=words.after)
    answer = absolute("invitations.invitation", token=invitation.token, lang=language)
    return content.render(
        EmailContent(
            subject=words.subject,
            greeting=content.greeting(invitation.name),
            paragraphs=words.paragraphs,
            facts=_facts(invitation, event, language),
            action=(_("Answer the invitation"), answer),
            after=paragraphs_of(words.after),
            signature=writer.signature,
            host=writer.host,
            map_url=writer.map_url,
        ),
        to=invitation.email,
        language=language,
        kind=f"invitation.{what}",
        topic=f"event:{event.id}",
        sender_name=writer.sender_name,
        reply_to=writer.reply_to,
    )


def _facts(invitation: Invitation, event: Event, language: str) -> list[tuple[str, str]]:
    """When and where, and which registration option the invitation is for."""
    online = invitation.option is not None and invitation.option.mode is Mode.ONLINE
    now = snapshots.event_snapshot(event, venues_of(event.id), online=online, confirmed=False)
    facts = [(_("When"), snapshots.when(now, language))]
    if now.venue:
        facts.append((_("Where"), snapshots.where(now, event.format, language)))
    if invitation.option is not None:
        facts.append((_("Attendance"), invitation.option.name(language)))
    facts.append((_("Event page"), absolute("site.event", slug=event.slug, lang=language)))
    return facts

"""E-mails to proposers and speakers: about decisions, with texts that the team may have edited, and about changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.core.text import reads_as_address
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail import content
from eventapp.mail.content import Draft, EmailContent, RenderedEmail
from eventapp.mail.operations import CalendarFile
from eventapp.notifications import speakers, texts
from eventapp.notifications.identity import identity
from eventapp.notifications.invitations import InvitationUpdate
from eventapp.notifications.session_changes import changes_of, speaker_facts
from eventapp.notifications.snapshots import ParticipationState
from eventapp.proposals.models import Proposal, SpeakerLink
from eventapp.proposals.rules import Occasion


def to_proposer(proposal: Proposal, occasion: Occasion, edited: Mapping[str, Any] | None) -> RenderedEmail:
    """An e-mail about a proposal, with the private link to it or, once accepted, to the speaker's page. `edited` is the
    team's text, if any.
    """
    language = proposal.language
    # Anyone can have this first e-mail sent to anyone, and choose the title in it.
    title = "…" if occasion is Occasion.RECEIVED and reads_as_address(proposal.title) else proposal.title
    words = _edited(edited) or texts.to_speaker(
        f"proposal_{occasion}", proposal.event, language, name=proposal.name, proposal=title
    )
    with languages.force_locale(language):
        action = (_("Your proposal"), absolute("proposals.mine", token=proposal.token, lang=language))
        if occasion is Occasion.ACCEPTED and proposal.speaking is not None:
            page = absolute("speaking.mine", token=proposal.speaking.token, lang=language)
            action = (_("Confirm or decline"), page)
        return _render(
            words,
            proposal.event,
            occasion.value,
            name=proposal.name,
            to=proposal.email,
            language=language,
            action=action,
        )


def ask(link: SpeakerLink, edited: Mapping[str, Any]) -> RenderedEmail:
    """The e-mail that asks a speaker to confirm, with the team's text."""
    return _to_speaker(link, Occasion.CONFIRM.value, _edited(edited) or _texts(link, "speaker_confirm"))


def _edited(edited: Mapping[str, Any] | None) -> Draft | None:
    return Draft(edited["subject"], edited["text"]) if edited else None


def write_changes(link: SpeakerLink) -> RenderedEmail | None:
    """The e-mail about the changes since the last one; None if there are none.

    Changes SentInvitation rows as `speakers.updates` does.
    """
    updates = speakers.updates(link)
    if not updates:
        return None
    kind = "changed" if any(update.before is not None for update in updates) else "scheduled"
    files = [update.file for update in updates if update.file]
    whole = _whole_event(link, updates)
    if whole:
        return _to_speaker(link, kind, _texts(link, whole), files=files)
    with languages.force_locale(link.language):
        facts = [fact for update in updates for fact in speaker_facts(link, update)]
        event = link.event
        zone = languages.zone_name(event.zone, link.language, event.starts_at, event.ends_at)
        local = link.event.timed and any(c.kind.tells_time for update in updates for c in changes_of(update))
        more = [_("Times are in %(zone)s unless stated otherwise.", zone=zone)] if local else []
    return _to_speaker(link, kind, _texts(link, f"speaker_{kind}"), facts, more, files)


def _whole_event(link: SpeakerLink, updates: Sequence[InvitationUpdate]) -> str:
    """The kind of text about a postponed or cancelled event, used instead of single sessions; "" for other changes."""
    states = {update.after.state for update in updates if not update.released}
    if link.event.status is EventStatus.POSTPONED and ParticipationState.POSTPONED in states:
        return "speaker_event_postponed"
    if link.event.status is EventStatus.CANCELLED and ParticipationState.CANCELLED in states:
        return "speaker_event_cancelled"
    return ""


def _texts(link: SpeakerLink, kind: str) -> Draft:
    return texts.to_speaker(kind, link.event, link.language, name=link.shown.name(link.language).text)


def _to_speaker(
    link: SpeakerLink,
    kind: str,
    words: Draft,
    facts: Sequence[tuple[str, str]] = (),
    more: Sequence[str] = (),
    files: Sequence[CalendarFile] = (),
) -> RenderedEmail:
    language = link.language
    with languages.force_locale(language):
        asks = kind == Occasion.CONFIRM.value
        label = _("Reply and see your sessions") if asks else _("See your sessions")
        action = (label, absolute("speaking.mine", token=link.token, lang=language))
        name = link.shown.name(language).text
        return _render(
            words,
            link.event,
            kind,
            name=name,
            to=link.email,
            language=language,
            action=action,
            facts=facts,
            more=more,
            files=files,
        )


def _render(
    words: Draft,
    event: Event,
    kind: str,
    *,
    name: str,
    to: str,
    language: str,
    action: tuple[str, str],
    facts: Sequence[tuple[str, str]] = (),
    more: Sequence[str] = (),
    files: Sequence[CalendarFile] = (),
) -> RenderedEmail:
    writer = identity(event, language)
    file = _("Your calendar app should update the entry by itself. If not, open the attached file.")
    return content.render(
        EmailContent(
            subject=words.subject,
            greeting=content.greeting(name),
            paragraphs=words.paragraphs,
            facts=facts,
            more=more,
            action=action,
            after=[*([file] if files else []), _("This is a private link. Keep it and don't share it.")],
            signature=writer.signature,
            host=writer.host,
            map_url=writer.map_url,
        ),
        to=to,
        language=language,
        kind=f"proposals.{kind}",
        topic=f"event:{event.id}",
        calendars=files,
        sender_name=writer.sender_name,
        reply_to=writer.reply_to,
    )

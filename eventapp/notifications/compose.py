"""Turns a pending notification into an e-mail: find the recipient, compare, render."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.invitations.models import Invitation
from eventapp.invitations.operations import RECIPIENT as INVITATION
from eventapp.mail.content import RenderedEmail
from eventapp.mail.models import PendingNotification
from eventapp.mail.pending import CHANGES
from eventapp.notifications import address_emails, attendee_emails, invited, speaker_emails, speakers
from eventapp.programme import queries as programme
from eventapp.proposals.models import Proposal, SpeakerLink
from eventapp.proposals.notices import PROPOSAL, SPEAKER
from eventapp.proposals.rules import Occasion
from eventapp.registration.models import Registration
from eventapp.registration.notices import LOST_LINK
from eventapp.registration.notices import RECIPIENT as REGISTRATION
from eventapp.registration.rules import Notice

MODELS: dict[str, type[Registration | SpeakerLink | Proposal | Invitation]] = {
    REGISTRATION: Registration,
    SPEAKER: SpeakerLink,
    PROPOSAL: Proposal,
    INVITATION: Invitation,
}


def compose(pending: PendingNotification, *, read: bool = True) -> RenderedEmail | None:
    """The e-mail as it would be now; None if the recipient has been deleted or there is nothing to write.

    The recipient is read anew, unless that was just done for all of a batch (`read`).

    Adds and changes SentInvitation rows in the session without flushing: the caller stores them with the e-mail in one
    transaction, or rolls back after a preview.
    """
    with db.session.no_autoflush:
        kind, _colon, number = pending.recipient.partition(":")
        if kind == LOST_LINK:
            return address_emails.lost_link(pending.data["event"], pending.data["email"])
        recipient = db.session.get(MODELS[kind], int(number), populate_existing=read)
        what = pending.kind.rpartition(".")[2]
        if isinstance(recipient, Registration):
            if what in address_emails.NOTICES:
                return address_emails.write(recipient, Notice(what), pending.data)
            return _to_attendee(recipient, what, pending.data.get("reason", ""))
        if isinstance(recipient, SpeakerLink):
            return _to_speaker(recipient, what, pending)
        if isinstance(recipient, Proposal):
            return speaker_emails.to_proposer(recipient, Occasion(what), pending.data.get("edited"))
        return invited.write(recipient, what) if isinstance(recipient, Invitation) else None


def lock_recipient(pending: PendingNotification) -> None:
    """Lock the recipient's row for this transaction, without rereading it."""
    kind, _colon, number = pending.recipient.partition(":")
    if kind == LOST_LINK:
        return
    model = MODELS[kind]
    db.session.execute(select(model.id).where(model.id == int(number)).with_for_update(key_share=True))


def lock_attendees(numbers: list[int]) -> bool:
    """Lock several registrations, by their ids, for this transaction; False if somebody else has locked one of them.

    Nobody is waited for: operations lock in another order.
    """
    query = select(Registration.id).where(Registration.id.in_(numbers))
    locked = db.session.scalars(query.with_for_update(key_share=True, skip_locked=True)).all()
    return len(locked) == len(numbers)


def _to_attendee(registration: Registration, what: str, reason: str) -> RenderedEmail | None:
    if not registration.email:  # it was taken away meanwhile
        return None
    if what != CHANGES:
        return attendee_emails.write(registration, Notice(what), reason=reason)
    if registration.generated or _silent(registration.event):
        return None
    return attendee_emails.write_changes(registration)


def _to_speaker(link: SpeakerLink, what: str, pending: PendingNotification) -> RenderedEmail | None:
    if what == CHANGES:
        return None if _silent(link.event) else speaker_emails.write_changes(link)
    asked_with = programme.document_at(link.event, link.asked_at)
    speakers.remember(link, asked_with, other_address=bool(pending.data.get("other_address")))
    edited = pending.data.get("edited")
    return speaker_emails.ask(link, edited) if edited else None


def _silent(event: Event) -> bool:
    """Whether changes of the event are not sent to anybody.

    A cancellation is: an event that was postponed can be cancelled after the date that it was planned for.
    """
    return event.status is EventStatus.DRAFT or (event.over and event.status is not EventStatus.CANCELLED)

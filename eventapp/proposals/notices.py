"""Pending notifications of proposers and speakers: operations record what has happened, the worker writes the
e-mail.
"""

from __future__ import annotations

from collections.abc import Iterable

from eventapp.mail import pending
from eventapp.mail.content import Draft
from eventapp.proposals.models import Proposal, SpeakerLink
from eventapp.proposals.rules import Occasion

PROPOSAL, SPEAKER = "proposal", "speaker"
KIND = "proposals"
# The request to confirm neither replaces an e-mail about changes nor is replaced by it.
ASK_SLOT = "ask"


def notify_proposer(proposal: Proposal, occasion: Occasion, edited: Draft | None = None) -> None:
    """Notify a proposer as soon as this transaction has committed; `edited` is the team's text."""
    pending.enqueue(
        proposal_key(proposal),
        f"{KIND}.{occasion}",
        topic=f"event:{proposal.event_id}",
        data={"edited": _texts(edited)} if edited else None,
    )


def notify_asked(link: SpeakerLink, edited: Draft | None = None, *, other_address: bool = False) -> None:
    """Ask a speaker to confirm: published facts count as known, and an e-mail is sent if there is a text.

    `other_address`: nothing was sent to this e-mail address before.
    """
    key = speaker_key(link)
    other_address = other_address or bool(pending.data_of(key, slot=ASK_SLOT).get("other_address"))
    pending.enqueue(
        key,
        f"{KIND}.{Occasion.CONFIRM}",
        topic=f"event:{link.event_id}",
        slot=ASK_SLOT,
        data={"edited": _texts(edited) if edited else None, "other_address": other_address},
    )


def notify_of_changes(link: SpeakerLink) -> None:
    """Update the calendar of a speaker who has answered."""
    enqueue_changes(link.event_id, [link.id])


def enqueue_changes(event_id: int, links: Iterable[int], *, at_once: bool = False) -> None:
    """Have the worker compare the facts of the speakers with these links, by id, with what was last sent."""
    recipients = [pending.recipient_key(SPEAKER, number) for number in links]
    pending.enqueue_changes(recipients, KIND, topic=f"event:{event_id}", at_once=at_once)


def proposal_key(proposal: Proposal) -> str:
    """The recipient key of a proposer."""
    return pending.recipient_key(PROPOSAL, proposal.id)


def speaker_key(link: SpeakerLink) -> str:
    """The recipient key of a speaker."""
    return pending.recipient_key(SPEAKER, link.id)


def _texts(edited: Draft) -> dict[str, str]:
    return {"subject": edited.subject, "text": edited.text}

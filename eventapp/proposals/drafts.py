"""Drafts of e-mails to proposers and speakers, which the team can edit before they are sent."""

from __future__ import annotations

from enum import StrEnum

from eventapp.events.models import Event
from eventapp.mail.content import Draft, draft


class Occasion(StrEnum):
    """The reason for an e-mail to a proposer or speaker. Each has a template of its name."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REOPENED = "reopened"
    CONFIRM = "confirm"


def of(occasion: Occasion, event: Event, *, language: str, proposal: str = "") -> Draft:
    """The draft in a language; `proposal` is a proposal's title. Greeting, link and signature are added later."""
    title = event.title.resolve(language).text
    return draft(f"proposals/emails/{occasion.value}.txt", language=language, event=title, proposal=proposal)

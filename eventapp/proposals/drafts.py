"""E-mails to proposers and speakers as the team can read and edit them before they are sent."""

from __future__ import annotations

from enum import StrEnum

from eventapp.events.models import Event
from eventapp.mail.content import Draft, draft


class Occasion(StrEnum):
    """Why a proposer or a speaker is written to. Each has a template of its name."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REOPENED = "reopened"
    CONFIRM = "confirm"


def of(occasion: Occasion, event: Event, *, language: str, proposal: str = "") -> Draft:
    """The texts in a language; `proposal` is the title of one. Greeting, link and signature are added later."""
    title = event.title.resolve(language).text
    return draft(f"proposals/emails/{occasion.value}.txt", language=language, event=title, proposal=proposal)

"""States of calls, proposals and speakers' answers, and comparison of names. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_pgettext
from eventapp.core.localized import fold
from eventapp.programme.rules import ParticipationRole, SessionKind

# The version of the consent text agreed to; a new wording gets a new number, and old rows keep theirs.
CONSENT = "1"

# The kinds of sessions that can be proposed; the others are up to the organizers.
PROPOSABLE = (
    SessionKind.LECTURE,
    SessionKind.PANEL,
    SessionKind.WORKSHOP,
    SessionKind.OPINION_EXCHANGE,
    SessionKind.KEYNOTE,
    SessionKind.SITE_VISIT,
)
VOTES = (1, 0, -1)


class ProposalStatus(Labelled):
    SUBMITTED = "submitted", lazy_pgettext("proposal", "To be decided")
    ACCEPTED = "accepted", lazy_pgettext("proposal", "Accepted")
    DECLINED = "declined", lazy_pgettext("proposal", "Declined")
    WITHDRAWN = "withdrawn", lazy_pgettext("proposal", "Withdrawn")


class Answer(Labelled):
    """A speaker's answer to the request to confirm."""

    PENDING = "pending", lazy_pgettext("speaker", "No answer yet")
    CONFIRMED = "confirmed", lazy_pgettext("speaker", "Confirmed")
    DECLINED = "declined", lazy_pgettext("speaker", "Has declined")


class Occasion(StrEnum):
    """The reason for an e-mail to a proposer or speaker."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REOPENED = "reopened"
    CONFIRM = "confirm"


class CallState(StrEnum):
    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


def call_state(
    *, now: datetime, opens_at: datetime | None, closes_at: datetime | None, event_ends: datetime, running: bool
) -> CallState:
    """The state of a call. It closes at `closes_at`, at the latest when the event ends, and while that is not
    `running`.
    """
    if not running or now >= event_ends or (closes_at is not None and now >= closes_at):
        return CallState.CLOSED
    return CallState.NOT_YET if opens_at is not None and now < opens_at else CallState.OPEN


def may_write(role: ParticipationRole) -> bool:
    """Whether somebody with this role may edit the session's texts: those who speak, not those who host it."""
    return role in {ParticipationRole.LECTURER, ParticipationRole.SPEAKER}


def name_language(name: str, language: str) -> str:
    """The language under which a name is stored, detected from its script; `language` is that of the owner's texts."""
    if any("\u3041" <= c <= "\u30ff" for c in name):
        return "ja"
    if any("\u4e00" <= c <= "\u9fff" for c in name):
        return language if language.split("-")[0] in {"ja", "zh"} else "ja"
    if any("\uac00" <= c <= "\ud7a3" for c in name):
        return "ko"
    return "en" if all(c < "\u0250" for c in name) else language


def same_name(family: str, given: str, *, families: Mapping[str, str], givens: Mapping[str, str]) -> bool:
    """Whether a typed name is one of a person's, in any script and order. It may still be another person."""
    typed = {fold(family + given), fold(given + family)}
    return any(fold(families.get(tag, "") + givens.get(tag, "")) in typed for tag in {*families, *givens})


def lengths_of(typed: str) -> list[int] | None:
    """Minutes of "20, 45 60", sorted and without duplicates; None if an item is not a whole number of minutes up to a
    day.
    """
    words = typed.replace(",", " ").replace("、", " ").replace("，", " ").split()
    if not all(word.isdecimal() and len(word) <= 4 and 1 <= int(word) <= 1440 for word in words):
        return None
    return sorted({int(word) for word in words})


def mean(votes: Iterable[int]) -> float | None:
    """The mean of votes from −1 to 1; None without any."""
    known = list(votes)
    return sum(known) / len(known) if known else None

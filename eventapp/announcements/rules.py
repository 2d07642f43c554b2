"""States of announcements, who gets one and who is skipped, and why. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l

# The beginning of placeholders that stand for the answer to a question.
ANSWER = "answer:"
# How long "Send" can be undone.
UNDO = timedelta(seconds=60)
# How long after its planned time it is still sent: what is written for the morning may be untrue in the evening.
LATEST = timedelta(hours=2)


class AnnouncementStatus(Labelled):
    """The status of an announcement."""

    DRAFT = "draft", _l("Draft")
    SCHEDULED = "scheduled", _l("Scheduled")
    SENDING = "sending", _l("Being sent")
    SENT = "sent", _l("Sent")
    STOPPED = "stopped", _l("Stopped")


class RecipientOutcome(Labelled):
    """What has become of a recipient."""

    WAITING = "waiting", _l("Waiting")
    WRITTEN = "written", _l("E-mail written")
    OPTED_OUT = "opted_out", _l("Wants no announcements")
    UNDELIVERABLE = "undeliverable", _l("E-mail address does not exist")
    UNCONFIRMED = "unconfirmed", _l("E-mail address not confirmed")
    GENERATED = "generated", _l("Demo data")
    STOPPED = "stopped", _l("Stopped")


# Reasons for which somebody is skipped.
SKIPPED = (
    RecipientOutcome.GENERATED,
    RecipientOutcome.UNCONFIRMED,
    RecipientOutcome.OPTED_OUT,
    RecipientOutcome.UNDELIVERABLE,
)


def answer_placeholder(key: str) -> str:
    """The name of the placeholder for the answer to the question with this key: "answer:diet"."""
    return ANSWER + key.casefold()


def starts(now: datetime, planned: datetime | None) -> datetime:
    """When the worker starts to send what is sent off now."""
    return max(now + UNDO, planned) if planned is not None else now + UNDO


@dataclass(frozen=True, slots=True)
class AddressedPerson:
    """A registration of the group, and what is known of its contact."""

    registration: int
    contact: int
    has_address: bool
    language: str
    unconfirmed: bool = False
    opted_out: bool = False
    undeliverable: bool = False
    generated: bool = False

    @property
    def outcome(self) -> RecipientOutcome:
        """Whether this person is written to, or why not."""
        if self.generated:
            return RecipientOutcome.GENERATED
        if self.unconfirmed:
            return RecipientOutcome.UNCONFIRMED
        if self.opted_out:
            return RecipientOutcome.OPTED_OUT
        return RecipientOutcome.UNDELIVERABLE if self.undeliverable else RecipientOutcome.WAITING


@dataclass
class AddressedContact:
    """One contact: a single e-mail for all its registrations in the group."""

    outcome: RecipientOutcome
    language: str
    registrations: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """Who would get an announcement now: contacts by their ids, and the number of people without an address."""

    people: int
    unaddressed: int
    contacts: dict[int, AddressedContact]

    @property
    def addresses(self) -> int:
        """The number of e-mails."""
        return sum(one.outcome is RecipientOutcome.WAITING for one in self.contacts.values())

    @property
    def readers(self) -> int:
        """The number of people they are for."""
        return sum(len(one.registrations) for one in self.contacts.values() if one.outcome is RecipientOutcome.WAITING)

    @property
    def written_to(self) -> set[int]:
        """The registrations of these people."""
        waiting = [one for one in self.contacts.values() if one.outcome is RecipientOutcome.WAITING]
        return {number for one in waiting for number in one.registrations}

    def by_language(self, languages: Sequence[str]) -> dict[str, int]:
        """The number of e-mails in each language of the texts."""
        found = dict.fromkeys(languages, 0)
        for one in self.contacts.values():
            if one.outcome is RecipientOutcome.WAITING:
                found[text_language(one.language, languages)] += 1
        return found

    @property
    def skipped(self) -> dict[RecipientOutcome, int]:
        """The number of people who are skipped for each reason, but for those without an address."""
        found = dict.fromkeys(SKIPPED, 0)
        for one in self.contacts.values():
            if one.outcome in found:
                found[one.outcome] += len(one.registrations)
        return {reason: number for reason, number in found.items() if number}


def group(people: Iterable[AddressedPerson]) -> Group:
    """One e-mail for each address: people who share one are named in it, without those who may not be written to."""
    contacts: dict[int, AddressedContact] = {}
    number = unaddressed = 0
    for person in people:
        number += 1
        if not person.has_address:
            unaddressed += 1
            continue
        known = contacts.get(person.contact)
        if known is None or (
            known.outcome is not RecipientOutcome.WAITING and person.outcome is RecipientOutcome.WAITING
        ):
            contacts[person.contact] = AddressedContact(person.outcome, person.language, [person.registration])
        elif known.outcome is person.outcome:
            known.registrations.append(person.registration)
    return Group(number, unaddressed, contacts)


def text_language(reader: str, languages: Sequence[str]) -> str:
    """The language of the text for a reader: theirs, one of the same base language, else the first."""
    base = reader.split("-")[0]
    if reader in languages:
        return reader
    return next((tag for tag in (base, *languages) if tag in languages and tag.split("-")[0] == base), languages[0])

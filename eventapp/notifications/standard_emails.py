"""The kinds of e-mails whose texts the team can change, to whom they go, and the placeholders that each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eventapp.accounts.rules import Permission
from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.mail.content import Draft, draft


class Readers(Labelled):
    """To whom a kind of e-mail goes."""

    ATTENDEES = "attendees", _l("To attendees and guests")
    SPEAKERS = "speakers", _l("To speakers")
    PROPOSERS = "proposers", _l("To people who propose sessions")

    @property
    def permission(self) -> Permission:
        """Who may change these texts: the same who may read the e-mails."""
        return Permission.REGISTRATION if self is Readers.ATTENDEES else Permission.PROGRAMME

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The placeholders that all e-mails to them have."""
        match self:
            case Readers.ATTENDEES:
                return "name", "event", "option", "organization", "contact"
            case Readers.SPEAKERS:
                return "name", "event", "contact"
            case Readers.PROPOSERS:
                return "name", "event", "proposal", "contact"


# What each placeholder is replaced with, as the team reads it.
_MEANINGS: dict[str, Any] = {
    "name": _l("Name of the attendee"),
    "event": _l("Title of the event"),
    "option": _l("Registration option"),
    "organization": _l("Organization of the attendee"),
    "proposal": _l("Title of the proposal"),
    "contact": _l("E-mail address for questions"),
    "until": _l("Time until which the seat is held"),
    "status": _l("Status of the registration"),
    "note": _l("Reason that you gave"),
    "rules": _l("How the waiting list works"),
    "message": _l("Message that you wrote with the invitation"),
}
_NAMES = {
    Readers.SPEAKERS: _l("Name of the speaker"),
    Readers.PROPOSERS: _l("Name of the person who proposed the session"),
}


@dataclass(frozen=True)
class StandardEmail:
    """A kind of e-mail whose text can be changed. `own` are placeholders that only it has.

    `change` is the variant of a `template` that has several; the template of the others has the name of their kind.
    `drafted`: the team sees the text before each e-mail.
    """

    kind: str
    label: Any
    own: tuple[str, ...] = ()
    template: str = ""
    change: str = ""
    readers: Readers = Readers.ATTENDEES
    drafted: bool = False

    @property
    def placeholders(self) -> tuple[str, ...]:
        return (*self.readers.placeholders, *self.own)

    @property
    def meanings(self) -> list[tuple[str, Any]]:
        """Its placeholders, each with what the team reads about it."""
        known = _MEANINGS | ({"name": _NAMES[self.readers]} if self.readers in _NAMES else {})
        return [(name, known[name]) for name in self.placeholders]

    @property
    def path(self) -> str:
        """Its template."""
        return f"notifications/emails/{self.template or self.kind}.txt"


def _to_speaker(kind: str, label: Any, own: tuple[str, ...] = (), **more: Any) -> StandardEmail:
    return StandardEmail(kind, label, own, readers=Readers.SPEAKERS, **more)


def _to_proposer(kind: str, label: Any, **more: Any) -> StandardEmail:
    return StandardEmail(kind, label, readers=Readers.PROPOSERS, **more)


# By their kinds.
STANDARD = {
    one.kind: one
    for one in (
        StandardEmail("address", _l("Confirm your registration"), ("until",)),
        StandardEmail("confirmed", _l("Registration confirmed")),
        StandardEmail("pending", _l("Registration received, waiting for approval")),
        StandardEmail("waitlisted", _l("On the waiting list"), ("rules",)),
        StandardEmail("in_draw", _l("In the draw"), ("rules",)),
        StandardEmail("offered", _l("Seat offered"), ("until",)),
        StandardEmail("expired", _l("Offered seat not accepted in time")),
        StandardEmail("next_in_line", _l("A seat has become free")),
        StandardEmail("changed", _l("Registration changed"), ("status",)),
        StandardEmail("cancelled", _l("Registration cancelled")),
        StandardEmail("declined", _l("Registration declined")),
        StandardEmail("link", _l("Private link, asked for again")),
        StandardEmail("new_link", _l("New private link")),
        StandardEmail("confirm_address", _l("Confirm a new e-mail address")),
        StandardEmail("address_changed", _l("E-mail address changed")),
        StandardEmail("sessions_changed", _l("Sessions changed"), template="sessions", change="changed"),
        StandardEmail("sessions_seats", _l("Seats in sessions"), template="sessions", change="seats"),
        StandardEmail("event_changed_time", _l("Time changed"), template="event_changed", change="time"),
        StandardEmail("event_changed_venue", _l("Venue changed"), template="event_changed", change="venue"),
        StandardEmail(
            "event_changed_time_and_venue",
            _l("Time and venue changed"),
            template="event_changed",
            change="time_and_venue",
        ),
        StandardEmail("event_changed_link", _l("New joining link"), template="event_changed", change="link"),
        StandardEmail("event_changed_new_date", _l("New date"), template="event_changed", change="new_date"),
        StandardEmail("event_changed", _l("Registration details, after any other change")),
        StandardEmail("event_postponed", _l("Event postponed"), ("note",)),
        StandardEmail("event_cancelled", _l("Event cancelled"), ("note",)),
        StandardEmail("remind_week", _l("Reminder a week before")),
        StandardEmail("remind_day", _l("Reminder the day before")),
        StandardEmail("remind_hour", _l("Reminder an hour before, with the joining link")),
        StandardEmail("thanks", _l("Thank-you after the event")),
        StandardEmail("invitation", _l("Personal invitation"), ("message",)),
        StandardEmail("invitation_reminder", _l("Reminder of an invitation")),
        _to_speaker("speaker_confirm", _l("Request to confirm"), drafted=True),
        _to_speaker("speaker_scheduled", _l("Speaking times published")),
        _to_speaker("speaker_changed", _l("A speaker’s sessions changed")),
        _to_speaker("speaker_event_postponed", _l("Event postponed"), ("note",)),
        _to_speaker("speaker_event_cancelled", _l("Event cancelled"), ("note",), template="event_cancelled"),
        _to_proposer("proposal_received", _l("Proposal received")),
        _to_proposer("proposal_accepted", _l("Proposal accepted"), drafted=True),
        _to_proposer("proposal_declined", _l("Proposal declined"), drafted=True),
        _to_proposer("proposal_reopened", _l("Proposal reopened"), drafted=True),
    )
}


def standard(kind: str, language: str) -> Draft:
    """The standard text of a kind, with its placeholders."""
    values = {name: f"{{{name}}}" for name in _MEANINGS}
    one = STANDARD[kind]
    return draft(
        one.path,
        language=language,
        title=values["event"],
        note=values["note"],
        status=values["status"],
        until=values["until"],
        rules=lambda: [values["rules"]],
        files=(),
        change=one.change,
        asks=False,
        message=values["message"],
        maybe=False,
        proposal=values["proposal"],
    )

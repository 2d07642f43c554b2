"""Letters to those who propose something and to speakers. A draft can be read and changed before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import render_template

from eventapp.calendars import told
from eventapp.calendars.invitations import Item
from eventapp.calendars.told import State, Topic
from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.core.text import reads_as_address
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail import letters
from eventapp.mail.letters import Letter
from eventapp.mail.operations import CalendarFile
from eventapp.programme import changes
from eventapp.programme.changes import Change
from eventapp.proposals.models import Proposal, SpeakerLink


class Occasion(StrEnum):
    """Why a letter is written."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REOPENED = "reopened"
    CONFIRM = "confirm"
    CHANGED = "changed"
    SCHEDULED = "scheduled"


_TEMPLATES = {
    Occasion.RECEIVED: "proposals/emails/received.txt",
    Occasion.ACCEPTED: "proposals/emails/accepted.txt",
    Occasion.DECLINED: "proposals/emails/declined.txt",
    Occasion.REOPENED: "proposals/emails/reopened.txt",
    Occasion.CONFIRM: "proposals/emails/confirm.txt",
    Occasion.CHANGED: "proposals/emails/changed.txt",
    Occasion.SCHEDULED: "proposals/emails/scheduled.txt",
}


@dataclass(frozen=True)
class Draft:
    """The part of a letter that its sender may change: greeting, link and signature are added to it."""

    subject: str
    text: str


def draft(occasion: Occasion, event: Event, *, language: str, proposal: str = "") -> Draft:
    """The letter as the template has it in a language; `proposal` is the title of one."""
    with languages.force_locale(language):
        title = event.title.say(language).text
        written = render_template(_TEMPLATES[occasion], event=title, proposal=proposal)
    subject, _empty, text = written.strip().partition("\n")
    return Draft(subject.strip(), text.strip())


def to_proposer(proposal: Proposal, occasion: Occasion, written: Draft | None = None) -> None:
    """A letter about a proposal, in the reader's language, with the link to it."""
    language = proposal.language
    # Anybody can have this first letter sent to anybody, and chooses the title in it.
    title = "…" if occasion is Occasion.RECEIVED and reads_as_address(proposal.title) else proposal.title
    written = written or draft(occasion, proposal.event, language=language, proposal=title)
    with languages.force_locale(language):
        accepted = occasion is Occasion.ACCEPTED
        label = _("Confirm or decline") if accepted else _("Your proposal")
        link = absolute("proposals.mine", token=proposal.token, lang=language)
        _send(occasion, written, proposal.event, proposal.name, proposal.email, language, (label, link))


def to_speaker(link: SpeakerLink, occasion: Occasion, written: Draft | None = None) -> None:
    """A letter to somebody who takes part, with the link to answer."""
    written = written or draft(occasion, link.event, language=link.language)
    _to_speaker(link, occasion, written)


def news(link: SpeakerLink, items: Sequence[Item]) -> None:
    """What is new about a speaker's sessions: one letter, however many versions of the programme it took."""
    changed = any(item.before is not None for item in items)
    occasion = Occasion.CHANGED if changed else Occasion.SCHEDULED
    files = [item.file for item in items if item.file]
    called_off = _called_off(link, items)
    if called_off:
        _to_speaker(link, occasion, called_off, files=files)
        return
    with languages.force_locale(link.language):
        facts = [fact for item in items for fact in _item_facts(item, link)]
        zone = languages.zone_name(link.event.zone, link.language, link.event.starts_at)
        bare = link.event.timed and any(change.kind.tells_time for item in items for change in _happened(item))
        more = [_("Times are in %(zone)s unless stated otherwise.", zone=zone)] if bare else []
    _to_speaker(link, occasion, draft(occasion, link.event, language=link.language), facts, more, files)


def _called_off(link: SpeakerLink, items: Sequence[Item]) -> Draft | None:
    """The letter where the whole event is postponed or cancelled: the hours of a session are no news then."""
    event, states = link.event, {item.after.state for item in items if not item.given_up}
    with languages.force_locale(link.language):
        title, note = event.title.say(link.language).text, event.status_note.say(link.language).text
        if event.status is EventStatus.POSTPONED and State.POSTPONED in states:
            subject = _("Postponed: %(title)s", title=title)
            text = _("“%(title)s” has been postponed. We will e-mail you when there is a new date.", title=title)
        elif event.status is EventStatus.CANCELLED and State.CANCELLED in states:
            subject = _("Cancelled: %(title)s", title=title)
            text = _("We are sorry: “%(title)s” has been cancelled.", title=title)
        else:
            return None
    return Draft(subject, f"{text}\n\n{note}")


def _happened(item: Item) -> list[Change]:
    """What is different about a session that the reader knows and still takes part in."""
    if item.before is None or item.given_up:
        return []
    return told.session_changes(item.code, item.title, item.before, item.after, gone=item.gone)


def _item_facts(item: Item, link: SpeakerLink) -> list[tuple[str, str]]:
    title = item.title.say(link.language).text
    if item.given_up:
        return [(title, _("You are no longer listed for this session."))]
    if item.before is None:
        where = told.where(item.after, link.event.format, link.language)
        facts = [(title, told.when(item.after, link.language) + (_(", ") + where if where else ""))]
        if told.elsewhere(link.zone, item.after) and link.event.timed:
            facts.append((_("In your time"), told.when(item.after, link.language, zone=link.zone)))
        return facts
    facts = [fact for change in _happened(item) for fact in _facts(change, link)]
    if Topic.LINK in told.news(item.before, item.after):
        facts.append((title, _("New joining link: %(link)s", link=item.link or "–")))
    if not facts:
        facts.append((title, told.when(item.after, link.language)))
    return facts


def _to_speaker(
    link: SpeakerLink,
    occasion: Occasion,
    written: Draft,
    facts: list[tuple[str, str]] | None = None,
    more: list[str] | None = None,
    files: Sequence[CalendarFile] = (),
) -> None:
    with languages.force_locale(link.language):
        asks = occasion not in {Occasion.CHANGED, Occasion.SCHEDULED}
        label = _("Reply and see your sessions") if asks else _("See your sessions")
        address = absolute("speaking.mine", token=link.token, lang=link.language)
        name = link.shown.name(link.language).text
        _send(occasion, written, link.event, name, link.email, link.language, (label, address), facts, more, files)


def _facts(change: Change, link: SpeakerLink) -> list[tuple[str, str]]:
    """Title and what happened; times at the venue, and below them in the zone that the reader has chosen."""
    title = change.title.say(link.language).text
    event = link.event
    said = changes.sentence(change, zone=event.zone, timed=event.timed, names={}, language=link.language)
    facts = [(title, _("%(what)s: %(details)s", what=change.kind.label, details=said) if said else change.kind.label)]
    # A room is the same in every zone.
    if link.zone and link.zone != event.zone and said and change.kind.tells_time:
        name = languages.zone_name(link.zone, link.language, event.starts_at)
        own = changes.sentence(change, zone=link.zone, timed=event.timed, names={}, language=link.language)
        facts.append((_("In your time (%(zone)s)", zone=name), own))
    return facts


def _send(
    occasion: Occasion,
    written: Draft,
    event: Event,
    name: str,
    to: str,
    language: str,
    action: tuple[str, str],
    facts: list[tuple[str, str]] | None = None,
    more: list[str] | None = None,
    files: Sequence[CalendarFile] = (),
) -> None:
    contact = f" · {event.contact_email}" if event.contact_email else ""
    letters.send(
        Letter(
            subject=written.subject,
            greeting=letters.greeting(name),
            paragraphs=[part.strip() for part in written.text.replace("\r\n", "\n").split("\n\n") if part.strip()],
            facts=facts or [],
            more=more or [],
            action=action,
            after=[
                *(
                    [_("Your calendar app should update the entry by itself. If not, open the attached file.")]
                    if files
                    else []
                ),
                _("This is a private link. Keep it and don't share it."),
            ],
            signature=event.title.say(language).text + contact,
        ),
        to=to,
        language=language,
        kind=f"proposals.{occasion}",
        topic=f"event:{event.id}",
        calendars=files,
    )

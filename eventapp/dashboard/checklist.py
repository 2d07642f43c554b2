"""The overview's lists: what an event must have before it is public, what is worth doing, and what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.dashboard.queries import EventFacts
from eventapp.events.models import Event, Venue
from eventapp.events.rules import EventFormat, EventStatus, Gap
from eventapp.notifications import reminders
from eventapp.programme.models import Release, Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.registration.models import AttendanceOption


@dataclass(frozen=True)
class Check:
    """A thing to do, and the page for it. `done` may become false again. `why` says what it is for."""

    text: str
    endpoint: str
    needs: Permission
    done: bool = False
    why: str = ""
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DueItem:
    """What waits for somebody, or happens by itself at a time (`at`)."""

    text: str
    endpoint: str
    needs: Permission
    at: datetime | None = None


@dataclass(frozen=True)
class EventParts:
    """What the lists are made of; `declined` are names of people who are still on the programme. Names are in the
    `language`.
    """

    event: Event
    language: str
    facts: EventFacts
    venues: Sequence[Venue]
    sessions: Sequence[Session]
    release: Release | None
    options: Sequence[AttendanceOption]
    declined: Sequence[str] = ()
    undecided: int = 0
    failed_emails: int = 0

    @property
    def open(self) -> bool:
        """Whether anything can still be done for it."""
        return not (self.event.over or self.event.status in {EventStatus.CANCELLED, EventStatus.ARCHIVED})


def musts(parts: EventParts, gaps: Sequence[Gap]) -> list[Check]:
    """What the event needs to be published; open ones are what keeps it from that."""
    event = parts.event
    edit, own = "dashboard_event.edit", Permission.OWN
    found = [
        Check(_("Give it a title"), edit, own, Gap.TITLE not in gaps),
        Check(
            _("Enter the dates"),
            edit,
            own,
            Gap.DATES not in gaps,
            _("It was postponed, and its dates have passed.") if Gap.DATES in gaps else event.when(),
        ),
    ]
    if event.format is not EventFormat.ONLINE:
        place = event.venue_name.resolve(parts.language).text
        why = _("People need to know where to come.") if Gap.VENUE in gaps else place
        found.append(Check(_("Name the venue"), "start.venue", own, Gap.VENUE not in gaps, why))
    return found


def worths(parts: EventParts) -> list[Check]:
    """What makes it a good event, in the order in which it is usually done."""
    if not parts.open:
        return []
    return [*_about_event(parts), *_about_programme(parts), *_about_people(parts)]


def _about_event(parts: EventParts) -> Iterator[Check]:
    event, facts = parts.event, parts.facts
    why = _("Two sentences are enough. They are also shown in search engines.")
    texts = {"section": "texts"}
    yield Check(_("Say what it is for"), "dashboard_event.edit", Permission.OWN, bool(event.purpose), why, texts)
    yield Check(_("Name the hosts"), "events_manage.places", Permission.OWN, facts.hosts > 0)
    if event.format is not EventFormat.ONLINE:
        first = next(iter(parts.venues), None)
        there = first is not None and bool(first.access)
        at = ("venues.venue", {"number": first.id}) if first is not None else ("start.venue", {})
        yield Check(_("Say how to get there"), at[0], Permission.OWN, there, args=at[1])
    why = _("Until then, the page has a drawing in the event's colour.")
    yield Check(_("Add a cover picture"), "pictures.pictures", Permission.PROGRAMME, facts.covers > 0, why)


def _about_programme(parts: EventParts) -> Iterator[Check]:
    first = not parts.sessions
    yield Check(
        _("Add the sessions"),
        "programme_manage.programme",
        Permission.PROGRAMME,
        not first,
        _("One by one, or all at once from a table."),
    )
    yield Check(_("Publish the programme"), "releases_manage.release", Permission.PROGRAMME, parts.release is not None)


def _about_people(parts: EventParts) -> Iterator[Check]:
    event, facts = parts.event, parts.facts
    own, people = Permission.OWN, Permission.REGISTRATION
    at = "registration_manage.options" if parts.options else "start.registration"
    chosen = bool(parts.options) or not event.needs_registration
    why = _("Nobody needs to register.") if chosen and not parts.options else ""
    yield Check(_("Choose how people register"), at, people if parts.options else own, chosen, why)
    if parts.options:
        why = _("People agree to it when they register.")
        yield Check(_("Write the privacy notice"), "registration_form.privacy", people, bool(facts.privacy), why)
        why = _("See the form as attendees see it.")
        yield Check(_("Make a test registration"), "registration_form.preview", people, facts.registrations > 0, why)
    online = any(one.mode is Mode.ONLINE for one in parts.options) or event.format is not EventFormat.IN_PERSON
    if online:
        why = _("Only people with a confirmed registration get it.")
        section = {"section": "online"}
        yield Check(_("Add the joining link"), "dashboard_event.edit", own, bool(event.join_url), why, section)
    why = _("Without one, nobody can reply to the event's e-mails.")
    yield Check(_("Say who answers e-mails"), "email_settings.email_settings", own, facts.replies > 0, why)
    why = _("So that a colleague can step in for you.")
    yield Check(_("Invite a colleague to the team"), "team_manage.team", own, facts.members > 1, why)


def due(parts: EventParts, now: datetime) -> list[DueItem]:
    """What waits for the team, then what happens at a time that comes, the next first."""
    coming = [one for one in _coming(parts) if one.at is None or one.at > now] if parts.open else []
    found = [*_waiting(parts), *coming] if parts.open else list(_failed(parts))
    return sorted(found, key=lambda one: (one.at is not None, one.at or now))


def _failed(parts: EventParts) -> Iterator[DueItem]:
    if number := parts.failed_emails:
        text = ngettext("%(num)d e-mail was not delivered.", "%(num)d e-mails were not delivered.", number)
        yield DueItem(text, "notifications_manage.emails", Permission.MAIL)
    if number := parts.facts.announcements_missed:
        text = ngettext(
            "%(num)d announcement was not sent at its planned time.",
            "%(num)d announcements were not sent at their planned time.",
            number,
        )
        yield DueItem(text, "announcements.announcements", Permission.REGISTRATION)


def _waiting(parts: EventParts) -> Iterator[DueItem]:
    desk, people, facts = Permission.PROGRAMME, Permission.REGISTRATION, parts.facts
    if parts.declined:
        names = languages.listing(list(parts.declined))
        text = _("Find a replacement: %(names)s declined.", names=names)
        yield DueItem(text, "proposals_manage.proposals", desk)
    yield from _failed(parts)
    yield from _programme_waits(parts)
    if number := parts.undecided:
        text = ngettext("Decide on %(num)d proposal.", "Decide on %(num)d proposals.", number)
        yield DueItem(text, "proposals_manage.proposals", desk)
    if number := facts.invitations_to_send:
        text = ngettext("Send %(num)d invitation.", "Send %(num)d invitations.", number)
        yield DueItem(text, "invitations_manage.invitations", people)
    if number := facts.invitations_waiting:
        text = ngettext(
            "%(num)d invited guest has not answered yet.", "%(num)d invited guests have not answered yet.", number
        )
        yield DueItem(text, "invitations_manage.invitations", people)
    if number := facts.speakers_waiting:
        text = ngettext("%(num)d speaker has not answered yet.", "%(num)d speakers have not answered yet.", number)
        yield DueItem(text, "proposals_manage.proposals", desk)


def _programme_waits(parts: EventParts) -> Iterator[DueItem]:
    desk, sessions, release = Permission.PROGRAMME, parts.sessions, parts.release
    drafts = sum(session.status is SessionStatus.DRAFT for session in sessions)
    if drafts:
        text = ngettext("Finish %(num)d draft session.", "Finish %(num)d draft sessions.", drafts)
        yield DueItem(text, "programme_manage.programme", desk)
    ready = [s for s in sessions if s.status is not SessionStatus.DRAFT and s.starts_at is not None]
    if ready and release is None:
        text = _("Publish the programme. Only your team can see it so far.")
        yield DueItem(text, "releases_manage.release", desk)
    elif release is not None and any(session.updated_at > release.at for session in sessions):
        yield DueItem(_("Publish the latest programme changes."), "releases_manage.release", desk)


def _coming(parts: EventParts) -> Iterator[DueItem]:
    people, facts, event = Permission.REGISTRATION, parts.facts, parts.event
    if facts.held:
        text = ngettext(
            "%(num)d seat is held for somebody who has not confirmed yet.",
            "%(num)d seats are held for people who have not confirmed yet.",
            facts.held,
        )
        yield DueItem(text, "people.registrations", Permission.VIEW, facts.held_until)
    for option in parts.options:
        title = option.name(parts.language)
        if option.opens_at is not None:
            text = _("Registration opens: %(option)s", option=title)
            yield DueItem(text, "registration_manage.options", people, option.opens_at)
        if option.closes_at is not None:
            text = _("Registration closes: %(option)s", option=title)
            yield DueItem(text, "registration_manage.options", people, option.closes_at)
    if event.status is EventStatus.PUBLISHED and facts.registrations:
        for kind in reminders.planned(event, facts.reminders):
            at, _end = reminders.window(kind, event)
            text = _("A reminder is sent: %(kind)s", kind=kind.label)
            yield DueItem(text, "email_settings.email_settings", people, at)
    if facts.announcement_at is not None:
        text = _("An announcement is sent.")
        yield DueItem(text, "announcements.announcements", people, facts.announcement_at)
    if facts.call_closes_at is not None:
        yield DueItem(
            _("The call for speakers closes."), "proposals_manage.call", Permission.PROGRAMME, facts.call_closes_at
        )


@dataclass(frozen=True)
class NextStep:
    """The one primary button of the overview. `publishes`: it is sent, not followed."""

    text: str
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    publishes: bool = False


def next_step(
    event: Event, must: Sequence[Check], waits: Sequence[DueItem], worth: Sequence[Check], may: Callable[[Any], bool]
) -> NextStep | None:
    """What to do next: what blocks publishing; for a draft the programme's and the registration's basics, then to
    publish; else what waits, then what is worth doing. None if there is nothing that this member may do.
    """
    for check in must:
        if not check.done and may(check.needs):
            return NextStep(check.text, check.endpoint, check.args)
    basics = [one for one in worth if one.endpoint in {"start.registration", "programme_manage.programme"}]
    hidden = event.status in {EventStatus.DRAFT, EventStatus.POSTPONED}
    for check in basics if event.status is EventStatus.DRAFT else ():
        if not check.done and may(check.needs):
            return NextStep(check.text, check.endpoint, check.args)
    if hidden and all(one.done for one in must) and may(Permission.OWN):
        return NextStep(_("Publish the event"), "dashboard.publish", publishes=True)
    for item in waits:
        if item.at is None and may(item.needs):
            return NextStep(item.text.rstrip(".。"), item.endpoint)
    for check in worth:
        if not check.done and may(check.needs):
            return NextStep(check.text, check.endpoint, check.args)
    return None

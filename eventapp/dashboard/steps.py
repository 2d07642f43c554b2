"""Next steps for an organizer, as sentences linked to pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus
from eventapp.programme.models import Release, Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.registration.models import AttendanceOption


@dataclass(frozen=True)
class Step:
    """A sentence, and the endpoint of the page for it."""

    text: str
    endpoint: str


def next_steps(
    event: Event,
    *,
    sessions: Sequence[Session],
    release: Release | None,
    options: Sequence[AttendanceOption],
    declined: Sequence[str] = (),
    undecided: int = 0,
) -> list[Step]:
    """The open steps, most urgent first. An event that is over, cancelled or archived has none.

    `declined`: names of people who have declined and are still on the programme; `undecided`: number of open proposals.
    """
    if event.over or event.status in {EventStatus.CANCELLED, EventStatus.ARCHIVED}:
        return []
    return [
        *_about_speakers(declined),
        *_about_purpose(event),
        *_about_sessions(sessions),
        *_about_release(sessions, release),
        *_about_proposals(undecided),
        *_about_registration(event, options),
        *_about_status(event),
    ]


def _about_speakers(declined: Sequence[str]) -> Iterator[Step]:
    if declined:
        names = languages.listing(list(declined))
        yield Step(_("Find a replacement: %(names)s declined.", names=names), "proposals_manage.proposals")


def _about_purpose(event: Event) -> Iterator[Step]:
    if not event.purpose:
        yield Step(_("Describe the purpose of the event in one or two sentences."), "dashboard_event.edit")


def _about_sessions(sessions: Sequence[Session]) -> Iterator[Step]:
    if not sessions:
        yield Step(_("Add the first session of the programme."), "programme_manage.session")
    drafts = sum(session.status is SessionStatus.DRAFT for session in sessions)
    if drafts:
        sentence = ngettext("Finish %(num)d draft session.", "Finish %(num)d draft sessions.", drafts)
        yield Step(sentence, "programme_manage.programme")


def _about_release(sessions: Sequence[Session], release: Release | None) -> Iterator[Step]:
    ready = [s for s in sessions if s.status is not SessionStatus.DRAFT and s.starts_at is not None]
    if ready and release is None:
        yield Step(_("Publish the programme. Only your team can see it so far."), "releases_manage.release")
    elif release is not None and any(session.updated_at > release.at for session in sessions):
        yield Step(_("Publish the latest programme changes."), "releases_manage.release")


def _about_proposals(undecided: int) -> Iterator[Step]:
    if undecided:
        waiting = ngettext("Decide on %(num)d proposal.", "Decide on %(num)d proposals.", undecided)
        yield Step(waiting, "proposals_manage.proposals")


def _about_registration(event: Event, options: Sequence[AttendanceOption]) -> Iterator[Step]:
    if not options:
        yield Step(_("Add a registration option so that people can register."), "registration_manage.option")
    online = any(option.mode is Mode.ONLINE for option in options) or event.format is not EventFormat.IN_PERSON
    if online and not event.join_url:
        yield Step(_("Add the joining link for online attendees."), "dashboard_event.edit")


def _about_status(event: Event) -> Iterator[Step]:
    if event.status is EventStatus.DRAFT:
        yield Step(_("Publish the event when everything is ready."), "dashboard.event")
    if event.status is EventStatus.POSTPONED:
        yield Step(_("Enter the new dates, then publish the event again."), "dashboard_event.edit")

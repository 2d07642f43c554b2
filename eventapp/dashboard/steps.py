"""What an organizer should do next, as sentences with a page behind each."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A sentence, and the endpoint of the page where it is done."""

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
    """The open steps, the most urgent first. An event that is over or called off has none.

    `declined`: names of those who have said no and still stand in the programme; `undecided`: how many proposals wait.
    """
    if event.over or event.status in {EventStatus.CANCELLED, EventStatus.ARCHIVED}:
        return []
    steps = []
    if declined:
        names = languages.listing(list(declined))
        steps.append(Step(_("Find a replacement: %(names)s declined.", names=names), "proposals_manage.proposals"))
    if not event.purpose:
        steps.append(Step(_("Describe the purpose of the event in one or two sentences."), "dashboard_event.edit"))
    if not sessions:
        steps.append(Step(_("Add the first session of the programme."), "programme_manage.session"))
    drafts = sum(session.status is SessionStatus.DRAFT for session in sessions)
    if drafts:
        steps.append(
            Step(
                ngettext("Finish %(num)d draft session.", "Finish %(num)d draft sessions.", drafts),
                "programme_manage.programme",
            )
        )
    ready = [s for s in sessions if s.status is not SessionStatus.DRAFT and s.starts_at is not None]
    if ready and release is None:
        steps.append(Step(_("Publish the programme. Only your team can see it so far."), "releases_manage.release"))
    elif release is not None and any(session.updated_at > release.at for session in sessions):
        steps.append(Step(_("Publish the latest programme changes."), "releases_manage.release"))
    if undecided:
        waiting = ngettext("Decide on %(num)d proposal.", "Decide on %(num)d proposals.", undecided)
        steps.append(Step(waiting, "proposals_manage.proposals"))
    if not options:
        steps.append(Step(_("Add a registration option so that people can register."), "registration_manage.option"))
    online = any(option.mode is Mode.ONLINE for option in options) or event.format is not EventFormat.IN_PERSON
    if online and not event.join_url:
        steps.append(Step(_("Add the joining link for online attendees."), "dashboard_event.edit"))
    if event.status is EventStatus.DRAFT:
        steps.append(Step(_("Publish the event when everything is ready."), "dashboard.event"))
    if event.status is EventStatus.POSTPONED:
        steps.append(Step(_("Enter the new dates, then publish the event again."), "dashboard_event.edit"))
    return steps

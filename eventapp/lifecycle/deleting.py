"""Deleting what never left the team: an event that was never public, a person who has a part nowhere, and an option
that nobody has chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select

from eventapp.check_in import points
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.directory.models import Person
from eventapp.events import team
from eventapp.events.models import Event
from eventapp.feeds import memory
from eventapp.mail.models import Email
from eventapp.media.models import Photo
from eventapp.notifications.operations import topic_of
from eventapp.programme import profiles, roster
from eventapp.programme.models import EventPerson, OnProgramme, Participation, Session
from eventapp.proposals.models import Proposal, SpeakerLink
from eventapp.registration import setup
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Registration


@dataclass(frozen=True)
class EventContents:
    """The numbers of what is lost with an event."""

    sessions: int
    people: int
    options: int
    questions: int
    pictures: int


def contents(event: Event) -> EventContents:
    """What is lost with the event. One statement."""
    tables = (Session, EventPerson, AttendanceOption, Question, Photo)
    numbers = [select(func.count()).where(table.event_id == event.id).scalar_subquery() for table in tables]
    return EventContents(*db.session.execute(select(*numbers)).one())


def why_not(event: Event) -> str:
    """Why the event can't be deleted; empty if it can. Nobody outside the team may know of it: it was never public,
    nobody has registered or proposed something, and no e-mail was written.
    """
    if memory.was_public(event):
        return _("The event was public, so you can't delete it. Unpublish or cancel it instead.")
    known: dict[Any, str] = {
        Registration: _("There are registrations, so you can't delete the event."),
        Proposal: _("There are proposals, so you can't delete the event."),
        SpeakerLink: _("Speakers were asked to confirm, so you can't delete the event."),
    }
    for table, sentence in known.items():
        if db.session.scalar(select(table.id).where(table.event_id == event.id).limit(1)) is not None:
            return sentence
    if db.session.scalar(select(Email.id).where(Email.topic == topic_of(event)).limit(1)) is not None:
        return _("E-mails about the event were sent, so you can't delete it.")
    return ""


def delete_event(event: Event) -> None:
    """Delete the event with all that belongs to it. Raises Refused if `why_not` says so.

    Files of its pictures are deleted by the task that looks for files that nothing refers to.
    """
    reread(event, "status")
    if reason := why_not(event):
        raise Refused(reason)
    team.forget_invitations(event)
    delete_row(event)


def remove_option(option: AttendanceOption) -> None:
    """Delete a registration option. Raises Refused if a check-in point is for it, and as `setup.remove_option` does."""
    points.check_unused(option)
    setup.remove_option(option)


def has_part(person: Person) -> bool:
    """Whether the person is on a programme anywhere, drafts included, or was asked to be. One statement."""
    places = [
        exists().where(Participation.person_id == person.id),
        exists().where(OnProgramme.person_id == person.id),
        exists().where(SpeakerLink.person_id == person.id),
    ]
    return any(db.session.execute(select(*places)).one())


def remove_person(event: Event, person: Person) -> bool:
    """Remove a person without a part from the event's list, and from the directory if no other event knows them and
    they have a part nowhere. Returns whether they are deleted. Raises Refused as `roster.remove_person` does.
    """
    reread(person)  # as another event does that begins to know the person
    only_here = profiles.only_here(event, person)
    roster.remove_person(event, person)
    if not only_here or has_part(person):
        return False
    delete_row(person)
    return True

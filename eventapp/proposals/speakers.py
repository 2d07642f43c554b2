"""Operations of speakers: being asked, answering, and editing their own profile and session texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventapp.core import clock, stale_forms, tokens
from eventapp.core.clock import zones
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import reread
from eventapp.directory import operations as directory
from eventapp.directory.models import Organization, Person
from eventapp.directory.rules import NameOrder
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail.content import Draft
from eventapp.programme import operations as programme
from eventapp.programme import profiles, roster
from eventapp.programme import queries as released
from eventapp.programme.models import Session
from eventapp.programme.rules import SessionStatus
from eventapp.proposals import notices, queries, rules
from eventapp.proposals.models import SpeakerLink
from eventapp.proposals.rules import Answer


class ProfileEditConflict(Refused):
    """Somebody else has changed the same values meanwhile. `now` are the current ones; `changes` names the
    differences.
    """

    def __init__(self, changed: stale_forms.ConcurrentChanges, now: Mapping[str, Any]) -> None:
        super().__init__(_("A team member changed this in the meantime. Your changes were not saved."))
        self.changes = changed
        self.now = now


def link_for(event: Event, person: Person, *, email: str, language: str, text: Draft | None = None) -> SpeakerLink:
    """Create or update the speaker link of a person at an event, and ask for the answer again.

    A changed e-mail address gets a new link: somebody else may have the old one. The link is never that of a proposal,
    which a stranger has seen who has typed the speaker's address.
    """
    # Two simultaneous requests must create one link.
    reread(person, "id")
    link = queries.link_of(event, person)
    other_address = link is not None and link.is_elsewhere(email)
    if link is None:
        link = SpeakerLink(event=event, event_id=event.id, person=person, email=email.strip())
        link.token = tokens.token()
        db.session.add(link)
    elif other_address:
        link.token = tokens.token()
    link.email, link.language = email.strip(), language
    link.answer, link.asked_at, link.answered_at = Answer.PENDING, clock.now(), None
    db.session.flush()
    notices.notify_asked(link, text, other_address=other_address)
    return link


def ask(event: Event, person: Person, *, email: str, language: str, draft: Draft) -> SpeakerLink:
    """Ask a person on the programme, at this e-mail address, to confirm. Those already public stay public meanwhile."""
    link = link_for(event, person, email=email, language=language, text=draft)
    if person.id not in released.document(event).person_ids:
        programme.confirm_parts(event, person, confirmed=False)
    db.session.flush()
    return link


def answer(link: SpeakerLink, *, yes: bool) -> None:
    """Save the speaker's answer, for all parts at the event; it can be changed until the event is over."""
    _check_time(link)
    reread(link, "answer")
    link.answer = Answer.CONFIRMED if yes else Answer.DECLINED
    link.answered_at = clock.now()
    programme.confirm_parts(link.event, link.person, confirmed=yes)
    db.session.flush()
    notices.notify_of_changes(link)


def _check_time(link: SpeakerLink) -> None:
    if link.event.over:
        raise Refused(_("This event is over."))
    if link.event.status is EventStatus.CANCELLED:
        raise Refused(_("This event is cancelled."))


# What speakers change of their profile, beside the order of the name and the organization.
_OWN = ("family", "given", "honorific", "position", "biography", "links")


def profile_of(link: SpeakerLink) -> dict[str, Any]:
    """The values of the profile form: names, the position held when the event begins, biography, links and zone."""
    values = roster.profile_of(link.event, link.person, former=False)
    at: Organization | None = values["organization"]
    return {
        **{name: values[name] for name in _OWN},
        "order": values["order"].value,
        "organization": at.names if at else LocalizedText(),
        "zone": link.zone,
    }


def save_profile(link: SpeakerLink, typed: Mapping[str, Any], *, edit_token: str) -> None:
    """Save the speaker's own name, position, biography and links.

    If another event also knows the speaker, the change applies to this event only: the team chose who gets the link,
    and the pages of other events are not theirs to change. `edit_token` is that of the values that the form was made
    with (see core/stale_forms.py). Raises ProfileEditConflict if the team has changed one of them since, and Refused
    for links that are none.
    """
    _check_time(link)
    reread(link.person)
    _check_conflict(profile_of(link), typed, edit_token)
    if typed["zone"] and typed["zone"] not in zones():
        raise Refused(_("Choose a time zone from the list, such as Asia/Tokyo."), field="zone")
    if typed["organization"] and not typed["position"]:
        raise Refused(_("Also enter your position at this organization."), field="position")
    values = roster.profile_of(link.event, link.person, former=False)
    at: Organization | None = values["organization"]
    same = at is not None and at.names == typed["organization"]
    values |= {name: typed[name] for name in _OWN}
    values |= {
        "order": NameOrder(typed["order"]),
        "organization": at if same else organization(typed["organization"]),
    }
    if profiles.only_here(link.event, link.person):
        roster.save_shared(link.event, link.person, values, by=None)
    else:
        roster.save_for_event(link.event, link.person, values)
    link.zone = typed["zone"]
    db.session.flush()


def organization(names: LocalizedText) -> Organization | None:
    """The organization with one of these names, created if missing; None without a name."""
    return directory.known_or_new(names) if names else None


def talk_of(session: Session) -> dict[str, Any]:
    """The values of the form for a session's texts."""
    return {"title": session.title, "subtitle": session.subtitle, "abstract": session.abstract}


def own_session(link: SpeakerLink, code: str) -> Session | None:
    """A session whose texts the speaker may edit; None for those of others and for cancelled ones."""
    for session, part in queries.parts_of(link):
        if session.code == code and rules.may_write(part.role) and session.status is not SessionStatus.CANCELLED:
            return session
    return None


def save_talk(link: SpeakerLink, session: Session, typed: Mapping[str, Any], *, edit_token: str) -> None:
    """Save the texts of the speaker's own session, for the team to release. Raises ProfileEditConflict."""
    _check_time(link)
    reread(session)
    _check_conflict(talk_of(session), typed, edit_token)
    programme.save_session(
        link.event,
        session,
        title=typed["title"],
        kind=session.kind,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        rooms=session.rooms,
        track=session.track,
        seen_revision=session.revision,
        subtitle=typed["subtitle"],
        abstract=typed["abstract"],
    )


def _check_conflict(now: Mapping[str, Any], typed: Mapping[str, Any], edit_token: str) -> None:
    changed = stale_forms.compare(edit_token, now=now, typed=typed)
    if changed.theirs or changed.both:
        raise ProfileEditConflict(changed, now)

"""Telling those who speak what is new: found by comparing with what they were told, once a burst is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventapp.core.db import db
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.notifications import due
from eventapp.notifications import speaker_emails as emails
from eventapp.notifications import speakers as invitations
from eventapp.programme import queries as released
from eventapp.programme.published import Document
from eventapp.proposals import queries
from eventapp.proposals.models import SpeakerInvitation, SpeakerLink, SpeakerNews

_KEY = SpeakerNews.link_id


def expect(link: SpeakerLink) -> None:
    """The speaker has answered: their calendar should know."""
    due.expect(_KEY, [link.id])


def expect_all(event: Event) -> int:
    """All who would be told something are written to at once. Returns how many."""
    found = concerned(event, released.document(event))
    due.expect(_KEY, found, at_once=True)
    return len(found)


def notice(event: Event) -> int:
    """Find those to whom something about their sessions is new, and expect them. Returns how many."""
    found = concerned(event, released.document(event))
    due.expect(_KEY, found)
    return len(found)


def concerned(event: Event, document: Document) -> list[int]:
    """The links of those to whom something is new, if this is the programme that the public sees."""
    links = queries.links(event)
    if not links:
        return []
    known: dict[int, dict[str, SpeakerInvitation]] = {link.id: {} for link in links}
    rows = select(SpeakerInvitation).where(SpeakerInvitation.link_id.in_(known))
    for row in db.session.scalars(rows):
        known[row.link_id][row.code] = row
    joining = released.join_links(event)
    return [link.id for link in links if invitations.differs(link, known[link.id], document, joining)]


def adopt(event: Event) -> None:
    """Take what holds for told, for those who were asked before letters carried invitations."""
    for link in queries.links(event):
        invitations.remember(link, told_before=True)


def tell_due(*, limit: int = 200) -> int:
    """Write to those whose time has come and to whom something is new still. Returns the number of letters."""
    return due.tell(_KEY, _tell, limit=limit)


def _tell(number: int) -> bool:
    link = queries.locked_link(number)
    if link is None or not due.take(SpeakerNews, number):
        return False
    if link.event.status is EventStatus.DRAFT or link.event.over:
        return False
    items = invitations.issue(link)
    if not items:
        return False
    emails.news(link, items)
    return True


def waiting(event: Event) -> tuple[int, datetime | None]:
    """How many will be looked at, and when the first."""
    return due.waiting(_KEY, SpeakerLink.event_id == event.id, join=(SpeakerLink, SpeakerLink.id == _KEY))


def send_now(event: Event) -> None:
    """Do not wait for more changes."""
    due.at_once(_KEY, select(SpeakerLink.id).where(SpeakerLink.event_id == event.id))


def tell_nobody(event: Event) -> None:
    """The team finds it not worth a letter: what holds is taken for told. What was never told is told all the same."""
    query = select(SpeakerLink).join(SpeakerNews, SpeakerLink.id == _KEY).where(SpeakerLink.event_id == event.id)
    for link in db.session.scalars(query):
        if invitations.known_as_told(link):
            due.forget(_KEY, link.id)

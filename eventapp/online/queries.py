"""What somebody can join online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventapp.core import clock
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.online.rules import JoinState, JoinWindow, may_join
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.registration import session_queries
from eventapp.registration.models import Registration


@dataclass(frozen=True)
class Meeting:
    """An event, or one of its sessions, as one person can join it. `address` is secret until they do."""

    title: LocalizedText
    window: JoinWindow
    address: str
    session: PublishedSession | None = None

    @property
    def state(self) -> JoinState:
        """Whether it can be joined now."""
        return self.window.state(clock.now())


@dataclass(frozen=True)
class Meetings:
    """What one person can join: the event, and the sessions that have an address of their own, by time."""

    event: Meeting | None
    sessions: list[Meeting]


def meetings(registration: Registration) -> Meetings | None:
    """What a person can join; None if they may not join online. Up to three statements."""
    event = registration.event
    if not may_join(registration.status, registration.option.mode, for_all=event.join_for_all):
        return None
    whole = None
    if event.join_url:
        whole = Meeting(event.title, _window(event, event.starts_at, event.ends_at), event.join_url)
    return Meetings(whole, _sessions(registration))


def _sessions(registration: Registration) -> list[Meeting]:
    event = registration.event
    addresses = programme.join_links(event)
    if not addresses:
        return []
    found = [one for one in programme.document(event).listed if one.code in addresses and not one.cancelled]
    if any(one.capacity is not None for one in found):
        seats, _waiting = session_queries.of_person(registration)
        found = [one for one in found if one.capacity is None or one.id in seats]
    return [
        Meeting(one.title, _window(event, one.starts_at, one.ends_at), addresses[one.code], session=one)
        for one in found
    ]


def _window(event: Event, starts: datetime, ends: datetime) -> JoinWindow:
    return JoinWindow(
        starts, ends, event.join_minutes, timed=event.timed, off=event.status is not EventStatus.PUBLISHED
    )

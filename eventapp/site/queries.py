"""Everything the event page shows, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eventapp.attendance import queries as attendance
from eventapp.attendance.disclosure import PublicStatement
from eventapp.attendance.models import ReportedCount
from eventapp.blocks import queries as blocks
from eventapp.blocks.models import Block
from eventapp.events import queries as events
from eventapp.events.models import Event, EventHost, Theme, Venue
from eventapp.events.rules import EventStatus, HostRole
from eventapp.media import queries as media
from eventapp.media.queries import EventPictures
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.programme.queries import Speaker
from eventapp.proposals import queries as proposals
from eventapp.proposals.models import Call
from eventapp.registration import queries as registration
from eventapp.registration.admission import open_options
from eventapp.registration.models import AttendanceOption

BRIEF = 12  # sessions shown on the event page before "all sessions"
FACES = 8


@dataclass(frozen=True)
class EventPage:
    """The content of the event page."""

    event: Event
    themes: list[Theme]
    hosts: list[EventHost]
    venues: list[Venue]
    sessions: list[PublishedSession]
    speakers: list[Speaker]
    options: list[AttendanceOption]
    pictures: EventPictures
    editions: list[Event]
    blocks: list[Block]
    statement: PublicStatement | None
    reported_counts: list[ReportedCount]
    call: Call | None

    @property
    def lead_host(self) -> EventHost | None:
        """The first host, whom the head of the page names."""
        return next((one for one in self.hosts if one.role is HostRole.HOST), None)

    @property
    def has_directions(self) -> bool:
        """Whether more is known of the venues than the name of one."""
        return len(self.venues) > 1 or any(one.address or one.access or one.geo for one in self.venues)

    @property
    def can_register(self) -> bool:
        """Whether there is anything to register for now."""
        return bool(open_options(self.event, self.options))


def event_page(event: Event) -> EventPage:
    """Read the content of the event page with a constant number of queries."""
    sessions = programme.public_sessions(event)
    reported = attendance.reported_counts(event)
    return EventPage(
        event=event,
        themes=events.themes(event),
        hosts=events.hosts(event),
        venues=events.venues(event),
        sessions=sessions,
        speakers=programme.speakers(sessions),
        options=registration.options(event),
        pictures=media.pictures(event),
        editions=events.editions(event),
        blocks=blocks.of_event(event),
        statement=attendance.public_statement(event, reported),
        reported_counts=reported,
        call=proposals.open_call(event),
    )


MOST_DAYS = 4  # with more of them, the page names the first and the last


def hours_by_day(
    event: Event, days: Mapping[date, Sequence[PublishedSession]]
) -> list[tuple[date, datetime, datetime]]:
    """(day, from, until) of each day of an event with a published programme: from the start of its first session to the
    end of its last one. Empty if no hours are known, for one day, and for too many days to list.
    """
    if not event.timed or event.status is EventStatus.POSTPONED or len(days) > MOST_DAYS:
        return []
    found = []
    for day, sessions in days.items():
        times = [(one.starts_at, one.ends_at) for one in sessions if one.timed and not one.cancelled]
        if times:
            found.append((day, min(starts for starts, _ends in times), max(ends for _starts, ends in times)))
    return found if len(found) > 1 else []

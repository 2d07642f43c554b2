"""What public pages of an event lead to: its other pages, the registration, and seats in a session."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_pgettext
from eventapp.events.models import Event, Venue
from eventapp.events.rules import EventStatus
from eventapp.programme.models import Participation, Release, Session
from eventapp.programme.published import PublishedSession
from eventapp.registration import queries as registration
from eventapp.registration import session_queries
from eventapp.registration.admission import open_options
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Availability, SeatsLeft, seats_shown


@dataclass(frozen=True)
class EventLinks:
    """The links of an event: (endpoint, anchor, text, whether it is this page), and what one can register for now."""

    tabs: list[tuple[str, str, str, bool]]
    options: list[AttendanceOption]

    @property
    def waiting_only(self) -> bool:
        """Whether one can only join a waiting list."""
        return bool(self.options) and all(one.availability is Availability.WAITING_LIST for one in self.options)


# Built once: building a select takes longer than running it.
_parts = select(
    select(func.max(Release.number)).where(Release.event_id == bindparam("event")).scalar_subquery(),
    select(Participation.id).join(Session).where(Session.event_id == bindparam("event")).limit(1).scalar_subquery(),
    select(Venue.id).where(Venue.event_id == bindparam("event")).limit(1).scalar_subquery(),
)
_OVERVIEW = lazy_pgettext("event", "Overview")
_BELONG = {"programme.session": "programme.programme", "programme.speaker": "site.speakers"}


def event_links(event: Event, here: str | None, options: list[AttendanceOption] | None = None) -> EventLinks:
    """The links of an event on the page with the endpoint `here`, and what one can register for: of `options`, if the
    page has read them. One statement, and one for the options.
    """
    version, part, venue = db.session.execute(_parts, {"event": event.id}).one()
    here = _BELONG.get(here or "", here)
    shown = [
        ("site.event", "", str(_OVERVIEW), True),
        ("programme.programme", "", _("Programme"), version is not None),
        ("site.speakers", "", _("Speakers"), version is not None and part is not None),
        ("site.event", "venue", _("Venue"), venue is not None),
        ("programme.changelog", "", _("Updates"), version is not None and version > 1),
    ]
    tabs = [(at, anchor, text, at == here and not anchor) for at, anchor, text, there in shown if there]
    return EventLinks(tabs, _open_options(event, options))


def _open_options(event: Event, options: list[AttendanceOption] | None) -> list[AttendanceOption]:
    if event.status is not EventStatus.PUBLISHED or event.over:
        return []
    return open_options(event, registration.options(event) if options is None else options)


def session_seats(event: Event, session: PublishedSession) -> SeatsLeft | None:
    """The seats left in a session that has its own; None if people can't sign up for it (any more).

    As exact as those of the event: near the end only. One statement for a session with limited seats, else none.
    """
    limited = session.capacity is not None and not session.kind.is_break and not session.cancelled
    off = event.status is not EventStatus.PUBLISHED or session.starts_at <= clock.now()
    if not limited or off or session.capacity is None:
        return None
    taken = session_queries.seats_taken([session.id]).get(session.id, 0)
    return seats_shown(max(session.capacity - taken, 0))

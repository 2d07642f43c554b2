"""An agenda as a calendar: what is starred, what is not any more, and the events somebody is registered for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from eventapp.agenda import queries
from eventapp.agenda.models import Agenda, Star
from eventapp.calendars import entries, ics
from eventapp.calendars.answer import Wish
from eventapp.calendars.entries import Links, Voice
from eventapp.calendars.ics import CalendarHead, Entry, Status
from eventapp.calendars.queries import KEEP_GONE, EventRow, SessionRow, names_of
from eventapp.core import clock
from eventapp.core.languages import gettext as _
from eventapp.core.words import Said
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme.published import PublishedSession
from eventapp.registration import invitations
from eventapp.registration import queries as registrations


def calendar(agenda: Agenda, wish: Wish, *, page: str) -> bytes:
    """The feed of an agenda; an empty one is a calendar without entries. `page` is the address of the agenda's page."""
    found = queries.with_stars(agenda)
    names = names_of(session for _event, session, _star in found)
    registered = queries.registrations(agenda)
    joining = {
        (row.event_id, session.code): url for row in registered for session, url in registrations.online_sessions(row)
    }
    with wish.voice.speaking() as voice:
        rows = [
            _entry(
                event, SessionRow.of(session, names), star, voice, wish.links, joining.get((event.id, session.code), "")
            )
            for event, session, star in found
            if event.timed and _still_told(event, session, star)
        ]
        own = [invitations.entry(row, language=voice.language) for row in registered]
        # A UID may come once, and an hour before the other: sessions and registrations have UIDs of their own.
        rows = sorted([*rows, *own], key=lambda entry: (entry.starts, entry.uid))
        head = CalendarHead(
            name=Said(_("My agenda"), voice.shown),
            description=Said(_("Sessions and events that I have chosen"), voice.shown),
            url=page,
            source=wish.address,
            zone=_zone(rows),
            colour="crimson",
        )
        return ics.feed(head, rows, utc=wish.utc, alarm=wish.alarm)


def _still_told(event: Event, session: PublishedSession, star: Star) -> bool:
    """What is gone, from the programme or from the agenda, is told until a month after the event."""
    return (star.on and not session.gone) or clock.now() < event.ends_at + KEEP_GONE


def _entry(event: Event, session: SessionRow, star: Star, voice: Voice, links: Links, join_url: str) -> Entry:
    entry = entries.session_entry(session, EventRow.of(event), voice=voice, links=links, parent=False)
    entry = replace(entry, sequence=entry.sequence + star.toggles, revised=max(entry.revised, star.changed_at))
    if entry.status is Status.CANCELLED:
        return entry
    if star.on:
        if not join_url:
            return entry
        text = f"{_('Join here: %(address)s', address=join_url)}\n\n{entry.description.text}"
        described = Said(text, entry.description.language)
        return replace(entry, description=described, join_url=join_url, join_label=_("Join online"))
    title = session.title.say(voice.language)
    return replace(entry, status=Status.CANCELLED, summary=entries.marked(title, EventStatus.CANCELLED))


def _zone(rows: Iterable[Entry]) -> str:
    """The zone of the next entries: programs that show one zone per calendar take the first."""
    return next((entry.zone for entry in rows), "UTC")

"""An agenda as a calendar: its sessions, those removed from it, and the events that its owner is registered for.

It contains neither joining links nor links to the owner's registrations and speaker pages: an agenda is shown to
friends, and anyone with such a link can cancel. These links are only sent to the mailbox.

The sessions of an unpublished event remain as neutral cancelled entries (see feeds/unpublished.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from eventapp.agenda import queries
from eventapp.agenda.models import Agenda
from eventapp.agenda.queries import AgendaEntry, RemovedAgendaEntry
from eventapp.core import clock
from eventapp.core.languages import gettext as _
from eventapp.core.localized import ResolvedText
from eventapp.entries import build as entries
from eventapp.entries.locale import FeedLocale, Links
from eventapp.entries.names import names_at
from eventapp.entries.queries import venues_of
from eventapp.entries.rows import EventRow, SessionRow
from eventapp.events.rules import EventStatus
from eventapp.feeds import unpublished
from eventapp.feeds.answer import FeedOptions
from eventapp.feeds.queries import KEEP_REMOVED
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import CalendarHead, Entry, Status
from eventapp.notifications import attendees


def calendar(agenda: Agenda, options: FeedOptions, *, page: str) -> bytes:
    """The feed of an agenda; an empty one is a calendar without entries. `page` is the URL of the agenda's page."""
    contents = queries.contents(agenda, queries.speaking(agenda))
    found = [one for one in queries.agenda_entries(contents, timed=True) if _still_included(one)]
    removed_entries = queries.removed_entries(contents)
    names = names_at((one.event.id, one.session) for one in found)
    registered = queries.registrations(agenda)
    venues = {row.event_id: venues_of(row.event_id) for row in registered}
    with options.locale.active() as locale:
        rows = [_entry(one, SessionRow.of(one.session, names[one.event.id]), locale, options.links) for one in found]
        removed = [_removed_entry(one, locale) for one in removed_entries]
        own = [
            attendees.entry(row, language=locale.language, venues=venues[row.event_id], keys=False)
            for row in registered
        ]
        # All UIDs are distinct: registrations have their own, so they can't collide with sessions.
        rows = sorted([*rows, *removed, *own], key=lambda entry: (entry.starts, entry.uid))
        head = CalendarHead(
            name=ResolvedText(_("My agenda"), locale.shown),
            description=ResolvedText(_("Sessions and events that I have chosen"), locale.shown),
            url=page,
            source=options.address,
            zone=_zone(rows),
            colour="crimson",
        )
        return ics.feed(head, rows, utc=options.utc, alarm=options.alarm)


def _still_included(one: AgendaEntry) -> bool:
    """Whether to include a session: what is removed, from the programme or the agenda, stays until a month after the
    event.
    """
    return (one.on and not one.session.removed) or clock.now() < one.event.ends_at + KEEP_REMOVED


def _entry(one: AgendaEntry, session: SessionRow, locale: FeedLocale, links: Links) -> Entry:
    entry = entries.session_entry(session, EventRow.of(one.event), locale=locale, links=links, parent=False)
    entry = replace(
        entry,
        sequence=entry.sequence + one.steps,
        revised=max(entry.revised, one.star.changed_at) if one.star is not None else entry.revised,
    )
    if entry.status is Status.CANCELLED:
        return entry
    if not one.on:
        title = session.title.resolve(locale.language)
        return replace(entry, status=Status.CANCELLED, summary=entries.marked(title, EventStatus.CANCELLED))
    if one.part is not None:
        role = _("You: %(role)s", role=locale.label(one.part.role))
        entry = replace(
            entry, description=ResolvedText(f"{role}\n\n{entry.description.text}", entry.description.language)
        )
    return entry


def _removed_entry(one: RemovedAgendaEntry, locale: FeedLocale) -> Entry:
    """A cancelled entry as in the public calendars, with a SEQUENCE above what this agenda had before."""
    entry = unpublished.session_entry(one.session, one.row, locale=locale)
    return replace(entry, sequence=entry.sequence + one.steps)


def _zone(rows: Iterable[Entry]) -> str:
    """The zone of the next entries: apps that show one zone per calendar take the first."""
    return next((entry.zone for entry in rows), "UTC")

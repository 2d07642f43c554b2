"""What calendars say of an event that was public and is not any more: that it is off, and nothing else.

A page that is not found tells whoever looks. A calendar program keeps what it took, so its entries are cancelled, with
the UIDs they had and neutral words: no title, text, person or place, and the hours that were told last.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eventapp.calendars import queries, wiring
from eventapp.calendars.deadlines import LENGTH, shown_at
from eventapp.calendars.entries import Voice, own_entry, spanned
from eventapp.calendars.ics import CalendarHead, Entry, Status
from eventapp.calendars.queries import GoneRow
from eventapp.calendars.state import State
from eventapp.core.languages import gettext as _
from eventapp.core.words import Said
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.programme.published import PublishedSession


@events.leaving
def remember_deadlines(event: Event) -> None:
    """Keep the deadlines as calendars have them: the team goes on with them, and takes some away."""
    ends, precision = event.told_ends_at, event.told_precision
    assert ends is not None
    assert precision is not None
    event.told_deadlines = [
        {"uid": one.uid, "sequence": one.sequence, "at": shown_at(one, ends, precision).isoformat()}
        for one in wiring.deadlines_of(event.id)
    ]


def words(voice: Voice) -> Said:
    """What stands in place of every title."""
    return Said(_("Cancelled: no longer listed"), voice.shown)


def head(voice: Voice, *, source: str, zone: str) -> CalendarHead:
    """What the feed of such an event says of itself."""
    return CalendarHead(name=words(voice), description=Said("", voice.shown), url="", source=source, zone=zone)


def event_entry(row: GoneRow, *, voice: Voice, all_day: bool) -> Entry:
    """The event itself, as the days or hours that were told last."""
    return _entry(row.uid, row.sequence, row, *spanned(row), voice, all_day=all_day)


def entries(
    state: State,
    voice: Voice,
    *,
    span: bool = True,
    path: str = "",
    deadlines: bool = False,
) -> tuple[list[Entry], str]:
    """The entries of a withdrawn event, and its zone: itself, then its sessions as the public saw them last.

    `path` narrows them to a part, `span` is whether the feed has the event itself, `deadlines` whether it has those.
    """
    row = queries.gone_row(state)
    sessions = [one for one in queries.document(state).sessions if queries.is_in(one, path)]
    stands, all_day = own_entry(row, sessions=bool(sessions), span=span, hours=not path)
    found = [event_entry(row, voice=voice, all_day=all_day)] if stands else []
    for session in sessions:
        turned = replace(session, sequence=session.sequence + session.rise_in(path))
        found.append(session_entry(turned, row, voice=voice))
    for one in queries.told_deadlines(state.id or 0) if deadlines else ():
        at = datetime.fromisoformat(one["at"])
        found.append(_entry(one["uid"], one["sequence"] + row.sequence, row, at - LENGTH, at, voice))
    return found, row.zone


def session_entry(session: PublishedSession, row: GoneRow, *, voice: Voice) -> Entry:
    """One session, as the public saw it last."""
    return _entry(session.uid, session.sequence + row.sequence, row, session.starts_at, session.ends_at, voice)


def _entry(
    uid: str, sequence: int, row: GoneRow, starts: datetime, ends: datetime, voice: Voice, *, all_day: bool = False
) -> Entry:
    return Entry(
        uid=uid,
        sequence=sequence,
        revised=row.at,
        starts=starts,
        ends=ends,
        zone=row.zone,
        summary=words(voice),
        status=Status.CANCELLED,
        all_day=all_day,
        transparent=True,
    )

"""What calendars say of an event that was public and is not any more: that it is off, and nothing else.

A page that is not found tells whoever looks. A calendar program keeps what it took, so its entries are cancelled, with
the UIDs they had and neutral words: no title, text, person or place, and the hours that were told last.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from eventapp.calendars import queries
from eventapp.calendars.deadlines import LENGTH, Deadline
from eventapp.calendars.entries import Voice
from eventapp.calendars.ics import CalendarHead, Entry, Status
from eventapp.calendars.queries import GoneRow, Has
from eventapp.calendars.state import State
from eventapp.core import clock
from eventapp.core.languages import gettext as _
from eventapp.core.words import Said
from eventapp.programme.published import PublishedSession


def words(voice: Voice) -> Said:
    """What stands in place of every title."""
    return Said(_("Cancelled: no longer announced"), voice.shown)


def head(voice: Voice, *, source: str, zone: str) -> CalendarHead:
    """What the feed of such an event says of itself."""
    return CalendarHead(name=words(voice), description=Said("", voice.shown), url="", source=source, zone=zone)


def event_entry(row: GoneRow, *, voice: Voice) -> Entry:
    """The event itself, as the days that were told last."""
    last = row.ends_at - timedelta(microseconds=1)
    one_day = clock.local_day(row.starts_at, row.zone) == clock.local_day(last, row.zone)
    return _entry(row.uid, row.sequence, row, row.starts_at, row.ends_at, voice, all_day=not one_day)


def entries(
    state: State,
    voice: Voice,
    *,
    span: bool = True,
    wanted: Has | None = None,
    deadlines: Iterable[Deadline] = (),
) -> tuple[list[Entry], str]:
    """The entries of a withdrawn event, and its zone: itself, then its sessions as the public saw them last.

    `wanted` narrows them to a part, `span` is whether the feed has the event itself (one without sessions is itself).
    A deadline that was touched since is not told of: of its moments only the new one is known, which is not public, and
    one that was put in since can't be told from it. Whoever asked in between was told already.
    """
    row = queries.gone_row(state)
    sessions = [one for one in queries.document(state).sessions if wanted is None or wanted(one)]
    found = [event_entry(row, voice=voice)] if span or not (sessions or wanted) else []
    found += [session_entry(session, row, voice=voice) for session in sessions]
    found += [
        _entry(one.uid, one.sequence + row.sequence, row, one.at - LENGTH, one.at, voice)
        for one in deadlines
        if one.changed_at <= row.at
    ]
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

"""Calendar entries of an event that was public and no longer is: cancelled, with nothing else.

Its pages are 404. Calendar apps keep the entries that they have, so these are cancelled under their UIDs with neutral
texts: no title, description, person or venue, at the times last published.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eventapp.core.languages import gettext as _
from eventapp.core.localized import ResolvedText
from eventapp.entries.build import own_entry, spanned
from eventapp.entries.locale import FeedLocale
from eventapp.entries.queries import is_in
from eventapp.entries.rows import FormerEventRow
from eventapp.feeds import queries
from eventapp.feeds.deadlines import LENGTH
from eventapp.feeds.state import State
from eventapp.ical.vcalendar import CalendarHead, Entry, Status
from eventapp.programme.published import PublishedSession


def neutral_title(locale: FeedLocale) -> ResolvedText:
    """The title that replaces all others."""
    return ResolvedText(_("Cancelled: no longer listed"), locale.shown)


def head(locale: FeedLocale, *, source: str, zone: str) -> CalendarHead:
    """The title of such an event's feed."""
    return CalendarHead(
        name=neutral_title(locale), description=ResolvedText("", locale.shown), url="", source=source, zone=zone
    )


def event_entry(row: FormerEventRow, *, locale: FeedLocale, all_day: bool) -> Entry:
    """The event itself, at the days or hours last published."""
    return _entry(row.uid, row.sequence, row, *spanned(row), locale, all_day=all_day)


def entries(
    state: State,
    locale: FeedLocale,
    *,
    span: bool = True,
    path: str = "",
    deadlines: bool = False,
) -> tuple[list[Entry], str]:
    """The entries of an unpublished event, and its zone: itself, then its sessions as last published.

    `path` limits them to a part, `span` is whether the feed has the event itself, `deadlines` whether it has those.
    """
    row = queries.former_row(state)
    sessions = [one for one in queries.document(state).sessions if is_in(one, path)]
    included, all_day = own_entry(row, sessions=bool(sessions), span=span, hours=not path)
    found = [event_entry(row, locale=locale, all_day=all_day)] if included else []
    for session in sessions:
        turned = replace(session, sequence=session.sequence + session.rise_in(path))
        found.append(session_entry(turned, row, locale=locale))
    for one in queries.published_deadlines(state.id or 0) if deadlines else ():
        at = datetime.fromisoformat(one["at"])
        found.append(_entry(one["uid"], one["sequence"] + row.sequence, row, at - LENGTH, at, locale))
    return found, row.zone


def session_entry(session: PublishedSession, row: FormerEventRow, *, locale: FeedLocale) -> Entry:
    """One session, as last published."""
    return _entry(session.uid, session.sequence + row.sequence, row, session.starts_at, session.ends_at, locale)


def _entry(
    uid: str,
    sequence: int,
    row: FormerEventRow,
    starts: datetime,
    ends: datetime,
    locale: FeedLocale,
    *,
    all_day: bool = False,
) -> Entry:
    return Entry(
        uid=uid,
        sequence=sequence,
        revised=row.at,
        starts=starts,
        ends=ends,
        zone=row.zone,
        summary=neutral_title(locale),
        status=Status.CANCELLED,
        all_day=all_day,
        transparent=True,
    )

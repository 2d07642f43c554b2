"""Builds the calendar entries of an event and its sessions from rows, in one language.

Labels come from gettext, so the caller must set the interface language (see `FeedLocale.active`).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from eventapp.core import clock
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText, ResolvedText
from eventapp.directory.rules import full_name
from eventapp.entries.locale import FeedLocale, Links
from eventapp.entries.rows import EventRow, FormerEventRow, Programme, RoomRow, SessionRow, VenueRow
from eventapp.events.rules import EventFormat, EventStatus, Precision, when
from eventapp.ical import prose
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import CalendarHead, Entry, Status
from eventapp.programme.rules import ParticipationRole, SessionStatus, rank

# The CSS3 names closest to the colours of tracks in static/core/base.css.
TRACK_COLOURS = {
    1: "steelblue",
    2: "darkolivegreen",
    3: "saddlebrown",
    4: "purple",
    5: "teal",
    6: "indianred",
}


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))


def paragraphs(parts: Iterable[str]) -> str:
    """The non-empty parts, separated by empty lines."""
    return "\n\n".join(part for part in parts if part)


def marked(title: ResolvedText, status: EventStatus | SessionStatus) -> ResolvedText:
    """The title, marked if it does not take place as planned: Google shows neither STATUS nor colour."""
    if status in {EventStatus.CANCELLED, SessionStatus.CANCELLED}:
        return ResolvedText(_("Cancelled: %(title)s", title=title.text), title.language)
    if status is EventStatus.POSTPONED:
        return ResolvedText(_("Postponed: %(title)s", title=title.text), title.language)
    return title


def left(title: ResolvedText) -> ResolvedText:
    """The title of a session that takes place but has left the room, track or speaker of this calendar."""
    return ResolvedText(_("No longer in this calendar: %(title)s", title=title.text), title.language)


def status_of(event: EventStatus, session: SessionStatus | None = None) -> Status:
    """The STATUS of an entry: cancelled with the event, tentative while there is no new date."""
    if event is EventStatus.CANCELLED or session is SessionStatus.CANCELLED:
        return Status.CANCELLED
    return Status.TENTATIVE if event is EventStatus.POSTPONED else Status.CONFIRMED


def spanned(event: EventRow | FormerEventRow) -> tuple[datetime, datetime]:
    """Start and end of the event in a calendar: the whole month or year if no more is known."""
    if event.precision is Precision.DAY:
        return event.starts_at, event.ends_at
    first = clock.local_day(event.starts_at, event.zone)
    last = clock.last_day(event.ends_at, event.zone)
    if event.precision is Precision.YEAR:
        first, last = first.replace(month=1, day=1), last.replace(month=12, day=31)
    else:
        first, last = first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])
    noon = timedelta(hours=12)  # exists on every day in every zone
    return (
        clock.from_local(datetime.combine(first, datetime.min.time()) + noon, event.zone),
        clock.from_local(datetime.combine(last, datetime.min.time()) + noon, event.zone),
    )


def one_day(event: EventRow | FormerEventRow) -> bool:
    """Whether the event begins and ends on the same known day, in its own zone."""
    last = event.ends_at - timedelta(microseconds=1)
    same = clock.local_day(event.starts_at, event.zone) == clock.local_day(last, event.zone)
    return same and event.precision is Precision.DAY


# A longer event includes a night.
_SITTING = timedelta(hours=12)


def one_sitting(event: EventRow) -> bool:
    """Whether attendees are busy for all of it: one day, or an evening that continues past midnight.

    One entry can't express "Tuesday 09:30 to Wednesday 16:00, but not the night": if it is OPAQUE, Outlook, Google and
    Apple show its owner as busy all night. An entry for each day would need a UID for each, and some would be left over
    when the dates change. So an event over several days keeps its hours and its alarm and is TRANSPARENT (RFC 5545
    §3.8.2.7); the sessions that people have a seat or a part in are separate entries and block their hours.
    """
    return event.precision is Precision.DAY and (one_day(event) or event.ends_at - event.starts_at <= _SITTING)


def own_entry(event: EventRow | FormerEventRow, *, sessions: bool, span: bool, hours: bool) -> tuple[bool, bool]:
    """(whether the event itself is an entry among its sessions, whether as an all-day one); see `programme_entries`."""
    timed = one_day(event) and not sessions
    return (timed and hours) or (span and not timed), not timed


def event_place(
    event: EventRow, venues: Iterable[VenueRow], locale: FeedLocale
) -> tuple[ResolvedText, tuple[float, float] | None]:
    """The location of the event: its first venue; "Online" if it has none and needs none.

    Without `venues`, as in the calendar of all events, it is the name of the venue alone.
    """
    for venue in venues:
        name = venue.name.resolve(locale.language)
        return ResolvedText(_joined([name.text, venue.address.resolve(locale.language).text]), name.language), venue.geo
    if event.venue_name:
        return event.venue_name.resolve(locale.language), None
    return ResolvedText(_("Online") if event.format is EventFormat.ONLINE else "", locale.shown), None


def cancellation_note(event: EventRow, locale: FeedLocale) -> str:
    """The team's note on a cancelled or postponed event; empty for others."""
    off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    return prose.text(event.status_note.resolve(locale.language).text) if off else ""


def event_text(event: EventRow, locale: FeedLocale) -> ResolvedText:
    """The text of the event's entry: why it is cancelled or postponed, subtitle, purpose, description."""
    description = event.description.resolve(locale.language)
    known = ""
    if event.precision is not Precision.DAY:
        about = event.date_note.resolve(locale.language).text or when(
            event.starts_at, event.ends_at, event.zone, event.precision, locale.shown
        )
        known = _("Exact date not known: %(date)s", date=about)
    parts = [
        cancellation_note(event, locale),
        event.subtitle.resolve(locale.language).text,
        known,
        prose.text(event.purpose.resolve(locale.language).text),
        prose.text(description.text),
    ]
    return ResolvedText(paragraphs(parts), description.language)


def event_entry(
    event: EventRow, venues: Iterable[VenueRow], *, locale: FeedLocale, links: Links, all_day: bool
) -> Entry:
    """The event as one entry: a transparent span of days, or its hours."""
    starts, ends = spanned(event)
    place, geo = event_place(event, venues, locale)
    url = links.event(event.slug)
    text = event_text(event, locale)
    status = status_of(event.status)
    if event.precision is not Precision.DAY and status is Status.CONFIRMED:
        status = Status.TENTATIVE
    return Entry(
        uid=event.uid,
        sequence=event.sequence,
        revised=event.updated_at,
        starts=starts,
        ends=ends,
        zone=event.zone,
        summary=marked(event.title.resolve(locale.language), event.status),
        description=ResolvedText(paragraphs([text.text, url]), text.language),
        location=place,
        geo=geo,
        url=url,
        categories=(locale.label(event.kind),),
        status=status,
        all_day=all_day,
        transparent=True,
    )


def session_place(
    session: SessionRow, event: EventRow, locale: FeedLocale
) -> tuple[ResolvedText, tuple[float, float] | None]:
    """The location of a session, with coordinates: its rooms and their venues, else the event's place."""
    rooms: list[RoomRow] = session.rooms
    if not rooms:
        if event.format is EventFormat.ONLINE:
            return ResolvedText(_("Online"), locale.shown), None
        return event.venue_name.resolve(locale.language), None
    names = [room.name.resolve(locale.language) for room in rooms]
    venues = [room.venue for room in rooms if room.venue is not None]
    parts = [name.text for name in names]
    parts += [
        part
        for venue in venues
        for part in (venue.name.resolve(locale.language).text, venue.address.resolve(locale.language).text)
    ]
    geo = next((venue.geo for venue in venues if venue.geo), None)
    return ResolvedText(_joined(parts), names[0].language), geo


def _people(session: SessionRow, locale: FeedLocale) -> str:
    named: dict[ParticipationRole, list[str]] = {}
    for part in sorted(session.people, key=lambda part: rank(part.role)):
        name = full_name(part.family, part.given, part.order, locale.language).text
        if name:
            named.setdefault(part.role, []).append(name)
    return "\n".join(f"{locale.label(role)}: {locale.listing(names)}" for role, names in named.items())


def _spoken(session: SessionRow, locale: FeedLocale) -> str:
    lines = []
    if session.spoken:
        lines.append(_("Languages: %(languages)s", languages=locale.spoken_names(session.spoken)))
    if session.interpreted:
        lines.append(_("Interpreted into: %(languages)s", languages=locale.spoken_names(session.interpreted)))
    return "\n".join(lines)


def session_entry(
    session: SessionRow, event: EventRow, *, locale: FeedLocale, links: Links, parent: bool = True
) -> Entry:
    """A scheduled session as an entry.

    Its SEQUENCE is the sum of its own and the event's: neither ever falls, and cancelling or postponing the event
    changes the STATUS of every session.
    """
    place, geo = session_place(session, event, locale)
    url = links.session(event.slug, session.code)
    abstract = session.abstract.resolve(locale.language)
    off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    text = [
        cancellation_note(event, locale),
        "" if session.timed else _("The time is still to be announced."),
        prose.text(abstract.text),
        _people(session, locale),
        _spoken(session, locale),
        url,
    ]
    shown = SessionStatus.CANCELLED if session.cancelled else event.status if off else session.status
    if session.undated and event.status is not EventStatus.CANCELLED:
        shown = EventStatus.POSTPONED
    return Entry(
        uid=session.uid,
        sequence=session.sequence + event.sequence,
        revised=max(session.updated_at, event.updated_at) if off else session.updated_at,
        starts=session.starts_at,
        ends=session.ends_at,
        zone=event.zone,
        summary=left(session.title.resolve(locale.language))
        if session.left
        else marked(session.title.resolve(locale.language), shown),
        description=ResolvedText(paragraphs(text), abstract.language),
        location=place,
        geo=geo,
        url=url,
        categories=tuple(filter(None, [session.track.resolve(locale.language).text, locale.label(session.kind)])),
        status=Status.CANCELLED if session.undated or session.left else status_of(event.status, session.status),
        all_day=not session.timed,
        transparent=session.kind.is_break or not session.timed,
        colour=TRACK_COLOURS.get(session.colour or 0, ""),
        parent_uid=event.uid if parent else "",
    )


def programme_entries(
    programme: Programme,
    *,
    locale: FeedLocale,
    links: Links,
    span: bool = True,
    hours: bool = True,
    image: tuple[str, str] = ics.NO_IMAGE,
) -> list[Entry]:
    """The event as a `span` of days, then its sessions by time.

    A one-day event without sessions is shown with its own `hours` instead, even without a span, or the calendar would
    be empty. `image` is the URL of a picture with its media type.
    """
    event = programme.event
    included, all_day = own_entry(event, sessions=bool(programme.sessions), span=span, hours=hours)
    first = []
    if included:
        shown = event_entry(event, programme.venues, locale=locale, links=links, all_day=all_day)
        first = [replace(shown, image=image)]
    rows = [session_entry(one, event, locale=locale, links=links, parent=bool(first)) for one in programme.sessions]
    return first + rows


def events_entries(events: Iterable[EventRow], *, locale: FeedLocale, links: Links) -> list[Entry]:
    """One entry per event. Events without a known date are left out: a bar over a whole year would be in the way."""
    return [
        event_entry(event, (), locale=locale, links=links, all_day=not one_day(event))
        for event in events
        if event.precision is Precision.DAY
    ]


def programme_head(
    programme: Programme, *, locale: FeedLocale, links: Links, source: str, part: LocalizedText | None = None
) -> CalendarHead:
    """The title and description of an event's feed; `part` names the track, room or speaker that it is limited to."""
    event = programme.event
    description = next(
        (w.resolve(locale.language) for w in (event.subtitle, event.purpose) if w), ResolvedText("", locale.language)
    )
    name = marked(event.title.resolve(locale.language), event.status)
    if part:
        name = ResolvedText(
            _("%(part)s: %(event)s", part=part.resolve(locale.language).text, event=name.text), name.language
        )
    return CalendarHead(
        name=name,
        description=ResolvedText(prose.text(description.text), description.language),
        url=links.event(event.slug),
        source=source,
        zone=event.zone,
        colour="navy",
    )

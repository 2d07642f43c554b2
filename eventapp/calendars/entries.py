"""What a calendar says of an event and its sessions: rows in, entries of the writer out, in one language.

Labels come from gettext, so a caller sets the interface language around these functions (see `speaking`).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from eventapp.calendars import prose
from eventapp.calendars.ics import CalendarHead, Entry, Status
from eventapp.calendars.queries import EventRow, Programme, RoomRow, SessionRow, Venue
from eventapp.core import clock, languages
from eventapp.core.languages import gettext as _
from eventapp.core.words import Said
from eventapp.directory.rules import full_name
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.programme.rules import ParticipationRole, SessionStatus, rank


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Labels in the language, or in English where the interface does not speak it."""
    base = language.split("-")[0]
    with languages.force_locale(base if base in languages.INTERFACE else "en"):
        yield


@dataclass(frozen=True)
class Links:
    """Absolute addresses of what a calendar points to. `query` keeps the language that was asked for."""

    base_url: str
    query: str = ""

    @classmethod
    def of(cls, base_url: str, *, language: str | None) -> Links:
        return cls(base_url, f"?{urlencode({'lang': language})}" if language else "")

    def event(self, slug: str) -> str:
        return f"{self.base_url}/events/{quote(slug)}{self.query}"

    def session(self, slug: str, code: str) -> str:
        return f"{self.base_url}/events/{quote(slug)}/sessions/{quote(code)}{self.query}"


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def marked(title: Said, status: EventStatus | SessionStatus) -> Said:
    """A title that says when something does not take place as planned: Google shows neither STATUS nor colour."""
    if status in {EventStatus.CANCELLED, SessionStatus.CANCELLED}:
        return Said(_("Cancelled: %(title)s", title=title.text), title.language)
    if status is EventStatus.POSTPONED:
        return Said(_("Postponed: %(title)s", title=title.text), title.language)
    return title


def status_of(event: EventStatus, session: SessionStatus | None = None) -> Status:
    """STATUS of an entry: cancelled with the event, tentative while there is no new date."""
    if event is EventStatus.CANCELLED or session is SessionStatus.CANCELLED:
        return Status.CANCELLED
    return Status.TENTATIVE if event is EventStatus.POSTPONED else Status.CONFIRMED


def span(event: EventRow) -> tuple[datetime, datetime]:
    """From when to when the event is drawn: all of the month or year where no more is known."""
    if event.precision is Precision.DAY:
        return event.starts_at, event.ends_at
    first = clock.local_day(event.starts_at, event.zone)
    last = clock.local_day(event.ends_at - timedelta(microseconds=1), event.zone)
    if event.precision is Precision.YEAR:
        first, last = first.replace(month=1, day=1), last.replace(month=12, day=31)
    else:
        first, last = first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])
    noon = timedelta(hours=12)  # exists on every day in every zone
    return (
        clock.from_local(datetime.combine(first, datetime.min.time()) + noon, event.zone),
        clock.from_local(datetime.combine(last, datetime.min.time()) + noon, event.zone),
    )


def one_day(event: EventRow) -> bool:
    """Whether the event begins and ends on the same known day at its place."""
    last = event.ends_at - timedelta(microseconds=1)
    same = clock.local_day(event.starts_at, event.zone) == clock.local_day(last, event.zone)
    return same and event.precision is Precision.DAY


def event_place(event: EventRow, venues: Iterable[Venue], language: str) -> tuple[Said, tuple[float, float] | None]:
    """Where the event is: its first venue, else its place, else "Online"."""
    for venue in venues:
        name = venue.name.say(language)
        return Said(_joined([name.text, venue.address.say(language).text]), name.language), venue.geo
    place = event.place.say(language)
    if not place.text and event.format is EventFormat.ONLINE:
        return Said(_("Online"), languages_spoken(language)), None
    return place, None


def languages_spoken(language: str) -> str:
    """The language that labels come in for a reader of `language`."""
    base = language.split("-")[0]
    return base if base in languages.INTERFACE else "en"


def event_text(event: EventRow, language: str) -> Said:
    """What the event says of itself: why it is off, its subtitle, what for, and what happens."""
    said = event.description.say(language)
    off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    known = ""
    if event.precision is not Precision.DAY:
        about = event.date_note.say(language).text or languages_when(event, language)
        known = _("The exact date is not given: %(date)s", date=about)
    parts = [
        prose.text(event.status_note.say(language).text) if off else "",
        event.subtitle.say(language).text,
        known,
        prose.text(event.purpose.say(language).text),
        prose.text(said.text),
    ]
    return Said(_paragraphs(parts), said.language)


def languages_when(event: EventRow, language: str) -> str:
    """The month or the year in words."""
    day = clock.local_day(event.starts_at, event.zone)
    return languages.month(day, language) if event.precision is Precision.MONTH else str(day.year)


def event_entry(event: EventRow, venues: Iterable[Venue], *, language: str, links: Links, all_day: bool) -> Entry:
    """The event as one entry: a transparent span of days, or its hours."""
    starts, ends = span(event)
    place, geo = event_place(event, venues, language)
    url = links.event(event.slug)
    text = event_text(event, language)
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
        summary=marked(event.title.say(language), event.status),
        description=Said(_paragraphs([text.text, url]), text.language),
        location=place,
        geo=geo,
        url=url,
        categories=(event.kind.label,),
        status=status,
        all_day=all_day,
        transparent=True,
    )


def _session_place(session: SessionRow, event: EventRow, language: str) -> tuple[Said, tuple[float, float] | None]:
    rooms: list[RoomRow] = session.rooms
    if not rooms:
        if event.format is EventFormat.ONLINE:
            return Said(_("Online"), languages_spoken(language)), None
        return event.place.say(language), None
    names = [room.name.say(language) for room in rooms]
    venues = [room.venue for room in rooms if room.venue is not None]
    parts = [name.text for name in names]
    parts += [part for venue in venues for part in (venue.name.say(language).text, venue.address.say(language).text)]
    geo = next((venue.geo for venue in venues if venue.geo), None)
    return Said(_joined(parts), names[0].language), geo


def _people(session: SessionRow, language: str) -> str:
    named: dict[ParticipationRole, list[str]] = {}
    for part in sorted(session.people, key=lambda part: rank(part.role)):
        name = full_name(part.family, part.given, part.order, language).text
        if name:
            named.setdefault(part.role, []).append(name)
    return "\n".join(
        f"{role.label}: {names[0] if len(names) == 1 else languages.listing(names, languages_spoken(language))}"
        for role, names in named.items()
    )


def _tongues(session: SessionRow, language: str) -> str:
    shown = languages_spoken(language)
    lines = []
    if session.spoken:
        names = languages.listing([languages.language_name(tag, shown) for tag in session.spoken], shown)
        lines.append(_("Spoken: %(languages)s", languages=names))
    if session.interpreted:
        names = languages.listing([languages.language_name(tag, shown) for tag in session.interpreted], shown)
        lines.append(_("Interpreted: %(languages)s", languages=names))
    return "\n".join(lines)


def session_entry(session: SessionRow, event: EventRow, *, language: str, links: Links, parent: bool = True) -> Entry:
    """A scheduled session as an entry.

    Its SEQUENCE is the sum of its own and the event's: neither ever falls, and cancelling or postponing the event
    changes the STATUS of every session.
    """
    place, geo = _session_place(session, event, language)
    url = links.session(event.slug, session.code)
    abstract = session.abstract.say(language)
    off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    note = prose.text(event.status_note.say(language).text) if off else ""
    text = [note, prose.text(abstract.text), _people(session, language), _tongues(session, language), url]
    worse = event.status if off else session.status
    return Entry(
        uid=session.uid,
        sequence=session.sequence + event.sequence,
        revised=max(session.updated_at, event.updated_at) if off else session.updated_at,
        starts=session.starts_at,
        ends=session.ends_at,
        zone=event.zone,
        summary=marked(session.title.say(language), session.status if session.cancelled else worse),
        description=Said(_paragraphs(text), abstract.language),
        location=place,
        geo=geo,
        url=url,
        categories=tuple(filter(None, [session.track.say(language).text, session.kind.label])),
        status=status_of(event.status, session.status),
        transparent=session.kind.pause,
        parent_uid=event.uid if parent else "",
    )


def programme_entries(programme: Programme, *, language: str, links: Links) -> list[Entry]:
    """The event as a span of days, then its sessions by time; without sessions a day's event with its hours."""
    event = programme.event
    all_day = bool(programme.sessions) or not one_day(event)
    first = event_entry(event, programme.venues, language=language, links=links, all_day=all_day)
    return [first, *(session_entry(one, event, language=language, links=links) for one in programme.sessions)]


def events_entries(events: Iterable[EventRow], *, language: str, links: Links) -> list[Entry]:
    """One entry per event. One whose day is not known is left out: a bar over a year would be in everybody's way."""
    return [
        event_entry(event, (), language=language, links=links, all_day=not one_day(event))
        for event in events
        if event.precision is Precision.DAY
    ]


def programme_head(programme: Programme, *, language: str, links: Links, source: str) -> CalendarHead:
    """What the feed of an event says of itself."""
    event = programme.event
    said = next((w.say(language) for w in (event.subtitle, event.purpose) if w), Said("", language))
    return CalendarHead(
        name=marked(event.title.say(language), event.status),
        description=Said(prose.text(said.text), said.language),
        url=links.event(event.slug),
        source=source,
        zone=event.zone,
        colour="navy",
    )

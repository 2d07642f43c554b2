"""The cards that other sites show for links to a session and to a speaker."""

from __future__ import annotations

from eventapp.core.clock import local_day
from eventapp.core.languages import clock_span, day, listing
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import ShownPerson
from eventapp.events.models import Event
from eventapp.media import cards
from eventapp.media.cards import CardFacts
from eventapp.media.models import Photo
from eventapp.programme.published import PublishedSession


def of_session(event: Event, session: PublishedSession, *, cover: Photo | None, language: str) -> CardFacts:
    """The card of a session: when, where, and with whom."""
    when = event.when(language)
    if event.timed and session.starts_at is not None:
        on = day(local_day(session.starts_at, event.zone), language)
        hours = clock_span(session.starts_at, session.ends_at, event.zone, language)
        when = f"{on} {hours}" if session.timed else on
    rooms = listing([room.name.resolve(language).text for room in session.rooms], language)
    people = [part.person.name(language).text for part in session.spoken_by if part.person is not None]
    lines = [when, rooms, listing(people[:3], language)]
    kicker = event.title.resolve(language).text
    return cards.facts(
        event.cover_style, title=session.title, kicker=kicker, lines=lines, picture=cover, language=language
    )


def of_speaker(event: Event, person: ShownPerson, *, photo: Photo | None, language: str) -> CardFacts:
    """The card of a speaker: the position on the day of the event, and the event."""
    held = person.position_on(event.first_day)
    position = ""
    if held is not None and not held[1]:
        at = held[0].organization
        parts = [held[0].title.resolve(language).text, at.names.resolve(language).text if at else ""]
        position = listing_of(parts, language)
    names = {tag: person.name(tag).text for tag in (language, *person.family, *person.given)}
    lines = [position, event.when(language)]
    kicker = event.title.resolve(language).text
    return cards.facts(
        event.cover_style, title=LocalizedText(names), kicker=kicker, lines=lines, picture=photo, language=language
    )


def listing_of(parts: list[str], language: str) -> str:
    """A title and an organization in one line."""
    return ("　" if language == "ja" else ", ").join(reversed(parts) if language == "ja" else parts).strip("　, ")

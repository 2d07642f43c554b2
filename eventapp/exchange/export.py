"""The programme of an event as a file of one of the formats."""

from __future__ import annotations

from eventapp.calendars import entries, ics
from eventapp.calendars import queries as calendars
from eventapp.calendars.entries import Links, Voice
from eventapp.core.clock import local_day
from eventapp.core.links import base_url
from eventapp.events.models import Event
from eventapp.exchange import outgoing, queries, write_csv, write_json, write_xml
from eventapp.exchange.outgoing import Head

TYPES = {
    "xml": "application/xml; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


def written(event: Event, format: str, *, language: str, draft: bool = False) -> bytes:
    """The file, in a language for its texts; `draft` is for the team: it holds what is not public yet."""
    if format == "ics":
        return _calendar(event, language)
    document = queries.document(event, draft=draft)
    people = queries.named(document)
    head = Head(
        slug=event.slug,
        title=event.title.say(language).text,
        url=f"{base_url()}/events/{event.slug}",
        zone=event.zone,
        first=event.first_day,
        last=local_day(event.ends_at, event.zone),
        day_starts=event.day_starts,
        version="draft" if draft else "0",
        language=language,
    )
    if format == "csv":
        return write_csv.write(head, document, people, event.languages)
    schedule = outgoing.schedule(head, document, people)
    return write_xml.write(schedule) if format == "xml" else write_json.write(schedule)


def _calendar(event: Event, language: str) -> bytes:
    """What is public: calendars have no drafts."""
    programme = calendars.programme(event.id)
    links = Links.of(base_url(), language=language)
    with Voice(language).speaking() as voice:
        head = entries.programme_head(
            programme, voice=voice, links=links, source=f"{base_url()}/events/{event.slug}/calendar.ics"
        )
        return ics.feed(head, entries.programme_entries(programme, voice=voice, links=links))

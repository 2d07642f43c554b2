"""Exports the programme of an event in one of the formats."""

from __future__ import annotations

import hashlib

from eventapp.core.links import base_url
from eventapp.entries import build as entries
from eventapp.entries.locale import FeedLocale, Links
from eventapp.events.models import Event
from eventapp.exchange import outgoing, queries, write_csv, write_json, write_xml
from eventapp.exchange.outgoing import Head
from eventapp.exchange.queries import ExportState
from eventapp.feeds import queries as feeds
from eventapp.feeds import state as calendar_state
from eventapp.ical import vcalendar as ics

UNNAMED = "not named yet"

TYPES = {
    "xml": "application/xml; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


def written(event: Event, format: str, *, language: str, state: ExportState = ExportState.PUBLIC) -> bytes:
    """The file, with its texts in a language. States other than PUBLIC are for the team only; calendars are always
    public.
    """
    if format == "ics":
        return _calendar(event, language)
    document = queries.document(event, state)
    people = queries.named(event, document)
    head = Head(
        slug=event.slug,
        title=event.title.resolve(language).text,
        url=f"{base_url()}/events/{event.slug}",
        zone=event.zone,
        first=event.first_day,
        last=event.last_day,
        day_starts=event.day_starts,
        version=UNNAMED,
        language=language,
    )
    if format == "csv":
        return write_csv.write(head, document, people, event.languages)
    schedule = outgoing.schedule(head, document, people)
    return _versioned(write_xml.write(schedule) if format == "xml" else write_json.write(schedule))


def _versioned(body: bytes) -> bytes:
    """Replace the version by a digest of the content: it changes with the content, and is the same wherever it is
    imported.

    The release number would change with an import, even if nothing in the file has changed.
    """
    return body.replace(UNNAMED.encode(), hashlib.sha256(body).hexdigest()[:8].encode(), 1)


def _calendar(event: Event, language: str) -> bytes:
    """The public programme: calendars have no drafts."""
    state = calendar_state.state(event.slug)
    assert state is not None, "the event was read a moment ago"
    programme = feeds.programme(state)
    links = Links.of(base_url(), language=language)
    with FeedLocale(language).active() as locale:
        head = entries.programme_head(
            programme, locale=locale, links=links, source=f"{base_url()}/events/{event.slug}/calendar.ics"
        )
        return ics.feed(head, entries.programme_entries(programme, locale=locale, links=links))

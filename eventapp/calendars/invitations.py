"""The calendar file that goes with a letter about somebody's registration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from eventapp.calendars import entries, ics, prose
from eventapp.calendars.ics import Method, Status
from eventapp.calendars.queries import EventRow, Venue
from eventapp.core.languages import gettext as _
from eventapp.core.words import Said
from eventapp.events.models import Event, Site
from eventapp.events.rules import EventStatus, Precision


def confirmation(event: Event, **values: Any) -> bytes:
    """The event as it stands for one registration (see `entry_of`): METHOD:PUBLISH, one VEVENT."""
    return ics.single(entry_of(event, **values), method=Method.PUBLISH)


def entry_of(
    event: Event,
    *,
    uid: str,
    sequence: int,
    language: str,
    tentative: bool,
    join_url: str,
    self_service_url: str,
    stamp: datetime,
    base_url: str,
    cancelled: bool = False,
    sites: Iterable[Site] = (),
) -> ics.Entry:
    """The event as it stands for one registration, with the registration's own UID.

    `sequence` and `stamp` (aware) are the registration's; what rises when the event changes is added here, so that
    a later letter always replaces the entry. `tentative` is for a waiting list or a pending approval. A `join_url`
    is written for the person alone. The first of the `sites` tells where to go; without one the event's place does.
    Pure: neither database nor Flask is asked.
    """
    row = EventRow.of(event)
    links = entries.Links.of(base_url, language=language)
    with entries.Voice(language).speaking() as voice:
        status = entries.status_of(event.status)
        if cancelled:
            status = Status.CANCELLED
        elif tentative and status is Status.CONFIRMED:
            status = Status.TENTATIVE
        gone = status is Status.CANCELLED
        starts, ends = entries.span(row)
        place, geo = entries.event_place(row, map(Venue.of, sites), voice)
        if join_url and not gone:
            place = Said(_("Online"), voice.shown)
            geo = None
        title = event.title.say(language)
        summary = entries.marked(title, EventStatus.CANCELLED if gone else event.status)
        if tentative and not gone and event.status is not EventStatus.POSTPONED:
            summary = Said(_("Not confirmed: %(title)s", title=title.text), title.language)
        off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        lines = [
            prose.text(event.status_note.say(language).text) if off else "",
            event.subtitle.say(language).text,
            _("Join here: %(address)s", address=join_url) if join_url and not gone else "",
            _("Your registration: %(address)s", address=self_service_url) if self_service_url else "",
            _("The event's page: %(address)s", address=links.event(event.slug)),
        ]
        return ics.Entry(
            uid=uid,
            sequence=sequence + event.sequence,
            revised=max(stamp, event.updated_at),
            starts=starts,
            ends=ends,
            zone=event.zone,
            summary=summary,
            description=Said("\n\n".join(line for line in lines if line), voice.shown),
            location=place,
            geo=geo,
            url=self_service_url or links.event(event.slug),
            categories=(voice.label(event.kind),),
            status=status,
            all_day=event.precision is not Precision.DAY,
            transparent=event.precision is not Precision.DAY,
            join_url=join_url,
            join_label=_("Join online"),
        )

"""Until when one can register, or propose a session, as entries of a calendar that asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText, ResolvedText
from eventapp.entries.build import marked, off_note, paragraphs, status_of
from eventapp.entries.locale import Links, Voice
from eventapp.entries.rows import EventRow
from eventapp.events.rules import EventStatus, Precision
from eventapp.ical.vcalendar import Entry, Status
from eventapp.programme.rules import Mode

# So long before the closing the entry begins: an entry without length is drawn as a hairline, or not at all.
LENGTH = timedelta(minutes=30)


class Closing(StrEnum):
    """What closes."""

    REGISTRATION = "registration"
    PROPOSALS = "proposals"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A closing moment (`at`, aware) that the public sees; `gone` where there was one and is none any more.

    `title` and `mode` are the attendance option's. `sequence` is that of RFC 5546 §2.1.4, for this entry alone.
    """

    uid: str
    sequence: int
    changed_at: datetime
    at: datetime
    kind: Closing
    title: LocalizedText
    mode: Mode | None = None
    gone: bool = False


def was_told(closes_at: datetime | None, changed_at: datetime, announced_at: datetime | None) -> bool:
    """Whether calendars speak of a closing: of every one there is, and of one that was taken away in public."""
    return closes_at is not None or (announced_at is not None and changed_at > announced_at)


def shown_at(deadline: Deadline, ends_at: datetime, precision: Precision) -> datetime:
    """The moment that calendars show. Nobody can register when the event is over, whatever its options say."""
    return min(deadline.at, ends_at) if precision is Precision.DAY else deadline.at


def deadline_entry(deadline: Deadline, event: EventRow, *, voice: Voice, links: Links) -> Entry:
    """A transparent half hour that ends at the closing, and rings for those who want to be reminded.

    Its SEQUENCE is the sum of its own and the event's, as a session's is.
    """
    at = shown_at(deadline, event.ends_at, event.precision)
    title = event.title.resolve(voice.language)
    if deadline.kind is Closing.REGISTRATION:
        url = links.register(event.slug)
        option = deadline.title.resolve(voice.language).text or (deadline.mode.label if deadline.mode else "")
        said = _("Registration closes: %(option)s – %(event)s", option=option, event=title.text)
    else:
        url = links.propose(event.slug)
        said = _("Call for speakers closes: %(event)s", event=title.text)
    status = Status.CANCELLED if deadline.gone else status_of(event.status)
    shown = EventStatus.CANCELLED if deadline.gone else event.status
    return Entry(
        uid=deadline.uid,
        sequence=deadline.sequence + event.sequence,
        revised=max(deadline.changed_at, event.updated_at),
        starts=at - LENGTH,
        ends=at,
        zone=event.zone,
        summary=marked(ResolvedText(said, voice.shown), shown),
        description=ResolvedText(paragraphs([off_note(event, voice), url]), voice.shown),
        url=url,
        categories=(_("Deadline"),),
        status=status,
        transparent=True,
        rings=True,
    )

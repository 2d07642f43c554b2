"""Calendar entries for one person: the event or a session as it stands for them, to send (RFC 6047) or to keep."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from eventapp.calendars import entries, ics, prose, told
from eventapp.calendars.entries import Links, Voice
from eventapp.calendars.ics import Entry, Method, Party, Status
from eventapp.calendars.models import Told
from eventapp.calendars.queries import EventRow, SessionRow, Venue
from eventapp.calendars.told import Facts
from eventapp.core.languages import gettext as _
from eventapp.core.words import Said, Words
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision
from eventapp.mail.operations import CalendarFile

T = TypeVar("T", bound=Told)


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Whom an entry is for: language of its words, link to join or empty, and the address of their own page.

    `online`: wherever the event is, they do not go there. `tentative` is for a waiting list or a pending approval.
    """

    language: str
    online: bool = False
    join_url: str = ""
    page: str = ""
    tentative: bool = False
    cancelled: bool = False


@dataclass(frozen=True)
class Item:
    """One entry that is new or different to somebody: what they knew (None: nothing), what holds, and the file.

    `code` is a session's, or empty for the event. `given_up`: it takes place without this person; `gone`: it is off the
    programme. Without a file nothing of it was ever put into their calendar. `link` is theirs to join.
    """

    code: str
    title: Words
    before: Facts | None
    after: Facts
    file: CalendarFile | None = None
    given_up: bool = False
    gone: bool = False
    link: str = ""


def differences(
    now: Mapping[str, Facts], known: Mapping[str, T], *, anew: Collection[str] = ()
) -> Iterator[tuple[str, T | None, Facts]]:
    """(code, row, facts) of each entry whose facts are not those that were told; `anew` are told in any case.

    What was told and is not among what holds now has been given up.
    """
    for code in {**now, **known}:
        row = known.get(code)
        after = now.get(code) or told.given_up(known[code].said)
        if row is None or row.mark != after.mark or code in anew:
            yield code, row, after


def party(sender: tuple[str, str]) -> Party:
    """ORGANIZER of all invitations: the sender of the letters, for answers go where the mail came from (RFC 6047)."""
    email, name = sender
    return Party(email=email, name=name)


def file_name(event: Event, code: str) -> str:
    """What the file of an entry is called."""
    return f"{event.slug}-{code}.ics" if code else f"{event.slug}.ics"


def file(entry: Entry, *, organizer: Party, attendee: Party, name: str) -> CalendarFile:
    """The entry as an invitation by mail: REQUEST, or CANCEL for what does not take place for this person.

    One VEVENT with ORGANIZER and the one ATTENDEE whom the letter goes to (RFC 5546 §3.2.2, §3.2.5).
    """
    method = Method.CANCEL if entry.status is Status.CANCELLED else Method.REQUEST
    invited = replace(entry, organizer=organizer, attendees=(attendee,))
    return CalendarFile(name, method.value, ics.single(invited, method=method))


def entry_of(
    event: Event,
    *,
    uid: str,
    sequence: int,
    guest: Guest,
    stamp: datetime,
    base_url: str,
    venues: Iterable[Venue] = (),
) -> Entry:
    """The event as it stands for one registration, with the registration's own UID.

    `sequence` and `stamp` (aware) are the registration's; what rises when the event changes is added here, so that
    a later letter always replaces the entry. The first of the `venues` tells where to go; without one the event's
    place does. Pure: neither database nor Flask is asked.
    """
    row = EventRow.of(event)
    language = guest.language
    links = Links.of(base_url, language=language)
    with Voice(language).speaking() as voice:
        status = entries.status_of(event.status)
        if guest.cancelled:
            status = Status.CANCELLED
        elif guest.tentative and status is Status.CONFIRMED:
            status = Status.TENTATIVE
        gone = status is Status.CANCELLED
        starts, ends = entries.spanned(row)
        place, geo = entries.event_place(row, venues, voice)
        if guest.online:
            place = Said(_("Online"), voice.shown)
            geo = None
        title = event.title.say(language)
        summary = entries.marked(title, EventStatus.CANCELLED if gone else event.status)
        if guest.tentative and not gone and event.status is not EventStatus.POSTPONED:
            summary = Said(_("Not confirmed: %(title)s", title=title.text), title.language)
        off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        lines = [
            prose.text(event.status_note.say(language).text) if off else "",
            event.subtitle.say(language).text,
            _("Join here: %(address)s", address=guest.join_url) if guest.join_url and not gone else "",
            _("Your registration: %(address)s", address=guest.page) if guest.page else "",
            _("Event page: %(address)s", address=links.event(event.slug)) if event.public else "",
        ]
        return Entry(
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
            url=guest.page or links.event(event.slug),
            categories=(voice.label(event.kind),),
            status=status,
            all_day=event.precision is not Precision.DAY,
            transparent=not entries.one_sitting(row),
            rings=event.timed,
            join_url=guest.join_url,
            join_label=_("Join online"),
        )


def session_entry(
    session: SessionRow, event: Event, *, uid: str, sequence: int, guest: Guest, stamp: datetime, base_url: str
) -> Entry:
    """A session as it stands for somebody with a place or a part in it, with a UID of their own."""
    links = Links.of(base_url, language=guest.language)
    with Voice(guest.language).speaking() as voice:
        entry = entries.session_entry(session, EventRow.of(event), voice=voice, links=links, parent=False)
        own = replace(entry, uid=uid, sequence=sequence, revised=stamp, transparent=False)
        if guest.cancelled and own.status is not Status.CANCELLED:
            title = entries.marked(session.title.say(voice.language), EventStatus.CANCELLED)
            own = replace(own, status=Status.CANCELLED, summary=title)
        return personal(own, guest)


def personal(entry: Entry, guest: Guest) -> Entry:
    """An entry with what only its owner may read: the link to join and the way to their own page."""
    gone = entry.status is Status.CANCELLED
    lines = [
        _("Join here: %(address)s", address=guest.join_url) if guest.join_url and not gone else "",
        _("Your speaker page: %(address)s", address=guest.page) if guest.page else "",
        entry.description.text,
    ]
    text = Said("\n\n".join(line for line in lines if line), entry.description.language)
    return replace(entry, description=text, join_url="" if gone else guest.join_url, join_label=_("Join online"))

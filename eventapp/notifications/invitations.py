"""Calendar entries for one recipient: the event or a session, to send by e-mail (RFC 6047) or to download."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText, ResolvedText
from eventapp.entries import build as entries
from eventapp.entries.locale import FeedLocale, Links
from eventapp.entries.rows import EventRow, SessionRow, VenueRow
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision
from eventapp.ical import prose
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import CalendarUser, Entry, Method, Status
from eventapp.mail.operations import CalendarFile
from eventapp.notifications import snapshots
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.snapshots import Snapshot


@dataclass(frozen=True, kw_only=True)
class InvitationRecipient:
    """The recipient of an entry: their language, their joining link or "", and the URL of their own page.

    `online`: they attend online, wherever the venue is. `tentative`: on the waiting list, or approval is pending.
    """

    language: str
    online: bool = False
    join_url: str = ""
    page: str = ""
    tentative: bool = False
    cancelled: bool = False


@dataclass(frozen=True)
class InvitationUpdate:
    """A new or changed entry for a recipient: the snapshot last sent (None: nothing), and the current one.

    `code` is a session's, or empty for the event. `released`: it takes place without this recipient; `removed`: it was
    removed from the programme. Without a `file` it was never put into their calendar. `link` is their joining link.
    """

    code: str
    title: LocalizedText
    before: Snapshot | None
    after: Snapshot
    file: CalendarFile | None = None
    released: bool = False
    removed: bool = False
    link: str = ""


def changed_entries(
    now: Mapping[str, Snapshot], sent: Mapping[str, SentInvitation], *, resend: Collection[str] = ()
) -> Iterator[tuple[str, SentInvitation | None, Snapshot]]:
    """(code, row, snapshot) of each entry that differs from what was last sent, and of those to `resend` in any case.

    An entry that was sent and is missing from `now` has been released by the recipient.
    """
    for code in {**now, **sent}:
        row = sent.get(code)
        after = now.get(code) or snapshots.released(sent[code].snapshot)
        if row is None or row.fingerprint != after.fingerprint or code in resend:
            yield code, row, after


def party(sender: tuple[str, str]) -> CalendarUser:
    """The ORGANIZER of every invitation: the sender of the e-mails, because replies go there (RFC 6047)."""
    email, name = sender
    return CalendarUser(email=email, name=name)


def file_name(event: Event, code: str) -> str:
    """The file name of an entry."""
    return f"{event.slug}-{code}.ics" if code else f"{event.slug}.ics"


def file(entry: Entry, *, organizer: CalendarUser, attendee: CalendarUser, name: str) -> CalendarFile:
    """The entry as an invitation by e-mail: REQUEST, or CANCEL if it does not take place for this recipient.

    One VEVENT with ORGANIZER and the one ATTENDEE to whom the e-mail goes (RFC 5546 §3.2.2, §3.2.5).
    """
    method = Method.CANCEL if entry.status is Status.CANCELLED else Method.REQUEST
    invited = replace(entry, organizer=organizer, attendees=(attendee,))
    return CalendarFile(name, method.value, ics.single(invited, method=method))


def entry_of(
    event: Event,
    *,
    uid: str,
    sequence: int,
    recipient: InvitationRecipient,
    stamp: datetime,
    base_url: str,
    venues: Iterable[VenueRow] = (),
) -> Entry:
    """The event for one registration, with the registration's own UID.

    `sequence` and `stamp` (aware) are the registration's; the event's own SEQUENCE is added here, so that a later
    e-mail always replaces the entry. The location is the first of the `venues`, or the event's place if there are none.
    Pure: uses neither database nor Flask.
    """
    row = EventRow.of(event)
    language = recipient.language
    links = Links.of(base_url, language=language)
    with FeedLocale(language).active() as locale:
        status = entries.status_of(event.status)
        if recipient.cancelled:
            status = Status.CANCELLED
        elif recipient.tentative and status is Status.CONFIRMED:
            status = Status.TENTATIVE
        removed = status is Status.CANCELLED
        starts, ends = entries.spanned(row)
        place, geo = entries.event_place(row, venues, locale)
        if recipient.online:
            place = ResolvedText(_("Online"), locale.shown)
            geo = None
        title = event.title.resolve(language)
        summary = entries.marked(title, EventStatus.CANCELLED if removed else event.status)
        if recipient.tentative and not removed and event.status is not EventStatus.POSTPONED:
            summary = ResolvedText(_("Not confirmed: %(title)s", title=title.text), title.language)
        cancelled = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        lines = [
            prose.text(event.status_note.resolve(language).text) if cancelled else "",
            event.subtitle.resolve(language).text,
            _("Join here: %(address)s", address=recipient.join_url) if recipient.join_url and not removed else "",
            _("Your registration: %(address)s", address=recipient.page) if recipient.page else "",
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
            description=ResolvedText("\n\n".join(line for line in lines if line), locale.shown),
            location=place,
            geo=geo,
            url=recipient.page or links.event(event.slug),
            categories=(locale.label(event.kind),),
            status=status,
            all_day=event.precision is not Precision.DAY,
            transparent=not entries.one_sitting(row),
            rings=event.timed,
            join_url=recipient.join_url,
            join_label=_("Join online"),
        )


def session_entry(
    session: SessionRow,
    event: Event,
    *,
    uid: str,
    sequence: int,
    recipient: InvitationRecipient,
    stamp: datetime,
    base_url: str,
) -> Entry:
    """A session for a recipient with a seat or a part in it, with a UID of its own."""
    links = Links.of(base_url, language=recipient.language)
    with FeedLocale(recipient.language).active() as locale:
        entry = entries.session_entry(session, EventRow.of(event), locale=locale, links=links, parent=False)
        own = replace(entry, uid=uid, sequence=sequence, revised=stamp, transparent=False)
        if recipient.cancelled and own.status is not Status.CANCELLED:
            title = entries.marked(session.title.resolve(locale.language), EventStatus.CANCELLED)
            own = replace(own, status=Status.CANCELLED, summary=title)
        return personal(own, recipient)


def personal(entry: Entry, recipient: InvitationRecipient) -> Entry:
    """The entry with what only its recipient may read: the joining link and the URL of their own page."""
    removed = entry.status is Status.CANCELLED
    lines = [
        _("Join here: %(address)s", address=recipient.join_url) if recipient.join_url and not removed else "",
        _("Your speaker page: %(address)s", address=recipient.page) if recipient.page else "",
        entry.description.text,
    ]
    text = ResolvedText("\n\n".join(line for line in lines if line), entry.description.language)
    return replace(entry, description=text, join_url="" if removed else recipient.join_url, join_label=_("Join online"))

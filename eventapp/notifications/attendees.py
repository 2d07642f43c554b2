"""Calendar entries of an attendee: the event and their sessions, and which of them differ from what was last sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eventapp.core import clock, tokens
from eventapp.core.db import db
from eventapp.core.links import absolute, base_url
from eventapp.entries.names import names_of
from eventapp.entries.rows import SessionRow, VenueRow
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import CalendarUser, Entry
from eventapp.mail import content
from eventapp.notifications import invitations, preloaded, snapshots
from eventapp.notifications.invitations import InvitationRecipient, InvitationUpdate, changed_entries
from eventapp.notifications.models import NEVER_SENT, SentInvitation
from eventapp.notifications.preloaded import sent_to, venues_of
from eventapp.notifications.snapshots import Snapshot
from eventapp.online import links as online
from eventapp.online.rules import known_link
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus


@dataclass(frozen=True)
class AttendeeSnapshots:
    """An attendee's current snapshots, by session code; the event itself is under "". `links` are their joining links
    of sessions.
    """

    by_code: dict[str, Snapshot]
    sessions: dict[str, PublishedSession]
    links: dict[str, str]
    venues: list[VenueRow]


def own_zone(registration: Registration) -> str:
    """The attendee's time zone: the chosen one, else that of their country, else ""."""
    return registration.zone or clock.zone_of_country(registration.country_code, registration.event.starts_at)


def attends_online(registration: Registration) -> bool:
    """Whether the attendee has a confirmed seat online."""
    return registration.status is RegistrationStatus.CONFIRMED and registration.option.mode is Mode.ONLINE


def event_snapshot(registration: Registration, venues: Iterable[VenueRow]) -> Snapshot:
    """The snapshot of the event for one attendee, with the given venues."""
    snapshot = snapshots.event_snapshot(
        registration.event,
        venues,
        online=registration.option.mode is Mode.ONLINE,
        confirmed=registration.status is RegistrationStatus.CONFIRMED,
    )
    return snapshot if registration.status.active else snapshots.released(snapshot)


def current_event_snapshot(registration: Registration) -> Snapshot:
    """The current snapshot of the event for one attendee."""
    return event_snapshot(registration, venues_of(registration.event_id))


def current_snapshots(registration: Registration) -> AttendeeSnapshots:
    """The current snapshots of the event and the attendee's sessions. Up to four statements."""
    event = registration.event
    venues = venues_of(event.id)
    found = {"": event_snapshot(registration, venues)}
    document = preloaded.document(event)
    links = preloaded.join_links(event) if attends_online(registration) else {}
    for code in preloaded.signed_up_for(registration):
        session = document.by_code.get(code)
        if session is not None:
            known = known_link(links.get(code, ""), personal=event.personal_join_links)
            found[code] = snapshots.session_snapshot(session, event, join_url=known)
    own = online.of_sessions(registration, links)
    return AttendeeSnapshots(found, dict(document.by_code), own, venues)


def updates(registration: Registration, *, resend: bool = False, links: bool = False) -> list[InvitationUpdate]:
    """The entries to send now, with their files: the event first, then sessions by time.

    Changes SentInvitation rows in the session accordingly without flushing, so that the caller decides whether they are
    stored. `resend` includes the event's entry even without a change, `links` also those of sessions that are joined by
    a link of the attendee's own, which is a new one. What the attendee no longer has is cancelled.
    Each SEQUENCE is higher than the last one sent (RFC 5546 §2.1.4).
    """
    now = current_snapshots(registration)
    found = []
    again = [""] if resend else []
    if links and registration.event.personal_join_links:
        again += now.links
    for code, row, after in changed_entries(now.by_code, sent_to(registration), resend=again):
        session = now.sessions.get(code)
        if row is None and after.cancelled:
            if not code and registration.status.active:
                found.append(InvitationUpdate(code, registration.event.title, None, after))
            continue
        before = row.previous if row is not None else None
        row = row or _new_row(registration, code)
        released = code not in now.by_code and session is not None and not session.cancelled
        made = _next_entry(registration, now, row, released=released)
        row.record(after)
        found.append(
            InvitationUpdate(
                code,
                session.title if session else registration.event.title,
                before,
                after,
                invitations.file(
                    made,
                    organizer=invitations.party(content.sender()),
                    attendee=_attendee(registration),
                    name=invitations.file_name(registration.event, code),
                ),
                released=released,
                removed=session is not None and session.removed,
                link=now.links.get(code, "") if code else online.of_event(registration) if after.link else "",
            )
        )
    return sorted(found, key=lambda update: (update.code != "", update.after.starts, update.code))


def _new_row(registration: Registration, code: str) -> SentInvitation:
    uid = tokens.uid() if code else registration.uid
    row = SentInvitation(registration_id=registration.id, code=code, uid=uid, sequence=NEVER_SENT)
    db.session.add(row)
    return row


def _next_entry(registration: Registration, now: AttendeeSnapshots, row: SentInvitation, *, released: bool) -> Entry:
    """The entry with the recipient's next SEQUENCE, which is recorded in the row."""
    event = registration.event
    if not row.code:
        if registration.sequence + event.sequence <= row.sequence:
            # A change that raises neither number, such as a new joining link, still needs a newer entry.
            registration.sequence = row.sequence + 1 - event.sequence
            registration.updated_at = clock.now()
        row.sequence = registration.sequence + event.sequence
        return entry(registration, language=registration.language, venues=now.venues)
    session = now.sessions[row.code]
    row.sequence = max(session.sequence + event.sequence, row.sequence + 1)
    return invitations.session_entry(
        SessionRow.of(session, names_of(event.id, [session])),
        event,
        uid=row.uid,
        sequence=row.sequence,
        recipient=InvitationRecipient(
            language=registration.language,
            join_url=now.links.get(row.code, ""),
            page=_page(registration, registration.language),
            cancelled=released,
        ),
        stamp=clock.now(),
        base_url=base_url(),
    )


def entry(registration: Registration, *, language: str, venues: Iterable[VenueRow] = (), keys: bool = True) -> Entry:
    """The event for one attendee: tentative until the seat is confirmed, cancelled once it is released.

    Without `keys` it contains neither the joining link nor the private link. These are only sent to the mailbox,
    because anyone can type somebody else's e-mail address into the form, and agendas are shown to friends.
    """
    return invitations.entry_of(
        registration.event,
        uid=registration.uid,
        sequence=registration.sequence,
        recipient=InvitationRecipient(
            language=language,
            online=registration.option.mode is Mode.ONLINE,
            join_url=online.of_event(registration) if keys and attends_online(registration) else "",
            page=_page(registration, language) if keys else "",
            tentative=registration.status is not RegistrationStatus.CONFIRMED,
            cancelled=not registration.status.active,
        ),
        stamp=registration.updated_at,
        base_url=base_url(),
        venues=venues,
    )


def own_file(registration: Registration) -> bytes:
    """The event as a plain calendar file to download, without the links and not as an invitation."""
    venues = venues_of(registration.event_id)
    return ics.single(entry(registration, language=registration.language, venues=venues, keys=False))


def _page(registration: Registration, language: str) -> str:
    return absolute("registration.mine", token=registration.token, lang=language)


def _attendee(registration: Registration) -> CalendarUser:
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    answer = "ACCEPTED" if confirmed else "TENTATIVE" if registration.status.active else "DECLINED"
    return CalendarUser(email=registration.email, name=registration.name, answer=answer)

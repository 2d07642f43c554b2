"""Calendar entries of a speaker: their published sessions, and which of them differ from what was last sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select

from eventapp.core import clock, tokens
from eventapp.core.db import db
from eventapp.core.links import absolute, base_url
from eventapp.entries.names import names_of
from eventapp.entries.rows import SessionRow
from eventapp.ical.vcalendar import CalendarUser
from eventapp.mail import content
from eventapp.mail.operations import CalendarFile
from eventapp.notifications import invitations, snapshots
from eventapp.notifications.invitations import InvitationRecipient, InvitationUpdate, changed_entries
from eventapp.notifications.models import NEVER_SENT, SentInvitation
from eventapp.notifications.snapshots import ParticipationState, Snapshot
from eventapp.programme import queries as programme
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import Mode
from eventapp.proposals.models import SpeakerLink
from eventapp.proposals.rules import Answer

_PARTSTAT = {Answer.PENDING: "NEEDS-ACTION", Answer.CONFIRMED: "ACCEPTED", Answer.DECLINED: "DECLINED"}

Sent = Mapping[str, SentInvitation]


def join_link(link: SpeakerLink, session: PublishedSession, links: Mapping[str, str]) -> str:
    """The joining link of a speaker who takes part online, or ""."""
    online = any(part.person_id == link.person_id and part.mode is Mode.ONLINE for part in session.participations)
    return links.get(session.code, "") if online else ""


def current_snapshots(link: SpeakerLink, document: Document, links: Mapping[str, str]) -> dict[str, Snapshot]:
    """The published sessions of a speaker, by code; none after the speaker has declined."""
    if link.answer is Answer.DECLINED:
        return {}
    return {
        session.code: snapshots.session_snapshot(session, link.event, join_url=join_link(link, session, links))
        for session in document.sessions
        if session.part_of(link.person_id) is not None
    }


def sent_to(link: SpeakerLink) -> dict[str, SentInvitation]:
    """What the speaker was last sent, by session code."""
    return sent_to_all([link])[link.id]


def sent_to_all(links: Iterable[SpeakerLink]) -> dict[int, dict[str, SentInvitation]]:
    """What each speaker was last sent, by the id of the link and session code. One statement."""
    found: dict[int, dict[str, SentInvitation]] = {link.id: {} for link in links}
    for row in db.session.scalars(select(SentInvitation).where(SentInvitation.speaker_link_id.in_(found))):
        found[row.speaker_link_id or 0][row.code] = row
    return found


def differs(link: SpeakerLink, sent: Sent, document: Document, links: Mapping[str, str]) -> bool:
    """Whether there is anything to send. Makes no query, because all speakers of an event are compared."""
    return any(_changed(link, sent, document, links))


def _changed(
    link: SpeakerLink, sent: Sent, document: Document, links: Mapping[str, str]
) -> Iterator[tuple[str, SentInvitation | None, Snapshot]]:
    """(code, row, snapshot) of what must be sent or recorded.

    What is new while the event is postponed waits for the new date. A speaker who has declined and is asked again reads
    about it in the e-mail that asks, and gets the invitation after accepting.
    """
    for code, row, after in changed_entries(current_snapshots(link, document, links), sent, resend=_unsent(link, sent)):
        if row is None and (after.cancelled or after.state is ParticipationState.POSTPONED):
            continue
        if row is not None and row.snapshot.state is ParticipationState.RELEASED and link.answer is Answer.PENDING:
            continue
        yield code, row, after


def _unsent(link: SpeakerLink, sent: Sent) -> list[str]:
    """Codes published before the speaker accepted: their invitations follow the acceptance."""
    if link.answer is not Answer.CONFIRMED:
        return []
    confirmed = ParticipationState.CONFIRMED
    return [code for code, row in sent.items() if row.sequence == NEVER_SENT and row.snapshot.state is confirmed]


def updates(link: SpeakerLink) -> list[InvitationUpdate]:
    """The entries to send now, by time, with their files.

    Changes SentInvitation rows in the session accordingly without flushing, so that the caller decides whether they are
    stored. Only a speaker who has accepted, or whose calendar already holds the entry, gets a file. A session of a
    speaker who has not been asked yet is recorded without an e-mail: the request to confirm will show it.
    """
    document, links = programme.document(link.event), programme.join_links(link.event)
    sent = sent_to(link)
    found = []
    for code, row, after in list(_changed(link, sent, document, links)):
        session = document.by_code.get(code)
        if session is None:
            continue
        before = row.previous if row is not None else None
        if row is None:
            row = _new_row(link, code)
            if link.answer is not Answer.CONFIRMED:
                row.record(after)
                continue
        first = row.sequence == NEVER_SENT
        released = after.cancelled and not session.cancelled
        row.record(after)
        if first and (released or link.answer is Answer.DECLINED):
            continue  # never in their calendar, and they declined themselves
        file = None
        if not first or (link.answer is Answer.CONFIRMED and not after.cancelled):
            file = _file(link, session, row, join_url=join_link(link, session, links), released=released)
        known = None if first and link.answer is Answer.CONFIRMED and before == after else before
        found.append(
            InvitationUpdate(
                code,
                session.title,
                known,
                after,
                file,
                released=released,
                removed=session.removed,
                link=join_link(link, session, links),
            )
        )
    return sorted(found, key=lambda update: (update.after.starts, update.code))


def remember(link: SpeakerLink, document: Document, *, sequence: int = NEVER_SENT, other_address: bool = False) -> None:
    """Record the speaker's sessions of a public programme as known: the page of the request to confirm shows them.

    `sequence` 0: they are already in the speaker's calendar from another source, so they are only sent after a change.
    With `other_address` everything starts anew with other UIDs: no UID may go to two people.
    """
    now, sent = current_snapshots(link, document, programme.join_links(link.event)), sent_to(link)
    if other_address:
        for code, row in sent.items():
            if code in now:
                row.uid, row.sequence = tokens.uid(), NEVER_SENT
                row.record(now[code])
            else:
                db.session.delete(row)
    for code in now.keys() - sent.keys():
        _new_row(link, code, sequence=sequence).record(now[code])


def to_record(
    link: SpeakerLink, sent: Sent, document: Document, links: Mapping[str, str]
) -> tuple[dict[str, Snapshot], bool]:
    """The current facts of what was sent, by code, and whether there is more that never was. Makes no query."""
    now = current_snapshots(link, document, links)
    after = {code: now.get(code) or snapshots.released(row.snapshot) for code, row in sent.items()}
    unsent = link.answer is Answer.CONFIRMED and any(
        row.sequence == NEVER_SENT and after[code].state is ParticipationState.CONFIRMED for code, row in sent.items()
    )
    return after, unsent or not now.keys() <= sent.keys()


def _new_row(link: SpeakerLink, code: str, *, sequence: int = NEVER_SENT) -> SentInvitation:
    row = SentInvitation(speaker_link_id=link.id, code=code, uid=tokens.uid(), sequence=sequence)
    db.session.add(row)
    return row


def _file(
    link: SpeakerLink, session: PublishedSession, row: SentInvitation, *, join_url: str, released: bool
) -> CalendarFile:
    row.sequence = max(session.sequence + link.event.sequence, row.sequence + 1)
    entry = invitations.session_entry(
        SessionRow.of(session, names_of(link.event_id, [session])),
        link.event,
        uid=row.uid,
        sequence=row.sequence,
        recipient=InvitationRecipient(
            language=link.language,
            join_url=join_url,
            page=absolute("speaking.mine", token=link.token, lang=link.language),
            cancelled=released,
        ),
        stamp=clock.now(),
        base_url=base_url(),
    )
    attendee = CalendarUser(email=link.email, name=link.shown.name(link.language).text, answer=_PARTSTAT[link.answer])
    return invitations.file(
        entry,
        organizer=invitations.party(content.sender()),
        attendee=attendee,
        name=invitations.file_name(link.event, session.code),
    )

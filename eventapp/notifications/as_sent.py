"""Current facts that count as sent without an e-mail, because the team has decided so."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.parts import in_parts
from eventapp.entries.queries import venues_of
from eventapp.events.models import Event
from eventapp.mail import pending
from eventapp.notifications import snapshots, speakers
from eventapp.notifications.models import SentInvitation
from eventapp.notifications.queries import HAS_SEAT, sent_to_attendees, unsent_seats
from eventapp.notifications.snapshots import RELEASED, Snapshot
from eventapp.programme import queries as programme
from eventapp.programme.published import Document
from eventapp.proposals import queries as proposals
from eventapp.proposals.notices import SPEAKER
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.notices import RECIPIENT


@dataclass(frozen=True)
class CountsAsSent:
    """Entries that count as sent with this snapshot: their ids, each with the key of its recipient."""

    entries: dict[int, str]
    snapshot: Snapshot


def record(found: Iterable[CountsAsSent], recipients: Container[str]) -> None:
    """Store the snapshots as sent to these recipients."""
    table, now = SentInvitation, clock.now()
    for one in found:
        facts = {"last_sent": one.snapshot.to_json(), "fingerprint": one.snapshot.fingerprint, "sent_at": now}
        for part in in_parts([number for number, recipient in one.entries.items() if recipient in recipients]):
            change = update(table).where(table.id.in_(part)).values(facts)
            db.session.execute(change.execution_options(synchronize_session=False))


def of_attendees(event: Event, document: Document, numbers: Iterable[int]) -> list[CountsAsSent]:
    """What differs from what was last sent to these registrations, by their ids. A statement for each thousand."""
    current = snapshots.current(event, document.by_code, venues_of(event.id), programme.join_links(event))
    columns = SentInvitation.code, AttendanceOption.mode, Registration.status, HAS_SEAT, SentInvitation.fingerprint
    alike: dict[Any, dict[int, str]] = {}
    for part in in_parts(sorted(numbers)):
        query = sent_to_attendees(event, SentInvitation.id, Registration.id, *columns)
        for number, registration, *facts in db.session.execute(query.where(Registration.id.in_(part))):
            alike.setdefault(tuple(facts), {})[number] = pending.recipient_key(RECIPIENT, registration)
    found = []
    for (code, mode, status, seat, last), entries in alike.items():
        if status.active and (not code or (seat and code in document.by_code)):
            snapshot = current(code, mode, status)
        elif last != RELEASED:  # of released entries only that they are released matters
            known = select(SentInvitation.last_sent).where(SentInvitation.id == next(iter(entries)))
            snapshot = snapshots.released(Snapshot.from_json(db.session.scalars(known).one()))
        else:
            continue
        if snapshot.fingerprint != last:
            found.append(CountsAsSent(entries, snapshot))
    return found


def unsent_to_attendees(event: Event, document: Document, numbers: Iterable[int]) -> set[str]:
    """The keys of those of the registrations to which the event or a session was never sent."""
    wanted = sorted(numbers)
    unsent = {number for number, code in unsent_seats(event) if code in document.by_code}
    for part in in_parts(wanted):
        sent = select(SentInvitation.registration_id).where(SentInvitation.code == "")
        unsent |= {*part} - {*db.session.scalars(sent.where(SentInvitation.registration_id.in_(part)))}
    return {pending.recipient_key(RECIPIENT, number) for number in wanted if number in unsent}


def of_speakers(event: Event, document: Document, numbers: Container[int]) -> tuple[list[CountsAsSent], set[str]]:
    """What differs from what was last sent to the speakers with these links, by their ids, and the keys of the
    links with something that was never sent. Three statements.
    """
    links = [link for link in proposals.links(event) if link.id in numbers]
    sent, joining = speakers.sent_to_all(links), programme.join_links(event)
    found: list[CountsAsSent] = []
    unsent = set()
    for link in links:
        key, rows = pending.recipient_key(SPEAKER, link.id), sent[link.id]
        after, more = speakers.to_record(link, rows, document, joining)
        found += [CountsAsSent({row.id: key}, after[code]) for code, row in rows.items()]
        if more:
            unsent.add(key)
    return found, unsent

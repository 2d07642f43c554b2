"""What belongs into the calendar of somebody who takes part, and what of it is new to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eventapp.core import clock, tokens
from eventapp.core.db import db
from eventapp.core.links import absolute, base_url
from eventapp.entries.names import names_of
from eventapp.entries.queries import venues_of
from eventapp.entries.rows import SessionRow, Venue
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import Entry, Party
from eventapp.mail import letters
from eventapp.notifications import invitations
from eventapp.notifications import snapshots as told
from eventapp.notifications.invitations import Guest, Item, differences
from eventapp.notifications.snapshots import Facts
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.programme.rules import Mode
from eventapp.registration import queries
from eventapp.registration.models import Registration, RegistrationInvitation
from eventapp.registration.rules import RegistrationStatus


@dataclass(frozen=True)
class Present:
    """What holds for somebody now, by the session's code; the event itself is under the empty one."""

    facts: dict[str, Facts]
    sessions: dict[str, PublishedSession]
    links: dict[str, str]
    venues: list[Venue]


def own_zone(registration: Registration) -> str:
    """Where the person's clocks are: as they said, else as their country's, else empty."""
    return registration.zone or clock.zone_of_country(registration.country_code, registration.event.starts_at)


def takes_part_online(registration: Registration) -> bool:
    """Whether the place is certain and not in a room."""
    return registration.status is RegistrationStatus.CONFIRMED and registration.option.mode is Mode.ONLINE


def event_facts(registration: Registration, venues: Iterable[Venue]) -> Facts:
    """The event for one person."""
    facts = told.event_facts(
        registration.event,
        venues,
        online=registration.option.mode is Mode.ONLINE,
        confirmed=registration.status is RegistrationStatus.CONFIRMED,
    )
    return facts if registration.status.active else told.given_up(facts)


def facts_now(registration: Registration) -> Facts:
    """The event for one person, as it is now."""
    return event_facts(registration, venues_of(registration.event_id))


def present(registration: Registration) -> Present:
    """What holds for a person: the event, and the sessions in which they have a place. Up to four statements."""
    event = registration.event
    venues = venues_of(event.id)
    facts = {"": event_facts(registration, venues)}
    document = programme.document(event)
    links = programme.join_links(event) if takes_part_online(registration) else {}
    for code in queries.signed_up_for(registration):
        session = document.by_code.get(code)
        if session is not None:
            facts[code] = told.session_facts(session, event, join_url=links.get(code, ""))
    return Present(facts, dict(document.by_code), links, venues)


def issue(registration: Registration, *, anew: bool = False) -> list[Item]:
    """Bring what the person's calendar knows up to date: the files to send, the event first, then by time.

    Nothing for what they know already; `anew` sends the event's entry in any case. What they hold no more is cancelled.
    A SEQUENCE that was sent is kept, and the next one is higher (RFC 5546 §2.1.4).
    """
    now = present(registration)
    items = []
    for code, row, after in differences(now.facts, queries.invitations(registration), anew=[""] if anew else []):
        session = now.sessions.get(code)
        if row is None and after.off:
            if not code and registration.status.active:
                items.append(Item(code, registration.event.title, None, after))
            continue
        before = row.known if row is not None else None
        row = row or _new_row(registration, code)
        gives_up = code not in now.facts and session is not None and not session.cancelled
        made = _entry(registration, now, row, given_up=gives_up)
        row.record(after)
        items.append(
            Item(
                code,
                session.title if session else registration.event.title,
                before,
                after,
                invitations.file(
                    made,
                    organizer=invitations.party(letters.sender()),
                    attendee=_attendee(registration),
                    name=invitations.file_name(registration.event, code),
                ),
                given_up=gives_up,
                gone=session is not None and session.gone,
                link=now.links.get(code, "") if code else registration.event.join_url if after.link else "",
            )
        )
    db.session.flush()
    return sorted(items, key=lambda item: (item.code != "", item.after.starts, item.code))


def known_as_told(registration: Registration) -> bool:
    """Take what holds now for told, without a letter. False where something was never told: that stays to be told."""
    now = present(registration)
    known = queries.invitations(registration)
    for code, row in known.items():
        row.record(now.facts.get(code) or told.given_up(row.said))
    db.session.flush()
    return now.facts.keys() <= known.keys()


def _new_row(registration: Registration, code: str) -> RegistrationInvitation:
    uid = tokens.uid() if code else registration.uid
    row = RegistrationInvitation(registration_id=registration.id, code=code, uid=uid, sequence=-1)
    db.session.add(row)
    return row


def _entry(registration: Registration, now: Present, row: RegistrationInvitation, *, given_up: bool) -> Entry:
    event = registration.event
    if not row.code:
        if registration.sequence + event.sequence <= row.sequence:
            # Something else than what raises the numbers is new: the entry must be newer all the same.
            registration.sequence = row.sequence + 1 - event.sequence
            db.session.flush()
        row.sequence = registration.sequence + event.sequence
        return entry(registration, language=registration.language, venues=now.venues)
    session = now.sessions[row.code]
    row.sequence = max(session.sequence + event.sequence, row.sequence + 1)
    return invitations.session_entry(
        SessionRow.of(session, names_of(event.id, [session])),
        event,
        uid=row.uid,
        sequence=row.sequence,
        guest=Guest(
            language=registration.language,
            join_url=now.links.get(row.code, ""),
            page=_page(registration, registration.language),
            cancelled=given_up,
        ),
        stamp=clock.now(),
        base_url=base_url(),
    )


def entry(registration: Registration, *, language: str, venues: Iterable[Venue] = (), keys: bool = True) -> Entry:
    """The event as it stands for one person: tentative until the place is certain, gone once it is given up.

    Without `keys` there is neither the link to join in it nor the way to the person's own page: those go to the mailbox
    alone, for whoever types an address has the page, and whoever is shown an agenda has that.
    """
    return invitations.entry_of(
        registration.event,
        uid=registration.uid,
        sequence=registration.sequence,
        guest=Guest(
            language=language,
            online=registration.option.mode is Mode.ONLINE,
            join_url=registration.event.join_url if keys and takes_part_online(registration) else "",
            page=_page(registration, language) if keys else "",
            tentative=registration.status is not RegistrationStatus.CONFIRMED,
            cancelled=not registration.status.active,
        ),
        stamp=registration.updated_at,
        base_url=base_url(),
        venues=venues,
    )


def own_file(registration: Registration) -> bytes:
    """The same as a file to download, without the keys: no invitation, for nobody answers it."""
    venues = venues_of(registration.event_id)
    return ics.single(entry(registration, language=registration.language, venues=venues, keys=False))


def _page(registration: Registration, language: str) -> str:
    return absolute("registration.mine", token=registration.token, lang=language)


def _attendee(registration: Registration) -> Party:
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    answer = "ACCEPTED" if confirmed else "TENTATIVE" if registration.status.active else "DECLINED"
    return Party(email=registration.email, name=registration.name, answer=answer)

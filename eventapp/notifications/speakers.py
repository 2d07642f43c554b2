"""What belongs into the calendar of somebody who speaks, and what of it is new to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.links import absolute, base_url
from eventapp.entries.names import names_of
from eventapp.entries.rows import SessionRow
from eventapp.ical.vcalendar import Party
from eventapp.mail import letters
from eventapp.mail.operations import CalendarFile
from eventapp.notifications import invitations
from eventapp.notifications import snapshots as told
from eventapp.notifications.invitations import Guest, Item, differences
from eventapp.notifications.snapshots import Facts, State
from eventapp.programme import queries as released
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import Mode
from eventapp.proposals import queries
from eventapp.proposals.models import SpeakerInvitation, SpeakerLink
from eventapp.proposals.rules import Answer

_PARTSTAT = {Answer.PENDING: "NEEDS-ACTION", Answer.CONFIRMED: "ACCEPTED", Answer.DECLINED: "DECLINED"}


def join_link(link: SpeakerLink, session: PublishedSession, links: Mapping[str, str]) -> str:
    """The link to join, for somebody who speaks from elsewhere."""
    online = any(part.person_id == link.person_id and part.mode is Mode.ONLINE for part in session.participations)
    return links.get(session.code, "") if online else ""


def present(link: SpeakerLink, document: Document, links: Mapping[str, str]) -> dict[str, Facts]:
    """The sessions of a speaker on the released programme, by code; none for somebody who has said no."""
    if link.answer is Answer.DECLINED:
        return {}
    return {
        session.code: told.session_facts(session, link.event, join_url=join_link(link, session, links))
        for session in document.sessions
        if session.part_of(link.person_id) is not None
    }


def _now(link: SpeakerLink) -> dict[str, Facts]:
    return present(link, released.document(link.event), released.join_links(link.event))


def differs(
    link: SpeakerLink, known: Mapping[str, SpeakerInvitation], document: Document, links: Mapping[str, str]
) -> bool:
    """Whether there is anything to tell. Asks nothing: it is asked of every speaker of an event."""
    return any(_different(link, known, document, links))


def _different(
    link: SpeakerLink, known: Mapping[str, SpeakerInvitation], document: Document, links: Mapping[str, str]
) -> Iterator[tuple[str, SpeakerInvitation | None, Facts]]:
    """(code, row, facts) of what is to be told or kept.

    What is new while the event is postponed waits for its date. Who has given something up and is asked again learns
    of it from the letter that asks, and their calendar with the yes.
    """
    for code, row, after in differences(present(link, document, links), known, anew=_unsent(link, known)):
        if row is None and (after.off or after.state is State.POSTPONED):
            continue
        if row is not None and row.said.state is State.GIVEN_UP and link.answer is Answer.PENDING:
            continue
        yield code, row, after


def _unsent(link: SpeakerLink, known: Mapping[str, SpeakerInvitation]) -> list[str]:
    """What the team announced before the speaker had said yes: the calendar gets it with the yes."""
    if link.answer is not Answer.CONFIRMED:
        return []
    return [code for code, row in known.items() if row.sequence < 0 and row.said.state is State.CONFIRMED]


def issue(link: SpeakerLink) -> list[Item]:
    """Bring what the speaker's calendar knows up to date: what to tell, by time, with the files to send.

    A file goes only to somebody who has said yes, or brings up to date what went out before. What stands on the
    programme of somebody who was not asked before is kept without a word: the letter that asks them tells it.
    """
    document, links = released.document(link.event), released.join_links(link.event)
    known = queries.invitations(link)
    items = []
    for code, row, after in list(_different(link, known, document, links)):
        session = document.by_code.get(code)
        if session is None:
            continue
        before = row.known if row is not None else None
        if row is None:
            row = SpeakerInvitation(link_id=link.id, code=code, sequence=-1)
            db.session.add(row)
            if link.answer is not Answer.CONFIRMED:
                row.record(after)
                continue
        first = row.sequence < 0
        gives_up = after.off and not session.cancelled
        row.record(after)
        if first and (gives_up or link.answer is Answer.DECLINED):
            continue  # their calendar never had it, and they know best that they said no
        file = None
        if not first or (link.answer is Answer.CONFIRMED and not after.off):
            file = _file(link, session, row, join_url=join_link(link, session, links), given_up=gives_up)
        own = None if first and link.answer is Answer.CONFIRMED and before == after else before
        items.append(
            Item(
                code,
                session.title,
                own,
                after,
                file,
                given_up=gives_up,
                gone=session.gone,
                link=join_link(link, session, links),
            )
        )
    db.session.flush()
    return sorted(items, key=lambda item: (item.after.starts, item.code))


def remember(link: SpeakerLink, *, told_before: bool = False) -> None:
    """Keep what is public of a speaker's sessions as what they know: they are asked now, and see it on their page.

    `told_before`: their calendar has it from somewhere else already, so that it is not sent without a change.
    """
    known = queries.invitations(link)
    for code, facts in _now(link).items():
        if code not in known:
            row = SpeakerInvitation(link_id=link.id, code=code, sequence=0 if told_before else -1)
            row.record(facts)
            db.session.add(row)
    db.session.flush()


def forget(link: SpeakerLink) -> None:
    """The calendar of another address knows nothing, and no UID goes to two: it may be somebody else's."""
    for row in queries.invitations(link).values():
        db.session.delete(row)
    db.session.flush()


def known_as_told(link: SpeakerLink) -> bool:
    """Take what holds now for told, without a letter. False where something was never told: that stays to be told."""
    now = _now(link)
    known = queries.invitations(link)
    for code, row in known.items():
        row.record(now.get(code) or told.given_up(row.said))
    db.session.flush()
    return now.keys() <= known.keys() and not _unsent(link, known)


def _file(
    link: SpeakerLink, session: PublishedSession, row: SpeakerInvitation, *, join_url: str, given_up: bool
) -> CalendarFile:
    row.sequence = max(session.sequence + link.event.sequence, row.sequence + 1)
    db.session.flush()
    entry = invitations.session_entry(
        SessionRow.of(session, names_of(link.event_id, [session])),
        link.event,
        uid=row.uid,
        sequence=row.sequence,
        guest=Guest(
            language=link.language,
            join_url=join_url,
            page=absolute("speaking.mine", token=link.token, lang=link.language),
            cancelled=given_up,
        ),
        stamp=clock.now(),
        base_url=base_url(),
    )
    guest = Party(email=link.email, name=link.shown.name(link.language).text, answer=_PARTSTAT[link.answer])
    return invitations.file(
        entry,
        organizer=invitations.party(letters.sender()),
        attendee=guest,
        name=invitations.file_name(link.event, session.code),
    )

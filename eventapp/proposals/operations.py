"""Operations on the call and on proposals: set up, submit, change, withdraw, review, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from eventapp.accounts.models import User
from eventapp.core import budgets, clock
from eventapp.core.db import db, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.directory import operations as directory
from eventapp.directory.models import Person
from eventapp.events.models import Event
from eventapp.events.rules import shifted_window
from eventapp.mail import operations as mail
from eventapp.mail import pending
from eventapp.mail.content import Draft
from eventapp.mail.operations import TooManyEmails, may_email
from eventapp.programme import operations as programme
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import notices, queries, rules, speakers
from eventapp.proposals.models import Call, Proposal, Review, SpeakerLink
from eventapp.proposals.rules import CallState, Occasion, ProposalStatus


@dataclass(frozen=True)
class ProposalInput:
    """The submitted proposal. `minutes` is None if the call does not ask for a length."""

    title: str
    abstract: str
    written_in: str
    kind: SessionKind
    mode: Mode
    family_name: str
    spoken: tuple[str, ...] = ()
    minutes: int | None = None
    given_name: str = ""
    email: str = ""
    position: str = ""
    organization: str = ""
    country: str | None = None
    notes: str = ""
    language: str = "en"


def save_call(
    event: Event,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    text: LocalizedText,
    kinds: Sequence[SessionKind],
    lengths: Sequence[int],
    modes: Sequence[Mode],
) -> Call:
    """Create or change the call of an event. Raises Refused for times in the wrong order, no kind or no mode."""
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Refused(_("The end must be after the start."), field="closes_at")
    if not kinds:
        raise Refused(_("Choose at least one."), field="kinds")
    if not modes:
        raise Refused(_("Choose at least one."), field="modes")
    # Two simultaneous requests must create one call.
    reread(event, "id")
    call = queries.call_of(event)
    if call is None:
        call = Call(event=event, event_id=event.id)
        db.session.add(call)
    before = call.closes_at
    call.opens_at, call.closes_at, call.text = opens_at, closes_at, text
    call.note_closing(before)
    call.kinds = [kind.value for kind in kinds]
    call.lengths = list(lengths)
    call.modes = [mode.value for mode in modes]
    db.session.flush()
    return call


def shift_call(event: Event, shift: clock.Shift) -> int:
    """Move the opening and closing of the call by the rules of `shifted_window`. Returns how many of them have
    moved.
    """
    call = queries.call_of(event)
    if call is None:
        return 0
    before = call.opens_at, call.closes_at
    call.opens_at, call.closes_at = shifted_window(*before, shift=shift, now=clock.now())
    call.note_closing(before[1])
    db.session.flush()
    return (call.opens_at != before[0]) + (call.closes_at != before[1])


# Per IP address and event: a faculty writes them within days, a program faster.
PROPOSALS_AN_HOUR = 60


def submit(event: Event, answers: ProposalInput, *, once: str = "", source: str = "") -> Proposal:
    """Store a proposal and notify its proposer.

    `once` identifies the submitted form: sending it twice creates one proposal. `source` identifies the client of a
    form: proposals from it and e-mails to the address are rate-limited. Raises Refused if the call is not open or the
    client has sent too many proposals, TooManyEmails if the address has been e-mailed too often.
    """
    _check_open(event)
    known = queries.by_once(once) if once else None
    if known is not None:
        return _same(known, event, answers) or submit(event, answers, source=source)
    proposal = Proposal(event=event, event_id=event.id, consented_at=clock.now(), consent=rules.CONSENT)
    proposal.email, proposal.language = answers.email.strip(), answers.language
    if once:
        proposal.once = once
    _fill(proposal, answers)
    try:
        with savepoint():
            db.session.add(proposal)
            db.session.flush()
    except IntegrityError:
        # The form was submitted twice, and the other request was faster.
        known = queries.by_once(once)
        if known is None:
            raise
        return _same(known, event, answers) or submit(event, answers, source=source)
    if source:
        _count(event, source, proposal.email)
    notices.notify_proposer(proposal, Occasion.RECEIVED)
    return proposal


def _count(event: Event, source: str, email: str) -> None:
    if not budgets.take(f"proposals {event.id}", source, limit=PROPOSALS_AN_HOUR):
        raise Refused(
            _(
                "%(number)d proposals have been sent from your connection within the last hour. "
                "Try again later, or contact the organizers.",
                number=PROPOSALS_AN_HOUR,
            )
        )
    if not may_email(email):
        raise TooManyEmails


def _same(known: Proposal, event: Event, answers: ProposalInput) -> Proposal | None:
    """The known proposal if it equals the submitted one; None if the user went back and wrote another."""
    submitted = (answers.title, answers.abstract, answers.email.strip())
    return known if known.event_id == event.id and submitted == (known.title, known.abstract, known.email) else None


def _check_open(event: Event) -> None:
    call = queries.call_of(event)
    if call is None or call.state is not CallState.OPEN:
        raise Refused(_("The call for speakers is not open."))


def _fill(proposal: Proposal, answers: ProposalInput) -> None:
    proposal.title, proposal.abstract, proposal.written_in = answers.title, answers.abstract, answers.written_in
    proposal.kind, proposal.mode, proposal.minutes = answers.kind, answers.mode, answers.minutes
    proposal.spoken = list(answers.spoken)
    proposal.family_name, proposal.given_name = answers.family_name, answers.given_name
    proposal.position, proposal.organization_name = answers.position, answers.organization
    proposal.country_code, proposal.notes = answers.country or None, answers.notes


def _hold(proposal: Proposal) -> None:
    """Lock the proposal and reread it: of two simultaneous requests, the second must see what the first has done."""
    reread(proposal, "status", "session_id", "link_id")


def change(proposal: Proposal, answers: ProposalInput) -> None:
    """Change a proposal while the call is open, except its e-mail address. Raises Refused once it is decided."""
    _hold(proposal)
    _check_open(proposal.event)
    if proposal.status is not ProposalStatus.SUBMITTED:
        raise Refused(_("This proposal can no longer be changed."))
    _fill(proposal, answers)
    db.session.flush()


def withdraw(proposal: Proposal) -> None:
    """Withdraw a proposal; doing so again does nothing. Raises Refused for an accepted one."""
    _hold(proposal)
    if proposal.status is ProposalStatus.ACCEPTED:
        raise Refused(
            _(
                "Your proposal has been accepted, so you can't withdraw it. Decline to take part instead, or "
                "contact the organizers."
            )
        )
    proposal.status = ProposalStatus.WITHDRAWN
    db.session.flush()


def forget(proposal: Proposal) -> None:
    """Delete a proposal with its reviews and e-mails, because its proposer wants no data kept."""
    withdraw(proposal)
    topic = f"event:{proposal.event_id}"
    mail.forget(topic, containing=proposal.token)
    if not queries.has_other_part(proposal):
        # Those with the link of a speaker's page, which has ended if the decision was undone.
        mail.forget_recipient(topic, proposal.email, family="proposals")
    pending.forget([notices.proposal_key(proposal)])
    delete_row(proposal)


def review(proposal: Proposal, user: User, *, vote: int | None, note: str) -> Review:
    """Save a team member's review of a proposal; each member has one and can change it."""
    if vote is not None and vote not in rules.VOTES:
        raise Refused(_("Choose an option from the list."), field="vote")
    # Serialize simultaneous requests.
    _hold(proposal)
    mine = next((one for one in queries.reviews(proposal) if one.user_id == user.id), None)
    if mine is None:
        mine = Review(proposal_id=proposal.id, user=user)
        db.session.add(mine)
    mine.vote, mine.note = vote, note
    db.session.flush()
    return mine


def accept(
    proposal: Proposal,
    *,
    person: Person | None = None,
    draft: Draft | None = None,
    moves: bool = False,
    asks: Draft | None = None,
) -> Session:
    """Create a draft session from a proposal, with its proposer as an unconfirmed speaker.

    `person`: the person in the directory whom an organizer has chosen; without it a new person is created, whatever the
    name. One who has a link already keeps it with its address, and is asked there for the new part by the text `asks`:
    anybody can propose in the name of a known speaker. If the organizer `moves` it, the proposer's address gets a new
    link. Without a `draft`, the proposer is sent no e-mail. Raises Refused if the proposal does not await a decision.
    """
    _decidable(proposal)
    event = proposal.event
    if person is None:
        person = _new_person(proposal)
    else:
        reread(person, "id")  # before the session refers to them: two who accept would wait for each other at the link
    session = programme.save_session(
        event,
        None,
        title=proposal.titled,
        kind=proposal.kind,
        parts=[programme.ParticipationInput(person, mode=proposal.mode, confirmed=False)],
        minutes=proposal.minutes,
        abstract=proposal.described,
        spoken=list(proposal.spoken),
    )
    proposal.status = ProposalStatus.ACCEPTED
    proposal.session = session
    proposal.link = _link(proposal, person, moves=moves, asks=asks)
    db.session.flush()
    if draft is not None:
        notices.notify_proposer(proposal, Occasion.ACCEPTED, draft)
    return session


def _link(proposal: Proposal, person: Person, *, moves: bool, asks: Draft | None) -> SpeakerLink:
    known = queries.link_of(proposal.event, person)
    if known is None or moves or not known.is_elsewhere(proposal.email):
        return speakers.link_for(proposal.event, person, email=proposal.email, language=proposal.language)
    return speakers.link_for(proposal.event, person, email=known.email, language=known.language, text=asks)


def _new_person(proposal: Proposal) -> Person:
    tag = rules.name_language(proposal.family_name + proposal.given_name, proposal.written_in)
    person = directory.save_person(
        None, family=LocalizedText({tag: proposal.family_name}), given=LocalizedText({tag: proposal.given_name})
    )
    if proposal.position:
        written = proposal.written_in
        directory.set_position(
            person,
            title=LocalizedText({written: proposal.position}),
            organization=speakers.organization(LocalizedText({written: proposal.organization_name})),
        )
    return person


def _decidable(proposal: Proposal) -> None:
    _hold(proposal)
    if proposal.status is not ProposalStatus.SUBMITTED:
        raise Refused(_("This proposal has already been decided: %(state)s.", state=proposal.status.label))


def decline(proposal: Proposal, *, draft: Draft | None = None) -> None:
    """Decline a proposal. Raises Refused if it does not await a decision."""
    _decidable(proposal)
    proposal.status = ProposalStatus.DECLINED
    db.session.flush()
    if draft is not None:
        notices.notify_proposer(proposal, Occasion.DECLINED, draft)


def reopen(proposal: Proposal, *, draft: Draft | None = None) -> None:
    """Undo a decision. Raises Refused while the session created from the proposal exists."""
    _hold(proposal)
    if proposal.status not in {ProposalStatus.ACCEPTED, ProposalStatus.DECLINED}:
        raise Refused(_("This proposal can't be decided again."))
    if proposal.session_id is not None:
        raise Refused(_("A session has been created from this proposal. Delete the session first."))
    link, proposal.link = proposal.link, None
    proposal.status = ProposalStatus.SUBMITTED
    if link is not None and not queries.parts_of(link):
        delete_row(link)
    if draft is not None:
        notices.notify_proposer(proposal, Occasion.REOPENED, draft)

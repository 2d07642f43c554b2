"""Verbs of the call: set it up, propose, change, withdraw, review, and decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from eventapp.accounts.models import User
from eventapp.core import clock
from eventapp.core.db import db, savepoint
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
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
from eventapp.proposals.drafts import Occasion
from eventapp.proposals.models import Call, Proposal, Review
from eventapp.proposals.rules import CallState, ProposalStatus


@dataclass(frozen=True)
class ProposalInput:
    """What somebody proposes. `minutes` None where the call does not ask for a length."""

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
    """Set up the call of an event, or change it. Raises Refused for times in the wrong order, no kind or no mode."""
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Refused(_("The end must be after the start."), field="closes_at")
    if not kinds:
        raise Refused(_("Choose at least one."), field="kinds")
    if not modes:
        raise Refused(_("Choose at least one."), field="modes")
    # Two buttons pressed at once set up one call.
    db.session.refresh(event, ["id"], with_for_update=True)
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
    """Move opening and closing of the call, as `shifted_window` says. Returns how many of them have moved."""
    call = queries.call_of(event)
    if call is None:
        return 0
    before = call.opens_at, call.closes_at
    call.opens_at, call.closes_at = shifted_window(*before, shift=shift, now=clock.now())
    call.note_closing(before[1])
    db.session.flush()
    return (call.opens_at != before[0]) + (call.closes_at != before[1])


def submit(event: Event, answers: ProposalInput, *, once: str = "", counted: bool = False) -> Proposal:
    """Take a proposal and write to its owner.

    `once` names the form that was sent: sending it twice makes one proposal. The letter is `counted` where a stranger
    causes it. Raises Refused where the call is not open, TooManyEmails where the address was written to too often.
    """
    _check_open(event)
    known = queries.by_once(once) if once else None
    if known is not None:
        return _same(known, event, answers) or submit(event, answers, counted=counted)
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
        # Somebody pressed the button twice, and the other request was faster.
        known = queries.by_once(once)
        if known is None:
            raise
        return _same(known, event, answers) or submit(event, answers, counted=counted)
    if counted and not may_email(proposal.email):
        raise TooManyEmails
    notices.notify_proposer(proposal, Occasion.RECEIVED)
    return proposal


def _same(known: Proposal, event: Event, answers: ProposalInput) -> Proposal | None:
    """The known proposal, if it is the one that is sent; who goes back and writes another one means another one."""
    said = (answers.title, answers.abstract, answers.email.strip())
    return known if known.event_id == event.id and said == (known.title, known.abstract, known.email) else None


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
    """Lock the proposal and read it anew: of two who press a button the second sees what the first has done."""
    db.session.refresh(proposal, ["status", "session_id", "link_id"], with_for_update=True)


def change(proposal: Proposal, answers: ProposalInput) -> None:
    """Its owner changes it while the call is open; the address of the mail stays. Raises Refused once it is decided."""
    _hold(proposal)
    _check_open(proposal.event)
    if proposal.status is not ProposalStatus.SUBMITTED:
        raise Refused(_("This proposal can no longer be changed."))
    _fill(proposal, answers)
    db.session.flush()


def withdraw(proposal: Proposal) -> None:
    """Its owner takes it back; doing it twice is doing it once. Raises Refused for what stands on the programme."""
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
    """Delete a proposal, what the team said of it, and the letters about it: its owner wants no data kept."""
    withdraw(proposal)
    mail.forget(f"event:{proposal.event_id}", containing=proposal.token)
    pending.forget([notices.proposal_key(proposal)])
    db.session.delete(proposal)
    db.session.flush()


def review(proposal: Proposal, user: User, *, vote: int | None, note: str) -> Review:
    """What a member of the team thinks of it: one review per person, which can be changed."""
    if vote is not None and vote not in rules.VOTES:
        raise Refused(_("Choose an option from the list."), field="vote")
    # Two buttons pressed at once write one after the other.
    _hold(proposal)
    mine = next((one for one in queries.reviews(proposal) if one.user_id == user.id), None)
    if mine is None:
        mine = Review(proposal_id=proposal.id, user=user)
        db.session.add(mine)
    mine.vote, mine.note = vote, note
    db.session.flush()
    return mine


def accept(proposal: Proposal, *, person: Person | None = None, letter: Draft | None = None) -> Session:
    """Make a draft session of a proposal, and a speaker who has not confirmed yet of its owner.

    `person`: somebody of the directory who an organizer says it is; without, a new person is made whatever the name.
    `letter` None writes none. Raises Refused where the proposal waits for no decision.
    """
    _decidable(proposal)
    event = proposal.event
    person = person or _new_person(proposal)
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
    proposal.link = speakers.link_for(
        event, person, email=proposal.email, language=proposal.language, token=proposal.token
    )
    db.session.flush()
    if letter is not None:
        notices.notify_proposer(proposal, Occasion.ACCEPTED, letter)
    return session


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


def decline(proposal: Proposal, *, letter: Draft | None = None) -> None:
    """Say no. Raises Refused where the proposal waits for no decision."""
    _decidable(proposal)
    proposal.status = ProposalStatus.DECLINED
    db.session.flush()
    if letter is not None:
        notices.notify_proposer(proposal, Occasion.DECLINED, letter)


def reopen(proposal: Proposal, *, letter: Draft | None = None) -> None:
    """Decide again. Raises Refused while the session that was made of it exists: what is planned is not lost unseen."""
    _hold(proposal)
    if proposal.status not in {ProposalStatus.ACCEPTED, ProposalStatus.DECLINED}:
        raise Refused(_("This proposal can't be decided again."))
    if proposal.session_id is not None:
        raise Refused(_("A session has been created from this proposal. Delete the session first."))
    link, proposal.link = proposal.link, None
    proposal.status = ProposalStatus.SUBMITTED
    if link is not None and not queries.parts_of(link):
        db.session.delete(link)
    db.session.flush()
    if letter is not None:
        notices.notify_proposer(proposal, Occasion.REOPENED, letter)

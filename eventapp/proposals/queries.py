"""Finding calls, proposals, reviews and speaker links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.accounts.models import User
from eventapp.core.db import db
from eventapp.directory.models import Person, Position
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import SessionStatus
from eventapp.proposals.models import Call, Proposal, Review, SpeakerLink
from eventapp.proposals.rules import Answer, CallState, ProposalStatus, same_name


class Order(StrEnum):
    """Sort orders of the list."""

    NEWEST = "newest"
    VOTES = "votes"
    TITLE = "title"


@dataclass(frozen=True)
class RatedProposal:
    """A proposal in the list, with the mean of its votes (−1 to 1, None without any) and their number."""

    proposal: Proposal
    mean: float | None
    votes: int


def call_of(event: Event) -> Call | None:
    """The call of an event, if it is set up."""
    return db.session.scalar(select(Call).where(Call.event_id == event.id).options(joinedload(Call.event)))


def call_with_closing(event_id: int) -> Call | None:
    """The call of an event, by its id, if it has or had a closing time."""
    return db.session.scalar(select(Call).where(Call.event_id == event_id, Call.last_closing.is_not(None)))


def open_call(event: Event) -> Call | None:
    """The call of an event while it accepts proposals."""
    call = call_of(event)
    return call if call is not None and call.state is CallState.OPEN else None


def by_token(token: str) -> Proposal | None:
    """The proposal of a private link."""
    options = (joinedload(Proposal.event), joinedload(Proposal.link))
    return db.session.scalar(select(Proposal).where(Proposal.token == token).options(*options))


def by_once(once: str) -> Proposal | None:
    """The proposal that a form has already created."""
    return db.session.scalar(select(Proposal).where(Proposal.once == once))


def by_code(event: Event, code: str) -> Proposal | None:
    """A proposal of this event."""
    query = select(Proposal).where(Proposal.event_id == event.id, Proposal.code == code)
    return db.session.scalar(query.options(joinedload(Proposal.session), joinedload(Proposal.link)))


def has_other_part(proposal: Proposal) -> bool:
    """Whether somebody with the address of this proposal has another one for the event, or is written to as a
    speaker of it.
    """
    same = [
        select(table.id).where(table.event_id == proposal.event_id, func.lower(table.email) == proposal.email.lower())
        for table in (Proposal, SpeakerLink)
    ]
    return bool(db.session.scalar(select(or_(same[0].where(Proposal.id != proposal.id).exists(), same[1].exists()))))


def of_event(
    event: Event,
    user: User,
    *,
    status: ProposalStatus | None = None,
    unvoted: bool = False,
    order: Order = Order.NEWEST,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[RatedProposal], int]:
    """A page of proposals, and their total number. `unvoted`: only those that `user` has not voted on."""
    query = select(Proposal.id).where(Proposal.event_id == event.id)
    if status:
        query = query.where(Proposal.status == status)
    if unvoted:
        mine = select(Review.id).where(
            Review.proposal_id == Proposal.id, Review.user_id == user.id, Review.vote.is_not(None)
        )
        query = query.where(~mine.exists(), Proposal.status == ProposalStatus.SUBMITTED)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    votes = (
        select(Review.proposal_id, func.avg(Review.vote).label("mean"), func.count(Review.vote).label("votes"))
        .group_by(Review.proposal_id)
        .subquery()
    )
    sorting = {
        Order.NEWEST: (Proposal.created_at.desc(),),
        Order.VOTES: (votes.c.mean.desc().nulls_last(), votes.c.votes.desc()),
        Order.TITLE: (func.lower(Proposal.title),),
    }[order]
    rows = db.session.execute(
        select(Proposal, votes.c.mean, votes.c.votes)
        .outerjoin(votes, votes.c.proposal_id == Proposal.id)
        .where(Proposal.id.in_(query))
        .options(joinedload(Proposal.link))
        .order_by(*sorting, Proposal.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [RatedProposal(p, None if mean is None else float(mean), number or 0) for p, mean, number in rows], total


def numbers_by_status(event: Event) -> dict[ProposalStatus, int]:
    """The number of proposals per status."""
    query = select(Proposal.status, func.count()).where(Proposal.event_id == event.id).group_by(Proposal.status)
    return {status: number for status, number in db.session.execute(query)}


def reviews(proposal: Proposal) -> list[Review]:
    """The team's reviews, oldest first."""
    query = select(Review).where(Review.proposal_id == proposal.id).options(joinedload(Review.user))
    return list(db.session.scalars(query.order_by(Review.id)))


def candidates(proposal: Proposal) -> list[Person]:
    """People of the event with the proposer's name. Equal names prove nothing, so an organizer chooses."""
    return [
        person
        for person in programme.people_of(proposal.event)
        if same_name(proposal.family_name, proposal.given_name, families=person.family, givens=person.given)
    ]


def link_by_token(token: str) -> SpeakerLink | None:
    """A speaker link by its token, with the person."""
    person = joinedload(SpeakerLink.person).selectinload(Person.positions).joinedload(Position.organization)
    query = select(SpeakerLink).where(SpeakerLink.token == token)
    return db.session.scalar(query.options(joinedload(SpeakerLink.event), joinedload(SpeakerLink.at_event), person))


def link_of(event: Event, person: Person) -> SpeakerLink | None:
    """The speaker link of a person at an event, if there is one."""
    return db.session.scalar(
        select(SpeakerLink).where(SpeakerLink.event_id == event.id, SpeakerLink.person_id == person.id)
    )


def links_of(event: Event, people: Iterable[Person]) -> dict[int, SpeakerLink]:
    """The speaker links of people at an event, by the id of the person."""
    numbers = [one.id for one in people]
    query = select(SpeakerLink).where(SpeakerLink.event_id == event.id, SpeakerLink.person_id.in_(numbers))
    return {link.person_id: link for link in db.session.scalars(query)} if numbers else {}


def links(event: Event) -> list[SpeakerLink]:
    """The speaker links of an event, with their people."""
    query = select(SpeakerLink).where(SpeakerLink.event_id == event.id).options(joinedload(SpeakerLink.person))
    return list(db.session.scalars(query.order_by(SpeakerLink.id)))


def parts_of(link: SpeakerLink) -> list[tuple[Session, Participation]]:
    """The team's sessions in which the link's owner takes part, unscheduled ones last."""
    rows = db.session.execute(
        select(Session, Participation)
        .join(Participation, Participation.session_id == Session.id)
        .where(Session.event_id == link.event_id, Participation.person_id == link.person_id)
        .options(selectinload(Session.rooms))
        .order_by(Session.starts_at.nulls_last(), Session.id, Participation.id)
    )
    return [(session, part) for session, part in rows]


def declined(event: Event) -> list[SpeakerLink]:
    """Speakers who have declined but are still on the programme: the team has to replace them."""
    on_programme = (
        select(Participation.id)
        .join(Session, Session.id == Participation.session_id)
        .where(
            Participation.person_id == SpeakerLink.person_id,
            Session.event_id == event.id,
            Session.status != SessionStatus.CANCELLED,
        )
        .exists()
    )
    query = select(SpeakerLink).where(
        SpeakerLink.event_id == event.id, SpeakerLink.answer == Answer.DECLINED, on_programme
    )
    shown = (joinedload(SpeakerLink.person), joinedload(SpeakerLink.at_event))
    return list(db.session.scalars(query.options(*shown).order_by(SpeakerLink.id)))

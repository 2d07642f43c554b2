"""Finding events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, cast, extract, func, literal, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role, may_give
from eventapp.core import clock, tokens
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import Revision
from eventapp.core.statements import QuickRead
from eventapp.events import rules
from eventapp.events.models import Event, EventHost, EventSeries, FormerSlug, TeamInvitation, TeamMember, Theme, Venue
from eventapp.events.rules import EventFormat, EventKind, EventStatus, TeamInvitationState, Visibility
from eventapp.mail.models import Email, EmailStatus

_SHOWN = [status for status in EventStatus if rules.listed(status, Visibility.PUBLIC)]


# Built once: building a select takes longer than running it.
_by_slug = select(Event).where(Event.slug == bindparam("slug")).options(joinedload(Event.series))


def by_slug(slug: str) -> Event | None:
    """The event, public or not."""
    return db.session.scalar(_by_slug, {"slug": slug})


def by_id(number: int) -> Event | None:
    """The event with this id."""
    return db.session.get(Event, number)


def free_slug(wanted: str) -> str:
    """A slug that no event has or had: the one that is wanted, or with a number: "forum-2031-2"."""
    names = db.session.scalars(select(Event.slug).where(Event.slug.startswith(wanted, autoescape=True)))
    former = db.session.scalars(select(FormerSlug.slug).where(FormerSlug.slug.startswith(wanted, autoescape=True)))
    taken = {*names, *former, "new"}
    numbers = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbers if slug not in taken)


def by_former_slug(former: str) -> Event | None:
    """The event that used to have this slug."""
    return db.session.scalar(
        select(Event).join(FormerSlug, FormerSlug.event_id == Event.id).where(FormerSlug.slug == former)
    )


@dataclass(frozen=True)
class PageState:
    """What decides whether a cached page of an event is fresh, read with one query; `is_fresh` runs it again."""

    id: int
    public: bool
    revisions: tuple[int, ...]
    is_fresh: Callable[[], bool | None] = field(compare=False)


_scope = literal("event:", String) + cast(Event.id, String)


class Shown(StrEnum):
    """What a public page shows besides the event itself, and so what makes a cached one stale."""

    NOTHING = ""
    SEATS = "seats"  # what pages say about seats that are left, which is less often than each registration
    ATTENDEES = "people"
    CHECK_INS = "people check-ins"


def _state(shown: Shown) -> QuickRead:
    scopes = [_scope, "directory", *(_scope + f":{part}" for part in shown.split())]
    numbers = (select(Revision.number).where(Revision.scope == scope).scalar_subquery() for scope in scopes)
    query = select(Event.id, Event.status, Event.visibility, *numbers)
    return QuickRead(query.where(Event.slug == bindparam("slug", "")))


_states = {shown: _state(shown) for shown in Shown}


def page_state(slug: str, shown: Shown = Shown.NOTHING) -> PageState | None:
    """The state of an event's public pages: the revisions of the event, the directory and of what else they show."""
    state = _states[shown]
    seen = state.raw(slug=slug)
    if seen is None:
        return None
    number, status, visibility, *revisions = state.read(seen)
    public = rules.public(status, visibility)
    return PageState(number, public, tuple(r or 0 for r in revisions), state.freshness_check(seen, slug=slug))


@dataclass(frozen=True)
class EventFilter:
    """The filters of the list of events; empty values mean all."""

    kind: EventKind | None = None
    format: EventFormat | None = None
    country: str = ""
    year: int | None = None
    series: str = ""
    text: str = ""


def listed(
    event_filter: EventFilter | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    before: datetime | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[Event]:
    """Public events: upcoming ones (`since`) soonest first, past ones (`until`) latest first; that begin `before`."""
    event_filter = event_filter or EventFilter()
    query = (
        select(Event)
        .where(Event.status.in_(_SHOWN), Event.visibility == Visibility.PUBLIC)
        .options(joinedload(Event.series))
    )
    if event_filter.kind:
        query = query.where(Event.kind == event_filter.kind)
    if event_filter.format:
        query = query.where(Event.format == event_filter.format)
    if event_filter.country:
        query = query.where(Event.country_code == event_filter.country)
    if event_filter.year:
        query = query.where(extract("year", Event.starts_at) == event_filter.year)
    if event_filter.series:
        query = query.join(EventSeries).where(EventSeries.slug == event_filter.series)
    if since:
        query = query.where(Event.ends_at >= since).order_by(Event.starts_at, Event.id)
    if before:
        query = query.where(Event.starts_at < before)
    if until:
        query = query.where(Event.ends_at < until).order_by(Event.starts_at.desc(), Event.id)
    if not event_filter.text:
        return list(db.session.scalars(query.limit(limit).offset(offset)))
    # Titles are JSON per language; the two engines search JSON differently, and the list of events is short.
    sought = event_filter.text.casefold()
    events = [event for event in db.session.scalars(query) if _mentions(event, sought)]
    return events[offset : offset + limit]


def _mentions(event: Event, sought: str) -> bool:
    texts = (event.title, event.subtitle, event.purpose, event.venue_name)
    return any(sought in text.casefold() for words in texts for text in words.values())


def filters() -> tuple[list[str], list[int], list[EventSeries]]:
    """The choices for filtering the list of events: countries, years (latest first) and series of listed events."""
    rows = db.session.execute(
        select(Event.country_code, Event.starts_at, Event.series_id).where(
            Event.status.in_(_SHOWN), Event.visibility == Visibility.PUBLIC
        )
    ).all()
    ids = {row.series_id for row in rows if row.series_id}
    series = list(db.session.scalars(select(EventSeries).where(EventSeries.id.in_(ids)).order_by(EventSeries.slug)))
    return (
        sorted({row.country_code for row in rows}),
        sorted({row.starts_at.year for row in rows}, reverse=True),
        series,
    )


def editions(event: Event) -> list[Event]:
    """The other listed editions of the event's series, latest first."""
    if event.series_id is None:
        return []
    query = select(Event).where(
        Event.series_id == event.series_id,
        Event.id != event.id,
        Event.status.in_(_SHOWN),
        Event.visibility == Visibility.PUBLIC,
    )
    return list(db.session.scalars(query.order_by(Event.starts_at.desc())))


def themes(event: Event) -> list[Theme]:
    """Themes in order."""
    return list(db.session.scalars(select(Theme).where(Theme.event_id == event.id).order_by(Theme.position)))


def hosts(event: Event) -> list[EventHost]:
    """Hosts, then co-hosts, then supporters."""
    rows = db.session.scalars(
        select(EventHost)
        .where(EventHost.event_id == event.id)
        .options(joinedload(EventHost.organization))
        .order_by(EventHost.position, EventHost.id)
    )
    order = list(rules.HostRole)
    return sorted(rows, key=lambda host: order.index(host.role))


def lead_host(hosts: Iterable[EventHost]) -> LocalizedText | None:
    """The name of the first host, whom pages name at their head."""
    return next((one.organization.names for one in hosts if one.role is rules.HostRole.HOST), None)


def venues(event: Event) -> list[Venue]:
    """Venues in order."""
    return list(db.session.scalars(select(Venue).where(Venue.event_id == event.id).order_by(Venue.position, Venue.id)))


def all_series() -> list[EventSeries]:
    """All series."""
    return list(db.session.scalars(select(EventSeries).order_by(EventSeries.slug)))


def role_in_team(event: Event, user: User) -> Role | None:
    """The user's role in the event's team, or None."""
    return db.session.scalar(
        select(TeamMember.role).where(TeamMember.event_id == event.id, TeamMember.user_id == user.id)
    )


def role_at(event: Event, user: User) -> Role | None:
    """What a user may do at an event: an administrator owns every event, and a disabled account may do nothing."""
    if not user.active:
        return None
    return Role.OWNER if user.admin else role_in_team(event, user)


def _invitations() -> Select[TeamInvitation, User, Role]:
    """Invitations with their inviter and the inviter's role in the team."""
    of_inviter = and_(TeamMember.user_id == User.id, TeamMember.event_id == TeamInvitation.event_id)
    query = select(TeamInvitation, User, TeamMember.role).outerjoin(User, User.id == TeamInvitation.inviter_id)
    return query.outerjoin(TeamMember, of_inviter).options(contains_eager(TeamInvitation.inviter))


def _with_state(row: Any) -> tuple[TeamInvitation, TeamInvitationState]:
    invitation, inviter, role = row
    giver = None if inviter is None or not inviter.active else Role.OWNER if inviter.admin else role
    state = rules.state_of_invitation(
        accepted=invitation.accepted_at is not None,
        withdrawn=invitation.withdrawn_at is not None,
        inviter_may=may_give(giver, invitation.role),
        expires_at=invitation.expires_at,
        now=clock.now(),
    )
    return invitation, state


def open_invitations(event: Event) -> list[tuple[TeamInvitation, TeamInvitationState]]:
    """Invitations to the team that were neither accepted nor withdrawn, the latest first."""
    query = _invitations().where(
        TeamInvitation.event_id == event.id,
        TeamInvitation.accepted_at.is_(None),
        TeamInvitation.withdrawn_at.is_(None),
    )
    query = query.order_by(TeamInvitation.sent_at.desc(), TeamInvitation.id.desc())
    return [_with_state(row) for row in db.session.execute(query)]


def invitation_by_token(
    token: str, *, locked: bool = False
) -> tuple[TeamInvitation, TeamInvitationState] | tuple[None, None]:
    """The invitation with this secret, and its state; `locked`: read anew, and held until the transaction ends."""
    is_it = TeamInvitation.digest == tokens.digest(token)
    query = _invitations().where(is_it)
    query = query.options(joinedload(TeamInvitation.event))
    if locked:  # first, because what is joined to a row that was waited for would be as it was before
        db.session.execute(select(TeamInvitation.id).where(is_it).with_for_update())
        query = query.execution_options(populate_existing=True)
    row = db.session.execute(query).one_or_none()
    return _with_state(row) if row is not None else (None, None)


def not_delivered(invitations: Iterable[TeamInvitation]) -> set[int]:
    """The ids of those invitations whose last e-mail could not be delivered."""
    topics = {invitation.topic: invitation.id for invitation in invitations}
    if not topics:
        return set()
    failed = select(Email.topic).where(Email.topic.in_(topics), Email.status == EmailStatus.FAILED)
    return {topics[topic] for topic in db.session.scalars(failed)}


def team(event: Event) -> list[TeamMember]:
    """The event's team."""
    return list(
        db.session.scalars(
            select(TeamMember)
            .where(TeamMember.event_id == event.id)
            .options(selectinload(TeamMember.user))
            .order_by(TeamMember.id)
        )
    )


def numbers_of_events(users: Iterable[User]) -> dict[int, int]:
    """In how many teams each of these users is, by their id; those in none are left out."""
    query = select(TeamMember.user_id, func.count()).where(TeamMember.user_id.in_([user.id for user in users]))
    return {number: many for number, many in db.session.execute(query.group_by(TeamMember.user_id))}


def teams_of(user: User) -> list[tuple[Event, Role]]:
    """The events in whose teams a user is, and their role there; the latest event first."""
    query = select(Event, TeamMember.role).join(TeamMember, TeamMember.event_id == Event.id)
    query = query.where(TeamMember.user_id == user.id).order_by(Event.starts_at.desc(), Event.id)
    return [(event, role) for event, role in db.session.execute(query)]


def owned_alone(user: User) -> list[Event]:
    """Events of which a user is the only owner."""
    owners = select(TeamMember.event_id).where(TeamMember.role == Role.OWNER)
    alone = owners.group_by(TeamMember.event_id).having(func.count() == 1)
    theirs = owners.where(TeamMember.user_id == user.id)
    return list(db.session.scalars(select(Event).where(Event.id.in_(alone), Event.id.in_(theirs)).order_by(Event.id)))


def of_user(user: User) -> list[Event]:
    """Events that a user works on, upcoming ones first; all events for an administrator."""
    query = select(Event)
    if not user.admin:
        query = query.join(TeamMember, TeamMember.event_id == Event.id).where(TeamMember.user_id == user.id)
    events = list(db.session.scalars(query))
    coming = sorted((e for e in events if not e.over), key=lambda e: e.starts_at)
    past = sorted((e for e in events if e.over), key=lambda e: e.starts_at, reverse=True)
    return coming + past

"""Operations on an event: create, edit, publish, postpone, cancel; themes, hosts, venues and team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core import tokens
from eventapp.core.clock import local_day
from eventapp.core.db import db, locked, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.directory import operations as directory
from eventapp.directory.models import Organization
from eventapp.directory.rules import OrganizationKind
from eventapp.events import queries
from eventapp.events.models import Event, EventHost, EventSeries, FormerSlug, TeamMember, Theme, Venue
from eventapp.events.rules import (
    SLUG,
    EventColour,
    EventKind,
    EventStatus,
    HostRole,
    Motif,
    listed,
    place_key,
    suggested_slug,
)


def create(
    *, owner: User | None, title: LocalizedText, slug: str = "", themes: Iterable[LocalizedText] = (), **values: Any
) -> Event:
    """Create a draft; `owner` becomes the first team member. Without a slug it gets one that follows from its title.

    Raises Refused as `edit` does.
    """
    year = local_day(values["starts_at"], values.get("zone", "UTC")).year
    slug = slug or queries.free_slug(suggested_slug(title, values.get("kind", EventKind.FORUM), year))
    event = Event(title=title, slug=slug, starts_at=values.pop("starts_at"), ends_at=values.pop("ends_at"), zone="UTC")
    venue_name = values.pop("venue_name", None)
    _check_slug(slug, event=None)
    _apply(event, values)
    db.session.add(event)
    _flush()
    name_venue(event, venue_name)
    if owner is not None:
        db.session.add(TeamMember(event_id=event.id, user=owner, role=Role.OWNER))
        db.session.flush()
    set_themes(event, themes)
    return event


def edit(event: Event, *, slug: str, **values: Any) -> Event:
    """Change an event. The old slug keeps working.

    Raises Refused for a taken slug or times in the wrong order.
    """
    if slug != event.slug:
        _check_slug(slug, event=event)
        if db.session.get(FormerSlug, event.slug) is None:
            db.session.add(FormerSlug(slug=event.slug, event_id=event.id))
        event.slug = slug
    venue_name = values.pop("venue_name", None)
    before = _significant(event)
    _apply(event, values)
    if before != _significant(event):
        event.sequence += 1
    _flush()
    name_venue(event, venue_name)
    return event


def _significant(event: Event) -> tuple[object, ...]:
    """The facts whose change calendars must be told of (RFC 5546 §2.1.4): when, whether, visible to whom.

    Where it is has its own step (_noted_venue).
    """
    audience = event.public, listed(event.status, event.visibility)
    hours = event.starts_at, event.ends_at, event.zone, event.precision
    return *hours, event.status, event.format, *audience


def _apply(event: Event, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(event, name) != value:
            setattr(event, name, value)
    if event.ends_at <= event.starts_at:
        raise Refused(_("The end must be after the start."), field="ends_at")


def _check_slug(slug: str, *, event: Event | None) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > 80 or slug == "new":  # /manage/events/new is the form for a new event
        raise Refused(_("Use lower-case letters, digits and hyphens, for example forum-2027."), field="slug")
    taken = db.session.scalar(select(Event.id).where(Event.slug == slug))
    if taken is not None and (event is None or taken != event.id):
        raise Refused(_("Another event already has this web address."), field="slug")
    former = db.session.get(FormerSlug, slug)
    if former is not None:
        if event is None or former.event_id != event.id:
            raise Refused(
                _("Another event used this web address before, and old links still go there. Choose a different one."),
                field="slug",
            )
        delete_row(former)


def _flush() -> None:
    try:
        with savepoint():
            db.session.flush()
    except IntegrityError as error:
        if "slug" in str(error.orig):
            raise Refused(_("Another event already has this web address."), field="slug") from error
        raise


def _turn(event: Event, status: EventStatus, *, note: LocalizedText | None, allowed: set[EventStatus]) -> None:
    if event.status not in allowed:
        raise Refused(_("You can't do this while the status of the event is “%(state)s”.", state=event.status.label))
    event.status = status
    event.status_note = note or LocalizedText()
    event.sequence += 1
    db.session.flush()


def _check_not_over(event: Event) -> None:
    """Who was there would be told that it does not take place."""
    if event.over:
        raise Refused(_("This event is over."))


def publish(event: Event) -> None:
    """Publish the event; `lifecycle` asks first whether something is missing."""
    _turn(
        event,
        EventStatus.PUBLISHED,
        note=None,
        allowed={EventStatus.DRAFT, EventStatus.POSTPONED, EventStatus.ARCHIVED},
    )


def unpublish(event: Event) -> None:
    """Make the event a draft again, visible only to its team."""
    _turn(event, EventStatus.DRAFT, note=None, allowed={EventStatus.PUBLISHED})


def postpone(event: Event, *, note: LocalizedText) -> None:
    """Mark the event as postponed, without a new date yet. Its pages stay up and say so. Raises Refused once it is
    over.
    """
    _check_not_over(event)
    _turn(event, EventStatus.POSTPONED, note=note, allowed={EventStatus.PUBLISHED})


def cancel(event: Event, *, note: LocalizedText) -> None:
    """Mark the event as cancelled. Its pages stay up and say so. Raises Refused once it is over."""
    _check_not_over(event)
    _turn(event, EventStatus.CANCELLED, note=note, allowed={EventStatus.PUBLISHED, EventStatus.POSTPONED})


def set_themes(event: Event, titles: Iterable[LocalizedText]) -> None:
    """Replace the themes, in order; empty ones are dropped."""
    lock(event)  # two who replace them at once would add both lists
    old = list(db.session.scalars(select(Theme).where(Theme.event_id == event.id).order_by(Theme.position)))
    new = [title for title in titles if title]
    if [theme.title for theme in old] == new:
        return
    for theme in old:
        db.session.delete(theme)
    for position, title in enumerate(new):
        db.session.add(Theme(event_id=event.id, position=position, title=title))
    db.session.flush()


def set_hosts(event: Event, hosts: Iterable[tuple[Organization, HostRole]]) -> None:
    """Replace the hosts, in order. Each organization once, with the last role given."""
    lock(event)
    roles = {organization.id: role for organization, role in hosts}
    rows = db.session.scalars(select(EventHost).where(EventHost.event_id == event.id))
    present = {host.organization_id: host for host in rows}
    for organization_id, old in present.items():
        if organization_id not in roles:
            db.session.delete(old)  # one by one: a bulk DELETE would not invalidate cached pages
    for position, (organization_id, role) in enumerate(roles.items()):
        host = present.get(organization_id)
        if host is None:
            # Keep existing rows: inserts run before deletes, and an organization is unique.
            host = EventHost(event_id=event.id, organization_id=organization_id)
            db.session.add(host)
        host.role, host.position = role, position
    db.session.flush()


def add_host(event: Event, names: LocalizedText, *, kind: OrganizationKind, role: HostRole) -> None:
    """Add a host at the end, or move an organization there that is one already. A known organization is reused."""
    lock(event)  # an organization that two members add at once is a host once
    organization = directory.known_or_new(names, kind=kind)
    query = select(EventHost).where(EventHost.event_id == event.id)
    hosts = {host.organization_id: host for host in db.session.scalars(locked(query))}
    host = hosts.pop(organization.id, None) or EventHost(event_id=event.id, organization_id=organization.id)
    host.role, host.position = role, max((one.position for one in hosts.values()), default=-1) + 1
    db.session.add(host)
    db.session.flush()


def remove_host(host: EventHost) -> None:
    """Remove a host from its event. The organization stays."""
    delete_row(host)


def save_venue(
    event: Event, venue: Venue | None, *, name: LocalizedText, address: LocalizedText, **values: Any
) -> Venue:
    """Create or change a venue. Its name says where the event is, so what was said elsewhere before is settled."""
    with _noted_venue(event):
        if venue is None:
            venue = Venue(event_id=event.id, slug=values.pop("slug", "") or tokens.code().lower())
            db.session.add(venue)
        venue.name = name
        venue.address = address
        event.former_place = LocalizedText()
        for key, value in values.items():
            setattr(venue, key, value)
        db.session.flush()
    return venue


def name_venue(event: Event, name: LocalizedText | None) -> None:
    """Name the first venue, which is created if there is none. None changes nothing; an empty name removes a venue of
    which nothing else is known.

    Raises Refused for an empty name of another one: its address would be lost with it.
    """
    if name is None:
        return
    lock(event)  # a venue that two members name at once is a venue once
    venue = next(iter(queries.venues(event)), None)
    if name:
        if venue is None:
            save_venue(event, None, name=name, address=LocalizedText())
        elif venue.name != name:
            save_venue(event, venue, name=name, address=venue.address)
    elif venue is not None:
        if venue.address or venue.access or venue.latitude is not None:
            raise Refused(_("Enter a name, or remove the venue on the page “Venue and hosts”."), field="venue_name")
        remove_venue(venue)


def set_cover_style(event: Event, colour: EventColour, motif: Motif) -> None:
    """Choose the colour of the event, and the motif of its cover without a picture."""
    event.colour, event.motif = colour, motif
    db.session.flush()


def keep_venue_name(event: Event) -> None:
    """The name of the venue is right, and not what the page of the event said in former versions."""
    event.former_place = LocalizedText()
    db.session.flush()


def remove_venue(venue: Venue) -> None:
    """Remove a venue; its rooms are kept, without a venue."""
    with _noted_venue(db.session.get_one(Event, venue.event_id)):
        delete_row(venue)


@contextmanager
def _noted_venue(event: Event) -> Iterator[None]:
    """Increment the event's SEQUENCE if its first venue, which is its location, changes inside."""
    query = (
        select(Venue.name, Venue.address).where(Venue.event_id == event.id).order_by(Venue.position, Venue.id).limit(1)
    )

    def key() -> str:
        return place_key(*(db.session.execute(query).one_or_none() or ()))

    # Two who change it at once would both count from the same number, and lock each other out: a new venue locks a part
    # of the event, and the number all of it.
    lock(event)
    db.session.refresh(event, ["sequence"])
    before = key()
    yield
    if key() != before:
        event.sequence += 1
        db.session.flush()
    db.session.expire(event, ["venue_name"])


def ensure_series(slug: str, *, title: LocalizedText) -> EventSeries:
    """The series with this slug, created if missing."""
    series = db.session.scalar(select(EventSeries).where(EventSeries.slug == slug))
    if series is None:
        series = EventSeries(slug=slug, title=title)
        db.session.add(series)
        db.session.flush()
    return series


def lock(event: Event) -> None:
    """Lock an event for this transaction. For operations that add a row of which there may be only one: two people who
    add it at once find no row yet that both could lock. Call it before the event's options are locked.
    """
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))


def set_member(event: Event, user: User, role: Role) -> TeamMember:
    """Add a user to the team or change their role. Raises Refused if no owner would be left."""
    lock(event)  # a user who is added twice at once is a member once
    query = select(TeamMember).where(TeamMember.event_id == event.id, TeamMember.user_id == user.id)
    member = db.session.scalar(locked(query))
    if member is None:
        member = TeamMember(event_id=event.id, user=user, role=role)
        db.session.add(member)
    else:
        if member.role is Role.OWNER and role is not Role.OWNER:
            _keep_an_owner(event, member)
        member.role = role
    db.session.flush()
    return member


def remove_member(event: Event, member: TeamMember) -> None:
    """Remove a team member. Raises Refused for the last owner, WasDeleted if somebody else has removed them."""
    lock(event)
    reread(member, "role")
    if member.role is Role.OWNER:
        _keep_an_owner(event, member)
    delete_row(member)


def _keep_an_owner(event: Event, member: TeamMember) -> None:
    owners = db.session.scalars(
        select(TeamMember.id).where(TeamMember.event_id == event.id, TeamMember.role == Role.OWNER).with_for_update()
    )
    if set(owners) <= {member.id}:
        raise Refused(_("An event needs at least one owner. Make someone else an owner first."))

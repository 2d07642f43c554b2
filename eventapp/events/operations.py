"""Verbs of an event: create, edit, publish, postpone, cancel, and its themes, hosts, sites and team."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core import clock, tokens
from eventapp.core.db import db, savepoint
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.core.words import Words
from eventapp.directory.models import Organization
from eventapp.events.models import Event, EventHost, EventSeries, FormerSlug, Site, TeamMember, Theme
from eventapp.events.rules import SLUG, EventStatus, HostRole, Precision, listed, place_key

Keeper = Callable[[Event], None]
_keepers: list[Keeper] = []


def leaving(keep: Keeper) -> Keeper:
    """A decorator: called with an event that the public sees no longer, to keep what it was told.

    For features that stand on this one, and which it can't call by name.
    """
    _keepers.append(keep)
    return keep


def create(*, owner: User | None, slug: str, title: Words, **values: Any) -> Event:
    """A new draft; `owner` becomes the first of its team. Raises Refused as `edit` does."""
    event = Event(title=title, slug=slug, starts_at=values.pop("starts_at"), ends_at=values.pop("ends_at"), zone="UTC")
    _check_slug(slug, event=None)
    with _noted_audience(event):
        _apply(event, values)
    db.session.add(event)
    _flush()
    if owner is not None:
        db.session.add(TeamMember(event_id=event.id, user=owner, role=Role.OWNER))
        db.session.flush()
    return event


def edit(event: Event, *, slug: str, **values: Any) -> Event:
    """Change an event. The old address keeps working.

    Raises Refused for a taken slug or times in the wrong order.
    """
    if slug != event.slug:
        _check_slug(slug, event=event)
        if db.session.get(FormerSlug, event.slug) is None:
            db.session.add(FormerSlug(slug=event.slug, event_id=event.id))
        event.slug = slug
    before = _significant(event)
    with _noted_audience(event):
        _apply(event, values)
    if before != _significant(event):
        event.sequence += 1
    _flush()
    return event


def _significant(event: Event) -> tuple[object, ...]:
    """What calendars must be told of when it changes (RFC 5546 §2.1.4): when, where, whether, to whom."""
    told = event.public, listed(event.status, event.visibility)
    hours = event.starts_at, event.ends_at, event.zone, event.precision
    return *hours, event.status, place_key(event.place), event.format, *told


@contextmanager
def _noted_audience(event: Event) -> Iterator[None]:
    """Write down when the event first becomes public, and what it was told as when it leaves the public or the list,
    or when its day is not known any more.

    Calendars that have it must be told, and somebody who was never told must learn nothing. Whoever changes the
    audience raises the event's SEQUENCE by one afterwards.
    """
    was_public, was_listed, withdrawn_at = event.public, _in_list(event), event.withdrawn_at
    starts, ends, zone, precision = event.starts_at, event.ends_at, event.zone, event.precision
    yield
    is_listed = _in_list(event)
    moment = clock.now()
    if event.public:
        event.announced_at = event.announced_at or moment
        event.withdrawn_at = None
    elif was_public:
        event.withdrawn_at = moment
    if event.public and event.timed:
        event.undated_at = None
    elif event.public and (precision if was_public else event.told_precision) is Precision.DAY:
        event.undated_at = moment if was_public else withdrawn_at
    if is_listed:
        event.unlisted_at = None
    elif was_listed:
        event.unlisted_at = moment
    if (was_public and not event.public) or (was_listed and not is_listed):
        event.told_starts_at, event.told_ends_at, event.told_zone, event.told_precision = starts, ends, zone, precision
        event.told_sequence = event.sequence + 1
    if was_public and not event.public:
        with db.session.no_autoflush:  # what is wrong with the event is found where it is said
            for keep in _keepers:
                keep(event)


def _in_list(event: Event) -> bool:
    """Whether it stands in the calendar of all events."""
    return listed(event.status, event.visibility) and event.timed


def _apply(event: Event, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(event, name) != value:
            setattr(event, name, value)
    if event.ends_at <= event.starts_at:
        raise Refused(_("The end must be after the start."), field="ends_at")


def _check_slug(slug: str, *, event: Event | None) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > 80 or slug == "new":  # /manage/events/new makes an event
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
        db.session.delete(former)


def _flush() -> None:
    try:
        with savepoint():
            db.session.flush()
    except IntegrityError as error:
        if "slug" in str(error.orig):
            raise Refused(_("Another event already has this web address."), field="slug") from error
        raise


def _turn(event: Event, status: EventStatus, *, note: Words | None, allowed: set[EventStatus]) -> None:
    if event.status not in allowed:
        raise Refused(_("You can't do this while the status of the event is “%(state)s”.", state=event.status.label))
    with _noted_audience(event):
        event.status = status
    event.status_note = note or Words()
    event.sequence += 1
    db.session.flush()


def publish(event: Event) -> None:
    """Show it to the public. Raises Refused where a title is missing."""
    if not event.title:
        raise Refused(_("Give the event a title first."))
    _turn(
        event,
        EventStatus.PUBLISHED,
        note=None,
        allowed={EventStatus.DRAFT, EventStatus.POSTPONED, EventStatus.ARCHIVED},
    )


def withdraw(event: Event) -> None:
    """Back to a draft that only the team sees."""
    _turn(event, EventStatus.DRAFT, note=None, allowed={EventStatus.PUBLISHED})


def postpone(event: Event, *, note: Words) -> None:
    """The date does not hold any more and there is no new one yet; pages stay and say so."""
    _turn(event, EventStatus.POSTPONED, note=note, allowed={EventStatus.PUBLISHED})


def cancel(event: Event, *, note: Words) -> None:
    """It will not take place; pages stay and say so."""
    _turn(event, EventStatus.CANCELLED, note=note, allowed={EventStatus.PUBLISHED, EventStatus.POSTPONED})


def set_themes(event: Event, titles: Iterable[Words]) -> None:
    """Replace the themes, in order; empty ones are dropped."""
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
    """Replace the hosts, in order. Each organization once: the last role that is named counts."""
    wanted = {organization.id: role for organization, role in hosts}
    rows = db.session.scalars(select(EventHost).where(EventHost.event_id == event.id))
    present = {host.organization_id: host for host in rows}
    for organization_id, old in present.items():
        if organization_id not in wanted:
            db.session.delete(old)  # one by one: a statement for all would leave kept pages as they are
    for position, (organization_id, role) in enumerate(wanted.items()):
        host = present.get(organization_id)
        if host is None:
            # What stays keeps its row: rows are inserted before others are deleted, and an organization is unique.
            host = EventHost(event_id=event.id, organization_id=organization_id)
            db.session.add(host)
        host.role, host.position = role, position
    db.session.flush()


def save_site(event: Event, site: Site | None, *, name: Words, address: Words, **values: Any) -> Site:
    """A new site, or the changed one."""
    with _noted_venue(event):
        if site is None:
            site = Site(event_id=event.id, slug=values.pop("slug", "") or tokens.code().lower())
            db.session.add(site)
        site.name = name
        site.address = address
        for key, value in values.items():
            setattr(site, key, value)
        db.session.flush()
    return site


def remove_site(site: Site) -> None:
    """Take a site away; its rooms stay, without a site."""
    with _noted_venue(db.session.get_one(Event, site.event_id)):
        db.session.delete(site)
        db.session.flush()


@contextmanager
def _noted_venue(event: Event) -> Iterator[None]:
    """The first site is where the event is: calendars must be told of another one, as of another place."""
    query = select(Site.name, Site.address).where(Site.event_id == event.id).order_by(Site.position, Site.id).limit(1)

    def key() -> str:
        return place_key(*(db.session.execute(query).one_or_none() or ()))

    before = key()
    yield
    if key() != before:
        event.sequence += 1
        db.session.flush()


def ensure_series(slug: str, *, title: Words) -> EventSeries:
    """The series with this slug, made where it is missing."""
    series = db.session.scalar(select(EventSeries).where(EventSeries.slug == slug))
    if series is None:
        series = EventSeries(slug=slug, title=title)
        db.session.add(series)
        db.session.flush()
    return series


def set_member(event: Event, user: User, role: Role) -> TeamMember:
    """Take a user into the team or change the role. Raises Refused where no owner would be left."""
    member = db.session.scalar(select(TeamMember).where(TeamMember.event_id == event.id, TeamMember.user_id == user.id))
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
    """Take a member out of the team. Raises Refused for the last owner."""
    if member.role is Role.OWNER:
        _keep_an_owner(event, member)
    db.session.delete(member)
    db.session.flush()


def _keep_an_owner(event: Event, leaving: TeamMember) -> None:
    owners = db.session.scalars(
        select(TeamMember.id).where(TeamMember.event_id == event.id, TeamMember.role == Role.OWNER).with_for_update()
    )
    if set(owners) <= {leaving.id}:
        raise Refused(_("An event needs at least one owner. Make someone else an owner first."))

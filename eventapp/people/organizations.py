"""Organizations as people have typed them, and sorting them into kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from eventapp.core.db import db
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.people.kinds import proposed
from eventapp.registration.models import Registration

# On one page.
MOST = 50


@dataclass(frozen=True)
class TypedOrganization:
    """A name as it was typed, with the number of people who have typed it, and the kind that its words speak for."""

    name: str
    people: int
    proposal: OrganizationKind | None


def unsorted(event: Event) -> tuple[list[TypedOrganization], int]:
    """The organizations without a kind, the most frequent first, and how many there are."""
    grouped = (
        select(Registration.organization_name, func.count().label("people"))
        .where(
            Registration.event_id == event.id,
            Registration.organization_kind.is_(None),
            Registration.organization_name != "",
        )
        .group_by(Registration.organization_name)
    )
    total = db.session.scalar(select(func.count()).select_from(grouped.subquery())) or 0
    rows = db.session.execute(grouped.order_by(func.count().desc(), Registration.organization_name).limit(MOST))
    return [TypedOrganization(name, people, proposed(name)) for name, people in rows], total


def sort(event: Event, kinds: Mapping[str, OrganizationKind]) -> int:
    """Give kinds to organizations by their names as typed. Returns how many people have typed them.

    Who has chosen a kind keeps it.
    """
    rows = db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.organization_name.in_(sorted(kinds)),
            Registration.organization_kind.is_(None),
        )
        .order_by(Registration.id)
    ).all()
    for row in rows:
        row.organization_kind = kinds[row.organization_name]
    db.session.flush()
    return len(rows)

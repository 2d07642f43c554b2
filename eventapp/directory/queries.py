"""Finding people, places and organizations."""

from __future__ import annotations

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import selectinload

from eventapp.core.db import db
from eventapp.core.localized import fold
from eventapp.core.statements import QuickSelect
from eventapp.directory.models import DistinctCities, Organization, OrganizationName, Person, Place
from eventapp.directory.rules import OrganizationKind, fold_city


def person_by_code(code: str) -> Person | None:
    """A person with their positions."""
    return db.session.scalar(select(Person).where(Person.code == code).options(selectinload(Person.positions)))


# Built once: building a select takes longer than running it.
_named = (
    select(Organization)
    .join(OrganizationName)
    .where(OrganizationName.folded == bindparam("folded"))
    .options(selectinload(Organization.place))
)
_any_named = QuickSelect(
    lambda insert: select(OrganizationName.id).where(OrganizationName.folded == bindparam("folded", "")).limit(1)
)


def organization_named(name: str, *, country_code: str | None = None) -> Organization | None:
    """The organization with this name or alias; None if there is none, or several that the country can't tell apart.

    "City of Pittsburgh" also finds an administration that is listed as "Pittsburgh".
    """
    for folded in dict.fromkeys((fold(name), fold_city(name))):
        if not folded or _any_named.row(folded=folded) is None:
            continue
        rows = list(db.session.scalars(_named, {"folded": folded}).unique())
        if len(rows) > 1 and country_code:
            rows = [row for row in rows if row.place and row.place.country_code == country_code]
        if len(rows) == 1:
            return rows[0]
    return None


# How many characters must be typed before organizations are suggested, and how many are.
LEAST_TYPED = 2
MOST_SUGGESTED = 8


def organizations_like(typed: str) -> list[Organization]:
    """Organizations of whose names or aliases one contains what was typed; those that begin with it come first.

    Generated ones are left out, and so are all if too little was typed.
    """
    folded = fold(typed)
    if len(folded) < LEAST_TYPED:
        return []
    begins = OrganizationName.folded.startswith(folded, autoescape=True)
    query = (
        select(Organization)
        .join(OrganizationName)
        .where(OrganizationName.folded.contains(folded, autoescape=True), Organization.generated.is_(False))
        .group_by(Organization.id)
        .order_by(func.max(case((begins, 1), else_=0)).desc(), func.min(OrganizationName.folded), Organization.id)
    )
    return list(db.session.scalars(query.limit(MOST_SUGGESTED)))


def place_by_slug(slug: str) -> Place | None:
    """A place by its slug."""
    return db.session.scalar(select(Place).where(Place.slug == slug))


def organizations(*, kind: OrganizationKind | None = None) -> list[Organization]:
    """All organizations that were not generated, for a list of choices."""
    query = select(Organization).where(Organization.generated.is_(False)).order_by(Organization.id)
    if kind:
        query = query.where(Organization.kind == kind)
    return list(db.session.scalars(query))


def distinct_cities() -> set[tuple[str, str]]:
    """Pairs of folded names that are two cities, in order."""
    query = select(DistinctCities.first, DistinctCities.second)
    return {(first, second) for first, second in db.session.execute(query)}

"""Live counts from the registrations, and reported figures."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from eventapp.attendance import rules
from eventapp.attendance.models import ReportedCount
from eventapp.attendance.rules import Basis, CountedParty, CountedRegistration, Counts, CountStatement
from eventapp.attendance.summary import Rounding
from eventapp.check_in import search as check_in
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText, fold
from eventapp.directory.models import Organization, Place, PlaceName
from eventapp.directory.rules import OrganizationKind, PlaceKind, fold_city
from eventapp.events.models import Event
from eventapp.registration.models import AttendanceOption, Registration

# Built once: building a select takes ten times as long as running it.
_registrations = (
    select(
        Registration.id,
        Registration.contact_id,
        Registration.name_key,
        Registration.same_name,
        Registration.status,
        AttendanceOption.mode,
        Registration.country_code,
        Registration.organization_id,
        Registration.organization_name,
        Registration.organization_kind,
        Registration.generated,
    )
    .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
    .where(Registration.event_id == bindparam("event"))
    .order_by(Registration.id)
)
_organizations = (
    select(
        Organization.id,
        Organization.names,
        Organization.kind,
        Place.slug,
        Place.kind.label("place_kind"),
        Place.names.label("place_names"),
        Place.country_code,
    )
    .outerjoin(Place, Place.id == Organization.place_id)
    .where(Organization.id.in_(select(Registration.organization_id).where(Registration.event_id == bindparam("event"))))
)
_cities = (
    select(PlaceName.folded, Place.slug, Place.names, Place.country_code)
    .join(Place, Place.id == PlaceName.place_id)
    .where(Place.kind == PlaceKind.CITY, PlaceName.folded.in_(bindparam("names", expanding=True)))
)
_reported = select(ReportedCount).where(ReportedCount.event_id == bindparam("event")).order_by(ReportedCount.id)


def statement(
    event: Event,
    *,
    basis: Basis = rules.DEFAULT_BASIS,
    rounding: Rounding | None = None,
    reported: list[ReportedCount] | None = None,
) -> CountStatement:
    """Count now, in at most five queries for any number of attendees; one less if `reported` is given.

    Without a `rounding` the numbers are exact; but if a source reports a total of the event, its rounding is used, so
    that the two can be compared. Raises rules.NotCounted if the basis has no rows.
    """
    if rounding is None:
        stated = reported_counts(event) if reported is None else reported
        rounding = stated[0].rounding if stated else Rounding.EXACTLY
    return CountStatement(counts=count(event, basis=basis), rounding=rounding, as_of=clock.now())


def public_statement(event: Event, reported: list[ReportedCount]) -> CountStatement | None:
    """The statement for the public pages; None if the team does not publish its counts, or nobody is counted yet."""
    if not event.counts_public:
        return None
    result = statement(event, reported=reported)
    return result if result.counts.anybody else None


def count(event: Event, *, basis: Basis = rules.DEFAULT_BASIS) -> Counts:
    """The live counts of an event. Raises rules.NotCounted if the basis has no rows."""
    if basis not in rules.COUNTED:
        raise rules.NotCounted(basis)
    came = check_in.checked_in(event) if basis is Basis.CHECKED_IN else set()
    return rules.count(_rows(event, came), home=event.country_code, basis=basis)


def bases(event: Event) -> list[Basis]:
    """The bases on which an event can be counted: check-ins only once there are some. One statement."""
    return [one for one in rules.COUNTED if one is not Basis.CHECKED_IN or check_in.has_check_ins(event)]


def reported_counts(event: Event) -> list[ReportedCount]:
    """The reported figures of the event, the total before its parts (in the order of entry)."""
    return list(db.session.scalars(_reported, {"event": event.id}))


def _rows(event: Event, came: set[int]) -> list[CountedRegistration]:
    """Registrations as input for counting, with organizations and cities resolved; `came` are those of the people who
    were checked in.
    """
    found = db.session.execute(_registrations, {"event": event.id}).all()
    known = _known_parties(event) if any(row.organization_id for row in found) else {}
    typed: dict[tuple[str, OrganizationKind | None, str | None], CountedParty | None] = {}
    for row in found:
        key = (row.organization_name, row.organization_kind, row.country_code)
        if row.organization_id not in known and key not in typed:
            typed[key] = rules.typed_party(key[0], kind=key[1], country=key[2])
    typed = _placed(typed)
    persons: dict[tuple[int, str, int], int] = {}  # the first registration of each
    return [
        CountedRegistration(
            person=str(persons.setdefault((row.contact_id, row.name_key, row.same_name), row.id))
            if row.name_key
            else "",
            status=row.status,
            mode=row.mode,
            country=row.country_code,
            party=known.get(row.organization_id)
            or typed[(row.organization_name, row.organization_kind, row.country_code)],
            generated=row.generated,
            checked_in=row.id in came,
        )
        for row in found
    ]


def _known_parties(event: Event) -> dict[int, CountedParty]:
    """Organizations of the directory that attendees of the event represent."""
    parties = {}
    for row in db.session.execute(_organizations, {"event": event.id}):
        # A city hall belongs to its place only if that is a city: one entered with a country or region as its place is
        # still one city, identified by its name.
        city = row.place_kind is PlaceKind.CITY
        parties[row.id] = CountedParty(
            key=f"#{row.id}",
            names=row.names,
            kind=row.kind,
            place_country=row.country_code,
            city_key=row.slug if city else "",
            city=row.place_names if city else LocalizedText(),
        )
    return parties


def _placed(
    typed: dict[tuple[str, OrganizationKind | None, str | None], CountedParty | None],
) -> dict[tuple[str, OrganizationKind | None, str | None], CountedParty | None]:
    """Typed cities with their place, in any spelling that the directory knows: "Nuremberg" is Nürnberg."""
    cities = {key for key, party in typed.items() if party is not None and key[1] is OrganizationKind.CITY}
    if not cities:
        return typed
    spellings = {bare for name, _, _ in cities for bare in (fold(name), fold_city(name))}
    places: dict[str, set[tuple[str, str | None]]] = {}
    names = {}
    for row in db.session.execute(_cities, {"names": sorted(spellings)}):
        places.setdefault(row.folded, set()).add((row.slug, row.country_code))
        names[row.slug] = row.names
    placed = dict(typed)
    for key in cities:
        name, kind, country = key
        for bare in (fold(name), fold_city(name)):
            # If several cities have this name, only the person's country can tell which one is meant.
            fitting = {place for place in places.get(bare, ()) if country in {None, place[1]}}
            if len(fitting) == 1:
                slug, code = fitting.pop()
                placed[key] = CountedParty(
                    key=f"@{slug}", names=names[slug], kind=kind, place_country=code, city_key=slug, city=names[slug]
                )
                break
    return placed

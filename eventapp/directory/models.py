"""Places, organizations, people, and the positions that people hold over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core import tokens
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText, ResolvedText
from eventapp.core.revisions import Scoped
from eventapp.directory import rules
from eventapp.directory.rules import NameOrder, OrganizationKind, PlaceKind

SCOPE = "directory"


class InDirectory(Scoped):
    """Mixin of directory rows: a change can show on the pages of any event."""

    def scopes(self) -> Iterable[str]:
        return [SCOPE]


class Place(Base, InDirectory):
    """A country, region or city. Other spellings are in PlaceName."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[PlaceKind]
    names: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    country_code: Mapped[str | None]
    zone: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    parent: Mapped[Place | None] = relationship(remote_side="Place.id")


class PlaceName(Base):
    """A folded name or alias of a place, to find it in any spelling."""

    __tablename__ = "place_name"
    __table_args__ = (
        UniqueConstraint("place_id", "folded", name="uq_place_name_place_folded"),
        Index("ix_place_name_folded", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"))
    name: Mapped[str]
    folded: Mapped[str]


class DistinctCities(Base):
    """Two names that look like one city and are two, as somebody has decided. Folded (rules.fold_city), in order;
    `country_code` is empty if the country is not known.
    """

    __tablename__ = "distinct_cities"
    __table_args__ = (UniqueConstraint("country_code", "first", "second", name="uq_distinct_cities_pair"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    country_code: Mapped[str]
    first: Mapped[str]
    second: Mapped[str]


class Organization(Base, InDirectory):
    """A city hall, an embassy, a company, an association."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganizationKind]
    names: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    url: Mapped[str] = mapped_column(default="")
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"))
    generated: Mapped[bool] = mapped_column(default=False)
    place: Mapped[Place | None] = relationship()
    parent: Mapped[Organization | None] = relationship(remote_side="Organization.id")


class OrganizationName(Base):
    """A folded name or alias of an organization."""

    __tablename__ = "organization_name"
    __table_args__ = (
        UniqueConstraint("organization_id", "folded", name="uq_organization_name_organization_folded"),
        Index("ix_organization_name_folded", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str]
    folded: Mapped[str]


class Person(Base, InDirectory):
    """Somebody who speaks, signs, hosts or witnesses. Family and given names are stored per language."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_guid", "guid", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True, default=tokens.code)
    # The person's identifier in another system, from which a programme was imported.
    guid: Mapped[str | None]
    family: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    given: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    reading: Mapped[str] = mapped_column(default="")
    honorific: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    order: Mapped[NameOrder] = mapped_column(default=NameOrder.GIVEN_FIRST)
    biography: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    # Web pages about the person, one a line: see rules.links.
    links: Mapped[str] = mapped_column(default="")
    # The folded spellings of the name, one per line, for searching; updated with every change (see below).
    sought: Mapped[str] = mapped_column(default="")
    positions: Mapped[list[Position]] = relationship(
        order_by="Position.starts.desc().nulls_last(), Position.id", cascade="all, delete-orphan", passive_deletes=True
    )

    def name(self, language: str) -> ResolvedText:
        """The full name for a reader."""
        return rules.full_name(self.family, self.given, self.order, language)

    def other_name(self, language: str) -> ResolvedText | None:
        """The name in the person's other script, shown below the first."""
        return rules.own_script_name(self.family, self.given, self.order, self.name(language).language)

    def position_on(self, day: date) -> tuple[Position, bool] | None:
        """(position, False) for the one held on a day, or (position, True) for the last one held before it."""
        return rules.position_on(self.positions, day)


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _spell(mapper: object, connection: object, person: Person) -> None:
    # Before an insert, unset values are None rather than empty.
    spelt = rules.spellings(person.family or LocalizedText(), person.given or LocalizedText(), person.reading or "")
    person.sought = "\n".join(spelt)


class Position(Base, InDirectory):
    """A title held by a person at an organization during a period."""

    __tablename__ = "position"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    title: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"))
    starts: Mapped[date | None]
    ends: Mapped[date | None]
    organization: Mapped[Organization | None] = relationship()


@dataclass(frozen=True)
class HeldPosition:
    """A position as shown in a profile."""

    title: LocalizedText
    organization: Organization | None
    starts: date | None
    ends: date | None


@dataclass(frozen=True)
class Profile:
    """What is shown of a person at one event, where it differs from the directory."""

    id: int
    code: str
    guid: str | None
    family: LocalizedText
    given: LocalizedText
    reading: str
    honorific: LocalizedText
    order: NameOrder
    biography: LocalizedText
    links: str = ""
    positions: tuple[HeldPosition, ...] = ()

    def name(self, language: str) -> ResolvedText:
        """The full name for a reader."""
        return rules.full_name(self.family, self.given, self.order, language)

    def other_name(self, language: str) -> ResolvedText | None:
        """The name in the person's other script, shown below the first."""
        return rules.own_script_name(self.family, self.given, self.order, self.name(language).language)

    def position_on(self, day: date) -> tuple[HeldPosition, bool] | None:
        """(position, False) for the one held on a day, or (position, True) for the last one held before it."""
        return rules.position_on(self.positions, day)


# A person as shown in a page, a file or an e-mail.
ShownPerson = Person | Profile

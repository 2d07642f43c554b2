"""What the team keeps about the people of an event: tags, notes, saved views, bulk actions and exported files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.people.rules import BulkState, BulkVerb, PeopleQuery, RowOutcome


class PeopleTag(Base):
    """A tag of an event's team, such as “VIP”."""

    __tablename__ = "people_tag"
    __table_args__ = (UniqueConstraint("event_id", "name_key", name="uq_people_tag_event_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str]
    name_key: Mapped[str]


class RegistrationTag(Base):
    """A person who has a tag."""

    __tablename__ = "registration_tag"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("people_tag.id", ondelete="CASCADE"), primary_key=True, index=True)


class RegistrationNote(Base):
    """A note of the team on a person. With a `follow_up` day, it is due until it is done."""

    __tablename__ = "registration_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    follow_up: Mapped[date | None]
    done_at: Mapped[datetime | None]


class SavedView(Base):
    """A name for the query of a list of people: a query string, as PeopleQuery writes it."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("event_id", "name", name="uq_saved_view_event_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def parsed(self) -> PeopleQuery:
        return PeopleQuery.of_string(self.query)


class BulkAction(Base):
    """One act on many registrations. A large one is done by the worker, some people at a time.

    `numbers` are ids of registrations, of which the first `done` are done; `details` is what the act needs, such as
    the key of an option.
    """

    __tablename__ = "bulk_action"
    __table_args__ = (Index("ix_bulk_action_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    verb: Mapped[BulkVerb]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    silent: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    # The language of those reasons that the result gives for people who were left out.
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[BulkState] = mapped_column(default=BulkState.WAITING)
    numbers: Mapped[list[int]] = mapped_column(JSON, default=list)
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    # The action that this one undoes.
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_action.id", ondelete="SET NULL"))


class BulkResult(Base):
    """What a bulk action has done with one registration. `skipped`: why nothing was done; `before` is for undoing."""

    __tablename__ = "bulk_result"

    action_id: Mapped[int] = mapped_column(ForeignKey("bulk_action.id", ondelete="CASCADE"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    skipped: Mapped[str] = mapped_column(default="")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)


class PeopleExport(Base):
    """A file with people that the worker writes, and the member who asked for it fetches. It is deleted after a day."""

    __tablename__ = "people_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    format: Mapped[str]
    query: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    # When a worker began; if it dies, another one begins anew.
    begun_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    rows: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class DismissedDuplicate(Base):
    """Two registrations that look like one person, and are two; the lower id is the first."""

    __tablename__ = "dismissed_duplicate"

    first_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)


class PeopleImport(Base):
    """A table that was uploaded: its rows as JSON, what its columns contain, and how far its import is.

    `heading` is the index of the row with the headings. `state` is None until it is imported.
    """

    __tablename__ = "people_import"
    __table_args__ = (Index("ix_people_import_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    name: Mapped[str]
    language: Mapped[str]
    table: Mapped[bytes] = mapped_column(LargeBinary)
    heading: Mapped[int]
    columns: Mapped[list[str]] = mapped_column(default=list)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notify: Mapped[bool] = mapped_column(default=False)
    state: Mapped[BulkState | None]
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ImportedPerson(Base):
    """What was done with a row of an import. `why` is a sentence for a row that was left out."""

    __tablename__ = "imported_person"

    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome]
    why: Mapped[str] = mapped_column(default="")
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)

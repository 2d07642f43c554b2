"""Users and their login sessions. Roles at an event are in events.models.TeamMember."""

from __future__ import annotations

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.core.clock import now
from eventapp.core.db import Base

# Flask-Security requires site-wide roles; ours are per event, so this table stays empty.
user_site_role = Table(
    "user_site_role",
    Base.metadata,
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("site_role_id", ForeignKey("site_role.id", ondelete="CASCADE"), primary_key=True),
)


class SiteRole(Base, RoleMixin):
    __tablename__ = "site_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class User(Base, UserMixin):
    """An organizer. Attendees have no account."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    # As `core.addresses.mailbox_key`, so that a mailbox has one account, however its address is spelled.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    # None: the user was invited and has not chosen one yet.
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    admin: Mapped[bool] = mapped_column(default=False)
    # The language of the desk; empty: the browser's.
    language: Mapped[str] = mapped_column(default="")
    # The IANA zone of moments that belong to no event; empty: UTC.
    zone: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    # When the user last used the desk, accurate to some minutes; None: never.
    seen_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    roles: Mapped[list[SiteRole]] = relationship(secondary=user_site_role)  # type: ignore[assignment]


class LoginSession(Base):
    """One browser in which a user is logged in. Without its row, that browser's cookie is worthless.

    The cookie holds a random key and the row only its digest, so that reading the database is not enough to log in.
    """

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    # "Firefox, Windows"; empty if unknown.
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    # Accurate to some minutes: it is not written with every page.
    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)
    user: Mapped[User] = relationship()


class PasswordResetRequest(Base):
    """A request for an e-mail to choose a new password; whether there is such a login is looked up later."""

    __tablename__ = "password_reset_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    asked_at: Mapped[datetime] = mapped_column(default=now)

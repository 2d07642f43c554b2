"""Loads all stories in one transaction, and creates the login of the organizer who owns them."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from eventapp.accounts import operations as accounts
from eventapp.accounts import queries as logins
from eventapp.core.db import db, transaction
from eventapp.demo import keep, story
from eventapp.demo.content import STORIES
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme import releases

EMAIL = "organizer@example.org"
# As in the files: the edition to come may have another year.
SLUGS = (
    "cooperation-forum-2023",
    "naruto-narayanganj-2022",
    "matsudo-constanza-2022",
    "finland-fair-2023",
    "e-kizuna-summit-2022",
    "cooperation-forum-2027",
)


@dataclass(frozen=True)
class Login:
    """The demo login; `password` is empty if the account was created in another way or its password has been
    changed.
    """

    email: str
    password: str


def empty() -> bool:
    """Whether there are no events yet."""
    return db.session.scalar(select(Event.id).limit(1)) is None


def load(instance: Path) -> Login:
    """Create what is missing of the demo; a second run changes nothing.

    The password is random, because a server may be public before anybody logs in: it is created with the account and
    stored in `demo-login.txt` in the instance folder, readable by its owner only.
    """
    if logins.user_by_email(EMAIL) is None:
        password = _stored_password(instance) or secrets.token_urlsafe(12)
        _keep(instance, password)
        with transaction():
            accounts.create_user(EMAIL, password=password, name="Demo organizer", admin=True)
    with transaction():
        owner = logins.user_by_email(EMAIL)
        assert owner is not None
        for name in STORIES:
            story.load(name, owner)
        for event in loaded():
            if programme.latest(event) is None and programme.sessions(event):
                releases.release(event, user=owner, despite_errors=True)
    return login(instance)


def loaded() -> list[Event]:
    """The events of the demo that are there, as they are now."""
    uids = [keep.uid(slug) for slug in SLUGS]
    return list(db.session.scalars(select(Event).where(Event.uid.in_(uids)).order_by(Event.id)))


def login(instance: Path) -> Login:
    """The demo login as stored."""
    return Login(EMAIL, _stored_password(instance))


def _path(instance: Path) -> Path:
    return instance / "demo-login.txt"


def _stored_password(instance: Path) -> str:
    try:
        lines = _path(instance).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    return lines[1].strip() if len(lines) > 1 else ""


def _keep(instance: Path, password: str) -> None:
    # The mode is set on creation: no other user of the machine can read the file at any time.
    handle = os.open(_path(instance), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{EMAIL}\n{password}\n")

"""An event with one seat, and what a guest and the team do with invitations to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.invitations.models import Invitation
from eventapp.mail.models import Email
from eventapp.registration.models import Registration

DESK = "/manage/events/forum/invitations"


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def option(make, forum):
    return make.option(forum, capacity=1)


def said(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def invite(organizer, lines: str, **values) -> list[Invitation]:
    """Add people on the desk and send the invitations."""
    response = organizer.fill(f"{DESK}/new", {"guests": lines, **values})
    assert response.status_code == 303, said(organizer)
    organizer.fill(f"{DESK}/review", {})
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


def written(make) -> list[Email]:
    """All e-mails, after the worker has written those that are due."""
    make.tell()
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def page_of(invitation: Invitation) -> str:
    return f"/invitations/{invitation.token}"


def states() -> list[str]:
    db.session.rollback()
    return [one.status.value for one in db.session.scalars(select(Invitation).order_by(Invitation.id))]


def registered() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))

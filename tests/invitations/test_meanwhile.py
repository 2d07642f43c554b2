"""What somebody else does while a guest who answers an invitation waits for a lock."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.invitations import operations
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import InvitationStatus, InvitedGuest
from eventapp.people import merging
from eventapp.registration import queries as registrations
from eventapp.registration.models import Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import RegistrationStatus
from tests.support.at_once import after, by_number

pytestmark = pytest.mark.both_engines("on PostgreSQL, what was read before the lock is out of date after it")


@pytest.fixture
def invited(make):
    """Two guests, each in the session of who asks."""
    forum = make.event("forum")
    make.option(forum)
    guests = [(InvitedGuest(f"{name}@example.org"), (name, "")) for name in ("ann", "bo")]
    with transaction():
        added = operations.add(forum, guests, operations.InvitationTerms()).invitations
        operations.send_drafts(forum)
    return [by_number(Invitation, one) for one in added]


def test_two_guests_who_name_the_same_person_at_once_invite_that_person_once(app, invited):
    ann, bo = invited
    cleo = InvitedGuest("cleo@example.org")
    after(
        app,
        lambda: operations.name_somebody_else(ann(), cleo, "Cleo", ""),
        lambda: operations.name_somebody_else(bo(), cleo, "Cleo", ""),
    )
    db.session.rollback()
    assert len(list(db.session.scalars(select(Invitation).where(Invitation.email == cleo.email)))) == 1
    assert [one().status for one in invited] == [InvitationStatus.REPLACED] * 2


def test_who_says_no_while_two_registrations_are_merged_is_not_registered(app, make, invited):
    guest = invited[0]
    (option,) = registrations.options(guest().event)
    with transaction():
        made = operations.accept(guest(), RegistrationInput(email="ann@example.org", family_name="ann"), option)
    mine = by_number(Registration, made)
    kept = by_number(Registration, make.registration(made.event, option, "ann@example.org"))
    after(app, lambda: merging.merge(kept(), mine()), lambda: operations.answer(guest(), InvitationStatus.NO))
    db.session.rollback()
    assert [mine().status, kept().status] == [RegistrationStatus.CANCELLED] * 2

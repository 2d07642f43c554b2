"""What the page of an invitation offers to its guest."""

from __future__ import annotations

import pytest

from eventapp.core.db import db, transaction
from eventapp.registration.models import Registration
from eventapp.registration.rules import AddressCheck, RegistrationStatus
from tests.invitations.conftest import DESK, invite, page_of, registered, said

ANSWERS = ("Yes, I'll come", "No, I can't come", "Somebody else")


def end(registration: Registration) -> None:
    with transaction():
        db.session.get_one(Registration, registration.id).status = RegistrationStatus.EXPIRED


def test_the_page_of_an_invitation_offers_only_answers_that_can_be_given(client, organizer, make):
    """To a guest who accepted with another address, none until that registration has ended; then all."""
    option = make.option(make.event("forum"))
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Eve", "email": "eve@example.org"})
    client.get(page_of(ada))
    assert "The link to your registration was sent to its e-mail address." in said(client)
    assert not [words for words in ANSWERS if words in said(client)]
    end(registered()[0])
    client.get(page_of(ada))
    assert "You have accepted" not in said(client)
    for words in ("You are no longer registered.", *ANSWERS):
        assert words in said(client)
    own = client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "email": "ada@example.org"}).location
    assert own.startswith("/registrations/")


def test_the_page_does_not_tell_what_became_of_another_address_that_is_checked(client, organizer, make):
    option = make.option(make.event("forum", address_check=AddressCheck.ALWAYS))
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Eve", "email": "eve@example.org"})
    client.get(page_of(ada))
    before = said(client)
    for words in ("You have accepted.", "The link to your registration was sent to its e-mail address.", *ANSWERS):
        assert words in before
    end(registered()[0])
    client.get(page_of(ada))
    assert said(client) == before


@pytest.mark.parametrize("answer", ["no", "maybe"])
def test_who_says_no_to_an_invitation_reads_that_another_address_is_still_registered(client, organizer, make, answer):
    option = make.option(make.event("forum", address_check=AddressCheck.ALWAYS))
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Eve", "email": "eve@example.org"})
    still = "this does not cancel that registration"
    client.get(page_of(ada))
    assert still not in said(client)
    client.post(f"/registrations/{registered()[0].token}/confirm")
    client.post(f"{page_of(ada)}/{answer}")
    client.get(page_of(ada))
    assert still in said(client)
    organizer.get(DESK)
    assert "still registered" in said(organizer)
    end(registered()[0])
    client.get(page_of(ada))
    assert still in said(client), "what became of it is for its mailbox to know"
    organizer.get(DESK)
    assert "still registered" not in said(organizer)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "email": "ada@example.org"})
    client.post(f"{page_of(ada)}/{answer}")
    client.get(page_of(ada))
    assert still not in said(client)

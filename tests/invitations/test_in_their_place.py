"""A guest names somebody else, or answers with another e-mail address than that of the invitation."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.invitations.models import Invitation
from eventapp.mail.operations import EMAILS_AN_HOUR
from eventapp.people import merging
from eventapp.registration.rules import AddressCheck, RegistrationStatus
from tests.invitations.conftest import DESK, invite, page_of, registered, said, states, written
from tests.support.make import fresh


def test_a_guest_names_somebody_who_comes_in_their_place(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>", option="in_person", although_full="y")
    client.fill(f"{page_of(ada)}/accept", {})
    make.tell()
    client.fill(f"{page_of(ada)}/substitute", {"family_name": "Charles Babbage", "email": "charles@example.org"})
    assert states() == ["replaced", "awaiting"]
    assert [one.status.value for one in registered()] == ["cancelled"]
    _ada, charles = db.session.scalars(select(Invitation).order_by(Invitation.id))
    assert (charles.family_name, charles.given_name, charles.although_full) == ("Babbage", "Charles", True)
    client.get(page_of(charles))
    assert "Ada Lovelace has named you." in said(client)
    client.fill(f"{page_of(charles)}/accept", {})
    assert [one.status.value for one in registered()] == ["cancelled", "confirmed"]
    organizer.get(DESK)
    assert "in place of Ada Lovelace" in said(organizer)


def test_naming_somebody_tells_nothing_about_who_is_registered(client, organizer, make, forum, option):
    make.registration(forum, option, "ben@example.org")
    (ada,) = invite(organizer, "ada@example.org")
    response = client.fill(f"{page_of(ada)}/substitute", {"family_name": "Ben", "email": "ben@example.org"})
    assert response.status_code == 303
    client.get(page_of(ada))
    assert "We have invited the person whom you named." in said(client)
    assert states() == ["replaced"]


def test_who_has_registered_with_the_form_meanwhile_has_accepted(client, organizer, make, forum):
    option = make.option(forum)
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>", option=option.key)
    known = make.registration(forum, option, "ada@example.org", family_name="Lovelace", given_name="Ada")
    assert client.fill(f"{page_of(ada)}/accept", {}).location.endswith(fresh(known).token)
    assert (states(), len(registered())) == (["yes"], 1)


@pytest.mark.both_engines("unique keys")
def test_somebody_else_s_registration_is_not_shown_and_its_owner_is_e_mailed(client, organizer, make, forum):
    option = make.option(forum)
    make.registration(forum, option, "eve@example.org", family_name="Lovelace", given_name="Ada")
    make.tell()
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>", option=option.key)
    response = client.fill(f"{page_of(ada)}/accept", {"email": "eve@example.org"})
    assert response.status_code == 422
    assert "Check your inbox: we have e-mailed you the next steps." in said(client)
    assert states() == ["awaiting"]
    assert [email.to for email in written(make) if email.kind != "invitation.invite"][-1] == "eve@example.org"


def test_an_invitation_does_not_confirm_another_address(client, organizer, make):
    """Links are passed on, and that of a registration must go to the mailbox alone where addresses are checked."""
    option = make.option(make.event("forum", address_check=AddressCheck.ALWAYS))
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    typed = {"family_name": "Eve", "email": "eve@example.org"}
    assert client.fill(f"{page_of(ada)}/accept", typed).location == "/events/forum/register/sent"
    (eve,) = registered()
    assert eve.status is RegistrationStatus.UNCONFIRMED
    assert eve.token not in client.get(page_of(ada)).get_data(as_text=True)
    assert client.fill(f"{page_of(ada)}/accept", typed).location == "/events/forum/register/sent"


@pytest.mark.both_engines("savepoints")
@pytest.mark.parametrize("known", ["unconfirmed", "confirmed"])
def test_where_addresses_are_checked_an_invitation_tells_nobody_who_is_registered(client, organizer, make, known):
    option = make.option(make.event("forum", address_check=AddressCheck.ALWAYS))
    eve = make.registration(fresh(option).event, option, "eve@example.org", family_name="Eve", given_name="")
    if known == "confirmed":
        client.post(f"/registrations/{fresh(eve).token}/confirm")
    ada, bea = invite(organizer, "ada@example.org\nbea@example.org", option=option.key)
    written(make)
    told = []
    for guest, typed in ((ada, "eve@example.org"), (bea, "free@example.org")):
        steps = [accept_as(client, guest, typed), accept_as(client, guest, typed)]
        page = client.get(page_of(guest)).get_data(as_text=True).replace(guest.token, "")
        steps += [client.post(f"{page_of(guest)}/maybe"), name(client, guest, f"sub-{guest.id}@example.org")]
        steps += [accept_as(client, guest, typed), client.post(f"{page_of(guest)}/no")]
        told.append([page, *[(one.status_code, (one.location or "").replace(guest.token, "")) for one in steps]])
    assert told[0] == told[1]
    assert {status for status, _location in told[0][1:]} == {303}
    assert states()[:2] == ["no", "no"]
    kinds = {email.kind for email in written(make) if email.to == "eve@example.org"}
    assert kinds >= ({"registration.link"} if known == "confirmed" else {"registration.address"})
    assert fresh(eve).status == known, "and nothing was done to it"


def accept_as(client, invitation, email: str):
    return client.post(
        f"{page_of(invitation)}/accept", data={"option": "in_person", "email": email, "family_name": "Eve"}
    )


def test_a_registered_address_uses_up_the_budgets_of_a_connection_like_another_one(client, organizer, make):
    option = make.option(make.event("forum", address_check=AddressCheck.ALWAYS))
    make.registration(fresh(option).event, option, "eve@example.org", family_name="Eve", given_name="")
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    for _ in range(EMAILS_AN_HOUR):
        assert accept_as(client, ada, "eve@example.org").status_code == 303
    assert accept_as(client, ada, "eve@example.org").status_code == 422


@pytest.mark.both_engines("a contact is handed over")
def test_who_has_the_invitation_loses_the_registration_when_it_gets_another_address(client, organizer, make, forum):
    """The team corrects an address because the invitation went to somebody else."""
    option = make.option(forum, capacity=5)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Lovelace"})
    (mine,) = registered()
    right = {"email": "ada.lovelace@example.org"}
    desk = f"/manage/events/forum/registrations/{mine.id}"
    assert organizer.fill(desk, right, action=desk).status_code == 303
    (mine,) = registered()
    assert mine.email == right["email"]
    assert mine.token not in client.get(page_of(ada)).get_data(as_text=True)
    assert client.fill(f"{page_of(ada)}/accept", {"family_name": "Lovelace", **right}).location == page_of(ada)
    assert client.post(f"{page_of(ada)}/no").status_code == 422
    assert name(client, ada, "ben@example.org").status_code == 422
    assert [one.id for one in registered()] == [mine.id]
    assert states() == ["yes"]


def name(client, invitation, email: str):
    return client.fill(f"{page_of(invitation)}/substitute", {"family_name": "Sub", "email": email})


@pytest.mark.both_engines("row locks")
def test_one_invitation_is_one_seat_however_often_somebody_else_is_named(client, organizer, make, forum, option):
    make.registration(forum, option)
    (ada,) = invite(organizer, "ada@example.org", option="in_person", although_full="y")
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    name(client, ada, "ben@example.org")
    name(client, ada, "cid@example.org")
    assert states() == ["replaced", "withdrawn", "awaiting"], "the first one named is not invited any more"
    _ada, ben, cid = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    client.post(f"{page_of(ben)}/accept", data={"option": "in_person", "email": ben.email, "family_name": "Ben"})
    client.fill(f"{page_of(cid)}/accept", {"family_name": "Cid"})
    response = client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert response.status_code == 422
    assert "Somebody else is coming in your place." in said(client)
    assert fresh(option).seats_taken == 2


def test_who_comes_after_all_takes_the_invitation_back(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person", although_full="y")
    name(client, ada, "ben@example.org")
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert states() == ["yes", "withdrawn"]


def test_nobody_sends_many_invitations_with_one(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    found = [name(client, ada, f"stranger{number}@example.org").status_code for number in range(5)]
    assert found == [303, 303, 303, 422, 422]


@pytest.mark.parametrize("mailbox", ["ada@example.org", "other@example.org"])
def test_an_invitation_ends_the_registration_it_was_merged_into_at_its_own_address_alone(
    client, organizer, make, forum, mailbox
):
    option = make.option(forum)
    kept = make.registration(forum, option, mailbox, family_name="Lovelace", given_name="A")
    (ada,) = invite(organizer, "someone@example.org")
    with transaction():
        fresh(ada).email, fresh(ada).email_key = "ada@example.org", "ada@example.org"
    client.fill(f"{page_of(ada)}/accept", {"email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada"})
    with transaction():
        merging.merge(fresh(kept), registered()[-1])
    again = client.post(f"{page_of(ada)}/accept", data={"option": "in_person", "family_name": "Ada", "email": mailbox})
    own = mailbox == "ada@example.org"
    assert (fresh(kept).token in (again.location or "")) == own
    shown = client.get(page_of(ada)).get_data(as_text=True)
    assert (f"/registrations/{fresh(kept).token}" in shown) == ("No, I can't come" in said(client)) == own
    assert ("The link to your registration was sent" in said(client)) == (not own)
    client.post(f"{page_of(ada)}/no")
    assert fresh(kept).status == ("cancelled" if own else "confirmed")


@pytest.mark.both_engines("unique keys")
def test_a_guest_may_name_the_same_person_again(client, organizer, make, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person")
    for email in ("ben@example.org", "cid@example.org", "ben@example.org"):
        name(client, ada, email)
    assert states() == ["replaced", "awaiting", "withdrawn"]

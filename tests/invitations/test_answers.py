"""A guest answers with one link, as the invitation allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.invitations.rules import InvitationStatus
from eventapp.programme.rules import Mode
from eventapp.registration import setup
from eventapp.registration.models import AttendanceOption
from eventapp.registration.rules import Access, RegistrationSource, RegistrationStatus
from tests.invitations.conftest import invite, page_of, registered, said, states
from tests.support.make import fresh


@pytest.mark.both_engines("row locks")
def test_a_guest_accepts_and_is_registered_with_what_is_known(client, organizer, forum, option):
    (ada,) = invite(organizer, "Ada Lovelace <ada@example.org>, City of London", option="in_person")
    client.get(page_of(ada))
    assert "This invitation is for Ada Lovelace." in said(client)
    location = client.fill(f"{page_of(ada)}/accept", {}).location
    assert "/registrations/" in location
    (one,) = registered()
    assert (one.name, one.email, one.organization_name) == ("Ada Lovelace", "ada@example.org", "City of London")
    assert (one.status, one.source) == (RegistrationStatus.CONFIRMED, RegistrationSource.INVITATION)
    assert states() == ["yes"]
    client.get(page_of(ada))
    assert "You have accepted." in said(client)


@pytest.mark.both_engines("row locks")
@pytest.mark.parametrize("although", [True, False])
def test_an_invitation_may_add_a_seat_where_none_is_free(client, organizer, make, forum, option, although):
    make.registration(forum, option)
    (ada,) = invite(organizer, "ada@example.org", option="in_person", although_full="y" if although else None)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert registered()[1].status.value == ("confirmed" if although else "waitlisted")
    option = fresh(option)
    assert (option.capacity, option.seats_taken) == ((2, 2) if although else (1, 1))


@pytest.mark.parametrize("although", [True, False])
def test_an_invitation_may_open_what_is_closed(client, organizer, make, forum, although):
    option = make.option(forum, closes_at=clock.now() + timedelta(minutes=1))
    (ada,) = invite(organizer, "ada@example.org", option=option.key, although_closed="y" if although else None)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert [one.status.value for one in registered()] == (["confirmed"] if although else [])


@pytest.mark.parametrize("although", [True, False])
def test_an_invitation_may_need_no_approval(client, organizer, make, forum, although):
    option = make.approval_option(forum)
    values = {"option": option.key, "without_approval": "y" if although else None}
    (ada,) = invite(organizer, "ada@example.org", **values)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert [one.status.value for one in registered()] == ["confirmed" if although else "pending"]


def test_what_an_invitation_may_do_is_for_its_address_alone(client, organizer, make, forum):
    option = make.approval_option(forum)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Eve", "email": "eve@example.org"})
    assert [one.status.value for one in registered()] == ["pending"]


def test_an_invitation_takes_the_place_of_a_code(client, organizer, make, forum):
    option = make.option(forum, access=Access.CODE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert [one.status.value for one in registered()] == ["confirmed"]


def test_another_option_than_that_of_the_invitation_is_refused(client, organizer, make, forum, option):
    other = make.option(forum, Mode.ONLINE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    response = client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "option": other.key})
    assert response.status_code == 422
    assert registered() == []


def test_an_answer_can_be_changed(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    for answer in ("maybe", "no"):
        client.fill(page_of(ada), action=f"/{answer}")
        assert states() == [answer]
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert states() == ["yes"]
    client.fill(page_of(ada), action="/no")
    assert states() == ["no"]
    assert [one.status.value for one in registered()] == ["cancelled"]


def test_reading_the_link_answers_nothing(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org")
    for path in ("", "/accept", "/substitute"):
        client.get(page_of(ada) + path)
    assert client.get(f"{page_of(ada)}/no").status_code == 405
    assert states() == ["awaiting"]


@pytest.mark.both_engines("row locks")
def test_a_double_click_accepts_once(client, organizer, forum, option):
    (ada,) = invite(organizer, "ada@example.org", option="in_person")
    values = {"option": "in_person", "email": "ada@example.org", "family_name": "Ada"}
    for _click in range(2):
        assert client.post(f"{page_of(ada)}/accept", data=values).status_code == 303
    assert len(registered()) == 1


@pytest.mark.both_engines("rows that are kept when others are deleted")
def test_an_option_that_is_deleted_leaves_its_invitations(organizer, client, make, forum, option):
    make.option(forum, Mode.ONLINE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    with transaction():
        setup.remove_option(db.session.get_one(AttendanceOption, option.id))
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "option": "online"})
    assert states() == [InvitationStatus.YES.value]


def test_an_option_with_a_code_wants_the_address_of_the_invitation(client, organizer, make, forum):
    option = make.option(forum, access=Access.CODE)
    (ada,) = invite(organizer, "ada@example.org", option=option.key)
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada", "email": "other@example.org"})
    assert "Use the e-mail address to which the invitation was sent." in said(client)


def test_no_seat_is_added_to_what_is_drawn(client, organizer, make, forum):
    option = make.option(forum, capacity=1, access=Access.LOTTERY)
    (ada,) = invite(organizer, "ada@example.org", option=option.key, although_full="y")
    client.fill(f"{page_of(ada)}/accept", {"family_name": "Ada"})
    assert (fresh(option).capacity, fresh(option).seats_taken) == (1, 0)
    assert [one.status.value for one in registered()] == ["waitlisted"]

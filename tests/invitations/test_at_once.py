"""What many people, workers and organizers do at the same moment."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventapp.core.db import db, transaction
from eventapp.events.models import Event
from eventapp.invitations import operations, queries
from eventapp.invitations.models import Invitation
from eventapp.invitations.rules import InvitedGuest
from eventapp.mail.models import PendingNotification
from eventapp.people import bulk, imports, merging, tasks
from eventapp.people.models import BulkAction, BulkResult
from eventapp.people.rules import BulkVerb
from eventapp.registration import setup_seats
from eventapp.registration.models import Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import HOLDS_SEAT, Overrides
from tests.support.at_once import at_once
from tests.support.make import fresh, words

pytestmark = [pytest.mark.slow, pytest.mark.both_engines("each locks in its own way")]


@pytest.fixture
def forum(make):
    return make.event("forum")


def seated(option) -> int:
    query = select(func.count()).where(Registration.option_id == option.id, Registration.status.in_(HOLDS_SEAT))
    return db.session.scalar(query) or 0


def invited(forum, option, number: int) -> list[str]:
    terms = operations.InvitationTerms(option=fresh(option), overrides=Overrides(full=True, approval=True))
    with transaction():
        guests = [(InvitedGuest(f"invitee{n}@example.org"), (f"Guest{n}", "")) for n in range(number)]
        added = operations.add(fresh(forum), guests, terms)
        operations.send_drafts(fresh(forum))
        return [one.token for one in added.invitations]


def accept(token: str) -> None:
    found = queries.by_token(token)
    answers = RegistrationInput(email=found.email, family_name=found.family_name)
    operations.accept(found, answers, found.option)


@pytest.mark.parametrize("shared", [False, True])
def test_eight_guests_accept_at_once_and_each_has_a_seat(app, make, forum, shared):
    pool = None
    if shared:
        with transaction():
            pool = setup_seats.save_pool(fresh(forum), None, title=words("Hall"), capacity=1)
    option = make.option(forum, pool=pool) if shared else make.option(forum, capacity=1)
    make.registration(forum, option)
    tokens = invited(forum, option, 8)
    assert at_once(app, lambda number: accept(tokens[number])) == {"done": 8}
    db.session.rollback()
    holder = fresh(option).pool if shared else fresh(option)
    assert (holder.capacity, holder.seats_taken, fresh(option).seats_taken, seated(option)) == (9, 9, 9, 9)


def test_an_invitation_that_is_accepted_eight_times_at_once_is_one_seat(app, make, forum):
    option = make.option(forum, capacity=1)
    (token,) = invited(forum, option, 1)
    assert at_once(app, lambda _number: accept(token)) == {"done": 8}
    db.session.rollback()
    assert (fresh(option).capacity, seated(option)) == (1, 1)


def test_invitations_that_are_sent_and_reminded_at_once_are_written_once(app, make, forum):
    option = make.option(forum)
    with transaction():
        guests = [(InvitedGuest(f"invitee{n}@example.org"), ("", "")) for n in range(5)]
        operations.add(fresh(forum), guests, operations.InvitationTerms(option=fresh(option)))
    event_id = forum.id
    done = at_once(app, lambda _number: operations.send_drafts(db.session.get_one(Event, event_id)))
    assert done == {"done": 1, "no": 7}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(PendingNotification)) == 5
    assert len(db.session.scalars(select(Invitation)).all()) == 5


def test_an_act_that_is_taken_back_and_done_by_eight_workers_is_done_once(app, make, forum):
    user = make.owner().id
    option = make.option(forum, capacity=60)
    people = [make.registration(forum, option, family_name=f"G{n}").id for n in range(60)]
    with transaction():
        action = bulk.begin(fresh(forum), BulkVerb.CANCEL, people, language="en", user_id=user, details={})
    number = action.id
    assert at_once(app, lambda _number: bulk.proceed(db.session.get_one(BulkAction, number))) == {"done": 8}
    db.session.rollback()
    db.session.rollback()
    while tasks.go_on():
        pass
    db.session.rollback()
    assert fresh(action).done == 60
    assert db.session.scalar(select(func.count()).select_from(BulkResult)) == 60
    assert (seated(option), fresh(option).seats_taken) == (0, 0)
    back = at_once(
        app, lambda _number: bulk.undo_action(db.session.get_one(BulkAction, number), language="en", user_id=user)
    )
    assert back == {"done": 1, "no": 7}
    db.session.rollback()
    while tasks.go_on():
        pass
    db.session.rollback()
    assert (seated(option), fresh(option).seats_taken) == (60, 60)


def test_two_registrations_are_merged_in_both_directions_at_once(app, make, forum):
    option = make.option(forum, capacity=2)
    pair = [make.registration(forum, option, f"{n}@x.org", family_name="Lovelace").id for n in range(2)]
    next_one = make.registration(forum, option)

    def merge(number: int) -> None:
        kept, other = (db.session.get_one(Registration, pair[(number + way) % 2]) for way in (0, 1))
        merging.merge(kept, other)

    assert at_once(app, merge) == {"done": 1, "no": 7}
    db.session.rollback()
    assert (seated(option), fresh(option).seats_taken, fresh(next_one).status) == (2, 2, "confirmed")


def test_two_imports_at_once_give_no_more_seats_than_there_are(app, make, forum):
    user = make.owner().id
    option = make.option(forum, capacity=10)
    kept = []
    for half in range(8):
        table = [["Name", "E-mail"], *([f"Guest {half} {n}", f"g{half}-{n}@x.org"] for n in range(15))]
        values = {"option": fresh(option).key, "kind": "", "country": "", "language": "en"}
        with transaction():
            kept.append(imports.keep(fresh(forum), "t", table, user_id=user, language="en", values=values).key)
    event_id = forum.id

    def start(number: int) -> None:
        imports.start(imports.by_key(db.session.get_one(Event, event_id), kept[number]), notify=False)

    done = at_once(app, start)
    assert done == {"done": 8}
    db.session.rollback()
    assert (seated(option), fresh(option).seats_taken) == (10, 10)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 120

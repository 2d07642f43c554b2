"""The history of registrations: each change once, by who has made it, and nothing of what was rolled back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core import actors
from eventapp.core.db import db, savepoint, transaction
from eventapp.people import bulk, tasks
from eventapp.people.rules import BulkVerb
from eventapp.registration import decisions, history
from eventapp.registration.history import RegistrationChange
from tests.support.make import fresh

pytestmark = pytest.mark.both_engines("savepoints")


@pytest.fixture
def forum(make):
    return make.event("forum")


def recorded() -> list[tuple[int, str, str, object, object, str]]:
    db.session.rollback()
    query = select(RegistrationChange).order_by(RegistrationChange.id)
    return [
        (one.registration_id, one.actor, one.field, one.before, one.after, one.reason)
        for one in db.session.scalars(query)
    ]


def test_what_is_only_flushed_at_the_commit_is_by_who_has_changed_it(organizer, make, forum):
    ada = make.registration(forum, make.option(forum), family_name="Ada", organization="Acme")
    organizer.fill("/manage/events/forum/registrations/organizations", {"kind": "company"})
    user = next(one for one in (actors.user_id(row[1]) for row in recorded()) if one)
    assert recorded() == [(ada.id, actors.user(user), "organization_kind", None, "company", "")]


def test_a_savepoint_that_is_rolled_back_leaves_nothing_and_its_reason_is_not_given_to_another(make, forum):
    option = make.approval_option(forum)
    ada, ben = make.registration(forum, option), make.registration(forum, option)
    with transaction():
        with pytest.raises(ZeroDivisionError), savepoint():
            history.give_reason(fresh(ben), "Not said")
            decisions.approve(fresh(ada), reason="You are welcome.")
            raise ZeroDivisionError
        decisions.approve(fresh(ada), silent=True)
        decisions.approve(fresh(ben), silent=True)
    assert [row[2:] for row in recorded()] == [("status", "pending", "confirmed", "")] * 2


def test_a_reason_is_forgotten_at_the_end_of_its_transaction(make, forum):
    ada = make.registration(forum, make.approval_option(forum))
    with transaction():
        history.give_reason(fresh(ada), "Of something that did not happen")
    with transaction():
        decisions.approve(fresh(ada), silent=True)
    assert [row[5] for row in recorded()] == [""]


def test_what_the_worker_does_is_by_the_organizer_and_what_follows_is_by_nobody(make, forum, monkeypatch):
    user = make.owner().id
    option = make.option(forum, capacity=25)
    people = [make.registration(forum, option, family_name=f"G{n}") for n in range(26)]
    with actors.acting(actors.user(user)), transaction():
        bulk.begin(
            fresh(forum), BulkVerb.CANCEL, [one.id for one in people[:25]], language="en", user_id=user, details={}
        )
    tasks.go_on()
    rows = recorded()
    assert [row[0] for row in rows if row[1] == actors.user(user)] == [one.id for one in people[:25]]
    assert [(row[0], row[4]) for row in rows if row[1] == actors.SYSTEM] == [(people[25].id, "confirmed")]

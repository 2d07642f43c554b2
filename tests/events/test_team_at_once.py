"""What two owners do with the team at the same moment."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core.db import db
from eventapp.core.refusals import Refused
from eventapp.events import operations, team
from eventapp.events.models import Event, TeamMember
from tests.support.at_once import after, by_number


@pytest.mark.both_engines("on PostgreSQL, both could find that there is no such member yet")
def test_who_is_added_twice_at_once_is_a_member_once(app, make):
    event, user = by_number(Event, make.event("forum")), by_number(User, make.user())
    after(
        app,
        lambda: operations.set_member(event(), user(), Role.CHECK_IN),
        lambda: operations.set_member(event(), user(), Role.VIEWER),
    )
    db.session.rollback()
    roles = list(db.session.scalars(select(TeamMember.role).where(TeamMember.user_id == user().id)))
    assert roles == [Role.VIEWER]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_member_who_is_removed_meanwhile_does_not_get_another_role(app, make):
    event, owner = by_number(Event, make.event("forum")), by_number(User, make.owner())
    user = make.member(event(), Role.VIEWER)
    row = db.session.scalars(select(TeamMember).where(TeamMember.user_id == user.id)).one()
    member = by_number(TeamMember, row)
    with pytest.raises(Refused, match="no longer in the team"):
        after(
            app,
            lambda: operations.remove_member(event(), member()),
            lambda: team.change_role(event(), member(), Role.CHECK_IN, by=owner()),
        )

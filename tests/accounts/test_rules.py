"""What each role may do."""

from __future__ import annotations

import pytest

from eventapp.accounts.rules import Permission, Role, duties, may, may_give


@pytest.mark.parametrize(
    ("role", "permission", "expected"),
    [
        (Role.OWNER, Permission.OWN, True),
        (Role.PROGRAMME, Permission.PROGRAMME, True),
        (Role.PROGRAMME, Permission.OWN, False),
        (Role.REGISTRATION, Permission.CHECK_IN, True),
        (Role.CHECK_IN, Permission.REGISTRATION, False),
        (Role.VIEWER, Permission.VIEW, True),
        (Role.VIEWER, Permission.PROGRAMME, False),
        (None, Permission.VIEW, False),
        (None, Permission.LOGIN, True),
    ],
)
def test_a_role_reaches_as_far_as_it_should(role, permission, expected):
    assert may(role, permission) is expected


def test_no_role_in_a_team_makes_an_administrator():
    assert [role for role in Role if may(role, Permission.ADMINISTER)] == []


def test_nobody_gives_more_than_they_have_or_without_deciding_about_the_team():
    assert all(may_give(Role.OWNER, given) for given in Role)
    for own in (None, *Role):
        if own is not Role.OWNER:
            assert [given for given in Role if may_give(own, given)] == [], own


def test_each_role_says_what_it_may_do():
    assert len({duties(role) for role in Role}) == len(Role)

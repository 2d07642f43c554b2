"""What each role may do."""

from __future__ import annotations

import pytest

from eventapp.accounts.rules import Permission, Role, may


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

"""What each role may do."""

from __future__ import annotations

import pytest

from eventapp.accounts.rules import Needs, Role, may


@pytest.mark.parametrize(
    ("role", "needs", "expected"),
    [
        (Role.OWNER, Needs.OWN, True),
        (Role.PROGRAMME, Needs.PROGRAMME, True),
        (Role.PROGRAMME, Needs.OWN, False),
        (Role.REGISTRATION, Needs.CHECK_IN, True),
        (Role.CHECK_IN, Needs.REGISTRATION, False),
        (Role.VIEWER, Needs.VIEW, True),
        (Role.VIEWER, Needs.PROGRAMME, False),
        (None, Needs.VIEW, False),
        (None, Needs.LOGIN, True),
    ],
)
def test_a_role_reaches_as_far_as_it_should(role, needs, expected):
    assert may(role, needs) is expected

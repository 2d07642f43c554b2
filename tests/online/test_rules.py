"""Who may join, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eventapp.online.rules import JoinState, JoinWindow, known_link, may_join
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus

START = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)
WINDOW = JoinWindow(START, START + timedelta(hours=2), 60)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (-61, JoinState.EARLY),
        (-60, JoinState.OPEN),
        (0, JoinState.OPEN),
        (119, JoinState.OPEN),
        (120, JoinState.OVER),
    ],
)
def test_it_can_be_joined_from_an_hour_before_until_the_end(minutes, state):
    assert WINDOW.state(START + timedelta(minutes=minutes)) is state


def test_what_is_called_off_or_has_no_hours_can_not_be_joined():
    assert replace(WINDOW, off=True).state(START) is JoinState.OFF
    assert replace(WINDOW, timed=False).state(START) is JoinState.UNDATED


def test_who_is_confirmed_online_may_join_and_others_if_the_team_allows_it():
    confirmed = RegistrationStatus.CONFIRMED
    assert may_join(confirmed, Mode.ONLINE, for_all=False)
    assert not may_join(confirmed, Mode.IN_PERSON, for_all=False)
    assert may_join(confirmed, Mode.IN_PERSON, for_all=True)
    others = set(RegistrationStatus) - {confirmed}
    assert not any(may_join(status, Mode.ONLINE, for_all=True) for status in others)


def test_another_address_behind_a_personal_link_is_nothing_to_tell():
    assert known_link("https://a.example", personal=True) == known_link("https://b.example", personal=True) != ""
    assert known_link("https://a.example", personal=False) == "https://a.example", "what was sent before stays as it is"
    assert known_link("", personal=True) == known_link("", personal=False) == ""

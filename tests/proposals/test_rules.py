"""States of a call, and comparison of names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.programme.rules import ParticipationRole
from eventapp.proposals import rules
from eventapp.proposals.rules import CallState

# The night on which summer time ends in Europe.
NOW = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, CallState.OPEN),
        ({"opens_at": NOW}, CallState.OPEN),
        ({"opens_at": NOW + HOUR}, CallState.NOT_YET),
        ({"closes_at": NOW}, CallState.CLOSED),
        ({"closes_at": NOW + HOUR}, CallState.OPEN),
        ({"event_ends": NOW}, CallState.CLOSED),
        ({"running": False}, CallState.CLOSED),
        ({"opens_at": NOW + HOUR, "running": False}, CallState.CLOSED),
    ],
)
def test_a_call_is_open_between_its_times_and_while_the_event_is_to_come(values, state):
    usual = {"now": NOW, "opens_at": None, "closes_at": None, "event_ends": NOW + 9 * HOUR, "running": True}
    assert rules.call_state(**{**usual, **values}) is state


@pytest.mark.parametrize(
    ("name", "written", "language"),
    [
        ("LovelaceAda", "ja", "en"),
        ("さとう花", "en", "ja"),
        ("佐藤花", "ja", "ja"),
        ("佐藤花", "en", "ja"),
        ("李娜", "zh", "zh"),
        ("김민준", "en", "ko"),
        ("Иванова", "ru", "ru"),
        ("Müller", "de", "en"),
    ],
)
def test_a_name_is_stored_under_the_language_of_its_script(name, written, language):
    assert rules.name_language(name, written) == language


def test_a_name_is_the_same_in_any_script_and_order_but_not_half():
    known = {"families": {"en": "Sato", "ja": "佐藤"}, "givens": {"en": "Hana", "ja": "花"}}
    assert rules.same_name("SATO", "hana", **known)
    assert rules.same_name("Hana", "Sato", **known)
    assert rules.same_name("佐藤", "花", **known)
    assert not rules.same_name("Sato", "", **known)
    assert not rules.same_name("佐藤", "Hana", **known)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("", []), ("45, 20", [20, 45]), ("20、45 20", [20, 45]), ("0", None), ("20.5", None), ("9999", None), ("a", None)],
)
def test_lengths_are_whole_minutes_of_a_day(typed, minutes):
    assert rules.lengths_of(typed) == minutes


def test_who_speaks_writes_the_words_and_who_hosts_does_not():
    assert rules.may_write(ParticipationRole.SPEAKER)
    assert rules.may_write(ParticipationRole.LECTURER)
    assert not rules.may_write(ParticipationRole.MODERATOR)
    assert not rules.may_write(ParticipationRole.INTERPRETER)


def test_the_mean_of_no_votes_is_none():
    assert rules.mean([]) is None
    assert rules.mean([1, 0, -1, 1]) == 0.25

"""Whether an option can be chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.core import clock
from eventapp.registration import rules
from eventapp.registration.rules import Availability, availability

# The day on which summer time begins in Europe.
NOW = datetime(2031, 3, 30, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def of(**values):
    return availability(
        **{
            "now": NOW,
            "opens_at": None,
            "closes_at": None,
            "seats_left": None,
            "waiting_list": True,
            "event_ends": NOW + 10 * HOUR,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Availability.OPEN),
        ({"opens_at": NOW + HOUR}, Availability.NOT_YET),
        ({"opens_at": NOW}, Availability.OPEN),
        ({"closes_at": NOW}, Availability.CLOSED),
        ({"closes_at": NOW + HOUR}, Availability.OPEN),
        ({"event_ends": NOW}, Availability.CLOSED),
        ({"seats_left": 1}, Availability.OPEN),
        ({"seats_left": 0}, Availability.WAITING_LIST),
        ({"seats_left": 0, "waiting_list": False}, Availability.FULL),
        ({"seats_left": 0, "closes_at": NOW}, Availability.CLOSED),
        ({"seats_left": 0, "draws": True}, Availability.OPEN),
    ],
)
def test_availability_of_an_option(values, expected):
    assert of(**values) is expected


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (-1, (0, True)),
        (0, (0, True)),
        (20, (20, True)),
        (21, (20, False)),
        (99, (90, False)),
        (100, (90, False)),
        (117, (100, False)),
        (151, (150, False)),
        (1200, (1000, False)),
        (100_000, (95_000, False)),
    ],
)
def test_seats_are_exact_near_the_end_and_round_before(left, shown):
    assert rules.seats_shown(left) == shown


def test_a_round_number_of_seats_is_always_true_and_changes_seldom():
    said = [rules.seats_shown(left) for left in range(100_001)]
    assert all(number < left for left, (number, exact) in enumerate(said) if not exact)
    assert len(set(said)) < 90, "how often a rush for 100,000 seats makes a page stale"


@pytest.mark.parametrize(
    ("offered", "hours", "until"),
    [
        ("2031-03-10 12:00", 2, "2031-03-10 14:00"),
        ("2031-03-10 19:00", 2, "2031-03-10 21:00"),
        ("2031-03-10 22:00", 2, "2031-03-11 10:00"),
        ("2031-03-10 03:00", 2, "2031-03-10 10:00"),
        ("2031-03-10 03:00", 24, "2031-03-11 10:00"),
        ("2031-03-29 22:00", 6, "2031-03-30 10:00"),  # summer time begins in between
        ("2031-04-01 22:00", 2, "2031-04-02 00:00"),  # the last night: on to people who are awake
        ("2031-04-02 08:00", 24, "2031-04-02 09:00"),  # it begins
    ],
)
def test_an_offer_does_not_end_while_people_sleep(offered, hours, until):
    zone = "Europe/Helsinki"

    def at(text: str) -> datetime:
        return clock.from_local(datetime.fromisoformat(text), zone)

    assert rules.offered_until(at(offered), hours, starts_at=at("2031-04-02 09:00"), zone=zone) == at(until)

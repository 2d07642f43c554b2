"""Whether an option can be taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.registration.rules import Standing, standing

# The day on which summer time begins in Europe.
NOW = datetime(2031, 3, 30, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def of(**values):
    return standing(
        **{
            "now": NOW,
            "opens_at": None,
            "closes_at": None,
            "capacity": None,
            "taken": 0,
            "waiting_list": True,
            "event_ends": NOW + 10 * HOUR,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Standing.OPEN),
        ({"opens_at": NOW + HOUR}, Standing.NOT_YET),
        ({"opens_at": NOW}, Standing.OPEN),
        ({"closes_at": NOW}, Standing.CLOSED),
        ({"closes_at": NOW + HOUR}, Standing.OPEN),
        ({"event_ends": NOW}, Standing.CLOSED),
        ({"capacity": 3, "taken": 2}, Standing.OPEN),
        ({"capacity": 3, "taken": 3}, Standing.WAITING_LIST),
        ({"capacity": 3, "taken": 3, "waiting_list": False}, Standing.FULL),
        ({"capacity": 3, "taken": 3, "closes_at": NOW}, Standing.CLOSED),
    ],
)
def test_where_an_option_stands(values, expected):
    assert of(**values) is expected

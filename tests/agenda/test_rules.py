"""Limits and overlaps of agendas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.agenda.rules import overlaps, star_of, turns

START = datetime(2031, 3, 30, 0, 30, tzinfo=UTC)


def span(first: int, last: int) -> tuple[datetime, datetime]:
    return START + timedelta(minutes=first), START + timedelta(minutes=last)


def test_what_shares_a_moment_overlaps_and_what_touches_does_not():
    assert overlaps([span(0, 60), span(30, 90), span(60, 120), span(200, 210)]) == [[1], [0, 2], [1], []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("forum/ABC", ("forum", "ABC")),
        ("forum", None),
        ("/ABC", None),
        ("forum/", None),
        ("a/b/c", None),
        ("", None),
        ("f/" + "x" * 200, None),
    ],
)
def test_a_star_is_an_event_and_a_session(text, expected):
    assert star_of(text) == expected


def test_coming_into_a_session_and_leaving_it_is_counted_by_session():
    turned = [{"code": code, "person": person} for code, person in (("A", 1), ("A", 2), ("A", 1), ("B", 1))]
    assert turns(turned, 1) == {"A": 2, "B": 1}
    assert turns(turned, 3) == {}

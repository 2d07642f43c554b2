"""Who is inside, as it follows from the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.check_in import presence
from eventapp.check_in.presence import LogEntry
from eventapp.check_in.rules import CheckInKind, ScanResult


def entry(nonce: str, kind: CheckInKind, at: int, **values) -> LogEntry:
    return LogEntry(nonce, 1, 1, kind, START + timedelta(minutes=at), **values)


START = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)
IN, OUT, UNDO = CheckInKind.IN, CheckInKind.OUT, CheckInKind.UNDO


@pytest.mark.parametrize(
    ("log", "inside", "first_in"),
    [
        ([entry("a", IN, 0)], True, 0),
        ([entry("a", IN, 0), entry("b", OUT, 9)], False, 0),
        ([entry("b", OUT, 9), entry("a", IN, 5)], False, 5),
        ([entry("a", IN, 5), entry("b", OUT, 9), entry("late", IN, 1)], False, 1),
        ([entry("a", IN, 0), entry("b", OUT, 5), entry("u", UNDO, 6, undoes="b")], True, 0),
        ([entry("u", UNDO, 6, undoes="a"), entry("a", IN, 0), entry("b", IN, 2)], True, 2),
        (
            [entry("a", IN, 3), entry("u", UNDO, 1, undoes="a"), entry("v", UNDO, 9, undoes="u"), entry("b", OUT, 4)],
            False,
            None,
        ),
        ([entry("a", IN, 0), entry("refused", OUT, 5, accepted=False)], True, 0),
    ],
)
def test_presence_follows_from_the_log(log, inside, first_in):
    state = presence.fold(log)[1, 1]
    assert state.inside is inside
    assert state.first_in == (None if first_in is None else START + timedelta(minutes=first_in))


def test_nobody_is_present_if_all_was_taken_back():
    assert presence.fold([entry("a", IN, 0), entry("u", UNDO, 6, undoes="a"), entry("n", IN, 7, accepted=False)]) == {}


@st.composite
def logs(draw) -> list[LogEntry]:
    size = draw(st.integers(1, 12))
    made = []
    for number in range(size):
        kind = draw(st.sampled_from(CheckInKind))
        made.append(
            LogEntry(
                nonce=f"n{number}",
                point=draw(st.integers(1, 2)),
                person=draw(st.integers(1, 2)),
                kind=kind,
                # Few moments, so that several lines have the same one.
                at=START + timedelta(minutes=draw(st.integers(0, 4))),
                accepted=kind is not UNDO and draw(st.booleans()),
                undoes=f"n{draw(st.integers(0, size))}" if kind is UNDO else "",
                area=draw(st.sampled_from(["", "session-1"])),
            )
        )
    return made


@given(logs(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_presence_and_a_repeated_line_changes_nothing(log, chance):
    arrived = log + chance.sample(log, chance.randint(0, len(log)))
    chance.shuffle(arrived)
    assert presence.fold(arrived) == presence.fold(log)


@given(logs())
def test_a_line_and_its_undo_change_nothing(log):
    made = entry("new", IN, 2)
    assert presence.fold([*log, made, entry("back", UNDO, 3, undoes="new")]) == presence.fold(log)


@pytest.mark.parametrize(
    ("worth", "kind", "inside", "result"),
    [
        (ScanResult.OK, IN, False, ScanResult.OK),
        (ScanResult.OK, IN, True, ScanResult.ALREADY_IN),
        (ScanResult.OK, OUT, True, ScanResult.OK),
        (ScanResult.OK, OUT, False, ScanResult.ALREADY_OUT),
        (ScanResult.OK_UNLISTED, IN, True, ScanResult.ALREADY_IN),
        (ScanResult.WITHDRAWN, IN, True, ScanResult.WITHDRAWN),
    ],
)
def test_the_door_answers_by_worth_and_presence(worth, kind, inside, result):
    assert presence.at_the_door(worth, kind, inside=inside) is result


def test_who_comes_in_by_two_doors_of_one_area_is_a_double_and_in_another_area_not():
    first, second = entry("a", IN, 0), LogEntry("b", 2, 1, IN, START + timedelta(minutes=1))
    assert presence.doubles([second, first]) == [presence.DoubleEntry("a", "b")]
    session = LogEntry("c", 3, 1, IN, START + timedelta(minutes=1), area="session-1")
    assert presence.doubles([first, session]) == []
    assert presence.doubles([first, entry("o", OUT, 1), entry("d", IN, 2)]) == []
    assert presence.doubles([first, second, entry("u", UNDO, 9, undoes="a")]) == []


@given(logs(), st.randoms(use_true_random=False))
def test_what_is_in_force_depends_on_the_log_and_not_on_the_arrival(log, chance):
    asked = entry("asked", IN, 2)
    shuffled = list(log)
    chance.shuffle(shuffled)
    assert presence.in_force(log, asked) is presence.in_force(shuffled, asked)
    assert presence.in_force([*log, asked], asked) is presence.in_force(log, asked)
    assert presence.doubles(log) == presence.doubles(shuffled)


def test_a_scan_that_arrives_late_is_judged_by_its_own_time():
    log = [entry("a", IN, 5), entry("b", OUT, 8)]
    assert presence.in_force(log, entry("early", IN, 1)) is ScanResult.OK
    assert presence.in_force(log, entry("between", IN, 6)) is ScanResult.ALREADY_IN
    assert presence.in_force(log, entry("out", OUT, 1)) is ScanResult.ALREADY_OUT


def minutes(*numbers: int) -> list[datetime]:
    return [START + timedelta(minutes=number) for number in numbers]


def test_the_error_of_a_clock_is_taken_off():
    received, hours_late = minutes(100)[0], minutes(100 - 180)[0]
    assert presence.corrected(
        minutes(-90, -85), clock=hours_late, received=received, earliest=minutes(-9999)[0]
    ) == minutes(90, 95)


def test_a_clock_that_was_set_back_keeps_the_order_of_the_scans():
    # The second scan was made after the clock had been set back by an hour.
    received = minutes(70)[0]
    assert presence.corrected(
        minutes(60, 5), clock=minutes(10)[0], received=received, earliest=minutes(-9999)[0]
    ) == minutes(65, 65)


@given(st.lists(st.integers(-500, 500), max_size=8), st.integers(-500, 500))
def test_no_scan_is_later_than_its_arrival_or_than_the_next_one(times, clock):
    found = presence.corrected(minutes(*times), clock=minutes(clock)[0], received=START, earliest=minutes(-99_999)[0])
    assert len(found) == len(times) and found == sorted(found) and all(at <= START for at in found)

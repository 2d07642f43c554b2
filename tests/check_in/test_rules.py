"""What the check-in answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.check_in import rules
from eventapp.check_in.rules import CheckInKind, LogEntry, ScanResult
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus, is_somebody_else, name_key

USUAL = {
    "status": RegistrationStatus.CONFIRMED,
    "mode": Mode.IN_PERSON,
    "merged": False,
    "revision": 1,
    "shown": 1,
}


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, ScanResult.OK),
        ({"shown": None}, ScanResult.OK),
        ({"revision": 256, "shown": 0}, ScanResult.OK),
        ({"shown": 0}, ScanResult.REPLACED),
        ({"revision": 256, "shown": 255}, ScanResult.REPLACED),
        ({"shown": 2}, ScanResult.OK_UNLISTED),
        ({"merged": True, "status": RegistrationStatus.CANCELLED}, ScanResult.REPLACED),
        ({"status": RegistrationStatus.CANCELLED}, ScanResult.WITHDRAWN),
        ({"status": RegistrationStatus.DECLINED}, ScanResult.WITHDRAWN),
        ({"status": RegistrationStatus.CANCELLED, "shown": 0}, ScanResult.WITHDRAWN),
        ({"status": RegistrationStatus.CANCELLED, "shown": 2}, ScanResult.WITHDRAWN),
        ({"status": RegistrationStatus.WAITLISTED}, ScanResult.NOT_CONFIRMED),
        ({"status": RegistrationStatus.EXPIRED}, ScanResult.NOT_CONFIRMED),
        ({"mode": Mode.ONLINE}, ScanResult.NOT_HERE),
        ({"mode": Mode.ONLINE, "status": RegistrationStatus.PENDING}, ScanResult.NOT_CONFIRMED),
        ({"mode": Mode.ONLINE, "shown": 2}, ScanResult.NOT_HERE),
    ],
)
def test_a_ticket_is_worth_what_its_registration_is(changed, result):
    assert rules.verdict(**USUAL | changed) is result


def test_each_result_has_a_sentence():
    assert all(result.sentence and result.label for result in ScanResult)


@pytest.mark.parametrize(
    ("before", "now", "somebody_else"),
    [
        (("Lovelace", "Ada"), ("Byron", "Ada"), False),
        (("Lovelace", "Ada"), ("Babbage", "Charles"), True),
        (("Lovelace", "Ada"), ("LOVELACE", "Áda"), False),
        (("", ""), ("Babbage", "Charles"), False),
    ],
)
def test_a_corrected_name_is_not_another_person(before, now, somebody_else):
    assert is_somebody_else(name_key(*before), name_key(*now)) is somebody_else


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
    state = rules.fold(log)[1, 1]
    assert state.inside is inside
    assert state.first_in == (None if first_in is None else START + timedelta(minutes=first_in))


def test_nobody_is_present_if_all_was_taken_back():
    assert rules.fold([entry("a", IN, 0), entry("u", UNDO, 6, undoes="a"), entry("n", IN, 7, accepted=False)]) == {}


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
            )
        )
    return made


@given(logs(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_presence_and_a_repeated_line_changes_nothing(log, chance):
    arrived = log + chance.sample(log, chance.randint(0, len(log)))
    chance.shuffle(arrived)
    assert rules.fold(arrived) == rules.fold(log)


@given(logs())
def test_a_line_and_its_undo_change_nothing(log):
    made = entry("new", IN, 2)
    assert rules.fold([*log, made, entry("back", UNDO, 3, undoes="new")]) == rules.fold(log)


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
    assert rules.at_the_door(worth, kind, inside=inside) is result

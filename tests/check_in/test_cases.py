"""The cases that the server and the app on a device must agree on (the app runs them in the journeys)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from eventapp.check_in import presence, rules
from eventapp.check_in.rules import Admission, CheckInKind, PointKind, ScanResult
from eventapp.core.kana import fold_kana
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus, searchable, searched

CASES = json.loads(Path(__file__).with_name("cases.json").read_text("utf-8"))
STATES = {
    "confirmed": RegistrationStatus.CONFIRMED,
    "not_confirmed": RegistrationStatus.PENDING,
    "withdrawn": RegistrationStatus.CANCELLED,
    "replaced": RegistrationStatus.CANCELLED,
}


@pytest.mark.parametrize(("facts", "result"), CASES["verdict"])
def test_a_ticket_is_worth_the_same_on_and_off_line(facts, result):
    state = facts["state"]
    known = {name: facts[name] for name in ("revision", "shown", "admitted")}
    assert rules.verdict(status=STATES[state], merged=state == "replaced", **known) == result


@pytest.mark.parametrize(("worth", "kind", "inside", "result"), CASES["door"])
def test_a_door_answers_the_same_on_and_off_line(worth, kind, inside, result):
    assert presence.at_the_door(ScanResult(worth), CheckInKind(kind), inside=inside) == result


@pytest.mark.parametrize(("point", "who", "admitted"), CASES["admits"])
def test_a_point_admits_the_same_people_on_and_off_line(point, who, admitted):
    admission = Admission(
        PointKind(point.get("kind", "door")),
        frozenset(point.get("options", [])),
        frozenset(date.fromisoformat(day) for day in point.get("days", [])),
        point.get("seat_holders", False),
    )
    mode = Mode.IN_PERSON if who.get("atDoor", True) else Mode.ONLINE
    somebody = {"option": 1, "mode": mode, "day": date(2031, 3, 18), "has_seat": who.get("hasSeat", False)}
    assert admission.admits(**somebody) is admitted


@pytest.mark.parametrize(("typed", "folded"), CASES["fold"])
def test_a_name_is_folded_the_same_on_and_off_line(typed, folded):
    assert fold_kana(typed) == folded


@pytest.mark.parametrize(("typed", "found"), CASES["found"])
def test_a_name_is_found_in_any_script_and_reading(typed, found):
    text = searchable(**CASES["person"])
    assert all(folded in text for folded, _typed in searched(typed)) is found

"""What the check-in answers."""

from __future__ import annotations

from datetime import date

import pytest

from eventapp.check_in import rules
from eventapp.check_in.rules import Admission, PointKind, ScanResult
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus, is_somebody_else, name_key

USUAL = {
    "status": RegistrationStatus.CONFIRMED,
    "admitted": True,
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
        ({"admitted": False}, ScanResult.NOT_HERE),
        ({"admitted": False, "status": RegistrationStatus.PENDING}, ScanResult.NOT_CONFIRMED),
        ({"admitted": False, "shown": 2}, ScanResult.NOT_HERE),
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


DAY, NEXT = date(2031, 3, 18), date(2031, 3, 19)


@pytest.mark.parametrize(
    ("admission", "who", "admitted"),
    [
        (Admission(), {}, True),
        (Admission(), {"mode": Mode.ONLINE}, False),
        (Admission(), {"mode": Mode.VIDEO_MESSAGE}, False),
        (Admission(PointKind.ONLINE), {}, False),
        (Admission(PointKind.ONLINE), {"mode": Mode.ONLINE}, True),
        (Admission(options=frozenset({1, 2})), {}, True),
        (Admission(options=frozenset({2})), {}, False),
        (Admission(days=frozenset({DAY})), {}, True),
        (Admission(days=frozenset({NEXT})), {}, False),
        (Admission(PointKind.SESSION), {}, True),
        (Admission(PointKind.SESSION, seat_holders=True), {}, False),
        (Admission(PointKind.SESSION, seat_holders=True), {"has_seat": True}, True),
    ],
)
def test_a_point_is_for_an_option_a_day_and_those_with_a_seat(admission, who, admitted):
    somebody = {"option": 1, "mode": Mode.IN_PERSON, "day": DAY}
    assert admission.admits(**somebody | who) is admitted

"""What the check-in answers."""

from __future__ import annotations

import pytest

from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus, is_somebody_else, name_key
from eventapp.tickets import rules
from eventapp.tickets.rules import ScanResult

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


def test_only_who_comes_has_a_ticket():
    confirmed, published = RegistrationStatus.CONFIRMED, EventStatus.PUBLISHED
    assert rules.has_ticket(confirmed, Mode.IN_PERSON, published)
    assert not rules.has_ticket(confirmed, Mode.ONLINE, published)
    assert not rules.has_ticket(RegistrationStatus.WAITLISTED, Mode.IN_PERSON, published)
    assert not rules.has_ticket(confirmed, Mode.IN_PERSON, EventStatus.POSTPONED)


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

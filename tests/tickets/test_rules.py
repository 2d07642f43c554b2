"""Who has a ticket."""

from __future__ import annotations

from eventapp.events.rules import EventStatus
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus
from eventapp.tickets import rules


def test_only_who_comes_has_a_ticket():
    confirmed, published = RegistrationStatus.CONFIRMED, EventStatus.PUBLISHED
    assert rules.has_ticket(confirmed, Mode.IN_PERSON, published)
    assert not rules.has_ticket(confirmed, Mode.ONLINE, published)
    assert not rules.has_ticket(RegistrationStatus.WAITLISTED, Mode.IN_PERSON, published)
    assert not rules.has_ticket(confirmed, Mode.IN_PERSON, EventStatus.POSTPONED)

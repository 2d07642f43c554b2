"""How operations on an event affect its calendars."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations, queries
from eventapp.events.rules import EventFormat
from tests.support.make import Make, fresh

pytestmark = pytest.mark.both_engines("constraints and their names")


def test_a_new_venue_raises_the_sequence_and_a_new_spelling_does_not(make: Make) -> None:
    """The location is the event's first venue, else whether it is online."""
    event = make.event("forum", venue_name=LocalizedText(en="Saitama"))
    seen = [event.sequence]

    def edit(**values: Any) -> None:
        with transaction():
            operations.edit(fresh(event), slug="forum", **values)
        seen.append(fresh(event).sequence)

    edit(venue_name=LocalizedText(en="SAITAMA", ja="さいたま"))
    edit(venue_name=LocalizedText(en="Kobe"))
    edit(format=EventFormat.HYBRID)
    second = make.venue(fresh(event), "Annex")
    seen.append(fresh(event).sequence)
    (venue, _second) = queries.venues(event)
    for name in (LocalizedText(en="Arena", ja="アリーナ"), LocalizedText(en="Stadium")):
        with transaction():
            operations.save_venue(fresh(event), fresh(venue), name=name, address=LocalizedText(en="1-1 Chuo"))
        seen.append(fresh(event).sequence)
    for one in (second, venue):
        with transaction():
            operations.remove_venue(fresh(one))
        seen.append(fresh(event).sequence)
    assert [after - before for before, after in itertools.pairwise(seen)] == [0, 1, 1, 0, 1, 1, 0, 1]

"""An event for attendees and speakers."""

from __future__ import annotations

import pytest

from eventapp.events.models import Event
from tests.support.make import Make


@pytest.fixture
def forum(make: Make) -> Event:
    return make.event("forum")

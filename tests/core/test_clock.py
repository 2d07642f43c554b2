"""Wall clocks, also on the days when they change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventapp.core.clock import NoSuchTime, from_local, to_local, zones


def test_a_time_that_the_clocks_skip_is_no_time():
    with pytest.raises(NoSuchTime):
        from_local(datetime(2031, 3, 30, 2, 30), "Europe/Berlin")


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    assert from_local(datetime(2031, 10, 26, 2, 30), "Europe/Berlin") == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)
    assert from_local(datetime(2031, 10, 26, 2, 30, fold=1), "Europe/Berlin") == datetime(
        2031, 10, 26, 1, 30, tzinfo=UTC
    )


def test_there_and_back_is_the_same():
    moment = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)
    assert from_local(to_local(moment, "Asia/Dhaka").replace(tzinfo=None), "Asia/Dhaka") == moment


def test_only_zones_of_places_are_offered():
    assert "Asia/Tokyo" in zones()
    assert not {"JST", "Etc/GMT+9", "GMT"} & zones()

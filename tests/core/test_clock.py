"""Wall clocks, also on the days when they change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from eventapp.core.clock import (
    NoSuchTime,
    from_local,
    offsets,
    programme_day,
    programme_span,
    to_local,
    zone_of_country,
    zones,
)


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


def test_only_geographic_zones_are_offered():
    assert "Asia/Tokyo" in zones()
    assert not {"JST", "Etc/GMT+9", "GMT"} & zones()


def test_offsets_include_the_minute_of_each_change():
    first, last = datetime(2031, 3, 28, tzinfo=UTC), datetime(2031, 11, 1, tzinfo=UTC)
    assert offsets("Europe/Berlin", first, last) == [
        (first, 60),
        (datetime(2031, 3, 30, 1, tzinfo=UTC), 120),
        (datetime(2031, 10, 26, 1, tzinfo=UTC), 60),
    ]
    assert offsets("Asia/Tokyo", first, last) == [(first, 540)]
    assert offsets("Australia/Lord_Howe", first, last)[1:] == [
        (datetime(2031, 4, 5, 15, tzinfo=UTC), 630),
        (datetime(2031, 10, 4, 15, 30, tzinfo=UTC), 660),
    ]


def test_a_day_of_the_programme_lasts_as_long_as_it_does():
    for day, hours in (((2031, 3, 30), 23), ((2031, 10, 26), 25), ((2031, 6, 1), 24)):
        first, last = programme_span(date(*day), "Europe/Berlin", 0)
        assert last - first == timedelta(hours=hours)
    first, last = programme_span(date(2031, 3, 30), "Europe/Berlin", 150)  # 02:30 does not exist on that day
    assert last > first


def test_what_goes_on_past_midnight_belongs_to_its_evening():
    night = datetime(2031, 3, 18, 17, 0, tzinfo=UTC)  # 02:00 on the 19th in Tokyo
    assert programme_day(night, "Asia/Tokyo", 240) == date(2031, 3, 18)
    assert programme_day(night, "Asia/Tokyo", 0) == date(2031, 3, 19)


@pytest.mark.parametrize(
    ("country", "zone"),
    [("JP", "Asia/Tokyo"), ("BD", "Asia/Dhaka"), ("DE", "Europe/Berlin"), ("US", ""), ("XX", ""), (None, "")],
)
def test_a_country_has_a_zone_if_all_its_clocks_agree(country, zone):
    assert zone_of_country(country, datetime(2031, 3, 18, tzinfo=UTC)) == zone

"""Dates and times as they are written in each language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.core import languages

MORNING = datetime(2027, 5, 20, 0, 30, tzinfo=UTC)
EVENING = datetime(2027, 5, 20, 7, 0, tzinfo=UTC)
TOKYO = "Asia/Tokyo"


@pytest.mark.parametrize(
    ("language", "moment", "short", "span"),
    [
        ("en", "Thu 20 May 2027, 09:30 JST", "20 May 2027 09:30 JST", "09:30 – 16:00"),
        ("ja", "2027年5月20日（木）09:30（日本時間）", "2027/5/20 09:30（日本時間）", "09:30～16:00"),
    ],
)
def test_moments_are_written_as_in_a_letter_of_the_language(app, language, moment, short, span):
    with languages.force_locale(language):
        assert languages.moment_of(MORNING, TOKYO) == moment
        assert languages.short_moment(MORNING, TOKYO) == short
        assert languages.clock_span(MORNING, EVENING, TOKYO) == span


@pytest.mark.parametrize(
    ("zone", "english", "japanese"),
    [
        (TOKYO, "Japan Standard Time (JST)", "日本時間"),
        ("Europe/Helsinki", "Eastern European Summer Time (EEST)", "東ヨーロッパ時間"),
        ("Asia/Kathmandu", "UTC+5:45", "ネパール時間"),
        ("Pacific/Kiritimati", "Line Islands Time (UTC+14)", "UTC+14"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_a_zone_is_named_as_readers_of_the_language_know_it(app, zone, english, japanese):
    for language, name in (("en", english), ("ja", japanese)):
        with languages.force_locale(language):
            assert languages.zone_in_full(zone, MORNING) == name


def test_a_zone_has_both_names_where_its_clocks_change_meanwhile(app):
    before = datetime(2027, 3, 27, 8, tzinfo=UTC)
    after = before + timedelta(days=9)
    for zone, language, name in (
        ("Europe/Helsinki", "en", "Eastern European Time (EET/EEST)"),
        ("Europe/Helsinki", "ja", "東ヨーロッパ時間"),
        (TOKYO, "en", "Japan Standard Time (JST)"),
        ("America/Santiago", "en", "Chile Time (UTC−3/UTC−4)"),
    ):
        with languages.force_locale(language):
            assert languages.zone_in_full(zone, before, after) == name
    assert languages.zone_after("Europe/Helsinki", before, after) == " EET/EEST"
    assert languages.zone_after("Europe/Helsinki", after, after) == " EEST"

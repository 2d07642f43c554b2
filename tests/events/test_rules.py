"""Dates in words, slugs, and who may see an event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.events.models import MOST_DAYS, Event
from eventapp.events.rules import (
    EventKind,
    EventStatus,
    Precision,
    TeamInvitationState,
    Visibility,
    age,
    countdown,
    listed,
    public,
    slug_from,
    state_of_invitation,
    suggested_slug,
    when,
)

START = datetime(2022, 11, 22, 0, 0, tzinfo=UTC)
END = datetime(2022, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("precision", "language", "expected"),
    [
        (Precision.DAY, "en", "Tue 22 – Thu 24 November 2022"),
        (Precision.DAY, "ja", "2022年11月22日（火）～11月24日（木）"),
        (Precision.MONTH, "en", "November 2022"),
        (Precision.MONTH, "ja", "2022年11月"),
        (Precision.YEAR, "en", "2022"),
        (Precision.YEAR, "ja", "2022年"),
    ],
)
def test_a_date_is_shown_no_more_exactly_than_it_is_known(precision, language, expected):
    assert when(START, END, "Asia/Tokyo", precision, language) == expected


def test_the_day_is_that_of_the_venue():
    late = datetime(2022, 11, 21, 15, 30, tzinfo=UTC)  # half past midnight in Tokyo
    assert when(late, late, "Asia/Tokyo", Precision.DAY, "en") == "Tue 22 November 2022"
    assert when(late, late, "America/New_York", Precision.DAY, "en") == "Mon 21 November 2022"


def test_a_range_over_new_year_names_both_years():
    first, last = datetime(2022, 12, 31, 3, tzinfo=UTC), datetime(2023, 1, 1, 3, tzinfo=UTC)
    assert when(first, last, "Asia/Tokyo", Precision.DAY, "en") == "Sat 31 December 2022 – Sun 1 January 2023"
    assert when(first, last, "Asia/Tokyo", Precision.DAY, "ja") == "2022年12月31日（土）～2023年1月1日（日）"


@pytest.mark.parametrize("status", list(EventStatus))
@pytest.mark.parametrize("visibility", list(Visibility))
def test_one_rule_says_who_may_see_an_event(status, visibility):
    seen = status is not EventStatus.DRAFT and visibility is not Visibility.PRIVATE
    assert public(status, visibility) is seen
    assert listed(status, visibility) is (seen and visibility is Visibility.PUBLIC)


def test_a_slug_is_suggested_from_a_latin_title():
    assert slug_from("Naruto – Narayanganj: first visit!") == "naruto-narayanganj-first-visit"
    assert slug_from("川のフォーラム") == ""


def test_countdown_is_in_days_of_the_venue():
    def said(*moment: int) -> str:
        return countdown(START, END, "Asia/Tokyo", datetime(2022, 11, *moment, tzinfo=ZoneInfo("Asia/Tokyo")))

    assert said(21, 0, 30) == said(21, 23, 30) == "Tomorrow"
    assert said(22, 0, 30) == "Happening now", "although it still is the day before in UTC"
    assert said(10, 12) == "In 12 days"
    assert said(25) == ""


def test_nothing_is_happening_now_on_the_evening_after_the_end():
    assert countdown(START, END, "Asia/Tokyo", END - timedelta(minutes=1)) == "Happening now"
    assert countdown(START, END, "Asia/Tokyo", END + timedelta(minutes=1)) == ""


def test_an_invitation_ends_in_one_way_and_what_was_done_with_it_comes_first():
    def state(**values: bool) -> TeamInvitationState:
        late = values.pop("late", False)
        known = {"accepted": False, "withdrawn": False, "inviter_may": True} | values
        return state_of_invitation(**known, expires_at=START, now=START if late else START - timedelta(seconds=1))

    assert state() is TeamInvitationState.PENDING
    assert state(inviter_may=False) is TeamInvitationState.LAPSED
    assert state(late=True, inviter_may=False) is TeamInvitationState.EXPIRED
    assert state(withdrawn=True, late=True) is TeamInvitationState.WITHDRAWN
    assert state(accepted=True, withdrawn=True, late=True) is TeamInvitationState.ACCEPTED


@pytest.mark.parametrize(
    ("hours", "said"), [(-1, "today"), (0, "today"), (23, "today"), (24, "1 day ago"), (100, "4 days ago")]
)
def test_the_age_of_an_invitation_is_in_whole_days(hours, said):
    assert age(START, START + timedelta(hours=hours)) == said


def test_a_slug_follows_from_a_title_in_any_script():
    for title, slug in (
        ({"en": "Forum of Cities", "ja": "都市のフォーラム"}, "forum-of-cities"),
        ({"ja": "さくらまつり 2031"}, "sakuramatsuri-2031"),
        ({"ja": "キョウト・サミット"}, "kyouto-samitto"),
        ({"ja": "川のフォーラム"}, "signing-ceremony-2031"),
        ({"fr": "Forêt et cités"}, "foret-et-cites"),
        ({"ru": "Форум городов"}, "signing-ceremony-2031"),
        ({"ar": "منتدى"}, "signing-ceremony-2031"),
        ({"en": "第3回"}, "signing-ceremony-2031"),
        ({"en": "2031"}, "signing-ceremony-2031"),
        ({"en": "New"}, "new"),
        ({"en": "Partnership " * 9}, "partnership-partnership-partnership-partnership-partnership"),
    ):
        assert suggested_slug(LocalizedText(title), EventKind.SIGNING_CEREMONY, 2031) == slug, title


def test_what_ends_at_midnight_ends_on_that_evening():
    starts, midnight = datetime(2027, 12, 31, 9, 0, tzinfo=UTC), datetime(2027, 12, 31, 15, 0, tzinfo=UTC)
    assert when(starts, midnight, "Asia/Tokyo", Precision.DAY, "en") == "Fri 31 December 2027"
    later = midnight + timedelta(minutes=1)
    assert when(starts, later, "Asia/Tokyo", Precision.DAY, "en") == "Fri 31 December 2027 – Sat 1 January 2028"
    assert countdown(starts, midnight, "Asia/Tokyo", starts + timedelta(hours=1)) == "Today"


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        (datetime(2022, 11, 23, 15, 0, tzinfo=UTC), 23),  # midnight in Tokyo
        (datetime(2022, 11, 23, 15, 1, tzinfo=UTC), 24),
        (datetime(2022, 11, 22, 1, 0, tzinfo=UTC), 22),
    ],
)
def test_the_days_of_an_event_are_those_at_its_venue_and_none_begins_as_it_ends(ends, last):
    event = Event(starts_at=START, ends_at=ends, zone="Asia/Tokyo")
    assert event.days == tuple(date(2022, 11, day) for day in range(22, last + 1))
    assert (event.first_day, event.last_day) == (event.days[0], event.days[-1])


def test_an_event_of_a_year_has_no_list_of_all_its_days():
    event = Event(starts_at=START, ends_at=START + timedelta(days=365), zone="Asia/Tokyo")
    assert len(event.days) == MOST_DAYS

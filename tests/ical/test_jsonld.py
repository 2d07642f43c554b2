"""schema.org data meets the requirements of search engines, and can't break out of its element."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventapp.ical import jsonld
from eventapp.ical.jsonld import Attendance, EventStatusType, OrganizationOrPerson, Spot

START = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)


def made(**values: Any) -> dict[str, Any]:
    given = {
        "name": "Forum",
        "url": "https://example.org/events/forum",
        "starts": START,
        "ends": START + timedelta(hours=8),
        "zone": "Asia/Tokyo",
    }
    return jsonld.event(**{**given, **values})


def test_times_carry_the_offset_of_the_venue() -> None:
    assert (made()["startDate"], made()["endDate"]) == ("2031-03-18T10:00:00+09:00", "2031-03-18T18:00:00+09:00")


@pytest.mark.parametrize(("exact", "text"), [("day", "2031-03-18"), ("month", "2031-03"), ("year", "2031")])
def test_a_date_is_no_more_exact_than_it_is_known(exact: Any, text: str) -> None:
    assert made(exact=exact)["startDate"] == made(exact=exact)["endDate"] == text


def test_a_day_that_ends_at_midnight_is_that_day() -> None:
    assert made(exact="day", ends=datetime(2031, 3, 18, 15, tzinfo=UTC))["endDate"] == "2031-03-18"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        made(starts=START.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (EventStatusType.SCHEDULED, "EventScheduled"),
        (EventStatusType.POSTPONED, "EventPostponed"),
        (EventStatusType.CANCELLED, "EventCancelled"),
    ],
)
def test_the_status_is_a_schema_url(state: EventStatusType, text: str) -> None:
    assert made(state=state)["eventStatus"] == f"https://schema.org/{text}"


def test_a_new_date_names_the_old_one() -> None:
    data = made(state=EventStatusType.RESCHEDULED, previous_start=START - timedelta(days=30))
    assert data["previousStartDate"] == "2031-02-16T10:00:00+09:00"


def test_in_person_is_a_physical_location() -> None:
    spot = Spot(name="Hall", address="1-7-5 Sakuragi-cho", country="JP", geo=(35.9, 139.6))
    data = made(spots=[spot])
    assert data["location"]["@type"] == "Place"
    assert data["location"]["address"]["addressCountry"] == "JP"
    assert data["location"]["geo"]["latitude"] == 35.9
    assert data["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"


def test_online_is_the_public_url() -> None:
    data = made(attendance=Attendance.ONLINE, spots=[Spot(name="Hall")])
    assert data["location"] == {"@type": "VirtualLocation", "url": "https://example.org/events/forum"}


def test_hybrid_is_both() -> None:
    data = made(attendance=Attendance.MIXED, spots=[Spot(name="Hall")])
    assert [place["@type"] for place in data["location"]] == ["Place", "VirtualLocation"]


def test_people_and_organizations_are_distinguished() -> None:
    data = made(
        organizers=[OrganizationOrPerson(name="City")],
        performers=[
            OrganizationOrPerson(name="Ada Lovelace", person=True, job="Analyst"),
            OrganizationOrPerson(name="Band"),
        ],
    )
    assert data["organizer"] == {"@type": "Organization", "name": "City"}
    assert data["performer"][0] == {"@type": "Person", "name": "Ada Lovelace", "jobTitle": "Analyst"}
    assert data["performer"][1]["@type"] == "Organization"


def test_sessions_are_parts_without_a_context_of_their_own() -> None:
    data = made(sessions=[made(name="Opening")])
    assert data["subEvent"][0]["name"] == "Opening"
    assert "@context" not in data["subEvent"][0]


def test_unknown_values_are_left_out() -> None:
    assert not {"description", "image", "inLanguage", "organizer", "performer", "subEvent", "location"} & set(made())


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "a & b", "\u2028\u2029", "lone \ud800"])
def test_no_text_can_leave_the_element(text: str) -> None:
    out = jsonld.dumps(made(name=text))
    assert not set("<>&\u2028\u2029") & set(out)
    out.encode("utf-8")


@settings(derandomize=True, deadline=None)
@given(st.text())
@pytest.mark.slow
def test_any_text_comes_back(text: str) -> None:
    assert json.loads(jsonld.dumps({"name": text})) == {"name": text}


def test_a_template_does_not_escape_it_again() -> None:
    assert jsonld.dumps({"a": '"'}).__html__() == '{"a":"\\""}'

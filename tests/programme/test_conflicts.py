"""Issues of a programme: one sentence per rule, on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eventapp.programme.conflicts import Audience, EventContext, Level, RoomFacts, ScheduledSlot, check
from eventapp.programme.issue_groups import grouped

# The Sunday on which European clocks go forward at two in the morning.
START = datetime(2031, 3, 30, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOMS = {
    1: RoomFacts("Hall", "city-hall", 80),
    2: RoomFacts("Studio", "city-hall", 20),
    3: RoomFacts("Garden", "museum"),
    4: RoomFacts("Online"),
}
PEOPLE = {1: "Ada Lovelace", 2: "IZUMI Rie"}
FRAME = EventContext(
    START, START + 10 * HOUR, "Europe/Berlin", ("en", "ja"), {("city-hall", "museum"): 40, ("museum", "city-hall"): 40}
)


def slot(code: str, hour: float = 0, hours: float = 1, **values) -> ScheduledSlot:
    start = START + hour * HOUR
    values = {"rooms": frozenset(), "people": frozenset(), **values}
    return ScheduledSlot(
        code,
        values.pop("title", code),
        start,
        start + hours * HOUR,
        **{key: frozenset(value) if key in {"rooms", "people"} else value for key, value in values.items()},
    )


def kinds(*slots: ScheduledSlot, event_context: EventContext = FRAME) -> list[tuple[str, str, tuple[str, ...]]]:
    found = check(slots, event_context=event_context, rooms=ROOMS, people=PEOPLE)
    return [(one.level.value, one.kind, one.codes) for one in found]


def test_a_programme_without_faults_has_no_findings():
    assert kinds(slot("A", 0, rooms={1}, people={1}), slot("B", 1, rooms={1}, people={1})) == []


def test_a_room_is_not_used_twice():
    assert kinds(slot("A", 0, rooms={1}), slot("B", 0.5, rooms={1, 2})) == [("error", "room", ("A", "B"))]


def test_touching_is_no_overlap():
    assert kinds(slot("A", 0, rooms={1}), slot("B", 1, rooms={1})) == []


def test_each_overlapping_pair_is_reported():
    assert len(kinds(*(slot(code, 0, rooms={1}) for code in "ABC"))) == 3


def test_a_long_session_meets_all_that_it_covers():
    found = kinds(slot("Long", 0, 5, rooms={1}), slot("B", 1, rooms={1}), slot("C", 3, rooms={1}))
    assert [codes for _, _, codes in found] == [("Long", "B"), ("Long", "C")]


def test_a_person_is_in_one_room_at_a_time():
    assert kinds(slot("A", 0, rooms={1}, people={1}), slot("B", 0, rooms={2}, people={1, 2})) == [
        ("error", "person", ("A", "B"))
    ]


def test_a_person_is_at_one_event():
    (found,) = check(
        [slot("A", 0, people={1}), slot("X", 0.5, people={1}, elsewhere="Forum of lakes")],
        event_context=FRAME,
        rooms=ROOMS,
        people=PEOPLE,
    )
    assert found.codes == ("A",)
    assert "Forum of lakes" in found.sentence


def test_conflicts_among_other_events_are_not_reported():
    assert kinds(*(slot(code, 0, people={1}, elsewhere="Other") for code in "XY")) == []


def test_a_person_needs_the_time_for_the_way():
    near = slot("A", 0, rooms={1}, people={1})
    assert kinds(near, slot("B", 1.5, rooms={3}, people={1})) == [("warning", "way", ("A", "B"))]
    assert kinds(near, slot("B", 1 + 40 / 60, rooms={3}, people={1})) == []
    assert kinds(near, slot("B", 1, rooms={2}, people={1})) == []
    assert kinds(near, slot("B", 1, rooms={4}, people={1})) == []


@pytest.mark.parametrize(("hour", "hours"), [(-1, 0.5), (9.5, 1), (-2, 1)])
def test_a_session_lies_within_the_event(hour, hours):
    assert kinds(slot("A", hour, hours)) == [("warning", "outside", ("A",))]


def test_a_room_holds_the_seats_that_are_offered():
    assert kinds(slot("A", rooms={2}, seats=30)) == [("warning", "capacity", ("A",))]
    assert kinds(slot("A", rooms={1, 2}, seats=100)) == []
    assert kinds(slot("A", rooms={2, 3}, seats=500)) == []  # the garden has no capacity


def test_every_working_language_is_spoken_or_interpreted():
    assert kinds(slot("A", spoken=("ja",))) == [("notice", "language", ("A",))]
    assert kinds(slot("A", spoken=("ja",), understood=("en",))) == []
    assert kinds(slot("A", spoken=("ja",), is_break=True)) == []
    assert kinds(slot("A")) == []


def test_errors_come_first_then_the_order_of_time():
    found = kinds(slot("A", -1), slot("B", 2, rooms={1}), slot("C", 2, rooms={1}), slot("D", 0, spoken=("ja",)))
    assert [level for level, _, _ in found] == ["error", "warning", "notice"]


def test_the_sentence_names_both_sides_and_their_times_at_the_venue():
    (found,) = check(
        [slot("A", title="Opening", rooms={1}), slot("B", 0.5, title="Panel", rooms={1})],
        event_context=FRAME,
        rooms=ROOMS,
        people=PEOPLE,
    )
    assert found.level is Level.ERROR
    assert found.sentence == (
        "Hall is double-booked: “Opening” (Sun 30 March, 08:00 – 09:00) and “Panel” (Sun 30 March, 08:30 – 09:30)."
    )


def test_a_session_needs_the_length_it_wants():
    assert kinds(slot("A", minutes=90)) == [("warning", "length", ("A",))]
    assert kinds(slot("A", minutes=60), slot("B", 1, minutes=30)) == []


@pytest.mark.parametrize(
    ("hour", "hours", "day_starts", "expected"),
    [
        (15, 1, 0, []),  # 23:00 to midnight in Berlin's summer time
        (15, 2, 0, ["day"]),
        (15, 2, 6 * 60, []),
        (20, 3, 6 * 60, ["day"]),  # 04:00 to 07:00
    ],
)
def test_a_session_stays_within_its_day_of_the_programme(hour, hours, day_starts, expected):
    event_context = replace(FRAME, ends=START + 48 * HOUR, day_starts=day_starts)
    assert [kind for _, kind, _ in kinds(slot("A", hour, hours), event_context=event_context)] == expected


def test_nobody_unconfirmed_is_in_what_goes_out():
    assert kinds(slot("A", people={1}, unconfirmed=frozenset({1}))) == [("warning", "confirmation", ("A",))]
    assert kinds(slot("A", people={1}, unconfirmed=frozenset({1}), ready=False)) == []


def test_more_people_signed_up_than_the_room_holds():
    event_context = replace(FRAME, audience=Audience(sign_ups={"A": 21, "B": 20}))
    found = kinds(slot("A", rooms={2}), slot("B", 1, rooms={2}), slot("C", 2, rooms={3}), event_context=event_context)
    assert found == [("error", "capacity", ("A",))]


def test_a_language_of_registered_people_matters_more_than_one_of_the_event():
    event_context = replace(FRAME, audience=Audience(languages={"ja": 3, "de": 1, "fr": 0}))
    found = check([slot("A", spoken=("en",))], event_context=event_context, rooms=ROOMS, people=PEOPLE)
    assert [(one.level.value, one.kind) for one in found] == [("warning", "language"), ("warning", "language")]
    assert "Japanese, the language of 3 registered people" in found[0].sentence
    assert "German, the language of 1 registered person" in found[1].sentence
    assert kinds(slot("A", spoken=("en",), understood=("ja", "de-AT")), event_context=event_context) == []


def test_issues_about_the_same_thing_are_one_group_and_keep_their_key_when_they_move():
    def found(shift: int):
        slots = [slot(f"S{n}", n + shift, spoken=("ja",)) for n in range(3)]
        return check(slots, event_context=FRAME, rooms=ROOMS, people=PEOPLE)

    first, later = found(0), found(1)
    assert len({one.group for one in first}) == 1 and len({one.key for one in first}) == 3
    assert [one.key for one in first] == [one.key for one in later]
    (group,) = grouped(first)
    assert group.sentence == "3 sessions are not interpreted into English."
    assert grouped(first[:1])[0].sentence == first[0].sentence

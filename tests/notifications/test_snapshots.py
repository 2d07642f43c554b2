"""What counts as a change, and its wording. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.events.rules import Precision
from eventapp.notifications import snapshots
from eventapp.notifications.snapshots import ParticipationState, Snapshot, Topic
from eventapp.programme.changes import ChangeKind

FACTS = Snapshot(
    starts=datetime(2031, 3, 18, 1, tzinfo=UTC),
    ends=datetime(2031, 3, 18, 9, tzinfo=UTC),
    zone="Asia/Tokyo",
    place="hall-a",
    rooms=(LocalizedText(en="Hall A", ja="Aホール"),),
    venue=(LocalizedText(en="Arena"),),
)


def test_snapshots_can_be_stored_and_restored() -> None:
    assert Snapshot.from_json(FACTS.to_json()) == FACTS
    assert Snapshot.from_json(FACTS.to_json()).fingerprint == FACTS.fingerprint


@pytest.mark.parametrize(
    ("changed", "topics"),
    [
        ({"starts": FACTS.starts + timedelta(minutes=5)}, [Topic.TIME]),
        ({"zone": "Asia/Seoul"}, [Topic.TIME]),
        ({"precision": Precision.MONTH}, [Topic.TIME]),
        ({"place": "hall-b"}, [Topic.WHERE]),
        ({"link": "another"}, [Topic.LINK]),
        ({"state": ParticipationState.CANCELLED, "place": "hall-b"}, [Topic.STATE]),
        ({"state": ParticipationState.POSTPONED, "starts": FACTS.starts + timedelta(days=1)}, [Topic.STATE]),
        ({"state": ParticipationState.WAITING, "place": "hall-b"}, [Topic.STATE, Topic.WHERE]),
        ({"rooms": (LocalizedText(en="Great hall"),), "venue": ()}, []),
    ],
)
def test_what_is_new_is_named_and_has_another_mark(changed: dict, topics: list[Topic]) -> None:
    after = replace(FACTS, **changed)
    assert snapshots.changed_topics(FACTS, after) == topics
    assert (after.fingerprint != FACTS.fingerprint) is bool(topics)


@pytest.mark.parametrize(
    "state", [ParticipationState.POSTPONED, ParticipationState.CANCELLED, ParticipationState.RELEASED]
)
def test_time_and_venue_are_no_changes_without_a_date(state: ParticipationState) -> None:
    off = replace(FACTS, state=state)
    moved = replace(off, starts=FACTS.starts - timedelta(days=7), place="elsewhere")
    assert snapshots.changed_topics(off, moved) == []
    assert off.fingerprint == moved.fingerprint


def test_cancelling_after_a_seat_was_released_is_no_change() -> None:
    assert snapshots.released(FACTS).fingerprint == replace(FACTS, state=ParticipationState.CANCELLED).fingerprint


def test_a_session_change_uses_the_texts_of_the_programme() -> None:
    def kinds(after: Snapshot, before: Snapshot = FACTS, **values: bool) -> list[ChangeKind]:
        return [
            change.kind
            for change in snapshots.session_changes("CODE", LocalizedText(en="Talk"), before, after, **values)
        ]

    off = replace(FACTS, state=ParticipationState.CANCELLED)
    moved = replace(FACTS, starts=FACTS.starts - timedelta(hours=1), place="b", rooms=(LocalizedText(en="Hall B"),))
    assert kinds(moved) == [ChangeKind.MOVED, ChangeKind.ROOM]
    assert kinds(off) == [ChangeKind.CANCELLED]
    assert kinds(off, removed=True) == [ChangeKind.REMOVED]
    assert kinds(FACTS, off) == [ChangeKind.RESTORED]
    elsewhere = replace(FACTS, place="c", venue=(LocalizedText(en="Harbour"),))
    (change,) = snapshots.session_changes("CODE", LocalizedText(en="Talk"), FACTS, elsewhere)
    assert (change.before, change.after) == ([LocalizedText(en="Arena")], [LocalizedText(en="Harbour")])


def test_a_time_is_shown_with_its_zone_and_no_more_exactly_than_it_is_known(app) -> None:
    assert snapshots.when(FACTS, "en") == "Tue 18 March 2031, 10:00 – 18:00 (Japan Standard Time)"
    over_night = snapshots.when(FACTS, "en", zone="America/New_York")
    assert over_night == ("Mon 17 March 2031, 21:00 – Tue 18 March 2031, 05:00 (Eastern Daylight Time)")
    assert snapshots.when(replace(FACTS, precision=Precision.MONTH), "en") == "March 2031"


def test_another_zone_with_the_same_clocks_is_not_elsewhere() -> None:
    assert snapshots.elsewhere("Europe/Berlin", FACTS)
    assert not snapshots.elsewhere("Asia/Seoul", FACTS)
    assert not snapshots.elsewhere("", FACTS)


def test_a_time_over_a_change_of_the_clocks_names_neither_of_them() -> None:
    starts = datetime(2027, 3, 27, 8, tzinfo=UTC)
    facts = replace(FACTS, zone="Europe/Helsinki", starts=starts, ends=starts + timedelta(days=1, hours=6))
    assert snapshots.when(facts, "en").endswith("17:00 (Eastern European Time)")
    later = replace(facts, ends=starts + timedelta(hours=1))
    assert snapshots.when(later, "en").endswith("11:00 (Eastern European Standard Time)")

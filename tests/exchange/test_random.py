"""Random programmes: an export can be re-imported unchanged, and a second import changes nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.languages import force_locale
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory import operations as directory
from eventapp.directory.models import Person
from eventapp.directory.rules import NameOrder
from eventapp.events.models import Event
from eventapp.exchange import export, operations
from eventapp.exchange.compare import Outcome
from eventapp.exchange.incoming import Options
from eventapp.exchange.queries import ExportState
from eventapp.programme import operations as programme
from eventapp.programme import releases
from eventapp.programme.models import Release, Room, Session, Track
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus
from tests.support import imports

pytestmark = pytest.mark.slow

SEEDS = range(int(os.environ.get("EVENTAPP_TEST_SEEDS", "1")))
START = datetime(2031, 3, 18, 0, 0, tzinfo=UTC)
LANGUAGES = ("en", "ja", "ar")
TITLES = {
    "en": ["Opening", 'Rivers & "lakes"', "=1+1", "Lunch", "A; B, C", "Q&amp;A <live>", "-", "'Tis", "C:\\dir"],
    "ja": ["開会式", "川、湖・海", "昼食", "Ｑ＆Ａ", "IoT入門"],
    "ar": ["افتتاح", "غداء"],
}
PEOPLE = {
    "en": [
        ("Sato", "Ken"),
        ("Lovelace", "Ada"),
        ("Berg", "Anna"),
        ("O'Neil; Jr.", "Pat"),
        ("Lund and Per Ek", "Bo"),
        ("", "Sting"),
        ("Van Dyke, John", ""),
    ],
    "ja": [("佐藤", "健"), ("中村", "優希"), ("ラブレス", "エイダ"), ("山田、", "太郎")],
    "ar": [("بركة", "ليلى")],
}
ROOMS = {
    "en": ["Main hall", "Annex; left", "Room 2, upstairs"],
    "ja": ["大ホール", "別館", "会議室、2"],
    "ar": ["قاعة"],
}
TEXTS = ["", "One line.", "A list:\n\n- one\n- two <b>\n\n`code`", "&lt;p&gt; stays", "第一回。\n\n第二回。"]


def texts(pools: dict[str, list[Any]], *, empty: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """One text of each pool in one to three languages, or in none."""
    tags = st.lists(st.sampled_from(LANGUAGES), min_size=0 if empty else 1, max_size=3, unique=True)
    return tags.flatmap(lambda chosen: st.fixed_dictionaries({tag: st.sampled_from(pools[tag]) for tag in chosen}))


numbers = st.lists(st.integers(0, 5), max_size=3)
programmes = st.fixed_dictionaries(
    {
        "people": st.lists(texts(PEOPLE), min_size=1, max_size=6),
        "rooms": st.lists(texts(ROOMS), max_size=4),
        "tracks": st.lists(texts(TITLES), max_size=3),
        "working": st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True),
        "sessions": st.lists(
            st.fixed_dictionaries(
                {
                    "title": texts(TITLES),
                    "subtitle": texts(TITLES, empty=True),
                    "abstract": texts(dict.fromkeys(LANGUAGES, TEXTS), empty=True),
                    "hour": st.integers(0, 5),
                    "minutes": st.sampled_from([5, 45, 60, 600]),
                    "rooms": numbers,
                    "track": st.none() | st.integers(0, 2),
                    "people": st.lists(
                        st.tuples(st.integers(0, 5), st.sampled_from(ParticipationRole), st.sampled_from(Mode)),
                        max_size=4,
                    ),
                    "spoken": st.lists(st.sampled_from([*LANGUAGES, "zh-Hant"]), max_size=3, unique=True),
                    "interpreted": st.lists(st.sampled_from(LANGUAGES), max_size=2, unique=True),
                    "kind": st.sampled_from(SessionKind),
                    "recorded": st.booleans(),
                    "links": st.lists(
                        st.sampled_from(["https://example.org/?a=1&b=2", "https://example.org/x"]), max_size=2
                    ),
                    "guid": st.booleans(),
                    "cancelled": st.sampled_from([False, False, True]),
                }
            ),
            min_size=1,
            max_size=7,
        ),
    }
)


@pytest.fixture(autouse=True)
def _english(app) -> Iterator[None]:
    with force_locale("en"):
        yield


def clear() -> None:
    with transaction():
        for table in (Release, Session, Room, Track, Person):
            for row in db.session.scalars(select(table)):
                db.session.delete(row)
    db.session.expire_all()


def build(event: Event, drawn: dict[str, Any]) -> None:
    """The random programme on a new event. Rooms with the same name in all languages are left out: they are one
    room.
    """
    with transaction():
        event.working_languages = drawn["working"]
        people = [
            directory.save_person(
                None,
                family=LocalizedText({tag: family for tag, (family, _given) in names.items()}),
                given=LocalizedText({tag: given for tag, (_family, given) in names.items()}),
                order=NameOrder.FAMILY_FIRST if number % 2 else NameOrder.GIVEN_FIRST,
            )
            for number, names in enumerate(drawn["people"])
        ]
        rooms = [programme.save_room(event, None, name=LocalizedText(name)) for name in distinct(drawn["rooms"])]
        tracks = [
            programme.save_track(event, None, name=LocalizedText(name), colour=1) for name in distinct(drawn["tracks"])
        ]
        for number, one in enumerate(drawn["sessions"]):
            starts = START + timedelta(hours=one["hour"])
            session = programme.save_session(
                event,
                None,
                title=LocalizedText(one["title"]),
                subtitle=LocalizedText(one["subtitle"]),
                abstract=LocalizedText(one["abstract"]),
                kind=one["kind"],
                starts_at=starts,
                ends_at=starts + timedelta(minutes=one["minutes"]),
                rooms=[rooms[at] for at in dict.fromkeys(one["rooms"]) if at < len(rooms)],
                track=tracks[one["track"]] if one["track"] is not None and one["track"] < len(tracks) else None,
                parts=[
                    ParticipationInput(people[at], role, mode) for at, role, mode in one["people"] if at < len(people)
                ],
                spoken=one["spoken"],
                interpreted=one["interpreted"],
                do_not_record=not one["recorded"],
                links=[{"title": f"Link {at}", "url": url} for at, url in enumerate(one["links"])],
                guid=f"other-{number}" if one["guid"] else None,
            )
            programme.set_status(session, SessionStatus.CANCELLED if one["cancelled"] else SessionStatus.PUBLISHED)
    db.session.expire_all()


def distinct(names: list[dict[str, str]]) -> list[dict[str, str]]:
    """The names of which no two share a text: readers that only know names take equal ones for one room."""
    kept: list[dict[str, str]] = []
    for name in names:
        if not any(set(name.values()) & set(other.values()) for other in kept):
            kept.append(name)
    return kept


def imported(event: Event, data: bytes) -> Any:
    with transaction():
        report = imports.plan(event, data, Options())
        if report.changes_something:
            operations.apply(event, report)
    db.session.expire_all()
    return report


def unchanged(report: Any) -> None:
    changed = [(c.outcome, c.title, c.fields, c.values) for c in report.changes if c.outcome is not Outcome.UNCHANGED]
    assert not changed
    assert not report.refused
    assert not report.new_rooms and not report.new_tracks and not report.new_people
    assert not report.changes_something


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", SEEDS)
@pytest.mark.parametrize("format", ["xml", "json", "csv", "ics"])
def test_what_goes_out_is_no_change_where_it_came_from_and_the_same_where_it_comes_in(make, format, number):
    event = make.event("forum", starts_at=START, ends_at=START + timedelta(hours=20))
    language = random.Random(number).choice(LANGUAGES)

    @seed(number)
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(programmes)
    def run(drawn: dict[str, Any]) -> None:
        clear()
        build(event, drawn)
        if format == "ics":
            make.release(event)
        first = export.written(event, format, language=language, state=ExportState.READY)
        if format in {"csv", "ics"} or not all(
            one["cancelled"] for one in drawn["sessions"]
        ):  # the others leave them out
            unchanged(imports.plan(event, first, Options()))
        with transaction():  # a session that is cancelled there and was never here is not created
            for session in db.session.scalars(select(Session)):
                programme.set_status(session, SessionStatus.PUBLISHED)
        if format == "ics" and any(one["cancelled"] for one in drawn["sessions"]):
            make.release(event)
        first = export.written(event, format, language=language, state=ExportState.READY)
        clear()
        imported(event, first)
        if format == "ics":
            # A calendar has no people, languages or kinds, and its timestamps are those of the release: it is not
            # compared.
            unchanged(imports.plan(event, first, Options()))
            return
        unchanged(imports.plan(event, first, Options()))
        assert export.written(event, format, language=language, state=ExportState.READY).decode() == first.decode()

    run()


words = st.sampled_from(["Opening", "Lunch", "開会式", "Rivers; lakes", "غداء", "Q&A", ""])
rows = st.lists(
    st.fixed_dictionaries(
        {
            "guid": st.sampled_from(["", "", "a", "b", "c", "d"]),
            "title": words,
            "subtitle": words,
            "start": st.sampled_from(["", "10:00", "11:00", "10:99"]),
            "minutes": st.sampled_from(["30", "60", "0", ""]),
            "room": st.lists(st.sampled_from(["A", "B", "大ホール", "Room; C"]), max_size=3),
            "track": words,
            "people": st.lists(
                st.sampled_from(
                    ["Ken Sato", "Ken Sato", "SATO Ken", "中村 優希", "中村優希", "Ada", "エイダ・ラブレス"]
                ),
                max_size=5,
            ),
            "language": st.sampled_from(["", "en", "de, en", "日本語・英語", "français", "klingon"]),
        }
    ),
    min_size=1,
    max_size=8,
)


def as_csv(drawn: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["guid", "title", "subtitle", "date", "start", "duration", "room", "track", "people", "language"])
    for row in drawn:
        rooms, people = ("; ".join(name.replace(";", "\\;") for name in row[key]) for key in ("room", "people"))
        day = "2031-03-18" if row["start"] else ""
        writer.writerow(
            [
                row["guid"],
                row["title"],
                row["subtitle"],
                day,
                row["start"],
                row["minutes"],
                rooms,
                row["track"],
                people,
                row["language"],
            ]
        )
    return out.getvalue()


def as_json(drawn: list[dict[str, Any]]) -> str:
    rooms: dict[str, list[Any]] = {}
    for row in drawn:
        event = {
            **{key: row[key] for key in ("guid", "title", "subtitle", "start", "track", "language")},
            "duration": row["minutes"],
            "persons": [{"name": name} for name in row["people"]],
        }
        for room in row["room"] or [""]:
            rooms.setdefault(room, []).append(event)
    return json.dumps({"schedule": {"conference": {"days": [{"date": "2031-03-18", "rooms": rooms}]}}})


def as_pretalx(drawn: list[dict[str, Any]]) -> str:
    return json.dumps(
        [
            {
                "code": row["guid"],
                "title": {"en": row["title"]} if row["guid"] else row["title"],
                "state": "confirmed",
                "track": row["track"],
                "duration": row["minutes"],
                "content_locale": row["language"],
                "start": f"2031-03-18T{row['start']}" if row["start"] else None,
                "room": next(iter(row["room"]), None),
                "speakers": [{"code": f"P{at}", "name": name} for at, name in enumerate(row["people"])],
            }
            for row in drawn
        ]
    )


def as_ics(drawn: list[dict[str, Any]]) -> str:
    entries = "".join(
        f"BEGIN:VEVENT\nUID:{row['guid']}\nSUMMARY:{row['title'].replace(';', chr(92) + ';')}\n"
        f"DTSTART:20310318T{row['start'].replace(':', '')}00\nDURATION:PT{row['minutes'] or 1}M\n"
        f"LOCATION:{', '.join(row['room'])}\nEND:VEVENT\n"
        for row in drawn
        if row["start"]
    )
    return f"BEGIN:VCALENDAR\n{entries}END:VCALENDAR\n"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", SEEDS)
@pytest.mark.parametrize("write", [as_csv, as_json, as_pretalx, as_ics])
def test_whatever_comes_in_a_second_time_changes_nothing(make, write, number):
    event = make.event("forum", starts_at=START, ends_at=START + timedelta(hours=20))

    @seed(number)
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(rows, st.booleans())
    def run(drawn: list[dict[str, Any]], release: bool) -> None:
        clear()
        data = write(drawn).encode()
        try:
            first = imported(event, data)
        except Refused:
            return  # nothing in it is readable
        if release and first.counts[Outcome.CREATED] and not releases.pending(event).empty:
            make.release(event)
            assert releases.pending(event).empty
        again = imports.plan(event, data, Options())
        changed = [(c.outcome, c.title, c.fields) for c in again.changes if c.outcome is not Outcome.UNCHANGED]
        assert not changed
        assert not again.changes_something
        assert len(again.refused) == len(first.refused)

    run()

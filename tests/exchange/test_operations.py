"""Imports: the dry run is accurate, a second import changes nothing, and exports can be re-imported."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy import select, text

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.languages import force_locale
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory.models import Person
from eventapp.directory.rules import NameOrder
from eventapp.exchange import export, operations, values
from eventapp.exchange.compare import Field, Outcome
from eventapp.exchange.incoming import Options
from eventapp.exchange.models import Upload
from eventapp.exchange.queries import ExportState
from eventapp.programme import operations as programme
from eventapp.programme import queries
from eventapp.programme.models import Room, Session, Track
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus
from tests.support import imports
from tests.support import schedules as files
from tests.support.make import START

TOKYO = Options(zone="Asia/Tokyo")


@pytest.fixture(autouse=True)
def _english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def forum(make):
    return make.event("forum")


def planned(event, source, options=TOKYO):
    return imports.plan(event, source.encode() if isinstance(source, str) else source, options)


def imported(event, source, options=TOKYO):
    with transaction():
        report = planned(event, source, options)
        operations.apply(event, report)
    db.session.expire_all()
    return report


def counts(report) -> tuple[int, int, int, int]:
    return tuple(
        report.counts[outcome] for outcome in (Outcome.CREATED, Outcome.CHANGED, Outcome.REMOVED, Outcome.UNCHANGED)
    )


def sessions(event) -> dict[str, Session]:
    db.session.expire_all()
    return {str(session.title): session for session in queries.sessions(event, drafts=True)}


def test_the_dry_run_changes_nothing(forum):
    report = planned(forum, files.CONGRESS)
    assert counts(report) == (2, 0, 0, 0)
    assert report.new_rooms == ("Saal 1", "Saal 2")
    assert not db.session.new and not db.session.dirty
    assert not sessions(forum)


def test_an_import_makes_rooms_tracks_people_and_sessions_that_are_ready_to_be_released(forum):
    imported(forum, files.CONGRESS)
    talk = sessions(forum)["Wir beteiligen uns & fragen"]
    assert talk.title == {"de": "Wir beteiligen uns & fragen"}
    assert [str(room.name) for room in talk.rooms] == ["Saal 1", "Saal 2"]
    assert (str(talk.track.name), talk.status, talk.do_not_record) == ("Ethics", SessionStatus.PUBLISHED, True)
    assert [p.person.name("en").text for p in talk.participations] == ["Martin H./maha", "erdgeist"]
    assert talk.guid == "HOqeNIb6G7M4hYFKFRkCmQ"


@pytest.mark.parametrize("source", [files.CONGRESS, files.ENTRIES, files.PRETALX, files.CALENDAR, files.SPREADSHEET])
def test_importing_twice_changes_nothing(forum, source):
    first = imported(forum, source)
    again = planned(forum, source)
    assert counts(again)[:3] == (0, 0, 0)
    assert counts(again)[3] == counts(first)[0] > 0
    assert not again.new_rooms and not again.new_tracks and not again.new_people
    with pytest.raises(Refused):
        operations.apply(forum, again)


def test_a_change_is_reported_by_its_field_and_keeps_what_the_file_does_not_say(make, forum):
    imported(forum, files.CONGRESS)
    talk = sessions(forum)["Wir beteiligen uns & fragen"]
    interpreter = make.person("Ek", "Bo")
    with transaction():
        parts = [ParticipationInput(p.person, ParticipationRole.PANELLIST, Mode.ONLINE) for p in talk.participations]
        programme.save_session(
            forum,
            talk,
            title=LocalizedText(talk.title, ja="議論"),
            kind=SessionKind.LECTURE,
            starts_at=talk.starts_at,
            ends_at=talk.ends_at,
            rooms=talk.rooms,
            track=talk.track,
            parts=[*parts, ParticipationInput(interpreter, ParticipationRole.INTERPRETER)],
            capacity=80,
            join_url="https://example.org/join",
        )
    assert counts(planned(forum, files.CONGRESS))[:3] == (0, 0, 0), "more than the file knows is no change"
    source = files.CONGRESS.replace("Wir beteiligen uns", "Wir machen mit").replace(
        "<person id='7'>erdgeist</person>", ""
    )
    report = imported(forum, source, Options(zone="Asia/Tokyo", language="de"))
    assert counts(report) == (0, 1, 0, 1)
    assert set(report.of(Outcome.CHANGED)[0].fields) == {Field.TITLE, Field.PEOPLE}
    talk = sessions(forum)["議論"]
    assert talk.title == {"de": "Wir machen mit & fragen", "ja": "議論"}
    assert (talk.capacity, talk.join_url) == (80, "https://example.org/join")
    assert [(p.person.name("en").text, p.role) for p in talk.participations] == [
        ("Martin H./maha", ParticipationRole.PANELLIST),
        ("Bo Ek", ParticipationRole.INTERPRETER),
    ]


def test_entries_of_one_title_and_time_are_one_where_only_the_room_differs_and_stay_two_otherwise(forum):
    source = "title,date,start,end,room,speakers\n"
    source += (
        "Lunch,2031-03-18,12:00,13:00,A,\nLunch,2031-03-18,12:00,13:00,B,\nTalk,2031-03-18,12:00,13:00,C,Ada Lovelace\n"
    )
    source += "Talk,2031-03-18,12:00,13:00,D,Bo Ek\n"
    report = imported(forum, source)
    assert counts(report) == (3, 0, 0, 0)
    assert [str(room.name) for room in sessions(forum)["Lunch"].rooms] == ["A", "B"]
    assert counts(planned(forum, source)) == (0, 0, 0, 3)


def test_a_title_that_changes_stays_in_its_language(forum):
    imported(forum, files.CONGRESS)
    imported(forum, files.CONGRESS.replace("Wir beteiligen uns", "Wir machen mit"))
    assert sessions(forum)["Wir machen mit & fragen"].title == {"de": "Wir machen mit & fragen"}


def test_what_is_missing_from_the_file_becomes_a_draft_and_manual_sessions_stay(make, forum):
    make.session(forum, "By hand")
    imported(forum, files.CONGRESS)
    shorter = files.CONGRESS[: files.CONGRESS.index("<event id='6265'>")]
    report = imported(forum, shorter + files.CONGRESS[files.CONGRESS.index("</room>\n<room name='Saal 2'>") :])
    assert counts(report)[2] == 1
    found = sessions(forum)
    assert found["Nachts"].status is SessionStatus.DRAFT
    assert found["By hand"].status is SessionStatus.PUBLISHED
    back = imported(forum, files.CONGRESS)
    assert back.of(Outcome.CHANGED)[0].fields == (Field.STATUS,)
    assert sessions(forum)["Nachts"].status is SessionStatus.PUBLISHED


def test_what_is_cancelled_here_stays_so_whatever_a_file_still_believes(forum):
    imported(forum, files.CONGRESS)
    with transaction():
        programme.set_status(sessions(forum)["Nachts"], SessionStatus.CANCELLED)
    assert counts(planned(forum, files.CONGRESS))[:3] == (0, 0, 0)


def test_what_another_system_cancels_is_cancelled_here_and_not_made_where_it_never_was(forum):
    report = imported(forum, files.PRETALX)
    assert any("Called off" in problem.sentence for problem in report.refused)
    assert "Called off" not in sessions(forum)
    imported(forum, files.PRETALX.replace('"state": "confirmed", "abstract"', '"state": "canceled", "abstract"'))
    assert sessions(forum)["Rivers"].status is SessionStatus.CANCELLED


def test_the_rules_of_every_session_refuse_in_the_dry_run_already(forum):
    report = planned(
        forum,
        files.CONGRESS.replace("2031-03-18T23:00:00+01:00", "2041-03-18T23:00:00+01:00").replace(
            "2031-03-18T22:00:00Z", "2041-03-18T22:00:00Z"
        ),
    )
    assert counts(report) == (1, 0, 0, 0)
    assert "more than a week outside" in report.refused[0].sentence


def test_nothing_at_all_is_imported_where_one_session_falls(forum, monkeypatch):
    report = planned(forum, files.CONGRESS)
    save, calls = programme.save_session, []

    def falls(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise Refused("No.")
        return save(*args, **kwargs)

    monkeypatch.setattr(programme, "save_session", falls)
    with pytest.raises(Refused), transaction():
        operations.apply(forum, report)
    for table in (Session, Room, Track, Person):
        assert not db.session.scalars(select(table)).all(), table


def test_a_session_made_by_hand_is_recognized_by_title_and_start(make, forum):
    made = make.session(forum, "Rivers", minutes=45)
    report = imported(forum, files.PRETALX)
    change = next(change for change in report.changes if change.title == "Rivers")
    assert (change.session.id, change.found_by.value) == (made.id, "title and start")
    assert sessions(forum)["Rivers"].code == made.code, "an address that is known stays"


def test_somebody_who_is_known_by_a_guid_is_not_overwritten_with_less(make, forum):
    known = make.person(
        LocalizedText(en="Lovelace", ja="ラブレス"), LocalizedText(en="Ada", ja="エイダ"), order=NameOrder.GIVEN_FIRST
    )
    with transaction():
        known.guid = "5c3f1f6e-2f0b-4d43-9f0e-0f7c3c2b1a00"
    source = """{"schedule": {"version": "1", "conference": {"acronym": "x", "title": "X", "days": [{"index": 1, "date": "2031-03-18",
      "rooms": {"A": [{"guid": "11111111-2f0b-4d43-9f0e-0f7c3c2b1a00", "date": "2031-03-18T10:00:00+09:00", "duration": "00:30",
      "title": "T", "persons": [{"guid": "5c3f1f6e-2f0b-4d43-9f0e-0f7c3c2b1a00", "public_name": "A. Lovelace"}]}]}}]}}}"""
    imported(forum, source)
    assert sessions(forum)["T"].participations[0].person_id == known.id
    assert db.session.get_one(Person, known.id).family == {"en": "Lovelace", "ja": "ラブレス"}


def test_a_code_that_somebody_else_has_is_not_taken(make, forum):
    other = make.person("Somebody", "Else")
    with transaction():
        other.code = "SPKONE"
    imported(forum, files.PRETALX)
    speaker = sessions(forum)["Rivers"].participations[0].person
    assert (speaker.name("en").text, speaker.code == "SPKONE") == ("Ada Lovelace", False)


def test_no_cell_of_a_spreadsheet_is_taken_for_a_formula(make, forum):
    make.session(forum, "=HYPERLINK(1)")
    make.session(forum, "＝HYPERLINK(2)")
    written = export.written(forum, "csv", language="en").decode()
    assert ",'=HYPERLINK(1)," in written
    assert ",'＝HYPERLINK(2)," in written


def _rich(make):
    event = make.event("forum", day_starts=240, ends_at=make_end())
    hall, annex = make.room(event, LocalizedText(en="Main hall", ja="大ホール")), make.room(event, "Annex", capacity=40)
    track = make.track(event, LocalizedText(en="Water & <rivers>", ja="水"))
    ada = make.person(LocalizedText(en="Lovelace", ja="ラブレス"), LocalizedText(en="Ada", ja="エイダ"))
    bo = make.person("Ek", "Bo")
    make.session(
        event,
        LocalizedText(en="Opening", ja="開会"),
        rooms=[hall, annex],
        kind=SessionKind.CEREMONY,
        spoken=["ja", "en"],
    )
    make.session(
        event,
        'Rivers & "lakes"',
        rooms=[annex],
        track=track,
        people=[ada, bo],
        abstract=LocalizedText(en="One\n\n- two <b>\n"),
        subtitle=LocalizedText(en="Of Asia"),
        links=[{"title": "More", "url": "https://example.org/?a=1&b=2"}],
        do_not_record=True,
        starts_at=event.starts_at + timedelta(hours=1),
    )
    make.session(event, "=Night", starts_at=event.starts_at + timedelta(hours=16), minutes=100)
    removed = make.session(
        event, "Called off", starts_at=event.starts_at + timedelta(hours=2), status=SessionStatus.CANCELLED
    )
    assert removed.status is SessionStatus.CANCELLED
    return event


def make_end():
    return START + timedelta(days=1)


@pytest.mark.parametrize("format", ["xml", "json", "csv", "ics"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_was_exported_is_no_change_where_it_came_from(make, format, language):
    event = _rich(make)
    body = export.written(event, format, language=language, state=ExportState.READY)
    report = imports.plan(event, body, Options())
    assert counts(report)[:3] == (0, 0, 0), [(c.title, c.fields) for c in report.of(Outcome.CHANGED)]
    assert not report.problems


@pytest.mark.slow
@pytest.mark.parametrize("format", ["xml", "json", "csv"])
@pytest.mark.parametrize("source", ["rich", "congress", "entries", "pretalx", "fair"])
def test_what_was_exported_comes_back_byte_for_byte_from_an_empty_event(make, format, source):
    if source == "rich":
        event = _rich(make)
    else:
        event = make.event("forum")
        text = {"congress": files.CONGRESS, "entries": files.ENTRIES, "pretalx": files.PRETALX, "fair": files.fair(60)}[
            source
        ]
        imported(event, text)
    if format == "csv":
        with transaction():  # a cancelled session that was never here is not created
            for session in queries.sessions(event):
                if session.status is SessionStatus.CANCELLED:
                    db.session.delete(session)
    first = export.written(event, format, language="en", state=ExportState.READY)
    with transaction():
        for table in (Session, Room, Track, Person):
            for row in db.session.scalars(select(table)):
                db.session.delete(row)
    db.session.expire_all()
    assert counts(imported(event, first, Options()))[0] > 0
    assert export.written(event, format, language="en", state=ExportState.READY) == first


@pytest.mark.parametrize("format", ["xml", "json", "csv"])
def test_the_language_of_the_event_is_no_change_of_its_sessions(make, format):
    event = make.event("forum", spoken=["ja", "en"])
    session = make.session(event)
    body = export.written(event, format, language="en")
    report = planned(event, body, Options())
    assert counts(report) == (0, 0, 0, 1), "they still have none of their own"
    assert session.spoken == []


@pytest.mark.slow
def test_1500_sessions_come_in_at_once(app, forum):
    # `python -m bench.exchange` measures how long it takes, not this test: the machine may be busy.
    assert counts(imported(forum, files.fair(1500, words=600)))[0] == 1500


def test_files_that_nobody_imports_go_after_a_day(forum):
    with transaction():
        operations.keep(forum.id, b"x", TOKYO, b"", name="a.csv")
    assert operations.forget_old(at=clock.now()) == 0
    assert operations.forget_old(at=clock.now() + timedelta(hours=25)) == 1
    assert not db.session.scalars(select(Upload)).all()


def test_what_the_dry_run_takes_the_import_takes_also_with_the_longest_links(forum):
    source = files.CONGRESS.replace(">Mehr</link>", f">{'m' * 400}</link>").replace("/x'", f"/{'x' * 470}'")
    report = imported(forum, source)
    assert counts(report) == (2, 0, 0, 0)
    assert counts(planned(forum, source)) == (0, 0, 0, 2)


def shared_uid(*entries: tuple[str, str]) -> str:
    """A calendar in which all entries, (title, hour), have the same UID."""
    found = "".join(
        f"BEGIN:VEVENT\r\nUID:46939\r\nSEQUENCE:0\r\nSUMMARY:{title}\r\nDTSTART:20310318T{hour}0000Z\r\nDURATION:PT30M\r\nEND:VEVENT\r\n"
        for title, hour in entries
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{found}END:VCALENDAR\r\n"


def test_an_identifier_that_different_entries_share_is_not_used(forum):
    source = shared_uid(("Opening", "01"), ("Keynote", "02"), ("Workshop", "02"))
    report = imported(forum, source)
    assert counts(report) == (3, 0, 0, 0) and not report.refused
    assert "46939 (3)" in report.incoming.notes[-1]
    assert [session.guid for session in sessions(forum).values()] == [None] * 3
    assert counts(planned(forum, source)) == (0, 0, 0, 3)


def test_entries_that_may_be_one_moved_or_renamed_session_are_not_split_by_a_guess(forum):
    for entries in ([("Opening", "01"), ("Opening", "02")], [("Opening", "01"), ("Keynote", "01")]):
        report = planned(forum, shared_uid(*entries))
        assert counts(report) == (1, 0, 0, 0)
        assert "a different title or time" in report.refused[0].sentence


def test_names_with_the_marks_that_part_them_come_back_in_one_piece(make, forum):
    hall = make.room(forum, "Hall; left, half")
    somebody = [make.person(name, "") for name in ("Lupi Valerio, Zuddas Gabriele", "山田、太郎", "Ek; Bo")]
    make.session(forum, "Talk", rooms=[hall, make.room(forum, "Annex")], people=somebody)
    make.session(forum, "Alone", rooms=[hall], people=somebody[:1])
    body = export.written(forum, "csv", language="en", state=ExportState.READY)
    assert counts(planned(forum, body)) == (0, 0, 0, 2)
    assert not planned(forum, body).new_rooms


def test_a_guid_in_capitals_is_one_that_readers_know(make):
    event = make.event("g7")
    imported(event, files.CONGRESS.replace("HOqeNIb6G7M4hYFKFRkCmQ", "E796422C-C694-4B6C-B057-2FF69EF9453B"))
    for format in ("xml", "json", "csv"):
        body = export.written(event, format, language="en", state=ExportState.READY)
        assert b"e796422c-c694-4b6c-b057-2ff69ef9453b" in body and b"E796422C" not in body
        assert counts(planned(event, body)) == (0, 0, 0, 2)
    schema = json.loads((Path(__file__).parent / "schedule.schema.json").read_text())
    body = export.written(event, "json", language="en", state=ExportState.READY)
    jsonschema.validate(json.loads(body), schema, format_checker=jsonschema.FormatChecker())


def test_the_dry_run_asks_the_rules_of_links_too(forum, monkeypatch):
    monkeypatch.setattr(values, "LONGEST_NAME", 400)
    report = imported(forum, files.CONGRESS.replace(">Mehr</link>", f">{'m' * 300}</link>"))
    assert counts(report) == (1, 0, 0, 0)
    assert "at most 200 characters" in report.refused[0].sentence


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_what_somebody_else_saves_while_a_file_is_imported_is_not_overwritten(app, forum):
    imported(forum, files.CONGRESS)
    report = planned(forum, files.CONGRESS.replace("Nachts", "Spät"))
    with db.engine.begin() as other:
        other.execute(text("UPDATE session SET revision = revision + 1"))
    with pytest.raises(Refused, match="changed during the import"):
        operations.apply(forum, report)

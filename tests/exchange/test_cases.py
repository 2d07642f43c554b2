"""Small files that were once imported wrongly; each file name says what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.languages import force_locale
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory.models import Person
from eventapp.exchange import export, operations
from eventapp.exchange.compare import Outcome
from eventapp.exchange.incoming import Options
from eventapp.exchange.queries import ExportState
from eventapp.programme import queries, releases
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode, ParticipationRole, SessionStatus
from tests.support import imports

CASES = Path(__file__).parent / "cases"


@pytest.fixture(autouse=True)
def _english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def forum(make):
    """18 March 2027 in Tokyo."""
    return make.event("forum", starts_at=datetime(2027, 3, 18, 0, 0, tzinfo=UTC))


@pytest.fixture
def japanese(make):
    return make.event("forum", starts_at=datetime(2027, 3, 18, 0, 0, tzinfo=UTC), working_languages=["ja"])


def imported(event, name: str | bytes, *, release: bool = False, options: Options | None = None):
    data = name if isinstance(name, bytes) else (CASES / name).read_bytes()
    with transaction():
        report = imports.plan(event, data, options or Options())
        if report.changes_something:
            operations.apply(event, report)
        if release:
            releases.release(event)
    db.session.expire_all()
    return report


def counts(report) -> tuple[int, int, int]:
    return tuple(report.counts[outcome] for outcome in (Outcome.CREATED, Outcome.CHANGED, Outcome.REMOVED))


def session(guid: str) -> Session:
    return db.session.scalars(select(Session).where(Session.guid == guid)).one()


def people(guid: str) -> list[str]:
    return [part.person.name("en").text for part in session(guid).participations]


def test_a_row_whose_end_is_its_start_is_refused(forum):
    report = imported(forum, "zero-length.csv")
    assert counts(report) == (0, 0, 0)
    assert "The end must be after the start" in report.refused[0].sentence


def test_a_row_that_ends_before_it_starts_is_a_night_and_never_most_of_a_day(forum):
    source = "title,date,start,end\nNight,2027-03-18,{},{}\n"
    assert counts(imported(forum, source.format("23:30", "00:30").encode())) == (1, 0, 0)
    report = imported(forum, source.format("17:00", "09:00").encode())
    assert "The end must be after the start" in report.refused[0].sentence


def test_what_is_refused_stays_as_it_is(forum):
    imported(forum, "refused-row-1.csv", release=True)
    report = imported(forum, "refused-row-2.csv")
    assert counts(report) == (0, 0, 0)
    assert len(report.refused) == 1
    two = session("g2")
    assert (two.status, two.starts_at.hour) == (SessionStatus.PUBLISHED, 2)
    assert releases.pending(forum).empty, "nothing is cancelled in calendars"


REFUSED = {
    "xml": """<schedule><conference><acronym>h</acronym></conference><day date="2027-03-18"><room name="A">
      <event guid="{guid}"><start>{start}</start><duration>01:00</duration><title>Two</title></event>
      <event guid="x"><start>11:00</start><duration>01:00</duration><title>Three</title></event></room></day></schedule>""",
    "json": """{{"schedule": {{"conference": {{"days": [{{"date": "2027-03-18", "rooms": {{"A": [
      {{"guid": "{guid}", "start": "{start}", "duration": "01:00", "title": "Two"}},
      {{"guid": "x", "start": "11:00", "duration": "01:00", "title": "Three"}}]}}}}]}}}}}}""",
    "ics": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{guid}\nSUMMARY:Two\nDTSTART:20270318T{start}00\nDURATION:PT1H\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:x\nSUMMARY:Three\nDTSTART:20270318T110000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n",
    "csv": "guid,title,start,end\n{guid},Two,2027-03-18T{start},2027-03-18T12:30\nx,Three,2027-03-18T11:00,2027-03-18T12:00\n",
    "pretalx": """[{{"code": "{guid}", "title": "Two", "state": "confirmed", "start": "2027-03-18T{start}", "duration": 60}},
      {{"code": "x", "title": "Three", "state": "confirmed", "start": "2027-03-18T11:00", "duration": 60}}]""",
}


@pytest.mark.parametrize("format", REFUSED)
def test_what_is_refused_stays_as_it_is_in_every_format(forum, format):
    good, bad = ("1000", "10xx") if format == "ics" else ("10:00", "10:99")
    imported(forum, REFUSED[format].format(guid="TWO222", start=good).encode(), release=True)
    report = imported(forum, REFUSED[format].format(guid="TWO222", start=bad).encode())
    assert counts(report) == (0, 0, 0), [change.title for change in report.of(Outcome.REMOVED)]
    assert len(report.refused) == 1


def test_nothing_is_removed_if_the_refused_entry_cannot_be_identified(forum):
    imported(forum, "refused-row-1.csv")
    rows = (CASES / "refused-row-1.csv").read_text().splitlines()
    report = imported(forum, "\n".join([*rows[:2], ",,2027-03-18,13:00,14:00,A"]).encode())
    assert counts(report) == (0, 0, 0)
    assert counts(imported(forum, "\n".join(rows[:2]).encode())) == (0, 0, 2), "what is not in the file goes"


@pytest.mark.slow
def test_somebody_who_is_listed_twice_is_there_once_and_the_second_import_changes_nothing(forum):
    imported(forum, "person-twice.csv")
    assert people("d1") == ["Anna Berg", "Otto Lind"]
    assert counts(imported(forum, "person-twice.csv")) == (0, 0, 0)


@pytest.mark.parametrize("format", ["xml", "json", "csv"])
@pytest.mark.parametrize("two", [True, False], ids=["known by identifiers", "made by hand"])
def test_two_people_of_one_name_stay_two(make, forum, format, two):
    if two:
        imported(forum, "homonym.xml")
    else:
        for hour, title in enumerate(("Talk one", "Talk two")):
            make.session(
                forum, title, starts_at=forum.starts_at + timedelta(hours=hour), people=[make.person("Sato", "Ken")]
            )
    assert len(db.session.scalars(select(Person)).all()) == 2
    body = export.written(forum, format, language="en", state=ExportState.READY)
    assert counts(imports.plan(forum, body, Options())) == (0, 0, 0)


def test_two_people_of_one_name_stay_two_where_a_file_has_names_only(make, forum):
    first, second = make.person("Sato", "Ken"), make.person("Sato", "Ken")
    for hour, (title, somebody) in enumerate({"One": [first], "Two": [second], "Both": [second, first]}.items()):
        make.session(forum, title, starts_at=forum.starts_at + timedelta(hours=hour), people=somebody)
    source = (
        "title,date,start,end,people\nOne,2027-03-18,09:00,10:00,Ken Sato\nTwo,2027-03-18,10:00,11:00,Ken Sato\n"
        "Both,2027-03-18,11:00,12:00,Ken Sato; Ken Sato\n"
    )
    assert counts(imports.plan(forum, source.encode(), Options())) == (0, 0, 0)


def test_rooms_that_come_with_a_file_are_released_in_the_order_in_which_they_are_read_back(forum):
    imported(forum, "new-room-1.csv", release=True)
    imported(forum, "new-room-2.csv", release=True)
    assert releases.pending(forum).empty
    with pytest.raises(Refused):
        releases.release(forum)


@pytest.mark.slow
def test_rooms_tracks_and_people_have_both_names_and_both_languages_are_kept(japanese):
    imported(japanese, "two-scripts.csv")
    opening, exchange = queries.sessions(japanese)
    assert [room.name for room in opening.rooms] == [LocalizedText(ja="大ホール", en="Great Hall")]
    assert opening.track.name == LocalizedText(ja="全体", en="Plenary")
    person = opening.participations[0].person
    assert (person.name("ja").text, person.name("en").text) == ("山田 太郎", "Taro YAMADA")
    assert (opening.spoken, exchange.spoken) == (["ja", "en"], ["ja", "en"])
    assert [part.person.name("en").text for part in exchange.participations] == ["Hanako SUZUKI", "Van Dyke, John Paul"]
    assert counts(imported(japanese, "two-scripts.csv")) == (0, 0, 0)
    for format in ("csv", "xml", "json"):
        body = export.written(japanese, format, language="ja", state=ExportState.READY)
        assert counts(imports.plan(japanese, body, Options())) == (0, 0, 0)


def test_texts_without_a_language_are_in_the_events_own(make, client, japanese):
    report = imported(japanese, "japanese-only.csv", release=True)
    assert [problem.where for problem in report.refused] == ["line 3"]
    assert "The end must be after the start" in report.refused[0].sentence
    for one in queries.sessions(japanese):
        assert [*one.title] == ["ja"]
        assert [*one.rooms[0].name] == ["ja"]
        client.get(f"/events/forum/sessions/{one.code}?lang=en")
        heading = client.page.one("h1")
        assert heading.get("lang") == "ja" or [span for span in heading.iter("span") if span.get("lang") == "ja"]
    client.looks = False
    feed = client.get("/events/forum/calendar.ics").get_data(as_text=True).replace("\r\n ", "")
    assert "SUMMARY;LANGUAGE=ja:開会式" in feed


def test_a_text_without_a_language_gets_the_working_language_of_its_script(make):
    event = make.event("forum", starts_at=datetime(2027, 3, 18, tzinfo=UTC), working_languages=["en", "uk", "ja"])
    rows = {"Opening": "en", "開会式": "ja", "Відкриття": "uk", "افتتاح": "ar", "AI 入門": "ja"}
    lines = [f"{title},2027-03-18,{hour}:00,{hour}:30" for hour, title in enumerate(rows, 10)]
    imported(event, "\n".join(["title,date,start,end", *lines]).encode())
    assert {next(iter(one.title.values())): next(iter(one.title)) for one in queries.sessions(event)} == rows


def test_a_list_of_authors_is_as_many_people_as_it_names(make, forum):
    known = make.person(LocalizedText(ja="中村"), LocalizedText(ja="優希"))
    make.session(forum, "Somewhere else", people=[known])
    imported(forum, "authors.csv")
    assert people("p1") == people("p2") == ["Mina Okoye", "Per Lund", "Xu Wen"]
    assert people("p3") == ["中村優希", "Lund Per"]
    assert session("p3").participations[0].person_id == known.id
    assert counts(imported(forum, "authors.csv")) == (0, 0, 0)


def test_languages_are_lists_and_their_names_are_known(forum):
    report = imported(forum, "languages.csv")
    assert not report.problems
    assert {guid: session(guid).spoken for guid in ("l1", "l2", "l3", "l4")} == {
        "l1": ["de", "en"],
        "l2": ["ja", "en"],
        "l3": ["es", "en"],
        "l4": ["fr"],
    }
    assert counts(imported(forum, "languages.csv")) == (0, 0, 0)


def test_an_import_can_add_and_change_only(forum):
    imported(forum, "refused-row-1.csv", release=True)
    removing = imports.plan(forum, (CASES / "only-add.csv").read_bytes(), Options())
    assert counts(removing) == (1, 0, 3), "without it the report says how many would be removed"
    report = imported(forum, "only-add.csv", options=Options(add_only=True))
    assert counts(report) == (1, 0, 0)
    assert report.kept == 3
    assert len(queries.sessions(forum)) == 4


def test_roles_and_modes_come_in_and_go_out(forum):
    source = (
        "guid,title,date,start,end,people_ja,people_en,role,mode\n"
        "r1,Panel,2027-03-18,10:00,11:00,山田 太郎;鈴木 花子,Taro YAMADA;Hanako SUZUKI,moderator;Panellist,;オンライン\n"
        "r2,Talk,2027-03-18,11:00,12:00,山田 太郎,Taro YAMADA,登壇者,in_person\n"
        "r3,Sung,2027-03-18,12:00,13:00,山田 太郎,Taro YAMADA,singer,\n"
    )
    report = imported(forum, source.encode())
    assert ["singer" in problem.sentence for problem in report.problems] == [True]
    parts = [(part.role, part.mode) for part in session("r1").participations]
    assert parts == [
        (ParticipationRole.MODERATOR, Mode.IN_PERSON),
        (ParticipationRole.PANELLIST, Mode.ONLINE),
    ]
    assert len(db.session.scalars(select(Person)).all()) == 2
    body = export.written(forum, "csv", language="en", state=ExportState.READY)
    assert "moderator; panellist" in body.decode() and "in_person; online" in body.decode()
    assert counts(imports.plan(forum, body, Options())) == (0, 0, 0)
    report = imported(forum, body.replace(b"moderator; panellist", b"chair; panellist"))
    assert counts(report) == (0, 1, 0)
    assert session("r1").participations[0].role is ParticipationRole.CHAIR


def test_a_biography_comes_in_where_there_is_none_and_other_teams_are_left_alone(make, forum):
    ada, bo = make.person("Lovelace", "Ada"), make.person("Ek", "Bo")
    make.session(forum, "Talk", people=[ada, bo])
    make.session(make.event("other"), "Elsewhere", people=[bo])
    source = """[{"code": "TALK22", "title": "Talk", "state": "confirmed", "start": "2027-03-18T09:00", "duration": 60, "speakers": [
      {"name": "Ada Lovelace", "biography": "Born early."}, {"name": "Bo Ek", "biography": "Born."}, {"name": "New", "biography": "開かれた人"}]}]"""
    imported(forum, source.encode())
    found = {person.name("en").text: person.biography for person in db.session.scalars(select(Person))}
    assert found == {"Ada Lovelace": {"en": "Born early."}, "Bo Ek": {}, "New": {"ja": "開かれた人"}}
    assert counts(imported(forum, source.encode())) == (0, 0, 0)
    changed = imported(forum, source.replace("early", "late").encode())
    assert not changed.changes_something, "what the team has written, or took from a file, is not overwritten"


def test_a_text_in_latin_letters_is_in_the_events_first_working_language_and_never_simply_english(make):
    event = make.event("forum", starts_at=datetime(2027, 3, 18, tzinfo=UTC), working_languages=["fr", "de"])
    report = imported(event, b"title,date,start,end,room\nOuverture,2027-03-18,10:00,10:30,Salle\n")
    (opening,) = queries.sessions(event)
    assert (report.language, opening.title, opening.rooms[0].name) == ("fr", {"fr": "Ouverture"}, {"fr": "Salle"})


def test_two_identifiers_of_one_name_are_not_both_somebody_who_was_made_by_hand(make, forum):
    by_hand = make.person("Sato", "Ken")
    make.session(forum, "Somewhere else", people=[by_hand])
    source = (CASES / "homonym.xml").read_text().replace("Sato Ken", "Ken Sato").encode()
    imported(forum, source)
    found = {str(one.title): one.participations[0].person_id for one in queries.sessions(forum)}
    assert found["Talk one"] == by_hand.id != found["Talk two"]
    assert counts(imported(forum, source)) == (0, 0, 0)

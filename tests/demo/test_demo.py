"""The demo: the newsletter's stories, loaded once, identical in every run."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventapp.accounts.models import User
from eventapp.attendance import queries as attendance
from eventapp.attendance.models import ReportedCount
from eventapp.attendance.rules import Basis
from eventapp.core.clock import local_day
from eventapp.core.db import Base, db, transaction
from eventapp.core.localized import LocalizedText, direction
from eventapp.core.revisions import Revision
from eventapp.demo import content, keep, load
from eventapp.directory import queries as directory
from eventapp.directory.models import Person
from eventapp.directory.rules import OrganizationKind
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, EventStatus, Precision
from eventapp.mail.models import Email
from eventapp.media import queries as media
from eventapp.programme import queries as programme
from eventapp.programme.rules import Mode, ParticipationRole
from eventapp.registration import queries as registration
from eventapp.registration.models import Registration
from tests.support.visitor import Page, Visitor

STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture(scope="module")
def loaded(apps: dict[str, Any]) -> Iterator[Flask]:
    """The app on SQLite with the demo, loaded once for this file."""
    app: Flask = apps["on"]("sqlite")
    app.extensions["pages"].clear()
    with app.app_context():
        clear()
        load.load(app.config["SETTINGS"].instance)
        yield app
        db.session.rollback()
        clear()


def clear() -> None:
    with transaction():
        for table in reversed(Base.metadata.sorted_tables):
            db.session.execute(table.delete())


def found(slug: str) -> Event:
    """An event by its slug in the files."""
    event = db.session.scalar(select(Event).where(Event.uid == keep.uid(slug)))
    assert event is not None, slug
    return event


def person(key: str) -> Person:
    found = directory.person_by_code(keep.code(key))
    assert found is not None, key
    return found


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
    }


@pytest.mark.slow
def test_all_six_events_are_there_and_public(loaded: Flask) -> None:
    assert all(found(slug).public for slug in load.SLUGS)


def test_every_data_file_is_a_story_that_is_loaded() -> None:
    assert {path.stem for path in Path(content.__file__).parent.glob("stories/*.toml")} == set(content.STORIES)


@pytest.mark.slow
def test_a_second_run_changes_no_row(loaded: Flask) -> None:
    before = everything()
    load.load(loaded.config["SETTINGS"].instance)
    assert everything() == before


@pytest.mark.slow
def test_an_event_that_was_deleted_comes_back_under_the_same_identifiers(loaded: Flask) -> None:
    event = found("matsudo-constanza-2022")
    uids = (event.uid, [(s.uid, s.code) for s in programme.sessions(event)])
    people = db.session.scalar(select(func.count()).select_from(Person))
    with transaction():
        db.session.delete(found("matsudo-constanza-2022"))
    load.load(loaded.config["SETTINGS"].instance)
    event = found("matsudo-constanza-2022")
    assert (event.uid, [(s.uid, s.code) for s in programme.sessions(event)]) == uids
    assert db.session.scalar(select(func.count()).select_from(Person)) == people


@pytest.mark.slow
def test_what_the_organizer_changed_stays(loaded: Flask) -> None:
    with transaction():
        found("finland-fair-2023").subtitle = LocalizedText(en="Somewhere else", ja="別の場所")
    load.load(loaded.config["SETTINGS"].instance)
    assert str(found("finland-fair-2023").subtitle) == "Somewhere else"


def test_the_password_is_random_and_readable_by_its_owner_only(loaded: Flask) -> None:
    path = loaded.config["SETTINGS"].instance / "demo-login.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    login = load.login(path.parent)
    assert login.email == "organizer@example.org"
    assert len(login.password) >= 12
    owner = db.session.scalar(select(User).where(User.email == login.email))
    assert owner is not None
    assert owner.verify_and_update_password(login.password)
    assert {event.uid for event in events.of_user(owner)} >= {keep.uid(slug) for slug in load.SLUGS}


def test_nobody_gets_an_email(loaded: Flask) -> None:
    assert db.session.scalar(select(func.count()).select_from(Email)) == 0


@pytest.mark.parametrize("basis", [Basis.CONFIRMED, Basis.REGISTERED, Basis.CHECKED_IN])
def test_the_counts_of_the_summit_give_the_newsletters_summary(loaded: Flask, basis: Basis) -> None:
    said = attendance.statement(found("e-kizuna-summit-2022"), basis=basis)
    assert said.text("en") == (
        "Over 300 people from 15 cities in nine foreign countries, 22 cities in Japan "
        "and 50 companies and organizations"
    )
    assert said.text("ja") == "海外9か国・15都市、国内22都市、50の企業・団体から300人を超える参加者"
    assert len(said.counts.foreign_countries) == 9
    assert (said.counts.unsorted, said.counts.unplaced) == ((), ())


def test_the_cities_that_the_newsletter_names_are_among_them(loaded: Flask) -> None:
    counts = attendance.count(found("e-kizuna-summit-2022"))
    assert {"Pittsburgh", "Nürnberg", "Melbourne"} <= {str(city.names) for city in counts.foreign_cities}
    assert "Saitama" in {str(city.names) for city in counts.domestic_cities}


@pytest.mark.parametrize(
    "name", ["Nurnberg", "Nürnberg", "NUREMBERG", "ニュルンベルク", "City of Nuremberg", "Nuernberg"]
)
def test_a_city_is_found_in_every_spelling(loaded: Flask, name: str) -> None:
    hall = directory.organization_named(name, country_code="DE")
    assert hall is not None
    assert hall.kind is OrganizationKind.CITY
    assert hall.place is not None
    assert hall.place.slug == "nuernberg"


def test_generated_people_are_marked_and_live_at_example_org(loaded: Flask) -> None:
    rows = db.session.scalars(select(Registration)).all()
    assert len(rows) == 312 + 9
    assert all(row.generated and row.email.endswith("@example.org") for row in rows)
    scripts = {email for row in rows for email in row.family_name}
    for sample in "髙濵𠮷김ôরخПשสशα"[:3] + "김":
        assert sample in scripts, sample


def test_the_seats_taken_are_the_seats_held(loaded: Flask) -> None:
    (option,) = registration.options(found("e-kizuna-summit-2022"))
    assert option.seats_taken == 312


def test_generated_organizations_are_not_offered_for_choosing(loaded: Flask) -> None:
    offered = {str(organization.names) for organization in directory.organizations()}
    assert not offered & {en for _, _, en, _ in content.read("guests")["organizations"]}
    assert {"City of Nürnberg", "Saitama City", "Naruto City"} <= offered


def test_stated_totals_keep_their_source_and_basis(loaded: Flask) -> None:
    stated = {
        slug: [(row.people, row.rounding, row.source.split("/")[2]) for row in attendance.reported_counts(found(slug))]
        for slug in ("e-kizuna-summit-2022", "cooperation-forum-2020", "cooperation-forum-2021")
    }
    assert stated == {
        "e-kizuna-summit-2022": [(300, "over", "ekizuna-global.jp")],
        "cooperation-forum-2020": [
            (300, "over", "www.mofa.go.jp"),
            (150, "about", "www.mofa.go.jp"),
            (180, "about", "www.mofa.go.jp"),
        ],
        "cooperation-forum-2021": [(200, "over", "www.mofa.go.jp")],
    }
    row = attendance.reported_counts(found("e-kizuna-summit-2022"))[0]
    assert (row.foreign_cities, row.foreign_countries, row.domestic_cities, row.organizations) == (15, 9, 22, 50)
    assert all(row.of_what.keys() >= {"en", "ja"} for row in db.session.scalars(select(ReportedCount)))


@pytest.mark.parametrize(
    ("slug", "first", "last", "precision"),
    [
        ("cooperation-forum-2023", date(2023, 1, 27), date(2023, 1, 27), Precision.DAY),
        ("naruto-narayanganj-2022", date(2022, 12, 1), date(2022, 12, 31), Precision.MONTH),
        ("matsudo-constanza-2022", date(2022, 11, 30), date(2022, 11, 30), Precision.DAY),
        ("e-kizuna-summit-2022", date(2022, 11, 22), date(2022, 11, 24), Precision.DAY),
    ],
)
def test_dates_are_those_of_the_newsletter(
    loaded: Flask, slug: str, first: date, last: date, precision: Precision
) -> None:
    event = found(slug)
    assert (event.first_day, local_day(event.ends_at, event.zone), event.precision) == (first, last, precision)


def test_what_is_inferred_about_a_date_says_so(loaded: Flask) -> None:
    for slug in load.SLUGS[:5]:
        event = found(slug)
        assert event.date_note.keys() >= {"en", "ja"}, slug
        assert event.sources, slug


def test_two_sources_that_disagree_are_both_shown(loaded: Flask) -> None:
    text = found("finland-fair-2023").description["en"]
    assert "December **2022**" in text
    assert "December **2021**" in text


@pytest.mark.parametrize(
    ("key", "day", "former"),
    [
        ("person/ito", date(2023, 1, 27), True),
        ("person/azuma", date(2022, 12, 1), False),
        ("person/azuma", date(2023, 3, 1), True),
        ("person/kodama", date(2023, 1, 27), False),
        ("2027/minamoto", date(2027, 1, 28), True),
    ],
)
def test_former_is_derived_from_the_dates_of_a_position(loaded: Flask, key: str, day: date, former: bool) -> None:
    held = person(key).position_on(day)
    assert held is not None
    assert held[1] is former
    assert "former" not in str(held[0].title).casefold()


def test_people_of_naruto_are_named_in_three_scripts(loaded: Flask) -> None:
    for key in ("iwama", "izumi", "azuma"):
        assert person(f"person/{key}").family.keys() >= {"en", "ja", "bn"}
    assert str(person("person/iwama").name("bn").text) == "ইওয়ামা"


def test_a_name_in_katakana_keeps_its_own_order(loaded: Flask) -> None:
    mayor = person("person/luna-lora")
    assert mayor.name("ja").text == "フアン・アグスティン・ルナ・ロラ"
    assert mayor.name("es").text == "Juan Agustín Luna Lora"


def test_the_signing_has_people_in_the_room_and_online(loaded: Flask) -> None:
    (signing,) = programme.public_sessions(found("matsudo-constanza-2022"))
    parts = {(p.role, p.mode) for p in signing.participations}
    assert {(ParticipationRole.SIGNATORY, Mode.IN_PERSON), (ParticipationRole.SIGNATORY, Mode.ONLINE)} <= parts
    assert {(ParticipationRole.WITNESS, Mode.IN_PERSON), (ParticipationRole.WITNESS, Mode.ONLINE)} <= parts
    assert len(events.themes(found("matsudo-constanza-2022"))) == 5


def test_every_text_is_in_english_and_japanese(loaded: Flask) -> None:
    for event in db.session.scalars(select(Event)):
        for words in (event.title, event.subtitle, event.purpose, event.description):
            assert words.keys() >= {"en", "ja"}, (event.slug, dict(words))
        assert event.format is EventFormat.ONLINE or event.venue_name.keys() >= {"en", "ja"}, event.slug
        for session in programme.sessions(event):
            assert not session.abstract or session.abstract.keys() >= {"en", "ja"}, session.title
        for photo in media.pictures(event).gallery:
            assert photo.caption.keys() >= {"en", "ja"}
            assert photo.alt.keys() >= {"en", "ja"}


def test_illustrations_are_small_drawings_without_text_and_marked_as_such(loaded: Flask) -> None:
    photos = [photo for slug in load.SLUGS for photo in media.pictures(found(slug)).gallery]
    assert len(photos) >= 12
    for photo in photos:
        assert photo.illustration
        drawing = (STATIC / photo.path).read_text(encoding="utf-8")
        assert len(drawing.encode()) < 6000
        assert re.search(rf'width="{photo.width}" height="{photo.height}"', drawing)
        assert "<text" not in drawing
        assert "href" not in drawing


def test_the_coming_edition_is_open_in_both_ways(loaded: Flask, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 12, 1, 3, 0, tzinfo=UTC), tick=False)
    event = found("cooperation-forum-2027")
    hall, online = registration.options(event)
    assert (event.format, event.status) == (EventFormat.HYBRID, EventStatus.PUBLISHED)
    assert (hall.key, hall.capacity, hall.waiting_list, hall.availability) == ("in_person", 120, True, "open")
    assert (online.key, online.capacity, online.availability) == ("online", None, "open")
    asked = {question.key: question.mode for question in registration.questions(event)}
    assert asked["dietary"] is Mode.IN_PERSON
    assert asked["interpretation"] is None


@pytest.mark.parametrize("day", [date(2026, 12, 17), date(2026, 12, 18), date(2027, 11, 20), date(2031, 2, 28)])
def test_the_coming_edition_begins_soon_whenever_the_demo_is_loaded(day: date) -> None:
    written, story = content.read("stories/forum_2027"), content.story(content.COMING, day)
    event, option = story["event"], story["options"][0]
    begins = event["starts_at"].date()
    assert timedelta(weeks=6) <= begins - day < timedelta(weeks=10)
    assert begins.weekday() == written["event"]["starts_at"].weekday()
    assert event["slug"] == f"cooperation-forum-{begins.year}"
    assert str(begins.year) in event["title"]["en"] and str(begins.year) in event["title"]["ja"]
    assert option["opens_at"].date() < day < option["closes_at"].date() < begins
    moved = {one["starts"] - other["starts"] for one, other in zip(story["sessions"], written["sessions"], strict=True)}
    assert moved == {event["starts_at"] - written["event"]["starts_at"]}
    assert (story == written) is (day == date(2026, 12, 17))


@pytest.mark.slow
def test_a_demo_of_earlier_years_gets_no_second_coming_edition(loaded: Flask, time_machine: Any) -> None:
    before = everything()
    time_machine.move_to(datetime(2029, 3, 1, tzinfo=UTC), tick=False)
    load.load(loaded.config["SETTINGS"].instance)
    assert everything() == before


def test_the_coming_edition_has_a_title_that_runs_from_right_to_left(loaded: Flask) -> None:
    titles = [session.title for session in programme.public_sessions(found("cooperation-forum-2027"))]
    assert len(titles) >= 12
    assert any(direction(title.resolve("en").language) == "rtl" for title in titles)


def test_nobody_of_the_coming_edition_is_in_two_sessions_at_once(loaded: Flask) -> None:
    sessions = programme.public_sessions(found("cooperation-forum-2027"))
    for one, other in combinations(sessions, 2):
        assert one.starts_at and one.ends_at and other.starts_at and other.ends_at
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            assert not {room.id for room in one.rooms} & {room.id for room in other.rooms}
            assert not {p.person_id for p in one.participations} & {p.person_id for p in other.participations}


def test_speakers_of_the_coming_edition_are_marked_as_fictional(loaded: Flask) -> None:
    for speaker in programme.speakers(programme.public_sessions(found("cooperation-forum-2027"))):
        assert "fictional" in str(speaker.person.biography)


def test_cached_pages_know_of_the_registrations(loaded: Flask) -> None:
    scope = f"event:{found('e-kizuna-summit-2022').id}:people"
    assert (db.session.scalar(select(Revision.number).where(Revision.scope == scope)) or 0) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("slug", load.SLUGS)
@pytest.mark.parametrize("lang", ["en", "ja", "bn", "ar"])
def test_every_page_of_every_story_can_be_read(loaded: Flask, slug: str, lang: str) -> None:
    client = loaded.test_client()
    assert isinstance(client, Visitor)
    for path in ("", "/programme", "/speakers"):
        assert client.get(f"/events/{slug}{path}?lang={lang}").status_code == 200, path


def test_the_summit_publishes_its_counts(loaded: Flask) -> None:
    client = loaded.test_client()
    assert isinstance(client, Visitor)
    body = client.get("/events/e-kizuna-summit-2022/counts.json").get_json()
    assert (body["people"], body["cities"], body["countries"]) == (312, {"domestic": 22, "foreign": 15}, {"foreign": 9})
    assert sum(body["organizations"].values()) == 50
    client.get("/events/e-kizuna-summit-2022/counts")
    text = Page.text(client.page.one("main"))
    assert "312 of these people are demo data." in text
    assert "Nürnberg" in text


def test_the_commands_print_the_login_and_the_sentence(loaded: Flask) -> None:
    run = loaded.test_cli_runner().invoke
    login = load.login(loaded.config["SETTINGS"].instance)
    for arguments in (["demo"], ["demo", "--if-empty"]):
        assert f"{login.email}  password: {login.password}" in run(args=arguments).output
    assert run(args=["counts", "e-kizuna-summit-2022"]).output.startswith("Over 300 people from 15 cities in nine")
    came = run(args=["counts", "e-kizuna-summit-2022", "--basis", "checked_in"]).output
    assert came.startswith("Over 300 people from 15 cities in nine foreign countries, 22 cities in Japan and 50")
    assert "Counts confirmed registrations. As of " in run(args=["counts", "e-kizuna-summit-2022"]).output
    assert run(args=["counts", "e-kizuna-summit-2022", "--lang", "ja"]).output.startswith(
        "海外9か国・15都市、国内22都市"
    )
    reported_counts = run(args=["counts", "cooperation-forum-2021", "--basis", "declared"]).output
    assert reported_counts.startswith("Over 200 people.")
    assert "page24_001315" in reported_counts


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "There is no event with the address nowhere."),
        (["finland-fair-2023", "--basis", "checked_in"], "There are no check-ins yet"),
        (["finland-fair-2023", "--basis", "declared"], "There are no reported figures"),
    ],
)
def test_the_command_says_in_one_sentence_why_it_cannot_count(
    loaded: Flask, arguments: list[str], sentence: str
) -> None:
    result = loaded.test_cli_runner().invoke(args=["counts", *arguments])
    assert result.exit_code == 1
    assert sentence in result.output


def test_the_demo_loads_on_postgresql_too(apps: dict[str, Any], tmp_path: Path) -> None:
    app: Flask = apps["on"]("postgresql")
    with app.app_context():
        clear()
        try:
            load.load(tmp_path)
            before = everything()
            load.load(tmp_path)
            assert everything() == before
            assert attendance.statement(found("e-kizuna-summit-2022")).text("en").startswith("Over 300 people from 15")
        finally:
            db.session.rollback()
            clear()

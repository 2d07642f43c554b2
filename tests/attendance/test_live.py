"""Live counts: random registrations and check-ins, counted once more by hand."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.attendance import crossing, queries, timelines
from eventapp.attendance.dimensions import Dimensions
from eventapp.attendance.live import TableChoice, chosen_table
from eventapp.attendance.rules import Basis
from eventapp.attendance.states import LiveState
from eventapp.attendance.tables import CountTable
from eventapp.check_in import operations as check_in
from eventapp.check_in import points
from eventapp.check_in.rules import CheckInKind, PointKind
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.events.operations import ensure_series
from eventapp.people import merging
from eventapp.people.queries import ids
from eventapp.people.rules import PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration import operations as registration
from eventapp.registration import questions
from eventapp.registration.models import Registration, SessionSignup
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import REGISTERED, RegistrationStatus
from tests.support.make import START, Make, fresh, words
from tests.support.visitor import Page, Visitor

SEEDS = range(int(os.environ.get("EVENTAPP_TEST_SEEDS", "1")))


def drawn(make: Make, seed: int) -> Event:
    """An event with options, questions, sessions, and people who have registered, cancelled, come, left, and were
    merged at random.
    """
    random = Random(seed)
    event = make.event("summit", ends_at=START + timedelta(days=2))
    options = [make.option(event), make.option(event, capacity=3), make.option(event, Mode.ONLINE)]
    session = make.session(event, "Tour", capacity=50)
    make.organization("City of Tampere", OrganizationKind.CITY)
    make.organization("Aoba Works")
    with transaction():
        for key, kind in (("meal", QuestionKind.CHOICE), ("topics", QuestionKind.CHOICES)):
            choices: list[Any] = ["One", "Two", "Three"]
            questions.save_question(event, None, key=key, label=words(key), kind=kind, choices=choices)
        door = check_in.door(event)
        tour = points.save_point(event, None, kind=PointKind.SESSION, session=fresh(session), title=LocalizedText())
    names = ["City of Tampere", "Tampere", "Aoba Works", "Chiba", "Chiba City", "UNESCO", ""]
    guests = []
    for number in range(24):
        kind = random.choice([None, OrganizationKind.CITY, OrganizationKind.INTERNATIONAL_ORGANIZATION])
        guests.append(
            make.registration(
                event,
                random.choice(options),
                given_name=f"Guest{number}",
                organization=random.choice(names),
                organization_kind=kind,
                country=random.choice(["JP", "FI", None]),
                language=random.choice(["en", "ja"]),
            )
        )
    with transaction():
        for guest in guests:
            topics = random.choice([["one", "three"], ["two"], []])
            fresh(guest).answers = {"meal": random.choice(["one", "two"]), "topics": topics}
            fresh(guest).generated = random.random() < 0.2
        fresh(guests[0]).family_name = fresh(guests[0]).given_name = fresh(guests[0]).name_key = ""
    for guest in guests:
        for point in random.sample([door, tour], random.randint(0, 2)):
            at = START + timedelta(hours=random.choice([0, 1, 2, 25]), minutes=random.randint(0, 59))
            with time_machine.travel(at, tick=False), transaction():
                line = _let_in(event, guest, point, f"{guest.id}-{point.id}")
                if random.random() < 0.2:
                    check_in.undo_line(fresh(event), fresh(line), nonce=f"back-{line.id}", user_id=None)
        if random.random() < 0.2:
            with transaction():
                registration.cancel(fresh(guest), silent=True)
            if random.random() < 0.8:
                _again(make, event, guest, random.choice(options), random.choice([None, None, door, tour]))
    left = make.registration(event, options[0], given_name="Left")
    with transaction():
        _let_in(event, left, door, "left")
        registration.cancel(fresh(left), silent=True)
    _again(make, event, left, options[0], None)
    active = [guest for guest in guests if fresh(guest).status in REGISTERED]
    with transaction():
        merging.merge(fresh(active[0]), fresh(active[1]))
    return event


def _again(make: Make, event: Event, guest: Registration, option: Any, point: Any) -> None:
    """The same person registers once more, and comes with that registration if there is a point."""
    known = fresh(guest)
    again = make.registration(event, option, known.email or "", given_name=known.given_name, country="FI")
    if point is not None:
        with transaction():
            _let_in(event, again, point, f"{again.id}-{point.id}")


def _let_in(event: Event, guest: Registration, point: Any, nonce: str) -> Any:
    return check_in.check(
        fresh(event),
        fresh(guest),
        kind=CheckInKind.IN,
        nonce=nonce,
        user_id=None,
        overrule=True,
        reason="let in",
        point=fresh(point),
    )


def adds_up(table: CountTable) -> None:
    """Each total is the sum of its parts; of parts that overlap, at most that."""
    for row in table.rows:
        parts = sum(table.number(row, column) for column in table.columns)
        assert table.row_totals[row] == parts or (table.overlapping_columns and table.row_totals[row] <= parts)
    for column in table.columns:
        parts = sum(table.number(row, column) for row in table.rows)
        assert table.column_totals[column] == parts or (table.overlapping_rows and table.column_totals[column] <= parts)


@pytest.mark.slow
@pytest.mark.both_engines("grouping by JSON, by expressions, and of moments")
@pytest.mark.parametrize("seed", SEEDS)
def test_every_table_of_random_people_adds_up_to_the_same_totals(app: Flask, make: Make, seed: int) -> None:
    event = fresh(drawn(make, seed))
    with app.test_request_context(), time_machine.travel(START + timedelta(days=3), tick=False):
        dimensions = Dimensions.of(event, language="en")
        numbers = crossing.numbers(dimensions).totals
        statuses = Counter(db.session.scalars(db.select(Registration.status).where(Registration.name_key != "")))
        assert numbers[LiveState.REGISTERED] == sum(statuses[one] for one in REGISTERED)
        assert numbers[LiveState.CONFIRMED] == statuses[RegistrationStatus.CONFIRMED]
        assert numbers[LiveState.REGISTERED] == numbers[LiveState.CONFIRMED] + numbers[LiveState.WAITING]
        assert numbers[LiveState.CHECKED_IN] == queries.count(event, basis=Basis.CHECKED_IN).people
        keys = [key for key, _label in dimensions.choices()]
        for key in keys:
            table = crossing.by_state(dimensions, key, numbers)
            assert table is not None
            assert {crossing.state_of(one): table.column_totals[one] for one in table.columns} == numbers, key
            if not table.overlapping_rows:
                for column in table.columns:
                    assert sum(table.number(row, column) for row in table.rows) == table.column_totals[column], key
            for other in keys:
                for state in LiveState:
                    crossed = crossing.crossed(dimensions, key, other, state)
                    assert crossed is not None
                    adds_up(crossed)
                    assert crossed.total == numbers[state], (key, other, state)
        came = sum(one.people for day in timelines.arrivals(event).values() for one in day)
        assert came == numbers[LiveState.CHECKED_IN]
        assert timelines.pace(event, [])[0].total == numbers[LiveState.REGISTERED]


@pytest.mark.both_engines("grouping by expressions")
def test_the_table_by_city_has_the_people_of_the_statement(app: Flask, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    for name in ("Chiba", "Chiba City", "Tampere", "City of Tampere"):
        country = "FI" if "Tampere" in name else "JP"
        make.registration(event, option, organization=name, organization_kind=OrganizationKind.CITY, country=country)
    with app.test_request_context():
        table = crossing.by_state(Dimensions.of(fresh(event), language="en"), "city")
        assert table is not None
        counts = queries.count(fresh(event))
        cities = {city.key: city.people for city in (*counts.foreign_cities, *counts.domestic_cities)}
        assert {row.key: table.row_totals[row] for row in table.rows} == cities


def test_a_person_who_has_not_come_is_a_no_show_only_when_the_last_day_is_over(app: Flask, make: Make) -> None:
    event = make.event("summit", ends_at=START + timedelta(days=2))
    first, any_day = make.option(event), make.option(event)
    with transaction():
        # The first door is there in any case.
        for door, option, days in ((points.door(event), first, [START.date()]), (None, any_day, [])):
            points.save_point(event, door, title=words("Door"), options=[option.id], days=days)
    for option in (first, any_day, make.option(event, Mode.ONLINE)):
        make.registration(event, option)

    def no_shows() -> int:
        with app.test_request_context():
            return crossing.numbers(Dimensions.of(fresh(event), language="en")).totals[LiveState.NO_SHOW]

    for days, number in ((0, 0), (1, 1), (3, 2)):
        with time_machine.travel(START + timedelta(days=days), tick=False):
            assert no_shows() == number, days
    with transaction():
        lifecycle.postpone_event(fresh(event), note=words(""))
    with time_machine.travel(START + timedelta(days=3), tick=False):
        assert no_shows() == 0, "nobody could come to what has not taken place"


def test_the_page_leads_to_the_people_who_did_not_come(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    came, missing = (make.registration(event, option, family_name=name) for name in ("Lovelace", "Byron"))
    with transaction():
        check_in.check(fresh(event), fresh(came), kind=CheckInKind.IN, nonce="one", user_id=None)
    with time_machine.travel(event.ends_at + timedelta(hours=1), tick=False):
        organizer.sign_in(make.owner())
        organizer.get("/manage/events/summit/counts")
        links = [a.get("href") for a in organizer.page.all("a") if "came=no" in a.get("href", "")]
        organizer.get(links[0])
        text = Page.text(organizer.page.one("main"))
        assert missing.family_name in text
        assert came.family_name not in text


def test_the_filter_knows_who_came_under_another_registration(make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    kept, other, missing = (make.registration(event, option, family_name=name) for name in ("Ada", "Augusta", "Byron"))
    with transaction():
        check_in.check(fresh(event), fresh(other), kind=CheckInKind.IN, nonce="one", user_id=None)
    with transaction():
        merging.merge(fresh(kept), fresh(other))
    confirmed = PeopleQuery(statuses=(RegistrationStatus.CONFIRMED,))
    assert ids(fresh(event), confirmed.having(came="yes"), []) == [kept.id]
    assert ids(fresh(event), confirmed.having(came="no"), []) == [missing.id]


def test_two_dimensions_are_crossed_and_an_unknown_one_is_not_found(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    make.registration(event, make.option(event), country="FI")
    make.registration(event, make.option(event, Mode.ONLINE), country="JP")
    organizer.get("/manage/events/summit/counts?by=country&across=mode&of=registered")
    rows = [[Page.text(cell) for cell in row if cell.tag in {"th", "td"}] for row in organizer.page.all("tr")]
    assert ["Country", "In person", "Online", "Total", ""] in rows
    assert ["Finland", "1", "0", "1", ""] in rows
    assert ["Total", "1", "1", "2", ""] in rows
    assert organizer.get("/manage/events/summit/counts?by=shoe-size").status_code == 404


def test_the_wall_screen_has_numbers_and_no_names(client: Visitor, make: Make) -> None:
    event = make.event("summit")
    make.registration(event, make.option(event), family_name="Lovelace", organization="Aoba Works")
    client.sign_in(make.member(event, Role.VIEWER))
    page = client.get("/manage/events/summit/counts/screen").get_data(as_text=True)
    assert "Confirmed 1" in Page.text(client.page.one("main"))
    assert "Lovelace" not in page
    assert "Aoba" not in page


def test_a_new_person_is_counted_at_once(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    for number in (1, 2):
        guest = make.registration(event, option)
        organizer.get("/manage/events/summit/counts/screen")
        assert f"Confirmed {number} " in Page.text(organizer.page.one("main"))
    with transaction():
        db.session.execute(update(Registration).where(Registration.id == guest.id).values(country_code="FI"))
        fresh(guest).status = RegistrationStatus.CANCELLED
    organizer.get("/manage/events/summit/counts/screen")
    assert "Confirmed 1 " in Page.text(organizer.page.one("main"))


def test_earlier_editions_are_shown_beside_this_one(organizer: Visitor, make: Make) -> None:
    with transaction():
        series = ensure_series("forum", title=words("Forum"))
    years = [make.event(f"forum-{year}", starts_at=START.replace(year=year)) for year in (2030, 2031)]
    other = make.event("forum-1999", starts_at=START.replace(year=2029), owner=make.user())
    with transaction():
        for event in (*years, other):
            fresh(event).series = fresh(series)
    for event in (*years, other):
        make.registration(event, make.option(event))
    organizer.get("/manage/events/forum-2031/counts")
    heads = [Page.text(head) for head in organizer.page.all("th")]
    assert "2031" in heads
    assert "2030" in heads
    assert "2029" not in heads, "the edition of another team"


@pytest.mark.both_engines("a table that is joined twice")
def test_a_dimension_with_itself_shows_who_is_in_two_of_its_parts(app: Flask, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    sessions = [make.session(event, title, capacity=9) for title in ("Tour", "Talk")]
    both, one = (make.registration(event, option) for _ in range(2))
    with transaction():
        for guest, session in ((both, sessions[0]), (both, sessions[1]), (one, sessions[1])):
            db.session.add(SessionSignup(registration_id=guest.id, session_id=session.id))
    with app.test_request_context():
        dimensions = Dimensions.of(fresh(event), language="en")
        choice = TableChoice("session", "session", LiveState.CONFIRMED)
        shown = chosen_table(dimensions, choice, crossing.numbers(dimensions))
        assert shown is not None
        tour, talk = (next(row for row in shown.table.rows if row.key == fresh(one).code) for one in sessions)
        cells = {(tour, tour): 1, (tour, talk): 1, (talk, tour): 1, (talk, talk): 2}
        assert {cell: shown.table.number(*cell) for cell in cells} == cells
        assert (shown.table.row_totals[talk], shown.table.total) == (2, 2)
        assert shown.query(tour, tour) is not None
        assert shown.query(tour, talk) is None, "the list of people has those who are in either"

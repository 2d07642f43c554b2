"""Places in single sessions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import delete, select

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.errors import Refused
from eventapp.core.words import Words
from eventapp.mail.models import Mail
from eventapp.programme import queries as programme
from eventapp.programme.conflicts import Level
from eventapp.registration import operations, queries, sign_ups
from eventapp.registration.models import Registration, SessionSignup


@pytest.fixture
def forum(make):
    return make.event("forum")


def guests(make, forum, number: int) -> list[Registration]:
    option = make.option(forum)
    return [make.registration(forum, option) for _ in range(number)]


def test_a_place_is_taken_and_given_back_on_ones_own_page(client, make, forum):
    session = make.session(forum, "Workshop", capacity=2)
    make.session(forum, "Open to all")
    (guest,) = guests(make, forum, 1)
    path = f"/registrations/{guest.token}"
    client.get(path)
    section = client.page.text(client.page.by_id("sessions"))
    assert "Workshop" in section
    assert "2 places left" in section
    assert "Open to all" not in section
    client.fill(path, action=f"/sessions/{session.code}", follow=True)
    assert "You have a place" in client.page.text(client.page.by_id("sessions"))
    assert "1 place left" in client.page.text(client.page.by_id("sessions"))
    client.fill(path, action=f"/sessions/{session.code}", follow=True)
    assert "2 places left" in client.page.text(client.page.by_id("sessions"))


def test_a_full_session_takes_nobody_until_a_place_is_free(make, forum):
    session = make.session(forum, capacity=1)
    first, second = guests(make, forum, 2)
    with transaction():
        sign_ups.sign_up(first, session.code)
        sign_ups.sign_up(first, session.code)
    with pytest.raises(Refused, match="All places"), transaction():
        sign_ups.sign_up(second, session.code)
    with transaction():
        operations.cancel(first)
    with transaction():
        sign_ups.sign_up(second, session.code)
    assert [offer.left for offer in queries.offers(second)] == [0]


def test_many_at_once_do_not_get_more_places_than_there_are(app, make, forum, monkeypatch):
    count = queries.number_signed_up

    def slowly(session_id: int) -> int:
        counted = count(session_id)
        sleep(0.05)  # as long as it takes another request to count the same
        return counted

    monkeypatch.setattr(queries, "number_signed_up", slowly)
    session = make.session(forum, capacity=3)
    people = [guest.id for guest in guests(make, forum, 8)]
    code = session.code
    db.session.rollback()

    def try_one(number: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    sign_ups.sign_up(db.session.get(Registration, number), code)
                return True
            except Refused:
                return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_one, people)) == 3
    assert db.session.query(SessionSignup).count() == 3


def test_only_a_confirmed_guest_signs_up_and_only_for_what_is_public_and_limited(make, forum):
    limited, free = make.session(forum, capacity=5), make.session(forum)
    draft = make.session(forum, capacity=5, release=False)
    (guest,) = guests(make, forum, 1)
    waiting = make.registration(forum, make.approval_option(forum))
    for person, code in ((guest, free.code), (guest, draft.code), (guest, "NOSUCH"), (waiting, limited.code)):
        with pytest.raises(Refused), transaction():
            sign_ups.sign_up(person, code)


def test_the_check_tells_when_more_signed_up_than_a_smaller_room_holds(make, forum):
    hall, closet = make.room(forum, capacity=50), make.room(forum, "Closet", capacity=1)
    session = make.session(forum, "Workshop", rooms=[hall], capacity=10)
    with transaction():
        for guest in guests(make, forum, 2):
            sign_ups.sign_up(guest, session.code)
    with transaction():
        db.session.merge(session).rooms = [db.session.merge(closet)]
    found = programme.findings(forum, queries.audience(forum))
    (error,) = [one for one in found if one.level is Level.ERROR]
    assert "2 people signed up for “Workshop”" in error.sentence
    assert "its room holds 1" in error.sentence


def test_who_has_a_place_in_a_session_that_moves_is_told_once_and_nobody_else(make, forum):
    moved, stays = make.session(forum, "Workshop", capacity=5), make.session(forum, "Tour", capacity=5)
    guest, other, _idle = guests(make, forum, 3)
    with transaction():
        sign_ups.sign_up(guest, moved.code)
        sign_ups.sign_up(guest, stays.code)
        sign_ups.sign_up(other, stays.code)
        db.session.execute(delete(Mail))
    with transaction():
        row = db.session.get(type(moved), moved.id)
        row.starts_at, row.ends_at = row.starts_at + timedelta(hours=2), row.ends_at + timedelta(hours=2)
        db.session.get(type(stays), stays.id).title = Words(en="Walk")
        lifecycle.release_programme(forum)
    (letter,) = db.session.scalars(select(Mail))
    assert letter.to == guest.email
    assert "“Workshop” – Moved: Tue 18 March, 10:00 – 11:00 → 12:00 – 13:00" in letter.text
    assert "Japan" in letter.text, "the zone is named"
    assert "Walk" not in letter.text, "another title is nothing to write about"


def test_the_letter_names_rooms_in_its_readers_language_whoever_publishes(app, make, forum):
    hall, annex = make.room(forum, Words(en="Main hall", ja="大ホール")), make.room(forum, Words(en="Annex", ja="別館"))
    session = make.session(forum, Words(en="Workshop", ja="実習"), capacity=5, rooms=[hall])
    guest = make.registration(forum, make.option(forum), language="ja")
    with transaction():
        sign_ups.sign_up(guest, session.code)
        db.session.execute(delete(Mail))
    with app.test_request_context("/?lang=en"), transaction():
        db.session.get(type(session), session.id).rooms = [db.session.merge(annex)]
        lifecycle.release_programme(db.session.merge(forum))
    (letter,) = db.session.scalars(select(Mail))
    assert "大ホール → 別館" in letter.text

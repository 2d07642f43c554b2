"""Operations on the programme: moving a session."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.events import queries as events
from eventapp.programme import operations, queries, releases
from tests.support.make import START

pytestmark = pytest.mark.both_engines("two who save at the same moment")

HALF = timedelta(minutes=30)


def test_a_move_of_a_session_that_somebody_has_saved_since_is_refused(make):
    forum = make.event("forum")
    session = make.session(forum, "Opening")
    seen = session.revision
    with transaction():
        operations.move_session(
            forum, session, starts_at=START + HALF, ends_at=START + 2 * HALF, rooms=[], seen_revision=seen
        )
    with pytest.raises(operations.SessionEditConflict) as refusal, transaction():
        operations.move_session(forum, session, starts_at=None, ends_at=None, rooms=[], seen_revision=seen)
    assert "It is now: Tue 18 March, 10:30 – 11:00, no room." in refusal.value.message
    with transaction():
        operations.move_session(forum, session, starts_at=None, ends_at=None, rooms=[], seen_revision=session.revision)
    assert operations.slot(forum, session) == "not scheduled"


def test_of_two_who_save_at_the_same_moment_the_second_is_refused(app, make):
    forum = make.event("forum")
    session = make.session(forum, "Opening")
    code, seen = session.code, session.revision
    db.session.rollback()
    # PostgreSQL lets both read before either writes; SQLite lets only one in at a time.
    together = threading.Barrier(2 if db.engine.dialect.name == "postgresql" else 1)
    heard: list[str] = []

    def save(minutes: int) -> None:
        with app.app_context():
            try:
                with transaction():
                    event = events.by_slug("forum")
                    assert event is not None
                    mine = queries.by_code(event, code)
                    assert mine is not None
                    together.wait(timeout=20)
                    start = START + timedelta(minutes=minutes)
                    operations.move_session(
                        event, mine, starts_at=start, ends_at=start + HALF, rooms=[], seen_revision=seen
                    )
                heard.append("saved")
            except Refused as refusal:
                heard.append(type(refusal).__name__)

    threads = [threading.Thread(target=save, args=(minutes,)) for minutes in (30, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["SessionEditConflict", "saved"]


def test_a_new_part_is_confirmed_and_a_saved_one_stays_as_it_is_unless_it_is_said(make):
    forum, ada = make.event("forum"), make.person()
    session = make.session(forum, "Opening", people=[ada], release=False)

    def save(confirmed) -> bool:
        with transaction():
            row = db.session.get(type(session), session.id)
            operations.save_session(
                forum,
                row,
                title=row.title,
                kind=row.kind,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                parts=[operations.ParticipationInput(db.session.merge(ada), confirmed=confirmed)],
            )
            return row.participations[0].confirmed

    assert [save(None), save(False), save(None), save(True)] == [True, False, False, True]


def test_a_yes_is_a_change_of_the_session_that_another_editor_notices(make):
    forum, ada = make.event("forum"), make.person()
    session = make.session(forum, "Opening", people=[ada])
    seen = session.revision
    with transaction():
        operations.confirm_parts(forum, ada, confirmed=False)
    with pytest.raises(operations.SessionEditConflict), transaction():
        row = db.session.get(type(session), session.id)
        operations.move_session(forum, row, starts_at=None, ends_at=None, rooms=[], seen_revision=seen)


def test_rooms_are_in_the_events_order_and_not_in_that_in_which_they_were_given(make):
    event = make.event("forum")
    first, second = make.room(event, "First"), make.room(event, "Second")
    session = make.session(event, "Opening", rooms=[second, first])
    assert [room.id for room in session.rooms] == [first.id, second.id]
    assert releases.pending(event).empty, "read back they are the same"

"""From the team's draft to the public programme."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.programme import operations, published, queries, releases
from eventapp.programme.models import Release, Session
from eventapp.programme.operations import ParticipationInput
from eventapp.programme.rules import ParticipationRole, SessionKind, SessionStatus
from tests.support.at_once import after, by_number

pytestmark = pytest.mark.both_engines("versions are numbered under a row lock, documents are JSON")


@pytest.fixture
def forum(make):
    return make.event("forum")


def edit(event, session, **values) -> None:
    """Save a session with some values changed, as the form does."""
    with transaction():
        row = db.session.get(type(session), session.id)
        given = {
            "title": row.title,
            "kind": row.kind,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "rooms": row.rooms,
            "track": row.track,
        }
        operations.save_session(event, row, **{**given, **values})


def status(session, wanted: SessionStatus) -> None:
    with transaction():
        operations.set_status(db.session.get(type(session), session.id), wanted)


def public(event, session):
    return queries.document(event).by_code[session.code]


def test_a_release_holds_what_is_ready_and_has_a_time(make, forum):
    ready = make.session(forum, "Opening", release=False)
    make.session(forum, "Idea", status=SessionStatus.DRAFT)
    with transaction():
        operations.save_session(
            forum, None, title=LocalizedText(en="Some day"), kind=ready.kind, status=SessionStatus.PUBLISHED
        )
    waiting = releases.pending(forum)
    assert [str(session.title) for session in waiting.unscheduled] == ["Some day"]
    assert make.release(forum).number == 1
    assert list(queries.document(forum).by_code) == [ready.code]


def test_work_after_a_release_is_not_public_before_the_next(make, forum):
    session = make.session(forum, "Opening")
    edit(forum, session, title=LocalizedText(en="Secret title"))
    assert str(public(forum, session).title) == "Opening"
    make.release(forum)
    assert str(public(forum, session).title) == "Secret title"


def test_an_older_release_stays_as_it_was(make, forum):
    session = make.session(forum, "Opening")
    edit(forum, session, title=LocalizedText(en="Welcome"))
    make.release(forum)
    first = queries.release(forum, 1)
    assert str(queries.content(first.id, forum.uid, first.at).by_code[session.code].title) == "Opening"


def test_a_release_without_a_difference_is_refused(make, forum):
    with pytest.raises(Refused, match="No session is both ready"):
        make.release(forum)
    make.session(forum)
    with pytest.raises(Refused, match="Nothing has changed"):
        make.release(forum)
    assert [one.number for one in queries.releases(forum)] == [1]


def test_the_document_is_the_same_when_it_is_read_again(make, forum):
    venue = make.venue(forum)
    make.session(
        forum,
        "Opening",
        rooms=[make.room(forum, venue=venue, capacity=80)],
        track=make.track(forum),
        people=[make.person()],
        spoken=["en"],
        interpreted=["ja"],
        links=[{"title": "Slides", "url": "https://example.org/s"}],
        subtitle=LocalizedText(en="With music"),
        do_not_record=True,
    )
    document = queries.document(forum)
    text = json.dumps(published.to_json(document))
    assert published.from_json(json.loads(text)) == document
    assert document.rooms[0].venue.name == venue.name


@pytest.mark.parametrize("way", ["draft", "unscheduled"])
def test_a_removed_session_stays_as_an_entry_that_says_so(make, forum, way):
    make.session(forum, "Other")
    session = make.session(forum, "Opening")
    if way == "draft":
        status(session, SessionStatus.DRAFT)
    else:
        edit(forum, session, starts_at=None, ends_at=None)
    make.release(forum)
    removed = public(forum, session)
    assert (removed.removed, removed.cancelled, removed.sequence) == (True, True, 1)
    assert session.code not in [one.code for one in queries.document(forum).listed]
    make.session(forum, "Third")
    assert public(forum, session) == removed, "it changes no more"


def test_a_session_deleted_from_the_tables_stays_as_well(make, forum):
    session = make.session(forum, "Opening")
    with pytest.raises(Refused, match="has already been published"):
        operations.delete_session(session)
    with transaction():
        db.session.delete(db.session.get(type(session), session.id))
    make.release(forum)
    assert public(forum, session).removed


@pytest.mark.parametrize("deleted_first", [True, False])
def test_no_version_has_a_session_that_is_deleted_at_the_same_moment(app, make, forum, deleted_first):
    session = make.session(forum, "Opening", release=False)
    event, row = by_number(Event, forum), by_number(Session, session)
    steps = [lambda: operations.delete_session(row()), lambda: releases.release(event())]
    with pytest.raises(Refused):
        after(app, *(steps if deleted_first else reversed(steps)))
    kept = db.session.get(Session, session.id, populate_existing=True) is not None
    assert kept is (session.code in queries.document(forum).by_code) is not deleted_first


def test_sequence_rises_with_time_place_and_state_alone_and_never_falls(make, forum):
    session, room = make.session(forum, "Opening"), make.room(forum)
    seen = [public(forum, session).sequence]
    ways = [
        lambda: edit(forum, session, title=LocalizedText(en="Openning")),
        lambda: edit(forum, session, starts_at=session.starts_at + timedelta(minutes=5)),
        lambda: edit(forum, session, rooms=[room]),
        lambda: status(session, SessionStatus.CANCELLED),
        lambda: status(session, SessionStatus.DRAFT),
        lambda: status(session, SessionStatus.PUBLISHED),
        lambda: edit(forum, session, abstract=LocalizedText(en="More")),
    ]
    for way in ways:
        way()
        make.release(forum)
        seen.append(public(forum, session).sequence)
    # Removed after it was cancelled: its status in calendars is the same, so SEQUENCE does not rise.
    assert seen == [0, 0, 1, 2, 3, 3, 4, 4]


def test_moving_there_and_back_before_a_release_changes_nothing_in_public(make, forum):
    session = make.session(forum, "Opening")
    before = public(forum, session)
    edit(forum, session, starts_at=session.starts_at + timedelta(minutes=5))
    edit(forum, session, starts_at=before.starts_at)
    make.session(forum, "Other")
    assert public(forum, session) == before, "not even its stamp"


def test_a_part_that_is_not_confirmed_is_not_announced(make, forum):
    ada, bo = make.person("Lovelace", "Ada"), make.person("Ek", "Bo")
    session = make.session(forum, "Opening", people=[ada, bo], release=False)
    with transaction():
        session.participations[1].confirmed = False
    make.release(forum)
    assert [part.person_id for part in public(forum, session).participations] == [ada.id]


def test_a_room_in_which_nothing_public_happens_is_not_shown(make, forum):
    hall, _secret = make.room(forum, "Main hall"), make.room(forum, "Secret room")
    make.session(forum, rooms=[hall])
    assert [str(room.name) for room in queries.document(forum).rooms] == ["Main hall"]


def test_cancelling_the_event_cancels_what_is_public_and_publishes_nothing_else(make, forum):
    session = make.session(forum, "Opening")
    edit(forum, session, title=LocalizedText(en="Secret title"))
    make.session(forum, "Secret plan", release=False)
    with transaction():
        lifecycle.cancel_event(forum, note=LocalizedText(en="A typhoon comes."))
    document = queries.document(forum)
    assert [(str(one.title), one.cancelled) for one in document.sessions] == [("Opening", True)]
    assert queries.latest(forum).changes[0]["kind"] == "cancelled"


def test_releases_are_numbered_one_after_the_other_per_event(make, forum):
    other = make.event("other")
    for event in (forum, other, forum):
        make.session(event)
    assert [one.number for one in queries.releases(forum)] == [2, 1]
    assert [one.number for one in queries.releases(other)] == [1]
    assert db.session.query(Release).count() == 3


def test_a_person_is_found_at_other_events_by_what_is_released_there(make, forum):
    ada = make.person("Lovelace", "Ada")
    other = make.event("other")
    talk = make.session(other, "Talk", people=[ada])
    assert [(event.slug, session.code) for event, session in queries.appearances(ada, besides=forum)] == [
        ("other", talk.code)
    ]
    status(talk, SessionStatus.CANCELLED)
    make.release(other)
    assert queries.appearances(ada, besides=forum) == []


def test_a_session_without_languages_of_its_own_has_those_of_the_event(make, forum):
    talk, break_ = make.session(forum, release=False), make.session(forum, kind=SessionKind.BREAK, release=False)
    own = make.session(forum, spoken=["en"], release=False)
    with transaction():
        forum.spoken = ["ja"]
    make.release(forum)
    assert [public(forum, one).spoken for one in (talk, own, break_)] == [("ja",), ("en",), ()]
    with transaction():
        forum.spoken = ["en"]
    assert {change.code for change in releases.pending(forum).changes} == {talk.code}


def test_signatories_come_first_wherever_roles_are_shown(client, make, forum):
    ada, bo, eva = (make.person(name, "Mayor") for name in ("Ada", "Bo", "Eva"))
    session = make.session(forum, release=False)
    roles = [ParticipationRole.GUEST, ParticipationRole.WITNESS, ParticipationRole.SIGNATORY]
    with transaction():
        parts = [ParticipationInput(person, role) for person, role in zip((ada, bo, eva), roles, strict=True)]
        operations._set_parts(session, parts)
    make.release(forum)
    page = client.get(f"/events/forum/sessions/{session.code}").text
    assert page.index("Mayor Eva") < page.index("Mayor Bo") < page.index("Mayor Ada")
    calendar = client.get("/events/forum/calendar.ics").text.replace("\r\n ", "")
    assert calendar.index("Mayor Eva") < calendar.index("Mayor Bo") < calendar.index("Mayor Ada")

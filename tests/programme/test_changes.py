"""Differences between two releases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eventapp.core.localized import LocalizedText
from eventapp.programme.changes import Change, between, describe, person_ids, turned
from eventapp.programme.published import Document, PublishedPart, PublishedRoom, PublishedSession
from eventapp.programme.rules import Mode, ParticipationRole, SessionKind, SessionStatus

TEN = datetime(2031, 3, 18, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo
HALL = PublishedRoom(1, "hall", LocalizedText(en="Main hall"))
ATTIC = PublishedRoom(2, "attic", LocalizedText(en="Attic"))


def session(code: str = "A", **values) -> PublishedSession:
    base = PublishedSession(
        id=1,
        code=code,
        uid=code,
        guid=code,
        sequence=0,
        kind=SessionKind.LECTURE,
        status=SessionStatus.PUBLISHED,
        title=LocalizedText(en="Opening"),
        subtitle=LocalizedText(),
        abstract=LocalizedText(),
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=1),
        spoken=("en",),
        interpreted=(),
        capacity=None,
        do_not_record=False,
        links=(),
        updated_at=TEN,
        rooms=(HALL,),
        participations=(PublishedPart(7),),
    )
    return replace(base, **values)


def document(*sessions: PublishedSession) -> Document:
    return Document((HALL, ATTIC), (), sessions)


def kinds(was: PublishedSession | None, now: PublishedSession) -> list[str]:
    return [change.kind.value for change in between(document(*([was] if was else [])), document(now))]


LATER = {"starts_at": TEN + timedelta(hours=4), "ends_at": TEN + timedelta(hours=5)}
OFF = {"status": SessionStatus.CANCELLED}
REMOVED = {"status": SessionStatus.CANCELLED, "removed": True}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({}, LATER, ["moved"]),
        ({}, {"rooms": (ATTIC,)}, ["room"]),
        ({}, {"rooms": (HALL, ATTIC)}, ["room"]),
        ({}, {"title": LocalizedText(en="Welcome")}, ["renamed"]),
        ({}, {"participations": (PublishedPart(8),)}, ["people"]),
        ({}, {"participations": (PublishedPart(7, ParticipationRole.CHAIR),)}, ["people"]),
        ({}, {"interpreted": ("ja",)}, ["language"]),
        ({}, {"abstract": LocalizedText(en="More")}, ["text"]),
        ({}, {"rooms": (replace(HALL, name=LocalizedText(en="Great hall")),)}, ["text"]),
        ({}, OFF, ["cancelled"]),
        ({}, REMOVED, ["gone"]),
        (OFF, {}, ["restored"]),
        (REMOVED, {}, ["restored"]),
        (OFF, {**OFF, "title": LocalizedText(en="Welcome")}, []),
        (OFF, REMOVED, ["gone"]),
        (REMOVED, REMOVED, []),
        ({}, {**LATER, "rooms": (ATTIC,), "title": LocalizedText(en="Welcome")}, ["moved", "room", "renamed"]),
    ],
)
def test_each_difference_has_its_name(before, after, expected):
    assert kinds(session(**before), session(**after)) == expected


def test_a_session_that_was_not_there_is_new_and_one_cancelled_before_it_was_public_says_so():
    assert kinds(None, session()) == ["new"]
    assert kinds(None, session(**OFF)) == ["cancelled"]


def test_the_most_urgent_changes_come_first_then_the_order_of_time():
    old = document(session("A"), session("B"), session("C", **LATER))
    new = document(
        session("A", title=LocalizedText(en="Hello")), session("B", **OFF), session("C", **LATER, **OFF), session("D")
    )
    assert [(c.kind.value, c.code) for c in between(old, new)] == [
        ("cancelled", "B"),
        ("cancelled", "C"),
        ("new", "D"),
        ("renamed", "A"),
    ]


def test_joining_or_leaving_is_recorded_for_cancelled_sessions_but_not_for_new_ones():
    def parts(*people: int) -> tuple[PublishedPart, ...]:
        return tuple(PublishedPart(person, ParticipationRole.SPEAKER, Mode.IN_PERSON) for person in people)

    off = {"status": SessionStatus.CANCELLED, "removed": True}
    before = document(
        session("A", participations=parts(1, 2)), session("B", participations=parts(1)), session("C", participations=())
    )
    after = document(
        session("A", participations=parts(3, 2), **off),
        session("B", participations=parts(1, 1), **off),
        session("C", participations=parts(2)),
        session("D", participations=parts(1)),
    )
    assert [(row["code"], row["person"]) for row in turned(before, after)] == [("A", 1), ("A", 3), ("C", 2)]


def test_a_stored_change_is_the_same_when_it_is_read_again():
    old = document(session(), session("B"))
    new = document(session(**LATER, rooms=(ATTIC,), participations=(), interpreted=("ja",)), session("B", **REMOVED))
    for change in between(old, new):
        assert Change.from_json(change.to_json()).to_json() == change.to_json()


def said(app, was, now) -> list[str]:
    with app.test_request_context("/?lang=en"):
        found = between(document(was), document(now))
        return [
            describe(change, language="en", zone="Asia/Tokyo", names={7: "Ada Lovelace", 8: "Bo Ek"})
            for change in found
        ]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_change_says_what_was_and_what_is(app):
    assert said(app, session(), session(**LATER)) == ["Tue 18 March, 10:00 – 11:00 → 14:00 – 15:00"]
    tomorrow = {"starts_at": TEN + timedelta(days=1), "ends_at": TEN + timedelta(days=1, hours=1)}
    assert said(app, session(), session(**tomorrow)) == ["Tue 18 March, 10:00 – 11:00 → Wed 19 March, 10:00 – 11:00"]
    assert said(app, session(), session(rooms=())) == ["Main hall → no room"]
    assert said(app, session(), session(title=LocalizedText(en="Welcome"))) == ["previously “Opening”"]
    assert said(app, session(), session(participations=(PublishedPart(8),))) == ["Bo Ek added, Ada Lovelace removed"]
    assert said(app, session(), session(**OFF)) == ["Tue 18 March, 10:00 – 11:00"]
    assert said(app, session(spoken=()), session(interpreted=("ja",))) == [
        "not specified → English, interpreted into Japanese"
    ]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_somebody_whom_the_directory_forgot_is_not_named(app):
    with app.test_request_context("/?lang=en"):
        (change,) = between(document(session()), document(session(participations=(PublishedPart(99),))))
        assert person_ids([change]) == {7, 99}
        assert describe(change, language="en", zone="Asia/Tokyo", names={}) == ""

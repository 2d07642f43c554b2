"""Duplicating and deleting events, sessions and people; what left the team is not deleted."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventapp import lifecycle
from eventapp.core.db import Base, db, transaction
from eventapp.core.refusals import Refused
from eventapp.directory.models import Person
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.feeds.models import FeedMemory
from eventapp.lifecycle import deleting
from eventapp.mail.models import Email
from eventapp.programme import roster
from eventapp.programme.models import EventPerson, Session
from eventapp.programme.rules import SessionStatus
from tests.support.at_once import after, by_number
from tests.support.make import fresh, words

DESK = "/manage/events/forum"


@pytest.fixture
def draft(make):
    return make.event("forum", title="Forum", status=EventStatus.DRAFT, venue_name=words("Hall"))


def rows(number: int) -> dict[str, int]:
    """How many rows of each table belong to the event."""
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if "event_id" in table.c]
    found = {
        table.name: db.session.scalar(select(func.count()).select_from(table).where(table.c.event_id == number))
        for table in tables
    }
    return {name: number for name, number in found.items() if number}


@pytest.mark.both_engines("foreign keys")
def test_a_draft_is_deleted_with_all_that_belongs_to_it_after_a_page_that_names_it(organizer, make, draft):
    other = make.event("other")
    make.session(
        draft, rooms=[make.room(draft)], track=make.track(draft), people=[make.person(at=draft)], release=False
    )
    make.option(draft)
    organizer.get(f"{DESK}/delete")
    said = organizer.page.text(organizer.page.one("main"))
    assert "Delete “Forum”?" in said and "1 session is lost." in said and "1 registration option is lost." in said
    assert fresh(draft) is not None, "to look is not to do"
    number, others = draft.id, other.id
    kept = rows(others)
    assert organizer.fill(f"{DESK}/delete").location == "/manage"
    assert rows(number) == {} and rows(others) == kept
    assert db.session.scalars(select(Event.slug)).all() == ["other"]


def test_what_somebody_outside_the_team_may_know_of_is_not_deleted(make):
    was_public = make.event("was-public")
    with transaction():
        lifecycle.unpublish_event(fresh(was_public))
    registered = make.event("registered")
    make.registration(registered, make.option(registered))
    with transaction():  # as if somebody of the team had been registered before it was public
        fresh(registered).status = EventStatus.DRAFT
        db.session.delete(db.session.get_one(FeedMemory, registered.id))
    written = make.event("written", status=EventStatus.DRAFT)
    with transaction():
        values = {"kind": "event.test", "to": "a@example.org", "subject": "A", "text": "A", "language": "en"}
        db.session.add(Email(topic=f"event:{written.id}", message_id="<a@example.org>", **values))
    for event, reason in (
        (make.event("public"), "was public"),
        (was_public, "was public"),
        (registered, "registrations"),
        (written, "E-mails"),
    ):
        with pytest.raises(Refused, match=reason), transaction():
            deleting.delete_event(fresh(event))
        assert fresh(event) is not None


def test_the_page_says_why_an_event_is_not_deleted(organizer, make):
    make.event("forum")
    organizer.get(f"{DESK}/delete")
    assert "was public" in organizer.page.text(organizer.page.one("main"))
    assert not [form for form in organizer.page.forms() if "logout" not in (form.get("action") or "")]
    refused = organizer.fill_elsewhere("/manage", f"{DESK}/delete")
    assert refused.status_code == 422 and "was public" in refused.text


def test_a_person_without_a_part_anywhere_is_deleted_one_that_others_know_stays(organizer, make):
    mine, other = make.event("forum"), make.event("other")
    ada, bo = make.person("Ek", "Ada", at=mine), make.person("Ek", "Bo", at=mine)
    make.session(other, people=[bo])
    codes = {"Delete Ada Ek?": ada.code, "Remove Bo Ek from the list?": bo.code}
    for told, code in codes.items():
        organizer.get(f"{DESK}/speakers/{code}/remove")
        assert organizer.page.text(organizer.page.one("h1")) == told
        assert organizer.fill(f"{DESK}/speakers/{code}/remove").status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Person.code)).all() == [codes["Remove Bo Ek from the list?"]]


@pytest.mark.both_engines("what waits for whom")
def test_a_person_whom_another_event_changes_at_the_same_moment_stays(app, make):
    mine, other = make.event("forum"), make.event("other")
    ada = make.person("Ek", "Ada", at=mine)
    here, there, person = by_number(Event, mine), by_number(Event, other), by_number(Person, ada)

    def changed() -> None:
        roster.save_for_event(there(), person(), roster.profile_of(there(), person()))

    assert after(app, changed, lambda: deleting.remove_person(here(), person())) is False
    assert db.session.scalars(select(EventPerson.event_id)).all() == [other.id]


def test_a_copy_of_a_session_is_a_draft_without_a_time_and_its_people_are_not_confirmed(organizer, make):
    event = make.event("forum")
    session = make.session(event, "Rivers", rooms=[make.room(event)], people=[make.person()], capacity=12)
    location = organizer.fill(f"{DESK}/programme/sessions/{session.code}", action="/duplicate").location
    made = db.session.scalars(select(Session).where(Session.id != session.id)).one()
    assert location == f"{DESK}/programme/sessions/{made.code}"
    assert (made.title, made.capacity, made.status) == ({"en": "Rivers"}, 12, SessionStatus.DRAFT)
    assert (made.starts_at, made.rooms, [part.confirmed for part in made.participations]) == (None, [], [False])
    assert made.minutes == (session.ends_at - session.starts_at).total_seconds() / 60


def test_a_session_is_deleted_after_a_page_that_names_it(organizer, make):
    event = make.event("forum")
    session = make.session(event, "Rivers", release=False)
    organizer.get(f"{DESK}/programme/sessions/{session.code}/delete")
    assert organizer.page.text(organizer.page.one("h1")) == "Delete “Rivers”?"
    assert organizer.fill(f"{DESK}/programme/sessions/{session.code}/delete").status_code == 303
    assert db.session.scalars(select(Session)).all() == []


def test_a_duplicate_needs_nothing_but_a_click(organizer, make):
    event = make.event("forum", title="Forum")
    location = organizer.fill(f"{DESK}/clone").location
    assert location == "/manage/events/forum-2"
    made = db.session.scalars(select(Event).where(Event.id != event.id)).one()
    assert (made.starts_at - event.starts_at).days == 364 and made.status is EventStatus.DRAFT

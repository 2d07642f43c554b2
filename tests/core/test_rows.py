"""What two people delete at once is deleted once, and the slower one is told so."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from eventapp.accounts.rules import Role
from eventapp.agenda import operations as agendas
from eventapp.announcements import operations as announcements
from eventapp.announcements.models import Announcement
from eventapp.attendance import operations as attendance
from eventapp.attendance.models import ReportedCount
from eventapp.blocks import operations as blocks
from eventapp.blocks.models import Block
from eventapp.blocks.rules import BlockKind
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import WasDeleted
from eventapp.events import operations as events
from eventapp.events.models import Event, EventHost, TeamMember, Venue
from eventapp.events.rules import EventStatus, HostRole
from eventapp.invitations import operations as invitations
from eventapp.invitations.models import Invitation
from eventapp.lifecycle import deleting
from eventapp.media import operations as media
from eventapp.media.rules import PictureUse
from eventapp.people import operations as people
from eventapp.people.models import RegistrationNote, SavedView
from eventapp.programme import issues
from eventapp.programme import operations as programme
from eventapp.programme.models import MutedIssue, Participation, Room, Session
from eventapp.programme.rules import SessionStatus
from eventapp.registration import setup, setup_seats
from eventapp.registration.models import AttendanceOption
from tests.support.at_once import during
from tests.support.make import fresh

TEXT = LocalizedText(en="Words")


def stored(row):
    with transaction():
        db.session.add(row)
    return row


def deletions(make):
    """A row of each kind that a click deletes, with its operation."""
    event, option = make.event("forum"), make.option(make.event("other"))
    guest = make.registration(option.event, option)
    make.member(event, Role.VIEWER)
    member = db.session.scalars(select(TeamMember).where(TeamMember.role == Role.VIEWER)).one()
    with transaction():
        agenda = agendas.open_agenda([])
    of_event = {"event_id": event.id}
    host = EventHost(organization_id=make.organization(TEXT).id, role=HostRole.HOST, **of_event)
    note = RegistrationNote(registration_id=guest.id, text="Vegan")
    return [
        (member, lambda row: events.remove_member(event, row)),
        (stored(host), events.remove_host),
        (make.venue(event), events.remove_venue),
        (make.room(event), programme.remove),
        (make.track(event), programme.remove),
        (make.session(event, "Rivers", status=SessionStatus.DRAFT), programme.delete_session),
        (stored(MutedIssue(key="k", **of_event)), issues.unmute),
        (make.photo(event, PictureUse.COVER), media.remove_photo),
        (stored(Block(kind=BlockKind.TEXT, title=TEXT, text=TEXT, **of_event)), blocks.remove),
        (stored(ReportedCount(source="The host", **of_event)), attendance.remove_reported),
        (stored(note), people.remove_note),
        (stored(SavedView(name="Speakers", query="", **of_event)), people.remove_view),
        (stored(Announcement(subject=TEXT, text=TEXT, **of_event)), announcements.remove),
        (stored(Invitation(email="ada@example.org", email_key="ada@example.org", **of_event)), invitations.withdraw),
        (make.option(event), setup.remove_option),
        (make.pool(event, capacity=2), lambda row: setup_seats.remove_pool(event, row)),
        (agenda, agendas.close),
        (make.event("draft", status=EventStatus.DRAFT), deleting.delete_event),
    ]


@pytest.mark.both_engines("rows are locked and read again")
def test_what_somebody_else_has_just_deleted_is_not_deleted_again(make):
    """A warning of the database layer would end this test: they are errors here."""
    for row, operation in deletions(make):
        db.session.rollback()
        known = fresh(row)
        table = type(known).__table__
        with db.engine.begin() as other:
            other.execute(table.delete().where(table.c.id == known.id))
        with pytest.raises(WasDeleted, match="deleted in the meantime"):
            operation(known)
        db.session.rollback()


@pytest.mark.both_engines("rows are locked and read again")
def test_what_somebody_else_has_just_changed_is_deleted(make):
    """Also a session, which is deleted in the revision that was read."""
    session = make.session(make.event("forum"), "Rivers", status=SessionStatus.DRAFT)
    db.session.rollback()
    known = fresh(session)
    with db.engine.begin() as other:
        other.execute(update(Session.__table__).values(revision=Session.revision + 1))
    programme.delete_session(known)
    assert db.session.scalars(select(Session)).first() is None
    db.session.rollback()


@pytest.mark.both_engines("rows are locked and read again")
def test_what_belongs_to_a_row_may_change_until_it_is_deleted(make):
    """A session whose speakers somebody else has just taken off it, and given another one."""
    ada, ben = make.person("Lovelace", "Ada"), make.person("Okri", "Ben")
    session = make.session(make.event("forum"), "Rivers", status=SessionStatus.DRAFT, people=[ada])
    other, number = ben.id, session.id
    db.session.rollback()
    known = fresh(session)
    assert len(known.participations) == 1
    with db.engine.begin() as others:
        others.execute(update(Participation.__table__).values(person_id=other, id=Participation.id + 1))
    programme.delete_session(known)
    db.session.commit()
    assert db.session.scalars(select(Session.id).where(Session.id == number)).first() is None
    assert db.session.scalars(select(Participation.id)).first() is None


@pytest.mark.both_engines("one request waits for the other")
def test_of_two_who_remove_a_member_at_once_one_is_told_that_it_was_done(organizer, make):
    event = make.event("forum")
    make.member(event, Role.VIEWER)
    member = db.session.scalars(select(TeamMember).where(TeamMember.role == Role.VIEWER)).one()
    path, number = f"/manage/events/forum/team/{member.id}/remove", member.id
    organizer.get(path)

    def first() -> None:
        row = db.session.get_one(TeamMember, number)
        events.remove_member(db.session.get_one(Event, row.event_id), row)

    answer = during(first, lambda: organizer.fill_again(path))
    assert answer.status_code == 422
    assert "This was deleted in the meantime." in answer.text
    assert organizer.get(path).status_code == 404


@pytest.mark.both_engines("one request waits for the other")
def test_who_changes_what_is_being_deleted_is_told_that_nothing_was_saved(organizer, make):
    event = make.event("forum")
    block = stored(Block(kind=BlockKind.TEXT, title=TEXT, text=TEXT, event_id=event.id))
    path, number = f"/manage/events/forum/blocks/{block.id}", block.id
    organizer.get(path)
    answer = during(
        lambda: blocks.remove(db.session.get_one(Block, number)),
        lambda: organizer.fill_again(path, {"title_en": "Other words"}),
    )
    assert answer.status_code == 422
    assert "Your changes were not saved." in answer.text


def gone(kind, number):
    """What deletes a row in the transaction that runs."""
    return lambda: db.session.delete(db.session.get_one(kind, number))


@pytest.mark.both_engines("one request waits for the other")
@pytest.mark.parametrize(
    ("page", "sent", "said"),
    [
        ("edit", {"title_en": "Other words"}, "Your changes were not saved."),
        ("programme/tracks/new", {"name_en": "Rivers"}, "Your changes were not saved."),
        ("delete", {}, "This was deleted in the meantime."),
    ],
)
def test_who_changes_an_event_that_is_being_deleted_is_told_without_its_pages(organizer, make, page, sent, said):
    event = make.event("forum", status=EventStatus.DRAFT)
    path, number = f"/manage/events/forum/{page}", event.id
    organizer.get(path)
    answer = during(gone(Event, number), lambda: organizer.fill_again(path, sent))
    assert answer.status_code == 422
    assert said in answer.text
    links = [link.get("href") or "" for link in organizer.page.all("a")]
    assert not [link for link in links if "/forum" in link and "?lang=" not in link], (
        "a link leads to an event that is gone"
    )


@pytest.mark.both_engines("rows are locked, and constraints are named")
def test_who_uses_what_is_being_deleted_is_told_that_nothing_was_saved(organizer, make):
    event = make.event("forum")
    venue, room, option = make.venue(event), make.room(event), make.option(event)
    for kind, number, page, sent in [
        (Venue, venue.id, "programme/rooms/new", {"name_en": "Hall", "site": venue.slug}),
        (Room, room.id, "programme/sessions/new", {"title_en": "Rivers", "rooms": [str(room.id)]}),
        (AttendanceOption, option.id, "invitations/new", {"guests": "ada@example.org", "option": option.key}),
    ]:
        path = f"/manage/events/forum/{page}"
        organizer.get(path)
        answer = during(gone(kind, number), lambda at=path, data=sent: organizer.fill_again(at, data))
        assert answer.status_code == 422, page
        assert "Your changes were not saved." in answer.text, page


@pytest.mark.both_engines("one request waits for the other")
def test_what_is_being_deleted_is_not_duplicated(organizer, make):
    """SQLite would give the copy the number of the session that is gone."""
    session = make.session(make.event("forum"), "Rivers", status=SessionStatus.DRAFT)
    path, number = f"/manage/events/forum/programme/sessions/{session.code}", session.id
    organizer.get(path)
    answer = during(gone(Session, number), lambda: organizer.fill_again(f"{path}/duplicate"))
    assert answer.status_code == 422
    assert "This was deleted in the meantime." in answer.text


def back(visitor) -> str:
    """Where the button of the page leads that says what was not done."""
    (link,) = [one for one in visitor.page.all("a") if one.text == "Back"]
    return link.get("href")


@pytest.mark.both_engines("one request waits for the other")
def test_from_what_was_deleted_a_link_leads_to_the_page_where_it_was_listed(organizer, make):
    event = make.event("forum")
    for kind, thing, path, sent, listed in [
        (Venue, make.venue(event), "sites/{0.id}", {"name_en": "Hall"}, "places"),
        (Session, make.session(event), "programme/sessions/{0.code}", {"title_en": "Seas"}, "programme"),
        (
            Session,
            make.session(event, status=SessionStatus.DRAFT),
            "programme/sessions/{0.code}/delete",
            {},
            "programme",
        ),
    ]:
        at, number = f"/manage/events/forum/{path.format(thing)}", thing.id
        organizer.get(at)
        asked = organizer.page
        assert during(gone(kind, number), lambda at=at, sent=sent: organizer.fill_again(at, sent)).status_code == 422
        assert back(organizer) == f"/manage/events/forum/{listed}"
        organizer.page = asked
        assert organizer.fill_again(at, sent).status_code == 404
        assert "This was deleted in the meantime." in organizer.page.text(organizer.page.one("main"))
        assert back(organizer) == f"/manage/events/forum/{listed}"


def test_a_page_that_was_never_there_is_not_said_to_be_deleted(organizer, make):
    make.event("forum")
    for answer in (
        organizer.get("/manage/events/forum/sites/77"),
        organizer.fill_elsewhere("/manage/events/forum/places", "/manage/events/nothing/sites/1/remove"),
    ):
        assert answer.status_code == 404
        assert "deleted" not in answer.text

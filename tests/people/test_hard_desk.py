"""What a clumsy or curious person can send to the people desk."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.people import bulk, exports, operations
from eventapp.people.models import BulkAction, PeopleTag, RegistrationNote, SavedView
from eventapp.people.rules import BulkVerb, PeopleQuery
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from eventapp.registration.operations import RegistrationInput
from tests.support.make import fresh

DESK = "/manage/events/forum/registrations"
BIG = 10**25


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def ada(make, forum):
    return make.registration(forum, make.option(forum), "ada@example.org", family_name="Lovelace", given_name="Ada")


@pytest.mark.both_engines("what is too long or too large")
@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/{id}/notes", {"text": ""}),
        ("/{id}/notes", {"text": "a", "follow_up": "31.12.2031"}),
        ("/{id}/notes", {"text": "a", "follow_up": "0000-00-00"}),
        ("/{id}/notes", {"text": "a\x00b"}),
        ("/{id}/notes", {"text": "x" * 200_000}),
        ("/{id}/tags", {"tags": "a\x00b"}),
        ("/{id}/tags", {"tags": ",".join(f"tag {n}" for n in range(500))}),
        ("/{id}/tags", {"tags": "🎉"}),
        ("/views/new", {"name": "a\x00b"}),
        ("/views/new", {"name": ""}),
        ("/bulk/tag", {"tag": "a\x00b"}),
        ("/bulk/move", {"option": "a\x00b"}),
        ("/organizations", {"name": "a\x00b", "kind": "city"}),
        ("/organizations", {"name": "Acme", "kind": "nonsense"}),
        ("/export", {"query": "sort=%00&q=%00", "format": "csv"}),
        ("/export", {"query": "", "format": "exe"}),
        ("/duplicates/{id}/{id}", {"keep": "1"}),
        (f"/duplicates/{BIG}/{BIG}", {}),
        (f"/{BIG}/notes", {"text": "a"}),
        (f"/{{id}}/notes/{BIG}/done", {}),
        (f"/actions/{BIG}/undo", {}),
        (f"/views/{BIG}/remove", {}),
        ("/import/a%00b/apply", {}),
        ("/import", {"file": "no file"}),
    ],
)
def test_nothing_that_is_sent_is_a_fault(organizer, ada, path, values):
    organizer.get(DESK)
    token = next(one.get("value") for one in organizer.page.all("input") if one.get("name") == "csrf_token")
    response = organizer.post(DESK + path.format(id=ada.id), data={"csrf_token": token, **values})
    assert response.status_code in {303, 404, 400, 422}, response.status_code
    assert "\x00" not in "".join(db.session.scalars(select(RegistrationNote.text)))


def test_a_tag_has_no_comma_which_separates_tags(organizer, ada, forum):
    with transaction(), pytest.raises(Refused):
        operations.tag_named(fresh(forum), "VIP, Press")
    response = organizer.fill(f"{DESK}/bulk/tag?number={ada.id}", {"tag": "VIP、Press"})
    assert response.status_code == 422
    assert db.session.scalars(select(PeopleTag)).all() == []


@pytest.mark.both_engines("IDs of other events, and numbers out of range")
def test_what_belongs_to_another_event_is_not_found(organizer, make, forum, ada):
    other = make.event("other")
    eve = make.registration(other, make.option(other), "eve@example.org")
    with transaction():
        user = make.owner().id
        note = operations.add_note(fresh(eve), author_id=user, text="Secret")
        view = operations.save_view(fresh(other), "Theirs", PeopleQuery(text="x"))
        action = bulk.begin(fresh(other), BulkVerb.TAG, [eve.id], language="en", user_id=user, details={"tag": "VIP"})
        file = exports.ask(fresh(other), PeopleQuery(), "csv", user_id=user, language="en")
    for path in (
        f"{eve.id}",
        f"actions/{action.id}",
        f"files/{file.key}",
        f"duplicates/{ada.id}/{eve.id}",
        f"{eve.id}/cancel",
    ):
        assert organizer.get(f"{DESK}/{path}").status_code == 404, path
    organizer.get(DESK)
    token = next(one.get("value") for one in organizer.page.all("input") if one.get("name") == "csrf_token")
    for path in (
        f"{ada.id}/notes/{note.id}/remove",
        f"{eve.id}/notes/{note.id}/remove",
        f"views/{view.id}/remove",
        f"actions/{action.id}/undo",
        f"{eve.id}/tags",
        f"duplicates/{ada.id}/{eve.id}/dismiss",
    ):
        assert organizer.post(f"{DESK}/{path}", data={"csrf_token": token}).status_code == 404, path
    with transaction():
        done = bulk.begin(fresh(forum), BulkVerb.CANCEL, [eve.id], language="en", user_id=user, details={})
    assert fresh(eve).status == "confirmed"
    assert fresh(done).state == "done"


@pytest.mark.both_engines("row locks")
def test_an_act_is_taken_back_once(make, forum, ada):
    user = make.owner().id
    with transaction():
        action = bulk.begin(fresh(forum), BulkVerb.CANCEL, [ada.id], language="en", user_id=user, details={})
    with transaction():
        bulk.undo_action(fresh(action), language="en", user_id=user)
    with transaction(), pytest.raises(Refused):
        bulk.undo_action(fresh(action), language="en", user_id=user)
    assert len(db.session.scalars(select(BulkAction)).all()) == 2


@pytest.mark.both_engines("a unique constraint refuses the second")
def test_two_people_save_a_view_of_one_name(make, forum, monkeypatch):
    with transaction():
        operations.save_view(fresh(forum), "VIP", PeopleQuery(text="a"))
    with transaction():
        operations.save_view(fresh(forum), "VIP", PeopleQuery(text="b"))
    assert db.session.scalars(select(SavedView.query)).all() == ["q=b"]


@pytest.mark.both_engines("what is too long or too large")
@pytest.mark.parametrize("name", ["אדה לאבלייס", "🎉🎉", "A" * 200, "a‮b", "<script>alert(1)</script>"])
def test_any_name_is_listed_printed_and_written_to_files(organizer, make, forum, name):
    make.registration(forum, make.option(forum), family_name=name, given_name="", organization=name)
    for path in (
        "",
        "/print",
        "/answers",
        "/duplicates",
        "/organizations",
        "/export?format=csv",
        "/export?format=xlsx",
    ):
        assert organizer.get(DESK + path).status_code == 200


def test_people_who_are_left_out_of_an_act_have_a_name_or_an_organization(make, forum, ada):
    with transaction():
        fresh(ada).status = "cancelled"
    with transaction():
        action = bulk.begin(fresh(forum), BulkVerb.CANCEL, [ada.id], language="en", user_id=make.owner().id, details={})
    assert bulk.skipped_people(fresh(action)) == [(ada.id, "Ada Lovelace", "status: Cancelled")]
    assert db.session.scalars(select(Registration.status)).all() == ["cancelled"]


def test_only_the_registration_role_gets_files(app, make, forum, ada):
    for role in (Role.VIEWER, Role.PROGRAMME):
        visitor = app.test_client()
        visitor.sign_in(make.member(forum, role))
        for path in (
            "/export?format=csv",
            "/print",
            "/files",
            "/answers",
            "/duplicates",
            "/import",
            "/bulk/tag",
            f"/{ada.id}",
        ):
            assert visitor.get(DESK + path).status_code == 403, (role, path)


@pytest.mark.both_engines("grouping")
def test_a_delegation_without_a_name_can_be_recognized_on_each_page(organizer, make, forum):
    with transaction():
        answers = RegistrationInput(email="", family_name="", organization="Rome")
        rome = registration.register(forum, answers, option=make.option(forum), by_team=True)
    organizer.get(DESK)
    assert "Select Rome" in [one.get("aria-label") for one in organizer.page.all("input")]
    with transaction():
        action = bulk.begin(
            fresh(forum), BulkVerb.RESTORE, [rome.id], language="en", user_id=make.owner().id, details={}
        )
    assert bulk.skipped_people(fresh(action)) == [(rome.id, "Rome", "status: Confirmed")]
    organizer.get(f"{DESK}/{rome.id}")
    assert "Rome" in organizer.page.text(organizer.page.one("h1"))

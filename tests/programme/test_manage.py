"""Desk pages of the programme."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.directory.models import Person
from eventapp.events.rules import EventStatus
from eventapp.programme import queries
from eventapp.programme.models import Session
from eventapp.programme.rules import SessionStatus

BASE = "/manage/events/forum/programme"
OPENING = {"title_en": "Opening", "title_ja": "開会", "starts_at": "2031-03-18T10:00", "ends_at": "2031-03-18T11:00"}


@pytest.fixture
def forum(make):
    return make.event("forum")


def the_one() -> Session:
    return db.session.scalars(select(Session)).one()


def test_a_session_is_added_with_people_room_and_track(organizer, client, make, forum):
    room, track = make.room(forum, "Main hall", capacity=80), make.track(forum, "Rivers")
    ada, bo = make.person("Lovelace", "Ada", at=forum), make.person("Ek", "Bo", at=forum)
    response = organizer.fill(
        f"{BASE}/sessions/new",
        {
            **OPENING,
            "rooms": [str(room.id)],
            "track": track.slug,
            "pick-0": ada.code,
            "role-0": "lecturer",
            "pick-1": bo.code,
            "role-1": "moderator",
            "mode-1": "online",
        },
    )
    assert response.status_code == 303
    session = the_one()
    assert [(p.person.code, p.role.value, p.mode.value) for p in session.participations] == [
        (ada.code, "lecturer", "in_person"),
        (bo.code, "moderator", "online"),
    ]
    make.release(forum)
    client.get(f"/events/forum/sessions/{session.code}?lang=ja")
    text = client.page.text(client.page.one("main"))
    assert "開会" in text
    assert "Main hall" in text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title_en": "", "title_ja": ""}, "title"),
        ({"ends_at": "2031-03-18T09:00"}, "ends_at"),
        ({"ends_at": ""}, "ends_at"),
        ({"starts_at": ""}, "starts_at"),
        ({"ends_at": "2031-03-20T09:00"}, "ends_at"),
        ({"starts_at": "2041-03-18T10:00", "ends_at": "2041-03-18T11:00"}, "starts_at"),
        ({"capacity": "-3"}, "capacity"),
        ({"rooms": ["999"]}, "rooms"),
        ({"starts_at": "yesterday"}, "starts_at"),
    ],
)
def test_an_invalid_session_is_refused_next_to_its_field(organizer, make, forum, wrong, field):
    make.room(forum)
    response = organizer.fill(f"{BASE}/sessions/new", {**OPENING, **wrong})
    assert response.status_code == 422
    summary = organizer.page.by_id("problems")
    assert any((a.get("href") or "").startswith(f"#{field}") for a in summary.iter("a")), summary
    assert db.session.scalars(select(Session)).all() == []


def test_people_who_were_chosen_are_still_chosen_after_a_refusal(organizer, make, forum):
    ada = make.person("Lovelace", "Ada", at=forum)
    response = organizer.fill(f"{BASE}/sessions/new", {**OPENING, "ends_at": "", "pick-0": ada.code, "role-0": "chair"})
    assert response.status_code == 422
    assert organizer.page.by_id("person-0").get("value") == ada.code
    assert organizer.page.by_id("name-0").get("value") == "Ada Lovelace"


def test_two_editors_do_not_overwrite_each_other(organizer, make, forum):
    session = make.session(forum, "Opening")
    path = f"{BASE}/sessions/{session.code}"
    organizer.get(path)
    stale = str(session.revision)
    assert organizer.fill(path, {"title_en": "First"}).status_code == 303
    response = organizer.fill(path, {"title_en": "Second", "revision": stale})
    assert response.status_code == 422
    assert "Second" in response.get_data(as_text=True)
    db.session.refresh(session)
    assert session.title["en"] == "First"


def test_a_room_used_twice_and_a_person_in_two_rooms_are_reported(organizer, make, forum):
    room, ada = make.room(forum, "Main hall"), make.person("Lovelace", "Ada", at=forum)
    make.session(forum, "Opening", rooms=[room], people=[ada])
    organizer.fill(
        f"{BASE}/sessions/new",
        {**OPENING, "title_en": "Panel", "rooms": [str(room.id)], "pick-0": ada.code},
        follow=True,
    )
    text = organizer.page.text(organizer.page.one("main"))
    assert "Error: Main hall is double-booked: “Opening” (Tue 18 March, 10:00 – 11:00) and “Panel”" in text
    assert "Error: Ada Lovelace is double-booked: “Opening”" in text


def test_a_cancelled_session_keeps_its_page(organizer, client, make, forum):
    session = make.session(forum, "Opening")
    assert organizer.fill(f"{BASE}/sessions/{session.code}", action="/cancel").status_code == 303
    make.release(forum)
    client.get(f"/events/forum/sessions/{session.code}")
    text = client.page.text(client.page.one("main"))
    assert "This session is cancelled." in text
    assert "Add this session to calendar" not in text, (
        "nobody plans for it any more; who has it in a calendar is told there"
    )


def test_a_session_is_saved_and_marked_ready_in_one_step(organizer, make, forum):
    """Who did it is kept, for an editor who has it open; and it counts as one change."""
    session = make.session(forum, "Opening", status=SessionStatus.DRAFT)
    before = session.revision
    organizer.fill(f"{BASE}/sessions/{session.code}", {"state": "published"})
    assert the_one().status is SessionStatus.PUBLISHED
    assert (the_one().revision, the_one().saved_by) == (before + 1, "Aoi")
    organizer.fill(f"{BASE}/sessions/{session.code}", {"title_en": "Closing", "state": "draft"})
    assert (the_one().revision, the_one().status) == (before + 2, SessionStatus.DRAFT)


def test_a_draft_is_nowhere_in_public(client, make, forum):
    session = make.session(forum, "Secret plan", status=SessionStatus.DRAFT, people=[make.person("Hidden", "Person")])
    assert client.get(f"/events/forum/sessions/{session.code}").status_code == 404
    assert client.get(f"/events/forum/sessions/{session.code}.ics").status_code == 404
    for path in ("/events/forum", "/events/forum/programme", "/events/forum/speakers", "/events/forum/calendar.ics"):
        text = client.get(path).get_data(as_text=True)
        assert "Secret plan" not in text, path
        assert "Hidden" not in text, path


def test_a_draft_can_be_deleted_but_what_was_public_can_not(organizer, make, forum):
    draft = make.session(forum, "Draft", status=SessionStatus.DRAFT)
    assert organizer.fill(f"{BASE}/sessions/{draft.code}/delete").status_code == 303
    public = make.session(forum, "Public")
    organizer.get(f"{BASE}/sessions/{public.code}")
    token = next(node.get("value") for node in organizer.page.all("input") if node.get("name") == "csrf_token")
    response = organizer.post(f"{BASE}/sessions/{public.code}/delete", data={"csrf_token": token})
    assert response.status_code == 422


def test_a_speaker_is_added_with_a_position_of_the_time(organizer, make, forum):
    organizer.fill(
        "/manage/events/forum/speakers/new",
        {
            "family_en": "Ito",
            "family_ja": "伊藤",
            "order": "family_first",
            "position_en": "Special Advisor",
            "new_organization_en": "Yonezawa City",
            "held_until": "2030-03-31",
        },
    )
    person = db.session.scalars(select(Person)).one()
    position, former = person.position_on(forum.first_day)
    assert former
    assert position.organization.names == {"en": "Yonezawa City"}


def test_a_speaker_needs_a_name(organizer, forum):
    assert organizer.fill("/manage/events/forum/speakers/new", {"position_en": "Mayor"}).status_code == 422


def test_rooms_and_tracks_are_made_changed_and_removed(organizer, make, forum):
    organizer.fill(f"{BASE}/rooms/new", {"name_en": "Main hall", "capacity": "80"})
    organizer.fill(f"{BASE}/tracks/new", {"name_en": "Rivers", "colour": "2"})
    (room,), (track,) = queries.rooms(forum), queries.tracks(forum)
    session = make.session(forum, rooms=[room], track=track)
    organizer.fill(f"{BASE}/rooms/{room.slug}", {"name_en": "Great hall"})
    db.session.refresh(room)
    assert room.name["en"] == "Great hall"
    organizer.fill(f"{BASE}/rooms/{room.slug}", action="/remove")
    organizer.fill(f"{BASE}/tracks/{track.slug}", action="/remove")
    db.session.refresh(session)
    assert session.rooms == []
    assert session.track is None


def test_issues_of_other_sessions_are_not_shown_when_one_is_saved(organizer, make, forum):
    room = make.room(forum, "Main hall")
    make.session(forum, "Opening", rooms=[room])
    make.session(forum, "Panel", rooms=[room])
    organizer.fill(f"{BASE}/sessions/new", {**OPENING, "title_en": "Tour"}, follow=True)
    assert "is double-booked:" not in organizer.page.text(organizer.page.one("main"))


def test_a_conflict_with_another_teams_event_reveals_only_what_is_public(organizer, make, forum):
    ada = make.person("Lovelace", "Ada", at=forum)
    secret = make.event("secret", title="Secret summit", status=EventStatus.DRAFT, owner=make.user())
    make.session(secret, "Secret treaty", people=[ada])
    open_one = make.event("open", title="Open forum", owner=make.user())
    make.session(open_one, "Open lecture", people=[ada])
    organizer.fill(f"{BASE}/sessions/new", {**OPENING, "pick-0": ada.code})
    organizer.get(BASE)
    text = organizer.page.text(organizer.page.one("main"))
    assert "Secret" not in text
    assert "Ada Lovelace is double-booked" in text
    assert "and “Open forum” at the same time" in text


def test_the_check_lists_what_is_wrong_and_leads_there(organizer, make, forum):
    room, ada = make.room(forum, "Main hall"), make.person("Lovelace", "Ada", at=forum)
    first = make.session(forum, "Opening", rooms=[room], people=[ada])
    make.session(forum, "Panel", rooms=[room], people=[ada], status=SessionStatus.DRAFT)
    organizer.get(f"{BASE}/check")
    text = organizer.page.text(organizer.page.one("main"))
    assert "Main hall is double-booked: “Opening”" in text
    assert "Ada Lovelace is double-booked" in text
    assert any((a.get("href") or "").endswith(f"/sessions/{first.code}") for a in organizer.page.all("a"))


def test_the_check_knows_public_parts_at_other_events_and_reveals_no_drafts(organizer, make, forum):
    ada = make.person("Lovelace", "Ada", at=forum)
    make.session(forum, "Opening", people=[ada])
    other = make.event("other", title="Forum of lakes", owner=make.user())
    make.session(other, "Secret", people=[ada], status=SessionStatus.DRAFT)
    organizer.get(f"{BASE}/check")
    assert "No issues found" in organizer.page.text(organizer.page.one("main"))
    make.session(other, "Talk", people=[ada])
    organizer.get(f"{BASE}/check")
    assert "and “Forum of lakes” at the same time" in organizer.page.text(organizer.page.one("main"))


def test_the_check_at_a_terminal_ends_with_an_error_where_there_is_one(app, make, forum):
    run = app.test_cli_runner().invoke
    assert run(args=["programme", "check", "forum"]).exit_code == 0
    room = make.room(forum, "Main hall")
    make.session(forum, "A", rooms=[room])
    make.session(forum, "B", rooms=[room])
    result = run(args=["programme", "check", "forum"])
    assert result.exit_code == 1
    assert "Error: Main hall is double-booked" in result.output
    assert run(args=["programme", "check", "nowhere"]).exit_code == 1


def test_the_check_knows_in_which_languages_people_are_registered(organizer, make, forum):
    make.session(forum, "Opening", spoken=["en"], interpreted=["ja"])
    make.registration(forum, make.option(forum), language="de")
    organizer.get(f"{BASE}/check")
    text = organizer.page.text(organizer.page.one("main"))
    assert "not interpreted into German, the language of 1 registered person" in text


@pytest.mark.slow
def test_what_a_session_says_besides_is_kept_and_refused_where_it_leads_nowhere(organizer, make, forum):
    more = {
        "subtitle_en": "With a view",
        "minutes": "45",
        "do_not_record": "y",
        "join_url": "https://meet.example.org/a",
        "link-title-0": "Slides",
        "link-url-0": "https://example.org/slides",
        "link-url-1": "https://example.org/paper",
    }
    assert organizer.fill(f"{BASE}/sessions/new", {**OPENING, **more}).status_code == 303
    session = the_one()
    assert (session.subtitle["en"], session.minutes, session.do_not_record) == ("With a view", 45, True)
    assert session.join_url == "https://meet.example.org/a"
    assert session.links == [
        {"title": "Slides", "url": "https://example.org/slides"},
        {"title": "https://example.org/paper", "url": "https://example.org/paper"},
    ]
    path = f"{BASE}/sessions/{session.code}"
    for wrong in (
        {"join_url": "javascript:alert(1)"},
        {"join_url": "meet.example.org"},
        {"link-url-0": "javascript:alert(1)"},
        {"link-url-0": "https://"},
        {"link-url-0": "", "link-title-0": "Slides"},
        {"minutes": "-45"},
        {"minutes": "1441"},
        {"link-url-0": "https://example.org/" + "a" * 500},
    ):
        assert organizer.fill(path, wrong).status_code == 422, wrong
    organizer.fill(path, {"link-url-0": None, "link-title-0": None, "do_not_record": None})
    db.session.refresh(session)
    assert [link["title"] for link in session.links] == ["https://example.org/paper"]
    assert not session.do_not_record


@pytest.mark.slow
def test_a_second_editor_reads_what_changed_and_keeps_what_both_have_done(organizer, make, forum):
    ada, room = make.person("Lovelace", "Ada", at=forum), make.room(forum, "Main hall")
    session = make.session(forum, "Opening")
    path = f"{BASE}/sessions/{session.code}"
    organizer.get(path)
    old = {
        node.get("name"): node.get("value")
        for node in organizer.page.all("input")
        if node.get("name") in {"revision", "seen"}
    }
    organizer.fill(
        path,
        {
            "title_en": "Theirs",
            "rooms": [str(room.id)],
            "capacity": "80",
            "pick-0": ada.code,
            "link-url-0": "https://example.org/a",
        },
    )
    mine = {
        "title_en": "Mine",
        "abstract_en": "Two\r\nlines",
        "rooms": None,
        "capacity": "",
        "name-0": "",
        "link-url-0": "",
        "link-title-0": "",
        **old,
    }
    assert organizer.fill(path, mine).status_code == 422
    said = organizer.page.text(organizer.page.by_id("problems"))
    assert "Aoi changed “" in said
    assert "It is now: Tue 18 March, 10:00 – 11:00, Main hall." in said
    assert "Their changes are now in the form: Rooms, Seats, People, and Links." in said
    assert "You both changed these fields; we kept your version: Title." in said
    assert organizer.page.by_id("title-en").get("value") == "Mine"
    assert organizer.page.by_id("capacity").get("value") == "80"
    sent = {node.get("name"): node.get("value") for node in organizer.page.all("input") if node.get("name")}
    assert sent["link-url-0"] == "https://example.org/a"
    again = {
        **mine,
        "revision": sent["revision"],
        "seen": sent["seen"],
        "capacity": "80",
        "rooms": [str(room.id)],
        "pick-0": ada.code,
        "link-url-0": sent["link-url-0"],
    }
    assert organizer.fill(path, again).status_code == 303, "saved again, it is meant"
    db.session.refresh(session)
    assert (session.title["en"], session.capacity) == ("Mine", 80)
    assert [part.person_id for part in session.participations] == [ada.id]

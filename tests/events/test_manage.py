"""Creating and changing events at the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from eventapp.core.clock import now
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Organization
from eventapp.events import queries
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Visibility
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due

NEW = {
    "title_en": "Forum of rivers",
    "title_ja": "川のフォーラム",
    "kind": "forum",
    "format": "in_person",
    "starts_at": "2031-03-18T09:30",
    "ends_at": "2031-03-19T17:00",
    "zone": "Europe/Berlin",
}


def test_an_event_begins_as_a_draft_that_only_its_team_sees(organizer, client):
    response = organizer.fill("/manage/events/new", NEW)
    assert response.location == "/manage/events/forum-of-rivers/start/venue"
    event = db.session.scalars(select(Event)).one()
    assert event.status is EventStatus.DRAFT
    assert event.starts_at == datetime(2031, 3, 18, 8, 30, tzinfo=UTC)
    assert (event.country_code, event.working_languages) == ("JP", ["en", "ja"])
    assert client.get("/events/forum-of-rivers").status_code == 404
    assert organizer.get("/events/forum-of-rivers").status_code == 200
    assert "Preview: only your team" in organizer.page.text(organizer.page.one("body"))


def test_the_texts_of_an_event_are_edited_apart_and_keep_the_rest(organizer, make):
    event = make.event("forum", purpose=LocalizedText(en="To meet"), contact_email="forum@example.org")
    before = event.starts_at
    for section, typed in (
        ("texts", {"themes_en": "Water\nFloods", "themes_ja": "水"}),
        ("languages", {"working_languages": ["ja"], "other_languages": "mn"}),
        ("online", {"join_url": "https://meet.example.org/1"}),
        ("visibility", {"visibility": "unlisted"}),
        ("", {"title_en": "Forum of rivers"}),
    ):
        path = f"/manage/events/forum/edit/{section}".rstrip("/")
        assert organizer.fill(path, typed).status_code == 303, section
    db.session.refresh(event)
    assert [theme.title for theme in queries.themes(event)] == [{"en": "Water", "ja": "水"}, {"en": "Floods"}]
    assert (event.purpose, event.contact_email) == ({"en": "To meet"}, "forum@example.org")
    assert (event.working_languages, event.join_url) == (["ja", "mn"], "https://meet.example.org/1")
    assert (event.visibility.value, event.title["en"], event.starts_at) == ("unlisted", "Forum of rivers", before)


@pytest.mark.parametrize(
    ("section", "wrong", "field"),
    [
        ("", {"slug": "Not A Slug"}, "slug"),
        ("", {"slug": "new"}, "slug"),
        ("", {"slug": ""}, "slug"),
        ("/languages", {"other_languages": "klingon!"}, "other_languages"),
        ("/online", {"join_url": "no address"}, "join_url"),
    ],
)
def test_an_invalid_change_is_refused_next_to_its_field(organizer, make, section, wrong, field):
    make.event("forum")
    assert organizer.fill(f"/manage/events/forum/edit{section}", wrong).status_code == 422
    summary = organizer.page.by_id("problems")
    assert any((a.get("href") or "").startswith(f"#{field}") for a in summary.iter("a"))
    (event,) = db.session.scalars(select(Event)).all()
    assert (event.slug, event.join_url) == ("forum", "")


def test_the_same_title_twice_makes_two_addresses(organizer):
    places = [organizer.fill("/manage/events/new", NEW).location for _ in range(3)]
    assert [place.split("/")[3] for place in places] == ["forum-of-rivers", "forum-of-rivers-2", "forum-of-rivers-3"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title_en": "", "title_ja": ""}, "title"),
        ({"zone": "JST"}, "zone"),
        ({"ends_at": "2031-03-17T09:00"}, "ends_at"),
        ({"starts_at": ""}, "starts_at"),
        ({"starts_at": "2031-03-30T02:30", "ends_at": "2031-03-30T09:00"}, "starts_at"),
        ({"kind": "party"}, "kind"),
    ],
)
def test_an_invalid_event_is_refused_next_to_its_field(organizer, wrong, field):
    response = organizer.fill("/manage/events/new", {**NEW, **wrong})
    assert response.status_code == 422
    summary = organizer.page.by_id("problems")
    assert any((a.get("href") or "").startswith(f"#{field}") for a in summary.iter("a"))
    if wrong != {"title_en": "", "title_ja": ""}:
        assert "川のフォーラム" in response.get_data(as_text=True)
    assert db.session.scalars(select(Event)).all() == []


def test_publishing_shows_it_to_everybody(organizer, client):
    organizer.fill("/manage/events/new", NEW)
    organizer.fill("/manage/events/forum-of-rivers/start/venue", {"name_en": "City Hall"})
    assert organizer.fill("/manage/events/forum-of-rivers", action="/publish").status_code == 303
    assert client.get("/events/forum-of-rivers?lang=ja").status_code == 200
    assert "川のフォーラム" in client.page.text(client.page.one("h1"))


def test_a_new_slug_leaves_the_old_one_redirecting(organizer, client, make):
    event = make.event("old")
    session = make.session(event, people=[make.person()])
    organizer.fill("/manage/events/old/edit", {"slug": "newer"})
    for path in ("", "/programme", f"/sessions/{session.code}", "/speakers", "/register"):
        response = client.get(f"/events/old{path}")
        assert response.status_code == 301, path
        assert response.location == f"/events/newer{path}"
    assert client.get("/events/old/calendar.ics").status_code == 200


@pytest.mark.slow
def test_a_former_slug_is_not_given_to_another_event(organizer, make):
    make.event("old")
    organizer.fill("/manage/events/old/edit", {"slug": "new-address"})
    assert organizer.fill("/manage/events/new", {**NEW, "title_en": "Old"}).location.endswith("/old-2/start/venue")
    assert organizer.fill("/manage/events/old-2/edit", {"slug": "old"}).status_code == 422
    assert organizer.fill("/manage/events/new-address/edit", {"slug": "old"}).status_code == 303


def test_editing_keeps_what_was_not_touched(organizer, make):
    event = make.event(
        "forum", title=LocalizedText(en="Forum", ja="フォーラム", bn="ফোরাম"), working_languages=["en", "bn"]
    )
    assert organizer.fill("/manage/events/forum/edit", {"title_en": "Forum of cities"}).status_code == 303
    db.session.refresh(event)
    assert event.title == {"en": "Forum of cities", "ja": "フォーラム", "bn": "ফোরাম"}
    assert event.sequence == 1  # from publishing; a new title does not move the calendar entry


def test_a_title_is_asked_for_in_each_working_language(organizer, make):
    make.event("forum", title=LocalizedText(en="Forum"), working_languages=["en", "fr"])
    organizer.get("/manage/events/forum/edit")
    assert organizer.page.by_id("title-fr").get("lang") == "fr"
    assert organizer.fill("/manage/events/forum/edit", {"title_fr": "Forum des villes"}).status_code == 303


def test_the_language_of_the_sessions_is_asked_once(organizer, make):
    event = make.event("forum")
    assert organizer.fill("/manage/events/forum/edit/languages", {"spoken": ["ja"]}).status_code == 303
    db.session.refresh(event)
    assert event.spoken == ["ja"]
    organizer.get("/manage/events/forum/programme/sessions/new")
    text = organizer.page.text(organizer.page.one("main"))
    assert "Choose none for the language of the event: Japanese." in text


def test_a_change_of_time_raises_the_sequence(organizer, make):
    event = make.event("forum")
    before = event.sequence
    organizer.fill("/manage/events/forum/edit", {"ends_at": "2031-03-18T20:00"})
    db.session.refresh(event)
    assert event.sequence == before + 1


def test_cancelling_says_so_everywhere_and_writes_to_everybody(organizer, client, make):
    event = make.event("forum")
    session = make.session(event, people=[make.person()])
    option = make.option(event)
    make.registration(event, option, "ada@example.org")
    make.registration(event, option, "bo@example.org", language="ja")
    response = organizer.fill(
        "/manage/events/forum/cancel", {"note_en": "The hall is flooded.", "note_ja": "会場が浸水しました。"}
    )
    assert response.status_code == 303
    for path in ("/events/forum", f"/events/forum/sessions/{session.code}"):
        client.get(path)
        assert "cancelled" in client.page.text(client.page.one("main")).lower()
    assert b"STATUS:CANCELLED" in client.get("/events/forum/calendar.ics").data
    assert send_due() == 2
    emails = db.session.scalars(select(Email).where(Email.kind == "event.cancelled")).all()
    assert {email.to for email in emails} == {"ada@example.org", "bo@example.org"}
    japanese = next(email for email in emails if email.language == "ja")
    assert "会場が浸水しました。" in japanese.text


def test_a_postponed_event_keeps_its_registrations_and_can_be_published_again(organizer, client, make):
    event = make.event("forum")
    make.registration(event, make.option(event))
    organizer.fill("/manage/events/forum/postpone", {"note_en": "A new date follows."})
    client.get("/events/forum")
    assert "postponed" in client.page.text(client.page.one("main"))
    organizer.fill("/manage/events/forum", action="/publish")
    db.session.refresh(event)
    assert event.status is EventStatus.PUBLISHED


def test_a_cancelled_event_is_not_cancelled_again(organizer, make):
    make.event("forum", status=EventStatus.CANCELLED)
    response = organizer.fill("/manage/events/forum/cancel", {})
    assert response.status_code == 422


def test_venues_and_hosts_are_added_and_removed(organizer, client, make):
    event = make.event("forum")
    organizer.fill("/manage/events/forum/sites/new", {"name_en": "City hall", "address_en": "1 Main Street"})
    organizer.fill("/manage/events/forum/hosts/new", {"name_en": "Naruto City", "name_ja": "鳴門市"})
    client.get("/events/forum")
    text = client.page.text(client.page.one("main"))
    assert "City hall" in text
    assert "Naruto City" in text
    (there,) = queries.hosts(event)
    organizer.get(f"/manage/events/forum/hosts/{there.id}/remove")
    assert "Remove “Naruto City”?" in organizer.page.text(organizer.page.one("h1"))
    organizer.fill(f"/manage/events/forum/hosts/{there.id}/remove")
    organizer.get("/manage/events/forum/places")
    assert "Naruto City" not in organizer.page.text(organizer.page.one("main"))


def test_the_same_host_under_another_name_is_the_same_organization(organizer, make):
    make.event("one")
    make.event("two")
    organizer.fill("/manage/events/one/hosts/new", {"name_en": "Naruto City", "name_ja": "鳴門市"})
    organizer.fill("/manage/events/two/hosts/new", {"name_ja": "鳴門市"})
    assert len(db.session.scalars(select(Organization)).all()) == 1


def test_the_page_of_an_event_forgets_its_last_host_at_once(organizer, client, make):
    event = make.event("forum")
    organizer.fill("/manage/events/forum/hosts/new", {"name_en": "Naruto City"})
    assert "Naruto City" in client.get("/events/forum").get_data(as_text=True)
    (host,) = queries.hosts(event)
    organizer.fill(f"/manage/events/forum/hosts/{host.id}/remove")
    assert "Naruto City" not in client.get("/events/forum").get_data(as_text=True)


def test_two_owners_do_not_overwrite_each_other(organizer, make):
    event = make.event("forum")
    organizer.get("/manage/events/forum/edit")
    stale = next(node.get("value") for node in organizer.page.all("input") if node.get("name") == "edit_token")
    assert organizer.fill("/manage/events/forum/edit", {"title_en": "First"}).status_code == 303
    response = organizer.fill("/manage/events/forum/edit", {"title_en": "Second", "edit_token": stale})
    assert response.status_code == 422
    assert "Second" in response.get_data(as_text=True)
    db.session.refresh(event)
    assert event.title["en"] == "First"


def test_the_desk_of_a_former_slug_redirects(organizer, client, make):
    make.event("old")
    organizer.fill("/manage/events/old/edit", {"slug": "present"})
    response = organizer.get("/manage/events/old/registrations")
    assert (response.status_code, response.location) == (301, "/manage/events/present/registrations")


@pytest.mark.parametrize("hidden", [{"status": EventStatus.DRAFT}, {"visibility": Visibility.PRIVATE}])
def test_the_former_slug_of_a_hidden_event_tells_a_stranger_nothing(app, client, organizer, make, hidden):
    make.event("old", **hidden)
    organizer.fill("/manage/events/old/edit", {"slug": "secret-merger"})
    other = app.test_client()
    other.sign_in(make.user())
    pages = ["", "/programme", "/register", "/register/link", "/propose", "/counts", "/sessions/KNOWN"]
    for path in [*(f"/events/old{one}" for one in pages), "/manage/events/old"]:
        assert "secret" not in client.get(path).headers.get("Location", ""), path
        assert other.get(path).status_code == 404, path
    assert client.post("/events/old/register").status_code == 404
    for path in ("/events/{}", "/events/{}/register", "/manage/events/{}"):
        assert organizer.get(path.format("old")).location == path.format("secret-merger"), "the team is led on"


def test_an_event_without_anything_says_what_is_missing(client, make):
    make.event("bare")
    client.get("/events/bare")
    text = client.page.text(client.page.one("main"))
    assert "The programme will be published here" in text
    assert "not open yet" in text


def test_a_past_event_offers_no_subscription(client, make):

    make.event("past", starts_at=now() - timedelta(days=9))
    html = client.get("/events/past").get_data(as_text=True)
    assert "webcal:" not in html
    assert "Download calendar file (.ics)" in html


def test_hosts_are_added_and_removed_one_by_one(organizer, make):
    """Adding a second host used to be a database error, as was removing one of several."""
    event = make.event("forum")
    for name in ("Naruto City", "Narayanganj City", "Matsudo City"):
        assert organizer.fill("/manage/events/forum/hosts/new", {"name_en": name}).status_code == 303
    first, second, third = queries.hosts(event)
    rows = {host.organization_id: host.id for host in (first, second, third)}
    assert organizer.fill(f"/manage/events/forum/hosts/{second.id}/remove").status_code == 303
    db.session.rollback()
    left = queries.hosts(event)
    assert [host.organization.names["en"] for host in left] == ["Naruto City", "Matsudo City"]
    assert all(rows[host.organization_id] == host.id for host in left), "who stays is the same row"
    again = {"name_en": "Naruto City", "role": "supporter"}
    assert organizer.fill("/manage/events/forum/hosts/new", again).status_code == 303
    db.session.rollback()
    assert [(host.organization.names["en"], host.role.value) for host in queries.hosts(event)] == [
        ("Matsudo City", "host"),
        ("Naruto City", "supporter"),
    ]

"""The public pages of the programme: what was released, and nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus, Precision
from eventapp.programme import operations
from eventapp.programme.rules import SessionStatus
from tests.support.make import START

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def forum(make):
    return make.event("forum")


def change(session, **values) -> None:
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
        operations.save_session(row.event, row, **{**given, **values})


def status(session, wanted: SessionStatus) -> None:
    with transaction():
        operations.set_status(db.session.get(type(session), session.id), wanted)


def main(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return client.page.text(client.page.one("main"))


# Everything that shows the programme to the public; add new pages here.
FACES = (
    "/events/forum",
    "/events/forum/programme",
    "/events/forum/programme/1",
    "/events/forum/speakers",
    "/events/forum/changes",
    "/events/forum/changes.atom",
    "/events/forum/calendar.ics",
    "/events/forum/calendar.jcal",
    "/events/forum/schedule.xml",
    "/events/forum/schedule.json",
)


def everywhere(client, session, person) -> str:
    """Everything that the public can read of the event."""
    paths = (
        *FACES,
        f"/events/forum/sessions/{session.code}",
        f"/events/forum/sessions/{session.code}.ics",
        f"/events/forum/speakers/{person.code}",
    )
    return "\n".join(client.get(path).get_data(as_text=True) for path in paths)


@pytest.mark.slow
def test_no_face_shows_what_is_not_released(client, make, forum):
    ada, bo = make.person("Lovelace", "Ada"), make.person("Secretperson", "Bo")
    room, other = make.room(forum, "Main hall"), make.room(forum, "Secretroom")
    session = make.session(forum, "Opening", people=[ada], rooms=[room])
    change(
        session,
        title=LocalizedText(en="Secrettitle"),
        abstract=LocalizedText(en="Secretabstract"),
        rooms=[other],
        parts=[operations.ParticipationInput(bo)],
        starts_at=forum.starts_at + timedelta(minutes=7),
        join_url="https://example.org/Secretlink",
        track=make.track(forum, "Secrettrack"),
    )
    draft = make.session(forum, "Secretdraft", people=[bo], status=SessionStatus.DRAFT)
    before = everywhere(client, session, ada) + everywhere(client, draft, bo)
    assert "Opening" in before
    assert "Secret" not in before
    assert "10:07" not in before
    make.release(forum)
    after = everywhere(client, session, ada) + everywhere(client, draft, bo)
    for word in ("Secrettitle", "Secretabstract", "Secretroom", "Secretperson", "Secrettrack", "10:07"):
        assert word in after, word
    assert "Secretdraft" not in after
    assert "Secretlink" not in after, "a link to join is for those who take part"


@pytest.mark.parametrize("path", FACES)
def test_a_draft_event_shows_nothing_to_strangers(client, make, path):
    event = make.event("forum", status=EventStatus.DRAFT)
    make.session(event)
    client.looks = False
    assert client.get(path).status_code == 404


def test_an_older_version_says_that_it_is_out_of_date(client, make, forum):
    session = make.session(forum, "Opening")
    change(session, title=LocalizedText(en="Welcome"))
    make.release(forum)
    old = main(client, "/events/forum/programme/1")
    assert "Opening" in old
    assert "It is out of date" in old
    assert any(node.get("content") == "noindex" for node in client.page.all("meta"))
    present = main(client, "/events/forum/programme")
    assert "Welcome" in present
    assert "Version 2" in present
    assert client.get("/events/forum/programme/3").status_code == 404
    assert client.get("/events/forum/programme/999999999999999999999").status_code == 404


def test_the_changelog_shows_old_and_new_values(client, make, forum):
    session, other = make.session(forum, "Opening"), make.session(forum, "Closing")
    change(session, starts_at=forum.starts_at + timedelta(minutes=30))
    status(other, SessionStatus.CANCELLED)
    make.release(forum, note=LocalizedText(en="The *mayor* comes later."))
    text = main(client, "/events/forum/changes")
    assert "Version 3" in text
    assert "The mayor comes later." in text
    assert "Cancelled 1 Closing Tue 18 March, 10:00 – 11:00" in text
    assert "Rescheduled 1 Opening Tue 18 March, 10:00 – 11:00 → 10:30 – 11:00" in text
    assert "First version of the programme." in text


def test_the_changes_come_as_an_atom_feed_with_ids_for_life(client, make, forum):
    session = make.session(forum, "Opening & <welcome>")
    change(session, title=LocalizedText(en="Welcome"))
    make.release(forum)
    response = client.get("/events/forum/changes.atom")
    assert response.mimetype == "application/atom+xml"
    feed = ET.fromstring(response.data)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Version 2", "Version 1"]
    assert "previously “Opening & <welcome>”" in entries[0].findtext(f"{ATOM}content")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 2
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    make.session(forum, "Third")
    again = ET.fromstring(client.get("/events/forum/changes.atom").data)
    assert [entry.findtext(f"{ATOM}id") for entry in again.findall(f"{ATOM}entry")][1:] == ids
    etag = client.get("/events/forum/changes.atom").headers["ETag"]
    assert client.get("/events/forum/changes.atom", headers={"If-None-Match": etag}).status_code == 304


def test_a_removed_session_keeps_its_page_and_its_calendar_entry(client, make, forum):
    session = make.session(forum, "Opening")
    make.session(forum, "Other")
    status(session, SessionStatus.DRAFT)
    make.release(forum)
    assert "has been removed from the programme" in main(client, f"/events/forum/sessions/{session.code}")
    assert "Opening" not in main(client, "/events/forum/programme")
    ics = client.get("/events/forum/calendar.ics").get_data(as_text=True)
    assert "SUMMARY;LANGUAGE=en:Cancelled: Opening" in ics


def test_an_event_without_a_release_says_that_the_programme_follows(client, make, forum):
    make.session(forum, "Opening", release=False)
    assert "has not been published yet" in main(client, "/events/forum/programme")
    assert "has not been published yet" in main(client, "/events/forum/changes")


def test_what_begins_after_midnight_belongs_to_its_evening(client, make):
    event = make.event("forum", day_starts=360, ends_at=make_end())
    make.session(event, "Concert", starts_at=event.starts_at + timedelta(hours=15, minutes=30))  # 01:30 in Tokyo
    make.session(event, "Dinner", starts_at=event.starts_at + timedelta(hours=9))
    main(client, "/events/forum/programme")
    (day,) = [node for node in client.page.all("section") if (node.get("class") or "") == "day"]
    assert day.get("id") == "d2031-03-18"


def make_end():
    return START + timedelta(days=2)


def test_each_page_of_the_programme_says_that_the_event_is_postponed(client, make, forum):
    ada = make.person("Lovelace", "Ada")
    session = make.session(forum, "Opening", people=[ada])
    with transaction():
        lifecycle.postpone_event(db.session.merge(forum), note=LocalizedText(en="A storm."))
    for page in ("programme", f"sessions/{session.code}", f"speakers/{ada.code}"):
        assert client.get(f"/events/forum/{page}").status_code == 200
        assert "This event is postponed. The new date has not been set yet. A storm." in client.page.text(
            client.page.one("main")
        )


def test_the_days_of_an_event_known_by_its_month_are_distinguished(client, make):
    event = make.event("forum", precision=Precision.MONTH, ends_at=START + timedelta(days=1, hours=8))

    def days() -> list[str]:
        client.get("/events/forum/programme")
        return [text for one in client.page.all("h2") if (text := client.page.text(one)).startswith("March 2031")]

    make.session(event, "Opening")
    assert days() == ["March 2031"]
    make.session(event, "Closing", starts_at=START + timedelta(days=1))
    assert days() == ["March 2031 · Day 1", "March 2031 · Day 2"]

"""An agenda as a calendar that a participant subscribes to."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
import time_machine

from eventapp.agenda.models import Agenda, Star
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.programme import operations
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.proposals import speakers
from eventapp.registration import edits
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from tests.agenda.test_views import begin, main
from tests.support import ical_lint as lint
from tests.support.make import START
from tests.support.outbox import emails, entry


def fetch(client, address: str) -> dict[str, lint.Component]:
    response = client.get(f"{address}.ics")
    assert response.status_code == 200
    calendar = lint.check(response.data, feed=True, personal=True)
    return {lint.text(part.one("SUMMARY")): part for part in calendar.parts if part.name == "VEVENT"}


def star(client, address: str, session, *, on: bool) -> None:
    data = {"star": f"forum/{session.code}", "on": "1" if on else "0"}
    assert client.post(f"{address}/stars", data=data).status_code == 303


def test_an_empty_agenda_is_a_calendar_that_can_be_subscribed_to(client):
    assert fetch(client, begin(client)) == {}


def test_starred_sessions_of_all_events_are_in_it_with_their_own_uids(client, make, forum):
    other = make.event("other", zone="Europe/Helsinki")
    first, second = make.session(forum, "Opening"), make.session(other, "Talk")
    found = fetch(client, begin(client, f"forum/{first.code}", f"other/{second.code}"))
    assert {title: part.one("UID") for title, part in found.items()} == {"Opening": first.uid, "Talk": second.uid}


def test_a_session_that_is_no_longer_starred_is_removed_and_sequence_never_falls(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    seen = [int(fetch(client, address)["Opening"].one("SEQUENCE"))]
    star(client, address, session, on=False)
    removed = fetch(client, address)["Cancelled: Opening"]
    assert removed.one("STATUS") == "CANCELLED"
    assert removed.one("TRANSP") == "TRANSPARENT"
    seen.append(int(removed.one("SEQUENCE")))
    star(client, address, session, on=True)
    seen.append(int(fetch(client, address)["Opening"].one("SEQUENCE")))
    assert seen == sorted(set(seen)), seen
    with transaction():
        operations.set_status(db.session.get(type(session), session.id), SessionStatus.CANCELLED)
    make.release(forum)
    assert int(fetch(client, address)["Cancelled: Opening"].one("SEQUENCE")) > seen[-1]


def test_removed_sessions_are_shown_until_a_month_after_the_event(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    star(client, address, session, on=False)
    with time_machine.travel(forum.ends_at.replace(month=5, day=30), tick=False):
        assert fetch(client, address) == {}


def test_a_registration_is_in_it_tentative_while_it_waits_and_without_the_keys(client, make, forum):
    option = make.option(forum, Mode.ONLINE, capacity=1)
    first, second = make.registration(forum, option), make.registration(forum, option)
    client.fill(f"/agenda/registrations/{second.token}")
    address = f"/agenda/{db.session.query(Agenda).one().token}"
    (waiting,) = fetch(client, address).values()
    assert waiting.one("STATUS") == "TENTATIVE"
    assert "secret" not in client.get(f"{address}.ics").get_data(as_text=True)
    with transaction():
        registration.cancel(db.session.get(Registration, first.id))
    (certain,) = fetch(client, address).values()
    assert certain.one("STATUS") == "CONFIRMED"
    assert certain.one("UID") == second.uid
    assert int(certain.one("SEQUENCE")) > int(waiting.one("SEQUENCE"))
    whole = client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")
    page = client.get(address).get_data(as_text=True)
    assert "Confirmed" in main(client)
    for key in ("https://meet.example.org/secret", second.token):
        assert key not in whole, "an agenda is shown to friends, and this is for its owner alone"
        assert key not in page
    assert "https://meet.example.org/secret" not in client.get("/events/forum/calendar.ics").get_data(as_text=True)


def test_the_bytes_are_the_same_until_a_change_and_304_for_clients_that_have_them(client, make, forum):
    session, other = make.session(forum, "Opening"), make.session(forum, "Panel")
    address = begin(client, f"forum/{session.code}")
    first = client.get(f"{address}.ics")
    assert client.get(f"{address}.ics").data == first.data
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{address}.ics", headers=known).status_code == 304
    assert "private" in first.headers["Cache-Control"]
    assert "Set-Cookie" not in first.headers
    star(client, address, other, on=True)
    second = client.get(f"{address}.ics", headers=known)
    assert second.status_code == 200
    assert second.headers["Last-Modified"] >= first.headers["Last-Modified"]
    with transaction():
        operations.set_status(db.session.get(type(session), session.id), SessionStatus.CANCELLED)
    make.release(forum)
    assert client.get(f"{address}.ics", headers={"If-None-Match": second.headers["ETag"]}).status_code == 200


def test_an_event_of_several_days_blocks_no_night_and_its_sessions_block_their_hours(client, make):
    event = make.event("forum", ends_at=START + timedelta(hours=31))
    session = make.session(event, "Talk")
    guest = make.registration(event, make.option(event))
    client.fill(f"/agenda/registrations/{guest.token}")
    address = f"/agenda/{db.session.query(Agenda).one().token}"
    star(client, address, session, on=True)
    found = fetch(client, address)
    assert (found["Talk"].one("TRANSP"), found["Forum of cities"].one("TRANSP")) == ("OPAQUE", "TRANSPARENT")
    (email,) = emails()
    assert entry(email).one("TRANSP") == "TRANSPARENT"


def test_a_new_link_of_ones_registration_and_one_added_late_are_changes(client, make, forum):
    """Changes that raise no SEQUENCE still change the version of the feed."""
    early, late = (make.registration(forum, make.option(forum, Mode.ONLINE)) for _ in range(2))
    client.fill(f"/agenda/registrations/{early.token}")
    address = f"/agenda/{db.session.query(Agenda).one().token}"
    start = clock.now()
    answers = [client.get(f"{address}.ics")]
    with time_machine.travel(start + timedelta(minutes=1), tick=False), transaction():
        edits.new_link(db.session.get(Registration, early.id))
    answers.append(client.get(f"{address}.ics"))
    with time_machine.travel(start + timedelta(minutes=2), tick=False):
        client.fill(f"/agenda/registrations/{late.token}")
    answers.append(client.get(f"{address}.ics"))
    for known, news in itertools.pairwise(answers):
        assert news.last_modified > known.last_modified
        for header in ({"If-None-Match": known.headers["ETag"]}, {"If-Modified-Since": known.headers["Last-Modified"]}):
            assert client.get(f"{address}.ics", headers=header).status_code == 200


def test_a_new_link_ends_the_old_one_and_a_deleted_agenda_leaves_nothing(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    moved = client.fill(address, action="/renew").location
    assert moved != address
    for path in (address, f"{address}.ics", f"{address}/stars"):
        assert client.get(path).status_code == 404
    assert list(fetch(client, moved)) == ["Opening"]
    assert client.fill(moved, action="/close").status_code == 303
    assert client.get(f"{moved}.ics").status_code == 404
    assert db.session.query(Star).count() == 0


@pytest.mark.slow
def test_the_link_to_a_session_goes_to_the_mailbox_alone(client, make, forum):
    session = make.session(forum, "Opening", join_url="https://meet.example.org/hall")
    address = begin(client, f"forum/{session.code}")
    guest = make.registration(forum, make.option(forum, Mode.ONLINE))
    present = make.registration(forum, make.option(forum))
    public = (
        "/events/forum",
        "/events/forum/programme",
        f"/events/forum/sessions/{session.code}",
        f"/events/forum/sessions/{session.code}.ics",
        "/events/forum/calendar.ics",
        f"{address}.ics",
        f"/registrations/{present.token}",
        f"/registrations/{guest.token}",
        f"/registrations/{guest.token}/calendar.ics",
        address,
    )
    client.get(address)
    client.fill(f"/agenda/registrations/{guest.token}")
    for path in public:
        assert "meet.example.org" not in client.get(path).get_data(as_text=True).replace("\r\n ", ""), path
    client.get(f"/registrations/{guest.token}")
    assert "The link is in our e-mail" in main(client)


# ---- a speaker's agenda -------------------------------------------------------------------------------------------


def test_ones_own_sessions_are_in_it_with_ones_part_and_without_the_key(client, make, forum, speaking):
    address, session, _ada = speaking
    make.session(forum, "Of others")
    (own,) = fetch(client, address).values()
    assert (own.one("UID"), own.one("STATUS")) == (session.uid, "CONFIRMED")
    text = lint.text(own.one("DESCRIPTION"))
    assert "You: Speaker" in text
    assert "/speaking/" not in text
    assert "meet.example.org/stage" not in text
    assert "/speaking/key" not in client.get(address).get_data(as_text=True)
    assert "You: Speaker" in main(client)
    assert "You are speaking at" in main(client)
    assert "Remove" not in main(client)


def test_the_link_of_who_speaks_from_elsewhere_is_not_in_it(client, make, forum, speaking):
    address, _session, _ada = speaking
    with transaction():
        db.session.query(Participation).one().mode = Mode.ONLINE
    make.release(db.session.merge(forum))
    assert b"meet.example.org" not in client.get(f"{address}.ics").data.replace(b"\r\n ", b"")
    assert b"meet.example.org/stage" not in client.get("/events/forum/calendar.ics").data


@pytest.mark.slow
def test_a_session_that_loses_or_wins_the_speaker_says_so_and_sequence_never_falls(client, make, forum, speaking):
    address, session, ada = speaking
    seen = [int(fetch(client, address)["Opening"].one("SEQUENCE"))]
    version = client.get(f"{address}.ics").headers
    for people in ([], [ada], [], [ada]):
        with transaction():
            row = db.session.get_one(Session, session.id, populate_existing=True)
            row.participations = [Participation(person=db.session.merge(person)) for person in people]
        make.release(db.session.merge(forum))
        title = "Opening" if people else "Cancelled: Opening"
        (part,) = fetch(client, address).values()
        assert lint.text(part.one("SUMMARY")) == title
        assert part.one("UID") == session.uid
        seen.append(int(part.one("SEQUENCE")))
        new = client.get(f"{address}.ics").headers
        assert new["ETag"] != version["ETag"]
        version = new
    assert seen == sorted(set(seen)), seen


@pytest.mark.slow
def test_leaving_a_cancelled_session_is_counted_too(client, make, forum, speaking):
    """The list of changes of a cancelled session says nothing about people, but SEQUENCE must rise when they leave
    it.
    """
    address, session, ada = speaking
    seen = [int(fetch(client, address)["Opening"].one("SEQUENCE"))]
    for status, people in (
        (SessionStatus.CANCELLED, []),
        (SessionStatus.PUBLISHED, [ada]),
        (SessionStatus.DRAFT, []),
        (SessionStatus.PUBLISHED, [ada]),
    ):
        with transaction():
            row = db.session.get_one(Session, session.id, populate_existing=True)
            row.participations = [Participation(person=db.session.merge(person)) for person in people]
            operations.set_status(row, status)
        make.release(db.session.merge(forum))
        (part,) = fetch(client, address).values()
        seen.append(int(part.one("SEQUENCE")))
    assert seen == sorted(set(seen)), seen


def test_a_star_and_a_part_are_one_entry(client, make, forum, speaking):
    address, session, _ada = speaking
    seen = [int(fetch(client, address)["Opening"].one("SEQUENCE"))]
    star(client, address, session, on=True)
    seen.append(int(fetch(client, address)["Opening"].one("SEQUENCE")))
    star(client, address, session, on=False)
    (part,) = fetch(client, address).values()
    assert part.one("STATUS") == "CONFIRMED", "the speaker is expected with a star and without one"
    seen.append(int(part.one("SEQUENCE")))
    assert seen == sorted(seen), seen


def test_what_was_no_longer_starred_and_is_spoken_at_comes_back_newer(client, make, forum):
    ada = make.person("Lovelace", "Ada")
    session = make.session(forum, "Opening", people=[ada])
    address = begin(client, f"forum/{session.code}")
    client.get(address)
    star(client, address, session, on=False)
    removed = fetch(client, address)["Cancelled: Opening"]
    with transaction():
        made = speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="a@b.example", language="en")
        made.token = "k"
    client.fill("/agenda/speaking/k")
    back = fetch(client, address)["Opening"]
    assert int(back.one("SEQUENCE")) > int(removed.one("SEQUENCE"))


def test_a_part_that_is_not_public_is_not_in_it(client, make, forum):
    ada = make.person("Lovelace", "Ada")
    make.session(forum, "Secret", people=[ada], release=False)
    with transaction():
        made = speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="a@b.example", language="en")
        made.token = "k"
    address = client.fill("/agenda/speaking/k").location
    assert fetch(client, address) == {}
    client.get(address)
    assert "Secret" not in main(client)

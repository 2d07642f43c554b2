"""An agenda as a calendar that a participant subscribes to."""

from __future__ import annotations

import pytest
import time_machine

from eventapp.agenda.models import Agenda, Star
from eventapp.core.db import db, transaction
from eventapp.programme import operations
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from tests.agenda.test_views import begin, main
from tests.calendars import lint


@pytest.fixture
def forum(make):
    return make.event("forum", join_url="https://meet.example.org/secret")


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


def test_a_session_that_is_no_longer_starred_is_told_as_gone_and_sequence_never_falls(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    seen = [int(fetch(client, address)["Opening"].one("SEQUENCE"))]
    star(client, address, session, on=False)
    gone = fetch(client, address)["Cancelled: Opening"]
    assert gone.one("STATUS") == "CANCELLED"
    assert gone.one("TRANSP") == "TRANSPARENT"
    seen.append(int(gone.one("SEQUENCE")))
    star(client, address, session, on=True)
    seen.append(int(fetch(client, address)["Opening"].one("SEQUENCE")))
    assert seen == sorted(set(seen)), seen
    with transaction():
        operations.set_status(db.session.get(type(session), session.id), SessionStatus.CANCELLED)
    make.release(forum)
    assert int(fetch(client, address)["Cancelled: Opening"].one("SEQUENCE")) > seen[-1]


def test_what_is_gone_is_told_until_a_month_after_the_event(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    star(client, address, session, on=False)
    with time_machine.travel(forum.ends_at.replace(month=5, day=30), tick=False):
        assert fetch(client, address) == {}


def test_a_registration_is_in_it_tentative_while_it_waits_and_with_the_link_once_it_is_certain(client, make, forum):
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
    assert "https://meet.example.org/secret" in client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")
    client.get(address)
    assert "Confirmed" in main(client)
    assert "https://meet.example.org/secret" not in client.get("/events/forum/calendar.ics").get_data(as_text=True)


def test_the_same_bytes_come_until_something_changes_and_304_for_whom_has_them(client, make, forum):
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


def test_a_new_address_ends_the_old_one_and_a_closed_agenda_leaves_nothing(client, make, forum):
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


def test_the_link_to_a_session_is_only_for_those_registered_online(client, make, forum):
    session = make.session(forum, "Opening", join_url="https://meet.example.org/hall")
    address = begin(client, f"forum/{session.code}")
    guest = make.registration(forum, make.option(forum, Mode.ONLINE))
    present = make.registration(forum, make.option(forum))
    public = ("/events/forum", "/events/forum/programme", f"/events/forum/sessions/{session.code}",
              f"/events/forum/sessions/{session.code}.ics", "/events/forum/calendar.ics", f"{address}.ics",
              f"/registrations/{present.token}")  # fmt: skip
    for path in public:
        assert "meet.example.org/hall" not in client.get(path).get_data(as_text=True), path
    assert "meet.example.org/hall" in client.get(f"/registrations/{guest.token}").get_data(as_text=True)
    client.get(address)
    client.fill(f"/agenda/registrations/{guest.token}")
    assert fetch(client, address)["Opening"].all("CONFERENCE")
    with transaction():
        db.session.get(type(session), session.id).join_url = "https://meet.example.org/studio"
    assert "meet.example.org/studio" in client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")

"""An agenda as a calendar that a participant subscribes to."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp.agenda.models import Agenda, Star
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.words import Words
from eventapp.events import operations as events
from eventapp.events.rules import Precision, Visibility
from eventapp.programme import operations, releases
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import Mode, SessionStatus
from eventapp.proposals import speakers
from eventapp.registration import operations as registration
from eventapp.registration.models import Registration
from tests.agenda.test_views import begin, main
from tests.calendars import lint
from tests.make import fresh


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


# ---- somebody who speaks -------------------------------------------------------------------------------------------


@pytest.fixture
def speaking(client, make, forum):
    """(address of the agenda, the session, who speaks): a speaker who has put their part into an agenda."""
    ada = make.person("Lovelace", "Ada")
    session = make.session(forum, "Opening", people=[ada], join_url="https://meet.example.org/stage")
    with transaction():
        link = speakers.link_for(
            db.session.merge(forum), db.session.merge(ada), email="ada@example.org", language="en", token="key"
        )
        speakers.answer(link, yes=True)
    response = client.fill("/agenda/speaking/key")
    assert response.status_code == 303
    return response.location, session, ada


def test_ones_own_sessions_are_in_it_with_ones_part_and_the_way_to_ones_page(client, make, forum, speaking):
    address, session, _ada = speaking
    make.session(forum, "Of others")
    (own,) = fetch(client, address).values()
    assert (own.one("UID"), own.one("STATUS")) == (session.uid, "CONFIRMED")
    text = lint.text(own.one("DESCRIPTION"))
    assert "You: Speaker" in text
    assert "/speaking/key?lang=en" in text
    assert "meet.example.org/stage" not in text
    client.get(address)
    assert "You: Speaker" in main(client)
    assert "You speak at" in main(client)
    assert "Remove" not in main(client)


def test_who_speaks_from_elsewhere_has_the_link_in_it(client, make, forum, speaking):
    address, _session, _ada = speaking
    with transaction():
        db.session.query(Participation).one().mode = Mode.ONLINE
    make.release(db.session.merge(forum))
    assert fetch(client, address)["Opening"].one("CONFERENCE") == "https://meet.example.org/stage"
    assert b"meet.example.org/stage" not in client.get("/events/forum/calendar.ics").data


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
    gone = fetch(client, address)["Cancelled: Opening"]
    with transaction():
        speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="a@b.example", language="en", token="k")
    client.fill("/agenda/speaking/k")
    back = fetch(client, address)["Opening"]
    assert int(back.one("SEQUENCE")) > int(gone.one("SEQUENCE"))


def test_a_part_that_is_not_public_is_not_in_it(client, make, forum):
    ada = make.person("Lovelace", "Ada")
    make.session(forum, "Secret", people=[ada], release=False)
    with transaction():
        speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="a@b.example", language="en", token="k")
    address = client.fill("/agenda/speaking/k").location
    assert fetch(client, address) == {}
    client.get(address)
    assert "Secret" not in main(client)


# ---- an event that is taken back -----------------------------------------------------------------------------------

GONE = "Cancelled: no longer announced"


def by_uid(client, address: str) -> dict[str, lint.Component]:
    """The entries by UID: the neutral ones all have the same title."""
    calendar = lint.check(client.get(f"{address}.ics").data, feed=True, personal=True)
    return {part.one("UID"): part for part in calendar.parts if part.name == "VEVENT"}


def number(client, address: str, session) -> int:
    return int(by_uid(client, address)[session.uid].one("SEQUENCE"))


def withdraw(event) -> None:
    with transaction():
        events.withdraw(fresh(event))


def publish(event) -> None:
    with transaction():
        events.publish(fresh(event))


def hide(event, visibility: Visibility = Visibility.PRIVATE) -> None:
    with transaction():
        events.edit(fresh(event), slug=event.slug, visibility=visibility)


def postpone(event, by: timedelta) -> None:
    with transaction():
        row = fresh(event)
        events.edit(row, slug=row.slug, starts_at=row.starts_at + by, ends_at=row.ends_at + by)


def cast(event, session, *people) -> None:
    """Other people in a session, in public where the event is."""
    with transaction():
        fresh(session).participations = [Participation(person=db.session.merge(person)) for person in people]
        releases.release(fresh(event))


@pytest.fixture
def secret(make):
    """An event with words that must not be read once it is taken back."""
    return make.event("forum", title="Secret forum", place=Words(en="Saitama"), join_url="https://meet.example.org/x")


@pytest.mark.parametrize("take_back", [withdraw, hide])
def test_what_was_starred_is_told_as_off_and_nothing_else_is_said(client, make, secret, take_back):
    room, ada = make.room(secret, "Hall"), make.person("Lovelace", "Ada")
    first = make.session(secret, "Opening", rooms=[room], people=[ada], track=make.track(secret, "Rivers"))
    second = make.session(secret, "Panel", abstract=Words(en="Of boats"))
    make.session(secret, "Not starred")
    address = begin(client, f"forum/{first.code}", f"forum/{second.code}")
    before = by_uid(client, address)
    take_back(secret)
    after = by_uid(client, address)
    assert after.keys() == before.keys() == {first.uid, second.uid}
    for uid, part in after.items():
        assert (lint.text(part.one("SUMMARY")), part.one("STATUS"), part.one("TRANSP")) == (
            GONE, "CANCELLED", "TRANSPARENT",
        )  # fmt: skip
        assert int(part.one("SEQUENCE")) > int(before[uid].one("SEQUENCE"))
        assert part.one("DTSTART") == before[uid].one("DTSTART")
    text = client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")
    for word in ("Secret", "Saitama", "Opening", "Panel", "boats", "Lovelace", "Hall", "Rivers", "forum", first.code):
        assert word not in text, word
    assert "公開を取りやめました" in client.get(f"{address}.ics?lang=ja").get_data(as_text=True)


def test_what_is_still_public_is_told_beside_it(client, make, secret):
    other = make.event("other")
    gone, on = make.session(secret, "Opening"), make.session(other, "Talk")
    address = begin(client, f"forum/{gone.code}", f"other/{on.code}")
    withdraw(secret)
    assert {uid: lint.text(part.one("SUMMARY")) for uid, part in by_uid(client, address).items()} == {
        gone.uid: GONE, on.uid: "Talk",
    }  # fmt: skip


def test_what_was_no_longer_starred_is_told_too_and_sequence_never_falls(client, make, secret):
    session = make.session(secret, "Opening")
    address = begin(client, f"forum/{session.code}")
    seen = [number(client, address, session)]
    for on in (False, True, False):
        star(client, address, session, on=on)
        seen.append(number(client, address, session))
    withdraw(secret)
    seen.append(number(client, address, session))
    assert lint.text(by_uid(client, address)[session.uid].one("SUMMARY")) == GONE
    publish(secret)
    assert lint.text(by_uid(client, address)[session.uid].one("SUMMARY")) == "Cancelled: Opening"
    seen.append(number(client, address, session))
    star(client, address, session, on=True)
    seen.append(number(client, address, session))
    hide(secret)
    seen.append(number(client, address, session))
    hide(secret, Visibility.UNLISTED)
    assert lint.text(by_uid(client, address)[session.uid].one("SUMMARY")) == "Opening"
    seen.append(number(client, address, session))
    assert seen == sorted(set(seen)), seen


def test_an_event_that_is_taken_back_is_told_of_until_a_month_after_it(client, make, secret):
    session = make.session(secret, "Opening")
    address = begin(client, f"forum/{session.code}")
    withdraw(secret)
    known = client.get(f"{address}.ics").headers
    last = secret.ends_at + timedelta(days=30)
    postpone(secret, timedelta(days=90))
    with time_machine.travel(last - timedelta(minutes=1), tick=False):
        assert client.get(f"{address}.ics", headers={"If-None-Match": known["ETag"]}).status_code == 304
        assert by_uid(client, address)
    with time_machine.travel(last + timedelta(minutes=1), tick=False):
        for header in ({"If-None-Match": known["ETag"]}, {"If-Modified-Since": known["Last-Modified"]}):
            assert client.get(f"{address}.ics", headers=header).status_code == 200
        assert not by_uid(client, address)


def test_a_kept_calendar_forgets_what_is_gone_when_the_month_is_over(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    star(client, address, session, on=False)
    known = client.get(f"{address}.ics").headers
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        assert client.get(f"{address}.ics", headers={"If-None-Match": known["ETag"]}).status_code == 200
        assert not by_uid(client, address)


def test_whoever_has_the_calendar_hears_of_every_turn_but_not_of_what_the_team_does(client, make, secret):
    session = make.session(secret, "Opening")
    address = begin(client, f"forum/{session.code}")
    known = client.get(f"{address}.ics")
    start = clock.now()
    for minutes, turn in ((2, withdraw), (4, publish), (6, hide)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            turn(secret)
        answers = [
            client.get(f"{address}.ics", headers=header)
            for header in (
                {"If-None-Match": known.headers["ETag"]},
                {"If-Modified-Since": known.headers["Last-Modified"]},
            )
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].last_modified > known.last_modified
        known = answers[0]
        same = {"If-None-Match": known.headers["ETag"]}
        assert client.get(f"{address}.ics", headers=same).status_code == 304
    with time_machine.travel(start + timedelta(minutes=8), tick=False):
        postpone(secret, timedelta(days=90))
        with transaction():
            fresh(session).starts_at += timedelta(minutes=10)
        make.release(db.session.merge(secret))
    again = client.get(f"{address}.ics")
    assert (again.headers["ETag"], again.headers["Last-Modified"]) == (
        known.headers["ETag"], known.headers["Last-Modified"],
    )  # fmt: skip
    client.application.extensions["calendars"].clear()
    assert client.get(f"{address}.ics").data == known.data


def test_a_part_in_it_is_told_as_off_with_a_sequence_that_never_falls(client, make, forum, speaking):
    address, session, ada = speaking
    seen = [number(client, address, session)]
    for people in ([], [ada], []):
        cast(forum, session, *people)
        seen.append(number(client, address, session))
    withdraw(forum)
    seen.append(number(client, address, session))
    (part,) = by_uid(client, address).values()
    assert (lint.text(part.one("SUMMARY")), part.one("STATUS")) == (GONE, "CANCELLED")
    text = client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")
    for word in ("Opening", "Speaker", "speaking", "Lovelace", "meet.example.org"):
        assert word not in text, word
    client.application.extensions["calendars"].clear()
    cast(forum, session, ada)
    assert number(client, address, session) == seen[-1], "what the team does meanwhile is told when it is public again"
    publish(forum)
    seen.append(number(client, address, session))
    assert lint.text(by_uid(client, address)[session.uid].one("SUMMARY")) == "Opening"
    assert seen == sorted(set(seen)), seen


def test_what_was_never_told_is_not_told_as_off(client, make, forum):
    """A session that came after the withdrawal, and a part that was put in after it."""
    ada = make.person("Lovelace", "Ada")
    told = make.session(forum, "Opening", people=[ada])
    with transaction():
        speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="a@b.example", language="en", token="k")
    starred = begin(client, f"forum/{told.code}")
    client.fill("/agenda/speaking/k")
    withdraw(forum)
    new = make.session(fresh(forum), "New", people=[ada])
    assert by_uid(client, starred).keys() == {told.uid}
    client.delete_cookie("agenda")
    late = client.fill("/agenda/speaking/k").location
    assert by_uid(client, late) == {}
    publish(forum)
    assert by_uid(client, late).keys() == by_uid(client, starred).keys() == {told.uid, new.uid}


def test_what_never_had_hours_is_not_told_as_off(client, make):
    event = make.event("forum", precision=Precision.MONTH)
    address = begin(client, f"forum/{make.session(event, 'Opening').code}")
    assert by_uid(client, address) == {}
    withdraw(event)
    assert by_uid(client, address) == {}


def test_ones_own_registration_stays_as_it_is_on_ones_own_page(client, make, secret):
    guest = make.registration(secret, make.option(secret, Mode.ONLINE))
    session = make.session(secret, "Opening")
    client.fill(f"/agenda/registrations/{guest.token}")
    address = f"/agenda/{db.session.query(Agenda).one().token}"
    star(client, address, session, on=True)
    before = by_uid(client, address)
    for turn in (withdraw, publish, hide):
        turn(secret)
        after = by_uid(client, address)
        assert after.keys() == before.keys()
        own = after[guest.uid]
        assert (lint.text(own.one("SUMMARY")), own.one("STATUS")) == ("Secret forum", "CONFIRMED")
        assert int(own.one("SEQUENCE")) > int(before[guest.uid].one("SEQUENCE"))
        before = after
    assert lint.text(after[session.uid].one("SUMMARY")) == GONE
    client.get(address)
    assert "Secret forum" in main(client)
    assert "Opening" not in main(client)
    assert "Secret forum" in client.get(f"/registrations/{guest.token}").get_data(as_text=True)
    known = {"If-None-Match": client.get(f"{address}.ics").headers["ETag"]}
    with transaction():
        events.edit(fresh(secret), slug="forum", place=Words(en="Kobe"))
    assert client.get(f"{address}.ics", headers=known).status_code == 200, "the registered are told, as on their page"


def test_the_page_and_the_stars_say_nothing_of_it(client, make, secret):
    ada = make.person("Lovelace", "Ada")
    session = make.session(secret, "Opening", people=[ada])
    address = begin(client, f"forum/{session.code}")
    with transaction():
        speakers.link_for(
            db.session.merge(secret), db.session.merge(ada), email="a@b.example", language="en", token="key"
        )
    client.get(address)
    client.fill("/agenda/speaking/key")
    withdraw(secret)
    client.get(address)
    assert "Your agenda is empty" in main(client)
    for path in (address, f"{address}/stars"):
        text = client.get(path).get_data(as_text=True)
        for word in ("Secret forum", "Opening", f"forum/{session.code}"):
            assert word not in text, (path, word)


def test_many_events_that_are_taken_back_ask_as_often_as_one(client, make, queries):
    asked = []
    for several in (1, 4):
        found = [make.event(f"e{several}-{n}") for n in range(several)]
        stars = [f"{event.slug}/{make.session(event).code}" for event in found for _ in range(several)]
        address = begin(client, *stars)
        client.get(f"{address}.ics")
        for event in found:
            withdraw(event)
        with queries() as counted:
            shown = by_uid(client, address)
        assert len(shown) == several**2
        asked.append(len(counted))
    assert asked[0] == asked[1], asked

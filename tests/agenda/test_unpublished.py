"""The agenda of an unpublished event: its entries are cancelled, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventapp import lifecycle
from eventapp.agenda.models import Agenda
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import Precision, Visibility
from eventapp.programme import releases
from eventapp.programme.models import Participation
from eventapp.programme.rules import Mode
from eventapp.proposals import speakers
from tests.agenda.test_calendar import star
from tests.agenda.test_views import begin, main
from tests.support import ical_lint as lint
from tests.support.make import fresh

REMOVED = "Cancelled: no longer listed"


def by_uid(client, address: str) -> dict[str, lint.Component]:
    """The entries by UID: the neutral ones all have the same title."""
    calendar = lint.check(client.get(f"{address}.ics").data, feed=True, personal=True)
    return {part.one("UID"): part for part in calendar.parts if part.name == "VEVENT"}


def number(client, address: str, session) -> int:
    return int(by_uid(client, address)[session.uid].one("SEQUENCE"))


def withdraw(event) -> None:
    with transaction():
        lifecycle.unpublish_event(fresh(event))


def publish(event) -> None:
    with transaction():
        lifecycle.publish_event(fresh(event))


def hide(event, visibility: Visibility = Visibility.PRIVATE) -> None:
    with transaction():
        lifecycle.change_event(fresh(event), slug=event.slug, visibility=visibility)


def postpone(event, by: timedelta) -> None:
    with transaction():
        row = fresh(event)
        lifecycle.change_event(row, slug=row.slug, starts_at=row.starts_at + by, ends_at=row.ends_at + by)


def cast(event, session, *people) -> None:
    """Change the people of a session, published if the event is."""
    with transaction():
        fresh(session).participations = [Participation(person=db.session.merge(person)) for person in people]
        releases.release(fresh(event))


@pytest.fixture
def secret(make):
    """An event with texts that must not be readable once it is unpublished."""
    return make.event(
        "forum", title="Secret forum", venue_name=LocalizedText(en="Saitama"), join_url="https://meet.example.org/x"
    )


@pytest.mark.parametrize("unpublish", [withdraw, hide])
def test_starred_sessions_are_cancelled_and_nothing_else_is_shown(client, make, secret, unpublish):
    room, ada = make.room(secret, "Hall"), make.person("Lovelace", "Ada")
    first = make.session(secret, "Opening", rooms=[room], people=[ada], track=make.track(secret, "Rivers"))
    second = make.session(secret, "Panel", abstract=LocalizedText(en="Of boats"))
    make.session(secret, "Not starred")
    address = begin(client, f"forum/{first.code}", f"forum/{second.code}")
    before = by_uid(client, address)
    unpublish(secret)
    after = by_uid(client, address)
    assert after.keys() == before.keys() == {first.uid, second.uid}
    for uid, part in after.items():
        assert (lint.text(part.one("SUMMARY")), part.one("STATUS"), part.one("TRANSP")) == (
            REMOVED,
            "CANCELLED",
            "TRANSPARENT",
        )
        assert int(part.one("SEQUENCE")) > int(before[uid].one("SEQUENCE"))
        assert part.one("DTSTART") == before[uid].one("DTSTART")
    text = client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")
    for word in ("Secret", "Saitama", "Opening", "Panel", "boats", "Lovelace", "Hall", "Rivers", "forum", first.code):
        assert word not in text, word
    assert "公開を取りやめました" in client.get(f"{address}.ics?lang=ja").get_data(as_text=True)


def test_sessions_of_public_events_are_still_shown(client, make, secret):
    other = make.event("other")
    removed, on = make.session(secret, "Opening"), make.session(other, "Talk")
    address = begin(client, f"forum/{removed.code}", f"other/{on.code}")
    withdraw(secret)
    assert {uid: lint.text(part.one("SUMMARY")) for uid, part in by_uid(client, address).items()} == {
        removed.uid: REMOVED,
        on.uid: "Talk",
    }


@pytest.mark.slow
def test_sessions_no_longer_starred_are_cancelled_too_and_sequence_never_falls(client, make, secret):
    session = make.session(secret, "Opening")
    address = begin(client, f"forum/{session.code}")
    seen = [number(client, address, session)]
    for on in (False, True, False):
        star(client, address, session, on=on)
        seen.append(number(client, address, session))
    withdraw(secret)
    seen.append(number(client, address, session))
    assert lint.text(by_uid(client, address)[session.uid].one("SUMMARY")) == REMOVED
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


def test_an_unpublished_event_is_shown_as_cancelled_until_a_month_after_it(client, make, secret):
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


def test_a_cached_calendar_drops_removed_sessions_when_the_month_is_over(client, make, forum):
    session = make.session(forum, "Opening")
    address = begin(client, f"forum/{session.code}")
    star(client, address, session, on=False)
    known = client.get(f"{address}.ics").headers
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        assert client.get(f"{address}.ics", headers={"If-None-Match": known["ETag"]}).status_code == 200
        assert not by_uid(client, address)


def test_the_calendar_shows_every_visibility_change_but_no_edits_in_between(client, make, secret):
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
            lifecycle.change_event(fresh(secret), slug="forum", zone="Europe/Helsinki", precision=Precision.MONTH)
        with transaction():
            fresh(session).starts_at += timedelta(minutes=10)
        make.release(db.session.merge(secret))
    again = client.get(f"{address}.ics")
    assert (again.headers["ETag"], again.headers["Last-Modified"]) == (
        known.headers["ETag"],
        known.headers["Last-Modified"],
    )
    client.application.extensions["feeds"].clear()
    assert client.get(f"{address}.ics").data == known.data


@pytest.mark.slow
def test_a_speakers_session_is_cancelled_with_a_sequence_that_never_falls(client, make, forum, speaking):
    address, session, ada = speaking
    seen = [number(client, address, session)]
    for people in ([], [ada], []):
        cast(forum, session, *people)
        seen.append(number(client, address, session))
    withdraw(forum)
    seen.append(number(client, address, session))
    (part,) = by_uid(client, address).values()
    assert (lint.text(part.one("SUMMARY")), part.one("STATUS")) == (REMOVED, "CANCELLED")
    text = client.get(f"{address}.ics").get_data(as_text=True).replace("\r\n ", "")
    for word in ("Opening", "Speaker", "speaking", "Lovelace", "meet.example.org"):
        assert word not in text, word
    client.application.extensions["feeds"].clear()
    cast(forum, session, ada)
    assert number(client, address, session) == seen[-1], "what the team does meanwhile is told when it is public again"
    publish(forum)
    seen.append(number(client, address, session))
    assert lint.text(by_uid(client, address)[session.uid].one("SUMMARY")) == "Opening"
    assert seen == sorted(set(seen)), seen


def test_what_was_never_in_the_calendar_is_not_cancelled(client, make, forum):
    """A session added after the event was unpublished, and a part added to the agenda after that."""
    ada = make.person("Lovelace", "Ada")
    told = make.session(forum, "Opening", people=[ada])
    with transaction():
        made = speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="a@b.example", language="en")
        made.token = "k"
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


def test_what_never_had_hours_is_not_cancelled(client, make):
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
    assert lint.text(after[session.uid].one("SUMMARY")) == REMOVED
    client.get(address)
    assert "Secret forum" in main(client)
    assert "Opening" not in main(client)
    assert "Secret forum" in client.get(f"/registrations/{guest.token}").get_data(as_text=True)
    known = {"If-None-Match": client.get(f"{address}.ics").headers["ETag"]}
    with transaction():
        lifecycle.change_event(fresh(secret), slug="forum", venue_name=LocalizedText(en="Kobe"))
    assert client.get(f"{address}.ics", headers=known).status_code == 200, "the registered are told, as on their page"


def test_the_page_and_the_stars_say_nothing_of_it(client, make, secret):
    ada = make.person("Lovelace", "Ada")
    session = make.session(secret, "Opening", people=[ada])
    address = begin(client, f"forum/{session.code}")
    with transaction():
        made = speakers.link_for(db.session.merge(secret), db.session.merge(ada), email="a@b.example", language="en")
        made.token = "key"
    client.get(address)
    client.fill("/agenda/speaking/key")
    withdraw(secret)
    client.get(address)
    assert "Your agenda is empty" in main(client)
    for path in (address, f"{address}/stars"):
        text = client.get(path).get_data(as_text=True)
        for word in ("Secret forum", "Opening", f"forum/{session.code}"):
            assert word not in text, (path, word)


@pytest.mark.slow
def test_many_unpublished_events_take_as_many_queries_as_one(client, make, queries):
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

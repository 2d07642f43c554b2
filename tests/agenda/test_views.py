"""Stars without an account, and the agenda that they form."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp.agenda.models import Agenda, Star
from eventapp.agenda.rules import MOST_STARS
from eventapp.core.db import db, transaction
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Visibility
from eventapp.programme import operations
from eventapp.programme.rules import Mode, SessionStatus


@pytest.fixture
def forum(make):
    return make.event("forum")


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def begin(client, *stars: str) -> str:
    """The URL of a new agenda, whether or not this device already has one."""
    client.delete_cookie("agenda")
    response = client.fill("/agenda", {"star": list(stars)})
    assert response.status_code == 303
    return response.location


@pytest.mark.both_engines("sums and counts come back in types of the driver")
def test_a_device_makes_an_agenda_of_what_it_has_starred_across_events(client, make, forum):
    other = make.event("other", starts_at=forum.starts_at + timedelta(days=30))
    later, first = make.session(other, "Far talk"), make.session(forum, "Opening")
    address = begin(client, f"other/{later.code}", f"forum/{first.code}")
    client.get(address)
    text = main(client)
    assert text.index("Opening") < text.index("Far talk")
    assert "2 sessions" in text


def test_an_agenda_reveals_nothing_that_is_not_public(client, make, forum):
    draft = make.session(forum, "Secret", status=SessionStatus.DRAFT)
    public = make.session(forum, "Opening")
    address = begin(client, f"forum/{draft.code}", "nowhere/ABC", "rubbish", f"forum/{public.code}")
    client.get(address)
    assert "1 session" in main(client)
    assert client.post(f"{address}/stars", data={"star": f"forum/{draft.code}"}).status_code == 422
    with transaction():
        db.session.query(Event).one().visibility = Visibility.PRIVATE
    client.get(address)
    assert "Your agenda is empty" in main(client)


@pytest.mark.both_engines("sums and counts come back in types of the driver")
def test_overlaps_are_shown_on_both_sides_but_not_for_cancelled_sessions(client, make, forum):
    opening = make.session(forum, "Opening")
    panel = make.session(forum, "Panel", starts_at=forum.starts_at + timedelta(minutes=30))
    address = begin(client, f"forum/{opening.code}", f"forum/{panel.code}")
    client.get(address)
    assert "Overlaps with “Panel”" in main(client)
    assert "Overlaps with “Opening”" in main(client)
    with transaction():
        operations.set_status(db.session.get(type(panel), panel.id), SessionStatus.CANCELLED)
    make.release(forum)
    client.get(address)
    assert "Overlaps" not in main(client)
    assert "Cancelled" in main(client)


@pytest.mark.both_engines("sums and counts come back in types of the driver")
def test_a_removed_session_stays_in_the_agenda_and_says_so(client, make, forum):
    opening = make.session(forum, "Opening")
    address = begin(client, f"forum/{opening.code}")
    with transaction():
        operations.set_status(db.session.get(type(opening), opening.id), SessionStatus.DRAFT)
    make.release(forum)
    client.get(address)
    assert "Removed from the programme" in main(client)


@pytest.mark.both_engines("sums and counts come back in types of the driver")
def test_stars_are_set_and_removed_idempotently(client, make, forum):
    opening, panel = make.session(forum, "Opening"), make.session(forum, "Panel")
    address = begin(client)
    headers = {"Accept": "application/json"}
    for code in (opening.code, opening.code, panel.code):
        answer = client.post(f"{address}/stars", data={"star": f"forum/{code}", "on": "1"}, headers=headers)
        assert answer.status_code == 200
    assert set(answer.json["stars"]) == {f"forum/{opening.code}", f"forum/{panel.code}"}
    for _ in range(2):
        answer = client.post(f"{address}/stars", data={"star": f"forum/{opening.code}", "on": "0"}, headers=headers)
    assert answer.json["stars"] == client.get(f"{address}/stars").json["stars"] == [f"forum/{panel.code}"]


def test_a_star_is_removed_by_a_button(client, make, forum):
    opening = make.session(forum, "Opening")
    address = begin(client, f"forum/{opening.code}")
    client.fill(address, action="/stars", follow=True)
    assert "Your agenda is empty" in main(client)


def test_a_session_is_starred_without_javascript_into_one_agenda(client, make, forum):
    opening, panel = make.session(forum, "Opening"), make.session(forum, "Panel")
    first = client.fill(f"/events/forum/sessions/{opening.code}/star")
    second = client.fill(f"/events/forum/sessions/{panel.code}/star")
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert db.session.query(Agenda).count() == 1
    assert client.get("/agenda").location == first.location, "the browser knows its agenda"


def test_the_link_is_secret_and_does_not_leak(client, make, forum):
    address = begin(client)
    response = client.get(address)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    for path in ("/agenda/nobody", "/agenda/nobody/stars"):
        assert client.get(path).status_code == 404


@pytest.mark.both_engines("sums and counts come back in types of the driver")
@pytest.mark.parametrize("star", ["", "forum", "forum/NOSUCH", "forum/../..", "\x00/A", "forum/\x00"])
def test_what_is_no_session_is_no_star(client, make, forum, star):
    make.session(forum)
    address = begin(client)
    assert client.post(f"{address}/stars", data={"star": star}).status_code in {404, 422}
    assert db.session.query(Star).count() == 0


@pytest.mark.both_engines("sums and counts come back in types of the driver")
def test_an_agenda_has_an_end(client, make, forum):
    opening = make.session(forum)
    address = begin(client)
    agenda = db.session.query(Agenda).one()
    with transaction():
        db.session.add_all(Star(agenda_id=agenda.id, event_id=forum.id, code=f"X{n}") for n in range(MOST_STARS))
    response = client.post(f"{address}/stars", data={"star": f"forum/{opening.code}"})
    assert response.status_code == 422


@pytest.mark.slow
def test_the_page_asks_as_often_for_many_stars_as_for_one(client, make, queries):
    asked = []
    for events in (1, 4):
        stars = []
        for n in range(events):
            event = make.event(f"e{events}-{n}")
            stars += [f"{event.slug}/{make.session(event).code}" for _ in range(events)]
        address = begin(client, *stars)
        client.get(address)
        with queries() as counted:
            client.get(address)
        assert f"{events**2} session" in main(client)
        asked.append(len(counted))
    assert asked == [6, 6]


@pytest.mark.parametrize(("verb", "said"), [("close", "Delete the agenda"), ("renew", "Create a new link")])
def test_replacing_or_deleting_the_link_needs_confirmation(client, make, forum, verb, said):
    address = begin(client, f"forum/{make.session(forum, 'Opening').code}")
    client.get(address)
    (folded,) = [one for one in client.page.all("details") if said in client.page.text(one)]
    assert folded.get("open") is None
    assert [form.get("action") for form in folded.iter("form")] == [f"{address}/{verb}"]
    everywhere = [form.get("action") for form in client.page.forms()]
    assert everywhere.count(f"{address}/{verb}") == 1


@pytest.mark.parametrize(
    ("status", "word"), [(EventStatus.POSTPONED, "Postponed"), (EventStatus.CANCELLED, "Cancelled")]
)
def test_an_agenda_says_that_an_event_is_cancelled_and_has_no_joining_link(client, make, status, word):
    event = make.event("forum", join_url="https://meet.example.org/secret")
    registration = make.registration(event, make.option(event, Mode.ONLINE))
    address = client.fill(f"/agenda/registrations/{registration.token}", {}).location
    with transaction():
        db.session.query(Event).one().status = status
    client.get(address)
    (entry,) = [one for one in client.page.all("li") if "Forum of cities" in client.page.text(one)]
    assert word in client.page.text(entry)
    links = [a.get("href") for a in entry.iter("a")]
    assert links == ["/events/forum"]


def test_the_only_event_is_named_once_and_several_at_each_session(client, make, forum):
    first, second = make.session(forum, "Opening"), make.session(forum, "Panel")
    other = make.event("other", title="Fair", starts_at=forum.starts_at + timedelta(days=30))
    there = make.session(other, "Far talk")
    stars = [f"forum/{first.code}", f"forum/{second.code}"]
    client.get(begin(client, *stars))
    assert main(client).count("Forum of cities") == 1
    client.get(begin(client, *stars, f"other/{there.code}"))
    assert (main(client).count("Forum of cities"), main(client).count("Fair")) == (2, 1)


def test_an_agenda_without_sessions_does_not_count_them(client, make, forum):
    registration = make.registration(forum, make.option(forum))
    client.get(client.fill(f"/agenda/registrations/{registration.token}", {}).location)
    assert "You are registered" in main(client)
    assert "0 sessions" not in main(client)


def test_what_comes_first_is_to_find_an_event_and_then_to_subscribe(client, make, forum):
    """A page has one primary button: the next thing to do."""
    empty, full = begin(client), begin(client, f"forum/{make.session(forum, 'Opening').code}")
    for address, wanted in ((empty, "Find an event"), (full, "Subscribe")):
        client.get(address)
        links = [a for a in client.page.one("main").iter("a") if a.get("class") == "btn"]
        assert [client.page.text(a) for a in links] == [wanted]
    assert any(a.get("href") == "#calendar" for a in client.page.all("a")), "a long list is no way to the calendar"

"""The public programme: days and their pages, tracks to choose from, what is going on, and what is printed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from eventapp.programme import programme_page
from eventapp.programme.programme_page import days_shown
from tests.support.make import START

PROGRAMME = "/events/forum/programme"
DAY = timedelta(days=1)
FIRST, SECOND, FOURTH = date(2031, 3, 18), date(2031, 3, 19), date(2031, 3, 21)


@pytest.fixture
def forum(make):
    return make.event("forum", ends_at=START + 3 * DAY)


@pytest.fixture
def two_days(make, forum):
    """Two sessions in two rooms and tracks on each of two days."""
    rooms = [make.room(forum, name) for name in ("Hall", "Studio")]
    tracks = [make.track(forum, name) for name in ("Rivers", "Streets")]
    for day in range(2):
        for room, track in zip(rooms, tracks, strict=True):
            title = f"{track.name} {day + 1}"
            make.session(forum, title, starts_at=START + day * DAY, rooms=[room], track=track, release=False)
    make.release(forum)
    return tracks


def titles(client) -> list[str]:
    boxes = [node for node in client.page.all("div") if node.get("data-code")]
    return [client.page.text(next(node.iter("a"))) for node in boxes]


def links(client, name: str) -> dict[str, tuple[str, str]]:
    """Text → (address, what it is marked as) of a navigation."""
    (found,) = [node for node in client.page.all("nav") if node.get("aria-label") == name]
    return {
        client.page.text(one): (one.get("href") or "", one.get("aria-current") or "")
        for one in found.iter()
        if one.get("href") is not None
    }


@pytest.mark.parametrize(
    ("asked", "paged", "today", "shown"),
    [
        (None, False, FIRST, [FIRST, SECOND, FOURTH]),
        (SECOND, False, FIRST, [SECOND]),
        (None, True, SECOND, [SECOND]),
        (None, True, date(2031, 3, 20), [FOURTH]),
        (None, True, date(2031, 1, 1), [FIRST]),
        (None, True, date(2032, 1, 1), [FIRST]),
        (date(2031, 3, 20), True, SECOND, [SECOND]),
    ],
)
def test_a_page_shows_the_day_asked_for_else_all_or_the_present_one(asked, paged, today, shown):
    assert days_shown([FIRST, SECOND, FOURTH], asked=asked, paged=paged, today=today) == shown


def test_days_without_sessions_are_no_days():
    assert days_shown([], asked=FIRST, paged=False, today=FIRST) == []


def test_a_small_programme_is_one_page_and_leads_to_its_days(client, two_days):
    client.get(PROGRAMME)
    assert links(client, "Days") == {
        "Tue 18 March": ("#d2031-03-18", ""),
        "Wed 19 March": ("#d2031-03-19", ""),
        "Now": ("#", ""),
    }
    client.get(f"{PROGRAMME}?day=2031-03-19")
    assert titles(client) == ["Rivers 2", "Streets 2"]
    assert links(client, "Days")["All days"] == (PROGRAMME, "")
    client.get(f"{PROGRAMME}?day=2031-03-25")
    assert len(titles(client)) == 4, "a day without sessions is not missed"


def test_a_large_programme_has_a_page_for_each_day_and_its_search_covers_all(client, two_days, monkeypatch):
    monkeypatch.setattr(programme_page, "ONE_PAGE", 3)
    client.get(PROGRAMME)
    assert titles(client) == ["Rivers 1", "Streets 1"]
    assert links(client, "Days")["Tue 18 March"] == (f"{PROGRAMME}?day=2031-03-18", "page")
    assert links(client, "Next days") == {"Wed 19 March →": (f"{PROGRAMME}?day=2031-03-19", "")}
    assert "each day has its own page" in client.page.text(client.page.one("main"))
    client.get(f"{PROGRAMME}?day=2031-03-19")
    assert titles(client) == ["Rivers 2", "Streets 2"]
    client.get(f"{PROGRAMME}?q=streets")
    assert titles(client) == ["Streets 1", "Streets 2"]
    monkeypatch.setattr(programme_page, "ONE_PAGE", 1)
    client.get(f"{PROGRAMME}?view=list&q=streets")
    assert titles(client) == ["Streets 1"]
    days = links(client, "Days")
    assert [day.replace("\xa0", " ") for day in days] == ["Tue 18 March (1)", "Wed 19 March (1)", "Now"]
    assert list(days.values())[1] == (f"{PROGRAMME}?view=list&q=streets&day=2031-03-19", "")
    client.get(f"{PROGRAMME}?view=print")
    assert len(titles(client)) == 4, "what is printed is the whole programme"


def test_a_day_names_its_own_people_and_a_search_finds_those_of_all_days(client, make, forum, monkeypatch):
    monkeypatch.setattr(programme_page, "ONE_PAGE", 1)
    for day, name in enumerate(("Lovelace", "Hopper")):
        make.session(forum, f"Talk {day}", people=[make.person(name, "A")], starts_at=START + day * DAY, release=False)
    make.release(forum)
    assert "Hopper" not in client.get(PROGRAMME).text
    client.get(f"{PROGRAMME}?q=hopper")
    assert titles(client) == ["Talk 1"]
    assert "Hopper" in client.page.text(client.page.one("main"))


def test_tracks_are_chosen_and_left_by_links_that_say_which_is_chosen(client, make, forum, two_days):
    make.track(forum, "Empty")
    make.session(forum, "Without a track")
    client.get(PROGRAMME)
    rivers, streets = two_days
    assert links(client, "Tracks") == {
        "All tracks": (PROGRAMME, "true"),
        "Rivers": (f"{PROGRAMME}?track={rivers.slug}", ""),
        "Streets": (f"{PROGRAMME}?track={streets.slug}", ""),
    }, "a track without sessions leads nowhere"
    client.get(f"{PROGRAMME}?track={streets.slug}&view=list")
    assert titles(client) == ["Streets 1", "Streets 2"]
    assert links(client, "Tracks")["Streets"] == (f"{PROGRAMME}?view=list", "true")
    both = f"{rivers.slug}%2C{streets.slug}"
    assert links(client, "Tracks")["Rivers"] == (f"{PROGRAMME}?view=list&track={both}", "")


def test_several_tracks_are_chosen_at_once_and_each_is_left_by_its_own_link(client, make, forum, two_days):
    make.session(forum, "Without a track")
    rivers, streets = two_days
    for query in (f"{rivers.slug},{streets.slug}", f"{streets.slug}%2C{rivers.slug},,{rivers.slug}"):
        client.get(f"{PROGRAMME}?track={query}&view=list")
        assert sorted(titles(client)) == ["Rivers 1", "Rivers 2", "Streets 1", "Streets 2"]
    assert links(client, "Tracks") == {
        "All tracks": (f"{PROGRAMME}?view=list", ""),
        "Rivers": (f"{PROGRAMME}?view=list&track={streets.slug}", "true"),
        "Streets": (f"{PROGRAMME}?view=list&track={rivers.slug}", "true"),
    }
    [chosen] = [one for one in client.page.all("option") if one.get("selected") is not None and one.get("value")]
    assert client.page.text(chosen) == "2 tracks", "and the form below keeps them"
    assert "to calendar" not in client.page.text(client.page.one("main")), "they have no calendar together"


def test_a_page_says_why_a_day_is_a_list(client, make, forum, two_days):
    client.get(PROGRAMME)
    assert "is a list because" not in client.page.text(client.page.one("main"))
    client.get(f"{PROGRAMME}?track={two_days[0].slug}")
    assert "because all sessions that match are in one room" in client.page.text(client.page.one("main"))
    for number in range(41):
        make.session(forum, f"S{number}", rooms=[make.room(forum)], release=False)
    make.release(forum)
    client.get(PROGRAMME)
    assert "because it needs 43 columns for its rooms" in client.page.text(client.page.one("main"))


def test_the_sessions_that_are_going_on_are_marked_by_the_page_itself(app, client, make, forum, two_days):
    def going_on() -> list[str]:
        client.get(PROGRAMME)
        return [node.get("id") for node in client.page.all("div") if node.get("data-now") is not None]

    make.session(forum, "Later", starts_at=START + timedelta(minutes=60, seconds=30))
    with time_machine.travel(START - timedelta(seconds=20), tick=False):
        assert going_on() == []
    with time_machine.travel(START + timedelta(seconds=1), tick=False):
        assert len(going_on()) == 2
    with time_machine.travel(START + timedelta(minutes=60, seconds=20), tick=False):
        assert going_on() == []
    with time_machine.travel(START + timedelta(minutes=60, seconds=31), tick=False):
        assert len(going_on()) == 1, "a page that is kept for a minute does not outlast the beginning of a session"


def test_a_card_has_its_people_and_languages_each_for_itself_and_its_whole_title(client, make, forum):
    long = "A title of many words " * 8
    hall = make.room(forum, "Hall")
    people = [make.person("Lovelace", "Ada"), make.person("Hopper", "Grace"), make.person("Turing", "Alan")]
    make.session(forum, long, people=people, rooms=[hall], spoken=["en"], interpreted=["ja"], minutes=5)
    client.get(PROGRAMME)
    assert titles(client) == [long.strip()], "what does not fit is cut by the style sheet only"
    tags = [client.page.text(one) for one in client.page.all("span") if "tag" in (one.get("class") or "").split()]
    assert tags == ["Ada Lovelace", "Grace Hopper", "+1", "English · interpreted into Japanese"]
    (card,) = [one for one in client.page.all("div") if one.get("data-code")]
    client.get(f"{PROGRAMME}?view=print")
    assert "Alan Turing" in client.page.text(client.page.one("main")), "on paper nothing is left out"
    assert "tiny" in (card.get("class") or "").split()


def test_the_programme_of_a_forum_is_light(client, make, forum):
    rooms = [make.room(forum, name) for name in ("Hall", "Studio", "Online")]
    tracks = [make.track(forum) for _ in range(3)]
    for number in range(15):
        make.session(
            forum,
            f"What a city learns from its rivers, part {number}",
            starts_at=START + number // 2 * timedelta(hours=1),
            rooms=[rooms[number % 3]],
            track=tracks[number % 3],
            people=[make.person(f"Family{number}", "Given"), make.person(f"Other{number}", "Given")],
            spoken=["en"],
            interpreted=["ja"],
            release=False,
        )
    make.release(forum)
    assert len(client.get(PROGRAMME).data) <= 25_000

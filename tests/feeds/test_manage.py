"""The desk page about the calendars of an event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus, Precision, Visibility
from eventapp.feeds import manage
from eventapp.feeds.check import Source
from eventapp.lifecycle import cancel_event
from eventapp.programme import operations as programme
from eventapp.programme.rules import SessionStatus
from tests.support.make import START, Make, fresh
from tests.support.visitor import Page, Visitor

PAGE = "/manage/events/forum/calendars"


@pytest.fixture
def forum(make: Make) -> Event:
    event = make.event("forum", title=LocalizedText(en="Forum", ja="フォーラム"))
    make.venue(event, "Saitama")
    return event


def look(visitor: Visitor, query: str = "", *, status: int = 200) -> str:
    assert visitor.get(f"{PAGE}{query}").status_code == status
    return Page.text(visitor.page.one("main"))


def verdict(visitor: Visitor) -> str:
    return Page.text(visitor.page.by_id("verdict"))


def rows(visitor: Visitor) -> list[tuple[str, str]]:
    """(time, title) of the entries shown."""
    (agenda,) = [one for one in visitor.page.all("ol") if one.get("class") == "agenda"]
    found = []
    for item in agenda:
        time, said = list(item)
        title = next(part for part in said if part.tag in {"b", "s"})
        found.append((Page.text(time), Page.text(title)))
    return found


def days(visitor: Visitor) -> list[str]:
    navs = [nav for nav in visitor.page.all("nav") if nav.get("aria-label") == "Days"]
    return [Page.text(link) for nav in navs for link in nav]


def test_it_says_that_all_is_well_and_how_much_was_looked_through(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, LocalizedText(en="Talk", ja="講演"))
    text = look(organizer)
    # Google can't reach the base URL of the tests.
    assert verdict(organizer) == "1 suggestion for your calendars"
    assert "We checked 5 calendars" in text
    assert "This site (localhost)" in text


def test_what_is_worth_a_look_leads_to_the_sessions(organizer: Visitor, make: Make, forum: Event) -> None:
    session = make.session(forum, "Talk")
    look(organizer)
    links = {a.get("href"): Page.text(a) for a in organizer.page.all("a")}
    assert links[f"/manage/events/forum/programme/sessions/{fresh(session).code}"] == "Talk"


@pytest.mark.slow
def test_a_viewer_is_led_to_the_public_page_of_a_session(app: Flask, make: Make, forum: Event) -> None:
    session = make.session(forum, "Talk")
    viewer = app.test_client()
    assert isinstance(viewer, Visitor)
    viewer.sign_in(make.member(forum, Role.VIEWER))
    look(viewer)
    links = [a.get("href") for a in viewer.page.all("a")]
    assert f"/events/forum/sessions/{fresh(session).code}" in links
    assert not any("/manage/events/forum/programme/sessions/" in link for link in links)


def test_a_technical_problem_is_a_number_for_the_administrator(
    organizer: Visitor, make: Make, forum: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.session(forum, "Talk")
    write = Source.write
    monkeypatch.setattr(
        Source, "write", lambda self, *options: write(self, *options).replace(b"VERSION:2.0", b"VERSION:1.0")
    )
    text = look(organizer)
    assert verdict(organizer) == "There is a technical problem"
    assert "It is not caused by what you entered." in text
    assert not any(word in text for word in ("VERSION", "RFC", "byte", "UID"))


def test_it_shows_the_entries_on_the_readers_own_clock(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    look(organizer)
    assert rows(organizer) == [("all day", "Forum"), ("10:00 – 11:00", "Talk")]
    look(organizer, "?zone=europe/helsinki")
    assert ("03:00 – 04:00", "Talk") in rows(organizer)
    look(organizer, "?zone=America/New York")
    assert "Mon 17 March" in days(organizer)[0]
    assert ("21:00 – 22:00", "Talk") in rows(organizer)


def test_a_zone_that_there_is_not_is_refused_and_what_was_typed_is_kept(organizer: Visitor, forum: Event) -> None:
    text = look(organizer, "?zone=Atlantis/City&program=google", status=422)
    assert "There is no time zone “Atlantis/City”" in text
    assert organizer.page.by_id("zone").get("value") == "Atlantis/City"
    chosen = [one for one in organizer.page.by_id("program") if one.get("selected") is not None]
    assert [one.get("value") for one in chosen] == ["google"]


def test_the_language_is_that_of_the_calendar_and_not_of_the_page(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, LocalizedText(en="Talk", ja="講演"))
    look(organizer, "?language=ja")
    assert rows(organizer)[-1][1] == "講演"
    assert "Calendar name: “フォーラム”" in look(organizer, "?language=ja&program=google")


def test_apps_differ_in_how_they_show_a_cancelled_session(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    off = make.session(forum, "Tea")
    with transaction():
        programme.set_status(fresh(off), SessionStatus.CANCELLED)
    make.release(forum)
    look(organizer, "?program=apple")
    assert "Cancelled: Tea" in [Page.text(one) for one in organizer.page.all("s")]
    look(organizer, "?program=outlook")
    assert organizer.page.all("s") == []
    assert ("10:00 – 11:00", "Cancelled: Tea") in rows(organizer)
    text = look(organizer, "?program=google")
    assert "Tea" not in [title for _time, title in rows(organizer)]
    assert "This app removes 1 cancelled entry without notice." in text


def test_a_large_programme_is_shown_by_the_day(organizer: Visitor, make: Make) -> None:
    event = make.event("forum", ends_at=START + timedelta(days=2, hours=8))
    for day in range(3):
        make.session(event, f"Talk {day}", starts_at=START + timedelta(days=day), release=False)
    make.release(event)
    look(organizer)
    assert days(organizer) == ["Tue 18 March", "Wed 19 March", "Thu 20 March"]
    assert [title for _time, title in rows(organizer)] == ["Forum of cities", "Talk 0"]
    look(organizer, "?day=2031-03-19")
    assert [title for _time, title in rows(organizer)] == ["Forum of cities", "Talk 1"]
    look(organizer, "?day=2031-13-77")
    assert [title for _time, title in rows(organizer)] == ["Forum of cities", "Talk 0"]


def test_a_day_with_very_many_entries_shows_some_and_all_on_request(
    organizer: Visitor, make: Make, forum: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "ENOUGH", 3)
    for number in range(4):
        make.session(forum, f"Talk {number}", starts_at=START + timedelta(hours=number), release=False)
    make.release(forum)
    assert "Show all 5 entries" in look(organizer)
    assert len(rows(organizer)) == 3
    assert "Show all" not in look(organizer, "?whole=1")
    assert len(rows(organizer)) == 5


def test_during_the_event_it_opens_with_today(organizer: Visitor, make: Make) -> None:
    event = make.event("forum", ends_at=START + timedelta(days=2, hours=8))
    for day in range(3):
        make.session(event, f"Talk {day}", starts_at=START + timedelta(days=day), release=False)
    make.release(event)
    with time_machine.travel(START + timedelta(days=1), tick=False):
        organizer.sign_in(make.owner())
        look(organizer)
    assert [title for _time, title in rows(organizer)] == ["Forum of cities", "Talk 1"]


def test_a_draft_is_looked_at_before_anybody_sees_it(organizer: Visitor, client: Visitor, make: Make) -> None:
    event = make.event("forum", status=EventStatus.DRAFT)
    make.session(event, "Talk", release=False)
    text = look(organizer)
    assert "These calendars are not published yet." in text
    assert ("10:00 – 11:00", "Talk") in rows(organizer)
    assert client.get("/events/forum/calendar.ics").status_code == 404


def test_a_public_programme_and_its_next_version_are_kept_separate(
    organizer: Visitor, make: Make, forum: Event
) -> None:
    make.session(forum, "Talk")
    make.session(forum, "New", release=False)
    look(organizer)
    assert "New" not in [title for _time, title in rows(organizer)]
    look(organizer, "?of=next")
    assert "New" in [title for _time, title in rows(organizer)]
    current = [a for a in organizer.page.all("a") if a.get("aria-current") == "page"]
    assert "Next version" in [Page.text(a) for a in current]


@pytest.mark.slow
def test_an_unpublished_event_shows_what_its_subscribers_have(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    with transaction():
        lifecycle.change_event(fresh(forum), slug="forum", visibility=Visibility.PRIVATE)
    text = look(organizer)
    assert "The event is no longer public." in text
    assert {title for _time, title in rows(organizer)} == {"Cancelled: no longer listed"}
    look(organizer, "?of=next")
    assert "Talk" in [title for _time, title in rows(organizer)]
    with time_machine.travel(forum.ends_at + timedelta(days=31), tick=False):
        organizer.sign_in(make.owner())
        assert "These calendars are not published yet." in look(organizer)


def test_a_cancelled_event_says_so_in_every_entry(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, "Talk")
    with transaction():
        cancel_event(fresh(forum), note=LocalizedText())
    look(organizer, "?program=outlook")
    assert all(title.startswith("Cancelled: ") for _time, title in rows(organizer))


def test_an_event_known_by_its_month_is_a_bar_over_it(organizer: Visitor, make: Make) -> None:
    make.event("forum", precision=Precision.MONTH)
    text = look(organizer)
    assert rows(organizer) == [("all day", "Forum of cities")]
    assert "technical problem" not in text


def test_in_a_zone_with_a_repeated_hour_every_reader_reads_the_intended_moments(organizer: Visitor, make: Make) -> None:
    start = datetime(2031, 10, 25, 22, 0, tzinfo=UTC)
    event = make.event("forum", zone="Europe/Berlin", starts_at=start, ends_at=start + timedelta(hours=12))
    for hour in range(6):
        make.session(event, f"Watch {hour}", starts_at=start + timedelta(hours=hour), release=False)
    make.release(event)
    text = look(organizer, "?zone=UTC&day=2031-10-26")
    assert [time for time, _title in rows(organizer)][-3:] == ["01:00 – 02:00", "02:00 – 03:00", "03:00 – 04:00"]
    assert "technical problem" not in text


def test_the_page_is_in_the_side_list_of_everybody_at_the_desk(app: Flask, make: Make, forum: Event) -> None:
    for role in Role:
        member = app.test_client()
        assert isinstance(member, Visitor)
        member.sign_in(make.member(forum, role))
        assert member.get("/manage/events/forum").status_code == 200
        assert PAGE in [a.get("href") for a in member.page.all("a")]


def test_in_japanese_nothing_is_left_in_english(organizer: Visitor, make: Make, forum: Event) -> None:
    make.session(forum, LocalizedText(en="Talk", ja="講演"))
    text = look(organizer, "?lang=ja")
    assert "確認をおすすめする点が1件あります" in text
    assert "calendar" not in text.replace("Google Calendar", "").replace("GNOME Calendar", "").replace(
        "Proton Calendar", ""
    )

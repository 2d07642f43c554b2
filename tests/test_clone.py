"""The next edition, created from an existing event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.blocks.models import Block
from eventapp.core.clock import to_local
from eventapp.core.db import Base, db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events import operations as events
from eventapp.events import queries as event_queries
from eventapp.events.models import Event, EventHost, TeamMember, Theme, Venue
from eventapp.events.rules import EventStatus, HostRole
from eventapp.lifecycle import clone
from eventapp.media.models import HostLogo, Photo
from eventapp.notifications.models import EmailSettings, EmailText
from eventapp.programme import queries
from eventapp.programme.models import EventPerson, Participation, Room, Session, Track
from eventapp.programme.rules import SessionStatus
from eventapp.registration import queries as registration
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Registration, RegistrationSettings, SeatPool

# Every column of what is copied is listed once. "made": it follows from the copy itself.
STAY = {
    Event: {
        "id",
        "slug",
        "uid",
        "sequence",
        "date_note",
        "join_url",
        "sources",
        "status",
        "status_note",
        "former_place",
        "venue_name",
        "generated",
        "created_at",
        "updated_at",
    },
    Theme: {"id"},
    EventHost: {"id"},
    EventPerson: set(),
    Venue: {"id"},
    TeamMember: {"id"},
    Track: {"id"},
    Room: {"id"},
    Session: {"id", "code", "uid", "guid", "revision", "links", "join_url", "created_at", "updated_at", "saved_by"},
    Participation: {"id"},
    RegistrationSettings: set(),
    EmailSettings: {"survey_url"},
    EmailText: set(),
    HostLogo: set(),
    Photo: {"id"},
    Block: {"id"},
    SeatPool: {"id", "seats_taken"},
    AttendanceOption: {"id", "seats_taken", "uid", "closing_sequence", "drawn_at", "draw_seed"},
    Question: {"id", "removed_at"},
}
MADE = {
    Event: {"series_id", "edition", "title", "starts_at", "ends_at", "zone"},
    Theme: {"event_id"},
    EventHost: {"event_id"},
    EventPerson: {"event_id"},
    Venue: {"event_id"},
    TeamMember: {"event_id"},
    Track: {"event_id"},
    Room: {"event_id", "venue_id"},
    Session: {"event_id", "status", "starts_at", "ends_at", "track_id"},
    Participation: {"session_id", "confirmed"},
    RegistrationSettings: {"event_id"},
    EmailSettings: {"event_id"},
    EmailText: {"event_id"},
    HostLogo: {"event_id"},
    Block: {"event_id"},
    Photo: {"event_id", "venue_id"},
    SeatPool: {"event_id"},
    AttendanceOption: {
        "event_id",
        "pool_id",
        "access_code",
        "opens_at",
        "closes_at",
        "last_closing",
        "closing_changed_at",
    },
    Question: {"event_id"},
}
GO = {
    Event: clone.EVENT,
    Theme: clone.THEME,
    EventHost: clone.HOST,
    EventPerson: clone.KNOWN,
    Venue: clone.SITE,
    TeamMember: clone.MEMBER,
    Track: clone.TRACK,
    Room: clone.ROOM,
    Session: clone.SESSION,
    Participation: clone.PART,
    RegistrationSettings: clone.REGISTRATION,
    EmailSettings: clone.EMAILS,
    EmailText: clone.TEXTS,
    HostLogo: clone.LOGO,
    Block: clone.BLOCK,
    Photo: clone.PHOTO,
    SeatPool: clone.POOL,
    AttendanceOption: clone.OPTION,
    Question: clone.QUESTION,
}


@pytest.mark.parametrize("model", list(GO))
def test_every_column_is_copied_or_left_out_on_purpose(model: type[Base]):
    columns = {column.key for column in model.__mapper__.column_attrs}
    sides = [set(GO[model]), STAY[model], MADE[model]]
    assert columns == set().union(*sides), columns.symmetric_difference(set().union(*sides))
    assert sum(map(len, sides)) == len(columns), "a column is on two sides"


@pytest.fixture
def forum(make):
    # Friday to Sunday; in the night to Sunday the clocks in Berlin go forward at two.
    return make.event(
        "forum-2031",
        title="Forum",
        zone="Europe/Berlin",
        starts_at=datetime(2031, 3, 28, 8, 0, tzinfo=UTC),
        ends_at=datetime(2031, 3, 30, 15, 0, tzinfo=UTC),
        edition=4,
        join_url="https://example.org/secret",
        day_starts=360,
    )


def cloned(forum, make, first_day=date(2032, 3, 26), **values) -> clone.Cloned:
    with transaction():
        return clone.clone(forum, owner=make.owner(), slug="forum-2032", first_day=first_day, **values)


def test_clock_times_stay_the_same_over_a_change_of_summer_time(make, forum):
    before = [
        make.session(forum, "Friday", starts_at=forum.starts_at + timedelta(hours=1)),
        make.session(forum, "Night", starts_at=datetime(2031, 3, 29, 22, 30, tzinfo=UTC), minutes=120),
        make.session(forum, "Sunday", starts_at=datetime(2031, 3, 30, 8, 0, tzinfo=UTC)),
    ]
    walls = [(to_local(s.starts_at, forum.zone).time(), to_local(s.ends_at, forum.zone).time()) for s in before]
    for first_day, days in ((date(2031, 10, 24), 210), (date(2032, 1, 2), 280), (date(2030, 7, 5), -266)):
        with transaction():
            made = clone.clone(forum, owner=make.owner(), slug=f"forum-{first_day}", first_day=first_day).event
        after = queries.sessions(made, drafts=True)
        assert [str(s.title) for s in after] == ["Friday", "Night", "Sunday"]
        assert [
            (to_local(s.starts_at, made.zone).time(), to_local(s.ends_at, made.zone).time()) for s in after
        ] == walls
        for old, new in zip(before, after, strict=True):
            assert to_local(new.starts_at, "Europe/Berlin").date() - to_local(
                old.starts_at, "Europe/Berlin"
            ).date() == timedelta(days)
        assert made.first_day == first_day
        assert to_local(made.starts_at, made.zone).hour == to_local(forum.starts_at, forum.zone).hour


def test_an_hour_that_the_clocks_skip_is_reported_and_the_session_keeps_its_length(make):
    event = make.event(
        "night",
        zone="Europe/Berlin",
        starts_at=datetime(2031, 3, 22, 18, 0, tzinfo=UTC),
        ends_at=datetime(2031, 3, 23, 18, 0, tzinfo=UTC),
    )
    make.session(event, "At half past two", starts_at=datetime(2031, 3, 23, 1, 30, tzinfo=UTC), minutes=30)
    with transaction():
        made = clone.clone(event, owner=make.owner(), slug="night-2", first_day=date(2031, 3, 29))
    assert [str(title) for title in made.skipped] == ["At half past two"]
    (session,) = queries.sessions(made.event, drafts=True)
    assert session.ends_at > session.starts_at


def test_the_plan_is_copied(make, forum):
    venue = make.venue(forum)
    room, track = make.room(forum, "Main hall", venue=venue, capacity=80), make.track(forum, "Rivers", colour=3)
    make.session(
        forum,
        "Opening",
        rooms=[room],
        track=track,
        spoken=["en"],
        interpreted=["ja"],
        minutes=45,
        people=[make.person("Lovelace", "Ada")],
    )
    make.session(forum, "Dropped", status=SessionStatus.CANCELLED)
    kyoto = make.organization("City of Kyoto")
    with transaction():
        events.set_themes(forum, [LocalizedText(en="Water")])
        events.set_hosts(forum, [(kyoto, HostRole.HOST)])
    member = make.member(forum, Role.PROGRAMME)
    option = make.option(forum, capacity=100, closes_at=forum.starts_at - timedelta(days=7))
    made = cloned(forum, make).event
    assert (made.status, made.edition, made.day_starts, made.join_url) == (EventStatus.DRAFT, 5, 360, "")
    opening, dropped = sorted(queries.sessions(made, drafts=True), key=lambda s: s.id)
    assert [str(r.name) for r in opening.rooms] == ["Main hall"]
    assert opening.rooms[0].event_id == made.id
    assert opening.rooms[0].venue.event_id == made.id
    assert (opening.track.colour, opening.track.event_id) == (3, made.id)
    assert opening.participations == [], "people come along only when they are asked for"
    assert dropped.status is SessionStatus.DRAFT
    assert [str(theme.title) for theme in event_queries.themes(made)] == ["Water"]
    assert len(event_queries.hosts(made)) == 1
    assert {(m.user_id, m.role) for m in event_queries.team(made)} == {
        (make.owner().id, Role.OWNER),
        (member.id, Role.PROGRAMME),
    }
    (copy,) = registration.options(made)
    assert (copy.capacity, copy.seats_taken) == (100, 0)
    assert to_local(copy.closes_at, made.zone).hour == to_local(option.closes_at, forum.zone).hour


def test_people_are_copied_as_unconfirmed_so_that_nobody_is_announced_unasked(make, forum):
    ada = make.person("Lovelace", "Ada")
    make.session(forum, "Opening", people=[ada])
    made = cloned(forum, make, people=True).event
    make.release(made)
    (session,) = queries.sessions(made, drafts=True)
    assert [(p.person_id, p.confirmed) for p in session.participations] == [(ada.id, False)]
    assert queries.public_sessions(made)[0].participations == ()


def test_nothing_of_attendees_is_copied(make, forum):
    make.registration(forum, make.option(forum), "ada@example.org")
    make.session(
        forum,
        "Opening",
        links=[{"title": "Slides", "url": "https://example.org/ada"}],
        join_url="https://example.org/room",
    )
    made = cloned(forum, make).event
    assert db.session.scalars(select(Registration).where(Registration.event_id == made.id)).all() == []
    (session,) = queries.sessions(made, drafts=True)
    assert (session.links, session.join_url) == ([], "")
    old = queries.sessions(forum, drafts=True)[0]
    assert session.uid != old.uid
    assert session.code != old.code
    assert queries.releases(made) == []


def test_a_taken_slug_is_refused_and_leaves_nothing_behind(make, forum):
    make.session(forum)
    with pytest.raises(Refused, match="already has this web address"), transaction():
        clone.clone(forum, owner=make.owner(), slug="forum-2031", first_day=date(2032, 3, 26))
    assert db.session.query(Event).count() == 1


def test_the_next_edition_is_made_at_the_desk(organizer, make, forum):
    make.session(forum, "Opening")
    path = "/manage/events/forum-2031/clone"
    assert organizer.fill(path, {"slug": "forum-2032", "first_day": ""}).status_code == 422
    assert organizer.fill(path, {"slug": "forum-2031", "first_day": "2032-03-26"}).status_code == 422
    response = organizer.fill(path, {"slug": "forum-2032", "first_day": "2032-03-26"}, follow=True)
    assert response.status_code == 200
    assert "Draft created with 1 session." in organizer.page.text(organizer.page.one("main"))
    assert db.session.query(Event).filter_by(slug="forum-2032").one().first_day == date(2032, 3, 26)

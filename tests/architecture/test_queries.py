"""Each page has a fixed number of queries that does not grow with the number of rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind
from eventapp.events import team as teams
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import operations as proposals
from eventapp.proposals import queries as proposals_queries
from eventapp.proposals import speakers
from eventapp.proposals.operations import ProposalInput
from eventapp.proposals.rules import Answer
from eventapp.registration import questions, sign_ups
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from eventapp.tickets import operations as tickets
from tests.support.make import fresh, words

# Visits of anybody to public pages that are not cached, and of an organizer to the desk, with the query for the user.
PAGES = {
    "/": 6,
    "/events": 8,
    "/events/forum": 18,
    "/events/forum/programme": 9,
    "/events/forum/programme?day=2031-03-18": 9,
    "/events/forum/programme?q=family0&view=list": 9,
    "/events/forum/programme?view=print": 9,
    "/events/forum/programme/1": 8,
    "/events/forum/speakers": 11,
    "/events/forum/speakers?q=family": 11,
    "/events/forum/changes": 8,
    "/events/forum/changes.atom": 4,
    "/events/forum/register": 9,
    "/events/forum/counts": 9,
    "/events/forum/counts.json": 5,
    "/events/forum/calendar.ics": 6,
    "/events/forum/calendar.ics?deadlines=1": 10,
    "/calendar.ics": 4,
    "/events/forum/calendar": 7,
    "/events/forum/schedule.xml": 4,
    "/events/forum/schedule.json": 4,
    "/manage/events/forum/programme/import": 4,
    "/manage/events/forum/programme/export.xml": 10,
    "/manage/events/forum/programme/export.csv": 10,
    "/manage/events/forum/programme/export.ics": 7,
    "/manage": 3,
    "/manage/events/forum": 21,
    "/manage/events/forum/programme": 10,
    "/manage/events/forum/programme/sessions/new": 6,
    "/manage/events/forum/programme/check": 14,
    "/manage/events/forum/programme/release": 23,
    "/manage/events/forum/programme/state.json": 18,
    "/manage/events/forum/speakers": 6,
    "/manage/events/forum/pictures": 9,
    "/events/forum/propose": 7,
    "/manage/events/forum/proposals": 9,
    "/manage/events/forum/proposals/call": 5,
    "/manage/events/forum/proposals/KNOWN": 6,
    "/manage/events/forum/proposals/KNOWN/accept": 8,
    "/proposals/token": 3,
    "/speaking/token": 6,
    "/registrations/token": 13,
    "/registrations/token/ticket": 4,
    "/registrations/token/change": 5,
    "/registrations/token/address": 2,
    "/manage/events/forum/registrations": 11,
    "/manage/events/forum/registrations/new": 7,
    "/manage/events/forum/options": 8,
    "/manage/events/forum/form/preview": 8,
    "/manage/events/forum/form/settings": 6,
    "/manage/events/forum/form/privacy": 5,
    "/organizations.json?q=ci": 2,
    "/manage/events/forum/places": 6,
    "/manage/events/forum/team": 8,
    "/manage/events/forum/mail": 11,
    "/manage/events/forum/check-in": 7,
    "/manage/events/forum/check-in?q=guest": 8,
    "/manage/events/forum/counts": 12,
    "/manage/events/forum/counts?by=city&across=day&of=checked_in": 12,
    "/manage/events/forum/counts/screen": 10,
    "/manage/events/forum/counts/export?format=csv": 26,
    "/manage/events/forum/counts/statement": 10,
    "/manage/events/forum/counts/reported": 5,
    "/manage/events/forum/calendars": 15,
    "/manage/events/forum/calendars?of=next": 22,
}


def fill_proposals(make, event, person) -> None:
    """Another proposal with a vote, and another speaker who has declined; the first of each has a known URL."""
    voter = make.user()
    first = proposals_queries.call_of(event) is None
    with transaction():
        if first:
            proposals.save_call(
                event,
                opens_at=None,
                closes_at=None,
                text=LocalizedText(),
                kinds=[SessionKind.LECTURE],
                lengths=[20],
                modes=[Mode.IN_PERSON],
            )
        made = proposals.submit(
            event, ProposalInput("Rivers", "Of rivers.", "en", SessionKind.LECTURE, Mode.IN_PERSON, "Ada")
        )
        if first:
            made.code, made.token = "KNOWN", "token"
        proposals.review(made, db.session.merge(voter), vote=1, note="Good.")
        link = speakers.link_for(event, db.session.merge(person), email="ada@example.org", language="en")
        link.token = "token" if first else link.token
        link.answer = Answer.DECLINED  # the parts stay confirmed, so that the releases don't change


def fill_own_page(make, event, guest, *, first: bool) -> None:
    """A question, and a session with limited seats for which the guest waits; the first has a known URL."""
    start = event.starts_at + timedelta(minutes=guest.id)
    limited = make.session(event, capacity=1, minutes=1, starts_at=start, release=False)
    make.release(event)
    with transaction():
        questions.save_question(event, None, label=words("Diet"), kind=QuestionKind.TEXT, key=f"q{guest.id}")
        if first:
            db.session.merge(guest).token = "token"
        known = db.session.scalars(select(Registration).where(Registration.token == "token")).one()
        sign_ups.sign_up(db.session.merge(guest) if not first else known, limited.code)
        if not first:
            sign_ups.sign_up(known, limited.code, wait=True)


def fill(make, number: int) -> None:
    """An event with `number` of everything that a page could list."""
    event = make.event("forum", counts_public=True)
    hall = make.option(event, capacity=1000)
    make.option(event, Mode.ONLINE)
    with transaction():
        tickets.give_key(event.id)
    for n in range(number):
        organization = make.organization(f"City {n}", OrganizationKind.CITY)
        person = make.person(f"Family{n}", "Given")
        room, track = make.room(event), make.track(event)
        make.session(event, rooms=[room], track=track, people=[person, make.person(f"Other{n}", "Given")])
        guest = make.registration(event, hall, organization=organization.names["en"], country="JP")
        fill_own_page(make, event, guest, first=n == 0)
        make.event(f"other-{n}")
        with transaction():
            teams.invite(fresh(event), f"new{n}@example.org", Role.VIEWER, language="en", by=fresh(make.owner()))
        fill_proposals(make, event, person)


@pytest.fixture
def counts(app, client, organizer, make, queries):
    def measure(number: int) -> dict[str, int]:
        fill(make, number)
        found = {}
        for path in PAGES:
            app.extensions["pages"].clear()
            app.extensions["cache_middleware"].clear()
            app.extensions["feeds"].clear()
            with queries() as counted:
                response = (organizer if path.startswith("/manage") else client).get(path)
            assert response.status_code == 200, path
            found[path] = len(counted)
        return found

    return measure


@pytest.mark.both_engines("every page once on each engine")
def test_each_page_asks_as_often_as_it_is_known_to(counts):
    assert counts(1) == PAGES


@pytest.mark.slow
def test_each_page_asks_as_often_however_many_rows_there_are(counts):
    assert counts(20) == PAGES

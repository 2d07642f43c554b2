"""Submitting a proposal as a visitor, and a proposer's own page."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.events.rules import EventStatus
from eventapp.mail.operations import EMAILS_AN_HOUR
from eventapp.proposals import operations, views
from eventapp.proposals.models import Proposal
from eventapp.proposals.rules import ProposalStatus
from tests.proposals.conftest import accept, emails, open_call, propose, speaking

PATH = "/events/forum/propose"
ADA = {
    "title": "Rivers that remember",
    "abstract": "What a river tells a city.",
    "kind": "lecture",
    "minutes": "45",
    "spoken": "en",
    "mode": "online",
    "family_name": "Lovelace",
    "given_name": "Ada",
    "email": "ada@example.org",
    "notes": "I can't come on Tuesday.",
    "processing": "y",
    "publication": "y",
}


def the_one() -> Proposal:
    return db.session.scalars(select(Proposal)).one()


def text(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def test_after_sending_one_is_led_to_ones_own_page_which_is_private(client, call):
    response = client.fill(PATH, ADA)
    assert response.status_code == 303
    assert response.location.startswith(f"/proposals/{the_one().token}")
    page = client.get(response.location)
    assert "We have e-mailed a link to this page to ada@example.org" in text(client)
    assert client.page.one("main").get("data-status") == "submitted"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    assert the_one().minutes == 45


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "see https://example.org"}, "title"),
        ({"abstract": " "}, "abstract"),
        ({"abstract": "x" * 5001}, "abstract"),
        ({"kind": "party"}, "kind"),
        ({"minutes": "7"}, "minutes"),
        ({"spoken": None}, "spoken"),
        ({"spoken": "xx"}, "spoken"),
        ({"mode": None}, "mode"),
        ({"mode": "flying"}, "mode"),
        ({"written_in": "xx"}, "written_in"),
        ({"family_name": ""}, "family_name"),
        ({"given_name": "www.example.org"}, "given_name"),
        ({"email": "ada"}, "email"),
        ({"country": "Atlantis"}, "country"),
        ({"notes": "x" * 2001}, "notes"),
        ({"processing": None}, "processing"),
        ({"publication": None}, "publication"),
    ],
)
def test_a_wrong_form_names_the_field_keeps_what_was_typed_and_stores_nothing(client, call, wrong, field):
    response = client.fill(PATH, {**ADA, **wrong})
    assert response.status_code == 422
    summary = client.page.by_id("problems")
    assert any((a.get("href") or "").startswith(f"#{field}") for a in summary.iter("a"))
    if field != "notes":
        assert "I can&#39;t come on Tuesday." in response.get_data(as_text=True)
    assert db.session.query(Proposal).count() == 0
    assert emails() == []


def test_a_double_click_makes_one_proposal(client, call):
    client.get(PATH)
    hidden = {i.get("name"): i.get("value") for i in client.page.all("input") if i.get("type") == "hidden"}
    assert len(hidden["once"]) > 16
    places = {client.post(PATH, data={**ADA, **hidden, "written_in": "en"}).location for _ in range(2)}
    assert len(places) == 1
    assert db.session.query(Proposal).count() == 1


@pytest.mark.parametrize("once", ["", "short", "x" * 500, "not a token!"])
def test_a_form_without_its_number_makes_a_proposal_all_the_same(client, call, once):
    assert client.fill(PATH, {**ADA, "once": once}).status_code == 303


def test_before_and_after_the_call_the_page_says_when(client, forum):
    assert client.get(PATH).status_code == 404, "there is no call"
    day = clock.now() + timedelta(days=3)
    open_call(forum, opens_at=day)
    client.get(PATH)
    assert "The call for speakers opens on" in text(client)
    assert client.page.forms() == []
    open_call(forum, closes_at=clock.now() - timedelta(days=3))
    client.get(PATH)
    assert "The call for speakers closed on" in text(client)


def test_what_is_sent_after_the_end_is_refused_and_not_lost(client, forum, call):
    client.get(PATH)
    hidden = {i.get("name"): i.get("value") for i in client.page.all("input") if i.get("type") == "hidden"}
    open_call(forum, closes_at=clock.now() - timedelta(minutes=1))
    response = client.post(PATH, data={**ADA, **hidden, "written_in": "en"})
    assert response.status_code == 422
    assert "Rivers that remember" in response.get_data(as_text=True)
    assert "not open" in text(client)


def test_an_event_that_is_not_public_has_no_form(client, make):
    event = make.event("draft", status=EventStatus.DRAFT)
    open_call(event)
    assert client.get("/events/draft/propose").status_code == 404


def test_an_open_call_is_on_the_event_page_and_below_the_speakers(client, forum):
    pages = ("/events/forum", "/events/forum/speakers")
    for path in pages:
        client.get(path)
        assert "Propose a session" not in text(client)
    open_call(forum)
    for path in pages:
        client.get(path)
        assert "Propose a session" in text(client)
    open_call(forum, closes_at=clock.now() - timedelta(minutes=1))
    for path in pages:
        client.get(path)
        assert "Propose a session" not in text(client)


def test_ones_own_proposal_is_changed_withdrawn_and_deleted(client, forum, call):
    path = f"/proposals/{propose(forum).token}"
    assert client.fill(path, {"title": "Lakes"}, action=path).status_code == 303
    assert (the_one().title, the_one().email) == ("Lakes", "ada@example.org")
    assert client.fill(path, {"title": ""}, action=path).status_code == 422
    assert client.fill(path, action="/withdraw").status_code == 303
    client.get(path)
    assert client.page.one("main").get("data-status") == "withdrawn"
    response = client.fill(path, action="/delete", follow=True)
    assert response.status_code == 200
    assert "have been deleted" in text(client)
    assert client.get(path).status_code == 404
    assert emails() == []


def test_only_the_mailbox_of_the_proposer_gets_the_link_to_the_speakers_page(client, forum, call):
    """Who sends the form sees the proposal at once, whatever address was typed."""
    client.fill(PATH, ADA)
    proposal = the_one()
    accept(proposal)
    response = client.get(f"/proposals/{proposal.token}")
    assert response.status_code == 200
    assert "use the link in our e-mail about it" in text(client)
    token = speaking(proposal)
    assert token not in response.get_data(as_text=True)
    assert client.get(f"/speaking/{proposal.token}").status_code == 404
    assert f"/speaking/{token}?lang=en" in emails("accepted")[0].text


def test_a_link_from_when_both_were_one_still_leads_on(client, forum, call):
    proposal = propose(forum)
    accept(proposal)
    with transaction():
        db.session.get(Proposal, proposal.id).link.token = proposal.token
    response = client.get(f"/proposals/{proposal.token}")
    assert (response.status_code, response.location) == (303, f"/speaking/{proposal.token}")
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_wrong_link_leads_nowhere(client, forum, call):
    assert client.get("/proposals/nothing").status_code == 404
    assert client.get("/speaking/nothing").status_code == 404


def test_nothing_private_is_public_or_in_the_log(client, forum, call, make, caplog):
    proposal = propose(forum)
    make.session(forum)
    with caplog.at_level(logging.INFO):
        client.get(f"/proposals/{proposal.token}")
    assert caplog.records
    log = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "werkzeug")
    assert proposal.token not in log.replace("'request': ", "")
    for path in (
        "",
        "/programme",
        "/speakers",
        "/counts.json",
        "/calendar.ics",
        "/changes",
        "/changes.atom",
        "/propose",
    ):
        shown = client.get(f"/events/forum{path}").get_data(as_text=True)
        for private in ("ada@example.org", "on Tuesday", proposal.token, proposal.code, "Rivers that remember"):
            assert private not in shown, (path, private)


@pytest.mark.slow
def test_somebody_elses_mailbox_is_not_filled_from_here(client, call):
    codes = [client.fill(PATH, ADA).status_code for _ in range(EMAILS_AN_HOUR + 1)]
    assert codes == [303] * EMAILS_AN_HOUR + [422]
    assert "several e-mails to this address in the last hour" in client.page.text(client.page.one("main"))
    assert db.session.query(Proposal).count() == len(emails()) == EMAILS_AN_HOUR


@pytest.mark.both_engines("an upsert")
def test_many_mailboxes_are_not_written_to_from_one_connection(client, call, monkeypatch):
    monkeypatch.setattr(operations, "PROPOSALS_AN_HOUR", 2)
    codes = [client.fill(PATH, {**ADA, "email": f"guest{n}@example.org"}).status_code for n in range(3)]
    assert codes == [303, 303, 422]
    assert "2 proposals have been sent from your connection within the last hour." in text(client)
    assert len(emails()) == 2


def test_an_unsolicited_email_contains_no_strangers_url(client, call):
    client.fill(PATH, {**ADA, "title": "Win at evil.example", "family_name": "Click evil.example!"})
    (draft,) = emails()
    assert "evil" not in draft.subject + draft.text + draft.html


def test_a_robot_is_slowed_down(client, call, monkeypatch):
    monkeypatch.setattr(views, "PACE", "1/minute")
    assert client.fill(PATH, ADA).status_code == 303
    client.looks = False
    response = client.fill(PATH, ADA)
    assert response.status_code == 429
    assert "Retry-After" in response.headers


def test_the_whole_way_is_there_in_japanese(client, call):
    response = client.fill(f"{PATH}?lang=ja", {**ADA, "family_name": "佐藤", "given_name": "花"})
    assert response.status_code == 303
    assert the_one().language == "ja"
    assert the_one().name == "佐藤花"
    assert client.get(response.location).status_code == 200
    assert the_one().status is ProposalStatus.SUBMITTED

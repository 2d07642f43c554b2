"""The call at the desk."""

from __future__ import annotations

import pytest

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.programme.models import Participation, Session
from eventapp.proposals import operations, queries, speakers
from eventapp.proposals.models import Proposal, Review, SpeakerLink
from eventapp.proposals.rules import Answer
from tests.proposals.conftest import accept, emails, propose, speaking
from tests.support.make import fresh

DESK = "/manage/events/forum"
LIST = f"{DESK}/proposals"


def text(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def test_a_call_is_set_up_and_changed(organizer, forum):
    organizer.get(LIST)
    assert "There is no call for speakers" in text(organizer)
    path = f"{LIST}/call"
    values = {"opens_at": "2026-01-01T09:00", "closes_at": "2031-03-01T18:00", "text_en": "Come.", "lengths": "45, 20"}
    assert organizer.fill(path, values).status_code == 303
    call = queries.call_of(forum)
    assert (call.lengths, call.kinds, call.text["en"]) == ([20, 45], ["lecture", "panel", "workshop"], "Come.")
    assert call.closes_at.hour == 9, "18:00 in Tokyo"
    organizer.get(LIST)
    assert "The call is open until Sat 1 March 2031, 18:00" in text(organizer)
    assert "/events/forum/propose" in text(organizer)
    assert organizer.fill(path, {"modes": ["online"]}).status_code == 303
    assert queries.call_of(forum).modes == ["online"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lengths": "an hour"},
        {"closes_at": "2025-12-01T00:00", "opens_at": "2026-01-01T00:00"},
        {"kinds": None},
        {"modes": None},
        {"kinds": "party"},
        {"text_en": "x" * 5001},
        {"opens_at": "soon"},
    ],
)
def test_a_call_that_cannot_be_is_refused_in_a_sentence(organizer, forum, wrong):
    assert organizer.fill(f"{LIST}/call", {"lengths": "20", **wrong}).status_code == 422
    assert organizer.page.by_id("problems") is not None
    assert queries.call_of(forum) is None


@pytest.mark.both_engines("averages, and where NULL is sorted")
@pytest.mark.slow
def test_the_list_shows_votes_and_filters_and_turns_pages(organizer, forum, call, make):
    made = [propose(forum, title=f"Proposal {n:02}") for n in range(52)]
    with transaction():
        operations.review(db.session.merge(made[0]), make.owner(), vote=1, note="")
    organizer.get(LIST)
    assert "52 proposals" in text(organizer)
    assert "Page 1 of 2" in text(organizer)
    organizer.get(f"{LIST}?page=2")
    assert "+1.0 1 vote" in text(organizer)
    organizer.get(f"{LIST}?order=votes")
    assert "+1.0 1 vote" in text(organizer)
    organizer.get(f"{LIST}?mine=1")
    assert "51 proposals" in text(organizer)
    organizer.get(f"{LIST}?status=accepted")
    assert "No proposals match your selection." in text(organizer)
    assert organizer.get(f"{LIST}?status=x&order=y&page=z&mine=7").status_code == 200


@pytest.mark.both_engines("averages, and where NULL is sorted")
def test_a_vote_and_a_note_are_stored_with_the_name(organizer, forum, call):
    path = f"{LIST}/{propose(forum).code}"
    assert organizer.fill(path, {"vote": "-1", "note": "Too long."}).status_code == 303
    organizer.get(path)
    assert "Aoi Against Too long." in text(organizer)
    assert organizer.fill(path, {"vote": ""}).status_code == 303
    assert db.session.query(Review).one().vote is None
    for wrong in ("9", "for"):
        assert organizer.fill(path, {"vote": wrong}).status_code == 422


@pytest.mark.both_engines("no other test runs one of its statements")
@pytest.mark.slow
def test_the_email_is_read_and_changed_before_it_is_sent(organizer, forum, call):
    path = f"{LIST}/{propose(forum).code}/accept"
    organizer.get(path)
    assert "To ada@example.org, in English." in text(organizer)
    assert "We are pleased to tell you that your proposal “Rivers that remember”" in text(organizer)
    assert organizer.fill(path, {"subject": "Yes!", "text": "Come by ship.\r\n\r\nBring a book."}).status_code == 303
    (draft,) = emails("accepted")
    assert draft.subject == "Yes!"
    assert "Come by ship.\n\nBring a book." in draft.text
    link = db.session.query(SpeakerLink).one()
    assert f"/speaking/{link.token}" in draft.text
    assert organizer.fill(f"{DESK}/programme/sessions/{db.session.query(Session).one().code}").status_code == 303
    assert db.session.query(Participation).one().confirmed is False, "saving the form does not confirm for others"
    form = f"{DESK}/programme/sessions/{db.session.query(Session).one().code}"
    assert organizer.fill(form, {"confirmed-0": "on"}).status_code == 303
    assert db.session.query(Participation).one().confirmed is True, "but ticking it does"
    organizer.get(path)
    assert organizer.fill(path).status_code == 422, "it is decided already"


def test_an_email_can_be_left_out_but_not_be_empty(organizer, forum, call):
    path = f"{LIST}/{propose(forum).code}/decline"
    assert organizer.fill(path, {"text": ""}).status_code == 422
    assert organizer.fill(path, {"text": "", "send": None}).status_code == 303
    assert emails("declined") == []
    assert db.session.query(Proposal).one().status == "declined"


def test_who_accepts_without_an_e_mail_reads_how_the_link_is_sent(organizer, client, forum, call):
    proposal = propose(forum)
    path = f"{LIST}/{proposal.code}/accept"
    organizer.get(path)
    assert "from the page of the speaker" in text(organizer)
    assert organizer.fill(path, {"send": None}).status_code == 303
    assert emails("accepted") == []
    client.get(f"/proposals/{proposal.token}")
    assert "If you have no such e-mail, please contact the organizers." in client.page.text(client.page.one("main"))
    ask = f"/manage/events/forum/speakers/{fresh(proposal).link.person.code}/ask"
    assert organizer.fill(ask, {}).status_code == 303
    (asked,) = emails("confirm")
    assert asked.to == proposal.email and speaking(proposal) in asked.text


def test_somebody_known_is_chosen_by_the_organizer_only(organizer, forum, call, make):
    namesake = make.person("Lovelace", "Ada")
    make.session(forum, people=[namesake])
    proposal = propose(forum)
    path = f"{LIST}/{proposal.code}/accept"
    organizer.get(path)
    assert "Someone in the programme has the same name." in text(organizer)
    assert organizer.fill(path, {"person": "NOSUCH"}).status_code == 422
    assert organizer.fill(path, {"person": namesake.code}).status_code == 303
    assert db.session.get(Proposal, proposal.id).link.person_id == namesake.id


@pytest.mark.parametrize("moves", [False, True])
def test_a_speaker_who_has_a_link_keeps_it_unless_the_organizer_moves_it(organizer, client, forum, call, make, moves):
    """Anybody can propose in the name of somebody on the programme."""
    ada = make.person("Lovelace", "Ada")
    make.session(forum, people=[ada])
    with transaction():
        link = speakers.link_for(fresh(forum), fresh(ada), email="known@example.org", language="ja")
    token = link.token
    proposal = propose(forum, email="stranger@example.org")
    path = f"{LIST}/{proposal.code}/accept"
    organizer.get(path)
    assert "We still write to known@example.org" in text(organizer)
    assert "The link that went to known@example.org stops working." in text(organizer)
    assert organizer.fill(path, {"person": ada.code + (" moves" if moves else "")}).status_code == 303
    kept = fresh(link)
    assert (kept.email, kept.token == token) == (
        ("stranger@example.org", False) if moves else ("known@example.org", True)
    )
    assert fresh(proposal).link_id == link.id
    written = {email.to: email for email in emails("accepted") + emails("confirm")}
    assert set(written) == ({"stranger@example.org"} if moves else {"stranger@example.org", "known@example.org"})
    assert (kept.token in written["stranger@example.org"].text) is moves
    if not moves:
        assert token in written["known@example.org"].text


def test_who_proposes_with_the_address_of_the_link_is_offered_once(organizer, forum, call, make):
    ada = make.person("Lovelace", "Ada")
    make.session(forum, people=[ada])
    proposal = propose(forum)
    with transaction():
        speakers.link_for(fresh(forum), fresh(ada), email=proposal.email.upper(), language="en")
    organizer.get(f"{LIST}/{proposal.code}/accept")
    people = [one for one in organizer.page.all("input") if one.get("name") == "person"]
    assert [one.get("value") for one in people] == ["new", ada.code]


def test_a_declined_speaker_is_on_the_list_and_among_the_next_steps(organizer, client, forum, call):
    proposal = propose(forum)
    accept(proposal)
    path = f"/speaking/{speaking(proposal)}"
    client.get(path)
    assert client.page.one("main").get("data-answer") == "pending"
    assert client.fill(path, action="/decline").status_code == 303
    organizer.get(LIST)
    assert "Ada Lovelace has declined but is still in the programme." in text(organizer)
    organizer.get(DESK)
    assert "Find a replacement: Ada Lovelace declined." in text(organizer)


def test_a_speaker_is_asked_from_the_page_of_the_speaker(organizer, forum, make):
    ada = make.person("Lovelace", "Ada")
    make.session(forum, people=[ada], release=False)
    person, path = f"{DESK}/speakers/{ada.code}", f"{DESK}/speakers/{ada.code}/ask"
    organizer.get(person)
    assert "Ask to confirm" in text(organizer)
    organizer.get(f"{path}?email=ada@example.org&letter=ja")
    assert organizer.page.by_id("email").get("value") == "ada@example.org"
    response = organizer.fill(f"{path}?letter=ja", {"email": "ada@example.org"})
    assert response.status_code == 303
    (draft,) = emails("confirm")
    assert (draft.language, draft.to) == ("ja", "ada@example.org")
    assert organizer.fill(path, {"email": "ada"}).status_code == 422
    organizer.get(person)
    assert "No answer yet" in text(organizer)


def test_the_speakers_page_keeps_words_and_profile(client, organizer, forum, call):
    proposal = propose(forum)
    session = accept(proposal)
    path = f"/speaking/{speaking(proposal)}"
    assert client.fill(path, action="/confirm").status_code == 303
    assert db.session.query(SpeakerLink).one().answer is Answer.CONFIRMED
    assert client.fill(f"{path}/profile", {"biography_ja": "川の人。", "family_ja": "ラブレス"}).status_code == 303
    assert client.fill(f"{path}/profile", {"family_en": "", "given_en": "", "family_ja": ""}).status_code == 422
    assert client.fill(f"{path}/sessions/{session.code}", {"subtitle_en": "A story"}).status_code == 303
    assert client.fill(f"{path}/sessions/{session.code}", {"title_en": ""}).status_code == 422
    assert client.get(f"{path}/sessions/NOSUCH").status_code == 404
    page = client.get(path)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    row = db.session.get(Session, session.id, populate_existing=True)
    assert row.subtitle["en"] == "A story"
    assert row.participations[0].person.biography["ja"] == "川の人。"


@pytest.mark.both_engines("no other test runs one of its statements")
def test_what_the_team_changed_meanwhile_is_in_the_speakers_form(client, organizer, forum, call):
    proposal = propose(forum)
    session = accept(proposal)
    path = f"/speaking/{speaking(proposal)}/sessions/{session.code}"
    client.get(path)
    hidden = {i.get("name"): i.get("value") for i in client.page.all("input") if i.get("type") == "hidden"}
    organizer.fill(f"{DESK}/programme/sessions/{session.code}", {"title_en": "By the team"})
    typed = {"title_en": "Rivers that remember", "subtitle_en": "Mine", "abstract_en": "What a **river** tells a city."}
    response = client.post(path, data={**hidden, **typed})
    assert response.status_code == 422
    assert "Their changes are now in the form: Title." in text(client)
    assert 'value="By the team"' in response.get_data(as_text=True)
    assert 'value="Mine"' in response.get_data(as_text=True)
    again = {i.get("name"): i.get("value") for i in client.page.all("input") if i.get("type") == "hidden"}
    assert client.post(path, data={**again, **typed, "title_en": "By the team"}).status_code == 303
    row = db.session.get(Session, session.id, populate_existing=True)
    assert (row.title["en"], row.subtitle["en"]) == ("By the team", "Mine")


@pytest.mark.both_engines("no other test runs one of its statements")
def test_proposals_of_another_event_are_not_reached_through_ones_own(app, organizer, forum, call, make):
    code = propose(forum).code
    make.event("mine")
    for rest in ("", "/accept", "/decline", "/reopen"):
        assert organizer.get(f"/manage/events/mine/proposals/{code}{rest}").status_code == 404
    other = make.user()
    make.event("theirs", owner=other)
    stranger = app.test_client()
    stranger.sign_in(other)
    for path in (LIST, f"{LIST}/call", f"{LIST}/{code}", f"{LIST}/{code}/accept"):
        assert stranger.get(path).status_code == 404, path
    helper = app.test_client()
    helper.sign_in(make.member(forum, Role.REGISTRATION))
    assert helper.get(LIST).status_code == 403
    helper.get(DESK)
    assert "Proposals" not in helper.page.text(helper.page.one("body"))


def test_somebody_who_has_no_part_cannot_be_asked(organizer, forum, make):
    assert organizer.get(f"{DESK}/speakers/{make.person().code}/ask").status_code == 404

"""Submitting and deciding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory.models import Person
from eventapp.events import queries as events
from eventapp.events.rules import EventStatus
from eventapp.programme import operations as programme
from eventapp.programme import queries as released
from eventapp.programme import releases
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode, SessionKind, SessionStatus
from eventapp.proposals import operations, queries, speakers
from eventapp.proposals.models import Proposal, Review, SpeakerLink
from eventapp.proposals.rules import CONSENT, Answer, ProposalStatus
from tests.proposals.conftest import DRAFT, accept, answers, emails, open_call, propose
from tests.support.at_once import at_once as all_at_once

pytestmark = pytest.mark.both_engines("decisions are made under row locks")


def count(model) -> int:
    return db.session.query(model).count()


def fresh(proposal) -> Proposal:
    return db.session.get(Proposal, proposal.id, populate_existing=True)


def test_a_proposal_is_stored_with_the_consent_and_its_owner_gets_the_link(call, forum):
    proposal = propose(forum)
    assert proposal.status is ProposalStatus.SUBMITTED
    assert proposal.consent == CONSENT
    assert abs(clock.now() - proposal.consented_at) < timedelta(minutes=1)
    (draft,) = emails()
    assert (draft.to, draft.kind) == ("ada@example.org", "proposals.received")
    assert f"/proposals/{proposal.token}?lang=en" in draft.text
    assert "Rivers that remember" in draft.subject
    assert draft.text.startswith("Dear Ada Lovelace,")


def test_the_email_is_in_the_language_that_the_person_reads(call, forum):
    proposal = propose(forum, language="ja")
    (draft,) = emails()
    assert draft.language == "ja"
    assert f"/proposals/{proposal.token}?lang=ja" in draft.text
    assert "都市フォーラム" in draft.text


def test_a_form_that_is_sent_twice_makes_one_proposal_and_one_email(call, forum):
    with transaction():
        first = operations.submit(forum, answers(), once="0123456789abcdef")
    with transaction():
        second = operations.submit(forum, answers(), once="0123456789abcdef")
    assert first.id == second.id
    assert (count(Proposal), len(emails())) == (1, 1)


def test_who_goes_back_and_writes_another_proposal_means_another_one(call, forum):
    for title in ("One", "Two"):
        with transaction():
            operations.submit(forum, answers(title=title), once="0123456789abcdef")
    assert count(Proposal) == 2


@pytest.mark.parametrize(
    "when", [{"opens_at": timedelta(hours=1)}, {"closes_at": timedelta(hours=-1)}], ids=["before", "after"]
)
def test_nothing_is_taken_while_the_call_is_not_open(forum, when):
    open_call(forum, **{name: clock.now() + by for name, by in when.items()})
    with pytest.raises(Refused, match="not open"), transaction():
        operations.submit(forum, answers())


def test_nothing_is_accepted_without_a_call_or_for_a_cancelled_event(make, forum):
    with pytest.raises(Refused, match="not open"), transaction():
        operations.submit(forum, answers())
    off = make.event("off", status=EventStatus.CANCELLED)
    open_call(off)
    with pytest.raises(Refused, match="not open"), transaction():
        operations.submit(off, answers())


def test_a_call_that_closes_before_it_opens_is_refused(forum):
    with pytest.raises(Refused, match="after the start"):
        open_call(forum, opens_at=clock.now(), closes_at=clock.now() - timedelta(days=1))
    for name in ("kinds", "modes"):
        with pytest.raises(Refused, match="at least one"):
            open_call(forum, **{name: []})


def test_an_accepted_proposal_is_a_draft_session_with_a_speaker_who_has_not_confirmed(call, forum):
    session = accept(propose(forum))
    assert session.status is SessionStatus.DRAFT
    assert (session.title, session.abstract) == (
        LocalizedText(en="Rivers that remember"),
        LocalizedText(en="What a **river** tells a city."),
    )
    assert (session.kind, session.minutes, session.spoken) == (SessionKind.LECTURE, 20, ["en"])
    (part,) = session.participations
    assert (part.person.name("en").text, part.mode, part.confirmed) == ("Ada Lovelace", Mode.ONLINE, False)
    (position,) = part.person.positions
    assert (position.title["en"], position.organization.names["en"]) == ("Hydrologist", "River Institute")
    (draft,) = emails("accepted")
    assert draft.subject == "A subject"
    assert "Another paragraph." in draft.text


def test_a_japanese_name_is_stored_as_one(call, forum):
    session = accept(propose(forum, family_name="佐藤", given_name="花", written_in="ja", language="ja"))
    assert session.participations[0].person.name("en").text == "佐藤花"
    assert session.title == LocalizedText(ja="Rivers that remember")


def test_equal_names_are_offered_and_never_merged_by_themselves(call, forum, make):
    namesake = make.person("Lovelace", "Ada")
    make.person("Lovelace", "Ada")  # without a session at this event
    make.session(forum, people=[namesake])
    proposal = propose(forum)
    assert [p.id for p in queries.candidates(proposal)] == [namesake.id]
    session = accept(proposal)
    assert session.participations[0].person_id != namesake.id
    again = accept(propose(forum), person=db.session.get(Person, namesake.id))
    assert again.participations[0].person_id == namesake.id
    assert namesake.positions == [], "the profile of somebody known stays as it is"


def test_two_proposals_of_one_person_have_one_link(call, forum):
    first = propose(forum)
    accept(first)
    second = propose(forum, title="More rivers")
    accept(second, person=fresh(first).link.person)
    assert count(SpeakerLink) == 1
    assert fresh(second).link.id == fresh(first).link.id
    assert fresh(second).link.token not in {first.token, second.token}


def test_a_decision_is_made_once(call, forum):
    proposal = propose(forum)
    accept(proposal)
    with pytest.raises(Refused, match="already been decided"):
        accept(proposal)
    with pytest.raises(Refused, match="already been decided"), transaction():
        operations.decline(fresh(proposal))
    assert count(Session) == 1


def test_a_declined_proposal_can_be_decided_again(call, forum):
    proposal = propose(forum)
    emails()
    with transaction():
        operations.decline(fresh(proposal), draft=DRAFT)
    assert fresh(proposal).status is ProposalStatus.DECLINED
    with transaction():
        operations.reopen(fresh(proposal))
    assert fresh(proposal).status is ProposalStatus.SUBMITTED
    assert [draft.kind for draft in emails()] == ["proposals.received", "proposals.declined"]
    with pytest.raises(Refused, match="can't be decided again"), transaction():
        operations.reopen(fresh(proposal))


def test_an_accepted_proposal_is_reopened_only_once_its_session_is_deleted(call, forum):
    proposal = propose(forum)
    session = accept(proposal)
    with pytest.raises(Refused, match="Delete the session first"), transaction():
        operations.reopen(fresh(proposal))
    with transaction():
        programme.delete_session(db.session.get(Session, session.id))
    with transaction():
        operations.reopen(fresh(proposal))
    assert fresh(proposal).status is ProposalStatus.SUBMITTED
    assert count(SpeakerLink) == 0, "there is nothing to confirm any more"


def test_a_proposal_accepted_as_the_wrong_person_is_accepted_as_another_one(call, forum, make):
    wrong = make.person("Lovelace", "Ada")
    make.session(forum, people=[wrong])
    proposal = propose(forum)
    session = accept(proposal, person=wrong)
    with transaction():
        programme.delete_session(db.session.get(Session, session.id))
        operations.reopen(fresh(proposal))
    assert count(SpeakerLink) == 1, "the person still has a part"
    accept(proposal)
    assert count(SpeakerLink) == 2
    assert fresh(proposal).link.person_id != wrong.id


def test_who_was_faster_with_the_same_form_is_found(call, forum, monkeypatch):
    first = propose(forum)
    with transaction():
        fresh(first).once = "0123456789abcdef"
    real, asked = queries.by_once, []
    monkeypatch.setattr(queries, "by_once", lambda once: real(once) if asked else asked.append(once))
    with transaction():
        second = operations.submit(forum, answers(), once="0123456789abcdef")
    assert second.id == first.id
    asked.clear()
    with transaction():
        third = operations.submit(forum, answers(title="Another"), once="0123456789abcdef")
    assert third.id != first.id


def test_a_link_that_went_to_another_address_is_not_reached_by_the_proposals(call, forum):
    proposal = propose(forum)
    accept(proposal)
    link = fresh(proposal).link
    assert fresh(proposal).speaking is link
    with transaction():
        speakers.ask(
            forum, db.session.get(Person, link.person_id), email="other@example.org", language="en", draft=DRAFT
        )
    assert fresh(proposal).speaking is None
    assert queries.link_by_token(proposal.token) is None


def test_an_owner_changes_the_proposal_until_it_is_decided_or_the_call_is_closed(call, forum):
    proposal = propose(forum)
    with transaction():
        operations.change(fresh(proposal), answers(title="Lakes", email="other@example.org"))
    assert (fresh(proposal).title, fresh(proposal).email) == ("Lakes", "ada@example.org")
    with transaction():
        operations.decline(fresh(proposal))
    with pytest.raises(Refused, match="no longer"), transaction():
        operations.change(fresh(proposal), answers())
    other = propose(forum)
    open_call(forum, closes_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="not open"), transaction():
        operations.change(fresh(other), answers())


def test_an_owner_withdraws_but_not_what_is_on_the_programme(call, forum):
    proposal, accepted = propose(forum), propose(forum)
    accept(accepted)
    with transaction():
        operations.withdraw(fresh(proposal))
    assert fresh(proposal).status is ProposalStatus.WITHDRAWN
    with pytest.raises(Refused, match="already been decided"):
        accept(proposal)
    for verb in (operations.withdraw, operations.forget):
        with pytest.raises(Refused, match="Decline to take part instead"), transaction():
            verb(fresh(accepted))


def test_deleting_leaves_nothing_of_the_person_behind(call, forum, make):
    proposal, other = propose(forum), propose(forum, email="bo@example.org")
    with transaction():
        operations.review(fresh(proposal), make.owner(), vote=1, note="Ada is good.")
    with transaction():
        operations.forget(fresh(proposal))
    assert [p.id for p in db.session.scalars(select(Proposal))] == [other.id]
    assert count(Review) == 0
    assert [draft.to for draft in emails()] == ["bo@example.org"]


def test_deleting_finds_the_emails_with_the_link_of_the_speakers_page_that_is_gone(call, forum):
    """It is none of the proposal, and the page ends when the decision is undone."""
    proposal, other = propose(forum), propose(forum, email="bo@example.org")
    for one in (proposal, other):
        session = accept(one)
        emails()
        with transaction():
            programme.delete_session(db.session.get_one(Session, session.id))
            operations.reopen(fresh(one))
    again = propose(forum, email="BO@example.org")
    for one in (proposal, again):
        with transaction():
            operations.forget(fresh(one))
    sent = [(email.to, email.kind) for email in emails()]
    assert sent == [("bo@example.org", "proposals.received"), ("bo@example.org", "proposals.accepted")]


def test_a_member_of_the_team_votes_once_and_may_vote_again(call, forum, make):
    proposal = propose(forum)
    for vote in (1, -1):
        with transaction():
            operations.review(fresh(proposal), make.owner(), vote=vote, note="Hm.")
    with transaction():
        operations.review(fresh(proposal), make.user(), vote=None, note="Only a note.")
    rows, total = queries.of_event(forum, make.owner())
    assert (total, rows[0].mean, rows[0].votes) == (1, -1.0, 1)
    with pytest.raises(Refused), transaction():
        operations.review(fresh(proposal), make.owner(), vote=2, note="")


def test_the_list_is_filtered_and_sorted_and_has_pages(call, forum, make):
    first, second, third = (propose(forum, title=title) for title in ("b", "a", "c"))
    with transaction():
        operations.review(fresh(first), make.owner(), vote=1, note="")
        operations.review(fresh(third), make.owner(), vote=-1, note="")
        operations.decline(fresh(third))

    def titles(**wanted):
        return [row.proposal.title for row in queries.of_event(forum, make.owner(), **wanted)[0]]

    assert titles() == ["c", "a", "b"]
    assert titles(order=queries.Order.TITLE) == ["a", "b", "c"]
    assert titles(order=queries.Order.VOTES) == ["b", "c", "a"]
    assert titles(unvoted=True) == ["a"]
    assert titles(status=ProposalStatus.DECLINED) == ["c"]
    assert titles(limit=1, offset=1) == ["a"]
    assert second.code != first.code


def test_nobody_is_announced_before_saying_yes(call, forum):
    session = accept(propose(forum))
    with transaction():
        row = db.session.get(Session, session.id)
        programme.move_session(
            forum, row, starts_at=forum.starts_at, ends_at=forum.starts_at + timedelta(minutes=20), rooms=[]
        )
        programme.set_status(row, SessionStatus.PUBLISHED)

    with transaction():
        releases.release(forum)
    assert released.public_sessions(forum)[0].participations == ()
    assert db.session.scalars(select(SpeakerLink)).one().answer is Answer.PENDING


def at_once(app, deed, times: int = 2) -> list:
    """The results of doing something several times at the same moment: a return value, or the refusal."""
    together = Barrier(times)

    def do(_number):
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    return deed()
            except Refused as refusal:
                return refusal

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(do, range(times)))


def test_two_who_accept_in_the_same_moment_make_one_session(app, call, forum):
    number = propose(forum).id
    db.session.rollback()
    results = at_once(app, lambda: operations.accept(db.session.get(Proposal, number), draft=DRAFT).id)
    assert sorted(isinstance(one, Refused) for one in results) == [False, True]
    assert (count(Session), len(emails("accepted"))) == (1, 1)


@pytest.mark.both_engines("what waits for whom")
def test_eight_proposals_that_are_accepted_at_once_as_one_speaker_have_one_link(app, call, forum, make):
    speaker = make.person("Lovelace", "Ada").id
    numbers = [propose(forum, title=f"Rivers {n}", email=f"ada{n}@example.org").id for n in range(8)]
    db.session.rollback()

    def accepts(n: int) -> None:
        operations.accept(db.session.get_one(Proposal, numbers[n]), person=db.session.get_one(Person, speaker))

    assert all_at_once(app, accepts) == {"done": 8}
    assert (count(SpeakerLink), count(Session)) == (1, 8)


def test_a_form_that_is_sent_twice_in_the_same_moment_makes_one_proposal(app, call, forum):
    slug = forum.slug
    db.session.rollback()
    results = at_once(app, lambda: operations.submit(events.by_slug(slug), answers(), once="0123456789abcdef").id)
    assert len(set(results)) == 1
    assert (count(Proposal), len(emails())) == (1, 1)

"""Speakers are asked, confirm or decline, edit their own texts, and are notified when a session moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core import stale_forms
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory import operations as directory
from eventapp.directory.models import Person
from eventapp.programme import operations as programme
from eventapp.programme import queries as released
from eventapp.programme import releases
from eventapp.programme.models import Participation, Session
from eventapp.programme.rules import ParticipationRole, SessionStatus
from eventapp.proposals import queries, speakers
from eventapp.proposals.models import SpeakerLink
from tests.proposals.conftest import DRAFT, emails
from tests.support.make import Make

HOUR = timedelta(hours=1)


@pytest.fixture
def ada(make):
    return make.person("Lovelace", "Ada")


@pytest.fixture
def session(make, forum, ada):
    return make.session(forum, "Rivers", people=[ada], rooms=[make.room(forum, "Hall A")])


def ask(event, person, email="ada@example.org", language="en") -> SpeakerLink:
    with transaction():
        return speakers.ask(
            db.session.merge(event), db.session.merge(person), email=email, language=language, draft=DRAFT
        )


def the_link() -> SpeakerLink:
    return db.session.scalars(select(SpeakerLink).execution_options(populate_existing=True)).one()


def answer(*, yes: bool) -> None:
    with transaction():
        speakers.answer(the_link(), yes=yes)


def confirmed() -> list[bool]:
    return list(db.session.scalars(select(Participation.confirmed).order_by(Participation.id)))


def publish(event):
    with transaction():
        releases.release(db.session.merge(event))
    Make().tell()


def move(event, session, *, by=HOUR, rooms=None, status=None) -> None:
    with transaction():
        row = db.session.get(Session, session.id)
        start, end = row.starts_at + by, row.ends_at + by
        programme.move_session(event, row, starts_at=start, ends_at=end, rooms=row.rooms if rooms is None else rooms)
        if status:
            programme.set_status(row, status)


def test_who_is_asked_is_not_announced_before_saying_yes(make, forum, ada):
    make.session(forum, "Rivers", people=[ada], release=False)
    make.session(forum, "Lakes", people=[ada], release=False)
    ask(forum, ada)
    assert confirmed() == [False, False]
    (draft,) = emails("confirm")
    assert f"/speaking/{the_link().token}?lang=en" in draft.text
    make.release(forum)
    assert released.document(forum).person_ids == set()
    answer(yes=True)
    assert confirmed() == [True, True]
    make.release(forum)
    assert released.document(forum).person_ids == {ada.id}


def test_ones_own_page_says_what_the_public_sees_and_when(client, make, forum, ada, session):
    ask(forum, ada)
    path = f"/speaking/{the_link().token}"

    def said() -> str:
        client.get(path)
        return client.page.text(client.page.one("main"))

    assert client.fill(path, action="/confirm").status_code == 303
    assert "Your name is on the programme." in said()
    assert client.page.one("time").get("data-zone") == "Asia/Tokyo"
    assert "10:00 – 11:00 JST" in said()
    assert client.fill(path, action="/decline").status_code == 303
    assert "Your name will be removed from the next version of the programme." in said()
    publish(forum)
    assert "Your name will not be published" in said()
    assert client.fill(path, action="/confirm").status_code == 303
    assert "Your name will appear in the next version of the programme." in said()


def test_who_is_public_already_stays_so_until_the_answer_is_no(make, forum, ada, session):
    ask(forum, ada)
    assert confirmed() == [True]
    answer(yes=False)
    assert confirmed() == [False]
    assert [link.person_id for link in queries.declined(forum)] == [ada.id]
    publish(forum)
    assert released.document(forum).person_ids == set()
    answer(yes=True)
    assert queries.declined(forum) == []


def test_the_team_is_reminded_of_a_declined_speaker_until_removed_from_the_programme(make, forum, ada, session):
    ask(forum, ada)
    answer(yes=False)
    with transaction():
        row = db.session.get(Session, session.id)
        programme.set_status(row, SessionStatus.CANCELLED)
    assert queries.declined(forum) == []


def test_another_address_gets_another_link_and_the_same_one_keeps_it(make, forum, ada, session):
    first = ask(forum, ada).token
    assert ask(forum, ada, "ADA@example.org").token == first
    assert ask(forum, ada, "other@example.org").token != first
    assert queries.link_by_token(first) is None
    assert db.session.query(SpeakerLink).count() == 1


def test_after_the_event_nothing_is_answered_or_changed(make, ada):
    past = make.event("past", starts_at=make.event("x").starts_at - timedelta(days=4000))
    make.session(past, people=[ada], release=False)
    ask(past, ada)
    link = the_link()
    with pytest.raises(Refused, match="over"):
        answer(yes=True)
    with pytest.raises(Refused, match="over"), transaction():
        speakers.save_profile(the_link(), {}, edit_token="")
    with pytest.raises(Refused, match="over"), transaction():
        speakers.save_talk(the_link(), queries.parts_of(link)[0][0], {}, edit_token="")


def test_the_profile_is_saved_with_position_and_organization(make, forum, ada, session):
    ask(forum, ada)
    make.organization("Analytical Society")
    with transaction():
        link = the_link()
        now = speakers.profile_of(link)
        typed = {
            **now,
            "biography": LocalizedText(en="Wrote."),
            "links": "Notes | https://example.org/notes",
            "position": LocalizedText(en="Countess"),
            "zone": "Europe/London",
            "organization": LocalizedText(en="Analytical society"),
        }
        speakers.save_profile(link, typed, edit_token=stale_forms.edit_token(now))
    person = db.session.get(Person, ada.id, populate_existing=True)
    assert person.biography == LocalizedText(en="Wrote.")
    assert person.links == "Notes | https://example.org/notes"
    (position,) = person.positions
    assert position.organization.names["en"] == "Analytical Society", "the one that is known"
    assert the_link().zone == "Europe/London"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organization": LocalizedText(en="X")}, "position"),
        ({"zone": "Mars/Base"}, "time zone"),
        ({"links": "Me | javascript:alert(1)"}, "not a link"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(make, forum, ada, session, wrong, said):
    ask(forum, ada)
    now = speakers.profile_of(the_link())
    with pytest.raises(Refused, match=said), transaction():
        speakers.save_profile(the_link(), {**now, **wrong}, edit_token=stale_forms.edit_token(now))


def test_what_the_team_has_changed_meanwhile_is_not_overwritten(make, forum, ada, session):
    ask(forum, ada)
    now = speakers.profile_of(the_link())
    with transaction():
        person = db.session.get(Person, ada.id)
        directory.save_person(
            person, family=person.family, given=person.given, biography=LocalizedText(en="By the team.")
        )
    with pytest.raises(speakers.ProfileEditConflict) as late, transaction():
        speakers.save_profile(
            the_link(), {**now, "honorific": LocalizedText(en="Dr.")}, edit_token=stale_forms.edit_token(now)
        )
    assert late.value.changes.theirs == ("biography",)
    assert db.session.get(Person, ada.id, populate_existing=True).biography["en"] == "By the team."


def test_the_words_of_a_session_are_the_teams_draft_until_the_release(make, forum, ada, session):
    ask(forum, ada)
    now = speakers.talk_of(speakers.own_session(the_link(), session.code))
    move(forum, session)  # meanwhile the team moves the session, which does not change its texts
    with transaction():
        link = the_link()
        row = speakers.own_session(link, session.code)
        speakers.save_talk(
            link, row, {**now, "title": LocalizedText(en="Lakes")}, edit_token=stale_forms.edit_token(now)
        )
    assert str(released.public_session(forum, session.code).title) == "Rivers"
    publish(forum)
    assert str(released.public_session(forum, session.code).title) == "Lakes"
    row = db.session.get(Session, session.id)
    assert [room.name["en"] for room in row.rooms] == ["Hall A"]
    assert confirmed() == [True]


def test_words_that_the_team_has_changed_are_not_overwritten(make, forum, ada, session):
    ask(forum, ada)
    now = speakers.talk_of(speakers.own_session(the_link(), session.code))
    with transaction():
        row = db.session.get(Session, session.id)
        programme.save_session(
            forum,
            row,
            title=LocalizedText(en="By the team"),
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    with pytest.raises(speakers.ProfileEditConflict) as late, transaction():
        link = the_link()
        row = speakers.own_session(link, session.code)
        speakers.save_talk(
            link, row, {**now, "title": LocalizedText(en="Mine")}, edit_token=stale_forms.edit_token(now)
        )
    assert late.value.changes.both == ("title",)
    assert str(db.session.get(Session, session.id, populate_existing=True).title) == "By the team"


def test_only_ones_own_sessions_can_be_written(make, forum, ada, session):
    other = make.session(forum, "Not mine", people=[make.person("Other", "One")])
    ask(forum, ada)
    assert speakers.own_session(the_link(), session.code) is not None
    assert speakers.own_session(the_link(), other.code) is None
    with transaction():
        programme.set_status(db.session.get(Session, session.id), SessionStatus.CANCELLED)
    assert speakers.own_session(the_link(), session.code) is None


def test_who_moderates_does_not_write_the_words(make, forum, ada, session):
    ask(forum, ada)
    with transaction():
        db.session.scalars(select(Participation)).one().role = ParticipationRole.MODERATOR
    assert speakers.own_session(the_link(), session.code) is None
    assert len(queries.parts_of(the_link())) == 1


def test_a_speaker_is_notified_of_a_move_in_words_and_in_both_zones(make, forum, ada, session):
    ask(forum, ada)
    answer(yes=True)
    with transaction():
        the_link().zone = "Europe/Berlin"
    move(forum, session, rooms=[make.room(forum, "Hall B")])
    publish(forum)
    (draft,) = emails("changed")
    assert draft.to == "ada@example.org"
    assert "Rivers: Rescheduled: Tue 18 March, 10:00 – 11:00 → 11:00 – 12:00" in draft.text
    assert "In your time (Central European Standard Time): Tue 18 March, 02:00 – 03:00 → 03:00 – 04:00" in draft.text
    assert "Rivers: Room changed: Hall A → Hall B" in draft.text
    assert "Times are in Japan Standard Time unless stated otherwise." in draft.text
    assert f"/speaking/{the_link().token}" in draft.text


def test_the_email_is_in_the_speakers_language_and_not_in_the_publishers(make, forum, ada, session):
    with transaction():
        row = db.session.get(Session, session.id)
        programme.save_room(forum, row.rooms[0], name=LocalizedText(en="Hall A", ja="Aホール"))
    publish(forum)
    ask(forum, ada, language="ja")
    move(forum, session, rooms=[make.room(forum, LocalizedText(en="Hall B", ja="Bホール"))], by=timedelta(0))
    publish(forum)
    (draft,) = emails("changed")
    assert draft.language == "ja"
    assert "Aホール → Bホール" in draft.text


def test_a_cancelled_session_is_notified_and_each_release_sends_one_email(make, forum, ada, session):
    second = make.session(forum, "Lakes", people=[ada], starts_at=forum.starts_at + 3 * HOUR)
    ask(forum, ada)
    move(forum, session, by=timedelta(0), status=SessionStatus.CANCELLED)
    move(forum, second)
    publish(forum)
    (draft,) = emails("changed")
    assert "Rivers: Cancelled" in draft.text
    assert "Lakes: Rescheduled" in draft.text


def test_who_is_not_announced_has_declined_or_has_no_link_is_not_written_to(make, forum, ada, session):
    bo = make.person("Bo", "Bo")
    other = make.session(forum, "Other", people=[bo])
    ask(forum, ada)
    answer(yes=False)
    move(forum, session)
    move(forum, other)
    publish(forum)
    assert emails("changed") == []


@pytest.mark.slow
def test_a_speaker_who_has_declined_is_not_notified_that_the_session_is_removed(make, forum, ada, session):
    ask(forum, ada)
    answer(yes=False)
    with transaction():
        programme.set_status(db.session.get(Session, session.id), SessionStatus.DRAFT)
    publish(forum)
    assert released.document(forum).by_code[session.code].participations, "what is gone stays as it was"
    assert emails("changed") == []


def test_new_texts_are_no_reason_for_an_email(make, forum, ada, session):
    ask(forum, ada)
    with transaction():
        row = db.session.get(Session, session.id)
        programme.save_session(
            forum,
            row,
            title=LocalizedText(en="Brooks"),
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            rooms=row.rooms,
        )
    publish(forum)
    assert emails("changed") == []


def test_speakers_are_notified_when_the_event_is_cancelled(make, forum, ada, session):
    ask(forum, ada)
    emails()
    with transaction():
        assert lifecycle.cancel_event(db.session.merge(forum), note=LocalizedText()) == 1
    assert make.tell(minutes=0) == 1
    (draft,) = emails("changed")
    assert draft.subject == "Cancelled: Forum of cities"

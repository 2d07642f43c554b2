"""The team's own texts of e-mails about sessions, to speakers, and to people who propose sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.notifications import attendee_emails, texts
from eventapp.notifications.standard_emails import STANDARD, Readers
from eventapp.programme import operations as programme
from eventapp.programme import releases
from eventapp.proposals import operations as proposals
from eventapp.proposals import speakers
from eventapp.registration import sign_ups
from tests.proposals.conftest import answers, open_call
from tests.support import outbox
from tests.support.make import fresh

TEXTS = "/manage/events/forum/mail/texts"
HOUR = timedelta(hours=1)


def move(make, forum, session) -> None:
    with transaction():
        row = fresh(session)
        programme.move_session(
            fresh(forum), row, starts_at=row.starts_at + HOUR, ends_at=row.ends_at + HOUR, rooms=row.rooms
        )
        releases.release(fresh(forum))
    make.tell()


def test_the_text_about_changed_sessions_is_the_teams_and_the_list_stays(organizer, make, forum):
    typed = {"subject": "News of your workshops", "text": "Dear {name}, {option}: please look below."}
    assert organizer.fill(f"{TEXTS}/sessions_changed/en", typed).status_code == 303
    assert organizer.fill(f"{TEXTS}/sessions_seats/en", {"text": "Your seats, {name}:"}).status_code == 303
    workshop = make.session(forum, "Workshop", capacity=5)
    guest = make.registration(forum, make.option(forum), given_name="Ada", family_name="Lovelace")
    outbox.emails()
    with transaction():
        sign_ups.sign_up(fresh(guest), workshop.code)
    make.tell()
    (seat,) = outbox.emails()
    assert seat.subject == "Your sessions at Forum of cities"
    assert "Your seats, Ada Lovelace:\n\nYou have a seat in:\n\n“Workshop”" in seat.text.partition("Dear ")[2]
    move(make, forum, workshop)
    (moved,) = outbox.emails()
    assert moved.subject == "News of your workshops"
    assert "Dear Ada Lovelace, In person: please look below.\n\n" in moved.text
    assert "There are changes to sessions you signed up for:\n\n“Workshop” – " in moved.text
    assert [file.method for file in moved.calendars] == ["REQUEST"]
    assert "Your calendar app should update the entry" in moved.text


def test_the_text_about_any_other_change_of_an_event_is_the_teams(organizer, make, forum):
    typed = {"subject": "Please look again: {event}", "text": "Dear {name}, this is what we know."}
    assert organizer.fill(f"{TEXTS}/event_changed/en", typed).status_code == 303
    guest = make.registration(forum, make.option(forum), given_name="Ada", family_name="Lovelace")
    email = attendee_emails.render(fresh(guest), "event_changed", kind="event.changed")
    assert email.subject == "Please look again: Forum of cities"
    assert "Dear Ada Lovelace, this is what we know." in email.text


def test_the_texts_to_speakers_are_the_teams_and_facts_and_calendar_stay(organizer, make, forum):
    for kind in ("scheduled", "changed", "event_postponed"):
        typed = {"subject": f"{kind}: {{event}}", "text": f"{kind} for {{name}}. {{contact}}"}
        assert organizer.fill(f"{TEXTS}/speaker_{kind}/en", typed).status_code == 303
    ada = make.person("Lovelace", "Ada")
    session = make.session(forum, "Rivers", people=[ada])
    with transaction():
        link = speakers.ask(fresh(forum), fresh(ada), email="a@example.org", language="en", draft=texts.Draft("?", "?"))
        speakers.answer(link, yes=True)
    make.tell()
    scheduled = outbox.emails()[-1]
    assert scheduled.subject == "scheduled: Forum of cities"
    assert "scheduled for Ada Lovelace." in scheduled.text
    assert "Rivers: Tue 18 March 2031" in scheduled.text and scheduled.calendars
    move(make, forum, session)
    changed = outbox.emails()[-1]
    assert changed.subject == "changed: Forum of cities" and "changed for Ada Lovelace." in changed.text
    assert "Rivers: " in changed.text and changed.calendars
    with transaction():
        lifecycle.postpone_event(fresh(forum), note=LocalizedText(en="A typhoon."))
    make.tell()
    postponed = outbox.emails()[-1]
    assert postponed.subject == "event_postponed: Forum of cities"


def test_the_texts_to_proposers_are_the_teams(organizer, make, forum):
    open_call(forum)
    for kind in ("received", "accepted"):
        typed = {"subject": f"{kind}: {{proposal}}", "text": f"{kind}, {{name}}: {{proposal}} at {{event}}"}
        assert organizer.fill(f"{TEXTS}/proposal_{kind}/en", typed).status_code == 303
    with transaction():
        proposal = proposals.submit(fresh(forum), answers())
    make.tell()
    (received,) = outbox.emails()
    assert received.subject == "received: Rivers that remember"
    assert "received, Ada Lovelace: Rivers that remember at Forum of cities" in received.text
    assert "/proposals/" in received.text  # the private link stays
    organizer.get(f"/manage/events/forum/proposals/{proposal.code}/accept")
    assert organizer.page.by_id("subject").get("value") == "accepted: Rivers that remember"
    assert "accepted, Ada Lovelace" in organizer.page.by_id("text").text
    organizer.fill(f"/manage/events/forum/proposals/{proposal.code}/accept")
    make.tell()
    assert outbox.emails()[-1].subject == "accepted: Rivers that remember"


def test_the_request_to_a_speaker_begins_with_the_teams_text_in_the_language_of_the_letter(organizer, make, forum):
    organizer.fill(f"{TEXTS}/speaker_confirm/ja", {"subject": "ご登壇の確認", "text": "{name}様"})
    ada = make.person("Lovelace", "Ada")
    make.session(forum, "Rivers", people=[ada])
    organizer.get(f"/manage/events/forum/speakers/{ada.code}/ask?letter=ja")
    assert organizer.page.by_id("subject").get("value") == "ご登壇の確認"
    organizer.get(f"/manage/events/forum/speakers/{ada.code}/ask?letter=en")
    assert organizer.page.by_id("subject").get("value") == "Please confirm that you will take part: Forum of cities"


def test_a_proposer_can_not_write_into_the_teams_text(organizer, make, forum):
    organizer.fill(f"{TEXTS}/proposal_received/en", {"subject": "{proposal}", "text": "{name}, {proposal}"})
    open_call(forum)
    with transaction():
        proposals.submit(fresh(forum), answers(title="See evil.example now", family_name="{event} evil.example"))
    make.tell()
    (email,) = outbox.emails()
    assert "evil.example" not in email.subject + email.text.partition("Dear")[0] + email.text.partition("Hello,")[2]


@pytest.mark.parametrize(
    ("role", "may_change"),
    [
        (Role.PROGRAMME, {Readers.SPEAKERS, Readers.PROPOSERS}),
        (Role.REGISTRATION, {Readers.ATTENDEES}),
        (Role.OWNER, set(Readers)),
    ],
)
def test_each_role_changes_the_texts_of_the_emails_that_it_may_read(app, make, forum, role, may_change):
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, role))
    visitor.get(TEXTS)
    offered = {STANDARD[node.get("href").split("/")[-2]].readers for node in visitor.page.all("a") if _leads(node)}
    assert offered == may_change
    for readers, kind in zip(Readers, ("confirmed", "speaker_changed", "proposal_received"), strict=True):
        status = 200 if readers in may_change else 403
        assert visitor.get(f"{TEXTS}/{kind}/en").status_code == status


def test_who_may_not_change_a_text_can_not_reset_it_either(app, organizer, make, forum):
    organizer.fill(f"{TEXTS}/confirmed/en", {"subject": "Welcome"})
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, Role.PROGRAMME))
    visitor.get(f"{TEXTS}/speaker_changed/en")
    token = next(node.get("value") for node in visitor.page.all("input") if node.get("name") == "csrf_token")
    assert visitor.post(f"{TEXTS}/confirmed/en/reset", data={"csrf_token": token}).status_code == 403
    assert texts.written(fresh(forum))


def _leads(node) -> bool:
    return "/mail/texts/" in (node.get("href") or "")

"""Who writes the e-mails of an event, and texts that the team has changed."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from eventapp.core.db import transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.rules import HostRole
from eventapp.invitations import operations as invitations
from eventapp.invitations.operations import InvitationTerms
from eventapp.invitations.rules import InvitedGuest
from eventapp.mail import message
from eventapp.notifications import texts
from tests.support import outbox
from tests.support.make import fresh

TEXTS = "/manage/events/forum/mail/texts"


@pytest.fixture
def forum(make):
    return make.event("forum", contact_email="team@city.example")


def built(email) -> EmailMessage:
    return message.build(email, sender="Forum desk <desk@example.org>")


def register(make, event, **values):
    return make.registration(event, make.option(event), **values)


def test_emails_come_in_the_name_of_the_host_and_replies_go_to_the_contact(make, forum):
    city = make.organization(LocalizedText(en="City of Mori", ja="森市"))
    with transaction():
        events.set_hosts(fresh(forum), [(city, HostRole.HOST)])
    make.venue(forum, latitude=35.0, longitude=135.0)
    register(make, forum)
    (email,) = outbox.emails()
    mail = built(email)
    assert mail["From"] == '"City of Mori (via Forum & Summit Desk)" <desk@example.org>'
    assert mail["Reply-To"] == "team@city.example"
    assert mail["List-Unsubscribe"] is None
    assert "Hosted by: City of Mori" in email.text
    assert "Map: https://www.openstreetmap.org/?mlat=35.0" in email.text


def test_an_event_without_host_and_contact_writes_in_the_name_of_the_site(make):
    register(make, make.event("plain"))
    (email,) = outbox.emails()
    mail = built(email)
    assert mail["From"] == "Forum desk <desk@example.org>"
    assert mail["Reply-To"] is None


def test_sender_and_replies_can_be_set_on_a_page(organizer, make, forum):
    response = organizer.fill(
        "/manage/events/forum/mail/settings", {"sender_name_en": "Summit team", "reply_to": "ask@city.example"}
    )
    assert response.status_code == 303
    register(make, forum)
    (email,) = outbox.emails()
    assert email.sender_name == "Summit team (via Forum & Summit Desk)"
    assert email.reply_to == "ask@city.example"
    refused = organizer.fill("/manage/events/forum/mail/settings", {"reply_to": "nobody"})
    assert refused.status_code == 422


def test_a_changed_text_is_sent_with_its_placeholders_filled_in(organizer, make, forum):
    typed = {"subject": "Welcome to {event}", "text": "Dear {name},\n\nyour option: ｛Option｝."}
    assert organizer.fill(f"{TEXTS}/confirmed/en", typed).status_code == 303
    register(make, forum, family_name="Lovelace", given_name="Ada")
    (email,) = outbox.emails()
    assert email.subject == "Welcome to Forum of cities"
    assert "Dear Ada Lovelace,\n\nyour option: In person." in email.text
    assert "18 March 2031" in email.text  # the facts stay
    assert email.calendars
    assert "Your calendar app should add the event" in email.text


def test_a_text_counts_for_its_language_only(organizer, make, forum):
    organizer.fill(f"{TEXTS}/confirmed/ja", {"subject": "ようこそ", "text": "お待ちしています。"})
    register(make, forum, language="ja")
    register(make, forum, language="en")
    assert [one.subject for one in outbox.emails()] == ["ようこそ", "Registration confirmed: Forum of cities"]


def test_a_placeholder_that_does_not_exist_is_refused(organizer, forum):
    refused = organizer.fill(f"{TEXTS}/confirmed/en", {"text": "Until {until}, {nmae}"})
    assert refused.status_code == 422
    said = organizer.page.text(organizer.page.by_id("problems"))
    assert "{until}, {nmae}" in said
    assert "{name}, {event}" in said
    assert not texts.written(forum)


def test_what_somebody_typed_is_not_looked_through_for_placeholders(organizer, make, forum):
    organizer.fill(f"{TEXTS}/confirmed/en", {"text": "Hello {name}, welcome."})
    register(make, forum, family_name="{event}", given_name="Ada")
    register(make, forum, family_name="Win at evil.example", given_name="Now")
    first, second = outbox.emails()
    assert "Forum of cities, welcome" not in first.text
    assert "evil.example" not in second.text


def test_the_preview_marks_what_is_filled_in_and_saves_nothing(organizer, forum):
    response = organizer.fill(f"{TEXTS}/confirmed/en", {"text": "Dear {name}, welcome."}, button="preview")
    assert response.status_code == 200
    assert "Ada Example" in [organizer.page.text(node) for node in organizer.page.all("mark")]
    assert not texts.written(forum)


def test_the_standard_text_comes_back(organizer, make, forum):
    organizer.fill(f"{TEXTS}/confirmed/en", {"subject": "Welcome"})
    organizer.fill(f"{TEXTS}/confirmed/en", action="/reset")
    register(make, forum)
    (email,) = outbox.emails()
    assert email.subject == "Registration confirmed: Forum of cities"


def test_every_standard_text_can_be_opened_and_saved_unchanged(organizer, forum):
    for kind in texts.STANDARD:
        for tag in ("en", "ja", "de"):
            assert organizer.fill(f"{TEXTS}/{kind}/{tag}").status_code == 303, kind
    assert not texts.written(forum)


def test_the_list_of_rules_can_be_placed(organizer, make, forum):
    organizer.fill(f"{TEXTS}/waitlisted/en", {"text": "You wait.\n\n{rules}\n\nBye."})
    hall = make.option(forum, capacity=1)
    make.registration(forum, hall)
    make.registration(forum, hall)
    email = outbox.emails()[-1]
    assert "You wait.\n\nNobody who registers later" in email.text


def test_a_changed_text_of_a_new_time_is_sent_with_old_and_new(organizer, make, forum):
    organizer.fill(
        f"{TEXTS}/event_changed_time/en", {"subject": "We begin later", "text": "{event}: the hall opens later."}
    )
    register(make, forum)
    make.tell()
    with transaction():
        fresh(forum).starts_at += timedelta(hours=1)
    make.tell()
    email = outbox.emails()[-1]
    assert email.subject == "We begin later"
    assert "Forum of cities: the hall opens later." in email.text
    assert "10:00" in email.text and "11:00" in email.text


def test_a_changed_text_of_an_invitation_has_the_message_of_the_member_who_invites(organizer, make, forum):
    make.option(forum)
    organizer.fill(f"{TEXTS}/invitation/en", {"subject": "The mayor invites you", "text": "{message}\n\nCome, {name}."})
    with transaction():
        terms = InvitationTerms(message="Please open the fair.")
        invitations.add(fresh(forum), [(InvitedGuest("ada@example.org"), ("Lovelace", "Ada"))], terms)
        invitations.send_drafts(fresh(forum))
    make.tell()
    email = outbox.emails()[-1]
    assert email.subject == "The mayor invites you"
    assert "Please open the fair.\n\nCome, Ada Lovelace." in email.text

"""Registering as a visitor."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events.rules import EventStatus, Precision
from eventapp.mail.models import Email
from eventapp.mail.operations import EMAILS_AN_HOUR, may_email
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode
from eventapp.registration import questions, views
from eventapp.registration.admission import REGISTRATIONS_AN_HOUR
from eventapp.registration.models import Contact, Registration
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import fresh

PATH = "/events/forum/register"
ADA = {
    "option": "in_person",
    "email": "ada@example.org",
    "family_name": "Lovelace",
    "given_name": "Ada",
    "country": "GB",
}


@pytest.fixture
def forum(make):
    event = make.event("forum", join_url="https://meet.example.org/secret", personal_join_links=False)
    make.option(event, capacity=1)
    make.option(event, Mode.ONLINE)
    return event


def the_one() -> Registration:
    return db.session.scalars(select(Registration)).one()


def test_after_registering_one_sees_ones_own_page(client, forum):
    response = client.fill(PATH, ADA)
    assert response.status_code == 303
    assert response.location == f"/registrations/{the_one().token}"
    page = client.get(response.location)
    assert client.page.one("main").get("data-status") == "confirmed"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"email": "a" * 300 + "@example.org"}, "email"),
        ({"email": "日本@example.org"}, "email"),
        ({"family_name": "  "}, "family_name"),
        ({"family_name": "x" * 101}, "family_name"),
        ({"option": None}, "option"),
        ({"option": "flying"}, "option"),
        ({"country": "Atlantis"}, "country"),
    ],
)
def test_a_wrong_form_names_the_field_keeps_what_was_typed_and_stores_nothing(client, forum, wrong, field):
    response = client.fill(PATH, {**ADA, **wrong})
    assert response.status_code == 422
    summary = client.page.by_id("problems")
    assert any((a.get("href") or "").startswith(f"#{field}") for a in summary.iter("a"))
    assert 'value="Ada"' in response.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
    send_due()
    assert db.session.scalar(select(func.count()).select_from(Email)) == 0


def test_the_summary_of_errors_does_not_repeat_a_question_before_its_error(client, forum):
    client.fill(PATH, {**ADA, "option": None, "email": ""})
    lines = [client.page.text(line) for line in client.page.by_id("problems").iter("li")]
    assert lines == ["Choose how you will take part.", "E-mail address: Enter your e-mail address."]


def test_a_full_mode_offers_the_waiting_list_or_the_other_mode(client, make, forum):
    client.fill(PATH, ADA)
    client.get(PATH)
    assert "waiting list" in client.page.text(client.page.one("main"))
    response = client.fill(PATH, {**ADA, "email": "bo@example.org"})
    assert client.get(response.location).status_code == 200
    assert client.page.one("main").get("data-status") == "waitlisted"
    online = client.fill(PATH, {**ADA, "email": "cy@example.org", "option": "online"})
    client.get(online.location)
    assert client.page.one("main").get("data-status") == "confirmed"


def test_the_button_says_so_when_only_the_waiting_list_is_left(client, make):
    event = make.event("full")
    make.registration(event, make.option(event, capacity=1), "ada@example.org")
    for path in ("/events/full", "/events/full/register"):
        client.get(path)
        assert "Join the waiting list" in client.page.text(client.page.one("main"))
    make.option(event, Mode.ONLINE)
    client.get("/events/full/register")
    assert "Join the waiting list" not in client.page.text(client.page.one("main"))


def test_a_second_registration_is_only_revealed_by_email(client, forum):
    client.fill(PATH, ADA)
    response = client.fill(PATH, {**ADA, "option": "online", "family_name": "LOVELACE"})
    assert response.status_code == 422
    text = client.page.text(client.page.one("main"))
    assert "Check your inbox" in text
    assert "already" not in text.replace("Already registered?", "")
    registration = the_one()
    assert registration.token not in response.get_data(as_text=True)
    send_due()
    email = db.session.scalars(select(Email).where(Email.kind == "registration.link")).one()
    assert email.to == "ada@example.org"
    assert registration.token in email.text
    assert registration.family_name == "Lovelace"


def test_an_invitation_goes_to_a_domain_in_any_script(client, forum):
    assert client.fill(PATH, {**ADA, "email": "ada@例え.jp"}).status_code == 303
    send_due()
    (file,) = db.session.scalars(select(Email)).one().calendars
    assert "mailto:ada@xn--r8jz45g.jp" in file.content.decode().replace("\r\n ", "")


def test_the_link_is_sent_again_and_the_page_does_not_say_to_whom(client, forum):
    client.fill(PATH, ADA)
    pages = []
    for email in ("ada@example.org", "nobody@example.org"):
        response = client.fill("/events/forum/register/link", {"email": email})
        assert response.status_code == 200
        pages.append(client.page.text(client.page.one("main")))
    assert pages[0] == pages[1]
    send_due()
    assert db.session.scalar(select(func.count()).select_from(Email).where(Email.kind == "registration.link")) == 1


def test_ones_own_answers_can_be_changed(client, forum):
    location = client.fill(PATH, ADA).location
    response = client.fill(f"{location}/change", {"family_name": "Byron", "option": "online"})
    assert response.status_code == 303
    registration = the_one()
    assert registration.family_name == "Byron"
    assert registration.email == ADA["email"], "the form does not ask for it, so it stays"
    assert registration.option.mode is Mode.ONLINE


def test_the_join_link_goes_to_the_mailbox_alone(client, forum):
    """Anyone can type any address, and then sees the page and its file."""
    for option in ("in_person", "online"):
        location = client.fill(PATH, {**ADA, "email": f"{option}@example.org", "option": option}).location
        assert "meet.example.org" not in client.get(location).get_data(as_text=True)
        assert ("The link is in our e-mail" in client.page.text(client.page.one("main"))) is (option == "online")
        assert b"meet.example.org" not in client.get(f"{location}/calendar.ics").data.replace(b"\r\n ", b"")
    assert "meet.example.org" not in client.get("/events/forum").get_data(as_text=True)
    send_due()
    first, second = db.session.scalars(select(Email).order_by(Email.id))
    assert "meet.example.org" not in first.text
    assert "https://meet.example.org/secret" in second.text
    assert b"https://meet.example.org/secret" in second.calendars[0].content.replace(b"\r\n ", b"")


def test_a_get_never_cancels_but_the_button_does(client, forum):
    location = client.fill(PATH, ADA).location
    assert client.get(f"{location}/cancel").status_code == 405
    assert client.fill(location, action="/cancel").status_code == 303
    client.get(location)
    assert client.page.one("main").get("data-status") == "cancelled"


def test_the_calendar_file_of_ones_registration_opens(client, forum):
    location = client.fill(PATH, ADA).location
    response = client.get(f"{location}/calendar.ics")
    assert response.headers["X-Robots-Tag"] == "noindex", "robots.txt keeps it from being read, not from being listed"
    assert response.mimetype == "text/calendar"
    assert b"STATUS:CONFIRMED" in response.data


def test_what_comes_next_is_ones_calendar(client, forum):
    """The page after registering has one primary button; the form for changes is collapsed."""
    client.get(client.fill(PATH, ADA).location)
    links = [a for a in client.page.one("main").iter("a") if a.get("class") == "btn"]
    assert [client.page.text(a) for a in links] == ["Add to my calendar"]


def test_a_wrong_token_is_no_page(client, forum):
    assert client.get("/registrations/nothing").status_code == 404


def test_questions_are_asked_of_those_they_are_for(client, make, forum):
    with transaction():
        questions.save_question(
            forum,
            None,
            label=LocalizedText(en="Diet"),
            kind=QuestionKind.TEXT,
            mode=Mode.IN_PERSON,
            required=True,
            key="diet",
        )
        questions.save_question(
            forum,
            None,
            label=LocalizedText(en="Topics"),
            kind=QuestionKind.CHOICES,
            choices=["SDGs", "Trade"],
            key="topics",
        )
    refused = client.fill(PATH, ADA)
    assert refused.status_code == 422
    assert "q_diet" in refused.get_data(as_text=True)
    online = client.fill(PATH, {**ADA, "option": "online", "q_diet": "ignored", "q_topics": ["sdgs", "trade"]})
    assert online.status_code == 303
    assert the_one().answers == {"topics": ["sdgs", "trade"]}


def test_an_event_without_options_says_that_there_is_nothing_to_register_for_yet(client, make):
    make.event("empty")
    client.get("/events/empty/register")
    assert "not open yet" in client.page.text(client.page.one("main"))


def test_a_draft_can_not_be_registered_for(client, make):
    make.option(make.event("draft", status=EventStatus.DRAFT))
    assert client.get("/events/draft/register").status_code == 404


def test_a_program_that_fills_in_every_field_registers_nobody_and_a_person_loses_nothing(client, forum):
    assert client.fill(PATH, {**ADA, "blank": "https://buy.example"}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
    assert "Clear it to show that you are a person." in client.page.text(client.page.one("main"))
    assert client.page.by_id("family_name").get("value") == "Lovelace"
    assert "hide" not in (client.page.by_id("blank").getparent().getparent().get("class") or "")
    assert client.fill_again(PATH, {"blank": ""}).status_code == 303


def test_a_robot_that_never_stops_is_slowed_down(client, forum, monkeypatch):
    monkeypatch.setattr(views, "PACE", "5/minute")
    client.looks = False
    codes = [client.post(PATH).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def number_of_emails() -> int:
    send_due()
    return db.session.scalar(select(func.count()).select_from(Email)) or 0


@pytest.mark.slow
def test_nobody_can_fill_somebody_elses_mailbox_by_registering_and_cancelling(client, forum):
    """After sixty e-mails in a second, changes and cancellations still work, and say that no e-mail was sent."""
    said = []
    for _ in range(15):
        response = client.fill(PATH, {**ADA, "option": "online"})
        said.append(response.status_code)
        if response.status_code == 422:
            assert "several e-mails to this address in the last hour" in client.page.text(client.page.one("main"))
            assert 'value="Lovelace"' in response.get_data(as_text=True)
            break
        send_due()
        response = client.fill(response.location, action="/cancel")
        send_due()
        client.get(response.location)
    assert said == [303] * 5 + [422]
    assert number_of_emails() == EMAILS_AN_HOUR
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        location = client.fill(PATH, {**ADA, "option": "online"}).location
        assert number_of_emails() == EMAILS_AN_HOUR + 1
        for number in range(EMAILS_AN_HOUR):
            client.fill(f"{location}/change", {"option": ("in_person", "online")[number % 2]})
            send_due()
        client.fill(location, action="/cancel", follow=True)
        assert "We did not e-mail you about this change" in client.page.text(client.page.one("main"))
        assert client.page.one("main").get("data-status") == "cancelled"
        assert number_of_emails() == 2 * EMAILS_AN_HOUR


@pytest.mark.parametrize(
    "address", ["ada@example.org", "ADA@EXAMPLE.ORG", "ada@ｅｘａｍｐｌｅ.org", "ada@example。org"]
)
@pytest.mark.slow
def test_nobody_can_fill_somebody_elses_mailbox_by_asking_for_links(client, forum, address):
    client.fill(PATH, ADA)
    for number in range(EMAILS_AN_HOUR + 3):
        visitor = client.application.test_client()
        path = PATH if number % 2 else f"{PATH}/link"
        visitor.fill(path, {**ADA, "email": address}, follow=False)
        send_due()
    assert number_of_emails() == EMAILS_AN_HOUR
    codes = [client.fill(f"{PATH}/link", {"email": email}).status_code for email in (address, "nobody@example.org")]
    assert codes == [422, 200]
    for _ in range(EMAILS_AN_HOUR):
        code = client.fill(f"{PATH}/link", {"email": "nobody@example.org"}).status_code
    assert code == 429 or code == 422, "an address that is not registered is answered as one that is"


@pytest.mark.slow
def test_what_the_team_does_is_written_however_much_there_is(client, organizer, forum, make):
    """Attendees still hear from the team after somebody else has used up their mailbox's limit."""
    client.fill(PATH, {**ADA, "option": "online"})
    registration = the_one()
    with transaction():
        for _ in range(EMAILS_AN_HOUR):
            may_email(ADA["email"])
    before = number_of_emails()
    organizer.fill(f"/manage/events/forum/registrations/{registration.id}", action="/link")
    send_due()
    organizer.fill(f"/manage/events/forum/registrations/{registration.id}/cancel")
    assert number_of_emails() == before + 2


@pytest.mark.slow
def test_one_connection_does_not_take_all_seats_of_an_event(client, make, forum):
    """A school class registers at once, a bot continues."""
    online = {**ADA, "option": "online"}
    for number in range(REGISTRATIONS_AN_HOUR):
        assert client.fill(PATH, {**online, "email": f"n{number}@example.org"}).status_code == 303
    response = client.fill(PATH, {**online, "email": "late@example.org"})
    assert response.status_code == 422
    assert "from your connection within the last hour" in client.page.text(client.page.one("main"))
    assert 'value="late@example.org"' in response.get_data(as_text=True)
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.7"
    assert client.fill(PATH, {**online, "email": "late@example.org"}).status_code == 303
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "127.0.0.1"
    make.option(make.event("other"))
    assert client.fill("/events/other/register", {**ADA, "email": "late@example.org"}).status_code == 303
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert client.fill(PATH, {**online, "email": "later@example.org"}).status_code == 303


def test_names_in_every_script_are_stored(client, forum):
    for number, name in enumerate(["髙橋", "الكواري", "নাসরিন", "O’Neill", "<b>x</b>"]):
        response = client.fill(
            PATH, {**ADA, "option": "online", "email": f"n{number}@example.org", "family_name": name}
        )
        client.get(response.location)
        assert name in client.page.text(client.page.one("main"))


def test_a_change_that_is_refused_stores_no_part_of_it(client, make, forum):
    """The new name is flushed before the full option is refused; the 422 rolls both back."""
    location = client.fill(PATH, {**ADA, "option": "online"}).location
    client.fill(PATH, {**ADA, "email": "bo@example.org"})
    response = client.post(f"{location}/change", data={**ADA, "family_name": "Byron"})
    assert response.status_code == 422
    assert 'value="Byron"' in response.get_data(as_text=True)
    registration = db.session.scalars(
        select(Registration).join(Registration.contact).where(Contact.email == "ada@example.org")
    ).one()
    assert registration.family_name == "Lovelace"
    assert registration.option.mode is Mode.ONLINE


def test_a_name_brings_no_link_into_an_email_to_a_third_party(client, make):
    make.option(make.event("forum"))
    typed = {"option": "in_person", "email": "victim@example.org"}
    for name in ("family_name", "given_name"):
        response = client.fill("/events/forum/register", {**typed, "family_name": "P", name: "Win HTTP://evil.example"})
        assert response.status_code == 422
        assert "Enter a name, without a web address." in response.get_data(as_text=True)
    send_due()
    assert db.session.scalars(select(Email)).all() == []


@pytest.mark.parametrize(
    ("name", "greeted"),
    [("Lovelace", "Dear Ada Lovelace,"), ("won! Go to evil.example", "Hello,"), ("evil.example", "Hello,")],
)
def test_an_email_greets_only_by_what_looks_like_a_name(client, make, name, greeted):
    make.option(make.event("forum"))
    client.fill("/events/forum/register", {**ADA, "given_name": "Ada", "family_name": name})
    send_due()
    (email,) = db.session.scalars(select(Email))
    assert email.text.startswith(f"{greeted}\n")
    assert email.html.count(name) == email.text.count(name)
    assert "evil" not in email.text + email.html + email.subject


def test_what_is_typed_on_one_line_stays_on_one_line(client, make):
    make.option(make.event("forum"))
    typed = {**ADA, "family_name": "Love\r\nlace\u202e", "given_name": "A\u200bda", "organization": "A\tB\u2028C"}
    client.fill("/events/forum/register", typed)
    registration = the_one()
    assert (registration.family_name, registration.given_name) == ("Love lace", "Ada")
    assert registration.organization_name == "A B C"


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.slow
def test_no_link_of_ones_own_page_leads_nowhere(client, make, public):
    """A registration remains when its event is unpublished; the pages of the event don't."""
    event = make.event("forum")
    make.session(event, "Workshop", capacity=5)
    registration = make.registration(event, make.option(event))
    if not public:
        with transaction():
            lifecycle.unpublish_event(fresh(event))
    client.get(f"/registrations/{registration.token}")
    links = {a.get("href") for a in client.page.all("a") if a.get("href").startswith("/")}
    assert ("/events/forum" in links) is public
    for link in links - {"/manage"}:
        assert client.get(link, follow_redirects=True).status_code == 200, link


def test_ones_own_page_shows_hours_only_if_they_are_known(client, make):
    timed = make.event("timed")
    make.option(timed)
    client.get(client.fill("/events/timed/register", ADA).location)
    assert client.page.one("time").text == "10:00 – 18:00"
    assert client.page.one("time").get("data-zone") == "Asia/Tokyo", "the viewer's own clocks stand beside it"
    make.option(make.event("some-month", precision=Precision.MONTH))
    client.get(client.fill("/events/some-month/register", {**ADA, "email": "ada@some.example.org"}).location)
    assert not client.page.all("time")


@pytest.mark.parametrize("status", [EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_ones_own_page_of_a_cancelled_event_does_not_look_forward_to_it(client, make, status):
    event = make.event("forum")
    make.option(event)
    path = client.fill(PATH, ADA).location
    with transaction():
        db.session.merge(event).status = status
    client.get(path)
    text = client.page.text(client.page.one("main"))
    assert "Was planned for" in text
    assert "look forward" not in text
    assert "Add to my calendar" not in text
    assert ("Your registration is still valid." in text) is (status is EventStatus.POSTPONED)


def test_each_option_says_when_it_opens_and_until_when_it_can_be_taken(client, make):
    event = make.event("forum")
    opens = event.starts_at - timedelta(days=20)
    make.option(event, title="Hall", opens_at=opens, closes_at=event.starts_at - timedelta(days=10))
    make.option(event, Mode.ONLINE, title="Stream", closes_at=event.starts_at - timedelta(days=1), capacity=9)
    said = ("Opens on Wed 26 February 2031, 10:00 JST", "9 seats left", "Until Mon 17 March 2031, 10:00 JST")
    for path in ("/events/forum", PATH):
        client.get(path)
        text = client.page.text(client.page.one("main"))
        assert all(one in text for one in said), path
    with time_machine.travel(opens + timedelta(minutes=1)):
        client.get(PATH)
        assert "Until Sat 8 March 2031, 10:00 JST" in client.page.text(client.page.one("main"))


@pytest.mark.parametrize(("role", "sees"), [(Role.VIEWER, False), (Role.PROGRAMME, False), (Role.REGISTRATION, True)])
def test_a_search_finds_only_by_what_the_reader_sees(app, make, role, sees):
    """Otherwise a viewer could find out an e-mail address character by character."""
    forum = make.event("forum")
    make.registration(forum, make.option(forum), "secret@example.org", family_name="Lovelace")
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, role))
    for sought, found in (("lovelace", True), ("secret@", sees), ("example.org", sees)):
        answer = visitor.get("/manage/events/forum/registrations", query_string={"q": sought})
        assert ("Lovelace" in answer.text) == found, sought
        assert ("secret@example.org" in answer.text) == (sees and found)

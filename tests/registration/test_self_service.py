"""What attendees do on their own page: each step, its way back, and what it says before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp import lifecycle
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.rules import EventStatus, Visibility
from eventapp.mail.operations import EMAILS_AN_HOUR
from eventapp.programme.rules import Mode
from eventapp.registration import (
    operations,
    own_views,
    questions,
    self_service,
    session_queries,
    sign_ups,
    undo_steps,
)
from eventapp.registration.models import Contact, Registration
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.records import AddressChange
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import fresh
from tests.support.outbox import emails, entry

CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def hall(make, forum):
    return make.option(forum, capacity=1)


@pytest.fixture
def ada(make, forum, hall):
    return make.registration(forum, hall, "ada@example.org", family_name="Lovelace", given_name="Ada")


def own(guest) -> str:
    return f"/registrations/{fresh(guest).token}"


def text(client) -> str:
    return client.page.text(client.page.one("main"))


def press(client, guest, action: str, data=None, *, status: int = 303) -> str:
    """Press a button of the own page; returns the text of the page that follows."""
    response = client.fill(own(guest), data, action=action)
    assert response.status_code == status, text(client)
    if response.status_code == 303:
        assert response.headers["Referrer-Policy"] == "no-referrer"
        client.get(response.location)
    return text(client)


# ---- cancelling, and back -----------------------------------------------------------------------------------------


@pytest.mark.both_engines("row locks")
def test_a_cancellation_is_undone_with_the_seat_and_the_seats_in_sessions(client, make, forum, ada):
    session = make.session(forum, "Workshop", capacity=1)
    with transaction():
        sign_ups.sign_up(fresh(ada), session.code)
    client.get(own(ada))
    assert "You will lose your seat in: Workshop" in text(client), "said before"
    said = press(client, ada, "/cancel")
    assert "You can undo this for 10 more minutes. Your former seat may be gone by then." in said
    assert "Undone." in press(client, ada, "/undo")
    assert fresh(ada).status is CONFIRMED
    assert session_queries.signed_up_for(fresh(ada)) == [session.code]
    assert fresh(fresh(ada).option).seats_taken == 1
    assert emails()[-1].kind == "registration.confirmed"


@pytest.mark.both_engines("row locks")
def test_whose_seat_is_gone_is_put_on_the_waiting_list_by_undoing(client, make, forum, hall, ada):
    bob = make.registration(forum, hall, "bob@example.org")
    press(client, ada, "/cancel")
    assert fresh(bob).status is CONFIRMED
    assert "You are number 1 on the waiting list" in press(client, ada, "/undo")
    assert fresh(fresh(ada).option).seats_taken == 1


def test_who_left_the_waiting_list_by_mistake_has_the_old_position_again(client, make, forum, hall, ada):
    bob, cy = (make.registration(forum, hall, f"{name}@example.org") for name in ("bob", "cy"))
    press(client, bob, "/cancel")
    assert "You are number 1 on the waiting list" in press(client, bob, "/undo")
    with transaction():
        operations.cancel(fresh(ada))
    assert (fresh(bob).status, fresh(cy).status) == (CONFIRMED, WAITLISTED)


def test_after_ten_minutes_one_registers_again_with_one_button(client, make, forum, hall, ada):
    press(client, ada, "/cancel")
    with time_machine.travel(clock.now() + undo_steps.UNDO + timedelta(seconds=1)):
        assert client.post(f"{own(ada)}/undo").status_code == 422
        assert "This can no longer be undone." in text(client)
        assert "otherwise a position on the waiting list" in text(client)
        assert "You have registered again." in press(client, ada, "/again")
        assert fresh(ada).status is CONFIRMED
        press(client, ada, "/cancel")
        bob = make.registration(forum, hall, "bob@example.org")
    with time_machine.travel(clock.now() + 3 * undo_steps.UNDO):
        assert "You are number 1 on the waiting list" in press(client, ada, "/again")
        assert fresh(bob).status is CONFIRMED


def test_whom_the_team_cancelled_asks_the_team(client, forum, ada):
    press(client, ada, "/cancel")
    with transaction():
        operations.reinstate(fresh(ada))
        operations.cancel(fresh(ada))
    client.get(own(ada))
    assert not [form for form in client.page.forms() if form.get("action").endswith(("/again", "/undo"))]
    for action in ("again", "undo"):
        assert client.post(f"{own(ada)}/{action}").status_code == 422
    assert fresh(ada).status is CANCELLED


def test_nobody_registers_again_where_registration_is_closed(client, forum, hall, ada):
    press(client, ada, "/cancel")
    with transaction():
        fresh(hall).closes_at = clock.now()
    assert client.post(f"{own(ada)}/again").status_code == 422
    assert "Registration for this option is closed." in text(client)
    press(client, ada, "/undo")
    assert fresh(ada).status is CONFIRMED, "a wrong step can be undone all the same"


def test_whom_the_team_does_not_accept_is_told_whom_to_ask(client, forum, ada):
    with transaction():
        fresh(ada).status = RegistrationStatus.DECLINED
    for address in ("", "desk@example.org"):
        with transaction():
            fresh(forum).contact_email = address
        client.get(own(ada))
        links = [node.get("href") for node in client.page.one("main").iter("a")]
        assert "the organizers could not accept your registration" in text(client)
        assert (f"mailto:{address}" in links) is bool(address)


def test_once_the_event_is_over_the_page_leads_to_the_certificate_first(client, forum, ada):
    for late, wanted in ((False, f"{own(ada)}/calendar.ics"), (True, f"{own(ada)}/certificate")):
        with time_machine.travel(forum.ends_at + timedelta(days=1 if late else -1)):
            client.get(own(ada))
            main = client.page.one("main")
            buttons = [node for node in main.iter("a") if (node.get("class") or "").split() == ["btn"]]
            assert [node.get("href").partition("?")[0] for node in buttons] == [wanted]
            assert ("Add to my" in client.page.text(main)) is not late


@pytest.mark.parametrize("by_team", [False, True])
def test_nobody_is_told_to_register_again_once_that_is_no_longer_possible(client, forum, hall, ada, by_team):
    if by_team:
        with transaction():
            operations.cancel(fresh(ada))
    else:
        press(client, ada, "/cancel")

    def offered() -> bool:
        client.get(own(ada))
        return "again" in text(client).lower()

    with time_machine.travel(clock.now() + undo_steps.UNDO + timedelta(seconds=1)):
        assert offered()
        for closed in ({"status": EventStatus.POSTPONED}, {"visibility": Visibility.PRIVATE}):
            open_again = {name: getattr(fresh(forum), name) for name in closed}
            for values, wanted in ((closed, False), (open_again, True)):
                with transaction():
                    for name, value in values.items():
                        setattr(fresh(forum), name, value)
                assert offered() is wanted, values
    with time_machine.travel(forum.ends_at + timedelta(days=1)):
        assert not offered()


def test_who_has_registered_once_more_meanwhile_does_not_get_a_second_seat_by_undoing(client, make, forum, ada):
    press(client, ada, "/cancel")
    make.registration(forum, ada.option, "ada@example.org", family_name="Lovelace", given_name="Ada")
    assert "has registered again" in press(client, ada, "/undo", status=422)
    assert fresh(fresh(ada).option).seats_taken == 1


@pytest.mark.both_engines("row locks")
def test_what_is_pressed_twice_is_done_once(client, ada):
    client.looks = False
    for action in ("cancel", "again"):
        for _ in range(2):
            assert client.post(f"{own(ada)}/{action}").status_code == 303
    assert fresh(fresh(ada).option).seats_taken == 1


# ---- taking part in another way -----------------------------------------------------------------------------------


@pytest.fixture
def online(make, forum):
    return make.option(forum, Mode.ONLINE)


@pytest.mark.both_engines("row locks")
def test_one_click_changes_how_one_takes_part_and_everything_follows(client, organizer, make, forum, online, hall, ada):
    """Seat, next in line, seat in a session, e-mails, calendar file, agenda, page, desk."""
    session = make.session(forum, "Workshop", capacity=1, rooms=[make.room(forum, "Hall A")])
    bob = make.registration(forum, hall, "bob@example.org")
    with transaction():
        sign_ups.sign_up(fresh(ada), session.code)
    agenda = client.fill(f"/agenda/registrations/{ada.token}").location.partition("?")[0]
    make.tell()
    emails()
    client.get(own(ada))
    assert "Your seat will be released straight away and goes to the next in line." in text(client)
    assert "You will lose your seat in: Workshop" in text(client)
    before, feed = client.get(f"{own(ada)}/calendar.ics").data, client.get(f"{agenda}.ics").data

    said = press(client, ada, "/option")
    assert "You have changed how you attend." in said
    assert "Changed from “In person” to “Online”" in said, "its history"
    assert "Cancelled the seat: “Workshop”" in said
    assert fresh(ada).option_id == online.id
    assert fresh(bob).status is CONFIRMED
    assert session_queries.signed_up_for(fresh(ada)) == []
    written = {email.to: email for email in emails()}
    assert written["bob@example.org"].kind == "registration.confirmed"
    assert written["ada@example.org"].kind == "registration.changed"
    assert "You no longer have a seat in: Workshop" in written["ada@example.org"].text
    assert entry(written["ada@example.org"], 0).one("LOCATION") != ""
    assert [file.method for file in written["ada@example.org"].calendars] == ["REQUEST", "CANCEL"]
    after = client.get(f"{own(ada)}/calendar.ics").data
    assert before != after
    assert b"SEQUENCE" in after
    assert client.get(f"{agenda}.ics").data != feed
    organizer.get(f"/manage/events/forum/registrations/{ada.id}")
    assert "the attendee Option: In person →changed to Online" in text(organizer)


def test_a_change_of_the_option_is_undone_while_the_seat_is_free(client, make, forum, online, ada):
    session = make.session(forum, "Workshop", capacity=1, rooms=[make.room(forum, "Hall A")])
    with transaction():
        sign_ups.sign_up(fresh(ada), session.code)
    press(client, ada, "/option")
    assert "Undone." in press(client, ada, "/undo")
    assert fresh(ada).option.mode is Mode.IN_PERSON
    assert session_queries.signed_up_for(fresh(ada)) == [session.code]
    assert fresh(online).seats_taken == 0


def test_who_cannot_go_back_keeps_the_new_seat(client, make, forum, online, hall, ada):
    press(client, ada, "/option")
    make.registration(forum, hall, "bob@example.org")
    assert "You keep your current one." in press(client, ada, "/undo", status=422)
    assert fresh(ada).option_id == online.id
    assert fresh(online).seats_taken == fresh(hall).seats_taken == 1


@pytest.mark.both_engines("row locks")
def test_who_left_the_line_for_a_seat_elsewhere_gets_the_old_position_back(client, make, forum, online, hall, ada):
    bob, cy = (make.registration(forum, hall, f"{name}@example.org") for name in ("bob", "cy"))
    press(client, bob, "/option")
    assert fresh(bob).status is CONFIRMED
    assert "You are number 1 on the waiting list" in press(client, bob, "/undo")
    assert fresh(online).seats_taken == 0
    with transaction():
        operations.cancel(fresh(ada))
    assert (fresh(bob).status, fresh(cy).status) == (CONFIRMED, WAITLISTED)


def test_an_option_that_asks_something_leads_to_the_form(client, make, forum, online, ada):
    with transaction():
        label = LocalizedText(en="Time zone")
        questions.save_question(
            fresh(forum), None, label=label, kind=QuestionKind.TEXT, mode=Mode.ONLINE, required=True, key="zone"
        )
    client.get(own(ada))
    (link,) = [a.get("href") for a in client.page.all("a") if "/change?option=" in (a.get("href") or "")]
    assert not [form for form in client.page.forms() if form.get("action").endswith("/option")]
    client.get(link)
    (chosen,) = [
        one for one in client.page.all("input") if one.get("name") == "option" and one.get("checked") is not None
    ]
    assert chosen.get("value") == "online"


def test_a_full_option_is_named_and_not_offered(client, make, forum, hall, ada, online):
    bob = make.registration(forum, online, "bob@example.org")
    client.get(own(bob))
    assert not [form for form in client.page.forms() if form.get("action").endswith("/option")]
    assert text(client).count("Your seat will be released") == 1, "where one cancels: no other option can be chosen"
    assert client.post(f"{own(bob)}/option", data={"option": hall.key}).status_code == 422
    assert "You keep your current seat" in text(client)
    assert client.post(f"{own(bob)}/option", data={"option": "nothing"}).status_code == 422


# ---- facts --------------------------------------------------------------------------------------------------------


def test_the_page_shows_ones_answers_the_venue_on_a_map_and_the_calendar(client, make, forum, hall):
    with transaction():
        for key, kind in (("diet", QuestionKind.TEXT), ("bus", QuestionKind.YES_NO)):
            questions.save_question(fresh(forum), None, label=LocalizedText(en=key.title()), kind=kind, key=key)
    make.venue(forum, "Arena", latitude=35.68, longitude=139.76)
    guest = make.registration(
        forum, hall, organization="River City", country="JP", extra={"diet": "Vegan", "bus": True}
    )
    client.get(own(guest))
    assert "Diet Vegan Bus Yes" in text(client)
    assert "River City" in text(client)
    links = {a.get("href"): client.page.text(a) for a in client.page.all("a")}
    place = "https://www.openstreetmap.org/?mlat=35.68&mlon=139.76#map=17/35.68/139.76"
    assert links[place] == "Show on a map: Arena"
    assert links[f"{own(guest)}/calendar.ics"] == "Add to my calendar"


def test_a_venue_without_coordinates_is_searched_for_by_its_address(client, make, forum, ada):
    make.venue(forum, "Arena")
    client.get(own(ada))
    assert "https://www.openstreetmap.org/search?query=1-1+Chuo" in {a.get("href") for a in client.page.all("a")}


def test_a_form_of_the_page_as_it_was_is_sent_on(client, ada):
    response = client.post(own(ada), data={"family_name": "Byron"})
    assert (response.status_code, response.location) == (307, f"{own(ada)}/change")


def test_every_own_page_is_private(client, make, ada):
    with transaction():
        self_service.ask_address(fresh(ada), "new@example.org")
    key = key_in(emails())
    paths = [own(ada), f"{own(ada)}/change", f"{own(ada)}/address", f"/registrations/address/{key}"]
    for path in paths:
        response = client.get(path)
        assert response.headers["Cache-Control"] == "no-store", path
        assert response.headers["Referrer-Policy"] == "no-referrer", path
        assert response.headers["X-Robots-Tag"] == "noindex", path
        assert "Set-Cookie" not in response.headers, path


def test_another_site_sends_none_of_its_forms(client, ada):
    for action in ("change", "option", "cancel", "undo", "again", "resend", "address"):
        response = client.post(f"{own(ada)}/{action}", headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 400, action
    assert fresh(ada).status is CONFIRMED


def test_guesses_at_a_private_link_are_not_told_apart(client, make, forum, ada):
    """Whether something like it exists, existed, or cannot exist."""
    press(client, ada, "/cancel")
    said = set()
    for token in ("nothing", "x" * 22, ada.token[:-1], f"{ada.token}x", ada.token.swapcase()):
        for path in ("", "/change", "/address", "/calendar.ics"):
            response = client.get(f"/registrations/{token}{path}")
            said.add((response.status_code, client.page.text(client.page.one("h1"))))
        for action in ("cancel", "option", "undo", "again", "resend"):
            response = client.post(f"/registrations/{token}/{action}")
            said.add((response.status_code, client.page.text(client.page.one("h1"))))
    said.add((client.get(f"/registrations/address/{ada.token}").status_code, client.page.text(client.page.one("h1"))))
    assert len(said) == 1
    assert next(iter(said))[0] == 404


# ---- e-mails ------------------------------------------------------------------------------------------------------


def test_the_confirmation_is_sent_again_with_link_and_calendar(client, ada):
    emails()
    assert "We are sending the e-mail again." in press(client, ada, "/resend")
    (email,) = emails()
    assert email.kind == "registration.confirmed"
    assert ada.token in email.text
    assert [file.method for file in email.calendars] == ["REQUEST"]


def key_in(written) -> str:
    (email,) = [one for one in written if one.kind == "registration.confirm_address"]
    return email.text.partition("/registrations/address/")[2].split()[0].partition("?")[0]


@pytest.mark.both_engines("unique keys, and rows that are deleted with others")
def test_a_new_address_replaces_the_old_one_only_when_it_is_confirmed_there(client, make, ada):
    emails()
    old = own(ada)
    response = client.fill(f"{old}/address", {"email": "Ada@new.example"})
    client.get(response.location)
    assert "open the link in our e-mail and confirm it there" in text(client)
    written = emails()
    assert [one.to for one in written] == ["Ada@new.example"]
    assert ada.token not in written[0].text, "the new address may have a typing error"
    assert not written[0].calendars
    confirm = f"/registrations/address/{key_in(written)}"
    client.get(confirm)
    assert "Ada Lovelace" in text(client)
    assert fresh(ada).email == "ada@example.org", "an e-mail scanner follows links"
    response = client.fill(confirm)
    assert client.get(response.location).status_code == 200
    assert "Your new e-mail address is confirmed." in text(client)
    assert fresh(ada).email == "Ada@new.example"
    assert client.get(old).status_code == 404, "the old link may be somebody else's"
    told = {one.to: one for one in emails()}
    assert told.keys() == {"ada@example.org", "Ada@new.example"}
    assert told["ada@example.org"].kind == "registration.address_changed"
    assert "/registrations/" not in told["ada@example.org"].text
    assert "new.example" not in told["ada@example.org"].text
    assert fresh(ada).token in told["Ada@new.example"].text
    assert entry(told["Ada@new.example"], 0).one("ATTENDEE") == "mailto:Ada@new.example"
    assert client.get(confirm).status_code == 404, "once"


def test_a_new_address_moves_this_person_alone(make, forum, ada):
    other = make.registration(forum, make.option(forum, Mode.ONLINE), "ada@example.org", family_name="Byron")
    confirm(ada, "new@example.org")
    assert (fresh(ada).email, fresh(other).email) == ("new@example.org", "ada@example.org")


def confirm(guest, email: str) -> None:
    with transaction():
        self_service.ask_address(fresh(guest), email)
    with transaction():
        found = self_service.address_change(key_in(emails()))
        assert found is not None
        self_service.confirm_address(*found)


@pytest.mark.both_engines("row locks")
def test_who_confirms_twice_at_once_gets_one_new_link(ada):
    with transaction():
        self_service.ask_address(fresh(ada), "new@example.org")
    known = db.session.scalars(select(AddressChange)).one()
    change = AddressChange(registration_id=known.registration_id, email=known.email, key_digest=known.key_digest)
    with transaction():
        self_service.confirm_address(change, fresh(ada))
    token = fresh(ada).token
    with pytest.raises(Refused, match="no longer valid"), transaction():
        self_service.confirm_address(change, fresh(ada))
    assert fresh(ada).token == token


@pytest.mark.both_engines("unique keys, and rows that are deleted with others")
def test_an_unused_contact_is_removed_and_a_known_one_is_shared(make, forum, ada):
    online = make.option(forum, Mode.ONLINE)
    make.registration(forum, online, "new@example.org", family_name="Byron", language="ja")
    confirm(ada, "new@example.org")
    assert db.session.scalars(select(Contact.email)).all() == ["new@example.org"]
    assert fresh(ada).language == "ja"


@pytest.mark.both_engines("unique keys, and rows that are deleted with others")
def test_the_same_person_is_not_registered_twice_with_one_address(make, forum, ada):
    online = make.option(forum, Mode.ONLINE)
    make.registration(forum, online, "new@example.org", family_name="Lovelace", given_name="Ada")
    with pytest.raises(Refused, match="already registered with this e-mail address"):
        confirm(ada, "new@example.org")
    assert fresh(ada).email == "ada@example.org"


@pytest.mark.both_engines("unique keys, and rows that are deleted with others")
def test_a_link_to_confirm_with_ends_after_a_day_with_the_registration_and_with_the_next_one(client, ada):
    with transaction():
        self_service.ask_address(fresh(ada), "first@example.org")
    first = key_in(emails())
    with transaction():
        self_service.ask_address(fresh(ada), "second@example.org")
    second = key_in(emails())
    assert client.get(f"/registrations/address/{first}").status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1)):
        assert client.get(f"/registrations/address/{second}").status_code == 404
    press(client, ada, "/cancel")
    client.looks = False
    assert client.post(f"/registrations/address/{second}").status_code == 422
    assert db.session.scalars(select(AddressChange.email)).all() == ["second@example.org"]


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Enter your e-mail"), ("ada", "e-mail"), ("ADA@example.org", "already")]
)
def test_a_wrong_new_address_is_named_at_its_field(client, ada, typed, said):
    assert client.fill(f"{own(ada)}/address", {"email": typed}).status_code == 422
    assert said in client.page.text(client.page.by_id("email-error"))
    assert (client.page.by_id("email").get("value") or "") == typed
    assert fresh(ada).email == "ada@example.org"


def test_giving_a_new_address_tells_nothing_about_who_has_it(client, make, forum, hall, ada, queries):
    """The same page, the same statements, whether or not somebody is registered with it."""
    make.registration(forum, hall, "known@example.org")
    seen = []
    for email in ("known@example.org", "nobody@example.org"):
        with queries() as counted:
            response = client.post(f"{own(ada)}/address", data={"email": email})
        client.get(response.location)
        seen.append((response.status_code, response.location, text(client), counted.statements))
    assert seen[0] == seen[1]


def test_asking_for_a_lost_link_tells_nothing_about_who_is_registered(client, ada, queries):
    seen = []
    for email in ("ada@example.org", "nobody@example.org"):
        with queries() as counted:
            response = client.post("/events/forum/register/link", data={"email": email})
        seen.append((response.status_code, text(client), counted.statements))
    assert seen[0] == seen[1]
    assert [email.to for email in emails() if email.kind == "registration.link"] == ["ada@example.org"]


# ---- budgets ------------------------------------------------------------------------------------------------------


@pytest.mark.both_engines("an upsert")
def test_a_mailbox_gets_so_many_emails_an_hour_by_resending_and_by_new_addresses(client, make, forum, ada, monkeypatch):
    monkeypatch.setattr(own_views, "PACE", "100/minute")
    emails()
    for _ in range(EMAILS_AN_HOUR):
        press(client, ada, "/resend")
        emails()
    assert "several e-mails to this address in the last hour" in press(client, ada, "/resend", status=422)
    assert emails() == []
    online = make.option(forum, Mode.ONLINE)
    guests = [make.registration(forum, online, f"g{n}@example.org") for n in range(3)]
    emails()
    statuses = [
        client.fill(f"{own(guest)}/address", {"email": "victim@example.org"}).status_code
        for guest in guests
        for _ in range(4)
    ]
    assert statuses == [303] * EMAILS_AN_HOUR + [422] * 2


def test_a_registration_gives_so_many_new_addresses_an_hour(client, ada):
    statuses = [client.fill(f"{own(ada)}/address", {"email": f"v{n}@example.org"}).status_code for n in range(7)]
    assert statuses == [303] * self_service.ADDRESSES_AN_HOUR + [422] * 2
    assert "Try again later" in text(client)
    assert len({email.to for email in emails()} - {"ada@example.org"}) == 1, "the last of them, before it was sent"


def test_an_ip_address_presses_so_many_buttons_a_minute(client, ada, monkeypatch):
    monkeypatch.setattr(own_views, "PACE", "3/minute")
    client.looks = False
    codes = [client.post(f"{own(ada)}/resend").status_code for _ in range(5)]
    assert codes == [303] * 3 + [429] * 2
    assert client.post(f"{own(ada)}/cancel").status_code == 303, "cancelling costs nobody anything"


def test_an_unpublished_event_offers_nothing_that_leads_nowhere(client, forum, ada):
    press(client, ada, "/cancel")
    with transaction():
        lifecycle.unpublish_event(fresh(forum))
    with time_machine.travel(clock.now() + 2 * undo_steps.UNDO):
        client.get(own(ada))
        assert "/events/forum/register" not in {a.get("href") for a in client.page.all("a")}
        assert client.post(f"{own(ada)}/again").status_code == 422
    assert db.session.scalars(select(Registration.status)).one() is CANCELLED

"""Announcements: to whom, in which language, once; undone, stopped, and continued after a worker was killed."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from sqlalchemy import func, select

from eventapp import lifecycle
from eventapp.accounts.rules import Role
from eventapp.announcements import operations, queries, tasks
from eventapp.announcements.models import Announcement, AnnouncementRecipient
from eventapp.announcements.rules import AnnouncementStatus, RecipientOutcome
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.mail import operations as mail
from eventapp.mail.models import Email, EmailStatus, UndeliverableAddress
from eventapp.notifications import opt_outs
from eventapp.people.rules import PeopleQuery
from eventapp.programme import operations as programme
from eventapp.programme.rules import SessionStatus
from eventapp.registration import operations as registration
from eventapp.registration import setup_seats
from eventapp.registration.rules import AddressCheck
from tests.support import outbox
from tests.support.make import fresh

NEW = "/manage/events/forum/announcements/new"


@pytest.fixture
def forum(make):
    event = make.event("forum", contact_email="team@example.org")
    make.hall = make.option(event, title="Hall")
    return event


def people(make, event, *emails: str, **values) -> list:
    made = [make.registration(event, make.hall, email, **values) for email in emails]
    outbox.emails()
    return made


def announce(event, *, audience: str = "", subject=None, text=None, **values) -> Announcement:
    """An announcement that was sent off."""
    with transaction():
        row = operations.save(
            fresh(event),
            None,
            author=None,
            audience=PeopleQuery.of_string(audience),
            subject=subject or LocalizedText(en="Shuttle bus"),
            text=text or LocalizedText(en="It leaves at nine."),
            **values,
        )
        operations.send(row)
    return row


def work(seconds: float = 61) -> int:
    """Run the worker, that many seconds later."""
    with time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False):
        done = 0
        while number := tasks.send_due():
            done += number
    return done


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_everybody_registered_gets_one_email(make, forum):
    people(make, forum, "ada@example.org", "bob@example.org")
    (gone,) = people(make, forum, "gone@example.org")
    with transaction():
        registration.cancel(fresh(gone))
    outbox.emails()
    row = announce(forum)
    assert work() == 2
    assert work() == 0
    emails = outbox.emails()
    assert [one.to for one in emails] == ["ada@example.org", "bob@example.org"]
    assert {one.subject for one in emails} == {"Shuttle bus"}
    assert all(one.bulk and one.batch == row.batch and one.domain == "example.org" for one in emails)
    assert "It leaves at nine." in emails[0].text
    assert emails[0].reply_to == "team@example.org"
    assert fresh(row).status is AnnouncementStatus.SENT


@pytest.mark.both_engines("counting and grouping")
def test_people_who_share_an_address_get_one_email_that_names_them(make, forum):
    make.registration(
        forum, make.hall, "mayor@example.org", family_name="Mori", given_name="Mei", companions=["Ken Abe", "Jo Oka"]
    )
    outbox.emails()
    announce(forum, text=LocalizedText(en="For {name}."))
    work()
    (email,) = outbox.emails()
    assert email.text.startswith("Dear Mei Mori, Ken Abe, and Jo Oka,")
    assert "For Mei Mori, Ken Abe, and Jo Oka." in email.text


def test_what_somebody_else_has_written_anew_is_not_sent_by_who_has_read_the_former_text(make, forum, organizer):
    people(make, forum, "ada@example.org")
    organizer.fill(NEW, {"subject_en": "Shuttle bus", "text_en": "It leaves at nine."})
    row = db.session.scalars(select(Announcement)).one()
    page = f"/manage/events/forum/announcements/{row.id}"
    read = organizer.values(page, action="/send")
    organizer.fill(f"{page}/edit", {"text_en": "It leaves at"})
    assert organizer.post(f"{page}/send", data=read).status_code == 422
    assert "Nothing was sent." in organizer.page.text(organizer.page.one("main"))
    assert fresh(row).status is AnnouncementStatus.DRAFT
    assert organizer.fill_again(f"{page}/send").status_code == 303, "the page has the new text by now"
    assert fresh(row).status is AnnouncementStatus.SCHEDULED


@pytest.mark.both_engines("updates, and an insert that meets a row")
def test_who_wants_no_more_gets_none_that_waits_in_the_outbox(make, forum):
    ada, _bob = people(make, forum, "ada@example.org", "bob@example.org")
    row = announce(forum)
    work()
    for _pressed in range(2):
        with transaction():
            opt_outs.opt_out(fresh(ada).contact)
    assert queries.progress([fresh(row)])[row.id].stopped == 1
    waiting = [one.to for one in outbox.emails() if one.status is EmailStatus.QUEUED]
    assert waiting == ["bob@example.org"]


@pytest.mark.both_engines("updates")
def test_who_says_so_after_they_were_listed_is_not_written_to(make, forum):
    ada, _bob = people(make, forum, "ada@example.org", "bob@example.org")
    row = announce(forum)
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        tasks.send_due(seconds=-1)
    with transaction():
        opt_outs.opt_out(fresh(ada).contact)
    work()
    assert [one.to for one in outbox.emails()] == ["bob@example.org"]
    assert queries.progress([fresh(row)])[row.id].skipped == {RecipientOutcome.OPTED_OUT: 1}


def test_each_reader_gets_their_language_else_the_first(make, forum):
    for number, language in enumerate(["en", "ja", "de-AT", "fr"]):
        make.registration(forum, make.hall, f"{number}@example.org", language=language)
    outbox.emails()
    both = LocalizedText(ja="バス", en="Bus", de="Bus!")
    announce(forum, subject=both, text=both, language="ja")
    work()
    assert [one.subject for one in outbox.emails()] == ["Bus", "バス", "Bus!", "バス"]


@pytest.mark.both_engines("counting and grouping")
def test_who_is_skipped_is_counted_with_the_reason(make):
    event = make.event("forum", address_check=AddressCheck.ALWAYS)
    make.hall = make.option(event)
    people(make, event, "unknown@example.org")
    with transaction():
        setup_seats.save_settings(fresh(event), address_check=AddressCheck.NEVER, hold_minutes=30)
    _ada, out, wrong = people(make, event, "ada@example.org", "out@example.org", "wrong@example.org")
    with transaction():
        opt_outs.opt_out(fresh(out).contact)
        db.session.add(UndeliverableAddress(key=fresh(wrong).contact.email_key, reason="550 5.1.1"))
    row = announce(event)
    work()
    assert [one.to for one in outbox.emails()] == ["ada@example.org"]
    skipped = queries.progress([fresh(row)])[row.id].skipped
    assert skipped == {
        RecipientOutcome.UNCONFIRMED: 1,
        RecipientOutcome.OPTED_OUT: 1,
        RecipientOutcome.UNDELIVERABLE: 1,
    }


@pytest.mark.both_engines("JSON")
def test_the_group_is_a_filter_of_the_people_desk(make, forum):
    people(make, forum, "ada@example.org", country="JP")
    people(make, forum, "bob@example.org", country="FI")
    announce(forum, audience="country=FI")
    work()
    assert [one.to for one in outbox.emails()] == ["bob@example.org"]


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_nothing_is_sent_for_a_minute_and_then_it_can_be_undone_no_more(make, forum):
    people(make, forum, "ada@example.org")
    row = announce(forum)
    assert work(59) == 0
    with transaction():
        operations.undo_sending(fresh(row))
    assert work() == 0
    assert fresh(row).status is AnnouncementStatus.DRAFT
    with transaction():
        operations.send(fresh(row))
    assert work() == 1
    with pytest.raises(Exception, match="no longer possible"), transaction():
        operations.undo_sending(fresh(row))


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_it_is_sent_at_the_planned_time_to_those_registered_by_then(make, forum):
    people(make, forum, "ada@example.org")
    announce(forum, planned_at=clock.now() + timedelta(hours=2))
    assert work(3600) == 0
    people(make, forum, "late@example.org")
    assert work(7201) == 2


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_what_could_not_be_sent_near_its_planned_time_waits_for_the_team(make, forum, organizer):
    people(make, forum, "early@example.org")
    row = announce(forum, planned_at=clock.now() + timedelta(hours=5))
    assert work(7 * 3600 + 60) == 0, "“tomorrow” may mean another day by now"
    assert not outbox.emails()
    db.session.rollback()
    assert (fresh(row).status, fresh(row).send_at) == (AnnouncementStatus.DRAFT, None)
    organizer.sign_in(make.owner())
    with time_machine.travel(clock.now() + timedelta(hours=8)):
        assert "1 announcement was not sent at its planned time." in organizer.get("/manage/events/forum").text
        page = organizer.get(f"/manage/events/forum/announcements/{row.id}").text
        assert "It was not sent at" in page
        assert "Send later" not in page


@pytest.mark.parametrize("put_off", [lifecycle.cancel_event, lifecycle.postpone_event])
def test_what_was_planned_is_not_sent_once_the_event_is_off(make, forum, put_off):
    people(make, forum, "early@example.org")
    row = announce(forum, planned_at=clock.now() + timedelta(hours=5))
    with transaction():
        put_off(fresh(forum), note=LocalizedText())
    assert work(5 * 3600 + 60) == 0
    assert fresh(row).status is AnnouncementStatus.DRAFT


@pytest.mark.parametrize("put_off", [lifecycle.cancel_event, lifecycle.postpone_event])
def test_what_the_team_has_just_sent_is_sent_also_if_the_event_is_off_then(make, forum, put_off):
    """It says why, perhaps. As a draft without a planned time, nobody would look for it."""
    people(make, forum, "early@example.org")
    announce(forum)
    with transaction():
        put_off(fresh(forum), note=LocalizedText())
    assert work(120) == 1


def test_what_is_a_little_late_is_sent(make, forum):
    people(make, forum, "early@example.org")
    announce(forum, planned_at=clock.now() + timedelta(hours=5))
    assert work(6.5 * 3600) == 1


def test_stopping_in_the_middle_leaves_exact_numbers(make, forum, monkeypatch):
    people(make, forum, *[f"guest{n}@example.org" for n in range(10)])
    monkeypatch.setattr(tasks, "CHUNK", 4)
    row = announce(forum)
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        chunk = tasks._write
        monkeypatch.setattr(tasks, "_write", lambda *args: chunk(*args) and 0)  # the worker is slow: one chunk
        tasks.send_due()
        with transaction():
            db.session.query(Email).update({"due_at": clock.now()})
        with transaction():
            first, second = mail.take(limit=2)
        with transaction():
            mail.mark_sent(first)
        with transaction():
            operations.stop(fresh(row))
        with transaction():
            mail.mark_sent(second)  # its server had just accepted it
        monkeypatch.undo()
    numbers = queries.progress([fresh(row)])[row.id]
    assert (numbers.sent, numbers.stopped, numbers.waiting) == (2, 8, 0)
    assert work() == 0
    assert mail.take() == []


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_a_worker_that_is_killed_sends_nothing_twice(make, forum, monkeypatch):
    people(make, forum, *[f"guest{n}@example.org" for n in range(10)])
    monkeypatch.setattr(tasks, "CHUNK", 3)
    row = announce(forum)

    class Killed(BaseException):
        pass

    commits = 0

    def die(commit=db.session.commit) -> None:
        nonlocal commits
        commits += 1
        if commits == 4:  # the list, two chunks, and the third one before it is stored
            raise Killed
        commit()

    with monkeypatch.context() as dying:
        dying.setattr(db.session, "commit", die)
        with pytest.raises(Killed):
            work()
    assert db.session.scalar(select(func.count()).select_from(Email)) == 6
    assert work() == 4
    emails = outbox.emails()
    assert sorted(one.to for one in emails) == sorted({one.to for one in emails})
    assert len(emails) == 10
    assert fresh(row).status is AnnouncementStatus.SENT


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_two_workers_write_to_each_contact_once(make, forum):
    people(make, forum, *[f"guest{n}@example.org" for n in range(4)])
    row = announce(forum)
    with transaction():
        row = fresh(row)
        row.send_at = clock.now()
    assert tasks._list(fresh(row))
    waiting = queries.next_recipients(row.id, limit=10)
    composer = tasks.Composer(fresh(row))
    assert tasks._write(composer, waiting) == 4
    assert tasks._write(composer, waiting) == 0  # the other one, which had read the same rows
    assert len(outbox.emails()) == 4


@pytest.mark.both_engines("recipients are taken with a conditional update, e-mails leased with SKIP LOCKED")
def test_emails_to_one_domain_are_spread_over_time_and_confirmations_pass_them(make, forum):
    people(make, forum, *[f"guest{n}@example.org" for n in range(10)], "bob@example.com")
    announce(forum)
    work()
    due = [one.due_at for one in db.session.scalars(select(Email).where(Email.domain == "example.org"))]
    assert max(due) - min(due) == timedelta(seconds=9 * 60 / 300)
    other = db.session.scalars(select(Email).where(Email.domain == "example.com")).one()
    assert other.due_at == min(due)
    with transaction():
        db.session.query(Email).update({"due_at": clock.now() - timedelta(hours=1)})
        urgent = mail.enqueue(to="x@example.org", subject="Confirmed", text="x", kind="registration.confirmed")
    assert mail.take(limit=1) == [urgent.id]


def test_an_announcement_about_a_cancelled_session_is_written_beforehand(organizer, make, forum):
    session = make.session(forum, "Rivers")
    with transaction():
        programme.set_status(fresh(session), SessionStatus.CANCELLED)
    make.release(forum)
    people(make, forum, "ada@example.org")
    organizer.fill(f"{NEW}?about={session.code}")
    row = db.session.scalars(select(Announcement)).one()
    assert row.subject["en"] == "Session cancelled: Rivers"
    assert "ja" in row.text


def test_the_way_from_the_form_to_the_outbox(organizer, make, forum):
    people(make, forum, "ada@example.org")
    assert organizer.fill(NEW, {"subject_en": "Bus", "text_en": "Take {transport}."}).status_code == 422
    assert "{transport}" in organizer.page.text(organizer.page.by_id("problems"))
    assert organizer.fill(NEW, {"subject_en": "Bus"}).status_code == 422
    sent = organizer.fill(NEW, {"subject_en": "Bus", "text_en": "Dear {name}"})
    path = sent.location
    organizer.get(path)
    assert "Send 1 e-mail" in organizer.page.text(organizer.page.one("main"))
    organizer.looks = False  # an e-mail is no page
    preview = organizer.get(f"{path}/preview/en")
    organizer.looks = True
    assert "Dear Ada Example" in preview.get_data(as_text=True)
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    organizer.fill(path, action="/test")
    (email,) = outbox.emails()
    assert (email.to, email.kind, email.bulk) == ("organizer@example.org", "announcement.test", False)
    organizer.fill(path, action="/send")
    organizer.fill(path, action="/undo")
    organizer.fill(path, action="/send")
    work()
    organizer.get(path)
    assert "0 sent, 1 to be sent" in organizer.page.text(organizer.page.one("main"))
    assert "Being sent" in organizer.page.text(organizer.page.one("main")), "the e-mail is written, not sent"
    organizer.fill(path, action="/stop")
    organizer.get(path)
    assert "0 sent, 1 not sent" in organizer.page.text(organizer.page.one("main"))
    assert db.session.scalars(select(Email)).one().status is EmailStatus.STOPPED


def test_a_test_email_leads_to_the_map_in_the_language_of_its_text(organizer, make, forum):
    """The team reads English; the text is in Japanese."""
    with transaction():
        events.save_venue(
            fresh(forum), None, name=LocalizedText(en="Arena"), address=LocalizedText(en="1-1 Chuo", ja="中央1-1")
        )
    people(make, forum, "ada@example.org")
    sent = organizer.fill(NEW, {"subject_ja": "バス", "text_ja": "九時に出ます。"})
    organizer.get(sent.location)
    organizer.fill(sent.location, action="/test")
    (email,) = outbox.emails()
    assert quote("中央1-1") in email.text
    assert "Chuo" not in email.text


def test_a_language_is_added_without_losing_what_was_typed(organizer, make, forum):
    response = organizer.fill(NEW, {"subject_en": "Bus", "other_language": "mn"}, button="add")
    assert response.status_code == 200
    assert organizer.page.by_id("subject-en").get("value") == "Bus"
    assert organizer.page.by_id("text-mn") is not None
    assert not db.session.scalars(select(Announcement)).all()


@pytest.mark.parametrize("role", [Role.PROGRAMME, Role.VIEWER])
def test_only_who_manages_registrations_writes_to_attendees(app, make, forum, role):
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, role))
    assert visitor.get(NEW).status_code == 403


def test_sending_to_nobody_is_refused(organizer, make, forum):
    path = organizer.fill(NEW, {"subject_en": "Bus", "text_en": "x"}).location
    assert organizer.fill(path, action="/send").status_code == 422
    assert not db.session.scalars(select(AnnouncementRecipient)).all()


def test_a_version_that_cancels_or_moves_a_session_offers_to_tell_everybody(organizer, make, forum):
    cancelled, moved = make.session(forum, "Rivers"), make.session(forum, "Roads")
    with transaction():
        programme.set_status(fresh(cancelled), SessionStatus.CANCELLED)
        row = fresh(moved)
        row.starts_at, row.ends_at = row.starts_at + timedelta(hours=1), row.ends_at + timedelta(hours=1)
    make.release(forum)
    organizer.get("/manage/events/forum/programme/release")
    links = [node.get("href") or "" for node in organizer.page.all("a")]
    offered = [link.rpartition("about=")[2] for link in links if "about=" in link]
    assert offered == [cancelled.code, moved.code]
    organizer.get(f"{NEW}?about={moved.code}")
    assert organizer.page.by_id("subject-en").get("value") == "Session rescheduled: Roads"
    organizer.get(f"/manage/events/forum/programme/sessions/{moved.code}")
    assert any(f"about={moved.code}" in (node.get("href") or "") for node in organizer.page.all("a"))

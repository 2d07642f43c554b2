"""Random operations in random order: the e-mails leave every calendar up to date, and say nothing else.

Each person has a calendar app that applies the e-mails by the rules of RFC 5546. After each series of operations the
worker writes the e-mails; then every calendar must match the product, and nobody may have received an e-mail without a
reason. A seed that fails reproduces the same order.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.localized import fold
from eventapp.entries.queries import venues_of
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail.models import Email
from eventapp.notifications.scan import scan
from eventapp.online import links as own_links
from eventapp.programme import queries as released
from eventapp.programme.rules import Mode
from eventapp.proposals.models import SpeakerLink
from eventapp.proposals.rules import Answer
from eventapp.registration import session_queries
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus
from tests.support import ical_lint as lint
from tests.support.actions import World
from tests.support.make import Make, fresh
from tests.support.outbox import emails
from tests.support.recipient import CalendarApp, Held, Shown

pytestmark = pytest.mark.slow

# A few in every run; hundreds when run by hand.
SEEDS = range(int(os.environ.get("EVENTAPP_TEST_SEEDS", "1")))
BURSTS = 14


class Post:
    """Everybody's calendar apps, the e-mails that they receive, and the check of both."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.apps: dict[str, CalendarApp] = {}
        self.owners: dict[str, str] = {}
        self.public: set[str] = set()
        self.postponed: set[str] = set()
        self.asked: dict[str, dict[str, Shown]] = {}

    # ---- expected calendars ----

    def event(self) -> Event:
        row: Event = fresh(self.world.event)
        return row

    def guests(self) -> dict[str, Registration]:
        """The active attendees, by e-mail address."""
        rows = db.session.scalars(select(Registration).execution_options(populate_existing=True))
        return {row.email: row for row in rows if row.status.active}

    def speakers(self) -> dict[str, SpeakerLink]:
        return {link.email: link for link in self.world.links()}

    def session(self, code: str, link: str) -> Shown:
        event, session = self.event(), released.document(self.event()).by_code[code]
        venues = [room.venue for room in session.rooms if room.venue]
        names = [room.name for room in session.rooms] + [
            words for venue in venues for words in (venue.name, venue.address)
        ]
        place = "".join(dict.fromkeys(fold(str(name)) for name in names or [event.venue_name]))
        status = "TENTATIVE" if event.status is EventStatus.POSTPONED else "CONFIRMED"
        return Shown(session.starts_at, session.ends_at, event.zone, status, place, link)

    def of_guest(self, guest: Registration) -> dict[str, Shown]:
        """The expected calendar of an attendee."""
        event = self.event()
        if event.status is EventStatus.CANCELLED:
            return {}
        confirmed, online = guest.status is RegistrationStatus.CONFIRMED, guest.option.mode is Mode.ONLINE
        tentative = not confirmed or event.status is EventStatus.POSTPONED
        venue = next(iter(venues_of(event.id)), None)
        place = "online" if online else fold(str(venue.name) if venue else str(event.venue_name))
        link = own_links.of_event(guest) if online and confirmed else ""
        found = {
            "": Shown(
                event.starts_at, event.ends_at, event.zone, "TENTATIVE" if tentative else "CONFIRMED", place, link
            )
        }
        links = own_links.of_sessions(guest, released.join_links(event)) if online and confirmed else {}
        return found | self._standing(session_queries.signed_up_for(guest), links)

    def of_speaker(self, link: SpeakerLink) -> dict[str, Shown]:
        """The expected calendar of a speaker who has confirmed."""
        sessions = {
            session.code: [part.mode for part in session.participations if part.person_id == link.person_id]
            for session in released.document(self.event()).sessions
        }
        links = released.join_links(self.event())
        online = {code: links.get(code, "") for code, modes in sessions.items() if Mode.ONLINE in modes}
        return self._standing([code for code, modes in sessions.items() if modes], online)

    def _standing(self, codes: list[str], links: dict[str, str]) -> dict[str, Shown]:
        if self.event().status is EventStatus.CANCELLED:
            return {}
        sessions = released.document(self.event()).by_code
        standing = [code for code in codes if code in sessions and not sessions[code].cancelled]
        return {code: self.session(code, links.get(code, "")) for code in standing}

    # ---- received e-mails ----

    def deliver(self, *, swept: bool = False) -> None:
        """Deliver the written e-mails to the apps, and check each one."""
        self.public |= {str(session.title) for session in released.document(self.event()).sessions}
        came = emails()
        for email in came:
            app = self.apps.setdefault(email.to, CalendarApp(email.to))
            done = app.take(email)
            for uid in app.entries:
                assert self.owners.setdefault(uid, email.to) == email.to, f"{uid} went to two people"
            self._check_secrets(email)
            self._check_concerned(email, done, swept=swept)
            for before, after in done:
                self._check_words(email, before, after)
        if self.event().status is not EventStatus.POSTPONED:
            self.postponed.clear()
        self.postponed |= {email.to for email in came if "is postponed" in email.text}
        if swept:
            twice = [to for to, number in Counter(email.to for email in came).items() if number > 1]
            assert not twice, f"several e-mails of one sweep to {twice}"

    def _check_concerned(self, email: Email, done: list[tuple[Held | None, Held]], *, swept: bool) -> None:
        guest, speaker = self.guests().get(email.to), self.speakers().get(email.to)
        if guest is None and speaker is None:
            assert not swept and email.kind in {"registration.cancelled", "registration.declined"}, email.kind
            assert not self.apps[email.to].live, f"{email.to} takes part no more"
        if not swept:
            return
        again = "is postponed" in email.text and email.to in self.postponed
        assert not again, f"{email.to} is told twice\n{email.text}"
        assert self.event().status is not EventStatus.DRAFT
        if not done:
            assert speaker is not None and speaker.answer is Answer.PENDING, f"{email.to}: nothing for the calendar"
            assert self.of_speaker(speaker) != self.asked.get(email.to), f"{email.to}: no news\n{email.text}"
        for before, after in done:
            # On a waiting list the entry is tentative anyway; that it is postponed is in the title.
            same = before and (before.shown, before.cancelled) == (after.shown, after.cancelled)
            assert not same or "Postponed" in f"{before}{after}", (
                f"{email.to}: nothing is different\n{email.subject}\n{email.text}"
            )

    def _check_words(self, email: Email, before: Held | None, after: Held) -> None:
        """Check that the text of the e-mail describes its effect on the calendar."""
        said, event = f"{email.subject}\n{email.text}", self.event()
        about = f"{email.to}: {before} → {after}\n{said}"
        if email.kind in {"registration.cancelled", "registration.declined"}:
            return
        session = released.document(event).by_code.get(after.code)
        off = event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
        if off and ("has been cancelled" in said or "is postponed" in said):
            return
        if session is not None:
            assert str(session.title) in said or "postponed" in said, about
        if after.cancelled or event.status is EventStatus.POSTPONED:
            return
        old = before.shown if before and not before.cancelled else None
        known = old is None and email.kind == "proposals.changed"  # as text, from before they confirmed
        if not known and (old is None or (old.starts, old.ends) != (after.shown.starts, after.shown.ends)):
            assert f"{after.shown.starts:%H:%M}" in said, about
        if session is None and old and old.place != after.shown.place:
            assert after.shown.place in fold(said), about
        if after.shown.link and (old is None or old.link != after.shown.link) and not (session and old is None):
            assert after.shown.link in said, about
        if not after.shown.link and old and old.link:
            assert "link" in said or "Join here: –" in said or email.kind == "registration.changed", about

    def _check_secrets(self, email: Email) -> None:
        said = "\n".join([email.subject, email.text, email.html])
        said += "".join(lint.text(file.content.decode().replace("\r\n ", "")) for file in email.calendars)
        guests, speakers_ = self.guests(), self.speakers()
        for owner in [*db.session.scalars(select(Registration)), *speakers_.values()]:
            if owner.email != email.to:
                assert owner.token not in said and not re.search(rf"(?<![\w-]){owner.email}", said), email.text
        hidden = set(re.findall(r"Talk\d{4}", said)) - self.public
        assert not hidden, f"{hidden} is no title that was released\n{said}"
        own: dict[str, Shown] = {}
        if email.to in guests:
            own |= self.of_guest(guests[email.to])
        if email.to in speakers_:
            own |= self.of_speaker(speakers_[email.to])
        doors = set(re.findall(r"https://meet\.example/\w+", said)) - {shown.link for shown in own.values()}
        assert not doors, f"{email.to} gets {doors}\n{email.text}"

    def check(self) -> None:
        """Every calendar matches the product; nobody is notified about a draft."""
        if self.event().status is EventStatus.DRAFT:
            return
        guests, speakers_ = self.guests(), self.speakers()
        for address, app in self.apps.items():
            held, wanted = app.live, {}
            if address in guests:
                wanted = self.of_guest(guests[address])
            elif address in speakers_:
                link = speakers_[address]
                self.asked[address] = self.of_speaker(link)
                wanted = {} if link.answer is Answer.DECLINED else self.asked[address]
                # Somebody who is asked again has their former entries, brought up to date; new ones wait for a new
                # date.
                if link.answer is Answer.PENDING or self.event().status is EventStatus.POSTPONED:
                    wanted = {code: shown for code, shown in wanted.items() if code in held}
            elif not address.startswith("guest") and not address.startswith("new"):
                continue  # the speaker's former address may be somebody else's by now
            assert held.keys() == wanted.keys(), f"{address} has {held}, and should {wanted}"
            for code, shown in wanted.items():
                (found,) = held[code]
                assert self._agree(found, shown, address), f"{address} {code}: holds {found}, and not {shown}"

    def _agree(self, found: Shown, wanted: Shown, address: str) -> bool:
        if self.event().status is EventStatus.POSTPONED:
            return found.status == wanted.status
        return found == wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_emails_keep_every_calendar_correct_whatever_is_done(make: Make, seed: int) -> None:
    start = clock.now()
    done: list[str] = []
    try:
        with time_machine.travel(start, tick=False) as now:
            world = World(make, seed)
            post = Post(world)
            post.deliver()
            for _ in range(BURSTS):
                for _ in range(world.draw.randrange(1, 4)):
                    done.append(world.step())
                    post.deliver()
                    if world.draw.random() < 0.3:
                        scan()
                    now.shift(timedelta(minutes=2))
                make.tell()
                post.deliver(swept=True)
                done.append("told")
                now.shift(timedelta(minutes=20))
                assert make.tell() == 0, [email.text for email in emails()]
                assert not emails()
                post.check()
    except AssertionError as error:
        raise AssertionError(f"{error}\nafter {done}") from error

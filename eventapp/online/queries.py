"""What somebody can join online, and what reports say of who was there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import defer, joinedload

from eventapp.check_in.models import CheckInPoint, Presence
from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.online import rules
from eventapp.online.models import AttendanceReport, ReportedStay
from eventapp.online.rules import Interval, JoinState, JoinWindow, may_join
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.registration import session_queries
from eventapp.registration.models import Registration
from eventapp.registration.records import MergedRegistration
from eventapp.tickets import queries as tickets


@dataclass(frozen=True)
class Meeting:
    """An event, or one of its sessions, as one person can join it. `address` is secret until they do."""

    title: LocalizedText
    window: JoinWindow
    address: str
    session: PublishedSession | None = None

    @property
    def state(self) -> JoinState:
        """Whether it can be joined now."""
        return self.window.state(clock.now())


@dataclass(frozen=True)
class Meetings:
    """What one person can join: the event, and the sessions that have an address of their own, by time."""

    event: Meeting | None
    sessions: list[Meeting]


def meetings(registration: Registration) -> Meetings | None:
    """What a person can join; None if they may not join online. Up to three statements."""
    event = registration.event
    if not may_join(registration.status, registration.option.mode, for_all=event.join_for_all):
        return None
    whole = None
    if event.join_url:
        whole = Meeting(event.title, _window(event, event.starts_at, event.ends_at), event.join_url)
    return Meetings(whole, _sessions(registration))


def _sessions(registration: Registration) -> list[Meeting]:
    event = registration.event
    addresses = programme.join_links(event)
    if not addresses:
        return []
    found = [one for one in programme.document(event).listed if one.code in addresses and not one.cancelled]
    if any(one.capacity is not None for one in found):
        seats, _waiting = session_queries.of_person(registration)
        found = [one for one in found if one.capacity is None or one.id in seats]
    return [
        Meeting(one.title, _window(event, one.starts_at, one.ends_at), addresses[one.code], session=one)
        for one in found
    ]


def _window(event: Event, starts: datetime, ends: datetime) -> JoinWindow:
    return JoinWindow(
        starts, ends, event.join_minutes, timed=event.timed, off=event.status is not EventStatus.PUBLISHED
    )


def minutes(event: Event) -> dict[int, int]:
    """The whole minutes that each person was there, by the number of their registration: the union of what reports
    say, however they overlap. People in no report are missing. One statement.
    """
    stays: dict[int, list[Interval]] = defaultdict(list)
    untimed: dict[int, int] = defaultdict(int)
    kept = func.coalesce(MergedRegistration.into_id, ReportedStay.registration_id)
    query = (
        select(kept, ReportedStay.starts, ReportedStay.ends, ReportedStay.seconds)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == ReportedStay.registration_id)
        .where(ReportedStay.event_id == event.id, ReportedStay.registration_id.is_not(None))
    )
    for person, starts, ends, seconds in db.session.execute(query):
        if starts is not None and ends is not None:
            stays[person].append(Interval(starts, ends))
        untimed[person] += seconds
    return {person: rules.minutes(stays[person], untimed=seconds) for person, seconds in untimed.items()}


def unidentified(event: Event) -> int:
    """How many people reports name of whom it is not known who they are. They are not among those who were checked in.
    One statement.
    """
    query = select(func.count(distinct(ReportedStay.person)))
    query = query.where(ReportedStay.event_id == event.id, ReportedStay.registration_id.is_(None))
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class StatedTotal:
    """A total that a report states itself, such as “Unique Viewers 446”, with the report as its source."""

    report: AttendanceReport
    name: str
    number: int


def reports(event: Event) -> list[AttendanceReport]:
    """The reports that were applied, the newest first. One statement."""
    query = (
        select(AttendanceReport)
        .options(joinedload(AttendanceReport.session), defer(AttendanceReport.table))
        .where(AttendanceReport.event_id == event.id, AttendanceReport.state.is_not(None))
        .order_by(AttendanceReport.id.desc())
    )
    return list(db.session.scalars(query))


def stated(found: Iterable[AttendanceReport]) -> list[StatedTotal]:
    """The totals that reports state. No statement."""
    return [StatedTotal(report, name, number) for report in found for name, number in report.stated]


def stated_total(event: Event, number: int, name: str) -> StatedTotal | None:
    """The total of this name in one of the event's reports."""
    query = select(AttendanceReport).where(AttendanceReport.event_id == event.id, AttendanceReport.id == number)
    return next((one for one in stated(db.session.scalars(query)) if one.name == name), None)


@dataclass(frozen=True)
class ReportNumbers:
    """How many people of a report were identified, and how many were not."""

    identified: int
    unidentified: int


def numbers_of(report: AttendanceReport) -> ReportNumbers:
    """The people that a report has brought, without people from earlier ones. One statement."""
    found = ReportedStay.registration_id
    query = select(func.count(distinct(found)), func.count(distinct(case((found.is_(None), ReportedStay.person)))))
    known, unknown = db.session.execute(query.where(ReportedStay.report_id == report.id)).one()
    return ReportNumbers(known, unknown)


def session_of_code(event: Event, typed: str) -> PublishedSession | None:
    """The session on the programme whose code was typed; None if no session has it now."""
    key = tickets.key_of(event.id)
    if key is None or len(rules.clean_code(typed)) != rules.CODE_LENGTH:
        return None
    now = clock.now()
    listed = (one for one in programme.document(event).listed if not one.cancelled)
    return next((one for one in listed if rules.is_session_code(typed, key.seed, one.id, now)), None)


@dataclass(frozen=True)
class ShownCode:
    """The code of a session as the screen shows it: until when, in seconds, and how many people have checked in."""

    code: str
    seconds: int
    checked_in: int


def shown_code(event: Event, session_id: int) -> ShownCode | None:
    """What the screen of a session shows; None if the event has no key yet."""
    key = tickets.key_of(event.id)
    if key is None:
        return None
    came = (
        select(func.count(distinct(Presence.registration_id)))
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .where(CheckInPoint.event_id == event.id, CheckInPoint.session_id == session_id)
        .where(Presence.first_in.is_not(None))
    )
    now = clock.now()
    code = rules.session_code(key.seed, session_id, rules.turn_at(now))
    return ShownCode(code, rules.turn_ends(now), db.session.scalar(came) or 0)

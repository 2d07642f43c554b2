"""What an attendee's own page shows, read with few statements that are built once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import String, bindparam, cast, literal, null, select
from sqlalchemy.orm import joinedload

from eventapp.core import clock, languages
from eventapp.core.addresses import mailbox_key
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.entries.queries import venues_of
from eventapp.entries.rows import VenueRow
from eventapp.events import maps
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.programme import queries as programme
from eventapp.programme.rules import Mode
from eventapp.registration import answers as answering
from eventapp.registration import edits, queries, undo_steps, waiting_list
from eventapp.registration.admission import open_options
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, ModeChange, Registration
from eventapp.registration.own_rows import OwnRow
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.records import SessionSeatChange, UndoableStep
from eventapp.registration.rules import (
    ACTIVE,
    HOLDS_SEAT,
    Access,
    Availability,
    RegistrationStatus,
    SessionAction,
    StepKind,
    has_domain,
)
from eventapp.registration.session_queries import SessionOffer, is_on_site, offers
from eventapp.registration.texts import waiting_rules

# From when on before the event people check in to sessions.
EARLY = timedelta(hours=1)
# How many lines of the history are shown.
LINES = 50

_options = (
    select(AttendanceOption)
    .where(AttendanceOption.event_id == bindparam("event"))
    .options(joinedload(AttendanceOption.settings))
    .order_by(AttendanceOption.position, AttendanceOption.id)
)
_history = (
    select(
        literal("option").label("what"),
        ModeChange.at.label("at"),
        ModeChange.from_option_id.label("old"),
        ModeChange.to_option_id.label("new"),
        literal("").label("action"),
    )
    .where(ModeChange.registration_id == bindparam("person"))
    .union_all(
        select(
            literal("session"),
            SessionSeatChange.at,
            null(),
            SessionSeatChange.session_id,
            cast(SessionSeatChange.action, String),
        ).where(SessionSeatChange.registration_id == bindparam("person"))
    )
    .order_by("at")
    .limit(LINES)
)


@dataclass(frozen=True)
class OptionChoice:
    """Another option that the person can change to with one click, or through the form if it asks for more.

    `waits`: it has only a waiting list left. `confirms`: the e-mail address has to be confirmed first. `gives_up` are
    the names of the sessions in which seats are released.
    """

    option: AttendanceOption
    asks: bool
    waits: bool
    full: bool
    gives_up: tuple[str, ...]
    confirms: bool


@dataclass(frozen=True)
class Undo:
    """The last step, which can still be undone for some minutes."""

    kind: StepKind
    minutes: int


@dataclass(frozen=True)
class OwnPage:
    """State, facts and actions of one registration."""

    place: int | None
    until: str  # when the state ends by itself, in words
    rules: list[str]
    online: bool
    own_link: bool  # whether they may join by a link of their own
    here: bool  # whether they can check in to a session with a code
    venues: list[VenueRow]
    offers: list[SessionOffer]
    choices: list[OptionChoice]
    answers: list[tuple[str, str]]
    history: list[tuple[str, str]]  # (when, what), in words
    undo: Undo | None
    again: bool  # whether they may take a seat again with one click
    form: bool  # whether they may register again with the form
    merged: bool  # whether it was taken for a second registration of the same person

    @property
    def seats(self) -> list[str]:
        """Names of the sessions in which the person has a seat."""
        return [languages.resolve(one.session.title).text for one in self.offers if one.mine and not one.over]


def read(registration: Registration, known: OwnRow | None = None) -> OwnPage:
    """What the page of a registration shows; `known` is what was read with it."""
    event = registration.event
    kept = known.kept if known else None
    options = kept.options if kept else list(db.session.scalars(_options, {"event": event.id}))
    questions = kept.parts.questions if kept else queries.questions(event)
    in_person = registration.option.mode is Mode.IN_PERSON
    active = registration.status in ACTIVE
    changeable = active and not event.over and event.status not in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    shown = _offers(registration, known) if registration.status in HOLDS_SEAT and not event.over else []
    step = _step(registration)
    return OwnPage(
        place=waiting_list.position(registration) if registration.waiting_since else None,
        until=languages.moment_of(registration.held_until, event.zone) if registration.held_until else "",
        rules=waiting_rules(registration) if registration.waiting_since else [],
        online=queries.joins_online(registration),
        own_link=queries.joins_by_own_link(registration),
        here=registration.status is RegistrationStatus.CONFIRMED and _is_running(event),
        venues=(kept.venues if kept else venues_of(event.id)) if in_person else [],
        offers=[one for one in shown if one.mine or registration.status is RegistrationStatus.CONFIRMED],
        choices=_choices(registration, options, questions, shown) if changeable else [],
        answers=_answers(registration, questions) if active else [],
        history=_history_in_words(registration, options) if known is None or known.changed else [],
        undo=_undo(registration, step),
        merged=registration.status is RegistrationStatus.CANCELLED and queries.merged_into(registration) is not None,
        again=_may_come_back(registration, step),
        form=registration.status is RegistrationStatus.CANCELLED and _takes(event, options),
    )


def _may_come_back(registration: Registration, step: UndoableStep | None) -> bool:
    ended = registration.status is RegistrationStatus.EXPIRED or undo_steps.cancelled_by_guest(registration, step)
    return ended and _takes(registration.event, [registration.option])


def _takes(event: Event, options: Iterable[AttendanceOption]) -> bool:
    """Whether somebody can register now with one of these options."""
    return event.public and bool(open_options(event, options))


def _is_running(event: Event) -> bool:
    published = event.status is EventStatus.PUBLISHED and event.timed
    return published and event.starts_at - EARLY < clock.now() < event.ends_at


def _offers(registration: Registration, known: OwnRow | None) -> list[SessionOffer]:
    return offers(registration, known.kept.programme, seated=known.seated) if known else offers(registration)


def _history_in_words(registration: Registration, options: list[AttendanceOption]) -> list[tuple[str, str]]:
    zone = registration.event.zone
    return [(languages.moment_of(at, zone), line) for at, line in history(registration, options)]


def _step(registration: Registration) -> UndoableStep | None:
    """The last step; it is only looked for where it can matter: each step raises the SEQUENCE."""
    recent = registration.sequence > 0 and clock.now() < registration.updated_at + undo_steps.UNDO
    return undo_steps.last(registration) if recent or registration.status is RegistrationStatus.CANCELLED else None


def _undo(registration: Registration, step: UndoableStep | None) -> Undo | None:
    event = registration.event
    off = event.over or event.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}
    if step is None or off or not undo_steps.is_undoable(step):
        return None
    return Undo(step.kind, ceil((step.at + undo_steps.UNDO - clock.now()).total_seconds() / 60))


def _choices(
    registration: Registration,
    options: list[AttendanceOption],
    questions: list[Question],
    shown: list[SessionOffer],
) -> list[OptionChoice]:
    held = registration.status in HOLDS_SEAT
    on_site = tuple(languages.resolve(one.session.title).text for one in shown if one.mine and is_on_site(one.session))
    found = []
    for option in options:
        availability = option.availability
        if option.id == registration.option_id or availability in {Availability.CLOSED, Availability.NOT_YET}:
            continue
        if not _may_choose(registration, option):
            continue
        asks = option.access is Access.CODE or _asks_more(questions, registration, option)
        kept = held and option.pool_id is not None and option.pool_id == registration.option.pool_id
        waits = availability is Availability.WAITING_LIST and not kept
        full = not kept and (availability is Availability.FULL or (waits and held))
        gives_up = () if option.mode is Mode.IN_PERSON else on_site
        found.append(OptionChoice(option, asks, waits, full, gives_up, edits.must_confirm(registration, option)))
    return found


def _may_choose(registration: Registration, option: AttendanceOption) -> bool:
    """Whether an option is for this person: nobody gives up a seat for a draw, and some have certain addresses."""
    if option.draws and registration.status in HOLDS_SEAT:
        return False
    return option.access is not Access.DOMAIN or has_domain(mailbox_key(registration.email), option.domains)


def _asks_more(questions: list[Question], registration: Registration, option: AttendanceOption) -> bool:
    """Whether an option asks a question that must be answered and was not."""
    for question in answering.asked(questions, option, lambda one: registration.answers.get(one.key)):
        must = question.required or question.kind is QuestionKind.CONSENT
        if must and registration.answers.get(question.key) in (None, "", [], False):
            return True
    return False


def _answers(registration: Registration, questions: list[Question]) -> list[tuple[str, str]]:
    """The person's own answers to the questions that are asked of them, as (question, answer)."""
    found = [(_("Name"), registration.name)]
    if registration.organization_name:
        found.append((_("Organization"), registration.organization_name))
    if registration.country_code:
        found.append((_("Country or region"), languages.country(registration.country_code)))
    if registration.reading:
        found.insert(1, (_("Reading of the name"), registration.reading))
    shown = answering.listed(questions, registration.option, registration.answers, languages.reader())
    return found + [(one.label, one.text) for one in shown if one.text]


def map_url(venue: VenueRow) -> str:
    """Where a map shows a venue; "" if that is not known."""
    return maps.openstreetmap(languages.resolve(venue.address).text, venue.geo)


def history(registration: Registration, options: list[AttendanceOption]) -> list[tuple[datetime, str]]:
    """When the person changed the option or a seat in a session, the oldest first, as (moment, sentence)."""
    rows = db.session.execute(_history, {"person": registration.id}).all()
    if not rows:
        return []
    names = {option.id: option.name(languages.reader()) for option in options}
    by_id = {one.id: one for one in programme.document(registration.event).sessions}
    found = []
    for row in rows:
        if row.what == "option":
            old, new = names.get(row.old, "–"), names.get(row.new, "–")
            found.append((row.at, _("Changed from “%(old)s” to “%(new)s”", old=old, new=new)))
        else:
            title = languages.resolve(by_id[row.new].title).text if row.new in by_id else "–"
            found.append((row.at, _("%(action)s: “%(title)s”", action=SessionAction(row.action).label, title=title)))
    return found

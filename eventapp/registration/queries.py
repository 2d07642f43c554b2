"""Finding registrations, options and questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from eventapp.core.db import db, locked
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.programme.conflicts import Audience
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode
from eventapp.registration.form_models import Question
from eventapp.registration.models import (
    AttendanceOption,
    Contact,
    Registration,
    RegistrationSettings,
    RemovedOption,
    SeatPool,
    SessionSignup,
)
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import (
    HOLDS_SEAT,
    REGISTERED,
    UNCONFIRMED,
    Access,
    AddressCheck,
    RegistrationStatus,
    searched,
)

# Registrations whose contacts are written to.
EMAILED = and_(
    Registration.generated.is_(False), exists().where(Contact.id == Registration.contact_id, Contact.email != "")
)
ACTIVE_AND_EMAILED = and_(Registration.status.in_(REGISTERED), EMAILED)


# Built once: building a select takes longer than running it.
_options = (
    select(AttendanceOption)
    .where(AttendanceOption.event_id == bindparam("event"))
    .options(joinedload(AttendanceOption.event), joinedload(AttendanceOption.settings))
    .order_by(AttendanceOption.position, AttendanceOption.id)
)
_questions = select(Question).where(Question.event_id == bindparam("event")).order_by(Question.position, Question.id)


def options(event: Event) -> list[AttendanceOption]:
    """Registration options in order."""
    return list(db.session.scalars(_options, {"event": event.id}))


def options_of(events: Iterable[Event]) -> dict[int, list[AttendanceOption]]:
    """The options of several events by the id of the event, with one statement."""
    query = select(AttendanceOption).where(AttendanceOption.event_id.in_([one.id for one in events]))
    query = query.options(joinedload(AttendanceOption.settings))
    found: dict[int, list[AttendanceOption]] = {}
    for option in db.session.scalars(query.order_by(AttendanceOption.position, AttendanceOption.id)):
        found.setdefault(option.event_id, []).append(option)
    return found


def options_with_closing(event_id: int) -> list[AttendanceOption]:
    """The options of an event, by its id, that have or had a closing time."""
    query = select(AttendanceOption).where(
        AttendanceOption.event_id == event_id, AttendanceOption.last_closing.is_not(None)
    )
    return list(db.session.scalars(query))


def removed_options(event_id: int) -> list[RemovedOption]:
    """The deleted options of an event, by its id, that had a closing time."""
    return list(db.session.scalars(select(RemovedOption).where(RemovedOption.event_id == event_id)))


def audience(event: Event) -> Audience:
    """Who is registered, for the check of the programme."""
    rows = db.session.execute(
        select(Contact.language, func.count())
        .join(Registration, Registration.contact_id == Contact.id)
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
        .group_by(Contact.language)
    )
    signed = db.session.execute(
        select(Session.code, func.count())
        .join(SessionSignup, SessionSignup.session_id == Session.id)
        .join(Registration, Registration.id == SessionSignup.registration_id)
        .where(Session.event_id == event.id, Registration.status.in_(HOLDS_SEAT))
        .group_by(Session.code)
    )
    return Audience(
        languages={language: number for language, number in rows}, sign_ups={code: number for code, number in signed}
    )


def joins_online(registration: Registration) -> bool:
    """Whether the person's online registration is confirmed and there is a joining link."""
    if registration.status is not RegistrationStatus.CONFIRMED or registration.option.mode is not Mode.ONLINE:
        return False
    return bool(registration.event.join_url or programme.join_links(registration.event))


def joins_by_own_link(registration: Registration) -> bool:
    """Whether the person may join online by a link of their own."""
    event, confirmed = registration.event, registration.status is RegistrationStatus.CONFIRMED
    if not event.personal_join_links or not confirmed:
        return False
    if registration.option.mode is not Mode.ONLINE and not event.join_for_all:
        return False
    return bool(event.join_url) or programme.has_join_links(event.id)


def checks_address(option: AttendanceOption) -> bool:
    """Whether people must confirm their e-mail address before they have this option.

    The team can decide. If it has not, they must where the option has a joining link, of the event or of a session, and
    where it is only for addresses of certain domains, which anybody could type.
    """
    check = (option.settings or RegistrationSettings.usual()).address_check
    if check is not AddressCheck.AUTO:
        return check is AddressCheck.ALWAYS
    if option.access is Access.DOMAIN:
        return True
    online = option.mode is Mode.ONLINE
    return online and (bool(option.event.join_url) or programme.has_join_links(option.event_id))


def settings_of(event: Event) -> RegistrationSettings:
    """How registration for an event works; the defaults if nothing was set."""
    return db.session.get(RegistrationSettings, event.id) or RegistrationSettings.usual()


def hold_minutes(event: Event) -> int:
    """For how many minutes a seat is held until the e-mail address is confirmed."""
    return settings_of(event).hold_minutes


def lock_options(event_id: int) -> list[AttendanceOption]:
    """Lock the event's options for this transaction, always in the same order, and reread them with their pools.

    A pool is not locked, because every operation locks an option that has it first. Returns the options that are left.
    """
    query = select(AttendanceOption).where(AttendanceOption.event_id == event_id).order_by(AttendanceOption.id)
    return list(db.session.scalars(locked(query, AttendanceOption.pool)))


def lock_pool(pool: SeatPool) -> bool:
    """Lock shared seats, after the options, and reread them; False if they were deleted in the meantime."""
    query = select(SeatPool).where(SeatPool.id == pool.id)
    return db.session.scalar(locked(query)) is not None


def lock(registration: Registration) -> None:
    """Lock a registration for this transaction and reread it."""
    query = select(Registration).where(Registration.id == registration.id)
    db.session.scalars(locked(query, Registration.contact)).all()


def option_by_key(event: Event, key: str) -> AttendanceOption | None:
    """One option by its key."""
    return db.session.scalar(
        select(AttendanceOption).where(AttendanceOption.event_id == event.id, AttendanceOption.key == key)
    )


def questions(event: Event) -> list[Question]:
    """The current questions, in order."""
    return [question for question in every_question(event) if question.removed_at is None]


def every_question(event: Event) -> list[Question]:
    """All questions in order, including removed ones."""
    return list(db.session.scalars(_questions, {"event": event.id}))


def depending_on(question: Question) -> list[Question]:
    """The current questions that are asked depending on the answer to this one."""
    return [
        one
        for one in db.session.scalars(_questions, {"event": question.event_id})
        if one.removed_at is None and one.if_question == question.key and one.id != question.id
    ]


_by_token = (
    select(Registration)
    .where(Registration.token == bindparam("token"))
    .options(joinedload(Registration.event), joinedload(Registration.option))
)


def by_token(token: str) -> Registration | None:
    """The registration of a private link."""
    return db.session.scalar(_by_token, {"token": token})


def merged_into(registration: Registration) -> Registration | None:
    """The registration that this one was merged into, because both are of one person. No statement if it is active."""
    if registration.status is not RegistrationStatus.CANCELLED:
        return None
    query = select(Registration).join(MergedRegistration, MergedRegistration.into_id == Registration.id)
    return db.session.scalar(query.where(MergedRegistration.registration_id == registration.id))


def led_to(registration: Registration) -> Registration | None:
    """The registration to which the private link of a merged one leads.

    Only if the link was given to none but the reader of the mailbox that has the kept one, too: anybody can register in
    somebody's name, or with their address, and be taken for the same person.
    """
    kept = merged_into(registration) if registration.only_emailed else None
    return kept if kept is not None and kept.contact_id == registration.contact_id else None


def same_form(registration: Registration) -> list[Registration]:
    """Who was registered with the same form, in its order: they share the contact and the moment."""
    same = (Registration.contact_id == registration.contact_id) & (Registration.created_at == registration.created_at)
    return list(db.session.scalars(select(Registration).where(same).order_by(Registration.id)))


def companions(registration: Registration) -> list[Registration]:
    """The people on the form, for the one who filled it in; nobody for the others, and if there was only one.

    Until the e-mail address is confirmed, nobody is registered yet, and the reader may not be who has typed the names.
    """
    if registration.status in UNCONFIRMED:
        return []
    found = same_form(registration)
    return found if len(found) > 1 and found[0].id == registration.id else []


def by_id(event: Event, number: int) -> Registration | None:
    """A registration of this event."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.id == number, Registration.event_id == event.id)
        .options(joinedload(Registration.option), joinedload(Registration.organization))
    )


def with_words(
    text: str, *columns: Any, folded: Callable[[str], ColumnElement[bool]] | None = None
) -> list[ColumnElement[bool]]:
    """The conditions that somebody has each word of a search: as it is typed in one of the columns, or folded in the
    text to search in, with the name, its reading and the organization. `folded` is another condition for a folded word.
    """
    found = []
    for word, typed in searched(text):
        # Characters that folding drops are found as typed.
        either = [func.lower(column).contains(typed, autoescape=True) for column in columns]
        if word:
            either.append(folded(word) if folded else Registration.searchable.contains(word, autoescape=True))
        found.append(or_(*either))
    return found


def by_name(text: str) -> list[ColumnElement[bool]]:
    """The conditions that somebody has each word of a search in the name or its reading."""
    return with_words(text, Registration.family_name, Registration.given_name, folded=_named)


def _named(folded: str) -> ColumnElement[bool]:
    """Whether a name or its reading has a folded word: if there is an organization, it is the part after the last
    space.
    """
    anywhere = Registration.searchable.contains(folded, autoescape=True)
    before = f"%{re.sub('([%_/])', '/' + chr(92) + '1', folded)}% %"
    return and_(anywhere, or_(Registration.organization_name == "", Registration.searchable.like(before, escape="/")))


def number_emailed(event: Event) -> int:
    """The number of registrations about which an e-mail to everybody is written."""
    query = select(func.count()).where(Registration.event_id == event.id, ACTIVE_AND_EMAILED)
    return db.session.scalar(query) or 0


def numbers_by_status(event: Event) -> dict[RegistrationStatus, int]:
    """The number of registrations per status."""
    query = (
        select(Registration.status, func.count()).where(Registration.event_id == event.id).group_by(Registration.status)
    )
    return {status: number for status, number in db.session.execute(query)}

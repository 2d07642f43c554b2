"""Operations on registrations: register, cancel, approve, decline, reinstate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from eventapp.core import clock, revisions, tokens
from eventapp.core.db import db, savepoint, stored
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.statements import QuickWrite
from eventapp.directory import queries as directory
from eventapp.directory.rules import OrganizationKind, says_none, typed_name
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail.operations import may_email
from eventapp.registration import (
    admission,
    contacts,
    files,
    history,
    notices,
    queries,
    seats,
    session_seats,
    undo_steps,
)
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.records import MergedRegistration
from eventapp.registration.rules import (
    ACTIVE,
    HOLDS_SEAT,
    IN_LINE,
    MOST_PEOPLE,
    Access,
    Notice,
    Overrides,
    RegistrationSource,
    RegistrationStatus,
    first_status,
    name_key,
    searchable,
    too_many_people,
)


@dataclass(frozen=True)
class RegistrationInput:
    """The submitted registration form."""

    email: str
    family_name: str
    given_name: str = ""
    organization: str = ""
    organization_kind: OrganizationKind | None = None
    country: str | None = None
    language: str = "en"
    zone: str = ""
    phone: str | None = None
    code: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    # How the name is read; None if that was not asked.
    reading: str | None = None
    # The version of the privacy notice that was agreed to; None if that was not asked.
    privacy: int | None = None
    # Keys of the questions that were asked: answers to other questions are kept.
    asked: frozenset[str] = frozenset()


class AlreadyRegistered(Refused):
    """Somebody with this name and contact is registered. The message does not reveal this to the visitor."""

    def __init__(self, registration: Registration, companion: int | None = None) -> None:
        """`companion` is the number of the companion who is registered, None if it is the first person."""
        super().__init__(
            _("Check your inbox: we have e-mailed you the next steps."),
            field="email",
        )
        self.token = registration.token
        self.companion = companion


def register(
    event: Event,
    answers: RegistrationInput,
    *,
    option: AttendanceOption,
    by_team: bool = False,
    generated: bool = False,
    source: str = "",
    another: bool = False,
    companions: Sequence[RegistrationInput] = (),
    together: bool = False,
    came: RegistrationSource | None = None,
    silent: bool = False,
    overrides: Overrides | None = None,
) -> Registration:
    """Register a person, with `companions` who share the contact, and queue the confirmation e-mails.

    People may share an e-mail address. A second registration with the same name and address is refused, unless it is
    for `another` person of that name.

    Seats are taken by one atomic statement, so two people never get the last one. A full option gives a position on
    its waiting list; `together`, a group gets either seats for all or one position. Where the e-mail address is
    checked, they are held until it is confirmed. The team (`by_team`) may register people outside the registration
    period, but not beyond the capacity. `source` identifies the client of a form: registrations from it and e-mails to
    the address are rate-limited. `came` says how they came, if not by the form or the team; if `silent`, nobody is
    e-mailed. An invitation with `overrides` was sent to the e-mail address, which therefore need not be confirmed, and
    takes the place of a code. Returns the registration of the first person. Raises Refused if the option can't be
    chosen, somebody is named twice, there are too many people, or the client has made too many registrations,
    AlreadyRegistered, TooManyEmails if the address has been e-mailed too often.
    """
    admission.check_open(event, option, by_team=by_team or (overrides is not None and overrides.closed))
    if not by_team and overrides is None:
        admission.check_access(option, email=answers.email, code=answers.code)
    unconfirmed = not by_team and overrides is None and queries.checks_address(option)
    if unconfirmed:
        # Before who is registered is looked up: a full option is full for everybody who types an address.
        _check_room(option, 1 + len(companions))
    contact = _check_new(event, answers, companions, another=another)
    # The same moment for all tells who was on one form.
    moment = clock.now()
    came = came or (RegistrationSource.TEAM if by_team else RegistrationSource.FORM)
    group = [_draft(event, option, one, moment, came, generated=generated) for one in (answers, *companions)]
    if together and companions:
        give_seat(group, option, unconfirmed=unconfirmed)
    else:
        for registration in group:
            give_seat([registration], option, unconfirmed=unconfirmed, overrides=overrides or Overrides())
    contact = contacts.obtain(
        event.id, answers.email, contact, language=answers.language, zone=answers.zone, phone=answers.phone or ""
    )
    if another:
        group[0].same_name = contacts.next_same_name(contact, group[0].name_key)
    for number, registration in enumerate(group):
        registration.contact_id = contact.id
        registration.only_emailed = by_team or unconfirmed or overrides is not None
        if not _insert(registration):
            # The form was submitted twice, and the other request was faster.
            known = contacts.with_person(event, answers.email, registration.family_name, registration.given_name)[1]
            raise AlreadyRegistered(known or registration, number - 1 if number else None)
        files.attach(registration)
    if source:
        admission.count(event, source, answers.email, people=len(group))
    # One e-mail asks for the whole group whether the address is theirs; otherwise each has a link of their own.
    for registration in () if silent else group[:1] if unconfirmed else group:
        notices.notify(registration, Notice.ADDRESS if unconfirmed else Notice.RECEIVED)
    return group[0]


def _check_new(
    event: Event, answers: RegistrationInput, companions: Sequence[RegistrationInput], *, another: bool
) -> Contact | None:
    """The contact, if it is known. Raises AlreadyRegistered, and Refused if the group names somebody twice."""
    if len(companions) >= MOST_PEOPLE:
        raise Refused(too_many_people())
    contact, same = contacts.with_person(event, answers.email, answers.family_name, answers.given_name)
    if same is not None and not another:
        raise AlreadyRegistered(same)
    keys = {name_key(answers.family_name, answers.given_name)}
    for number, one in enumerate(companions):
        key = name_key(one.family_name, one.given_name)
        if key in keys:
            name = typed_name(one.family_name, one.given_name)
            raise Refused(_("%(name)s is in the list twice.", name=name), field=f"companions-{number}-family_name")
        keys.add(key)
        if contact is not None:
            same = contacts.with_person(event, answers.email, one.family_name, one.given_name)[1]
            if same is not None:
                raise AlreadyRegistered(same, number)
    return contact


def _draft(
    event: Event,
    option: AttendanceOption,
    answers: RegistrationInput,
    moment: datetime,
    source: RegistrationSource,
    *,
    generated: bool,
) -> Registration:
    registration = Registration(event_id=event.id, option_id=option.id, token=tokens.token(), uid=tokens.uid())
    registration.sequence, registration.same_name, registration.generated = 0, 0, generated
    registration.ticket_revision = 0
    registration.source = source
    registration.created_at = registration.updated_at = moment
    fill(registration, answers)
    return registration


_COLUMNS = tuple(column.key for column in Registration.__table__.columns if column.key != "id")


def _insert(registration: Registration) -> bool:
    """Store a new registration with one statement; False if the contact has this person already."""
    row = _inserted.row(**{name: getattr(registration, name) for name in _COLUMNS})
    if row is None:
        return False
    registration.id = row[0]
    stored(registration)
    for scope in registration.scopes():
        revisions.changed(scope)
    return True


def _new_row(insert: Callable[[Any], Any]) -> Any:
    table: Any = Registration.__table__
    return insert(table).on_conflict_do_nothing().returning(table.c.id)


_inserted = QuickWrite(_new_row, columns=_COLUMNS)


def is_taken(error: IntegrityError) -> bool:
    """Whether the contact has an active registration of the same person."""
    return "uq_registration_active_person" in str(error.orig) or "registration.name_key" in str(error.orig)


def fill(registration: Registration, answers: RegistrationInput) -> None:
    """Store the answers about the person. The contact is another matter."""
    if says_none(answers.organization):
        answers = replace(answers, organization="", organization_kind=None)
    registration.family_name = answers.family_name
    registration.given_name = answers.given_name
    registration.name_key = name_key(answers.family_name, answers.given_name)
    registration.country_code = answers.country or None
    registration.reading = (registration.reading or "") if answers.reading is None else answers.reading
    registration.searchable = searchable(
        answers.family_name, answers.given_name, answers.organization, registration.reading
    )
    if answers.privacy is not None and answers.privacy != registration.privacy_version:
        registration.privacy_version, registration.privacy_agreed_at = answers.privacy, clock.now()
    others = {key: value for key, value in (registration.answers or {}).items() if key not in answers.asked}
    registration.answers = others | answers.extra
    if (registration.organization_name, registration.organization_kind) != (
        answers.organization,
        answers.organization_kind,
    ) or registration.organization_id is None:
        registration.organization_name = answers.organization
        registration.organization_kind = answers.organization_kind
        known = (
            directory.organization_named(answers.organization, country_code=answers.country)
            if answers.organization
            else None
        )
        registration.organization = known
        registration.organization_id = known.id if known is not None else None
        if known is not None:
            registration.organization_kind = known.kind


def _check_room(option: AttendanceOption, people: int) -> None:
    """Raise Refused if there are too few seats and nobody can wait for one."""
    if option.seats_left is not None and option.seats_left < people:
        _check_line(option)


def _check_line(option: AttendanceOption) -> None:
    if not option.waiting_list and not option.draws:
        raise Refused(_("This option is full. Choose another option."), field="option")


def give_seat(
    group: Sequence[Registration],
    option: AttendanceOption,
    *,
    unconfirmed: bool = False,
    overrides: Overrides = Overrides(),
) -> None:
    """Assign seats or one position on the waiting list to all of a group. Raises Refused if there is neither."""
    seat = seats.take_for_newcomer(option, len(group)) or (overrides.full and seats.add(option, len(group)))
    if not seat:
        _check_line(option)
    approval = option.access is Access.APPROVAL and not overrides.approval
    moment, party = clock.now(), tokens.code(10) if len(group) > 1 and not seat else None
    for registration in group:
        registration.status = first_status(seat=seat, approval=approval, unconfirmed=unconfirmed)
        registration.waiting_since = None if seat else moment
        registration.held_until = option.held_until if unconfirmed else None
        registration.party = party


def hold(registration: Registration) -> None:
    """Lock the event's options, then the registration, and reread them.

    Every operation on an existing registration calls this first, in this order: of two simultaneous requests, the
    second then sees what the first has done.
    """
    queries.lock_options(registration.event_id)
    queries.lock(registration)


def check_guest_may(registration: Registration) -> None:
    """Raise Refused if an attendee can no longer change anything because the event is over or cancelled. The team still
    can.
    """
    if registration.event.over:
        raise Refused(_("This event is over."))
    if registration.event.status is EventStatus.CANCELLED:
        raise Refused(_("This event is cancelled."))


def cancel(registration: Registration, *, by_guest: bool = False, silent: bool = False, reason: str = "") -> bool:
    """Cancel, or reject an offered seat; the seat goes to the first on the waiting list. Again, it does nothing.

    The team may give a `reason`, which the person reads, or be `silent`, so that the person is not e-mailed.
    Returns False if no e-mail is sent: those caused by an attendee (`by_guest`), without a login, are rate-limited.
    Attendees can't cancel once the event is over or cancelled.
    """
    hold(registration)
    if by_guest:
        check_guest_may(registration)
    if registration.status not in ACTIVE:
        return True
    history.give_reason(registration, reason)
    leave(registration, RegistrationStatus.CANCELLED)
    written = not silent and (not by_guest or may_email(registration.email))
    if written:
        notices.notify(registration, Notice.CANCELLED, reason=reason)
    return written


def leave(registration: Registration, status: RegistrationStatus) -> None:
    """End a registration that `hold` has locked; a seat goes to the first on the waiting list."""
    held, waited = registration.status in HOLDS_SEAT, registration.status in IN_LINE
    registration.status = status
    registration.waiting_since = registration.held_until = registration.party = None
    registration.sequence += 1
    db.session.flush()
    if held:
        seats.give_back(registration.option)
    if held or waited:
        # Free seats may have waited for a larger party.
        seats.promote(registration.option)
    session_seats.release(registration)
    undo_steps.forget(registration)


def reinstate(registration: Registration, *, by_guest: bool = False, silent: bool = False) -> bool:
    """Undo a cancellation or a decline: the person gets a seat if there is one. Seats in sessions do not come back.

    Returns False if no e-mail is sent: those caused by an attendee (`by_guest`), without a login, are rate-limited.
    Raises Refused if there is neither a seat nor a waiting list, the event is cancelled, or the person has registered
    again; for an attendee also if registration is closed.
    """
    hold(registration)
    if registration.status in ACTIVE:
        return True
    admission.check_open(registration.event, registration.option, by_team=not by_guest)
    give_seat([registration], registration.option)
    registration.sequence += 1
    flush_unless_taken(registration)
    undo_steps.forget(registration)
    # If it was merged into another one, the two are two people again, with two links.
    merged = delete(MergedRegistration).where(MergedRegistration.registration_id == registration.id)
    db.session.execute(merged.execution_options(synchronize_session="fetch"))
    written = not silent and (not by_guest or may_email(registration.email))
    if written:
        notices.notify(registration, Notice.RECEIVED)
    return written


def flush_unless_taken(registration: Registration) -> None:
    """Raise Refused if the person has registered again since this registration ended."""
    name = registration.name
    try:
        with savepoint():
            db.session.flush()
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise Refused(_("%(name)s has registered again.", name=name)) from error

"""Setting up registration: options, and the order of questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from eventapp.core import clock, ordering, tokens
from eventapp.core.addresses import domain_key
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused, WasDeleted
from eventapp.core.rows import delete_row
from eventapp.events import operations as events
from eventapp.events.models import Event
from eventapp.events.rules import EventFormat, shifted_window
from eventapp.programme.rules import Mode
from eventapp.registration import notices, queries, questions, seats
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Registration, RemovedOption, SeatPool
from eventapp.registration.rules import OFFER_HOURS, Access, Promotion, RegistrationPreset, is_code


def save_option(
    event: Event,
    option: AttendanceOption | None,
    *,
    mode: Mode,
    title: LocalizedText,
    note: LocalizedText | None = None,
    capacity: int | None = None,
    waiting_list: bool = True,
    access: Access = Access.ANYONE,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    access_code: str = "",
    domains: Iterable[str] = (),
    promote_hours: int = 0,
    pool: SeatPool | None = None,
    promotion: Promotion = Promotion.AT_ONCE,
    offer_hours: int = OFFER_HOURS,
    smaller_may_pass: bool = False,
) -> AttendanceOption:
    """Create or change an option; additional seats go to the waiting list.

    An option with an invitation code gets one if none is given; one with a `pool` has no capacity of its own. Raises
    Refused for a capacity below the seats taken, a pool with too few seats for those who have the option, a lottery
    for a pool, a closing time before the opening, and an option for certain domains without any.
    """
    domains = [domain_key(domain) for domain in domains]
    _check_access(access, access_code=access_code, domains=domains, pool=pool)
    capacity = None if pool is not None else capacity
    if option is None:
        # Where there is no option to lock yet: who sends the form twice at once gets two that differ.
        events.lock(event)
        queries.lock_options(event.id)
    else:
        seats.lock(option, refusal=WasDeleted)
    if pool is not None:
        seats.lock_pool(pool)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused(_("The closing time must be after the opening time."), field="closes_at")
    taken, before = (option.seats_taken, option.pool) if option else (0, None)
    if pool is None:
        seats.check_capacity(capacity, taken)
    elif pool is not before and pool.capacity - pool.seats_taken < taken:
        raise Refused(_("There are not enough shared seats for the people who have this option."), field="pool")
    if option is None:
        keys = set(db.session.scalars(select(AttendanceOption.key).where(AttendanceOption.event_id == event.id)))
        key, number = mode.value, 2
        while key in keys:
            key, number = f"{mode.value}_{number}", number + 1
        option = AttendanceOption(event=event, event_id=event.id, key=key, position=len(keys), seats_taken=0)
        db.session.add(option)
    elif option.mode is not mode:
        notices.notify_all_with(option)
    closing, renamed = option.closes_at, (option.mode, option.title) != (mode, title)
    option.mode = mode
    option.title = title
    option.note = note or LocalizedText()
    option.capacity = capacity
    _move_seats(option, before, pool)
    option.promotion = promotion
    option.offer_hours = offer_hours
    option.smaller_may_pass = smaller_may_pass
    option.waiting_list = waiting_list
    option.promote_hours = promote_hours
    option.access = access
    option.access_code = (access_code.strip() or tokens.code(8)) if access is Access.CODE else ""
    option.domains = domains if access is Access.DOMAIN else []
    option.opens_at = opens_at
    option.closes_at = closes_at
    option.note_closing(closing, renamed=renamed)
    db.session.flush()
    for one in {option, *(o for o in queries.options(event) if before is not None and o.pool_id == before.id)}:
        seats.promote(one)
    return option


def _check_access(access: Access, *, access_code: str, domains: Collection[str], pool: SeatPool | None) -> None:
    if access is Access.DOMAIN and not domains:
        raise Refused(_("Enter at least one domain, such as city.example."), field="domains")
    if access is Access.CODE and access_code and not is_code(access_code, access_code):
        raise Refused(_("A code must contain letters or digits."), field="access_code")
    if access is Access.LOTTERY and pool is not None:
        raise Refused(_("A lottery needs seats of its own."), field="pool")


def _move_seats(option: AttendanceOption, before: SeatPool | None, after: SeatPool | None) -> None:
    """Count the seats that are taken with an option in another pool. As the options are locked, nobody takes one of the
    pools' seats meanwhile.
    """
    if before is after:
        return
    if before is not None:
        before.seats_taken -= option.seats_taken
    if after is not None:
        after.seats_taken += option.seats_taken
    option.pool = after


# Options that most events begin with, by mode: the number of seats.
USUAL = {Mode.IN_PERSON: 40, Mode.ONLINE: 200}


def add_usual(event: Event, modes: Iterable[Mode]) -> None:
    """Add options with the usual number of seats. Raises Refused if there are options already."""
    if queries.options(event):
        raise Refused(_("There are options already. Edit them, or add another one."))
    for mode in modes:
        hours = 24 if mode is Mode.IN_PERSON else 0
        save_option(event, None, mode=mode, title=LocalizedText(), capacity=USUAL[mode], promote_hours=hours)


def add_preset(event: Event, preset: RegistrationPreset, *, seats: int | None) -> int:
    """Add the options of a preset; `seats` on site, None for no limit. Returns their number. Without any, the event's
    pages say that nobody needs to register.

    Raises Refused if there are options already.
    """
    # Who sends the step twice at once gets them once.
    events.lock(event)
    if queries.options(event):
        raise Refused(_("There are options already. Edit them, or add another one."))
    on_site = Mode.ONLINE if event.format is EventFormat.ONLINE else Mode.IN_PERSON
    offered: dict[RegistrationPreset, list[tuple[Mode, int | None, Access]]] = {
        RegistrationPreset.IN_PERSON: [(Mode.IN_PERSON, seats, Access.ANYONE)],
        RegistrationPreset.ONLINE: [(Mode.ONLINE, None, Access.ANYONE)],
        RegistrationPreset.BOTH: [(Mode.IN_PERSON, seats, Access.ANYONE), (Mode.ONLINE, None, Access.ANYONE)],
        RegistrationPreset.INVITATION: [(on_site, seats, Access.CODE)],
        RegistrationPreset.NONE: [],
    }
    wanted = offered[preset]
    event.needs_registration = bool(wanted)
    for mode, capacity, access in wanted:
        hours = 24 if mode is Mode.IN_PERSON else 0
        save_option(
            event, None, mode=mode, title=LocalizedText(), capacity=capacity, access=access, promote_hours=hours
        )
    return len(wanted)


def place_option(option: AttendanceOption, position: int) -> None:
    """Move an option to a position among those of its event, counted from 0; past the end is the last."""
    seats.lock(option, refusal=WasDeleted)
    ordering.number(ordering.moved(queries.options(option.event), option, position))


def place_question(event: Event, question: Question, position: int) -> None:
    """Move a question to a position among those that are asked, counted from 0; past the end is the last.

    Raises Refused if it would come before one that it depends on.
    """
    order = ordering.moved(queries.questions(event), question, position)
    questions.check_order(order)
    ordering.number(order)


def shift_options(event: Event, shift: clock.Shift) -> int:
    """Move the opening and closing times of all options by the rules of `shifted_window`. Returns how many have moved.

    A later closing time can give free seats to the waiting list.
    """
    queries.lock_options(event.id)
    moved = 0
    for option in queries.options(event):
        before = option.opens_at, option.closes_at
        option.opens_at, option.closes_at = shifted_window(*before, shift=shift, now=clock.now())
        option.note_closing(before[1])
        moved += (option.opens_at != before[0]) + (option.closes_at != before[1])
        db.session.flush()
        seats.promote(option)
    return moved


def remove_option(option: AttendanceOption) -> None:
    """Delete an option. Raises Refused if somebody has registered with it."""
    seats.lock(option, refusal=WasDeleted)  # waits for anybody who is taking a seat of it
    used = db.session.scalar(select(Registration.id).where(Registration.option_id == option.id).limit(1))
    if used is not None:
        raise Refused(_("People have registered with this option, so you can't delete it. Set a closing time instead."))
    if option.last_closing is not None:
        db.session.add(
            RemovedOption(
                event_id=option.event_id,
                uid=option.uid,
                mode=option.mode,
                title=option.title,
                last_closing=option.last_closing,
                closing_sequence=option.closing_sequence + 1,
                was_public=option.event.public,
            )
        )
    delete_row(option)

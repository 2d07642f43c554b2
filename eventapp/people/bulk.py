"""One act on many registrations: who it applies to, doing it some people at a time, and undoing it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from eventapp.core.db import db, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.rows import reread
from eventapp.events.models import Event
from eventapp.people import operations, queries
from eventapp.people.models import BulkAction, BulkResult, PeopleTag, RegistrationTag
from eventapp.people.rules import BulkState, BulkVerb, PeopleQuery
from eventapp.registration import decisions, edits
from eventapp.registration import operations as registration
from eventapp.registration import queries as registrations
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.rules import ACTIVE, HOLDS_SEAT, IN_LINE, RegistrationStatus

# People that one transaction does, and those that are done before the page of the result is shown.
AT_A_TIME = 20

# States to which an act applies. The operations decide again, one by one.
_APPLIES: dict[BulkVerb, frozenset[RegistrationStatus]] = {
    BulkVerb.APPROVE: ACTIVE - {RegistrationStatus.CONFIRMED},
    BulkVerb.DECLINE: IN_LINE | {RegistrationStatus.PENDING},
    BulkVerb.CANCEL: ACTIVE,
    BulkVerb.RESTORE: frozenset(RegistrationStatus) - ACTIVE,
    BulkVerb.MOVE: ACTIVE,
    BulkVerb.TAG: frozenset(RegistrationStatus),
    BulkVerb.UNTAG: frozenset(RegistrationStatus),
}
# What takes an act back.
UNDOES: dict[BulkVerb, BulkVerb] = {
    BulkVerb.DECLINE: BulkVerb.RESTORE,
    BulkVerb.CANCEL: BulkVerb.RESTORE,
    BulkVerb.RESTORE: BulkVerb.CANCEL,
    BulkVerb.MOVE: BulkVerb.MOVE,
    BulkVerb.TAG: BulkVerb.UNTAG,
    BulkVerb.UNTAG: BulkVerb.TAG,
}
SENDS = frozenset({BulkVerb.APPROVE, BulkVerb.DECLINE, BulkVerb.CANCEL, BulkVerb.RESTORE, BulkVerb.MOVE})
GIVES_REASON = frozenset({BulkVerb.APPROVE, BulkVerb.DECLINE, BulkVerb.CANCEL})


@dataclass(frozen=True)
class Plan:
    """What an act would do with a selection, before it is done.

    `numbers` are the ids to which it applies, in the order in which it is done. `emails` of them have an e-mail
    address; `frees_seats` is the number of seats that go to others, if somebody waits for one. `skipped` says why the
    others are left out, with their number. `digest` tells whether the people, or their states, have changed.
    """

    numbers: list[int]
    emails: int
    frees_seats: int
    skipped: list[tuple[str, int]]
    digest: str


def plan(event: Event, query: PeopleQuery, verb: BulkVerb, details: dict[str, Any]) -> Plan:
    """What an act on everybody in a query would do. Three statements for any number of people."""
    chosen = set(queries.ids(event, query, registrations.every_question(event)))
    rows = db.session.execute(
        select(
            Registration.id,
            Registration.status,
            AttendanceOption.key,
            Contact.email != "",
            Registration.generated,
        )
        .join(AttendanceOption, AttendanceOption.id == Registration.option_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Registration.event_id == event.id)
        # First come, first served: seats are given in this order.
        .order_by(func.coalesce(Registration.waiting_since, Registration.created_at), Registration.id)
    ).all()
    tagged = _tagged(event, details) if verb in {BulkVerb.TAG, BulkVerb.UNTAG} else set()
    skipped: Counter[str] = Counter()
    numbers, emails, frees, waiting = [], 0, 0, 0
    seen = hashlib.sha256()
    for number, status, option, address, generated in rows:
        if number not in chosen:
            waiting += status in IN_LINE
            continue
        seen.update(f"{number} {status.value}\n".encode())
        reason = _inapplicable(verb, status, option, details, has_tag=number in tagged)
        if reason:
            skipped[reason] += 1
            continue
        numbers.append(number)
        emails += bool(address and not generated)
        frees += status in HOLDS_SEAT
    return Plan(numbers, emails, min(frees, waiting), sorted(skipped.items()), seen.hexdigest()[:24])


def _inapplicable(
    verb: BulkVerb, status: RegistrationStatus, option: str, details: dict[str, Any], *, has_tag: bool
) -> str:
    """Why an act does not apply to somebody; empty if it does."""
    if status not in _APPLIES[verb]:
        return _("status: %(status)s", status=status.label)
    if verb is BulkVerb.MOVE and option == details.get("option"):
        return _("has this option already")
    if verb is BulkVerb.TAG and has_tag:
        return _("has this tag already")
    if verb is BulkVerb.UNTAG and not has_tag:
        return _("doesn't have this tag")
    return ""


def _tagged(event: Event, details: dict[str, Any]) -> set[int]:
    query = (
        select(RegistrationTag.registration_id)
        .join(PeopleTag, PeopleTag.id == RegistrationTag.tag_id)
        .where(PeopleTag.event_id == event.id, PeopleTag.name == details.get("tag", ""))
    )
    return set(db.session.scalars(query))


def begin(
    event: Event,
    verb: BulkVerb,
    numbers: Sequence[int],
    *,
    user_id: int,
    language: str,
    details: dict[str, Any],
    silent: bool = False,
    reason: str = "",
    undoes: BulkAction | None = None,
) -> BulkAction:
    """Start an act on registrations, by their ids. The first of them are done at once, and the worker does the others.

    In `language`, that of the interface, it is noted why people were left out.
    Raises Refused if there is nobody, or the option is not one of the event's.
    """
    if not numbers:
        raise Refused(_("This applies to none of these people."))
    if verb is BulkVerb.MOVE and registrations.option_by_key(event, details.get("option", "")) is None:
        raise Refused(_("Choose one of the options shown."), field="option")
    if verb is BulkVerb.TAG:
        details = {"tag": operations.tag_named(event, details.get("tag", "")).name}
    action = BulkAction(event_id=event.id, user_id=user_id, verb=verb, numbers=list(numbers), done=0)
    action.details, action.silent, action.reason, action.language = details, silent, reason, language
    action.undoes_id = undoes.id if undoes is not None else None
    db.session.add(action)
    db.session.flush()
    proceed(action)
    return action


def proceed(action: BulkAction) -> int:
    """Do the next people of an act, in this transaction; returns how many. Each is done or skipped on its own."""
    reread(action)
    event = db.session.get_one(Event, action.event_id)
    part = action.numbers[action.done : action.done + AT_A_TIME]
    registrations.lock_options(event.id)
    for number in part:
        found = registrations.by_id(event, number)
        if found is not None:
            before = {"status": found.status.value, "option": found.option.key}
            row = BulkResult(action_id=action.id, registration_id=number, before=before)
            row.skipped = _do(action, event, found)
            db.session.add(row)
    action.done += len(part)
    if action.done >= len(action.numbers):
        action.state = BulkState.DONE
    db.session.flush()
    return len(part)


def _do(action: BulkAction, event: Event, person: Registration) -> str:
    """Do it for one person; returns why not."""
    reason = _inapplicable(action.verb, person.status, person.option.key, action.details, has_tag=_has_tag(action))
    if reason:
        return reason
    try:
        with savepoint():
            _act(action, event, person)
    except Refused as refusal:
        return str(refusal)
    return ""


def _has_tag(action: BulkAction) -> bool:
    return action.verb is BulkVerb.UNTAG  # giving a tag twice, or taking one that is not there, does nothing


def _act(action: BulkAction, event: Event, person: Registration) -> None:
    match action.verb:
        case BulkVerb.APPROVE:
            decisions.approve(person, silent=action.silent, reason=action.reason)
        case BulkVerb.DECLINE:
            decisions.decline(person, silent=action.silent, reason=action.reason)
        case BulkVerb.CANCEL:
            registration.cancel(person, silent=action.silent, reason=action.reason)
        case BulkVerb.RESTORE:
            registration.reinstate(person, silent=action.silent)
        case BulkVerb.MOVE:
            key = action.details.get(f"option of {person.id}", action.details.get("option", ""))
            option = registrations.option_by_key(event, key)
            if option is None:
                raise Refused(_("This option has been deleted."))
            edits.change_option(person, option, by_team=True, silent=action.silent)
        case BulkVerb.TAG:
            operations.tag([person.id], operations.tag_named(event, action.details["tag"]))
        case BulkVerb.UNTAG:
            operations.untag([person.id], operations.tag_named(event, action.details["tag"]))


def undo_action(action: BulkAction, *, user_id: int, language: str) -> BulkAction:
    """Take an act back for those for whom it was done: by its opposite, as far as seats are still free.

    E-mails are sent again if the act has sent some. Raises Refused if it can't be taken back, is still going on, or
    was taken back already.
    """
    reread(action)
    if action.verb not in UNDOES or action.state is not BulkState.DONE or undone_by(action) is not None:
        raise Refused(_("This can't be undone."))
    event = db.session.get_one(Event, action.event_id)
    rows = [row for row in results(action) if not row.skipped]
    details = dict(action.details)
    if action.verb is BulkVerb.MOVE:
        details = {"option": ""} | {f"option of {row.registration_id}": row.before["option"] for row in rows}
        return _begin_moving_back(event, action, rows, details, user_id=user_id, language=language)
    return begin(
        event,
        UNDOES[action.verb],
        [row.registration_id for row in rows],
        user_id=user_id,
        language=language,
        details=details,
        silent=action.silent,
        undoes=action,
    )


def _begin_moving_back(
    event: Event,
    action: BulkAction,
    rows: Iterable[BulkResult],
    details: dict[str, Any],
    *,
    user_id: int,
    language: str,
) -> BulkAction:
    back = BulkAction(event_id=event.id, user_id=user_id, verb=BulkVerb.MOVE, done=0, undoes_id=action.id)
    back.numbers, back.details = [row.registration_id for row in rows], details
    back.silent, back.reason, back.language = action.silent, "", language
    db.session.add(back)
    db.session.flush()
    proceed(back)
    return back


def undone_by(action: BulkAction) -> BulkAction | None:
    """The act that takes this one back, if there is one."""
    return db.session.scalar(select(BulkAction).where(BulkAction.undoes_id == action.id).limit(1))


def results(action: BulkAction) -> list[BulkResult]:
    """What was done with each person, in no order."""
    return list(db.session.scalars(select(BulkResult).where(BulkResult.action_id == action.id)))


def by_id(event: Event, number: int) -> BulkAction | None:
    """A bulk action of this event."""
    return db.session.scalar(select(BulkAction).where(BulkAction.id == number, BulkAction.event_id == event.id))


def numbers_of(action: BulkAction) -> tuple[int, list[tuple[str, int]]]:
    """How many people were done, and why how many others were skipped. One statement."""
    rows = db.session.execute(
        select(BulkResult.skipped, func.count()).where(BulkResult.action_id == action.id).group_by(BulkResult.skipped)
    )
    found = {skipped: number for skipped, number in rows}
    return found.pop("", 0), sorted(found.items())


# People whose names the page of a result lists.
NAMED = 50


def skipped_people(action: BulkAction) -> list[tuple[int, str, str]]:
    """(id, name, why) of the first people who were skipped."""
    query = (
        select(Registration, BulkResult.skipped)
        .join(BulkResult, BulkResult.registration_id == Registration.id)
        .where(BulkResult.action_id == action.id, BulkResult.skipped != "")
        .order_by(Registration.id)
        .limit(NAMED)
    )
    return [
        (person.id, person.name or person.organization_name, skipped) for person, skipped in db.session.execute(query)
    ]

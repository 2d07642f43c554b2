"""The history of one person for the team: who has changed what, when, from which value to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventapp.accounts.models import User
from eventapp.check_in import rules as check_in
from eventapp.check_in.models import CheckIn
from eventapp.core import actors, languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.directory.rules import OrganizationKind
from eventapp.programme.models import Session
from eventapp.registration import answers
from eventapp.registration.form_models import Question
from eventapp.registration.history import RegistrationChange
from eventapp.registration.models import AttendanceOption, ModeChange, Registration
from eventapp.registration.records import SessionSeatChange
from eventapp.registration.rules import RegistrationStatus

# Changes that are shown, the newest first.
MOST = 200
# A change of the option has two records, which are made at the same moment.
_SAME = timedelta(seconds=5)


@dataclass(frozen=True)
class HistoryLine:
    """One change. `who` is empty if it followed from something else, or nobody knows."""

    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
    reason: str = ""


def lines(
    registration: Registration,
    options: Sequence[AttendanceOption],
    questions: Sequence[Question],
    language: str,
) -> list[HistoryLine]:
    """The newest changes first; the registration itself is the last line."""
    query = select(RegistrationChange).where(RegistrationChange.registration_id == registration.id)
    changes = list(db.session.scalars(query.order_by(RegistrationChange.id.desc()).limit(MOST)))
    names = _names(changes)
    shown = [line for one in changes for line in _shown(one, names, options, questions, language)]
    moved = [one.at for one in changes if one.field == "option"]
    shown += [
        line for line in _moves(registration, options, language) if not any(abs(line.at - at) < _SAME for at in moved)
    ]
    shown += _seats(registration, language)
    shown += _at_the_door(registration)
    shown.sort(key=lambda line: line.at, reverse=True)
    return [*shown[:MOST], HistoryLine(registration.created_at, "", _("Registered"), after=registration.source.label)]


def _names(changes: Sequence[RegistrationChange]) -> dict[str, str]:
    """The names of the actors."""
    ids = {number for one in changes if (number := actors.user_id(one.actor)) is not None}
    found = {actors.VISITOR: _("the attendee"), actors.SYSTEM: ""}
    rows = db.session.execute(select(User.id, User.name, User.email).where(User.id.in_(sorted(ids)))) if ids else ()
    for number, name, email in rows:
        found[actors.user(number)] = name or email
    return found


def _shown(
    change: RegistrationChange,
    names: Mapping[str, str],
    options: Sequence[AttendanceOption],
    questions: Sequence[Question],
    language: str,
) -> list[HistoryLine]:
    who = names.get(change.actor, "")
    if change.field == "answers":
        known = {question.key: question for question in questions}
        return [
            HistoryLine(
                change.at,
                who,
                known[key].label.resolve(language).text if key in known else _("A former question"),
                answers.shown(known.get(key), (change.before or {}).get(key), language),
                answers.shown(known.get(key), (change.after or {}).get(key), language),
            )
            for key in {**(change.before or {}), **(change.after or {})}
        ]
    before, after = (_value(change.field, value, options, language) for value in (change.before, change.after))
    return [HistoryLine(change.at, who, _label(change.field), before, after, change.reason)]


def _label(field: str) -> str:
    return {
        "status": _("Status"),
        "option": _("Option"),
        "family_name": _("Family name"),
        "given_name": _("Given name"),
        "reading": _("How the name is read"),
        "organization_name": _("Organization"),
        "organization_kind": _("Kind"),
        "country_code": _("Country"),
        "contact": _("E-mail address"),
        "phone": _("Phone number"),
        "language": _("Language of the e-mails"),
        "zone": _("Time zone of the person"),
    }[field]


def _value(field: str, value: Any, options: Sequence[AttendanceOption], language: str) -> str:
    if value is None or value == "":
        return ""
    match field:
        case "status":
            return RegistrationStatus(value).label
        case "organization_kind":
            return OrganizationKind(value).label
        case "country_code":
            return languages.country(value, language)
        case "language":
            return languages.language_name(value, language)
        case "option":
            return next((one.name(language) for one in options if one.key == value), value)
    return str(value)


def _moves(registration: Registration, options: Sequence[AttendanceOption], language: str) -> list[HistoryLine]:
    """Changes of the option, also those from before other changes were recorded."""
    names = {one.id: one.name(language) for one in options}
    query = select(ModeChange).where(ModeChange.registration_id == registration.id)
    return [
        HistoryLine(one.at, "", _("Option"), names.get(one.from_option_id, ""), names.get(one.to_option_id, ""))
        for one in db.session.scalars(query)
    ]


def _seats(registration: Registration, language: str) -> list[HistoryLine]:
    query = (
        select(SessionSeatChange.at, SessionSeatChange.action, Session.title)
        .join(Session, Session.id == SessionSeatChange.session_id)
        .where(SessionSeatChange.registration_id == registration.id)
        .order_by(SessionSeatChange.id.desc())
        .limit(MOST)
    )
    return [
        HistoryLine(at, "", title.resolve(language).text, after=action.label)
        for at, action, title in db.session.execute(query)
    ]


def _at_the_door(registration: Registration) -> list[HistoryLine]:
    """What was done at a door, also if it let nobody pass."""
    query = (
        select(CheckIn, User.name)
        .outerjoin(User, User.id == CheckIn.user_id)
        .where(CheckIn.registration_id == registration.id)
        .order_by(CheckIn.id.desc())
        .limit(MOST)
    )
    return [
        HistoryLine(
            line.at,
            name or "",
            _("Check-in: %(kind)s", kind=line.kind.label),
            after=check_in.in_words(line.kind, line.result, forced=line.forced)[0],
            reason=line.reason,
        )
        for line, name in db.session.execute(query)
    ]

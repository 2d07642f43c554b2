"""By what people are counted: attendance mode, country, city, answers … Each dimension names the columns that a
SELECT groups by, and tells which parts of a table the values of these columns belong to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import aliased

from eventapp.attendance import groups, kept, parties
from eventapp.attendance.facets import Facets, facets
from eventapp.attendance.groups import PeopleGroup
from eventapp.attendance.parties import RawParty
from eventapp.attendance.population import Expected, expected
from eventapp.attendance.rules import CountedParty
from eventapp.attendance.states import LiveState
from eventapp.attendance.tables import Part
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import CheckInKind
from eventapp.core import clock, languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.programme.rules import Mode
from eventapp.registration import queries as registration
from eventapp.registration.answers import shown
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption, Contact, Registration, SessionSignup
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.records import MergedRegistration

Raw = tuple[Any, ...]
Parts = Mapping[Raw, list[Part]]
# Ranks of parts: those that people are looked for in, and what is missing, which comes last.
FIRST, LAST = 0, 8


def _plain(statement: Any) -> Any:
    return statement


@dataclass(frozen=True)
class Dimension:
    """Something to count by. `parts` tells for a set of values of the `columns` which parts of a table each belongs to:
    several, if `overlaps`. `joined` adds the tables that the columns need.
    """

    key: str
    label: str
    columns: tuple[Any, ...]
    parts: Callable[[Iterable[Raw]], Parts]
    joined: Callable[[Any], Any] = _plain
    overlaps: bool = False
    by_size: bool = False

    @property
    def joins(self) -> bool:
        """Whether it needs other tables."""
        return self.joined is not _plain


@dataclass
class Dimensions:
    """All dimensions of an event, in the order in which they are offered, named in a language."""

    event: Event
    language: str
    options: list[AttendanceOption]
    questions: list[Question]
    expected: Expected
    version: Hashable
    _read: list[tuple[Sequence[Any], list[PeopleGroup]]] = field(default_factory=list)
    _made: dict[tuple[str, bool], Dimension | None] = field(default_factory=dict)

    def people(self, columns: Sequence[Any]) -> list[PeopleGroup]:
        """The people by columns of registrations. One statement, none if these and perhaps others were read before."""
        wanted = set(groups.names(columns)) - {groups.OPTION}
        for grouped_by, found in self._read:
            if wanted <= set(groups.names(grouped_by)):
                return groups.picked(found, grouped_by, columns)
        read = groups.usual(self.event, self.version, columns)
        self._read.append(read)
        return groups.picked(read[1], read[0], columns)

    @cached_property
    def _known(self) -> dict[int, CountedParty]:
        return parties.known_parties(self.event)

    @classmethod
    def of(cls, event: Event, *, language: str) -> Dimensions:
        """Read what they are made of. Four statements."""
        options = registration.options(event)
        questions = [one for one in registration.every_question(event) if _countable(one)]
        return cls(event, language, options, questions, expected(event, options), kept.version(event))

    def choices(self) -> list[tuple[str, str]]:
        """(key, label) of each."""
        usual = [
            ("mode", _("Attendance mode")),
            ("day", _("Day")),
            ("session", _("Session")),
            ("option", _("Option")),
            ("home", _("Domestic or foreign")),
            ("country", _("Country")),
            ("city", _("City")),
            ("kind", _("Kind of organization")),
            ("language", _("Language")),
        ]
        return usual + [(f"a.{one.key}", one.label.resolve(self.language).text or one.key) for one in self.questions]

    def get(self, key: str, state: LiveState) -> Dimension | None:
        """The dimension with this key, for people in a state; None if there is none."""
        checked_in = state is LiveState.CHECKED_IN
        if (key, checked_in) not in self._made:
            self._made[key, checked_in] = self._make(key, checked_in)
        return self._made[key, checked_in]

    def beside(self, key: str, state: LiveState) -> Dimension | None:
        """The same dimension, to be crossed with itself: if parts overlap, somebody is in each pair of theirs, for
        which its tables are joined once more.
        """
        one = self.get(key, state)
        again = one is not None and one.joins and one.overlaps
        return self._make(key, state is LiveState.CHECKED_IN) if again else one

    def _make(self, key: str, checked_in: bool) -> Dimension | None:
        label = dict(self.choices()).get(key)
        if label is None:
            return None
        match key:
            case "mode":
                return self._mode(label, checked_in)
            case "day":
                return self._attended_days(label) if checked_in else self._expected_days(label)
            case "session":
                return self._session(label, checked_in)
            case "option":
                return Dimension(key, label, (Registration.option_id,), self._options)
            case "language":
                return Dimension(key, label, (Contact.language,), self._languages, _with_contact, by_size=True)
            case "home" | "country" | "city" | "kind":
                part = {"home": self._home, "country": _country, "city": self._city, "kind": _kind}[key]
                return Dimension(key, label, parties.COLUMNS, self._by_party(part), by_size=key in {"country", "city"})
        return self._answer(key, label)

    def _mode(self, label: str, checked_in: bool) -> Dimension:
        if checked_in:  # a person who has passed a door is there in person
            here = [Part(Mode.IN_PERSON, Mode.IN_PERSON.label)]
            return Dimension("mode", label, (), lambda rows: dict.fromkeys(rows, here))
        ranks = {mode: at for at, mode in enumerate(Mode)}
        modes = {option.id: option.mode for option in self.options}

        def part(mode: Mode) -> Part:
            return Part(mode, mode.label, ranks[mode], narrows=(("mode", mode.value),))

        return Dimension(
            "mode", label, (Registration.option_id,), lambda rows: {row: [part(modes[row[0]])] for row in rows}
        )

    def _options(self, rows: Iterable[Raw]) -> Parts:
        known = {option.id: (at, option) for at, option in enumerate(self.options)}
        found = {}
        for row in rows:
            at, option = known[row[0]]
            found[row] = [Part(option.key, option.name(self.language), at, narrows=(("option", option.key),))]
        return found

    def _expected_days(self, label: str) -> Dimension:
        def parts(rows: Iterable[Raw]) -> Parts:
            return {row: self._days(self.expected.days_of(row[0])) for row in rows}

        return Dimension("day", label, (Registration.option_id,), parts, overlaps=True)

    def _days(self, days: Iterable[date | None]) -> list[Part]:
        ranks = {day: at for at, day in enumerate(self.expected.days)}
        found = [
            Part(day.isoformat(), languages.day(day), ranks.get(day, FIRST)) if day else _missing(_("Another day"))
            for day in days
        ]
        return found or [_missing(_("No day: online"))]

    def _attended_days(self, label: str) -> Dimension:
        lines = _days_attended(self.event, self.expected.days)

        def parts(rows: Iterable[Raw]) -> Parts:
            return {row: self._days([self.expected.days[row[0]] if row[0] is not None else None]) for row in rows}

        return Dimension(
            "day",
            label,
            (lines.c.day,),
            parts,
            lambda statement: statement.outerjoin(lines, lines.c.person == Registration.id),
            overlaps=True,
        )

    def _session(self, label: str, checked_in: bool) -> Dimension:
        known = {row.id: (at, row) for at, row in enumerate(_sessions(self.event))}
        none = _missing(_("Not checked in to any session") if checked_in else _("No seat in a session"))

        def part(number: int | None) -> Part:
            if number not in known:
                return none
            at, row = known[number]
            narrows = None if checked_in else (("session", row.code),)
            return Part(row.code, row.title.resolve(self.language).text, at, narrows=narrows)

        if checked_in:
            there = _sessions_attended(self.event)
            column, person = there.c.session, there.c.person
        else:
            seat = aliased(SessionSignup)
            there, column, person = seat, seat.session_id, seat.registration_id
        return Dimension(
            "session",
            label,
            (column,),
            lambda rows: {row: [part(row[0])] for row in rows},
            lambda statement: statement.outerjoin(there, person == Registration.id),
            overlaps=True,
        )

    def _by_party(self, part: Callable[[Facets], Part]) -> Callable[[Iterable[Raw]], Parts]:
        def parts(rows: Iterable[Raw]) -> Parts:
            raw = {row: RawParty(*row) for row in rows}
            known = parties.resolved(self.event, raw.values(), self._known)
            found = facets({one: (known[one], one.country) for one in raw.values()})
            made: dict[Hashable, list[Part]] = {}
            for one in found.values():  # a few hundred organizations are in one country or in no city
                if one.identity not in made:
                    made[one.identity] = [part(one)]
            return {row: made[found[raw[row]].identity] for row in raw}

        return parts

    def _languages(self, rows: Iterable[Raw]) -> Parts:
        def part(tag: str) -> Part:
            return Part(tag, languages.language_name(tag, self.language), narrows=(("language", tag),))

        return {row: [part(row[0])] for row in rows}

    def _home(self, one: Facets) -> Part:
        if one.country is None:
            return _missing(_("No country: international, or not stated"))
        if one.country == self.event.country_code:
            return Part("domestic", _("Domestic"), 0)
        return Part("foreign", _("Foreign"), 1)

    def _city(self, one: Facets) -> Part:
        if not one.city_key:
            return _missing(_("No city"))
        name = one.city.resolve(self.language).text
        if one.city_country is None:
            return Part(one.city_key, _("%(city)s (country missing)", city=name), LAST - 1)
        if one.city_country != self.event.country_code:
            name = _("%(city)s, %(country)s", city=name, country=languages.country(one.city_country))
        return Part(one.city_key, name)

    def _answer(self, key: str, label: str) -> Dimension:
        question = next(one for one in self.questions if f"a.{one.key}" == key)
        column = Registration.answers[question.key].as_string().label(key)
        ranks = {one: at for at, one in enumerate(question.keys)}

        def part(answer: Any) -> Part:
            value = ("yes" if answer else "no") if isinstance(answer, bool) else str(answer)
            rank = ranks.get(value, 1 if value == "no" else 0)
            return Part(value, shown(question, answer, self.language), rank, narrows=((key, value),))

        def parts(rows: Iterable[Raw]) -> Parts:
            none = _missing(_("No answer"), ((key, "-"),))
            return {row: [part(one) for one in _answers(question, row[0])] or [none] for row in rows}

        several = question.kind is QuestionKind.CHOICES
        return Dimension(key, label, (column,), parts, overlaps=several, by_size=not question.kind.has_choices)


def _countable(question: Question) -> bool:
    kinds = {QuestionKind.YES_NO, QuestionKind.CONSENT, QuestionKind.COUNTRY, QuestionKind.LANGUAGE}
    return question.kind.has_choices or question.kind in kinds


def _answers(question: Question, text: str | None) -> list[Any]:
    """The answers in a column of text; the engines write JSON's true and false in different ways."""
    if text is None or text in {"", "[]"}:
        return []
    if question.kind is QuestionKind.CHOICES:
        return list(dict.fromkeys(json.loads(text))) if text.startswith("[") else [text]
    if question.kind in {QuestionKind.YES_NO, QuestionKind.CONSENT}:
        return [str(text).lower() in {"true", "1"}]
    return [text]


def _missing(label: str, narrows: tuple[tuple[str, str], ...] | None = None) -> Part:
    return Part("-", label, LAST, narrows)


def _country(one: Facets) -> Part:
    if one.country is None:
        return _missing(_("No country: international, or not stated"))
    return Part(one.country, languages.country(one.country))


def _kind(one: Facets) -> Part:
    if not one.represents:
        return _missing(_("No organization"))
    if one.kind is None:
        return Part("?", _("Not sorted yet"), LAST - 1)
    return Part(one.kind, one.kind.label, list(OrganizationKind).index(one.kind) - len(OrganizationKind))


def _with_contact(statement: Any) -> Any:
    return statement.join(Contact, Contact.id == Registration.contact_id)


def _sessions(event: Event) -> list[Any]:
    query = select(Session.id, Session.code, Session.title).where(Session.event_id == event.id)
    return list(db.session.execute(query.order_by(Session.starts_at, Session.id)))


def _days_attended(event: Event, days: tuple[date, ...]) -> Any:
    """(person, number of the day) of each day on which somebody came in at a door, without what was taken back."""
    back = aliased(CheckIn)
    spans = [clock.programme_span(day, event.zone, 0) for day in days]
    before = (CheckIn.at < spans[0][0], None)
    day = case(before, *((CheckIn.at < after, at) for at, (_first, after) in enumerate(spans)))
    return (
        select(_person(CheckIn.registration_id).label("person"), day.label("day"))
        .select_from(CheckIn)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == CheckIn.registration_id)
        .where(CheckIn.event_id == event.id, CheckIn.kind == CheckInKind.IN, CheckIn.accepted)
        .where(
            CheckIn.nonce.not_in(select(back.undoes).where(back.event_id == event.id, back.kind == CheckInKind.UNDO))
        )
        .distinct()
        .subquery()
    )


def _sessions_attended(event: Event) -> Any:
    """(person, session) of everybody who came in at the door of a session."""
    return (
        select(_person(Presence.registration_id).label("person"), CheckInPoint.session_id.label("session"))
        .select_from(Presence)
        .join(CheckInPoint, CheckInPoint.id == Presence.point_id)
        .outerjoin(MergedRegistration, MergedRegistration.registration_id == Presence.registration_id)
        .where(CheckInPoint.event_id == event.id, CheckInPoint.session_id.is_not(None))
        .where(Presence.first_in.is_not(None))
        .distinct()
        .subquery()
    )


def _person(column: Any) -> Any:
    # With the type of a column: SQLite joins an expression without one row by row.
    return cast(func.coalesce(MergedRegistration.into_id, column), Integer)

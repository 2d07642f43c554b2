"""Imports people from a table: a dry run that compares each row, then the same, some rows in a transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from eventapp.core import clock, languages
from eventapp.core.db import db, savepoint
from eventapp.core.languages import gettext as _
from eventapp.core.parts import in_parts
from eventapp.core.refusals import Refused
from eventapp.core.rows import reread
from eventapp.core.tables import Table
from eventapp.directory.rules import OrganizationKind, typed_name
from eventapp.events.models import Event
from eventapp.people import operations
from eventapp.people.import_fields import Defaults, ImportedRow, RowReader, choices, guessed, heading_at
from eventapp.people.import_known import KnownPeople, identity_of
from eventapp.people.models import ImportedPerson, PeopleImport
from eventapp.people.rules import BulkState, RowOutcome
from eventapp.registration import edits
from eventapp.registration import operations as registration
from eventapp.registration import queries as registrations
from eventapp.registration.answers import shown
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.rules import RegistrationSource

# Rows that one transaction imports, and that one statement looks up.
AT_A_TIME, LOOKED_UP = 20, 500
# How long a table is kept.
KEPT = timedelta(hours=24)


@dataclass
class RowPlan:
    """What would be done with a row. `changes` are (label, before, after)."""

    row: ImportedRow
    outcome: RowOutcome
    why: str = ""
    known: Registration | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def keep(event: Event, name: str, table: Table, *, user_id: int, language: str, values: dict[str, Any]) -> PeopleImport:
    """Store a table that was read until it is imported, with what its columns seem to be."""
    questions = registrations.questions(event)
    heading = heading_at(table, questions)
    row = PeopleImport(event_id=event.id, user_id=user_id, name=name[:200], language=language)
    row.table, row.heading = json.dumps(table).encode(), heading
    row.columns, row.settings = guessed(table[heading], questions), values
    db.session.add(row)
    db.session.flush()
    return row


def restate(kept: PeopleImport, columns: Sequence[str], values: dict[str, Any]) -> None:
    """Change what the columns contain, and what holds for all rows. Raises Refused if nothing can be imported so."""
    named = [name for name in columns if name]
    if len(named) != len(set(named)):
        raise Refused(_("Two columns can't contain the same. Choose “Don't import” for one of them."))
    if not {"name", "family_name", "organization", "reference"} & set(named):
        raise Refused(_("Choose which column contains the name or the organization."))
    questions = registrations.questions(db.session.get_one(Event, kept.event_id))
    known = {key for key, _label in choices(questions, language=kept.language)}
    kept.columns = [name if name in known else "" for name in columns]
    kept.settings = values
    db.session.flush()


def by_key(event: Event, key: str) -> PeopleImport | None:
    """A table that was uploaded for this event."""
    return db.session.scalar(select(PeopleImport).where(PeopleImport.event_id == event.id, PeopleImport.key == key))


def table_of(kept: PeopleImport) -> Table:
    """The rows of a kept table."""
    rows: Table = json.loads(kept.table)
    return rows


class _ImportTarget:
    """What rows may say of the event: the options by key, and the questions, which are named in a language."""

    def __init__(self, event: Event, language: str) -> None:
        self.language = language
        self.options = {option.key: option for option in registrations.options(event)}
        self.questions = {question.key: question for question in registrations.questions(event)}


def _reader(target: _ImportTarget, kept: PeopleImport) -> RowReader:
    settings = kept.settings
    kind = settings.get("kind")
    defaults = Defaults(
        option=settings.get("option", ""),
        kind=OrganizationKind(kind) if kind else None,
        country=settings.get("country") or None,
        language=settings.get("language", "en"),
    )
    options, questions = list(target.options.values()), list(target.questions.values())
    return RowReader(kept.columns, options, questions, defaults, language=target.language)


def _rows(kept: PeopleImport) -> list[tuple[int, list[str]]]:
    """The rows below the heading, without empty ones, with their numbers."""
    return [
        (number, cells)
        for number, cells in enumerate(table_of(kept)[kept.heading + 1 :], kept.heading + 2)
        if any(cells)
    ]


def number_of_rows(kept: PeopleImport) -> int:
    """How many rows are to be imported."""
    return len(_rows(kept))


def plan(event: Event, kept: PeopleImport, *, language: str) -> list[RowPlan]:
    """The dry run: what would be done with each row, told in a language. Three statements for each 500 rows."""
    target = _ImportTarget(event, language)
    reader = _reader(target, kept)
    rows = [reader.read(line, cells) for line, cells in _rows(kept)]
    found: list[RowPlan] = []
    seen: dict[tuple[Any, ...], int] = {}
    for part in in_parts(rows, LOOKED_UP):
        known = KnownPeople(event, part)
        found += [_planned(row, known, target, seen) for row in part]
    return found


def _planned(row: ImportedRow, known: KnownPeople, target: _ImportTarget, seen: dict[tuple[Any, ...], int]) -> RowPlan:
    if row.problems:
        return RowPlan(row, RowOutcome.REFUSED, " ".join(row.problems))
    person = known.of(row)
    for identity in (identity_of(row), ("person", person.id) if person is not None else None):
        if identity in seen:
            why = _("the same as row %(line)d", line=seen[identity])
            return RowPlan(row, RowOutcome.DOUBLE, why, known=person)
        if identity is not None:
            seen[identity] = row.line
    if person is not None:
        _only_said(row, person)
        changes = _changes(row, person, target)
        return RowPlan(row, RowOutcome.CHANGED if changes else RowOutcome.SAME, known=person, changes=changes)
    if "reference" in row.values:
        return RowPlan(row, RowOutcome.REFUSED, known.why_not(row.values["reference"]))
    if row.option not in target.options:
        return RowPlan(row, RowOutcome.REFUSED, _("Choose a registration option for rows that name none."))
    return RowPlan(row, RowOutcome.NEW)


def _only_said(row: ImportedRow, person: Registration) -> None:
    """Nothing changes about somebody who is known by what the table does not say, or by a name that fits."""
    if "option" not in row.said or person.option.key in row.meant:
        row.option = person.option.key
    if "country" not in row.said:
        row.country = None
    if "kind" not in row.said:
        row.kind = None


def _changes(row: ImportedRow, person: Registration, target: _ImportTarget) -> list[tuple[str, str, str]]:
    """What a row says that is not so yet, as (label, before, after)."""
    values, found = row.values, []

    def differs(label: str, before: str, after: str) -> None:
        if after and before != after:
            found.append((label, before, after))

    if "reference" in values:
        new = typed_name(values.get("family_name", ""), values.get("given_name", ""))
        differs(_("Name"), person.name, new)
    differs(_("How the name is read"), person.reading, values.get("reading", ""))
    differs(_("Phone number"), person.contact.phone, values.get("phone", ""))
    differs(_("Organization"), person.organization_name, values.get("organization", ""))
    if row.kind is not None and row.kind is not person.organization_kind and person.organization_id is None:
        before = person.organization_kind.label if person.organization_kind else ""
        differs(_("Kind"), before, row.kind.label)
    language = target.language
    if row.country is not None and row.country != person.country_code:
        before = languages.country(person.country_code, language) if person.country_code else ""
        differs(_("Country"), before, languages.country(row.country, language))
    differs(_("Language"), person.language, values.get("language", ""))
    differs(_("Option"), person.option.key, row.option)
    for key, answer in row.answers.items():
        question = target.questions[key]
        before, after = (shown(question, one, language) for one in (person.answers.get(key), answer))
        if person.answers.get(key) != answer and before != after:
            differs(question.label.resolve(language).text, before, after)
    return found


def numbers(plans: Iterable[RowPlan]) -> dict[RowOutcome, int]:
    """How many rows have each outcome."""
    counted = Counter(one.outcome for one in plans)
    return {outcome: counted[outcome] for outcome in RowOutcome if counted[outcome]}


def start(kept: PeopleImport, *, notify: bool) -> None:
    """Import the table as planned. The first rows are done at once, and the worker does the others.

    Raises Refused if it is imported already.
    """
    reread(kept)
    if kept.state is not None:
        raise Refused(_("This table has been imported already."))
    kept.state, kept.notify, kept.done = BulkState.WAITING, notify, 0
    db.session.flush()
    proceed(kept)


def proceed(kept: PeopleImport) -> int:
    """Import the next rows, in this transaction; returns how many. A row that is refused is skipped, and says why."""
    reread(kept)
    event = db.session.get_one(Event, kept.event_id)
    rows = _rows(kept)
    with languages.force_locale(kept.language):
        target = _ImportTarget(event, kept.language)
        reader = _reader(target, kept)
        part = [reader.read(line, cells) for line, cells in rows[kept.done : kept.done + AT_A_TIME]]
        known = KnownPeople(event, part)
        seen = known.done_by(kept)
        for row in part:
            planned = _planned(row, known, target, seen)
            db.session.add(_done(event, kept, planned, target.options))
    kept.done += len(part)
    if kept.done >= len(rows):
        kept.state = BulkState.DONE
    db.session.flush()
    return len(part)


def _done(event: Event, kept: PeopleImport, planned: RowPlan, options: dict[str, AttendanceOption]) -> ImportedPerson:
    """Do what is planned for a row; returns its record."""
    record = ImportedPerson(import_id=kept.id, line=planned.row.line, outcome=planned.outcome, why=planned.why)
    if planned.outcome in {RowOutcome.NEW, RowOutcome.CHANGED}:
        try:
            with savepoint():
                person = (
                    _add(event, kept, planned.row, options)
                    if planned.known is None
                    else _change(event, kept, planned.known, planned.row, options)
                )
                _keep_beside(event, kept, person, planned.row)
            record.registration_id = person.id
        except Refused as refusal:
            record.outcome, record.why = RowOutcome.REFUSED, str(refusal)
    elif planned.known is not None:
        record.registration_id = planned.known.id
    return record


def _add(event: Event, kept: PeopleImport, row: ImportedRow, options: dict[str, AttendanceOption]) -> Registration:
    values = row.values
    answers = RegistrationInput(
        email=values.get("email", ""),
        family_name=values.get("family_name", ""),
        given_name=values.get("given_name", ""),
        organization=values.get("organization", ""),
        organization_kind=row.kind,
        country=row.country,
        language=values.get("language") or kept.settings.get("language", "en"),
        phone=values.get("phone"),
        extra=row.answers,
        reading=values.get("reading"),
        asked=frozenset(row.answers),
    )
    return registration.register(
        event,
        answers,
        option=options[row.option],
        by_team=True,
        came=RegistrationSource.IMPORT,
        # Two people of one name without an address are two people, if their organizations differ; so are delegations.
        another=not (answers.email and (answers.family_name or answers.given_name)),
        silent=not kept.notify,
    )


def _change(
    event: Event, kept: PeopleImport, person: Registration, row: ImportedRow, options: dict[str, AttendanceOption]
) -> Registration:
    values = row.values
    name = typed_name(values.get("family_name", ""), values.get("given_name", ""))
    named = "reference" in values and name not in {"", person.name}
    before = RegistrationInput(
        email=person.email,
        family_name=values.get("family_name", "") if named else person.family_name,
        given_name=values.get("given_name", "") if named else person.given_name,
        organization=person.organization_name,
        organization_kind=person.organization_kind,
        country=person.country_code,
        language=person.language,
        zone=person.zone,
        phone=values.get("phone"),
        extra=row.answers,
        reading=values.get("reading"),
        asked=frozenset(row.answers),
    )
    answers = replace(
        before,
        organization=values.get("organization", before.organization),
        organization_kind=row.kind or before.organization_kind,
        country=row.country or before.country,
        language=values.get("language", before.language),
    )
    edits.change(person, answers, by_team=True)
    edits.change_option(person, options[row.option], by_team=True, silent=not kept.notify)
    return person


def _keep_beside(event: Event, kept: PeopleImport, person: Registration, row: ImportedRow) -> None:
    """Tags and the note of a row."""
    for name in operations.split_tags(row.values.get("tags", "")):
        operations.tag([person.id], operations.tag_named(event, name))
    if (note := row.values.get("note")) and kept.user_id is not None:
        operations.add_note_once(person, author_id=kept.user_id, text=note)


def records(kept: PeopleImport) -> list[ImportedPerson]:
    """What was done with each row so far."""
    query = select(ImportedPerson).where(ImportedPerson.import_id == kept.id).order_by(ImportedPerson.line)
    return list(db.session.scalars(query))


def forget() -> int:
    """Delete the tables of yesterday; what was imported from them stays."""
    old = delete(PeopleImport).where(PeopleImport.created_at < clock.now() - KEPT)
    return db.session.execute(old.execution_options(synchronize_session=False)).rowcount or 0  # type: ignore[attr-defined]

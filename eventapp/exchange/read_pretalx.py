"""Reads dumps of both versions of pretalx's API: submissions, talks, slots, pages of them, and the schedule.

Only accepted and confirmed submissions are imported; without a slot they become drafts. Ids of rooms, tracks and
speakers are looked up in tables in the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.exchange import values
from eventapp.exchange.collected import Dismissed, ImportCollector, Names
from eventapp.exchange.frab import code_of
from eventapp.exchange.incoming import Identity, Incoming, IncomingPerson, IncomingSession, Options, Problem
from eventapp.exchange.read_json import mapping, rows, size
from eventapp.exchange.values import AmbiguousValue
from eventapp.programme.rules import SessionKind, SessionStatus

# Parts of a submission that are read, or irrelevant to the programme.
_READ = frozenset(
    [
        "code",
        "title",
        "abstract",
        "description",
        "state",
        "track",
        "track_id",
        "submission_type",
        "submission_type_id",
        "type",
        "duration",
        "speakers",
        "slot",
        "slots",
        "content_locale",
        "language",
        "do_not_record",
        "start",
        "end",
        "room",
        "pending_state",
        "is_featured",
        "id",
        "created",
        "slot_count",
        "submission",
        "is_visible",
    ]
)
_READ_OF_PERSON = frozenset({"code", "name", "public_name", "biography", "guid", "id", "submissions", "talks"})
LISTS = ("results", "talks", "submissions", "slots", "breaks")
_TABLES = ("rooms", "tracks", "speakers", "submission_types", "types")
_OPEN = {"submitted", "rejected", "withdrawn", "draft", "deleted"}


def fits(document: object) -> bool:
    """Whether this looks like a dump of pretalx."""
    if isinstance(document, list):
        found = rows(document)
        return bool(found) and any({"title", "code", "results", "slot", "submission"} & set(row) for row in found[:50])
    return any(isinstance(mapping(document).get(name), list) for name in LISTS)


@dataclass
class _Tables:
    """Rows by table and by id or code."""

    by_key: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def learn(self, page: Mapping[str, Any]) -> None:
        for table in _TABLES:
            for row in rows(page.get(table)):
                for key in ("id", "code"):
                    if row.get(key) is not None:
                        self.by_key[table, str(row[key])] = row
        for row in rows(page.get("submissions")):
            self.by_key["submissions", str(row.get("code"))] = row

    def row(self, table: str, value: object) -> Mapping[str, Any]:
        return value if isinstance(value, dict) else self.by_key.get((table, str(value)), {})


def read(document: Any, options: Options) -> Incoming:
    """Convert the parsed file. Raises Refused if it can't be imported as a whole."""
    collector = ImportCollector(options, "pretalx")
    tables = _Tables()
    pages = list(_pages(document))
    for page, _path in pages:
        tables.learn(page)
    collector.in_zone(*(page.get(key) for page, _path in pages for key in ("timezone", "time_zone_name")))
    reader = _Reader(collector, tables)
    found = False
    for where, row, slot, number in _entries(pages, tables):
        found = True
        collector.take(where, reader.identity(row, slot, number), partial(reader.session, where, row, slot, number))
    if not found:
        raise Refused(_("There are no submissions or slots in this file."), field="file")
    return collector.finish()


def _pages(document: Any) -> Iterator[tuple[Mapping[str, Any], str]]:
    if isinstance(document, list):
        if any(LISTS[0] in row for row in rows(document)):
            for number, row in enumerate(rows(document)):
                yield row, f"[{number}]."
        else:
            yield {"results": document}, ""
    else:
        yield mapping(document), ""


def _entries(
    pages: list[tuple[Mapping[str, Any], str]], tables: _Tables
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any], int]]:
    """(path, submission, slot, index of the slot)."""
    for page, path in pages:
        slotted = {
            str(mapping(row.get("submission")).get("code") or row.get("submission")) for row in rows(page.get("slots"))
        }
        for name in LISTS:
            for number, row in enumerate(rows(page.get(name))):
                where = f"{path}{name}[{number}]"
                if "submission" in row or name == "breaks":
                    yield where, tables.row("submissions", row.get("submission")), row, 0
                elif name == "submissions" and str(row.get("code")) in slotted:
                    continue  # its slots are in a separate list
                else:
                    yield from _of_submission(where, row)


def _of_submission(
    where: str, row: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any], int]]:
    slots = rows(row.get("slots")) or [mapping(row.get("slot")) or {k: row.get(k) for k in ("start", "end", "room")}]
    for number, slot in enumerate(slots):
        yield where, row, slot, number


class _Reader:
    def __init__(self, collector: ImportCollector, tables: _Tables) -> None:
        self.collector, self.tables = collector, tables

    def session(self, where: str, row: Mapping[str, Any], slot: Mapping[str, Any], number: int) -> IncomingSession:
        """Convert a submission. Raises AmbiguousValue if it is not imported."""
        said_title = self.texts(where, row.get("title")) or self.texts(where, slot.get("description"))
        title = {tag: values.line(one) for tag, one in said_title.items()}
        if not title:
            raise AmbiguousValue(_("The entry has no title."))
        state = values.line(row.get("state")).casefold()
        if state in _OPEN:
            raise Dismissed(_("“%(title)s” is not accepted. Its status is %(state)s.", title=_any(title), state=state))
        starts, ends, minutes = self._times(row, slot, _any(title))
        room = self._key(self.collector.rooms, "rooms", where, slot.get("room"))
        track = self._key(self.collector.tracks, "tracks", where, row.get("track"))
        type_name = self.name("submission_types", where, row.get("submission_type") or row.get("type"))
        for name, value in row.items():
            if name not in _READ and value not in (None, "", [], {}, False):
                self.collector.left_without_place(name)
        guid, code = _known_as(row, number)
        return IncomingSession(
            where=where,
            title=title,
            guid=guid,
            code=code,
            starts_at=starts,
            ends_at=ends,
            minutes=minutes,
            rooms=((room,) if room else ()) if starts else None,
            track=track if row else None,
            kind=self.collector.kind(type_name) if row else SessionKind.BREAK,
            spoken=self.collector.tags(where, row.get("content_locale") or row.get("language")),
            abstract=self._abstract(where, row) if row else None,
            people=self.collector.somebody(self._people(where, row)) if "speakers" in row else None,
            do_not_record=values.yes(row.get("do_not_record")) if "do_not_record" in row else None,
            status=self._status(state, starts),
        )

    def identity(self, row: Mapping[str, Any], slot: Mapping[str, Any], number: int) -> Identity:
        """What identifies the entry even if it can't be read."""
        guid, code = _known_as(row, number)
        title = row.get("title") or slot.get("description")
        texts = list(title.values())[:40] if isinstance(title, dict) else [title]
        return Identity(guid, code, tuple(filter(None, map(values.glimpse, texts))))

    def texts(self, where: str, said: object) -> dict[str, str]:
        """A text, or an object with one text per language."""
        if not isinstance(said, dict):
            bare = values.text(said)
            return {"": bare} if bare else {}
        found = {}
        for tag, one in said.items():
            known, bare = self.collector.tag(where, tag), values.text(one)
            if known and bare:
                found[known] = bare
        return found

    def _status(self, state: str, starts: datetime | None) -> SessionStatus:
        if state in {"canceled", "cancelled"}:
            return SessionStatus.CANCELLED
        return SessionStatus.PUBLISHED if starts is not None else SessionStatus.DRAFT

    def _times(
        self, row: Mapping[str, Any], slot: Mapping[str, Any], title: str
    ) -> tuple[datetime | None, datetime | None, int | None]:
        minutes = values.minutes(slot.get("duration") or row.get("duration"))
        starts, ends = self._moment(slot.get("start")), self._moment(slot.get("end"))
        if starts is not None and ends is None:
            if minutes is None:
                raise AmbiguousValue(_("“%(title)s” has a start time but no length.", title=title))
            ends = starts + timedelta(minutes=minutes)
        return (starts, ends, minutes) if starts is not None else (None, None, minutes)

    def _moment(self, said: object) -> datetime | None:
        if not values.line(said):
            return None
        on, at, offset = values.day_and_time(said)
        if at is None:
            raise AmbiguousValue(_("There is a date but no time."))
        return values.moment(on, at, offset, self.collector.zone).replace(second=0, microsecond=0)

    def _row(self, table: str, said: object) -> Mapping[str, Any]:
        row = self.tables.row(table, said)
        return self.tables.row("types", said) if table == "submission_types" and not row else row

    def _names(self, table: str, where: str, said: object) -> dict[str, str]:
        """Names by language of a room, track or type: given as text, as an object with a text, or as an id of a
        table.
        """
        if said is None or said == "":
            return {}
        if isinstance(said, str) and not said.isdecimal():
            return {"": values.line(said)}
        row = self._row(table, said)
        # Rooms, tracks and types are an object with a name, or the name itself in several languages.
        name = row.get("name") or row.get("title") or (said if isinstance(said, dict) and "id" not in said else "")
        if not name and not isinstance(said, dict):
            sentence = _(
                "The file contains number %(number)s without its name. Export it again with "
                "?expand=room,track,submission_type.",
                number=values.line(said),
            )
            self.collector.leave_out(Problem(where, sentence, whole=False))
        return {tag: values.line(one) for tag, one in self.texts(where, name).items()}

    def _key(self, kept: Names, table: str, where: str, said: object) -> str:
        texts = self._names(table, where, said)
        wanted = [self.collector.options.language, "", "en", *texts]
        first = {tag: texts[tag] for tag in wanted if texts.get(tag)}
        key = kept.key(first) if first else ""
        if key and table == "rooms" and (capacity := size(self._row(table, said).get("capacity"))):
            self.collector.capacities[key] = capacity
        return key

    def name(self, table: str, where: str, said: object) -> str:
        """One name of a room, track or type, in English if possible."""
        texts = self._names(table, where, said)
        return next((texts[tag] for tag in [self.collector.options.language, "", "en", *texts] if texts.get(tag)), "")

    def _abstract(self, where: str, row: Mapping[str, Any]) -> dict[str, str] | None:
        first, second = self._prose(where, row.get("abstract")), self._prose(where, row.get("description"))
        found = {tag: self.collector.prose(first.get(tag), second.get(tag)) for tag in {**first, **second}}
        if any(text is None for text in found.values()):
            return None
        return {tag: text for tag, text in found.items() if text} or {"": ""}

    def _prose(self, where: str, said: object) -> dict[str, object]:
        if not isinstance(said, dict):
            return {"": said} if said else {}
        return {tag: one for name, one in said.items() if one and (tag := self.collector.tag(where, name))}

    def _people(self, where: str, row: Mapping[str, Any]) -> Iterator[IncomingPerson]:
        for speaker in row["speakers"] if isinstance(row["speakers"], list) else []:
            person = self.tables.row("speakers", speaker)
            name = values.line(person.get("name") or person.get("public_name"))
            for key, value in person.items():
                if key not in _READ_OF_PERSON and value not in (None, "", [], {}):
                    self.collector.left_without_place(_("%(name)s of people", name=key))
            biography = {}
            for tag, one in self._prose(where, person.get("biography")).items():
                if bare := self.collector.prose(one):
                    biography[tag] = bare
            code = values.line(person.get("code") or (speaker if not isinstance(speaker, dict) else ""))[:20]
            if name or code:
                yield IncomingPerson(name, values.line(person.get("guid"))[:200], code, biography=biography)


def _known_as(row: Mapping[str, Any], number: int) -> tuple[str, str]:
    """(guid, code) of one of the slots of a submission."""
    code = values.glimpse(row.get("code"))[:100]
    return f"pretalx-{code}" + (f"-{number + 1}" if number else "") if code else "", "" if number else code_of(code, "")


def _any(title: Mapping[str, str]) -> str:
    return values.line(next(iter(title.values())))

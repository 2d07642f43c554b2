"""Reads programmes from tables, workbooks or CSV, by the names of their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice

from eventapp.core.clock import day_span
from eventapp.core.languages import gettext as _
from eventapp.core.localized import TAG, fold
from eventapp.core.refusals import Refused
from eventapp.core.tables import is_workbook
from eventapp.core.text import unguarded
from eventapp.exchange import csv_people, values
from eventapp.exchange.collected import ImportCollector, Names
from eventapp.exchange.frab import code_of
from eventapp.exchange.incoming import (
    IN_LANGUAGES,
    FileColumn,
    Identity,
    Incoming,
    IncomingSession,
    Options,
    UnknownColumns,
)
from eventapp.exchange.rows import Row, head_of, rows
from eventapp.exchange.values import AmbiguousValue
from eventapp.programme.rules import SessionStatus

# Our columns, and their names elsewhere. Texts may have a language suffix: title_ja.
COLUMNS = {
    "guid": "guid uid uuid identifier",
    "code": "code",
    "title": "title titel titre name タイトル 題名 表題 演題 セッション セッション名",
    "subtitle": "subtitle untertitel 副題",
    "abstract": "abstract description beschreibung text inhalt 概要 説明 内容",
    "date": "date day datum tag 日付 日",
    "start": "start starts begin beginn von starttime timestart starttimelocal startsat 開始 開始時刻 開始時間",
    "end": "end ends ende bis endtime timeend endsat finish 終了 終了時刻 終了時間",
    "end_date": "enddate enddatum 終了日",
    "duration": "duration dauer length minutes minuten 所要時間 時間",
    "room": "room rooms raum ort location saal venue 会場 会議室 部屋 場所",
    "track": "track tracks themenstrang トラック 分科会 分野",
    "kind": "kind type typ art format 種類 種別 形式",
    "language": "language sprache lang spoken 言語 使用言語",
    "interpreted": "interpreted interpretation dolmetschen 通訳",
    "people": "people speakers speaker presenters presenter authors author referent referenten referentin "
    "vortragende teilnehmer persons 登壇者 講師 講演者 発表者",
    "people_guid": "peopleguid personguid",
    "role": "role roles rolle funktion 役割",
    "mode": "mode attendance teilnahme 参加形式 参加方法",
    "biography": "biography bio biografie profile 略歴 プロフィール",
    "status": "status state 状態",
    "do_not_record": "donotrecord optout norecording",
    "links": "links link url",
}
_BY_NAME = {fold(word): column for column, words in COLUMNS.items() for word in [column, *words.split()]}
# Separates the names in one cell. A spreadsheet beyond these limits is not a programme.
LIST = "[;\n；、]"
_MOST_COLUMNS, _LONGEST_NAME = 500, 100
# Rows in which the headings are looked for, and values of a column that are shown to somebody who says what it means.
_LOOKED_AT, _EXAMPLES = 10, 3
# 23:00–01:00 ends on the next day; a longer night than this is a mistake.
_LONGEST_NIGHT = timedelta(hours=12)


def read(data: bytes, options: Options) -> Incoming:
    """Read a file. Raises Refused for another encoding, a missing title column, and if a zone is needed."""
    found = rows(data)
    first = list(islice(found, _LOOKED_AT))
    if not first:
        raise Refused(_("The file is empty."), field="file")
    at = _heading(first, options)
    header, below = first[at][1], first[at + 1 :]
    if len(header) > _MOST_COLUMNS:
        raise Refused(
            _("The table has more than %(number)d columns. That is too many to import.", number=_MOST_COLUMNS),
            field="file",
        )
    header = [values.glimpse(cell)[:_LONGEST_NAME] for cell in header]
    try:
        columns = columns_of(header, options)
    except Refused as refusal:
        raise UnknownColumns(refusal.message, _sampled(header, _guessed(header), below)) from refusal
    collector = ImportCollector(options, "xlsx" if is_workbook(data) else "csv", every_language=True)
    collector.columns = _sampled(header, columns, below)
    collector.in_zone()
    unread = [name for at, name in enumerate(header) if name.strip() and at not in columns.values()]
    if unread:
        collector.notes.append(
            _(
                "Columns not imported: %(columns)s. If you need one, say what it contains.",
                columns=_(", ").join(name[:40] for name in unread[:30]),
            )
        )
    for number, cells in chain(below, found):
        if not any(cell.strip() for cell in cells):
            continue
        where = _("line %(line)d", line=number)
        says = {name: unguarded(cells[at].strip()) for name, at in columns.items() if at < len(cells)}
        row = _Row(collector, where, says, too_many=len(cells) > len(header))
        collector.take(where, row.identity(), row.session)
    return collector.finish()


def _heading(found: Sequence[Row], options: Options) -> int:
    """The position of the column headings: below a title of the table, which has no column of its own."""
    headers = [[values.glimpse(cell)[:_LONGEST_NAME] for cell in cells] for _line, cells in found]
    typed = {fold(name) for name in options.columns.values() if not name.startswith("#")}
    for at, header in enumerate(headers):
        if head_of(header) in options.remembered or typed & set(map(fold, header)) or _has_title(_guessed(header)):
            return at
    filled = [sum(map(bool, header)) for header in headers]
    return next(at for at, number in enumerate(filled) if number * 2 >= max(filled))


def _has_title(columns: Iterable[str]) -> bool:
    return any(name == "title" or name.startswith("title_") for name in columns)


def _sampled(header: Sequence[str], columns: Mapping[str, int], below: Iterable[Row]) -> tuple[FileColumn, ...]:
    """The columns with what they are read as, and their first values."""
    meaning = {at: name for name, at in columns.items()}
    cells = [cells for _line, cells in below]
    return tuple(
        FileColumn(
            name,
            meaning.get(at, ""),
            tuple(filter(None, (values.glimpse(row[at])[:60] for row in cells if at < len(row))))[:_EXAMPLES],
        )
        for at, name in enumerate(header)
    )


def columns_of(header: Sequence[str], options: Options) -> dict[str, int]:
    """Our column names → their index. Raises Refused if there is no title column, or a mapped one is missing."""
    wanted, exact = options.columns, options.exact
    if not wanted and (remembered := options.remembered.get(head_of(header))):
        wanted, exact = remembered, True
    found = {ours: _index_of(header, ours, theirs) for ours, theirs in wanted.items()}
    if not exact:
        taken = set(found.values())
        for ours, at in _guessed(header, without=taken).items():
            found.setdefault(ours, at)
    if not _has_title(found):
        raise Refused(
            _("Which column contains the titles? The file has: %(columns)s.", columns=", ".join(header[:30]) or "–"),
            field="columns",
        )
    return found


def _index_of(header: Sequence[str], ours: str, theirs: str) -> int:
    """The index of a column that a user has named by its heading, or by its number: #3."""
    base, _sep, tag = ours.partition("_")
    if ours not in COLUMNS and not (base in IN_LANGUAGES and TAG.fullmatch(tag)):
        raise Refused(_("There is no field %(name)s.", name=ours), field="columns")
    folded = [fold(name) for name in header]
    if (number := re.fullmatch(r"#(\d{1,3})", theirs)) and 1 <= int(number[1]) <= len(header):
        return int(number[1]) - 1
    if fold(theirs) not in folded:
        raise Refused(_("There is no column “%(name)s”.", name=theirs), field="columns")
    return folded.index(fold(theirs))


def _guessed(header: Sequence[str], *, without: Iterable[int] = ()) -> dict[str, int]:
    """What the columns seem to contain, by their headings."""
    found: dict[str, int] = {}
    taken = set(without)
    for at, name in enumerate(header):
        if at in taken:
            continue
        ours = _BY_NAME.get(fold(name), "")
        if match := re.fullmatch(r"(.+?)[ _:]\(?([A-Za-z]{2,3}(?:-\w+)*)\)?", name):
            column = _BY_NAME.get(fold(match[1]), "")
            if column in IN_LANGUAGES and TAG.fullmatch(match[2]) and not ours:
                ours = f"{column}_{match[2]}"
        if ours:
            found.setdefault(ours, at)
    return found


# 18.3.2031 starts like a time of day.
_DAY = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}")


class _Row:
    def __init__(self, collector: ImportCollector, where: str, says: Mapping[str, str], *, too_many: bool) -> None:
        self.collector, self.where, self.says, self.too_many = collector, where, says, too_many

    def _columns(self, name: str) -> dict[str, str]:
        """Language → cell, of all columns of one field; "" for the one without a language."""
        return {
            column.partition("_")[2]: cell
            for column, cell in self.says.items()
            if column == name or (column not in COLUMNS and column.startswith(f"{name}_"))
        }

    def _lines(self, name: str) -> dict[str, str] | None:
        return {tag: values.line(cell) for tag, cell in self._columns(name).items()} or None

    def _prose(self, name: str) -> dict[str, str] | None:
        found = {tag: self.collector.prose(cell) for tag, cell in self._columns(name).items()}
        return {tag: text for tag, text in found.items() if text is not None} or None

    def _optional(self, name: str) -> str | None:
        return values.line(self.says[name]) if name in self.says else None

    def identity(self) -> Identity:
        """What identifies the row even if it can't be read."""
        titles = (values.glimpse(cell) for cell in self._columns("title").values())
        code = code_of(values.glimpse(self.says.get("code")), "")
        return Identity(values.glimpse(self.says.get("guid"))[:200], code, tuple(filter(None, titles)))

    def session(self) -> IncomingSession:
        """Convert the row. Raises AmbiguousValue if it can't be read, Refused if a zone is needed."""
        if self.too_many:
            raise AmbiguousValue(_("This line has more cells than there are column headings."))
        title = {tag: text for tag, text in (self._lines("title") or {}).items() if text}
        if not title:
            raise AmbiguousValue(_("The entry has no title."))
        starts, ends, minutes, timed = self._times()
        people = csv_people.people(self.collector, self.where, self._columns("people"), self.says)
        return IncomingSession(
            where=self.where,
            title=title,
            guid=(self._optional("guid") or "")[:200],
            code=code_of(self.says.get("code"), ""),
            starts_at=starts,
            ends_at=ends,
            timed=timed,
            minutes=minutes,
            rooms=self._keys(self.collector.rooms, "room"),
            track=next(iter(self._keys(self.collector.tracks, "track", alone=True) or ("",)), "")
            if self._columns("track")
            else None,
            kind=self.collector.kind(self.says.get("kind")),
            spoken=self.collector.tags(self.where, self.says.get("language")),
            interpreted=self.collector.tags(self.where, self.says["interpreted"])
            if "interpreted" in self.says
            else None,
            subtitle=self._lines("subtitle"),
            abstract=self._prose("abstract"),
            people=people if people is None else self.collector.somebody(people),
            do_not_record=values.yes(self.says["do_not_record"]) if "do_not_record" in self.says else None,
            links=self._links(),
            status=self._status(starts),
        )

    def _keys(self, names: Names, field: str, *, alone: bool = False) -> tuple[str, ...] | None:
        """The keys of a row's rooms or track; None if there is no such column."""
        cells = self._columns(field)
        if not cells:
            return None
        split = {tag: [values.line(cell)] if alone else values.parts(cell, LIST) for tag, cell in cells.items()}
        found = csv_people.aligned(self.collector, self.where, field, split)
        keys = tuple(dict.fromkeys(names.key(texts) for texts in found))
        names.listed(keys)
        return keys

    def _links(self) -> tuple[Mapping[str, str], ...] | None:
        if "links" not in self.says:
            return None
        pairs = [line.rpartition(" ")[::2] for line in values.text(self.says["links"]).split("\n")]
        return self.collector.links(self.where, pairs)

    def _status(self, starts: datetime | None) -> SessionStatus:
        status = values.line(self.says.get("status")).casefold()
        if status in {"cancelled", "canceled", "abgesagt", "中止"}:
            return SessionStatus.CANCELLED
        return (
            SessionStatus.DRAFT
            if starts is None or status in {"draft", "entwurf", "下書き"}
            else SessionStatus.PUBLISHED
        )

    def _untimed(self, on: date | None) -> date | None:
        """The day of a session whose hour is not known: the row says when it is, but not at what time."""
        said = values.line(self.says.get("start"))
        if values.line(self.says.get("end")) or not (on or said):
            return None
        if not said:
            return on
        alone = re.fullmatch(r"(?:午前|午後)?\s*\d{1,2}[:：.時].{0,11}|\d{4}", said) and not _DAY.match(said)
        day, at, _offset = (None, time(), None) if alone else values.day_and_time(said)
        return day if at is None else None

    def _times(self) -> tuple[datetime | None, datetime | None, int | None, bool]:
        """(start, end, planned minutes, whether the hour is known)."""
        minutes = values.minutes(self.says.get("duration"))
        on = values.day(self.says.get("date"))
        if (day := self._untimed(on)) is not None:
            return *day_span(day, values.known_zone(self.collector.zone)), minutes, False
        starts, first = self._moment(self.says.get("start"), on)
        if starts is None:
            return None, None, minutes, True
        last = values.day(self.says.get("end_date"))
        ends, at_end = self._moment(self.says.get("end"), last or first[0])
        if ends is None:
            if minutes is None:
                raise AmbiguousValue(_("There is a start time but no end time or length."))
            return starts, starts + timedelta(minutes=minutes), minutes, True
        if ends < starts and last is None and at_end[1]:
            # 23:00–01:00: an end without a date is the next such time after the start.
            ends, _at = self._moment(self.says.get("end"), first[0] + timedelta(days=1))
            if ends is None or ends - starts > _LONGEST_NIGHT:
                raise AmbiguousValue(_("The end must be after the start."))
        return starts, ends, minutes, True

    def _moment(self, said: str | None, on: date | None) -> tuple[datetime | None, tuple[date, bool]]:
        """(moment, (its day, whether the cell contains only a time of day))."""
        bare, nothing = values.line(said), (on or date(1970, 1, 1), False)
        if not bare:
            return None, nothing
        alone = re.fullmatch(r"(?:午前|午後)?\s*\d{1,2}[:：.時].{0,11}|\d{4}", bare) is not None and not _DAY.match(
            bare
        )
        offset, at = None, None
        if alone:
            at = values.clock_time(bare)
        else:
            on, at, offset = values.day_and_time(bare)
        if on is None:
            raise AmbiguousValue(_("There is a time but no date."))
        if at is None:
            raise AmbiguousValue(_("There is a date but no time."))
        return values.moment(on, time(at.hour, at.minute), offset, self.collector.zone), (on, alone)

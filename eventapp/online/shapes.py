"""Recognizes the tables in the report of a meeting service by the shape of their header rows: plain values only.

The headers are translated and change from year to year, some occur twice in one row, and one file holds several tables
one below the other.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l

Rows = Sequence[Sequence[str]]


class Service(Labelled):
    """Which service a report seems to be from."""

    ZOOM_MEETING = "zoom_meeting", _l("Zoom meeting")
    ZOOM_WEBINAR = "zoom_webinar", _l("Zoom webinar")
    TEAMS = "teams", "Microsoft Teams"
    WEBEX = "webex", "Webex"
    MEET = "meet", "Google Meet"
    OTHER = "other", _l("Other")


class ReportColumn(Labelled):
    """What a column of a report contains."""

    NONE = "", _l("Nothing that counts")
    NAME = "name", _l("Name")
    FIRST_NAME = "first_name", _l("Given name")
    LAST_NAME = "last_name", _l("Family name")
    EMAIL = "email", _l("E-mail address")
    ACCOUNT = "account", _l("Account")
    JOIN = "join", _l("Joined at")
    LEAVE = "leave", _l("Left at")
    FIRST_JOIN = "first_join", _l("First joined at")
    LAST_LEAVE = "last_leave", _l("Last left at")
    DURATION = "duration", _l("Duration (in minutes, or with units)")
    ROLE = "role", _l("Role")
    ATTENDED = "attended", _l("Attended: yes or no")
    WAITING = "waiting", _l("In the waiting room: yes or no")
    ACTION = "action", _l("Joined or left")


# Folded headers, without spaces and punctuation.
_HEADERS: dict[ReportColumn, str] = {
    ReportColumn.NAME: """
        name nameoriginalname username usernameoriginalname fullname displayname participant participantname
        attendeename 名前 氏名 表示名 ユーザー名 名前元の名前 名前本名 ユーザー名元の名前 参加者名 vollständigername""",
    ReportColumn.FIRST_NAME: "firstname givenname 名 vorname",
    ReportColumn.LAST_NAME: "lastname familyname surname 姓 苗字 nachname",
    ReportColumn.EMAIL: """
        email useremail attendeeemail emailaddress mail メール メールアドレス ユーザーのメール
        ユーザーのメールアドレス ユーザーメール 参加者のメール emailadresse""",
    ReportColumn.ACCOUNT: "participantidupn 参加者idupn teilnehmeridupn upn",
    ReportColumn.JOIN: """
        jointime joined join timejoined joindate joinedat timestamp utceventtimestamp タイムスタンプ
        参加 参加時間 参加時刻 参加日時 入室時刻 入室時間 beitrittszeit beitritt""",
    ReportColumn.LEAVE: """
        leavetime left leave timeleft leftat
        退出 退出時間 退出時刻 退出日時 退室時刻 退室時間 verlassenszeit verlassen""",
    ReportColumn.FIRST_JOIN: "firstjoin firstjointime 初めての参加 最初の参加 最初の参加時刻 ersterbeitritt",
    ReportColumn.LAST_LEAVE: "lastleave lastleavetime 最終退出 最後の退出 最終退出時刻 letztesverlassen",
    ReportColumn.DURATION: """
        duration durationminutes totalduration totaldurationminutes timeinsessionminutes attendanceduration
        inmeetingduration 会議の長さ 会議内の期間 期間 継続時間 時間 時間分 所要時間分 参加時間分 合計時間分
        合計期間分 セッションの時間分 セッション内の時間分 出席時間 besprechungsdauer dauer""",
    ReportColumn.ROLE: "role 役割 rolle",
    ReportColumn.ATTENDED: "attended 参加済み 出席済み 出席",
    ReportColumn.WAITING: "inwaitingroom 待機室 待機室内 待機室にいます",
    ReportColumn.ACTION: "action useraction アクション ユーザーアクション benutzeraktion",
}
_BY_HEADER = {one: column for column, words in _HEADERS.items() for one in words.split()}


def fold_header(text: str) -> str:
    """A header without case, width, spaces and punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in text if unicodedata.category(sign)[0] in "LNM")


def known_column(header: str) -> ReportColumn:
    """What a header says that its column contains."""
    return _BY_HEADER.get(fold_header(header), ReportColumn.NONE)


def columns_of(headers: Sequence[str]) -> list[ReportColumn]:
    """What the columns of a table contain. Nothing is there twice: of two, the one beside the name is taken.

    The long form of Zoom repeats the meeting in front of each person, with the host's address and the whole duration.
    """
    found = [known_column(one) for one in headers]
    start = next((at for at, one in enumerate(found) if one in {ReportColumn.NAME, ReportColumn.FIRST_NAME}), 0)
    columns = [ReportColumn.NONE] * len(found)
    for at in [*range(start, len(found)), *range(start)]:
        if found[at] is not ReportColumn.NONE and found[at] not in columns:
            columns[at] = found[at]
    return columns


def shape_of(headers: Sequence[str]) -> str:
    """A digest of a header row, under which is remembered what its columns contain."""
    return hashlib.sha256("\x1f".join(map(fold_header, headers)).encode()).hexdigest()[:32]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row is the header of a table of people."""
    found = set(map(known_column, cells)) - {ReportColumn.NONE}
    named = found & {ReportColumn.NAME, ReportColumn.FIRST_NAME} or found >= {ReportColumn.EMAIL, ReportColumn.JOIN}
    return bool(named) and len(found) >= 2


class TablePart(Labelled):
    """Who the people of a row are for the meeting. Only participants count, unless the team says so."""

    ATTENDEE = "attendee", _l("Participant")
    HOST = "host", _l("Meeting host")
    PANEL = "panel", _l("Panelist")
    BOT = "bot", _l("Recording or transcription service")


_PARTS = (
    (TablePart.PANEL, re.compile(r"panel|パネリスト|登壇者", re.I)),
    (TablePart.HOST, re.compile(r"\bhost|organi[sz]er|ホスト|主催|開催者|organisator", re.I)),
)
_BOT = re.compile(
    r"note ?taker|otter ?pilot|otter\.ai|read\.ai|fireflies|fathom|tl;dv|tldv|meet ?geek|recorder bot|議事録", re.I
)
# The titles of the tables in a report.
_TITLE = re.compile(r"\d\.\s|.*(details|詳細)\b|other attended|その他", re.I)


def part_of(*texts: str) -> TablePart:
    """The part that a role or the title of a table says."""
    for part, words in _PARTS:
        if any(words.search(text) for text in texts):
            return part
    return TablePart.ATTENDEE


def is_bot(name: str) -> bool:
    """Whether a name is that of a service that writes along."""
    return bool(_BOT.search(name))


@dataclass(frozen=True)
class Table:
    """A table of people: its title, its header at `line`, and its rows with their lines, counted from 1."""

    title: str
    line: int
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def columns(self) -> list[ReportColumn]:
        """What its columns seem to contain."""
        return columns_of(self.headers)


@dataclass
class FoundTables:
    """A report as it was read: its tables of people, and the totals that it states, by their own names."""

    service: Service
    tables: list[Table] = field(default_factory=list)
    stated: list[tuple[str, int]] = field(default_factory=list)


def recognized(rows: Rows) -> FoundTables:
    """The tables of people in a file. Without any known header, the largest block of rows of one width is taken for
    one, and its columns have to be chosen.
    """
    headers = [at for at, cells in enumerate(rows) if is_header(cells)]
    if not headers:
        headers = _guessed_header(rows)
    ends = [*headers[1:], len(rows)]
    tables = [_table(rows, start, end) for start, end in zip(headers, ends, strict=False)]
    tables = [one for one in tables if one.rows]
    inside = {at for one in tables for at in (one.line - 1, *(line - 1 for line, _cells in one.rows))}
    outside = [(at, cells) for at, cells in enumerate(rows) if at not in inside]
    return FoundTables(_service(tables, rows), tables, _stated(outside, rows))


def _guessed_header(rows: Rows) -> list[int]:
    widths = [len(cells) for cells in rows if len(cells) > 1]
    if not widths:
        return []
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    return [next(at for at, cells in enumerate(rows) if len(cells) == usual)]


def _table(rows: Rows, start: int, end: int) -> Table:
    title = ""
    for cells in reversed(rows[max(0, start - 3) : start]):
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            title = filled[0]
            break
        if filled:
            break
    found = []
    for at in range(start + 1, end):
        cells = rows[at]
        filled = [cell for cell in cells if cell]
        if not filled or (len(filled) == 1 and _TITLE.match(filled[0])):
            break
        found.append((at + 1, tuple(cells)))
    return Table(title, start + 1, tuple(rows[start]), tuple(found))


_SIGNS: tuple[tuple[Service, frozenset[str]], ...] = (
    (Service.TEAMS, frozenset({"participantidupn", "参加者idupn", "inmeetingduration", "会議の長さ", "useraction"})),
    (Service.WEBEX, frozenset({"attendeeemail", "attendanceduration", "connectiontype"})),
    (Service.ZOOM_WEBINAR, frozenset({"timeinsessionminutes", "セッションの時間分", "attended"})),
    (Service.MEET, frozenset({"timejoined"})),
    (
        Service.ZOOM_MEETING,
        frozenset({"nameoriginalname", "durationminutes", "totaldurationminutes", "名前元の名前", "inwaitingroom"}),
    ),
)


def _service(tables: Iterable[Table], rows: Rows) -> Service:
    headers = {fold_header(one) for table in tables for one in table.headers}
    for service, signs in _SIGNS:
        if headers & signs:
            return service
    return Service.OTHER


_TOTALS = """
    uniqueviewers totalusers participants attendedparticipants totalnumberofparticipants
    ユニーク視聴者数 総ユーザー数 参加した参加者 参加者 参加者数 出席した参加者 出席者数 参加者の合計数
"""
_STATED = frozenset(_TOTALS.split())


def _stated(outside: Iterable[tuple[int, Sequence[str]]], rows: Rows) -> list[tuple[str, int]]:
    """The totals that stand beside or below their names."""
    found: Mapping[str, int] = {}
    for at, cells in outside:
        for place, cell in enumerate(cells):
            if fold_header(cell) not in _STATED:
                continue
            beside = cells[place + 1] if place + 1 < len(cells) else ""
            below = rows[at + 1][place] if at + 1 < len(rows) and place < len(rows[at + 1]) else ""
            number = next((int(one) for one in (beside, below) if re.fullmatch(r"[0-9]{1,7}", one)), None)
            if number is not None and cell not in found:
                found = {**found, cell: number}
    return list(found.items())

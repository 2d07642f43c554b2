"""What the columns of a table of people contain, and the values in its cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.text import unguarded
from eventapp.directory.rules import OrganizationKind, split_name, typed_name
from eventapp.people import import_values
from eventapp.people.import_values import comparable
from eventapp.programme.rules import Mode
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption
from eventapp.registration.question_rules import QuestionKind

# The fields of a person, with the headings by which they are recognized, folded.
FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "reference": (_l("Reference"), ("reference", "id", "受付番号")),
    "name": (
        _l("Name"),
        ("name", "full name", "participant", "氏名", "名前", "お名前", "参加者", "参加者名", "代表者名"),
    ),
    "family_name": (
        _l("Family name"),
        ("family name", "last name", "surname", "family", "姓", "名字", "苗字", "氏名(姓)"),
    ),
    "given_name": (_l("Given name"), ("given name", "first name", "given", "given names", "名", "氏名(名)")),
    "reading": (
        _l("How the name is read"),
        (
            "reading",
            "how the name is read",
            "furigana",
            "フリガナ",
            "ふりがな",
            "読み方",
            "カナ",
            "氏名カナ",
            "よみがな",
        ),
    ),
    "email": (
        _l("E-mail address"),
        ("e-mail address", "email", "e-mail", "mail", "メールアドレス", "メール", "email address", "eメール"),
    ),
    "phone": (_l("Phone number"), ("phone number", "phone", "telephone", "tel", "mobile", "電話番号", "電話")),
    "organization": (
        _l("Organization"),
        (
            "organization",
            "organisation",
            "affiliation",
            "company",
            "city",
            "institution",
            "delegation",
            "municipality",
            "local government",
            "団体",
            "団体名",
            "所属",
            "所属団体",
            "自治体",
            "自治体名",
            "都市",
            "都市名",
            "会社名",
            "組織",
            "市",
        ),
    ),
    "kind": (_l("Kind"), ("kind", "kind of organization", "type", "category", "種別", "団体種別", "区分", "分類")),
    "country": (
        _l("Country"),
        ("country", "country or region", "nation", "国", "国名", "国・地域", "国または地域"),
    ),
    "option": (
        _l("Option"),
        (
            "option",
            "registration option",
            "attendance",
            "attendance mode",
            "mode",
            "how",
            "participation",
            "style",
            "参加方法",
            "参加形式",
            "参加形態",
            "出席方法",
            "形式",
        ),
    ),
    "language": (_l("Language"), ("language", "language of the e-mails", "言語", "メールの言語")),
    "tags": (_l("Tags"), ("tags", "tag", "タグ")),
    "note": (_l("Note"), ("note", "notes", "remarks", "comment", "備考", "メモ")),
}
_ANSWER = "a."


@dataclass
class ImportedRow:
    """A person, or an organization without a named person, as a row of a table says. `problems` are sentences.

    Only what the table has is set: a missing column, or an empty cell, changes nothing about somebody who is known.
    """

    line: int
    values: dict[str, str] = field(default_factory=dict)
    kind: OrganizationKind | None = None
    country: str | None = None
    option: str = ""
    # The keys of all options that the cell may mean: somebody who has one of them keeps it.
    meant: frozenset[str] = frozenset()
    # The fields that the table says, and no default.
    said: set[str] = field(default_factory=set)
    answers: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What identifies the row for a person: the name, else the organization."""
        name = typed_name(self.values.get("family_name", ""), self.values.get("given_name", ""))
        return name or self.values.get("organization", "") or self.values.get("email", "")


def heading_at(table: Sequence[Sequence[str]], questions: Iterable[Question]) -> int:
    """The index of the row with the headings: the first of which most cells are known; the first row if none is.

    Tables that people make begin with titles, dates and empty lines.
    """
    known = _known(questions)
    scores = [sum(comparable(cell) in known for cell in row) for row in table[:30]]
    best = max(scores, default=0)
    return scores.index(best) if best else next((at for at, row in enumerate(table) if any(row)), 0)


def guessed(heading: Sequence[str], questions: Iterable[Question]) -> list[str]:
    """The field of each column, empty for those that are not known; each field once."""
    known = _known(questions)
    found: list[str] = []
    for cell in heading:
        name = known.get(comparable(cell), "")
        found.append(name if name not in found else "")
    return found


def _known(questions: Iterable[Question]) -> dict[str, str]:
    names = {comparable(name): key for key, (_label, all_) in FIELDS.items() for name in (key, *all_)}
    for tag in languages.INTERFACE:
        with languages.force_locale(tag):
            for key, (label, _all) in FIELDS.items():
                names.setdefault(comparable(str(label)), key)
    for question in questions:
        if question.kind is QuestionKind.FILE:
            continue
        texts = [question.key, f"{_ANSWER}{question.key}", *question.label.values()]
        names |= {comparable(text): f"{_ANSWER}{question.key}" for text in texts if comparable(text) not in names}
    return names


def choices(questions: Iterable[Question], *, language: str) -> list[tuple[str, str]]:
    """(field, label) of everything that a column can contain."""
    found = [("", _("Don't import")), *((key, str(label)) for key, (label, _names) in FIELDS.items())]
    return found + [
        (f"{_ANSWER}{one.key}", one.label.resolve(language).text)
        for one in questions
        if one.kind is not QuestionKind.FILE
    ]


@dataclass(frozen=True)
class Defaults:
    """What holds for rows that don't say it."""

    option: str
    kind: OrganizationKind | None = None
    country: str | None = None
    language: str = "en"


class RowReader:
    """Reads rows of a table whose columns are known. Problems name the event's questions in a language."""

    def __init__(
        self,
        columns: Sequence[str],
        options: Sequence[AttendanceOption],
        questions: Iterable[Question],
        defaults: Defaults,
        *,
        language: str,
    ) -> None:
        self._columns, self._language = columns, language
        self._defaults = defaults
        self._options = _options(options)
        self._questions = {question.key: question for question in questions}

    def read(self, line: int, cells: Sequence[str]) -> ImportedRow:
        """One row; `line` is its number in the table, beginning with 1."""
        row = ImportedRow(line, option=self._defaults.option, kind=self._defaults.kind, country=self._defaults.country)
        for name, cell in zip(self._columns, cells, strict=False):
            text = unguarded(cell).strip()
            if name and text:
                row.said.add(name)
                self._take(row, name, text)
        whole = row.values.pop("name", "")
        if whole and not {"family_name", "given_name"} & row.said:
            row.values["family_name"], row.values["given_name"] = split_name(whole)
        if row.kind is not None and "organization" not in row.values:
            row.kind = None
        if not row.shown and not row.problems:
            row.problems.append(_("There is neither a name nor an organization."))
        return row

    def _take(self, row: ImportedRow, name: str, text: str) -> None:
        try:
            if name.startswith(_ANSWER):
                key = name.removeprefix(_ANSWER)
                row.answers[key] = import_values.answer(self._questions[key], text, language=self._language)
            elif name == "country":
                row.country = import_values.country(text)
            elif name == "kind":
                row.kind = import_values.kind(text)
            elif name == "option":
                row.option, row.meant = self._option(text)
            elif name == "email":
                row.values["email"] = import_values.email(text)
            elif name == "language":
                row.values["language"] = import_values.language(text)
            elif name == "reference":
                row.values["reference"] = unicodedata.normalize("NFKC", text)[:20]
            else:
                row.values[name] = text[: _LONGEST.get(name, 200)]
        except ValueError as error:
            row.problems.append(str(error))

    def _option(self, text: str) -> tuple[str, frozenset[str]]:
        """The key of the option, the first if there are several of this name; and the keys of all."""
        keys = self._options.get(comparable(text))
        if not keys:
            raise ValueError(_("There is no registration option “%(said)s”.", said=text[:60]))
        return keys[0], frozenset(keys)


_LONGEST = {"note": 5000, "tags": 500}

# How tables name the modes, besides our own labels.
_MODES = {
    Mode.IN_PERSON: (
        "in person",
        "on site",
        "onsite",
        "at the venue",
        "venue",
        "physical",
        "会場",
        "会場参加",
        "来場",
        "現地",
        "対面",
    ),
    Mode.ONLINE: ("online", "remote", "virtual", "オンライン", "オンライン参加", "web", "リモート"),
    Mode.VIDEO_MESSAGE: ("video message", "video", "by video message", "ビデオメッセージ", "動画", "ビデオ"),
}


def _options(options: Sequence[AttendanceOption]) -> dict[str, list[str]]:
    """The keys of options by everything that a table may call them."""
    found: dict[str, list[str]] = {}
    for option in options:
        for text in {comparable(text) for text in (option.key, *option.title.values())}:
            found.setdefault(text, []).append(option.key)
    by_mode: dict[str, list[str]] = {}
    for option in options:  # the first option of a mode is meant by the mode's name
        for text in {comparable(text) for text in (*_MODES.get(option.mode, ()), option.mode.value, *_labels(option))}:
            by_mode.setdefault(text, []).append(option.key)
    return by_mode | found


def _labels(option: AttendanceOption) -> Iterator[str]:
    for tag in languages.INTERFACE:
        with languages.force_locale(tag):
            yield option.mode.label

"""The query language of lists of people, and names of bulk actions. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.directory.rules import OrganizationKind
from eventapp.programme.rules import Mode
from eventapp.registration.rules import RegistrationStatus


class BulkVerb(Labelled):
    APPROVE = "approve", _l("Confirm")
    DECLINE = "decline", _l("Decline")
    CANCEL = "cancel", lazy_pgettext("registration", "Cancel")
    RESTORE = "restore", _l("Restore")
    MOVE = "move", _l("Move to another option")
    TAG = "tag", _l("Add a tag")
    UNTAG = "untag", _l("Remove a tag")


class BulkState(StrEnum):
    WAITING = "waiting"
    DONE = "done"


class RowOutcome(Labelled):
    """What an import does with a row."""

    NEW = "new", _l("New")
    CHANGED = "changed", _l("Changed")
    SAME = "same", _l("Known, nothing new")
    DOUBLE = "double", _l("Twice in the table")
    REFUSED = "refused", _l("Not imported")


# In place of a stored value: no answer, no tag, no kind; and any answer.
NONE, ANY = "-", "+"
_ANSWER = "a."
_KEY = re.compile(r"[a-z0-9_]{1,60}")
_ORDER = re.compile(r"-?(a\.)?[a-z0-9_]{1,60}")


@dataclass(frozen=True)
class PeopleQuery:
    """Which people of an event a list shows, in which order, with which columns.

    It is the query of an address: the list, a saved view, a bulk action, an export, the print list and an announcement
    take the same one. Each field that has several values finds people with any of them; people must fit all fields.
    """

    text: str = ""
    statuses: tuple[RegistrationStatus, ...] = ()
    options: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # of organizations; NONE: not sorted yet
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()  # codes of sessions in which they have a seat
    sources: tuple[str, ...] = ()
    note: str = ""  # "any", or "due": something is still to be done
    organizations: tuple[str, ...] = ()  # as typed
    address: str = ""  # "yes" or "no": whether there is an e-mail address
    came: str = ""  # "yes" or "no": whether they were checked in
    privacy: int | None = None
    answers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    numbers: tuple[int, ...] = ()  # ids of registrations
    sort: str = ""
    columns: tuple[str, ...] = ()

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> PeopleQuery:
        """Read the parameters of an address. What is not understood is left out."""
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            if value.strip() and "\x00" not in value:
                longest = _LONGEST_LIST if name == "columns" else _LONGEST
                found.setdefault(name, []).append(value.strip()[:longest])

        def several(name: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(found.get(name, ())))

        def one(name: str) -> str:
            return found.get(name, [""])[0]

        privacy = one("privacy")
        return cls(
            text=one("q"),
            statuses=tuple(RegistrationStatus(v) for v in several("status") if v in set(RegistrationStatus)),
            options=several("option"),
            modes=tuple(Mode(value) for value in several("mode") if value in set(Mode)),
            countries=tuple(v.upper() for v in several("country") if re.fullmatch("[A-Za-z]{2}|-", v)),
            kinds=tuple(v for v in several("kind") if v == NONE or v in set(OrganizationKind)),
            languages=several("language"),
            tags=several("tag"),
            without_tags=several("no-tag"),
            sessions=several("session"),
            sources=several("source"),
            note=one("note") if one("note") in {"any", "due"} else "",
            organizations=several("organization"),
            address=one("email") if one("email") in {"yes", "no"} else "",
            came=one("came") if one("came") in {"yes", "no"} else "",
            privacy=int(privacy) if re.fullmatch("[0-9]{1,6}", privacy) else None,
            answers=tuple(
                (name.removeprefix(_ANSWER), several(name))
                for name in found
                if name.startswith(_ANSWER) and _KEY.fullmatch(name.removeprefix(_ANSWER))
            ),
            numbers=ids_in(several("number")),
            sort=one("sort") if _ORDER.fullmatch(one("sort")) else "",
            columns=tuple(dict.fromkeys(c for value in found.get("columns", ()) for c in value.split(",") if c)),
        )

    @classmethod
    def of_string(cls, query: str) -> PeopleQuery:
        """Read a query string, such as that of a saved view."""
        return cls.parse(parse_qsl(query))

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that `parse` reads, always in the same order."""
        found: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "answers":
                found += [(f"{_ANSWER}{key}", one) for key, values in value for one in values]
            elif field.name == "columns":
                found += [("columns", ",".join(value))] if value else []
            elif isinstance(value, tuple):
                found += [(_NAMES[field.name], _plain(one)) for one in value]
            elif value not in ("", None):
                found.append((_NAMES[field.name], _plain(value)))
        return found

    @property
    def args(self) -> dict[str, Any]:
        """The parameters by name, as `url_for` takes them."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs():
            found.setdefault(name, []).append(value)
        return found

    def __str__(self) -> str:
        return urlencode(self.pairs())

    @property
    def filters(self) -> PeopleQuery:
        """Who is found, without the order and the columns."""
        return replace(self, sort="", columns=())

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anybody out."""
        return self.filters != PeopleQuery()

    def total(self, numbers: Mapping[RegistrationStatus, int]) -> int:
        """How many people are found, of those in each state."""
        return sum(number for status, number in numbers.items() if not self.statuses or status in self.statuses)

    def without(self, name: str, value: str) -> PeopleQuery:
        """The same query without one of its parameters."""
        left = [pair for pair in self.pairs() if pair != (name, value)]
        return PeopleQuery.parse(left)

    def having(self, **changes: Any) -> PeopleQuery:
        """The same query with other values."""
        return replace(self, **changes)


# Characters in a value, and in a list of columns.
_LONGEST, _LONGEST_LIST = 200, 20_000


def ids_in(typed: Iterable[str]) -> tuple[int, ...]:
    """Those of these that can be ids of rows, each once."""
    numbers = (int(value) for value in typed if re.fullmatch("[0-9]{1,10}", value))
    return tuple(dict.fromkeys(number for number in numbers if number < 2**31))


_NAMES = {
    "text": "q",
    "statuses": "status",
    "options": "option",
    "modes": "mode",
    "countries": "country",
    "kinds": "kind",
    "languages": "language",
    "tags": "tag",
    "without_tags": "no-tag",
    "sessions": "session",
    "sources": "source",
    "note": "note",
    "organizations": "organization",
    "address": "email",
    "came": "came",
    "privacy": "privacy",
    "numbers": "number",
    "sort": "sort",
}


def _plain(value: object) -> str:
    return value.value if isinstance(value, StrEnum) else str(value)

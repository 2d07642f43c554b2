"""The columns of lists and files of people: names, and the text of each cell in a reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from eventapp.core import languages
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.people import queries
from eventapp.people.queries import PersonRow
from eventapp.people.rules import PeopleQuery
from eventapp.registration import answers
from eventapp.registration.form_models import Question


@dataclass(frozen=True)
class ListColumn:
    """A column. `key` is stable: addresses, saved views and the first line of files use it."""

    key: str
    label: str
    text: Callable[[PersonRow], str]
    question: Question | None = None
    sortable: bool = False


@dataclass
class _Shown:
    """What the cells of the shown people need besides their rows, read once for all of them."""

    event: Event
    language: str
    tags: Mapping[int, list[str]] = field(default_factory=dict)
    places: Mapping[int, int] = field(default_factory=dict)
    seats: Mapping[int, list[LocalizedText]] = field(default_factory=dict)
    # Words that many rows have in common: looking them up anew takes longer than writing the row.
    _words: dict[tuple[object, object], str] = field(default_factory=dict)

    def once(self, key: tuple[object, object], look_up: Callable[[], str]) -> str:
        if key not in self._words:
            self._words[key] = look_up()
        return self._words[key]

    def label(self, member: Labelled | None) -> str:
        return self.once((type(member), member), lambda: member.label if member is not None else "")

    def country(self, code: str | None) -> str:
        return self.once(("country", code), lambda: languages.country(code, self.language) if code else "")

    def spoken(self, tag: str) -> str:
        return self.once(("language", tag), lambda: languages.language_name(tag, self.language))

    def option(self, row: PersonRow) -> str:
        def look_up() -> str:
            return row.option_title.resolve(self.language).text or row.mode.label

        return self.once(("option", row.option_key), look_up)

    def status(self, row: PersonRow) -> str:
        place, label = self.places.get(row.id), self.label(row.status)
        return _("%(status)s, number %(place)d", status=label, place=place) if place else label

    def sessions(self, row: PersonRow) -> str:
        return "; ".join(title.resolve(self.language).text for title in self.seats.get(row.id, ()))

    def moment(self, at: datetime) -> str:
        return languages.short_day(at, self.event.zone)


# What a list shows first; the viewer's has fewer.
USUAL = ("name", "organization", "country", "option", "status", "registered")
FOR_VIEWERS = ("name", "status")


class Columns:
    """The columns of an event's list for one reader."""

    def __init__(self, event: Event, questions: Iterable[Question], language: str, *, everything: bool) -> None:
        """Members who may not see `everything` see names and states."""
        self._shown = _Shown(event, language)
        offered = [*self._fixed(), *(self._of(question, language) for question in questions)]
        self.offered = [one for one in offered if everything or one.key in FOR_VIEWERS]
        self._usual = USUAL if everything else FOR_VIEWERS

    def _fixed(self) -> list[ListColumn]:
        shown = self._shown
        return [
            ListColumn("name", _("Name"), lambda row: row.name, sortable=True),
            ListColumn("reading", _("How the name is read"), lambda row: row.reading),
            ListColumn("family_name", _("Family name"), lambda row: row.family_name),
            ListColumn("given_name", _("Given name"), lambda row: row.given_name),
            ListColumn("email", _("E-mail address"), lambda row: row.email, sortable=True),
            ListColumn("phone", _("Phone number"), lambda row: row.phone),
            ListColumn("organization", _("Organization"), lambda row: row.organization_name, sortable=True),
            ListColumn("kind", _("Kind"), lambda row: shown.label(row.organization_kind)),
            ListColumn("country", _("Country"), lambda row: shown.country(row.country_code), sortable=True),
            ListColumn("option", _("Option"), shown.option, sortable=True),
            ListColumn("mode", _("Attendance mode"), lambda row: shown.label(row.mode)),
            ListColumn("status", _("Status"), shown.status, sortable=True),
            ListColumn("tags", _("Tags"), lambda row: ", ".join(shown.tags.get(row.id, ()))),
            ListColumn("sessions", _("Sessions with limited seats"), shown.sessions),
            ListColumn("language", _("Language"), lambda row: shown.spoken(row.language)),
            ListColumn("source", _("Registered by"), lambda row: shown.label(row.source)),
            ListColumn("privacy", _("Privacy notice"), lambda row: str(row.privacy_version or "")),
            ListColumn("registered", _("Registered on"), lambda row: shown.moment(row.created_at), sortable=True),
            ListColumn("changed", _("Last changed on"), lambda row: shown.moment(row.updated_at), sortable=True),
            ListColumn("reference", _("Reference"), lambda row: str(row.id)),
        ]

    def _of(self, question: Question, language: str) -> ListColumn:
        label = question.label.resolve(language).text
        if question.removed_at is not None:
            label = _("%(question)s (no longer asked)", question=label)
        return ListColumn(
            f"a.{question.key}",
            label,
            lambda row: answers.shown(question, row.answers.get(question.key), language),
            question=question,
            sortable=True,
        )

    def chosen(self, query: PeopleQuery) -> list[ListColumn]:
        """The columns of a query, in its order; the usual ones if it names none. The name always comes first."""
        known = {column.key: column for column in self.offered}
        keys = [key for key in query.columns if key in known] or list(self._usual)
        return [known[key] for key in dict.fromkeys(["name", *keys])]

    def fill(self, rows: Iterable[PersonRow], columns: Iterable[ListColumn]) -> None:
        """Read what the cells of these people need. Three statements at most."""
        numbers = [row.id for row in rows]
        wanted = {column.key for column in columns}
        self._shown.tags = queries.tags_of(numbers) if "tags" in wanted else {}
        self._shown.seats = queries.seats_of(numbers) if "sessions" in wanted else {}
        self._shown.places = queries.places(self._shown.event, rows) if "status" in wanted else {}

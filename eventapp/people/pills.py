"""The filters of a list of people: what can be chosen, and what is chosen, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind
from eventapp.people.models import PeopleTag
from eventapp.people.rules import ANY, NONE, PeopleQuery
from eventapp.programme.rules import Mode
from eventapp.registration.answers import answer_name
from eventapp.registration.form_models import Question
from eventapp.registration.models import AttendanceOption
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import RegistrationSource

Sessions = Sequence[tuple[str, LocalizedText]]


@dataclass(frozen=True)
class FilterControl:
    """A filter: the name of its parameter, its label, and its choices as (value, label)."""

    name: str
    label: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Pill:
    """A filter that is set. `query` is the list without it."""

    label: str
    query: PeopleQuery


def controls(
    options: Iterable[AttendanceOption],
    questions: Iterable[Question],
    tags: Iterable[PeopleTag],
    sessions: Sessions,
    *,
    language: str,
) -> list[FilterControl]:
    """The filters that the list offers, besides the search and the states."""
    kinds = [(kind.value, kind.label) for kind in OrganizationKind]
    found = [
        FilterControl("option", _("Option"), [(one.key, one.name(language)) for one in options]),
        FilterControl("mode", _("Attendance mode"), [(mode.value, mode.label) for mode in Mode]),
        FilterControl("kind", _("Kind of organization"), [(NONE, _("Not sorted yet")), *kinds]),
        FilterControl("tag", _("Tag"), [(NONE, _("No tag")), *((one.name, one.name) for one in tags)]),
        FilterControl("session", _("Seat in"), [(code, text.resolve(language).text) for code, text in sessions]),
        FilterControl("email", _("E-mail address"), [("yes", _("Yes")), ("no", _("No"))]),
        FilterControl("came", _("Check-in"), [("yes", _("Was checked in")), ("no", _("Was not checked in"))]),
        FilterControl("note", _("Note"), [("any", _("With a note")), ("due", _("Something to be done"))]),
        FilterControl("source", _("Registered by"), [(source.value, source.label) for source in RegistrationSource]),
    ]
    for question in questions:
        label = question.label.resolve(language).text
        found.append(FilterControl(f"a.{question.key}", label, _answers(question, language)))
    # A filter with one choice filters nothing.
    return [one for one in found if len(one.choices) > 1]


def _answers(question: Question, language: str) -> list[tuple[str, str]]:
    """The answers to choose from: of a question with choices also those that are no longer offered."""
    any_or_none = [(ANY, _("Any answer")), (NONE, _("No answer"))]
    if question.kind in {QuestionKind.YES_NO, QuestionKind.CONSENT}:
        return [("yes", _("Yes")), ("no", _("No")), *any_or_none]
    if question.kind.has_choices:
        return [(one.key, answer_name(question, one.key, language)) for one in question.all_choices] + any_or_none
    return any_or_none


def pills(
    query: PeopleQuery,
    options: Sequence[AttendanceOption],
    questions: Sequence[Question],
    sessions: Sessions,
    *,
    language: str,
) -> list[Pill]:
    """The filters that are set, without the search and the states, which have their own places."""
    named = _names(options, questions, sessions, language)
    return [
        Pill(named(name, value), query.without(name, value))
        for name, value in query.filters.pairs()
        if name not in {"q", "status", "number"}
    ] + ([Pill(_selected(query), query.having(numbers=()))] if query.numbers else [])


def _selected(query: PeopleQuery) -> str:
    return languages.ngettext("%(num)d selected person", "%(num)d selected people", len(query.numbers))


def _names(
    options: Sequence[AttendanceOption], questions: Sequence[Question], sessions: Sessions, language: str
) -> Callable[[str, str], str]:
    known = {one.name: one for one in controls(options, questions, [], sessions, language=language)}
    asked = {f"a.{question.key}": question for question in questions}

    def named(name: str, value: str) -> str:
        control = known.get(name)
        words = dict(control.choices).get(value, value) if control else value
        match name:
            case "country":
                words = languages.country(value, language) if value != NONE else _("Country missing")
            case "language":
                words = languages.language_name(value, language)
            case "privacy":
                words = _("Privacy notice, version %(number)s", number=value)
            case "no-tag":
                words = _("Without “%(tag)s”", tag=value)
            case "email":
                words = _("With an e-mail address") if value == "yes" else _("Without an e-mail address")
            case "option":
                words = next((one.name(language) for one in options if one.key == value), value)
            case "session":
                words = next((text.resolve(language).text for code, text in sessions if code == value), value)
        if name in asked:
            return _("%(question)s: %(answer)s", question=asked[name].label.resolve(language).text, answer=words)
        return words

    return named

"""Further people on a registration form, who share the contact of the first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import request
from wtforms import BooleanField, Field

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.refusals import Refused
from eventapp.registration.models import AttendanceOption
from eventapp.registration.operations import RegistrationInput
from eventapp.registration.person_forms import (
    AboutPerson,
    family_name_field,
    given_name_field,
    reading_field,
)
from eventapp.registration.question_fields import question_field
from eventapp.registration.rules import MOST_PEOPLE, too_many_people


class Companion(AboutPerson):
    """One of the further people. The names of the fields begin with `people-<number>-`."""

    family_name = family_name_field(_l("Enter the family name."))
    given_name = given_name_field()
    reading = reading_field()

    first: AboutPerson
    number: int
    # Which of the people on the form this is, as they read it; the first one is 1.
    place = 2
    files_required = False

    class Meta(AboutPerson.Meta):
        """The form as a whole has the token."""

        @property
        def csrf(self) -> bool:
            return False

    def chosen(self) -> AttendanceOption | None:
        """The option is the same for all."""
        return self.first.chosen()

    def begin_here(self) -> None:
        """The next thing to do is to type this person's name."""
        field = self.family_name if languages.interface() == "ja" else self.given_name
        field.render_kw = {**(field.render_kw or {}), "autofocus": ""}

    def sentence(self, field: Field, error: object) -> str:
        """An error as the summary says it: whose it is, and at which field unless the error names it."""
        label = str(field.label.text)
        if label.endswith(("?", "？")) or label.casefold() in str(error).casefold():
            return _("Person %(number)d: %(message)s", number=self.place, message=error)
        return _("Person %(number)d, %(field)s: %(message)s", number=self.place, field=label, message=error)

    def answers(self, first: RegistrationInput) -> RegistrationInput:
        """What is registered: the person's own answers, and the contact and organization of the first."""
        return replace(
            first,
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            reading=(self.reading.data or "") if "reading" in self else None,
            phone=None,
            extra=self.extra(),
            asked=self.answerable(),
        )


class WithCompanions(AboutPerson):
    """The form about the first person, to which others can be added."""

    together = BooleanField(
        _l("Only register us together"),
        description=_l("Either all of you get a seat, or you wait for seats together."),
    )

    # Whether people can be added.
    takes_people = False
    # Whether a button has only just removed somebody.
    has_removed = False
    people: list[Companion]
    most_people = MOST_PEOPLE

    def take_people(self) -> None:
        """Ask about the further people who have been submitted, too."""
        self.takes_people = True
        self._set([self._companion(number) for number in _numbers(request.form)])

    @cached_property
    def _kind(self) -> type[Companion]:
        fields: dict[str, Any] = {f"q_{one.key}": question_field(one, languages.reader()) for one in self.questions}
        return type("CompanionInEvent", (Companion,), fields)

    def _companion(self, number: int, *, blank: bool = False) -> Companion:
        companion = self._kind(prefix=f"people-{number}", **({"formdata": None} if blank else {}))
        companion.first, companion.number = self, number
        companion.questions, companion.by_team, companion.before = self.questions, self.by_team, {}
        if "reading" not in self:
            del companion["reading"]
        for field in companion.uploads:
            field.flags.asked = False
        return companion

    def _set(self, people: list[Companion]) -> None:
        self.people = people
        for place, companion in enumerate(people, 2):
            companion.place = place

    def pattern(self) -> Companion:
        """A further person who is not there yet, for the script that adds one."""
        return self._companion(0, blank=True)

    @property
    def has_room(self) -> bool:
        """Whether another person can be added."""
        return self.number_of_people < MOST_PEOPLE

    @property
    def number_of_people(self) -> int:
        """How many people are on the form."""
        return len(self.people) + 1

    def arrange(self, step: str) -> bool:
        """Do what a button asks that sends nothing: add or remove a person, or change the answers.

        Returns whether it was one of those. Nothing is validated then, but a file that can't be kept is refused.
        """
        if step not in {"add", "change"} and not step.startswith("remove-"):
            return False
        for field in (field for one in (self, *self.people) for field in one.uploads if field.problem):
            field.errors = [field.problem]
        if step == "add":
            if not self.has_room:
                self.refusal = too_many_people()
                return True
            number = min(set(range(1, MOST_PEOPLE)) - {one.number for one in self.people})
            companion = self._companion(number, blank=True)
            companion.begin_here()
            self._set([*self.people, companion])
        elif removed := re.fullmatch(r"remove-([1-9][0-9]?)", step):
            self._set([one for one in self.people if one.number != int(removed[1])])
            self.has_removed = True
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the input about everybody is valid."""
        valid = super().validate(extra_validators)
        theirs = [one.validate() for one in self.people]
        return all(theirs) and valid

    @property
    def errors(self) -> dict[str | None, Any]:
        """What is wrong, also with the further people."""
        found: dict[str | None, Any] = dict(super().errors)
        for one in self.people:
            found |= {one[name].name: errors for name, errors in one.errors.items() if name in one}
        return found

    def problems(self) -> list[tuple[str, str]]:
        """The problems in the order of the page, where the privacy notice is last."""
        own = super().problems()
        theirs = [problem for one in self.people for problem in one.problems()]
        last = [problem for problem in own if problem[0] == "privacy"]
        return [*(problem for problem in own if problem not in last), *theirs, *last]

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal next to its field, which may be one of a further person."""
        match = re.fullmatch(r"companions-([0-9]+)-(\w+)", refusal.field or "")
        if match and int(match[1]) < len(self.people) and match[2] in (companion := self.people[int(match[1])]):
            companion.refuse(Refused(refusal.message, field=match[2]))
        else:
            super().refuse(refusal)

    def sent(self) -> list[tuple[str, str]]:
        """(name, value) of what was submitted about everybody."""
        return [*super().sent(), *(pair for one in self.people for pair in one.sent())]


_NAME = re.compile(r"people-([1-9][0-9]?)-")


def _numbers(names: Iterable[str]) -> list[int]:
    """The numbers of the further people in what was submitted, in the order of the form.

    They are at most one more than a form takes; the operation then refuses them all.
    """
    found = dict.fromkeys(int(match[1]) for name in names if (match := _NAME.match(name)))
    return list(found)[:MOST_PEOPLE]

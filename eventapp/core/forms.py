"""What every form can do: cleaned texts, refusals next to their field, and running the operation behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import flash, redirect, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field, PasswordField, StringField

from eventapp.core import clock, csrf, languages, stale_forms
from eventapp.core.db import undo
from eventapp.core.fields import LocalizedField, LocalTimeField, filters_of
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused, WasDeleted

T = TypeVar("T")


def page_number(typed: str | None) -> int:
    """The page of a list that `?page=` asks for; 1 if it is not a number."""
    return max(int(typed), 1) if typed and re.fullmatch(r"[0-9]{1,5}", typed) else 1


def sent_position() -> int:
    """The place in a list, counted from 0, that the field "position" asks for. Raises Refused if it is no number."""
    typed = request.form.get("position", "")
    if not re.fullmatch(r"[0-9]+", typed):
        raise Refused(_("Enter a whole number."))
    return int(typed[:4])


def sent_file(largest: int) -> tuple[str, bytes]:
    """(name, content) of the file in the field "file": at most `largest` bytes and one more, so that the reader
    sees that it is too large. Raises Refused if none was chosen.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused(_("Choose a file."), field="file")
    try:
        return sent.filename, sent.read(largest + 1)
    finally:
        sent.close()


def after_saving(name: object, back: str, *, said: str = "") -> Response:
    """The answer to a form that has saved something: says what, and leads back, or to the form once more for another
    one, if that button was pressed. `name` is a text, or one in several languages; `said` is said instead.
    """
    text = languages.resolve(name).text if isinstance(name, LocalizedText) else str(name)
    flash(said or _("“%(name)s” was saved.", name=text[:80]))
    return redirect(request.path if request.form.get("again") else back, 303)


def zone_asked(typed: str) -> tuple[str, str]:
    """(zone, error) for `?zone=`: the zone asked for, or what is wrong with it; both empty if none is asked for."""
    zone = clock.zone_typed(typed)
    if typed.strip() and not zone:
        # The query may contain anything: invisible characters would reorder the sentence or break the page.
        seen = "".join(letter for letter in typed.strip() if letter.isprintable())[:60]
        return "", _("There is no time zone “%(zone)s”. Enter one like Europe/Helsinki.", zone=seen)
    return zone, ""


# Our wording for WTForms' own messages. Its catalogue is stiff and uses programmers' terms.
_WORDING = {
    "This field is required.": _l("Fill in this field."),
    "Not a valid choice.": _l("Choose an option from the list."),
    "Invalid Choice: could not coerce.": _l("Choose an option from the list."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choose options from the list."),
    "Not a valid integer value.": _l("Enter a whole number."),
    "Not a valid float value.": _l("Enter a number."),
    "Not a valid date value.": _l("Enter a date."),
    "Not a valid datetime value.": _l("Enter a date and time."),
}


class _Translations:
    """WTForms' messages in the reader's language."""

    def gettext(self, text: str) -> str:
        return str(_WORDING[text]) if text in _WORDING else _(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        if "%(max)d" in many:
            return str(_l("Use at most %(max)d characters."))
        if "valid choice" in many:
            return str(_l("Choose options from the list."))
        return one if number == 1 else many


class Form(FlaskForm):
    """Base of all forms. Strips white space and invisible characters from what was typed; see `core.text.one_line`."""

    refusal: str | None = None
    stored: Mapping[str, Any] | None
    edit_token: str

    def __init__(self, *args: Any, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """`data` is what is stored. If the template shows `edit_token`, it is compared when the form comes back."""
        super().__init__(*args, data=data, **kwargs)
        self.stored = data
        self.edit_token = stale_forms.edit_token(self._shown(data or {}))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the input is valid and nobody has changed the stored values since the form was shown."""
        valid = bool(super().validate(extra_validators))
        if csrf.outdated():
            if "csrf_token" in self._fields:
                self._fields["csrf_token"].errors = []
            self.refusal = csrf.sentence()
            return False
        return not self._has_conflict() and valid

    def _has_conflict(self) -> bool:
        """Whether somebody else has saved meanwhile: the form then shows their changes together with those typed
        here.
        """
        before = request.form.get("edit_token", "")
        if not before or self.stored is None:
            return False
        now = self._shown({name: value for name, value in self.stored.items() if name in self._fields})
        known = {part.partition(":")[0] for part in before.split()}
        typed = {name: _typed(self._fields[name]) for name in now}
        changed = stale_forms.compare(before, now={name: now[name] for name in now if name in known}, typed=typed)
        if not (changed.theirs or changed.both):
            return False
        for name in changed.theirs:
            self._fields[name].raw_data = None
            self._fields[name].process(None, data=self.stored[name])
        self.refusal = stale_forms.describe(
            _("Someone else changed this in the meantime. Your changes were not saved."), changed, named=self._named
        )
        return True

    def _shown(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as they are compared: moments as their inputs show them, all others unchanged."""
        times = {name: field for name, field in self._fields.items() if isinstance(field, LocalTimeField)}
        return {name: times[name].shown(value) if name in times else value for name, value in values.items()}

    def _named(self, names: tuple[str, ...]) -> str:
        return languages.listing([f"“{self._fields[name].label.text}”" for name in names])

    class Meta(FlaskForm.Meta):
        # The zone of the form's wall-clock times; see LocalTimeField.
        zone = ""

        @property
        def csrf(self) -> bool:
            return csrf.needs_token()

        def get_translations(self, form: Any) -> _Translations:
            return _Translations()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            kind = unbound_field.field_class
            if (
                issubclass(kind, StringField)
                and not issubclass(kind, PasswordField)
                and not unbound_field.kwargs.get("filters")
            ):
                unbound_field.kwargs["filters"] = filters_of(kind)
            return super().bind_field(form, unbound_field, options)

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal next to its field, or at the top of the form. What the refused operation did is rolled
        back.
        """
        undo()
        field = self._fields.get(refusal.field or "")
        if field is not None:
            field.errors = [*field.errors, refusal.message]
        else:
            self.refusal = refusal.message

    def problems(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) for the error summary at the top."""
        found = []
        for field in self:
            for error in field.errors:
                target = field.id
                if isinstance(field, LocalizedField):
                    target = f"{field.id}-{field.wrong or languages.interface()}"
                if getattr(field, "first_choice_id", None):
                    target = field.first_choice_id
                found.append((target, self.sentence(field, error)))
        return found

    def sentence(self, field: Field, error: object) -> str:
        """An error of a field, as the summary says it."""
        named = getattr(field.label, "text", "")
        # A question as a label would read "…?: …", and its error names what is missing.
        asked = named.endswith(("?", "？"))
        return str(error) if asked or not named else _("%(field)s: %(message)s", field=named, message=error)


def _typed(field: Field) -> object:
    """The value of a submitted field, in the spelling that `Form._shown` uses for stored ones."""
    return field.typed if isinstance(field, LocalTimeField) else field.data


@dataclass(frozen=True)
class Done(Generic[T]):
    """The return value of a submitted form's operation."""

    value: T


def submit(
    form: Form, operation: Callable[[], T], *, explain: Callable[[Refused], Refused] = lambda refusal: refusal
) -> Done[T] | None:
    """Validate a form and run one operation with it; None if the form was not sent, or has to be shown again.

    A refusal rolls the operation back before anything is rendered: the page shows what is stored, and what was typed.
    `explain` may turn the refusal into another one. Raises WasDeleted if there is nothing left to show.
    """
    if not form.validate_on_submit():
        return None
    try:
        return Done(operation())
    except WasDeleted:
        raise
    except Refused as refusal:
        undo()
        form.refuse(explain(refusal))
        return None

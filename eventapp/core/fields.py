"""Fields of forms: multilingual texts, wall-clock times in a zone, countries, and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from markupsafe import Markup, escape
from wtforms import DateTimeLocalField, EmailField, Field, StringField, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import Email, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import html_params

from eventapp.core import clock, languages
from eventapp.core.addresses import half_width
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import TAG, LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.text import one_line

# Control characters, which no keyboard types: PostgreSQL rejects NUL, XML and calendars most of the others.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Bidirectional controls, which would also reorder the text that follows.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _strip_lines(value: Any) -> Any:
    return _BIDI.sub("", _CONTROL.sub("", value)).strip() if isinstance(value, str) else value


def _strip(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def filters_of(kind: type[StringField]) -> list[Callable[[Any], Any]]:
    if issubclass(kind, TextAreaField):
        return [_strip_lines]
    return [_strip, _half_width] if issubclass(kind, EmailField) else [_strip]


def _half_width(value: Any) -> Any:
    return half_width(value) if isinstance(value, str) else value


class MailAddress(Email):
    """Validator: an address that our e-mails can reach.

    A non-ASCII local part needs SMTPUTF8 (RFC 6531) on every server on the way; without it a person would be registered
    and never hear from us. The domain may be in any script.
    """

    def __init__(self) -> None:
        super().__init__(_l("Enter an e-mail address such as name@example.org."), allow_smtputf8=False)


class LocalizedField(Field):
    """One input per language, named `title_en`, `title_ja`, …; the data is LocalizedText.

    `languages` can be extended per form instance, for example by those of the event.
    """

    def __init__(
        self, label: Any = None, validators: Any = None, *, rows: int = 0, maximum: int = 300, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.rows = rows
        self.maximum = maximum
        self.languages: list[str] = list(languages.INTERFACE)
        # The language whose text is wrong; empty if it is all of them.
        self.wrong = ""

    def offer(self, tags: Iterable[str]) -> None:
        """Offer these languages as well."""
        for tag in [*tags, *(self.data or {})]:
            if tag not in self.languages:
                self.languages.append(tag)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        if data is None or not isinstance(data, dict):
            data = self.default() if callable(self.default) else self.default
        self.object_data = data
        self.data = LocalizedText(data or {})
        if formdata is not None:
            prefix = f"{self.name}_"
            keys = [key for key in formdata if key.startswith(prefix) and TAG.fullmatch(key[len(prefix) :])]
            self.raw_data = [formdata.get(key) for key in keys]
            if keys:
                strip = _strip_lines if self.rows else _strip
                self.data = LocalizedText({key[len(prefix) :]: strip(formdata.get(key)) for key in keys})
        for tag in self.data:
            if tag not in self.languages:
                self.languages.append(tag)

    def pre_validate(self, form: Any) -> None:
        for tag, text in self.data.items():
            if len(text) > self.maximum:
                self.wrong = tag
                raise StopValidation(_("Use at most %(number)d characters.", number=self.maximum))


@cache
def _country_options(language: str) -> str:
    return "".join(
        f'<option value="{escape(code)}">{escape(name)}</option>' for code, name in languages.countries(language)
    )


class CountryField(StringField):
    """A country by its ISO 3166-1 code. The 250 options are rendered once per language, not for each visitor."""

    def widget(self, field: Field, **kwargs: Any) -> Markup:
        """The select, starting with an empty option."""
        options = f'<option value="">–</option>{_country_options(languages.interface())}'
        chosen = f'value="{escape(self.data or "")}"'
        options = options.replace(chosen, f"{chosen} selected", 1)
        return Markup(f"<select {html_params(name=self.name, id=self.id, **kwargs)}>{options}</select>")

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in languages.country_codes():
            raise StopValidation(_("Choose an option from the list."))


class AnyLanguage:
    """Validator: the text exists in at least one language."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data:
            raise StopValidation(_("Enter this in at least one language."))


class LocalTimeField(DateTimeLocalField):
    """A wall-clock time in the zone that the form is made with (`meta={"zone": …}`); its data are aware moments.

    A browser's input shows neither seconds nor which of two equal times is meant when the clocks go back. So a hidden
    input, `<name>_shown`, records the time and zone that the page has shown, and an untouched field keeps the stored
    moment.
    """

    stored: datetime | None = None
    touched = False
    typed = ""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators or [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)
        self.zone: str = self.meta.zone
        self.zone_shown = self.zone

    def process_data(self, value: Any) -> None:
        """Accept an aware moment, a wall-clock time that is only a default, or None."""
        self.stored = value if value is not None and value.tzinfo is not None else None
        self.data = value if value is None or self.stored is None else clock.to_local(value, self.zone)
        if self.data is not None:
            if self.data.fold:
                self.description = _(
                    "This is the second %(time)s of that night, after the clocks go back.",
                    time=self.data.strftime("%H:%M"),
                )
            self.data = self.data.replace(tzinfo=None, fold=0, second=0, microsecond=0)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the input and note whether it was changed."""
        super().process(formdata, data, extra_filters)
        self.touched = False
        self.typed = self._text(self.data)
        if formdata is None or self.name not in formdata:
            return
        typed, read = formdata.get(self.name).strip(), self.data
        self.process_data(self.object_data)
        now = self._text(self.data)
        shown, _space, self.zone_shown = formdata.get(f"{self.name}_shown", f"{now} {self.zone}").partition(" ")
        self.touched = typed != shown and (not read or self._text(read, seconds=":%S") != f"{shown}:00")
        self.typed = shown
        if self.touched:
            self.data, self.typed = read, self._text(read)
        else:
            self.raw_data = [now]
            self.process_errors.clear()

    def pre_validate(self, form: Any) -> None:
        # Outside these years, a zone's offset may lead beyond what a calendar can represent.
        if self.data is not None and not 1800 <= self.data.year <= 2200:
            raise StopValidation(_("Enter a year between 1800 and 2200."))
        if self.touched and self.data is not None and self.zone_shown != self.zone:
            raise StopValidation(
                _(
                    "The time zone was %(before)s and is now %(zone)s. Check this time, then save again.",
                    before=self.zone_shown,
                    zone=self.zone,
                )
            )

    def in_zone(self, zone: str, *, keep_clock: bool = False) -> datetime | None:
        """The aware moment of what was typed; for an untouched field the stored one, to the microsecond.

        With `keep_clock`, an untouched field keeps its clock time if `zone` differs from the form's. Raises Refused for
        a time that the clocks skip.
        """
        if self.stored is None or self.touched:
            wall = self.data
        elif keep_clock and zone != self.zone:
            wall = clock.to_local(self.stored, self.zone).replace(tzinfo=None)
        else:
            return self.stored
        try:
            return wall and clock.from_local(wall, zone)
        except clock.NoSuchTime:
            raise Refused(
                _("This time does not exist on that day, because the clocks go forward."), field=self.name
            ) from None

    def __call__(self, **kwargs: Any) -> Markup:
        """The input, followed by the hidden one with what the page shows."""
        hidden = Markup("")
        if self.zone:
            hidden = Markup('<input type="hidden" name="{}_shown" value="{} {}">')
            hidden = hidden.format(self.name, self.shown(self.object_data), self.zone)
        return Markup(super().__call__(**kwargs)) + hidden

    def shown(self, value: datetime | None) -> str:
        """What the input shows for a moment or a default time."""
        return self._text(clock.to_local(value, self.zone) if value and value.tzinfo else value)

    @staticmethod
    def _text(value: datetime | None, *, seconds: str = "") -> str:
        return value.strftime(f"%Y-%m-%dT%H:%M{seconds}") if value else ""


class _Between(NumberRange):
    """WTForms' own asks whether the number is none (NaN), which fails for a whole number of 310 digits."""

    def __call__(self, form: Any, field: Any) -> None:
        if isinstance(field.data, int) and not self.min <= field.data <= self.max:
            raise ValidationError(self.message % {"min": self.min, "max": self.max})
        super().__call__(form, field)


def between(low: float, high: float) -> NumberRange:
    """Validator: a number within these bounds."""
    return _Between(min=low, max=high, message=_l("Enter a number from %(min)s to %(max)s."))


def known_zone(form: Any, field: Any) -> None:
    """Validator: an IANA zone."""
    if field.data not in clock.zones():
        raise ValidationError(_("Choose a time zone from the list, such as Asia/Tokyo."))

"""Forms for an event and its venues, hosts and team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, DataRequired, Email, InputRequired, Length, Optional, ValidationError

from eventapp.core import clock, languages
from eventapp.core.fields import AnyLanguage, CountryField, LocalizedField, LocalTimeField, between, known_zone
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import ngettext
from eventapp.core.localized import TAG, LocalizedText
from eventapp.core.refusals import Refused
from eventapp.events.models import Event, EventSeries
from eventapp.events.rules import EventFormat, EventKind, Precision, Visibility

# Languages offered first for content; any other can be typed into the field next to it.
COMMON = ("en", "ja", "ar", "bn", "de", "es", "fi", "fr", "id", "ko", "pt", "ru", "th", "vi", "zh")

# The pages on which an event is edited, and what each has. What is on another page keeps its value.
SECTIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (
        _l("Basics and dates"),
        (
            *("title", "subtitle", "slug", "kind", "format", "starts_at", "ends_at", "zone", "day_starts", "precision"),
            *("venue_name", "country_code", "series", "edition", "keep", "days", "move_sessions", "move_windows"),
        ),
    ),
    "texts": (_l("Texts"), ("purpose", "themes", "description")),
    "languages": (_l("Languages"), ("working_languages", "other_languages", "spoken", "interpretation")),
    "online": (_l("Online"), ("join_url", "personal_join_links", "join_minutes", "join_for_all")),
    "visibility": (_l("Visibility and contact"), ("visibility", "counts_public", "contact_email")),
}

_PLAIN = (
    "title",
    "subtitle",
    "venue_name",
    "purpose",
    "description",
    "interpretation",
    "country_code",
    "contact_email",
    "join_url",
    "personal_join_links",
    "join_for_all",
    "counts_public",
    "zone",
    "day_starts",
)


class EventStartForm(Form):
    """The first step of a new event: what it is, and when."""

    title = LocalizedField(_l("Title"), validators=[AnyLanguage()], maximum=200)
    kind = SelectField(_l("Kind"), validators=[InputRequired()])
    format = SelectField(_l("Format"), validators=[InputRequired()])
    starts_at = LocalTimeField(_l("Starts"), validators=[InputRequired(_l("Enter a date and time."))])
    ends_at = LocalTimeField(_l("Ends"), validators=[InputRequired(_l("Enter a date and time."))])
    zone = StringField(
        _l("Time zone"),
        description=_l("All event times use this time zone, for example Asia/Tokyo."),
        validators=[InputRequired(_l("Choose a time zone from the list, such as Asia/Tokyo.")), known_zone],
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [SelectChoice(member.value, member.label) for member in EventKind]
        self.format.choices = [SelectChoice(member.value, member.label) for member in EventFormat]

    def first_values(self) -> dict[str, Any]:
        """What `operations.create` takes. Raises Refused for a time that the clocks skip."""
        zone = self.zone.data or "UTC"
        return {
            "title": self.title.data,
            "kind": EventKind(self.kind.data),
            "format": EventFormat(self.format.data),
            "zone": zone,
            "starts_at": self.starts_at.in_zone(zone),
            "ends_at": self.ends_at.in_zone(zone),
        }


class EventForm(EventStartForm):
    """The event itself."""

    subtitle = LocalizedField(_l("Subtitle"), maximum=200)
    slug = StringField(
        _l("Web address"),
        description=_l("The last part of the event page's web address. Old web addresses keep working."),
        validators=[InputRequired(_l("Enter a web address such as forum-2027.")), Length(max=80)],
        render_kw={"autocapitalize": "off", "spellcheck": "false"},
    )
    day_starts = SelectField(
        _l("Programme day starts at"),
        description=_l("Sessions after midnight are shown with the evening before."),
        coerce=int,
        default=0,
        validators=[InputRequired()],
    )
    precision = SelectField(_l("How precise is the date?"), validators=[InputRequired()])
    venue_name = LocalizedField(
        _l("Venue"),
        description=_l(
            "Its name and city, as in lists and calendars. Its address and the way to it can be added later."
        ),
        maximum=200,
    )
    country_code = CountryField(
        _l("Country"),
        description=_l("Cities outside this country are counted as cities abroad."),
        validators=[DataRequired(_l("Choose an option from the list."))],
    )
    purpose = LocalizedField(_l("Purpose"), description=_l("One or two sentences."), rows=2, maximum=1000)
    description = LocalizedField(
        _l("Description"),
        description=_l("You can use Markdown. Leave an empty line between paragraphs and start list items with “-”."),
        rows=6,
        maximum=20_000,
    )
    themes = LocalizedField(
        _l("Themes"), rows=3, description=_l("One per line. Use the same order in each language."), maximum=3000
    )
    working_languages = SelectMultipleField(_l("Working languages"), validators=[Optional()])
    other_languages = StringField(
        _l("Other languages"), description=_l("Language codes separated by commas, for example mn, sw.")
    )
    spoken = SelectMultipleField(
        _l("Language of the sessions"),
        description=_l("Applies to every session without languages of its own."),
        validators=[Optional()],
    )
    interpretation = LocalizedField(_l("Interpretation"), description=_l("For example: interpreted in all plenaries."))
    series = SelectField(_l("Series"), validators=[Optional()])
    edition = IntegerField(_l("Edition"), validators=[Optional(), between(1, 999)])
    contact_email = EmailField(
        _l("Contact e-mail address"),
        validators=[Optional(), Email(_l("Enter an e-mail address such as name@example.org."))],
    )
    join_url = URLField(
        _l("Joining link"),
        description=_l("For online attendees. We only send it to people with a confirmed registration."),
        validators=[Optional(), URL(message=_l("Enter a web address that starts with https://"))],
    )
    personal_join_links = BooleanField(
        _l("Personal joining links"),
        description=_l(
            "Each attendee gets a link of their own, which leads to the joining link and records that they came. "
            "If you change this, we e-mail everybody who attends online."
        ),
        default=True,
    )
    join_minutes = IntegerField(
        _l("Joining opens this many minutes before the start"),
        description=_l("Personal joining links work from then until the end."),
        default=60,
        validators=[Optional(), between(0, 24 * 60)],
    )
    join_for_all = BooleanField(_l("Attendees in person may join online, too"))
    visibility = SelectField(_l("Who can see it"), validators=[InputRequired()])
    counts_public = BooleanField(_l("Show attendance figures on the event page"))

    def __init__(self, *, series: list[EventSeries], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._series = series
        shown = languages.interface()
        self.precision.choices = [SelectChoice(member.value, member.label) for member in Precision]
        self.visibility.choices = [SelectChoice(member.value, member.label) for member in Visibility]
        hours = sorted({*range(0, 11 * 60, 60), self.day_starts.data or 0})
        self.day_starts.choices = [SelectChoice(m, f"{m // 60:02d}:{m % 60:02d}") for m in hours if 0 <= m < 24 * 60]
        self.series.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(s.slug, languages.resolve(s.title).text) for s in series),
        ]
        self.working_languages.choices = [
            SelectChoice(tag, languages.language_name(tag, shown)) for tag in self._offered()
        ]
        tags = dict.fromkeys([*self._offered(), *(self.spoken.data or [])])
        self.spoken.choices = [SelectChoice(tag, languages.language_name(tag, shown)) for tag in tags]

    def _offered(self) -> list[str]:
        return list(dict.fromkeys([*COMMON, *(self.working_languages.data or [])]))

    def validate_other_languages(self, field: Any) -> None:
        for tag in self.more_languages():
            if not TAG.fullmatch(tag):
                raise ValidationError(_("“%(tag)s” is not a language code. Examples: mn, sw, zh-Hant.", tag=tag))

    def more_languages(self) -> list[str]:
        """Tags typed into the field for other languages."""
        return [tag.strip() for tag in (self.other_languages.data or "").split(",") if tag.strip()]

    def values(self, *, keep_clock: bool = False) -> dict[str, Any]:
        """What `operations.edit` takes, of the fields that the form has. Raises Refused for a time that the clocks
        skip.
        """
        zone = self.zone.data if "zone" in self else "UTC"
        made: dict[str, Callable[[], Any]] = {
            **{name: lambda name=name: self[name].data for name in (*_PLAIN, "edition")},  # type: ignore[misc]
            "join_minutes": lambda: 60 if self.join_minutes.data is None else self.join_minutes.data,
            "slug": lambda: self.slug.data or "",
            "kind": lambda: EventKind(self.kind.data),
            "format": lambda: EventFormat(self.format.data),
            "precision": lambda: Precision(self.precision.data),
            "visibility": lambda: Visibility(self.visibility.data),
            "working_languages": self._all_languages,
            "spoken": lambda: list(self.spoken.data or []),
            "starts_at": lambda: self.starts_at.in_zone(zone, keep_clock=keep_clock),
            "ends_at": lambda: self.ends_at.in_zone(zone, keep_clock=keep_clock),
            "series": lambda: next((one for one in self._series if one.slug == self.series.data), None),
        }
        return {name: value() for name, value in made.items() if name in self}

    def _all_languages(self) -> list[str]:
        return list(dict.fromkeys([*(self.working_languages.data or []), *self.more_languages()]))


class EventEditForm(EventForm):
    """An existing event. Asks what happens to its sessions and deadlines when its time zone or date changes."""

    keep = RadioField(
        _l("You are changing the time zone. What should stay the same?"),
        description=_l(
            "This applies to the event, its sessions, and the opening and closing times of registration "
            "and the call for speakers. The published programme changes with its next version."
        ),
        validate_choice=False,
    )
    # The number of days for which the question below was answered.
    days = HiddenField()
    move_sessions = BooleanField("")
    move_windows = BooleanField("")
    asked = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keep.flags.asked = True
        self.keep.choices = [
            SelectChoice(
                "clock", _("The local time: what starts at 09:00 still starts at 09:00, in the new time zone.")
            ),
            SelectChoice(
                "moment", _("The moment: everything takes place when it would have, at a different local time.")
            ),
        ]

    @classmethod
    def of(
        cls, event: Event, themes: list[LocalizedText], series: list[EventSeries], *, section: str = ""
    ) -> EventEditForm:
        """The form of one of the SECTIONS, filled with the event's current values."""
        names = (*_PLAIN, "slug", "working_languages", "spoken", "starts_at", "ends_at", "edition")
        chosen = {name: getattr(event, name).value for name in ("kind", "format", "precision", "visibility")}
        data = {name: getattr(event, name) for name in names} | chosen
        data |= {"series": event.series.slug if event.series else "", "themes": themes_as_lines(themes)}
        form = cls(series=series, data=data, meta={"zone": event.zone})
        for name in [field.name for field in form]:
            if name not in (*SECTIONS[section][1], "csrf_token"):
                del form[name]
        for field in form:
            if isinstance(field, LocalizedField):
                field.offer(event.languages)
        return form

    @property
    def zone_changes(self) -> bool:
        """Whether another zone was entered."""
        return "zone" in self and bool(self.zone.data) and self.zone.data != self.meta.zone

    @property
    def keeps_clock(self) -> bool:
        """Whether times keep their clock time in the new zone."""
        return self.zone_changes and self.keep.data == "clock"

    def changed(self, event: Event) -> dict[str, Any]:
        """What `operations.edit` takes: the values of this page, and those that the event has of the others."""
        stored = {name: getattr(event, name) for name in ("slug", "zone", "starts_at", "ends_at")}
        return stored | self.values(keep_clock=self.keeps_clock)

    @property
    def moves_sessions(self) -> bool:
        """Whether the sessions move with the event."""
        return "move_sessions" in self and bool(self.move_sessions.data)

    @property
    def moves_windows(self) -> bool:
        """Whether opening and closing times move with the event."""
        return "move_windows" in self and bool(self.move_windows.data)

    def validate_keep(self, field: Any) -> None:
        if self.zone_changes and self.zone.data in clock.zones() and field.data not in {"clock", "moment"}:
            raise ValidationError(_("Choose whether the local time or the moment should stay the same."))

    def ask(self, *, days: int, sessions: int, windows: int) -> None:
        """Ask what else moves by this many days. Raises Refused until the question is answered."""
        self.asked = True
        if sessions:
            sentence = ngettext("Move %(num)d session as well", "Move %(num)d sessions as well", sessions)
            self.move_sessions.label.text = sentence
        if windows:
            self.move_windows.label.text = ngettext(
                "Move %(num)d opening or closing time as well",
                "Move %(num)d opening and closing times as well",
                windows,
            )
        if self.days.data != str(days):
            self.days.data, self.days.raw_data = str(days), None
            self.move_sessions.data, self.move_windows.data = bool(sessions), bool(windows)
            sentence = (
                ngettext("The event starts %(num)d day later.", "The event starts %(num)d days later.", days)
                if days > 0
                else ngettext("The event starts %(num)d day earlier.", "The event starts %(num)d days earlier.", -days)
            )
            raise Refused(
                _("%(sentence)s Choose what should move with it, then save again.", sentence=sentence),
                field="days",
            )


class CloneForm(Form):
    """The next edition of an event."""

    title = LocalizedField(_l("Title"), validators=[AnyLanguage()], maximum=200)
    slug = StringField(
        _l("Web address"),
        description=_l(
            "The last part of the event page's web address, for example forum-2028. Leave it empty to make one from "
            "the title."
        ),
        validators=[Length(max=80)],
        render_kw={"autocapitalize": "off", "spellcheck": "false"},
    )
    first_day = DateField(
        _l("First day"),
        description=_l("All sessions move by the same number of days and keep their local time."),
        validators=[InputRequired(_l("Enter a date."))],
    )
    people = BooleanField(_l("Copy speakers, as not confirmed"))

    @classmethod
    def of(cls, event: Event) -> CloneForm:
        """The form with the title of the event."""
        # In a year, on the same day of the week: what most events do.
        form = cls(data={"title": event.title, "first_day": event.first_day + timedelta(weeks=52)})
        form.title.offer(event.languages)
        return form

    def values(self) -> dict[str, Any]:
        """What `lifecycle.clone.clone` takes."""
        return {name: self[name].data for name in ("title", "slug", "first_day", "people")}


class NoteForm(Form):
    """The note published with a postponement or cancellation."""

    note = LocalizedField(
        _l("Message to attendees"),
        description=_l("Shown on the event page and in the e-mail to everyone registered."),
        rows=3,
        maximum=1000,
    )


def themes_as_lines(titles: list[LocalizedText]) -> LocalizedText:
    """Themes as text to edit: per language, one theme per line."""
    tags = dict.fromkeys(tag for title in titles for tag in title)
    return LocalizedText({tag: "\n".join(title.get(tag, "") for title in titles).rstrip() for tag in tags})


def themes_from_lines(lines: LocalizedText) -> list[LocalizedText]:
    """The themes in edited text: the n-th line of each language is the n-th theme."""
    split = {tag: [line.strip() for line in text.splitlines()] for tag, text in lines.items()}
    longest = max((len(rows) for rows in split.values()), default=0)
    return [LocalizedText({tag: rows[n] for tag, rows in split.items() if n < len(rows)}) for n in range(longest)]

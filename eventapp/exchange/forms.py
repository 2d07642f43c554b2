"""Forms of the import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from eventapp.core import languages
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.core.refusals import Refused
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.incoming import IN_LANGUAGES, Options

# What a column can contain, in the order in which it is offered.
MEANINGS = {
    "title": _l("Title"),
    "subtitle": _l("Subtitle"),
    "abstract": _l("Abstract"),
    "date": _l("Date"),
    "start": _l("Start"),
    "end": _l("End"),
    "end_date": _l("Date of the end"),
    "duration": _l("Planned length"),
    "room": _l("Rooms"),
    "track": _l("Track"),
    "kind": _l("Kind"),
    "people": lazy_pgettext("session", "People"),
    "role": _l("Roles"),
    "mode": _l("Attendance modes"),
    "biography": _l("Biography"),
    "language": _l("Spoken languages"),
    "interpreted": _l("Interpreted into"),
    "status": _l("Status"),
    "do_not_record": _l("Not to be recorded"),
    "links": _l("Links"),
    "guid": _l("Identifier"),
    "code": _l("Code of the session"),
    "people_guid": _l("Identifiers of people"),
}


def column_choices(tags: Sequence[str], used: Sequence[str]) -> list[tuple[str, str]]:
    """(name, label) of what a column can contain; texts also in each of the languages `tags`, and what is `used`."""
    found, shown = [("", _("Don't import"))], languages.interface()
    for name, label in MEANINGS.items():
        found.append((name, str(label)))
        if name in IN_LANGUAGES:
            more = [one.partition("_")[2] for one in used if one.startswith(f"{name}_") and one not in MEANINGS]
            for tag in dict.fromkeys([*tags, *more]):
                text = _("%(field)s (%(language)s)", field=label, language=languages.language_name(tag, shown))
                found.append((f"{name}_{tag}", text))
    return found


class OptionsForm(Form):
    """Facts that the file may not contain. An empty field leaves them to the file."""

    zone = StringField(
        _l("Time zone"),
        description=_l(
            "Used for times without a time zone, for example Europe/Berlin. Leave empty to use the time "
            "zone of the file or of the event."
        ),
        validators=[Optional()],
    )
    language = SelectField(
        _l("Language of the file"),
        description=_l("Texts in other languages are not changed."),
        validators=[Optional()],
    )
    add_only = BooleanField(
        _l("Add and change only"),
        description=_l("Sessions from an earlier import that are not in this file stay on the programme."),
    )

    # The technical sentence about a file that can't be read.
    details = ""

    def __init__(self, *, tags: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shown = languages.interface()
        names = [SelectChoice(tag, languages.language_name(tag, shown)) for tag in tags]
        self.language.choices = [SelectChoice("", _("As stated in the file")), *names]

    @classmethod
    def of(cls, options: Options, *, tags: Sequence[str]) -> OptionsForm:
        """The form with what was said of a file."""
        return cls(tags=tags, data={name: getattr(options, name) for name in ("zone", "language", "add_only")})

    def refuse(self, refusal: Refused) -> None:
        """Keep the technical sentence apart: the page folds it."""
        super().refuse(refusal)
        if isinstance(refusal, Damaged):
            self.details = refusal.details

    def options(self, meanings: Sequence[str] = ()) -> Options:
        """The submitted options.

        `meanings`: what each column of a table contains, "" for nothing, as chosen from `column_choices`. Raises
        Refused if two contain the same.
        """
        zone, language, add_only = self.zone.data or "", self.language.data or "", bool(self.add_only.data)
        return Options(zone, language, self._chosen(meanings), add_only=add_only, exact=any(meanings))

    @staticmethod
    def _chosen(meanings: Sequence[str]) -> dict[str, str]:
        named = [name for name in meanings if name]
        if len(named) != len(set(named)):
            raise Refused(
                _("Two columns can't contain the same. Choose “Don't import” for one of them."), field="columns"
            )
        return {name: f"#{number}" for number, name in enumerate(meanings, 1) if name}


class UploadForm(OptionsForm):
    """A file with its options."""

    file = FileField(
        _l("File"), description=_l("Excel (.xlsx), CSV, schedule.xml, schedule.json, pretalx JSON or .ics, up to 6 MB.")
    )

    pasted = TextAreaField(
        _l("Or paste a table"),
        description=_l(
            "Copy the cells in your spreadsheet, with their headings: date, start, end, title, room, speakers. "
            "Rooms and speakers that are new are added."
        ),
        validators=[Length(max=400_000)],
        render_kw={"rows": 8, "spellcheck": "false", "autocapitalize": "off"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file.flags.asked = True  # it is required, but a browser can't keep it after a refusal

"""Forms of the import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FileField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from eventapp.core import languages
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.exchange.incoming import Options


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
    columns = StringField(
        _l("CSV columns"),
        description=_l("Only needed if we don't recognize the column names. Example: title=Titel, start=Beginn"),
        validators=[Optional()],
    )

    add_only = BooleanField(
        _l("Add and change only"),
        description=_l("Sessions from an earlier import that are not in this file stay on the programme."),
    )

    def __init__(self, *, tags: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shown = languages.interface()
        names = [SelectChoice(tag, languages.language_name(tag, shown)) for tag in tags]
        self.language.choices = [SelectChoice("", _("As stated in the file")), *names]

    @classmethod
    def of(cls, options: Options, *, tags: Sequence[str]) -> OptionsForm:
        """The form with what was said of a file."""
        names = ("zone", "language", "add_only")
        data = {name: getattr(options, name) for name in names} | {"columns": options.columns_typed}
        return cls(tags=tags, data=data)

    def options(self) -> Options:
        """The submitted options. Raises Refused for an invalid column mapping."""
        columns = Options.columns_from(self.columns.data or "")
        return Options(self.zone.data or "", self.language.data or "", columns, add_only=bool(self.add_only.data))


class UploadForm(OptionsForm):
    """A file with its options."""

    file = FileField(_l("File"), description=_l("schedule.xml, schedule.json, pretalx JSON, .ics or CSV, up to 6 MB."))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file.flags.asked = True  # it is required, but a browser can't keep it after a refusal

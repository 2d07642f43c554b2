"""Forms of the people desk."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import CountryField
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.people.models import PeopleTag
from eventapp.people.rules import BulkVerb
from eventapp.registration.models import AttendanceOption


class ViewForm(Form):
    """A name for the list as it is shown."""

    name = StringField(_l("Name of the view"), [Length(max=60)])


class TagsForm(Form):
    """The tags of one person."""

    tags = StringField(
        _l("Tags"),
        [Length(max=500), Optional()],
        description=_l("Separate several with commas, for example: VIP, Press"),
    )


class PersonNoteForm(Form):
    """A note on one person."""

    text = TextAreaField(_l("Note"), [Length(max=5000)], description=_l("Only your team can see this."))
    follow_up = DateField(_l("To be done by"), [Optional()])

    def values(self) -> dict[str, Any]:
        day: date | None = self.follow_up.data
        return {"text": self.text.data or "", "follow_up": day}


class DecisionForm(Form):
    """A message to the person about whom the team decides."""

    reason = TextAreaField(
        _l("Message in the e-mail"), [Length(max=2000), Optional()], description=_l("For example the reason.")
    )
    silent = BooleanField(_l("Don't send an e-mail"))

    def values(self) -> dict[str, Any]:
        return {"reason": (self.reason.data or "").strip(), "silent": bool(self.silent.data)}


class BulkForm(DecisionForm):
    """Confirms an act on many people."""

    digest = HiddenField()
    option = SelectField(_l("New option"), choices=[])
    tag = StringField(_l("Tag"), [Length(max=60)])
    silent = BooleanField(_l("Don't send e-mails"))

    @classmethod
    def of(cls, verb: BulkVerb, options: list[AttendanceOption], tags: list[PeopleTag], **values: Any) -> BulkForm:
        """The form of a verb, with what it needs and nothing else."""
        form = cls(data=values)
        form.option.choices = [("", "–"), *((one.key, one.name(languages.reader())) for one in options)]
        form.tag.render_kw = {"list": "known-tags"} if tags else None
        if verb is not BulkVerb.MOVE:
            del form.option
        if verb not in {BulkVerb.TAG, BulkVerb.UNTAG}:
            del form.tag
        return form

    def details(self, verb: BulkVerb) -> dict[str, Any]:
        """What the act needs."""
        if verb is BulkVerb.MOVE:
            return {"option": self.option.data or ""}
        return {"tag": (self.tag.data or "").strip()} if verb in {BulkVerb.TAG, BulkVerb.UNTAG} else {}

    def reviewed(self, digest: str) -> None:
        """Note which people the page is about."""
        self._digest = digest
        if not self.is_submitted():
            self.digest.data = digest

    def validate_digest(self, field: Any) -> None:
        """Refuse to act on other people than those that were shown."""
        if field.data != self._digest:
            field.data = self._digest
            raise ValidationError(_("The list has changed. Check the numbers again."))


class ImportSettingsForm(Form):
    """What holds for all rows of a table that don't say it themselves."""

    option = SelectField(_l("Registration option"), choices=[], description=_l("For rows that don't name one."))
    kind = SelectField(
        _l("Kind of organization"),
        choices=[],
        description=_l("For rows that don't name one, for example in a list of cities."),
    )
    country = CountryField(_l("Country"), description=_l("For rows that don't name one."))
    language = SelectField(_l("Language of the e-mails"), choices=[])

    @classmethod
    def of(cls, event: Event, options: list[AttendanceOption], values: dict[str, Any] | None = None) -> Self:
        """The form for an event, with these values."""
        tags = list(dict.fromkeys([*languages.INTERFACE, *event.languages]))
        form = cls(data={"language": tags[0]} | (values or {}))
        form.option.choices = [("", "–"), *((one.key, one.name(languages.reader())) for one in options)]
        if values is None and len(options) == 1 and not form.is_submitted():
            form.option.data = options[0].key
        form.kind.choices = [("", "–"), *((kind.value, kind.label) for kind in OrganizationKind)]
        form.language.choices = [(tag, languages.language_name(tag, languages.interface())) for tag in tags]
        return form

    def values(self) -> dict[str, Any]:
        """The settings as they are stored."""
        return {name: self[name].data or "" for name in ("option", "kind", "country", "language")}


class ImportForm(ImportSettingsForm):
    """A table of people to be read."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("Excel (.xlsx, .xls), OpenDocument (.ods) or CSV, up to 10 MB and 20,000 rows."),
        render_kw={"accept": ".xlsx,.xls,.ods,.csv,text/csv"},
    )


class StartImportForm(Form):
    """Confirms an import."""

    notify = BooleanField(
        _l("E-mail the new people that they are registered"),
        description=_l("Otherwise nobody is e-mailed. You can write to them later."),
    )

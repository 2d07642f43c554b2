"""Forms of the people desk."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.people.models import PeopleTag
from eventapp.people.rules import BulkVerb
from eventapp.registration.forms import option_name
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


class BulkForm(Form):
    """Confirms an act on many people."""

    digest = HiddenField()
    option = SelectField(_l("New option"), choices=[])
    tag = StringField(_l("Tag"), [Length(max=60)])
    reason = TextAreaField(
        _l("Message in the e-mail"), [Length(max=2000), Optional()], description=_l("For example the reason.")
    )
    silent = BooleanField(_l("Don't send e-mails"))

    @classmethod
    def of(cls, verb: BulkVerb, options: list[AttendanceOption], tags: list[PeopleTag], **values: Any) -> BulkForm:
        """The form of a verb, with what it needs and nothing else."""
        form = cls(data=values)
        form.option.choices = [("", ""), *((one.key, option_name(one)) for one in options)]
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

    def values(self, verb: BulkVerb) -> dict[str, Any]:
        """How it is done."""
        return {"reason": (self.reason.data or "").strip(), "silent": bool(self.silent.data)}

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

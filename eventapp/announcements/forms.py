"""The form of an announcement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import Optional, ValidationError

from eventapp.announcements.models import Announcement
from eventapp.core import languages
from eventapp.core.fields import AnyLanguage, LocalizedField, LocalTimeField
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import TAG
from eventapp.events.models import Event


class AnnouncementForm(Form):
    """Subject and text in the languages of the readers, and when it is sent."""

    subject = LocalizedField(_l("Subject"), [AnyLanguage()], maximum=200)
    text = LocalizedField(
        _l("Text of the e-mail"),
        [AnyLanguage()],
        rows=9,
        maximum=10_000,
        description=_l(
            "An empty line begins a new paragraph. Greeting, signature and a link to their own page are added."
        ),
    )
    other_language = StringField(
        _l("Another language"),
        [Optional()],
        description=_l("Enter its language code, such as de, mn or zh-Hant, and press “Add language”."),
        render_kw={"size": 12},
    )
    language = SelectField(_l("Readers of other languages get"), validate_choice=False)
    planned_at = LocalTimeField(_l("Send later"), description=_l("Leave empty to send it as soon as you press “Send”."))

    @classmethod
    def of(
        cls, event: Event, announcement: Announcement | None, *, offered: Iterable[str], draft: Mapping[str, Any]
    ) -> AnnouncementForm:
        """The form of an announcement, or of a new one that begins with a `draft`."""
        data = dict(draft)
        if announcement is not None:
            data = {name: getattr(announcement, name) for name in ("subject", "text", "language", "planned_at")}
        form = cls(data=data, meta={"zone": event.zone})
        added = form.other_language.data or ""
        for field in (form.subject, form.text):
            field.offer([*offered, *([added] if TAG.fullmatch(added) else [])])
        for field, other in ((form.subject, form.text), (form.text, form.subject)):
            field.offer(other.languages)
        tags = form.text.languages
        form.language.choices = [(tag, languages.language_name(tag, languages.interface())) for tag in tags]
        return form

    @staticmethod
    def validate_other_language(_form: Any, field: Any) -> None:
        if field.data and not TAG.fullmatch(field.data):
            raise ValidationError(_("This is not a language code. Examples: de, pt-BR, zh-Hant."))

    def check_language(self) -> None:
        """Check only the language to add."""
        self.other_language.validate(self, [self.validate_other_language])

    def values(self, event: Event) -> dict[str, Any]:
        """What was entered. Raises Refused for a time that the clocks skip."""
        return {
            "subject": self.subject.data,
            "text": self.text.data,
            "language": self.language.data or "",
            "planned_at": self.planned_at.in_zone(event.zone),
        }

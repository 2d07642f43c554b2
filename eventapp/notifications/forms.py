"""Forms about the e-mails of an event."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, FileField, StringField, TextAreaField, URLField
from wtforms.validators import URL, DataRequired, Length, Optional, Regexp

from eventapp.core.fields import LocalizedField, MailAddress
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l
from eventapp.notifications.models import EmailSettings
from eventapp.notifications.reminders import ReminderKind


class EmailSettingsForm(Form):
    """Sender, reminders, and the selector for the check of the domain."""

    sender_name = LocalizedField(
        _l("Name of the sender"),
        maximum=80,
        description=_l("If you leave it empty, e-mails come in the name of the first host."),
    )
    reply_to = EmailField(
        _l("Replies go to"),
        [Optional(), MailAddress(), Length(max=200)],
        description=_l("If you leave it empty, replies go to the contact address of the event."),
    )
    week = BooleanField()
    day = BooleanField()
    hour = BooleanField()
    thanks = BooleanField()
    survey_url = URLField(
        _l("Survey in the thank-you"),
        [Optional(), URL(message=_l("Enter a web address that begins with https://.")), Length(max=500)],
        description=_l("The web address of a survey. Leave it empty for none."),
    )
    certificate_link = BooleanField(_l("Link to the certificate, for people who were checked in"))
    asks_again = BooleanField(_l("After a postponement, with the new date: “Will you still come?”"))
    dkim_selector = StringField(
        _l("DKIM selector"),
        [
            Optional(),
            Length(max=63),
            Regexp(r"[A-Za-z0-9._-]+\Z", message=_l("Use letters, digits, dots and hyphens.")),
        ],
        description=_l("Your IT department knows it. Without it, we look under the usual names."),
    )

    @classmethod
    def of(cls, settings: EmailSettings, **more: Any) -> EmailSettingsForm:
        """The form with what is stored; `formdata=None` if the request is that of another form."""
        names = [name for name in cls.__dict__ if hasattr(EmailSettings, name)]
        form = cls(data={name: getattr(settings, name) for name in names}, **more)
        for kind in ReminderKind:
            form[kind.value].label.text = kind.label
        return form

    def values(self) -> dict[str, Any]:
        """What was entered, by column."""
        return {field.name: field.data for field in self if field.name != "csrf_token"}


class LogoForm(Form):
    """The logo at the head of the e-mails."""

    file = FileField(
        _l("Picture"),
        description=_l("PNG, JPEG or WebP, up to 2 MB. We reduce it to 480 × 160 pixels at most, on white."),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    alt = LocalizedField(
        _l("Text for people who don’t see the picture"),
        maximum=120,
        description=_l("If you leave it empty, it is the name of the first host."),
    )


class EmailTextForm(Form):
    """Subject and text of a standard e-mail."""

    subject = StringField(_l("Subject"), [DataRequired(), Length(max=200)])
    text = TextAreaField(
        _l("Text of the e-mail"),
        [DataRequired(), Length(max=5000)],
        description=_l("An empty line begins a new paragraph."),
        render_kw={"rows": 10},
    )

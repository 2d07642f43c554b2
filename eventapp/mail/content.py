"""The content of an e-mail, its texts from templates, and the layout of all e-mails as text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.running import rendered, settings
from eventapp.core.running import template as template_named
from eventapp.core.text import can_be_greeted_by
from eventapp.mail import message, operations
from eventapp.mail.models import Email
from eventapp.mail.operations import CalendarFile
from eventapp.site_settings.profile import profile


@dataclass(frozen=True)
class EmailContent:
    """An e-mail before it is rendered: paragraphs, facts as (label, value), and at most one button (label, URL).

    `more` are paragraphs between the facts and the button, `after` those below the button. At the end are the
    signature, the host, a map of the venue, and where to say that one wants no more of these e-mails.
    """

    subject: str
    greeting: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = field(default_factory=list)
    more: Sequence[str] = field(default_factory=list)
    action: tuple[str, str] | None = None
    after: Sequence[str] = field(default_factory=list)
    signature: str = ""
    host: str = ""
    map_url: str = ""
    stop_url: str = ""


@dataclass(frozen=True)
class Draft:
    """The texts of an e-mail that a user may edit. An empty line separates the paragraphs of `text` and `after`."""

    subject: str
    text: str
    after: str = ""

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs_of(self.text)


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text, without empty ones."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def draft(template: str, *, language: str, **context: Any) -> Draft:
    """The texts of a template in a language: its blocks `subject`, `text` and, if present, `after`."""
    loaded = template_named(template)
    with force_locale(language):
        inside = loaded.new_context(context)
        written = {name: "".join(block(inside)).strip() for name, block in loaded.blocks.items()}
    return Draft(" ".join(written["subject"].split()), written["text"], written.get("after", ""))


def greeting(name: str) -> str:
    """The greeting in the current language: with the name, unless that could be read as a message."""
    return _("Dear %(name)s,", name=name) if can_be_greeted_by(name) else _("Hello,")


def sender() -> tuple[str, str]:
    """(e-mail address, name) of the sender; the name of the site if no name is configured."""
    known = message.address(settings().mail_from)
    return known.addr_spec, known.display_name or profile().said_name("en")


def signature(name: str, contact: str) -> str:
    """The last line: who writes and, if there is one, the e-mail address for questions."""
    return name + (f" · {contact}" if contact else "")


@dataclass(frozen=True)
class RenderedEmail:
    """An e-mail ready for the outbox."""

    to: str
    subject: str
    text: str
    html: str
    kind: str
    topic: str
    language: str
    calendars: Sequence[CalendarFile] = ()
    sender_name: str = ""
    reply_to: str = ""
    unsubscribe_url: str = ""
    batch: str = ""

    def deliver(self) -> Email:
        """Put it into the outbox."""
        return operations.enqueue(**self._values())

    def outgoing(self) -> Email:
        """A row of the outbox, which the caller adds to the session."""
        return operations.outgoing(**self._values())

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def render(
    email: EmailContent,
    *,
    to: str,
    language: str,
    kind: str,
    topic: str,
    calendars: Sequence[CalendarFile] = (),
    sender_name: str = "",
    reply_to: str = "",
    batch: str = "",
) -> RenderedEmail:
    """Render an e-mail in its language, as text and HTML. `batch` as in the outbox."""
    with force_locale(language):
        return RenderedEmail(
            to=to,
            subject=email.subject,
            text=rendered("mail/email.txt", email=email),
            html=rendered("mail/email.html", email=email, language=language),
            kind=kind,
            topic=topic,
            language=language,
            calendars=calendars,
            sender_name=sender_name,
            reply_to=reply_to,
            unsubscribe_url=email.stop_url,
            batch=batch,
        )

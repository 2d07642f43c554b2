"""What every letter looks like, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import current_app, render_template

from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.text import can_be_greeted_by
from eventapp.mail import message, operations
from eventapp.mail.models import Mail
from eventapp.mail.operations import CalendarFile


@dataclass(frozen=True)
class Letter:
    """A letter before it is written: plain sentences, facts as (label, value), and at most one thing to do.

    `more` stands between the facts and the thing to do, `after` behind it.
    """

    subject: str
    greeting: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    action: tuple[str, str] | None = None
    after: list[str] = field(default_factory=list)
    signature: str = ""


def greeting(name: str) -> str:
    """How a letter begins, in the language that is set: by name, or without one where the name reads as a message."""
    return _("Dear %(name)s,", name=name) if can_be_greeted_by(name) else _("Hello,")


def sender() -> tuple[str, str]:
    """(address, name) that letters come from; the site's name where none is set."""
    settings = current_app.config["SETTINGS"]
    known = message.address(settings.mail_from)
    return known.addr_spec, known.display_name or settings.site_name


def send(
    letter: Letter,
    *,
    to: str,
    language: str,
    kind: str,
    topic: str,
    calendars: Sequence[CalendarFile] = (),
) -> Mail:
    """Render the letter in its language and put it into the outbox."""
    with force_locale(language):
        return operations.enqueue(
            to=to,
            subject=letter.subject,
            text=render_template("mail/letter.txt", letter=letter),
            html=render_template("mail/letter.html", letter=letter, language=language),
            kind=kind,
            topic=topic,
            language=language,
            calendars=calendars,
        )

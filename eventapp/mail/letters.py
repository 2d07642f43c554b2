"""What every letter looks like, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import render_template

from eventapp.core.languages import force_locale
from eventapp.mail import operations
from eventapp.mail.models import Mail


@dataclass(frozen=True)
class Letter:
    """A letter before it is written: plain sentences, facts as (label, value), and at most one thing to do."""

    subject: str
    greeting: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    action: tuple[str, str] | None = None
    after: list[str] = field(default_factory=list)
    signature: str = ""


def send(
    letter: Letter,
    *,
    to: str,
    language: str,
    kind: str,
    topic: str,
    calendar: bytes | None = None,
    calendar_name: str = "event.ics",
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
            calendar=calendar,
            calendar_name=calendar_name,
        )

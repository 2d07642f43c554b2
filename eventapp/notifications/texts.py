"""Texts of standard e-mails that the team can change, per kind and language.

Only subject and text are theirs. The facts, the button, the calendar file and the warning about the private link stay.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from eventapp.core import languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.text import can_be_greeted_by
from eventapp.events.models import Event
from eventapp.invitations.models import Invitation
from eventapp.mail import placeholders
from eventapp.mail.content import Draft, draft
from eventapp.notifications import preloaded, settings
from eventapp.notifications.models import EmailText
from eventapp.notifications.standard_emails import STANDARD, standard
from eventapp.registration.models import Registration


def written(event: Event) -> dict[tuple[str, str], EmailText]:
    """The texts that the team has written, by kind and language; read once in a batch."""

    def read() -> dict[tuple[str, str], EmailText]:
        query = select(EmailText).where(EmailText.event_id == event.id)
        return {(row.kind, row.language): row for row in db.session.scalars(query)}

    return preloaded.once("texts", event.id, read)


def of(event: Event, kind: str, language: str) -> Draft | None:
    """The team's text for a reader of a language; None if they have written none."""
    rows = written(event)
    row = rows.get((kind, language)) or rows.get((kind, language.split("-")[0]))
    return Draft(row.subject, row.text) if row is not None else None


def filled(text: Draft, values: Mapping[str, str], *, after: str = "") -> Draft:
    """A text with its placeholders filled in."""
    one_line = {name: " ".join(value.split()) for name, value in values.items()}
    return Draft(placeholders.fill(text.subject, one_line), placeholders.fill(text.text, values), after)


def values_of(recipient: Registration | Invitation) -> dict[str, str]:
    """The placeholders that every kind has."""
    event, language, option = recipient.event, recipient.language, recipient.option
    name, organization = recipient.name, recipient.organization_name
    return {
        # Anyone can register somebody else, and choose both: they must not turn the e-mail into a message of theirs.
        "name": name if can_be_greeted_by(name) else "…",
        "organization": organization if can_be_greeted_by(organization) else "",
        "event": event.title.resolve(language).text,
        "option": (option.title.resolve(language).text or str(option.mode.label)) if option is not None else "",
        "contact": preloaded.once("contact", event.id, lambda: _contact(event)),
    }


def to_speaker(kind: str, event: Event, language: str, *, name: str, proposal: str = "") -> Draft:
    """The text of a kind of e-mail to speakers and proposers: the team's, or the standard one.

    `proposal` is the title of a proposal. Greeting, facts, link and signature are added later.
    """
    title, note = event.title.resolve(language).text, event.status_note.resolve(language).text
    one = STANDARD[kind]
    usual = draft(one.path, language=language, title=title, note=note, proposal=proposal, files=())
    own = of(event, kind, language)
    if own is None:
        return usual
    values = {
        "name": name if can_be_greeted_by(name) else "…",
        "event": title,
        "proposal": proposal,
        "contact": _contact(event),
        "note": note,
    }
    return filled(own, values, after=usual.after)


def _contact(event: Event) -> str:
    return settings.of(event).reply_to or event.contact_email


def check(kind: str, *, subject: str, text: str) -> None:
    """Raise Refused if the text is empty or has placeholders that this kind does not have."""
    for field, value in (("subject", subject), ("text", text)):
        if not value.strip():
            raise Refused(_("Fill in this field."), field=field)
        if problem := placeholders.problem(value, STANDARD[kind].placeholders):
            raise Refused(problem, field=field)


def save(event: Event, kind: str, language: str, *, subject: str, text: str) -> None:
    """Use this text from now on. Raises Refused as `check` does. The standard text itself is not stored."""
    check(kind, subject=subject, text=text)
    usual = standard(kind, language)
    text = text.replace("\r\n", "\n").strip()
    if (usual.subject, usual.text) == (subject, text):
        reset(event, kind, language)
        return
    db.session.merge(EmailText(event_id=event.id, kind=kind, language=language, subject=subject, text=text))
    db.session.flush()


def reset(event: Event, kind: str, language: str) -> None:
    """Use the standard text again."""
    row = delete(EmailText).where(
        EmailText.event_id == event.id, EmailText.kind == kind, EmailText.language == language
    )
    db.session.execute(row.execution_options(synchronize_session=False))


def marked(text: str, values: Mapping[str, str]) -> list[tuple[str, bool]]:
    """The parts of a filled-in text, as (text, whether it was filled in), for a preview."""
    return [
        (values.get(part, f"{{{part}}}") if is_name else part, is_name) for part, is_name in placeholders.split(text)
    ]


def sample(event: Event, language: str) -> dict[str, str]:
    """Values for a preview, as an invented attendee would read them."""
    return {
        "name": _("Ada Example"),
        "organization": _("City of Example"),
        "event": event.title.resolve(language).text,
        "option": _("In person"),
        "contact": _contact(event) or "–",
        "until": languages.moment_of(event.starts_at, event.zone),
        "status": _("Confirmed"),
        "note": event.status_note.resolve(language).text
        or _("(the reason that you enter when you cancel or postpone)"),
        "message": _("(the message that you write with the invitation)"),
        "proposal": _("Clean rivers for growing cities"),
        "rules": _("Nobody who registers later comes before you. Seats that are offered to others count as taken."),
    }

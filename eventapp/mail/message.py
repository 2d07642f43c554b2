"""A letter as the mail servers of the world want it (RFC 5322, 6047)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from eventapp.mail.models import Mail


def address(text: str) -> Address:
    """`Name <user@host>` or `user@host` as a header value."""
    name, spec = parseaddr(text)
    return Address(display_name=name, addr_spec=spec)


def build(letter: Mail, *, sender: str) -> EmailMessage:
    """The message: text, HTML if there is one, and the calendar file as an attachment."""
    message = EmailMessage(policy=SMTP)
    message["From"] = address(sender)
    message["To"] = address(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        message.add_attachment(
            letter.calendar,
            maintype="text",
            subtype="calendar",
            filename=letter.calendar_name,
            params={"charset": "utf-8", "method": "PUBLISH"},
        )
    # Last: the library moves every Content-… header that is there before into the first part.
    message["Content-Language"] = letter.language
    return message

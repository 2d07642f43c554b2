"""Builds the MIME message of an e-mail (RFC 5322, 6047)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from eventapp.core.addresses import in_ascii
from eventapp.mail.models import Email


def address(text: str) -> Address:
    """`Name <user@host>` or `user@host` as a header value. Raises ValueError if it is not a valid address."""
    name, spec = parseaddr(text)
    # The library would encode an internationalized domain as an encoded word, which no server can resolve.
    return Address(display_name=name, addr_spec=in_ascii(spec))


def named(site: Address, name: str) -> Address:
    """The site's address with the name of somebody else, who writes by way of it."""
    return Address(display_name=name, addr_spec=site.addr_spec) if name else site


def build(email: Email, *, sender: str) -> EmailMessage:
    """The message: text, HTML if there is any, and the attached calendars.

    A single calendar is one of the alternatives, where e-mail clients look for an invitation, without a
    Content-Disposition and in base64, because a server that wraps a line would break the calendar (RFC 6047 §2.4). The
    same file is attached for clients that look only for attachments, with a type that no client takes for a second
    invitation. Several calendars are attached one by one: each is a separate invitation (RFC 5546 §3.2.2 allows one
    UID).
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = named(address(sender), email.sender_name)
    message["To"] = address(email.to)
    message["Subject"] = email.subject
    message["Date"] = format_datetime(email.created_at)
    message["Message-ID"] = email.message_id
    if email.reply_to:
        message["Reply-To"] = address(email.reply_to)
    if email.unsubscribe_url:  # RFC 2369; RFC 8058: one POST without a page
        message["List-Unsubscribe"] = f"<{email.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
    message.set_content(email.text, cte="quoted-printable")
    if email.html:
        message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    alone = len(email.calendars) == 1
    for one in email.calendars:
        params = {"charset": "utf-8", "method": one.method}
        if alone:
            message.add_alternative(one.content, "text", "calendar", cte="base64", params=params)
            message.add_attachment(one.content, "application", "ics", cte="base64", filename=one.name)
        else:
            message.add_attachment(one.content, "text", "calendar", cte="base64", filename=one.name, params=params)
    # Set this last: the library moves all earlier Content-… headers into the first part.
    message["Content-Language"] = email.language
    return message

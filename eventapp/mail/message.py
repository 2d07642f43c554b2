"""Builds the MIME message of an e-mail (RFC 5322, 6047)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from eventapp.core.addresses import in_ascii
from eventapp.mail import pictures
from eventapp.mail.models import Email
from eventapp.mail.pictures import InlinePicture

# Headers that are the same in many e-mails, which the library parses and folds anew in each: a fifth of sending it.
_COMMON = frozenset(
    (
        *("auto-submitted", "content-disposition", "content-language", "content-transfer-encoding", "content-type"),
        *("mime-version", "subject"),
    )
)


class _Remembering(EmailPolicy):
    """The library's policy, which remembers common headers."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, str]:
        """The header as it is kept in a message."""
        return _parsed(name, value) if _is_common(name, value) else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as it is sent."""
        if self.utf8 or self.linesep != SMTP.linesep or not _is_common(name, str(value)):
            return super().fold_binary(name, value)
        return _folded(name, str(value))


def _is_common(name: str, value: Any) -> bool:
    if type(value) is not str:
        return False
    kind = name.lower()
    # Neither what differs in each e-mail, nor what may be read in two ways.
    plain = value.isascii() or kind == "subject"
    return kind in _COMMON and plain and "boundary=" not in value and "=?" not in value


@lru_cache(maxsize=256)
def _parsed(name: str, value: str) -> tuple[str, str]:
    return SMTP.header_store_parse(name, value)


@lru_cache(maxsize=256)
def _folded(name: str, value: str) -> bytes:
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


POLICY = _Remembering(linesep=SMTP.linesep)


def address(text: str) -> Address:
    """`Name <user@host>` or `user@host` as a header value. Raises ValueError if it is not a valid address."""
    name, spec = parseaddr(text)
    # The library would encode an internationalized domain as an encoded word, which no server can resolve.
    return Address(display_name=name, addr_spec=in_ascii(spec))


def named(site: Address, name: str) -> Address:
    """The site's address with the name of somebody else, who writes by way of it."""
    return Address(display_name=name, addr_spec=site.addr_spec) if name else site


def build(
    email: Email, *, sender: str, policy: EmailPolicy = POLICY, picture: InlinePicture | None = None
) -> EmailMessage:
    """The message: text, HTML if there is any with the picture that it shows, and the attached calendars.

    A single calendar is one of the alternatives, where e-mail clients look for an invitation, without a
    Content-Disposition and in base64, because a server that wraps a line would break the calendar (RFC 6047 §2.4). The
    same file is attached for clients that look only for attachments, with a type that no client takes for a second
    invitation. Several calendars are attached one by one: each is a separate invitation (RFC 5546 §3.2.2 allows one
    UID).
    """
    message = EmailMessage(policy=policy)
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
        message.add_alternative(pictures.html_with(email.html, picture), subtype="html", cte="quoted-printable")
        if picture is not None:
            _add_picture(message, picture)
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


def _add_picture(message: EmailMessage, picture: InlinePicture) -> None:
    """Put the picture beside the HTML that shows it (RFC 2387)."""
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(picture.content, "image", "png", cid=f"<{picture.content_id}>", disposition="inline")
    html.set_param("type", "text/html")

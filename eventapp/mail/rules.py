"""Hides secrets in the text of e-mails, and says in words why one was not delivered. Plain values only."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from eventapp.core.languages import gettext as _

MASK = "…"
# URLs of ours that contain a secret: anyone with the URL can do what its owner can.
_KEY = re.compile(
    r"(/(?:registrations/address|registrations|announcements/stop|invitations|proposals|speaking|agenda|login/reset)/)"
    r"[^\s/?#\"'<>]+"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def masked(text: str, *, own: str) -> str:
    """The text of an e-mail without its secrets, for organizers who check whether it was sent and what it says.

    Of URLs on our own site (`own` is its base URL) only the token is hidden; of others everything but the host, because
    joining links look like any other URL, and those in an old e-mail may no longer be known anywhere else.
    """

    def hide(found: re.Match[str]) -> str:
        address = found.group()
        if address == own or address.startswith(f"{own}/"):
            return address
        parts = urlsplit(address)
        rest = address[len(f"{parts.scheme}://{parts.netloc}") :]
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}/{MASK}" if rest.strip("/.,;:!?)") else address

    return _KEY.sub(rf"\1{MASK}", _ADDRESS.sub(hide, text))


# Enhanced status codes (RFC 3463), such as 5.1.1.
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_MAILBOX = re.compile(
    r"unknown|no such|not exist|n't exist|not found|invalid (recipient|mailbox|address)|mailbox unavailable|"
    r"no mailbox|recipient.*(rejected|invalid)",
    re.IGNORECASE,
)


def answer(code: int, said: bytes | str) -> str:
    """What a mail server has said, on one line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]


def names_no_mailbox(code: int, text: str) -> bool:
    """Whether a server's refusal says that there is no such mailbox, and not that it rejects us or is full."""
    if not 500 <= code < 600:
        return False
    enhanced = _ENHANCED.search(text)
    if enhanced:
        return (enhanced[1], enhanced[2]) == ("5", "1") and enhanced[3] in {"0", "1", "2", "3", "6", "10"}
    return code in {550, 551, 553} and _NO_MAILBOX.search(text) is not None


def reason(error: str) -> str:
    """Why an e-mail was not sent, in words; `error` is what the outbox has recorded."""
    refused = re.match(r"recipient refused \((\d{3})\):? ?(.*)", error)
    if refused is not None:
        return _reason(int(refused[1]), refused[2])
    if error.startswith("cannot be written"):
        return _("The e-mail address is not valid.")
    if error:
        return _("The mail server could not be reached, or did not accept the e-mail. Your administrator can help.")
    return ""


def _reason(code: int, text: str) -> str:
    enhanced = _ENHANCED.search(text)
    kind = enhanced[2] if enhanced else ""
    if names_no_mailbox(code, text):
        return _("The recipient’s mail server does not know this address. Ask for the right one.")
    if code < 500:
        return _("The recipient’s mail server asked us to try again later.")
    if kind == "2" or code == 552:
        return _("The recipient’s mailbox is full or closed.")
    if kind == "7":
        return _("The recipient’s mail server rejects e-mails from this sender. Your IT department can help.")
    return _("The recipient’s mail server refused the e-mail.")

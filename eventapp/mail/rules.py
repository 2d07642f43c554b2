"""Hides secrets in the text of e-mails. Plain values only."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MASK = "…"
# URLs of ours that contain a secret: anyone with the URL can do what its owner can.
_KEY = re.compile(
    r"(/(?:registrations/address|registrations|invitations|proposals|speaking|agenda|login/reset)/)[^\s/?#\"'<>]+"
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

"""What of an e-mail may be shown to others than its reader. Plain values only."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MASK = "…"
# The addresses of ours that are keys: whoever has one may do what its owner may.
_KEY = re.compile(r"(/(?:registrations|proposals|speaking|agenda|login/reset)/)[^\s/?#\"'<>]+")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def masked(text: str, *, own: str) -> str:
    """The text of an e-mail without its keys, for somebody who looks whether it was written and what it says.

    Of addresses on our own site (`own` is its base URL) the secret part goes, of all others everything but the host:
    links to join a meeting look like any other, and those of an old email are known nowhere else any more.
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

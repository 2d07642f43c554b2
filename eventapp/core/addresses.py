"""Email addresses as machines know them."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import idna
from email_validator import validate_email


def in_ascii(address: str) -> str:
    """The address with its domain as servers know it: `ada@例え.jp` is ada@xn--r8jz45g.jp (RFC 5891).

    Raises ValueError where what stands before the @ is not ASCII, or the domain is none.
    """
    if address.isascii():
        return address
    return str(validate_email(address, check_deliverability=False, allow_smtputf8=False).ascii_email)


def half_width(typed: str) -> str:
    """The address as it is meant where it was typed with the wide letters of an East Asian keyboard."""
    if typed.isascii():
        return typed
    wide = "".join(unicodedata.normalize("NFKC", c) if 0xFF00 < ord(c) < 0xFFF0 else c for c in typed)
    return wide.replace("。", ".")


def mailbox_key(address: str) -> str:
    """The form of an address under which it is one mailbox: no case, and the domain as servers know it (UTS #46).

    Dots and plus signs are the owner's business. What is no address is only folded.
    """
    local, at, domain = half_width(address.strip()).rpartition("@")
    with suppress(idna.IDNAError):
        domain = idna.encode(domain.rstrip("."), uts46=True).decode("ascii") if not domain.isascii() else domain
    return f"{local.casefold()}{at}{domain.casefold().rstrip('.')}"

"""Normalized forms of e-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from urllib.parse import urlsplit

import idna
from email_validator import EmailNotValidError, validate_email


def in_ascii(address: str) -> str:
    """The address with its domain in ASCII: `ada@例え.jp` becomes ada@xn--r8jz45g.jp (RFC 5891).

    Raises ValueError if the local part is not ASCII or the domain is not valid.
    """
    if address.isascii():
        return address
    return str(validate_email(address, check_deliverability=False, allow_smtputf8=False).ascii_email)


def is_address(typed: str) -> bool:
    """Whether it is the address of a mailbox, as far as its form tells."""
    try:
        validate_email(half_width(typed), check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def half_width(typed: str) -> str:
    """The address with full-width characters, as an East Asian input method types them, replaced by ASCII ones."""
    if typed.isascii():
        return typed
    wide = "".join(unicodedata.normalize("NFKC", c) if 0xFF00 < ord(c) < 0xFFF0 else c for c in typed)
    return wide.replace("。", ".")


def domain_key(typed: str) -> str:
    """A domain as in `mailbox_key`; an at sign, dots and a star in front of it are left out."""
    return mailbox_key("x@" + half_width(typed).strip().rpartition("@")[2].lstrip("*."))[2:]


def mailbox_key(address: str) -> str:
    """A key that is equal for all spellings of one mailbox: case-folded, with the domain in ASCII (UTS #46).

    Dots and plus signs are kept, as their meaning is up to the provider. Text that is not a valid address is only
    folded.
    """
    local, at, domain = half_width(address.strip()).rpartition("@")
    with suppress(idna.IDNAError):
        domain = idna.encode(domain.rstrip("."), uts46=True).decode("ascii") if not domain.isascii() else domain
    return f"{local.casefold()}{at}{domain.casefold().rstrip('.')}"


def is_web_address(typed: str) -> bool:
    """Whether it is the address of a web page, with its scheme, and nothing else."""
    try:
        parts = urlsplit(typed)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", typed)
    except ValueError:  # "https://[", and hosts that turn into something else when they are normalized
        return False

"""Mail addresses as machines know them."""

from __future__ import annotations

from email_validator import validate_email


def in_ascii(address: str) -> str:
    """The address with its domain as servers know it: `ada@例え.jp` is ada@xn--r8jz45g.jp (RFC 5891).

    Raises ValueError where what stands before the @ is not ASCII, or the domain is none.
    """
    if address.isascii():
        return address
    return str(validate_email(address, check_deliverability=False, allow_smtputf8=False).ascii_email)

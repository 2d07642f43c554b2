"""The text of a ticket, signed with Ed25519 (RFC 8032), and the short code that is typed instead.

The text is base32 (RFC 4648 §6) in upper case without padding: a QR code then stores it compactly (alphanumeric mode),
and a hand scanner, which types like a keyboard, sends no symbol that another keyboard layout would turn into another.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION = 1
KEYS = 16  # numbers of keys, which share a byte with the version
REVISIONS = 256
# Version and key, event, registration, revision; then the signature: 74 bytes, 119 signs.
_PAYLOAD, _SIGNATURE = 10, 64
LENGTH = 119
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_SPARE = 5 * LENGTH - 8 * (_PAYLOAD + _SIGNATURE)  # bits
# A longer text that is typed in one go comes from a scanner, not from somebody who looks for a name.
LONGEST_NAME = 80

# Crockford's base32: what looks alike is read as one sign.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011")
CODE_LENGTH = 8
_HALF = 20  # bits
_ROUNDS = 6


@dataclass(frozen=True)
class Ticket:
    """What a ticket says. `revision` is that of the registration modulo REVISIONS, `key` the number of the key."""

    event: int
    registration: int
    revision: int = 0
    key: int = 0

    @property
    def payload(self) -> bytes:
        """The signed bytes."""
        numbers = self.event.to_bytes(4, "big") + self.registration.to_bytes(4, "big")
        return bytes([VERSION << 4 | self.key]) + numbers + bytes([self.revision % REVISIONS])


class NotATicket(ValueError):
    """A text that is no ticket of ours."""


class Forged(ValueError):
    """A text that looks like a ticket, with a signature that is not ours."""


# The public key of (event, number of the key), if there is one.
PublicKeys = Callable[[int, int], bytes | None]


def new_seed() -> bytes:
    """A private key: 32 random bytes (RFC 8032 §5.1.5)."""
    return secrets.token_bytes(32)


@lru_cache(maxsize=256)
def public_key(seed: bytes) -> bytes:
    """The public key of a private one, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(ticket: Ticket, seed: bytes) -> str:
    """The text of a ticket."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(ticket.payload)
    return base64.b32encode(ticket.payload + signature).decode().rstrip("=")


def clean(typed: str) -> str:
    """A scanned or typed code in upper case, without width, spaces and hyphens."""
    return "".join(unicodedata.normalize("NFKC", typed).upper().replace("-", "").split())


def looks_scanned(typed: str) -> bool:
    """Whether a text comes from a scanner: nobody types so much to find a name."""
    return len(clean(typed)) > LONGEST_NAME or "://" in typed


def read(text: str, public_keys: PublicKeys) -> Ticket:
    """The ticket that a text is. Raises NotATicket, and Forged for a wrong signature or an unknown key."""
    ticket, signature = _parse(clean(text))
    key = public_keys(ticket.event, ticket.key)
    if key is None:
        raise Forged
    try:
        _verifier(key).verify(signature, ticket.payload)
    except InvalidSignature as error:
        raise Forged from error
    return ticket


@lru_cache(maxsize=256)
def _verifier(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def _parse(text: str) -> tuple[Ticket, bytes]:
    if len(text) != LENGTH:
        raise NotATicket
    if not _BASE32.issuperset(text):
        raise NotATicket
    number = int(text.translate(_DIGITS), 32)  # a tenth of the time that base64.b32decode takes
    # The last sign has bits to spare: only one spelling is the ticket.
    if number % (1 << _SPARE):
        raise NotATicket
    raw = (number >> _SPARE).to_bytes(_PAYLOAD + _SIGNATURE, "big")
    if raw[0] >> 4 != VERSION:
        raise NotATicket
    event, registration = int.from_bytes(raw[1:5], "big"), int.from_bytes(raw[5:9], "big")
    return Ticket(event, registration, revision=raw[9], key=raw[0] % KEYS), raw[_PAYLOAD:]


def short_code(ticket: Ticket, seed: bytes) -> str:
    """A code to type instead of scanning: eight signs, different for all tickets of an event.

    It is the number of the registration and the revision, shuffled with the event's key (a Feistel network, which
    never maps two numbers to one). So nothing is stored, and of 2^40 codes only those of tickets lead to somebody.
    """
    number = ticket.registration << 8 | ticket.revision % REVISIONS
    left, right = number >> _HALF, number % (1 << _HALF)
    for turn in range(_ROUNDS):
        left, right = right, left ^ _shuffled(turn, right, seed)
    mixed = left << _HALF | right
    return "".join(_SIGNS[mixed >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def spaced(code: str) -> str:
    """A short code as it is printed: in two halves."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def is_short(typed: str) -> bool:
    """Whether a text is as long as a short code."""
    return len(clean(typed)) == CODE_LENGTH


def read_short_code(typed: str, event: int, seed: bytes, *, key: int = 0) -> Ticket | None:
    """The ticket of an event that a typed code leads to; None if it can't be a code."""
    text = clean(typed).translate(_ALIKE)
    if len(text) != CODE_LENGTH or not set(text) <= set(_SIGNS):
        return None
    mixed = 0
    for sign_ in text:
        mixed = mixed << 5 | _SIGNS.index(sign_)
    left, right = mixed >> _HALF, mixed % (1 << _HALF)
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _shuffled(turn, left, seed), left
    number = left << _HALF | right
    return Ticket(event, number >> 8, revision=number % REVISIONS, key=key)


def _shuffled(turn: int, half: int, seed: bytes) -> int:
    mixed = hashlib.blake2b(bytes([turn]) + half.to_bytes(4, "big"), key=seed, person=b"short code", digest_size=4)
    return int.from_bytes(mixed.digest(), "big") % (1 << _HALF)

"""Random identifiers: codes, tokens and UIDs."""

from __future__ import annotations

import hashlib
import secrets
import uuid

# No 0/O, 1/I/L: codes are read aloud and typed from paper.
_READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def code(length: int = 6) -> str:
    """A short public code; 30 bits at the default length, so the column needs a unique constraint."""
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def token() -> str:
    """An unguessable token for one person's private link: 128 bits, safe in a URL."""
    return secrets.token_urlsafe(16)


def uid() -> str:
    """A permanent calendar UID (RFC 7986 §5.3): random, never derived from a slug or a host."""
    return str(uuid.uuid4())


def digest(key: str) -> str:
    """The stored form of a token, so that a copy of the database opens no private link."""
    return hashlib.sha256(key.encode()).hexdigest()

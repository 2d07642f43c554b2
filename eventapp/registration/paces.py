"""How often visitors may try what can be guessed."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from eventapp.core.limits import guessing

# Wrong invitation codes, per IP address.
GUESSES = "20/minute"


def trying(code: str) -> AbstractContextManager[None]:
    """Register with an invitation code, or change to an option that needs one; empty if none was typed."""
    return guessing(GUESSES, "invitation code", field="code") if code else nullcontext()

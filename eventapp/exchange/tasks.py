"""What the clock does with uploads: nothing waits for longer than a day."""

from __future__ import annotations

from eventapp.core.db import transaction
from eventapp.exchange import operations


def forget_uploads() -> int:
    """Delete files that nobody has imported, and say how many."""
    with transaction():
        return operations.forget_old()

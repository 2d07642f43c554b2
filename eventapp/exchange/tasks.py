"""Scheduled deletion of uploads: none is kept for longer than a day."""

from __future__ import annotations

from eventapp.core.db import transaction
from eventapp.exchange import operations


def forget_uploads() -> int:
    """Delete files that nobody has imported and return their number."""
    with transaction():
        return operations.forget_old()

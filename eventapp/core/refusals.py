"""Refusals: on their own, so that the processes that read files need not import the pages that show them."""

from __future__ import annotations


class Refused(Exception):
    """An operation refuses. `message` is a sentence for a person; `field` names the form field it is about."""

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.field = field


class WasDeleted(Refused):
    """What a form is about was deleted in the meantime, so that the form can't be shown again."""

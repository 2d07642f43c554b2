"""What is said of a file that can't be read: a sentence for everybody, and a technical one for those who made it."""

from __future__ import annotations

from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused


class Damaged(Refused):
    """The file is no programme. `details` is the technical sentence."""

    def __init__(self, details: str) -> None:
        super().__init__(_("This file is damaged or is not a programme file."), field="file")
        self.details = details

    @property
    def in_a_terminal(self) -> str:
        """Both, where nothing can be folded."""
        return f"{self.message} {self.details}"

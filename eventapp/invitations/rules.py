"""States of an invitation, and guests in pasted lines. Plain values only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l


class InvitationStatus(Labelled):
    DRAFT = "draft", _l("Not sent yet")
    AWAITING = "awaiting", _l("No answer yet")
    YES = "yes", _l("Is coming")
    MAYBE = "maybe", _l("Maybe")
    NO = "no", _l("Is not coming")
    REPLACED = "replaced", _l("Somebody else is coming")
    WITHDRAWN = "withdrawn", _l("Withdrawn")


# Who may still answer, and who is reminded.
ANSWERABLE = frozenset(InvitationStatus) - {
    InvitationStatus.DRAFT,
    InvitationStatus.WITHDRAWN,
}
REMINDED = frozenset({InvitationStatus.AWAITING, InvitationStatus.MAYBE})


@dataclass(frozen=True)
class InvitedGuest:
    """A person to be invited, as typed."""

    email: str
    name: str = ""
    organization: str = ""


_EMAIL = re.compile(r"<?([^\s<>,;\"]+@[^\s<>,;\"]+)>?")


def guests_in(text: str) -> tuple[list[InvitedGuest], list[str]]:
    """The guests in pasted lines, one in each, and the lines without an e-mail address.

    A line is an address with a name and an organization, in any order and separated by commas, semicolons or tabs, as
    mail programs and spreadsheets copy them: `Ada Lovelace <ada@example.org>, City of London`.
    """
    found: list[InvitedGuest] = []
    wrong: list[str] = []
    for line in text.splitlines():
        bare = line.strip().strip(",;")
        if not bare:
            continue
        match = _EMAIL.search(bare)
        if match is None:
            wrong.append(bare)
            continue
        rest = f"{bare[: match.start()]},{bare[match.end() :]}"
        parts = [part.strip().strip('"').strip() for part in re.split(r"[,;\t]", rest)]
        parts = [part for part in parts if part]
        found.append(InvitedGuest(match[1], *parts[:2]))
    return found, wrong

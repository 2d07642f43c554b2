"""States of an invitation, and guests in pasted lines. Plain values only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eventapp.core.addresses import half_width
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


# In full width, and with what introduces an address.
_EMAIL = re.compile(r"<?(?:mailto:)?([^\s<>,;\"]+@[^\s<>,;\"]+)>?", re.IGNORECASE)
# What mail programs and spreadsheets put between guests, and between their parts.
_WIDE = str.maketrans({"，": ",", "、": ",", "；": ";", "＜": "<", "＞": ">", "＠": "@"})
_PARTS = re.compile(r'"([^"]*)"|([^,;\t]+)')


def guests_in(text: str) -> tuple[list[InvitedGuest], list[str]]:
    """The guests in pasted lines, and the lines without an e-mail address.

    A line is an address with a name and an organization, in any order and separated by commas, semicolons or tabs, as
    spreadsheets copy them, or several names with their addresses, as mail programs do:
    `Ada Lovelace <ada@example.org>; "Babbage, Charles" <charles@example.org>`.
    """
    found: list[InvitedGuest] = []
    wrong: list[str] = []
    for line in text.translate(_WIDE).splitlines():
        bare = line.strip().strip(",;")
        if not bare:
            continue
        matches = list(_EMAIL.finditer(bare))
        if not matches:
            wrong.append(bare)
        elif len(matches) == 1:
            found.append(_guest(matches[0], f"{bare[: matches[0].start()]},{bare[matches[0].end() :]}"))
        else:
            begins = [0, *(match.end() for match in matches)]
            found += [_guest(match, bare[begin : match.start()]) for begin, match in zip(begins, matches, strict=False)]
    return found, wrong


def _guest(match: re.Match[str], rest: str) -> InvitedGuest:
    parts = [" ".join((quoted or plain).replace('"', "").split())[:200] for quoted, plain in _PARTS.findall(rest)]
    return InvitedGuest(half_width(match[1]), *[part for part in parts if part][:2])

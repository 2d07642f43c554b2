"""Links that a person types as lines: “Floor plan | https://example.org/plan.pdf”."""

from __future__ import annotations

from eventapp.core.addresses import is_web_address
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused

# What a short list of links may have, such as that of a footer or of a person.
MOST_LINKS = 8
LONGEST_TEXT, LONGEST_ADDRESS = 80, 500


class NotALink(Exception):
    """A line is no link; its argument is the line."""


def link_lines(text: str) -> list[tuple[str, str]]:
    """(text, address) of each line that is not empty; the bar may be a full-width one, and the address missing. Raises
    NotALink for a line without a text, or with an address that is not one of the web.
    """
    found = []
    for line in filter(None, (one.strip() for one in text.replace("｜", "|").splitlines())):
        name, _bar, address = (part.strip() for part in line.partition("|"))
        if not name or (address and not is_web_address(address)):
            raise NotALink(line)
        found.append((name, address))
    return found


def check_short(links: list[tuple[str, str]]) -> None:
    """Raises Refused, for a field `links`, if there are too many links for a short list, or one has too long a text."""
    if any(len(text) > LONGEST_TEXT for text, _address in links):
        raise Refused(_("Use at most %(number)d characters.", number=LONGEST_TEXT), field="links")
    if len(links) > MOST_LINKS:
        raise Refused(_("Use at most %(number)d links.", number=MOST_LINKS), field="links")

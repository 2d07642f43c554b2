"""Links that a person types as lines: “Floor plan | https://example.org/plan.pdf”."""

from __future__ import annotations

from eventapp.core.addresses import is_web_address


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

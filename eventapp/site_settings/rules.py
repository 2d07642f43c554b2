"""Colours of a site, its legal pages, and what may stand in its footer. Plain values only."""

from __future__ import annotations

from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.link_lines import LONGEST_ADDRESS, NotALink, check_short, link_lines
from eventapp.core.refusals import Refused


class SiteColour(Labelled):
    """The colour of the seal beside the site's name. Links and buttons keep theirs, whose contrast is checked."""

    VERMILION = "vermilion", _l("Vermilion")
    INDIGO = "indigo", _l("Indigo")
    PINE = "pine", _l("Pine")
    PLUM = "plum", _l("Plum")
    TEAL = "teal", _l("Teal")
    SLATE = "slate", _l("Slate")


class LegalPage(Labelled):
    """A page about the site itself; its value is its address."""

    IMPRINT = "imprint", _l("Imprint")
    PRIVACY = "privacy", _l("Privacy")
    ACCESSIBILITY = "accessibility", _l("Accessibility")


def footer_links(typed: str) -> list[dict[str, str]]:
    """Links from lines such as “City of Mori | https://mori.example”. Raises Refused for another line, for an address
    that is not one of the web, and if there are too many.
    """
    try:
        found = link_lines(typed)
    except NotALink:
        found = [("", "")]
    if not all(0 < len(address) <= LONGEST_ADDRESS for _text, address in found):
        raise Refused(
            _("Write each link as a text, a bar and an address: City of Mori | https://example.org"), field="links"
        )
    check_short(found)
    return [{"text": text, "address": address} for text, address in found]


def as_lines(links: list[dict[str, str]]) -> str:
    """The same as lines to edit."""
    return "\n".join(f"{one['text']} | {one['address']}" for one in links)

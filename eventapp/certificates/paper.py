"""A certificate as data of its template (pdf/templates/certificate.typ), in one language."""

from __future__ import annotations

from typing import Any

import segno

from eventapp.certificates.models import Certificate
from eventapp.certificates.rules import CertificateContent, spaced
from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.core.localized import LocalizedText
from eventapp.pdf.fonts import FontSet
from eventapp.tickets.drawing import as_svg


def said(texts: dict[str, str], language: str) -> str:
    """A text of the facts in a language."""
    return LocalizedText(texts).resolve(language).text


def lines(facts: CertificateContent, language: str) -> list[str]:
    """What was attended, with its basis: days at the door, minutes online, sessions."""
    found = [languages.days(facts.first_day, facts.last_day, language)]
    if facts.days:
        days = languages.listing([languages.day(day, language) for day in facts.days], language)
        found.append(_("Checked in at the venue: %(days)s", days=days))
    if facts.minutes is not None:
        time = ngettext("%(num)d minute", "%(num)d minutes", facts.minutes)
        found.append(_("Attended online: %(time)s, according to the record of the meeting", time=time))
    if facts.sessions:
        titles = languages.listing([said(title, language) for title in facts.sessions], language)
        found.append(_("Sessions: %(titles)s", titles=titles))
    return found


def printed_name(certificate: Certificate, fonts: FontSet) -> str:
    """The name as it stands on paper, or else how it is read; empty if no font has the letters of either. A name of
    which letters were left out would be another one.
    """
    return printed(certificate.name, certificate.reading, fonts)


def printed(name: str, reading: str, fonts: FontSet) -> str:
    """The first of both that the fonts have; empty if they have neither."""
    return next((one for one in (name, reading) if fonts.keeps(one)), "")


def data(certificate: Certificate, name: str, url: str, language: str) -> dict[str, Any]:
    """The data, in the interface's language, which must be `language`. `name` is what is printed, `url` the address of
    the check.
    """
    facts = CertificateContent.read(certificate.facts)
    day = languages.day_of(certificate.issued_at, certificate.event.zone)
    return {
        "title": _("Certificate of attendance") + f": {said(facts.event, language)}",
        "author": said(facts.host, language),
        "lang": language,
        "heading": _("Certificate of attendance"),
        "name": name,
        "name_lang": "ja" if language == "ja" else "en",
        "organization": facts.organization,
        "sentence": _("took part in"),
        "event": said(facts.event, language),
        "lines": lines(facts, language),
        "host": said(facts.host, language),
        "issued": _("Issued on %(day)s", day=day),
        "check": _("Check it at %(url)s", url=url),
        "code": spaced(certificate.code),
        "qr": as_svg(segno.make_qr(url, error="m"), border=2),
        "qr_alt": _("QR code: check this certificate"),
    }

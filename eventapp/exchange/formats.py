"""Detects the format of a file and calls its reader."""

from __future__ import annotations

import re

from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.tables import is_workbook
from eventapp.exchange import read_csv, read_ics, read_json, read_pretalx, read_xml
from eventapp.exchange.incoming import Incoming, Options
from eventapp.exchange.values import AmbiguousValue

FORMATS = ("xml", "json", "ics", "csv", "xlsx")
LARGEST = 6 * 1024 * 1024
# First bytes of files often chosen by mistake.
_OTHERS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")


def detected(data: bytes) -> str:
    """The format, detected from the first characters: file names are often wrong."""
    if is_workbook(data):
        return "xlsx"
    head = data[:400]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        head = data[:400].decode("utf-16", "ignore").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return "xml"
    if head[:1] in {b"{", b"["}:
        return "json"
    # A fragment of a calendar is not a calendar, but not a spreadsheet either: the ics reader has an error message for
    # it.
    return "ics" if re.match(rb"BEGIN:V[A-Z]", head, re.I) else "csv"


def too_large() -> Refused:
    """The refusal of a file that is larger than LARGEST."""
    return Refused(_("The file is larger than %(number)d MB.", number=LARGEST // 1024 // 1024), field="file")


def read(data: bytes, options: Options, *, format: str = "") -> Incoming:
    """Parse the file into neutral values. Raises Refused, with the form field concerned, if the whole file is
    unreadable.
    """
    if len(data) > LARGEST:
        raise too_large()
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise Refused(_("The file is empty."), field="file")
    if data.startswith(_OTHERS):
        raise Refused(_("This is a picture, PDF or archive. Choose a programme file."), field="file")
    try:
        found = _read(data, options, format or detected(data))
    except AmbiguousValue as unclear:
        raise Refused(str(unclear), field="file") from unclear
    if not found.sessions and not found.problems:
        raise Refused(_("There are no sessions in this file."), field="file")
    return found


def _read(data: bytes, options: Options, format: str) -> Incoming:
    if format == "xml":
        return read_xml.read(data, options)
    if format == "json":
        document = read_json.parse(data)
        if read_pretalx.fits(document):
            return read_pretalx.read(document, options)
        return read_json.read(document, options)
    return read_ics.read(data, options) if format == "ics" else read_csv.read(data, options)

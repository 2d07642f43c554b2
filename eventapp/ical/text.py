"""Content lines of iCalendar (RFC 5545 §3.1): cleaning, escaping and folding of typed text."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import quote, urlsplit

from eventapp.core.addresses import in_ascii
from eventapp.core.localized import TAG

# Everything that a reader may treat as a line ending becomes LF, before other control characters are removed.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# C0 (except TAB and LF), DEL, C1, lone surrogates, the byte order mark and non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_DIRTY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_SPACES = re.compile(r"[\s]+")
_LIMIT = 75


def clean(value: str) -> str:
    """The text with all line endings as LF and without control characters other than TAB and LF."""
    if _DIRTY.search(value) is None:
        return value
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", value))


def one_line(value: str) -> str:
    """The cleaned text on one line: for titles, names and locations."""
    return _SPACES.sub(" ", clean(value)).strip()


def escaped(value: str) -> str:
    """A TEXT value (RFC 5545 §3.3.11). The input must be clean.

    All four characters are replaced in one pass, so a literal backslash before an n is preserved; libraries that
    replace one after the other turn it into a line break.
    """
    return value.translate(_ESCAPES)


def parameter(value: str) -> str:
    """A quoted parameter value, with the circumflex escapes of RFC 6868 for characters that quotes can't contain."""
    bare = clean(value).replace("^", "^^").replace("\n", "^n").replace('"', "^'").replace("\t", " ")
    return f'"{bare}"'


def language(tag: str) -> str:
    """`;LANGUAGE=ja`, or an empty string if the tag is not valid."""
    return f";LANGUAGE={tag}" if TAG.fullmatch(tag) else ""


def web_address(value: str) -> str:
    """An http or https URL that is valid as a URI value, or an empty string.

    Anything that could end the line or is not ASCII is percent-encoded (RFC 3986).
    """
    try:
        parts = urlsplit(value.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ""
    except ValueError:
        return ""
    bare = "".join(c for c in value.strip() if not "\ud800" <= c <= "\udfff")
    return quote(bare, safe="%/:=&?~#+!$,;'@()*[]-._")


def mail_address(value: str) -> str:
    """A `mailto:` URI (RFC 6068 §2). Raises ValueError if it is not an e-mail address.

    The domain is in ASCII, as in the e-mail's own header, because calendar apps find the reader by comparing the two.
    """
    bare = value.strip()
    if "@" not in bare or _DIRTY.search(bare) or any(c.isspace() or c in '<>"\\,;:' for c in bare):
        raise ValueError("not a mail address")
    # An address that e-mails can't reach is written all the same: one such row must not stop a job over many people.
    with suppress(ValueError):
        bare = in_ascii(bare)
    return "mailto:" + quote(bare, safe="@!$&'*+=_~.-")


def line(content: str) -> bytes:
    """A content line in UTF-8, folded to 75 octets without splitting a character, with its CRLF."""
    data = content.encode("utf-8")
    if len(data) <= _LIMIT:
        return data + b"\r\n"
    pieces = []
    start, room = 0, _LIMIT
    while len(data) - start > room:
        end = start + room
        # 10xxxxxx is a continuation byte.
        while data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end])
        start, room = end, _LIMIT - 1
    pieces.append(data[start:])
    return b"\r\n ".join(pieces) + b"\r\n"

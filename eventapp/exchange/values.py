"""Parses single values in files: texts, times, lengths, kinds, links. Ambiguous ones are refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from html import unescape
from zoneinfo import ZoneInfo

from babel import Locale

from eventapp.core.clock import zones
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.text import one_line
from eventapp.programme.rules import ADDRESS, SessionKind

# C0 except tab and line feed, DEL, C1, surrogates, the byte order mark and non-characters: not allowed in our texts.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\u2028\u2029]")
LONGEST_LINE, LONGEST_TEXT = 500, 50_000
# The limits of a link in the session form.
LONGEST_ADDRESS, LONGEST_NAME = 500, 200


class AmbiguousValue(ValueError):
    """A value whose meaning is uncertain; the message is a sentence for a person."""


class TooLong(AmbiguousValue):
    """A text longer than LONGEST_TEXT."""


def text(value: object) -> str:
    """A cleaned multi-line text. Raises TooLong for more than LONGEST_TEXT characters."""
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    whole = str(value)
    if len(whole) > 4 * LONGEST_TEXT:  # not cleaned first: a file with one huge text would be copied for each use of it
        raise TooLong(_("A text is longer than %(number)d characters.", number=LONGEST_TEXT))
    bare = _CONTROL.sub("", _BREAKS.sub("\n", whole))
    bare = "\n".join(line.rstrip() for line in bare.split("\n")).strip()
    if len(bare) > LONGEST_TEXT:
        raise TooLong(_("A text is longer than %(number)d characters.", number=LONGEST_TEXT))
    return bare


def line(value: object) -> str:
    """A text on one line: a title or a name. Raises AmbiguousValue if it is too long."""
    if isinstance(value, str) and len(value) > 4 * LONGEST_TEXT:
        raise AmbiguousValue(_("“%(said)s…” is too long for one line.", said=glimpse(value)[:40]))
    bare = " ".join(one_line(text(value)).split())
    if len(bare) > LONGEST_LINE:
        raise AmbiguousValue(_("“%(said)s…” is too long for one line.", said=bare[:40]))
    return bare


def glimpse(value: object) -> str:
    """The beginning of any value on one line, to identify an entry that can't be read."""
    return " ".join(one_line(text(str(value or "")[: LONGEST_LINE * 2])).split())[:LONGEST_LINE]


def minutes(value: object) -> int | None:
    """A length in minutes from 00:45, 1:00, 01:00:00, PT45M, 45, “45 min”; None for an empty value.

    Raises AmbiguousValue for anything else, and for less than a minute or more than a day.
    """
    bare = line(value).lower()
    if not bare:
        return None
    found = _length(bare)
    if found is None:
        raise AmbiguousValue(
            _("We can't read the length “%(said)s”. Write it like 00:45 or as a number of minutes.", said=bare[:40])
        )
    if not 1 <= found <= 24 * 60:
        raise AmbiguousValue(_("A session must last between 1 minute and 24 hours, not %(said)s.", said=bare[:40]))
    return found


def _length(bare: str) -> int | None:
    if match := re.fullmatch(r"(\d{1,4})(?:\.0+)?\s*(?:m|min|mins|minutes|minuten|分)?\.?", bare):
        return int(match[1])
    if match := re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?", bare):
        return int(match[1]) * 60 + int(match[2])
    iso = re.fullmatch(r"p(?:(\d{1,2})d)?(?:t(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})(?:\.\d+)?s)?)?", bare)
    if iso and any(iso.groups()):
        days, hours, mins, seconds = (int(part or 0) for part in iso.groups())
        return days * 1440 + hours * 60 + mins + seconds // 60
    if match := re.fullmatch(r"(\d{1,2})\s*(?:h|std|hours?|時間)\.?\s*(?:(\d{1,2})\s*(?:m|min|分)?)?", bare):
        return int(match[1]) * 60 + int(match[2] or 0)
    return None


def clock_time(value: object) -> time | None:
    """A time of day from 09:30, 0930, 09:30:00, 9:30 pm, 9時半, 午後1時30分; None for an empty value.

    Raises AmbiguousValue for anything else.
    """
    bare = line(value)
    if not bare:
        return None
    plain = _plain_time(bare)
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?", plain, re.I)
    if match is None and (match := re.fullmatch(r"(\d{2})(\d{2})()()", plain)) is None:
        raise AmbiguousValue(_("We can't read the time “%(said)s”. Write it like 09:30.", said=bare[:40]))
    hour, minute = int(match[1]), int(match[2])
    if match[4]:
        if not 1 <= hour <= 12:
            raise AmbiguousValue(_("We can't read the time “%(said)s”. Write it like 09:30.", said=bare[:40]))
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    if hour > 23 or minute > 59:
        raise AmbiguousValue(_("We can't read the time “%(said)s”. Write it like 09:30.", said=bare[:40]))
    return time(hour, minute)


def _plain_time(bare: str) -> str:
    """A time of day as 13:30: Japanese spreadsheets have full-width digits, 時 and 分, and 午前 and 午後."""
    plain = unicodedata.normalize("NFKC", bare)
    match = re.fullmatch(r"(午前|午後)?\s*(\d{1,2})(?:時|:)\s*(?:(\d{1,2})分?|(半))?", plain)
    if match is None or not (match[1] or "時" in plain):
        return plain
    hour, minute = int(match[2]), 30 if match[4] else int(match[3] or 0)
    if match[1] and hour > 12:
        return bare  # 午後13時: it is unclear which half is wrong
    return f"{hour % 12 + 12 if match[1] == '午後' else hour % 12 if match[1] else hour}:{minute:02d}"


@lru_cache(maxsize=1)
def _calendar_words() -> tuple[dict[str, int], set[str]]:
    """Names of months → their number, and names of weekdays, short and long, in common European languages."""
    months: dict[str, int] = {}
    days: set[str] = set()
    for tag in ("en", "de", "fr", "es", "it", "nl", "pt"):
        for width in ("wide", "abbreviated"):
            for number, name in Locale(tag).months["format"][width].items():
                months.setdefault(name.casefold().rstrip("."), number)
            days |= {name.casefold().rstrip(".") for name in Locale(tag).days["format"][width].values()}
    return months, days


_NAMED_DAYS = (
    re.compile(r"(?P<y>\d{4})[-/ ](?P<m>[^\W\d_]+)\.?[-/ ](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?P<d>\d{1,2})(?:\.|st|nd|rd|th)?[-/ ]\s?(?P<m>[^\W\d_]+)\.?,?[-/ ](?P<y>\d{4})(?!\d)"),
    re.compile(r"(?P<m>[^\W\d_]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})(?!\d)"),
)


def _plain_day(bare: str) -> str:
    """A text that begins with a date, the date in digits: 2020-Nov-09, Mon, November 9, 2020, 令和13年3月18日（火）."""
    plain = unicodedata.normalize("NFKC", bare)
    plain = re.sub(r"^令和(元|\d{1,2})年", lambda m: f"{2018 + (1 if m[1] == '元' else int(m[1]))}年", plain)
    plain = re.sub(r"^(\S*?\d日?) ?\([月火水木金土日](?:曜日?)?\)", r"\1", plain)
    months, days = _calendar_words()
    word, _space, rest = plain.partition(" ")
    if rest and word.casefold().rstrip(".,") in days:
        plain = rest.strip()
    for pattern in _NAMED_DAYS:
        match = pattern.match(plain)
        if match and (month := months.get(match["m"].casefold())):
            return f"{match['y']}-{month:02d}-{int(match['d']):02d}{plain[match.end() :]}"
    return plain


def day(value: object) -> date | None:
    """A date from 2031-03-18, 2031/3/18, 18.3.2031, 18 March 2031, 2031年3月18日(火); None for an empty value.

    3/18/2031 is accepted if only one order is possible. Raises AmbiguousValue otherwise.
    """
    bare = _plain_day(line(value))
    if not bare:
        return None
    if match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T00:00(?::00)?\S*)?", bare):
        parts = match[1], match[2], match[3]
    elif match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", bare):
        parts = match[3], match[2], match[1]
    elif match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", bare):
        parts = match[1], match[2], match[3]
    elif (match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", bare)) and (int(match[1]) > 12) != (int(match[2]) > 12):
        parts = (match[3], match[2], match[1]) if int(match[1]) > 12 else (match[3], match[1], match[2])
    else:
        raise AmbiguousValue(_("The date “%(said)s” is unclear. Write it like 2031-03-18.", said=bare[:40]))
    return _real(bare, *parts)


def _real(bare: str, year: str, month: str, day_of_month: str) -> date:
    try:
        found = date(int(year), int(month), int(day_of_month))
    except ValueError:
        raise AmbiguousValue(_("The date %(said)s does not exist.", said=bare[:40])) from None
    if not 1800 <= found.year <= 2200:
        raise AmbiguousValue(_("Enter a year between 1800 and 2200."))
    return found


_MOMENT = re.compile(
    r"(\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4}|\d{4}年\d{1,2}月\d{1,2}日)"
    r"(?:[T ,]\s*(\d{1,2}[:.]?\d{2}(?::?\d{2})?(?:\.\d+)?(?:\s?[ap]\.?m\.?)?"
    r"|(?:午前|午後)?\d{1,2}時(?:\d{1,2}分|半)?))?"
    r"\s*(Z|UTC|[+-]\d{1,2}:?\d{2}|[+-]\d{2})?",
    re.I,
)


def day_and_time(value: object) -> tuple[date, time | None, timedelta | None]:
    """The date, and the time of day and its UTC offset if present. Raises AmbiguousValue."""
    bare = line(value)
    match = _MOMENT.fullmatch(_plain_day(bare))
    if match is None:
        raise AmbiguousValue(
            _("We can't read the date and time “%(said)s”. Write it like 2031-03-18T09:30:00+09:00.", said=bare[:60])
        )
    on = day(match[1])
    assert on is not None
    at = match[2] and re.sub(r"^(\d{1,2}:?\d{2}):?\d{2}(\.\d+)?$", r"\1", match[2])
    return on, clock_time(at) if at else None, _offset(match[3]) if match[3] else None


def _offset(written: str) -> timedelta:
    if written.upper() in {"Z", "UTC"}:
        return timedelta(0)
    digits = written[1:].replace(":", "").rjust(4 if len(written) > 3 else 2, "0").ljust(4, "0")
    found = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if found > timedelta(hours=15) or int(digits[2:]) > 59:
        raise AmbiguousValue(_("The UTC offset %(said)s does not exist.", said=written))
    return -found if written[0] == "-" else found


def known_zone(zone: str) -> str:
    """The zone. Raises Refused (for the whole file) if there is none."""
    if not zone:
        raise Refused(_("Times in this file have no time zone. Choose the time zone they are in."), field="zone")
    return zone


def moment(on: date, at: time, offset: timedelta | None, zone: str) -> datetime:
    """The moment in UTC: by the offset if there is one, else on the clock of the zone.

    Raises Refused (for the whole file) if there is neither, and AmbiguousValue for a time that the clocks skip or show
    twice.
    """
    local = datetime.combine(on, at)
    if offset is not None:
        return (local - offset).replace(tzinfo=UTC)
    info = ZoneInfo(known_zone(zone))
    early, late = (local.replace(tzinfo=info, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early
    shown = f"{local:%Y-%m-%d %H:%M}"
    if early > late:
        raise AmbiguousValue(
            _("%(time)s does not exist in %(zone)s, because the clocks go forward.", time=shown, zone=zone)
        )
    raise AmbiguousValue(
        _("%(time)s happens twice in %(zone)s, because the clocks go back. Add a UTC offset.", time=shown, zone=zone)
    )


def zone_named(value: object) -> str:
    """The IANA zone of this name, or an empty string."""
    bare = line(value)
    if bare.upper() in {"UTC", "GMT", "Z", "ETC/UTC", "ETC/GMT"}:
        return "UTC"
    return bare if bare in zones() else ""


# Names of the kinds in other systems; the first matching word decides.
_KINDS = {
    SessionKind.KEYNOTE: "keynote plenary 基調講演",
    SessionKind.WORKSHOP: "workshop tutorial training hands-on bof sprint hackathon ワークショップ",
    SessionKind.PANEL: "panel podium podiumsdiskussion roundtable パネル",
    SessionKind.OPINION_EXCHANGE: "discussion diskussion debate q&a 意見交換",
    SessionKind.CEREMONY: "ceremony opening closing eröffnung abschluss 開会式 閉会式 式典",
    SessionKind.RECEPTION: "reception party social concert performance empfang レセプション",
    SessionKind.MEAL: "lunch dinner breakfast meal mittagessen abendessen frühstück 昼食 夕食",
    SessionKind.BREAK: "break pause coffee kaffeepause 休憩",
    SessionKind.EXCURSION: "excursion tour ausflug",
    SessionKind.FAIR: "fair exhibition expo poster posters messe 展示",
    SessionKind.CLOSED: "closed meeting internal",
    SessionKind.LECTURE: "lecture talk presentation vortrag lightning podcast short long session 講演",
}
_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}


def kind(value: object) -> SessionKind | None:
    """The session kind for a word; None if there is none."""
    bare = line(value).casefold()
    if bare in set(SessionKind):
        return SessionKind(bare)
    for word in re.split(r"[\s,()/_]+", bare):
        if word in _BY_WORD:
            return _BY_WORD[word]
    return None


def unescaped(value: str) -> str:
    """The text with &amp; and &#233; unescaped, which some systems leave in plain text."""
    return unescape(value) if re.search(r"&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", value, re.I) else value


def parts(value: object, separators: str) -> list[str]:
    """The parts of one cell, each on one line, including empty ones. A backslash escapes a separator."""
    return [line(re.sub(r"\\([;,、；])", r"\1", part)) for part in re.split(rf"(?<!\\){separators}", text(value))]


def listed(value: object, separators: str) -> list[str]:
    """The non-empty parts of one cell."""
    return [part for part in parts(value, separators) if part]


def in_list(name: str) -> str:
    """A name escaped so that `names` and `listed` read it as one."""
    return re.sub(r"([;,、；])", r"\\\1", name)


def yes(value: object) -> bool:
    """Whether a cell or element means yes."""
    return value is True or line(value).casefold() in {"true", "yes", "1", "ja", "y", "x", "はい"}


def web_link(title: object, url: object) -> dict[str, str] | None:
    """A link with its title; None without a URL. Raises AmbiguousValue for a link that is not allowed in a session."""
    address = "".join(text(url).split())
    if not address:
        return None
    if not ADDRESS.fullmatch(address) or re.search(r'[<>"]', address):
        raise AmbiguousValue(_("“%(said)s” is not a web address.", said=address[:60]))
    if len(address) > LONGEST_ADDRESS:
        raise AmbiguousValue(
            _(
                "The web address %(said)s… is longer than %(number)d characters.",
                said=address[:60],
                number=LONGEST_ADDRESS,
            )
        )
    named = " ".join(text(title).split()) or address
    return {"title": named if len(named) <= LONGEST_NAME else f"{named[: LONGEST_NAME - 1]}…", "url": address}

"""The reader's language, and dates, countries and lists written in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import get_timezone_name
from babel.lists import format_list
from flask import Flask, g, has_request_context, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from eventapp.core.clock import to_local
from eventapp.core.localized import TAG, LocalizedText, ResolvedText

# Interface languages, fully translated. Content may be in any language.
INTERFACE = ("en", "ja")
NAMES = {"en": "English", "ja": "日本語"}

babel = flask_babel.Babel()
lazy_gettext = flask_babel.lazy_gettext
lazy_pgettext = flask_babel.lazy_pgettext
force_locale = flask_babel.force_locale


def gettext(text: str, **values: Any) -> str:
    """The text in the interface's language, with its `%(name)s` filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The singular or plural text for a number, which it can show as `%(num)d`."""
    return str(flask_babel.ngettext(one, many, num, **values))


@contextmanager
def without_site(language: str) -> Iterator[None]:
    """Make gettext write in a language in a process that has not started the site."""
    app = Flask("eventapp")
    babel.init_app(app, default_locale="en")
    with app.app_context(), force_locale(language):
        yield


_catalogues: dict[Locale, Any] = {}


@pass_context
def _in_template(context: Context, text: str, /, **values: Any) -> str:
    """`gettext` of templates: Flask-Babel's looks up its catalogue anew for each of fifty texts of a page."""
    locale = flask_babel.get_locale()
    if locale not in _catalogues:
        _catalogues[locale] = flask_babel.get_domain().get_translations()
    found: str = _catalogues[locale].ugettext(text)
    if context.eval_ctx.autoescape:
        found = Markup(found)
    return found % values if values or "%" in found else found


def asked() -> str | None:
    """The language in the URL (`?lang=ja`), if it is a language tag."""
    tag = request.args.get("lang", "")
    return tag if TAG.fullmatch(tag) else None


def reader() -> str:
    """The language for content: the one in the URL, else the one that `prefer` was told, else the browser's first
    choice that we support, else English.
    """
    if not has_request_context():
        return str(flask_babel.get_locale() or "en").replace("_", "-")
    if "language" not in g:
        preferred = asked() or g.get("preferred_language")
        g.language = preferred or request.accept_languages.best_match(INTERFACE) or "en"
    language: str = g.language
    return language


@lru_cache(maxsize=256)
def accepted(header: str) -> str:
    """The interface's language for an Accept-Language header, where there is no request of Flask; empty for English,
    which is spoken there.
    """
    found = parse_accept_header(header, LanguageAccept).best_match(INTERFACE)
    return found if found and found != "en" else ""


def prefer(tag: str) -> None:
    """For the rest of this request: a language that comes before the browser's, and after the one in the URL."""
    g.preferred_language = tag
    g.pop("language", None)
    flask_babel.refresh()


def _select() -> str:
    base = reader().split("-")[0] if has_request_context() else "en"
    return base if base in INTERFACE else "en"


def interface() -> str:
    """The language of buttons and labels: one of INTERFACE. Inside `force_locale` it is the forced one."""
    locale = flask_babel.get_locale()
    return locale.language if locale and locale.language in INTERFACE else "en"


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Add `lang` to the links of a page that was requested with it, so no cookie is needed."""
    if has_request_context() and endpoint != "static" and "lang" not in values and asked():
        values["lang"] = asked()


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Babel's locale for a language tag; English if Babel has none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=16)
def countries(language: str) -> list[tuple[str, str]]:
    """(ISO 3166-1 alpha-2 code, name), sorted by name."""
    territories = locale_of(language).territories
    not_countries = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
    pairs = [(code, str(name)) for code, name in territories.items() if len(code) == 2 and code.isalpha()]
    return sorted(((c, n) for c, n in pairs if c not in not_countries), key=lambda pair: pair[1])


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """All codes that `countries` offers."""
    return frozenset(code for code, _name in countries("en"))


def country(code: str | None, language: str | None = None) -> str:
    """The name of a country by its ISO 3166-1 code; the code itself if unknown."""
    if not code:
        return ""
    return str(locale_of(language or interface()).territories.get(code, code))


@lru_cache(maxsize=512)
def language_name(tag: str, language: str) -> str:
    """The name of a language in another one."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(language) or tag
    except (UnknownLocaleError, ValueError):
        return tag


@lru_cache(maxsize=512)
def zone_name(zone: str, language: str, moment: datetime | None = None, until: datetime | None = None) -> str:
    """The name of a zone at a moment: "Japan Standard Time"; of one whose clocks change before `until`: "Central
    European Time".
    """
    at = to_local(moment, zone) if moment else None
    if zone == "UTC":
        return "UTC"
    if moment and until and _clocks_change(zone, moment, until):
        return get_timezone_name(zone, zone_variant="generic", locale=locale_of(language))
    return get_timezone_name(at or zone, locale=locale_of(language))


def _clocks_change(zone: str, first: datetime, last: datetime) -> bool:
    return to_local(first, zone).utcoffset() != to_local(last, zone).utcoffset()


def zone_short(zone: str, moment: datetime, until: datetime | None = None) -> str:
    """ "JST", "CET", or "UTC+3" if the zone has no abbreviation; 「日本時間」, since no Japanese reader knows CET.

    "CET/CEST" if the clocks change before `until`.
    """
    if interface() == "ja" and (named := _zone_in_japanese(zone)):
        return named
    if until and _clocks_change(zone, moment, until):
        return f"{zone_short(zone, moment)}/{zone_short(zone, until)}"
    local = to_local(moment, zone)
    letters = local.tzname() or ""
    if letters.isalpha():
        return letters
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


@lru_cache(maxsize=512)
def _zone_in_japanese(zone: str) -> str:
    """Empty for a zone that is named by a place in brackets, or not at all."""
    name = get_timezone_name(ZoneInfo(zone), locale="ja")
    return "" if "（" in name else name


def zone_in_full(zone: str, moment: datetime, until: datetime | None = None) -> str:
    """ "Japan Standard Time (JST)", 「日本時間」; "Central European Time (CET/CEST)" if the clocks change."""
    language, short = interface(), zone_short(zone, moment, until)
    name = zone_name(zone, language, moment, until)
    return short if language == "ja" or name == short or name.startswith("GMT") else f"{name} ({short})"


def zone_after(zone: str, moment: datetime, until: datetime | None = None) -> str:
    """What follows a time, or a span `until` another one: " JST", 「（日本時間）」."""
    short = zone_short(zone, moment, until)
    return f"（{short}）" if interface() == "ja" else f" {short}"


_DAY = {"en": "EEE d MMMM y", "ja": "y年M月d日（E）"}
_DAY_NO_YEAR = {"en": "EEE d MMMM", "ja": "M月d日（E）"}
_MONTH = {"en": "MMMM y", "ja": "y年M月"}


def day(value: date, language: str | None = None, *, year: bool = True) -> str:
    """ "Tue 22 November 2022", 「2022年11月22日（火）」."""
    language = language or interface()
    base = language if language in _DAY else "en"
    return babel_date(value, (_DAY if year else _DAY_NO_YEAR)[base], locale=locale_of(base))


def weekday(value: date) -> str:
    """ "Tue", 「火」."""
    return babel_date(value, "EEE", locale=locale_of(interface()))


def month(value: date, language: str | None = None) -> str:
    """ "December 2022", 「2022年12月」."""
    language = language or interface()
    base = language if language in _MONTH else "en"
    return babel_date(value, _MONTH[base], locale=locale_of(base))


def days(first: date, last: date, language: str | None = None) -> str:
    """A range of days with an en dash: "Tue 22 – Thu 24 November 2022"."""
    language = language or interface()
    if first == last:
        return day(first, language)
    if language == "ja":
        same = first.year == last.year
        return f"{day(first, 'ja')}～{day(last, 'ja', year=not same)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{babel_date(first, 'EEE d', locale='en')} – {day(last, 'en')}"
    return f"{day(first, 'en', year=first.year != last.year)} – {day(last, 'en')}"


def day_of(moment: datetime, zone: str) -> str:
    """The written-out day of a moment in a zone."""
    return day(to_local(moment, zone).date())


def short_day(moment: datetime, zone: str) -> str:
    """The day without its weekday, for tables: "13 Nov 2022", 「2022/11/13」."""
    value = to_local(moment, zone).date()
    pattern = "y/M/d" if interface() == "ja" else "d MMM y"
    return babel_date(value, pattern, locale=locale_of(interface()))


def spoken_list(tags: list[str]) -> str:
    """Names of languages as a list: "English and Japanese"."""
    return listing([language_name(tag, interface()) for tag in tags])


def clock_time(moment: datetime, zone: str) -> str:
    """ "09:30" on the zone's clock."""
    return to_local(moment, zone).strftime("%H:%M")


def dash(language: str | None = None) -> str:
    """What stands between two times: " – ", 「～」."""
    return "～" if (language or interface()) == "ja" else " – "


def clock_span(start: datetime, end: datetime, zone: str, language: str | None = None) -> str:
    """ "09:30 – 10:15", 「09:30～10:15」."""
    return f"{clock_time(start, zone)}{dash(language)}{clock_time(end, zone)}"


def short_moment(moment: datetime, zone: str) -> str:
    """A moment for tables: "13 Nov 2022 09:30 JST", 「2022/11/13 09:30（日本時間）」."""
    return f"{short_day(moment, zone)} {clock_time(moment, zone)}{zone_after(zone, moment)}"


def moment_of(moment: datetime, zone: str) -> str:
    """ "Wed 20 January 2027, 17:00 JST", 「2027年1月20日（水）17:00（日本時間）」."""
    return gettext(
        "%(day)s, %(time)s %(zone)s",
        day=day_of(moment, zone),
        time=clock_time(moment, zone),
        zone=zone_short(zone, moment),
    )


def times(start: datetime, end: datetime, zone: str, *, timed: bool = True) -> str:
    """A `clock_span` whose end carries "+1" for each midnight passed. Not `timed`: that the hour is not known yet."""
    if not timed:
        return gettext("time to be announced")
    later = (to_local(end, zone).date() - to_local(start, zone).date()).days
    return clock_span(start, end, zone) + (f" (+{later})" if later else "")


def resolve(words: LocalizedText | None) -> ResolvedText:
    """Content in the reader's language, with the language that was found."""
    return (words or LocalizedText()).resolve(reader())


def listing(items: list[str], language: str | None = None) -> str:
    """ "A, B and C", 「A、B、C」."""
    return format_list(items, locale=locale_of(language or interface())) if items else ""


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=_select, default_locale="en", default_timezone="UTC")
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template)
    app.url_defaults(_keep_language)

    @app.after_request
    def vary(response: Any) -> Any:
        if response.mimetype == "text/html" and not asked():
            response.vary.add("Accept-Language")
        return response

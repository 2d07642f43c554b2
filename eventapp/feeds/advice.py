"""Advice on calendars that are valid but inconvenient for readers. Rows in, sentences for the team out; no database."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface, language_name, listing, ngettext
from eventapp.core.localized import LocalizedText
from eventapp.entries.build import session_place
from eventapp.entries.locale import FeedLocale
from eventapp.entries.rows import Programme, SessionRow
from eventapp.events.rules import EventFormat

# Our own limit: longer titles are cut off in every view except that of a single day. East Asian characters are twice as
# wide.
LONG_TITLE = 120
# URLs for joining a meeting, not pages about the service.
_JOIN = re.compile(
    r"https?://(?:[\w-]+\.)?(?:zoom\.us/(?:j|w|my)/|teams\.microsoft\.com/(?:l/)?meet|teams\.live\.com/meet/"
    r"|meet\.google\.com/[a-z]|[\w-]+\.webex\.com/|meet\.jit\.si/)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Advice:
    """Something to look at: a sentence, and the codes and titles of the sessions concerned."""

    kind: str
    sentence: str
    sessions: tuple[tuple[str, str], ...] = ()


def advice(programme: Programme, *, languages: Sequence[str], base_url: str) -> list[Advice]:
    """Advice for the team, the most serious first. `languages` are those in which the event is announced."""
    live = [session for session in programme.sessions if not (session.cancelled or session.undated)]
    return [
        *_address(base_url),
        *_joining(programme, live),
        *_without_place(programme, live),
        *_untranslated(programme, live, languages),
        *_alike(live, languages),
        *_long(live),
        *_without_address(programme),
    ]


def _about(sessions: Iterable[SessionRow]) -> tuple[tuple[str, str], ...]:
    return tuple((one.code, one.title.resolve(interface()).text) for one in sessions)


def _address(base_url: str) -> Iterable[Advice]:
    """Google, Outlook.com and Microsoft 365 fetch calendars from their own servers, which must reach ours."""
    host = urlsplit(base_url).hostname or ""
    if reachable(host):
        return
    sentence = _(
        "This site (%(host)s) can't be reached from the internet, so Google, Outlook.com and "
        "Microsoft 365 can't subscribe to its calendars. Apps on the same network can.",
        host=host,
    )
    yield Advice("address", sentence)


def reachable(host: str) -> bool:
    """Whether a host name looks reachable from the internet: no `localhost`, private address or name without a dot."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        last = host.rstrip(".").rpartition(".")
        return bool(last[0]) and last[2] not in {"local", "localhost", "internal", "lan", "home", "test", "invalid"}


def _joining(programme: Programme, live: list[SessionRow]) -> Iterable[Advice]:
    """Joining links in public texts are public, even if joining links are otherwise only for attendees."""
    found = [one for one in live if any(_JOIN.search(text) for text in (*one.title.values(), *one.abstract.values()))]
    if found:
        sentence = ngettext(
            "The description of %(num)d session contains a meeting link that everyone can see. Move it "
            "to the session's “Joining link” field, which only online attendees can see.",
            "The descriptions of %(num)d sessions contain a meeting link that everyone can see. Move it "
            "to the session's “Joining link” field, which only online attendees can see.",
            len(found),
        )
        yield Advice("join-in-text", sentence, _about(found))
    event = programme.event
    if any(_JOIN.search(text) for words in (event.purpose, event.description) for text in words.values()):
        sentence = _("The event description contains a meeting link that everyone can see.")
        yield Advice("join-in-text", sentence)


def _without_place(programme: Programme, live: list[SessionRow]) -> Iterable[Advice]:
    locale = FeedLocale(interface())
    found = [one for one in live if not session_place(one, programme.event, locale)[0].text]
    if found:
        sentence = ngettext(
            "%(num)d session has no room or venue, so its calendar entry has no location.",
            "%(num)d sessions have no room or venue, so their calendar entries have no location.",
            len(found),
        )
        yield Advice("no-place", sentence, _about(found))


def _untranslated(programme: Programme, live: list[SessionRow], languages: Sequence[str]) -> Iterable[Advice]:
    for tag in languages:
        if not _is_in(programme.event.title, tag):
            sentence = _(
                "The event has no title in %(language)s, so that calendar has no title either.",
                language=language_name(tag, interface()),
            )
            yield Advice("event-untranslated", sentence)
        found = [one for one in live if not _is_in(one.title, tag)]
        if found:
            sentence = ngettext(
                "%(num)d session has no title in %(language)s. The calendar shows it in another language.",
                "%(num)d sessions have no title in %(language)s. The calendar shows them in another language.",
                len(found),
                language=language_name(tag, interface()),
            )
            yield Advice("untranslated", sentence, _about(found))


def _is_in(words: LocalizedText, tag: str) -> bool:
    return words.resolve(tag).language.split("-")[0] == tag.split("-")[0]


def _alike(live: list[SessionRow], languages: Sequence[str]) -> Iterable[Advice]:
    """Entries that can't be told apart: calendars show title and time, but the room only when opened."""
    together: dict[tuple[object, str], list[SessionRow]] = defaultdict(list)
    for session in live:
        if not session.kind.is_break:
            title = session.title.resolve(languages[0] if languages else "en").text
            together[session.starts_at, title.casefold()].append(session)
    found = [session for alike in together.values() if len(alike) > 1 for session in alike]
    if found:
        sentence = _(
            "These sessions start at the same time and have the same title, so people can't tell them "
            "apart in a calendar."
        )
        yield Advice("alike", sentence, _about(found))


def _long(live: list[SessionRow]) -> Iterable[Advice]:
    found = [one for one in live if any(width(text) > LONG_TITLE for text in one.title.values())]
    if found:
        sentence = ngettext(
            "%(num)d title is too long for most calendar apps. Put the most important words first.",
            "%(num)d titles are too long for most calendar apps. Put the most important words first.",
            len(found),
        )
        yield Advice("long-title", sentence, _about(found))


def width(text: str) -> int:
    """The width of a text in columns by Unicode's East Asian Width (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _without_address(programme: Programme) -> Iterable[Advice]:
    if programme.event.format is EventFormat.ONLINE:
        return
    names = [venue.name.resolve(interface()).text for venue in programme.venues if not (venue.address or venue.geo)]
    if names:
        sentence = _("%(sites)s: add a street address so that phones can show directions.", sites=listing(names))
        yield Advice("no-address", sentence)

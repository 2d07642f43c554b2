"""Session cards of the public programme, prepared in Python because a page may have a thousand of them.

Calling gettext, language and directory functions from the template for each card took two thirds of the page's time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from eventapp.core import clock, languages
from eventapp.core.languages import gettext as _
from eventapp.core.pages import marked
from eventapp.directory.models import ShownPerson
from eventapp.programme.published import PublishedRoom, PublishedSession

SHOWN_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class SessionCard:
    """The texts of a card. `also` are the times in the reader's chosen zone, empty without one."""

    code: str
    classes: str
    title: Markup
    is_break: bool
    cancelled: bool
    starts: str
    ends: str
    times: str
    also: str
    where: Markup
    spoken_names: str
    timed: bool


@dataclass
class SessionCardWriter:
    """Writes the cards of one page in one language, caching what recurs."""

    zone: str
    other_zone: str = ""
    language: str = field(default_factory=languages.reader)
    shown: str = field(default_factory=languages.interface)
    _comma: str = field(default_factory=lambda: _(", "))
    _rooms: dict[int, Markup] = field(default_factory=dict)
    _people: dict[int, Markup] = field(default_factory=dict)
    _spoken_names: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = field(default_factory=dict)

    def card(self, session: PublishedSession) -> SessionCard:
        """The card of one session."""
        off = session.cancelled
        classes = "ses"
        if session.kind.is_break:
            classes += " pause"
        if off:
            classes += " off"
        if session.track is not None:
            classes += f" c{session.track.colour}"
        return SessionCard(
            code=session.code,
            classes=classes,
            title=marked(session.title.resolve(self.language), self.shown),
            is_break=session.kind.is_break,
            cancelled=off,
            starts=session.starts_at.isoformat()
            if session.timed
            else clock.local_day(session.starts_at, self.zone).isoformat(),
            ends=session.ends_at.isoformat(),
            times=languages.times(session.starts_at, session.ends_at, self.zone, timed=session.timed),
            also=self._also(session.starts_at, session.ends_at) if session.timed else "",
            timed=session.timed,
            where=self._where(session),
            spoken_names="" if session.kind.is_break or not session.spoken else self._spoken(session),
        )

    def _also(self, start: datetime, end: datetime) -> str:
        if not self.other_zone:
            return ""
        there = languages.times(start, end, self.other_zone)
        day = clock.local_day(start, self.other_zone)
        if day == clock.local_day(start, self.zone):
            return there
        return _("%(day)s, %(times)s", day=languages.day(day, year=False), times=there)

    def _where(self, session: PublishedSession) -> Markup:
        parts = [self._joined([self._room(room) for room in session.rooms])]
        people = [part.person for part in session.participations if part.person is not None]
        if people:
            named = self._joined([self._person(person) for person in people[:SHOWN_PEOPLE]])
            more = len(people) - SHOWN_PEOPLE
            parts.append(named + (f" +{more}" if more > 0 else ""))
        return Markup(" · ").join(part for part in parts if part)

    def _joined(self, parts: Sequence[Markup]) -> Markup:
        return Markup(self._comma).join(parts)

    def _room(self, room: PublishedRoom) -> Markup:
        return _cached(self._rooms, room.id, lambda: marked(room.name.resolve(self.language), self.shown))

    def _person(self, person: ShownPerson) -> Markup:
        return _cached(self._people, person.id, lambda: marked(person.name(self.language), self.shown))

    def _spoken(self, session: PublishedSession) -> str:
        key = session.spoken, session.interpreted
        if key not in self._spoken_names:
            names = self._comma.join(languages.language_name(tag, self.shown) for tag in session.spoken)
            if session.interpreted:
                into = languages.spoken_list(list(session.interpreted))
                names += " · " + _("interpreted into %(languages)s", languages=into)
            self._spoken_names[key] = names
        return self._spoken_names[key]


def _cached(cache: dict[int, Markup], key: int, make: Callable[[], Markup]) -> Markup:
    found = cache.get(key)
    if found is None:
        found = cache[key] = make()
    return found

"""Session cards of the public programme, prepared in Python because a page may have a thousand of them.

Calling gettext, language and directory functions from the template for each card took two thirds of the page's time.
"""

from __future__ import annotations

import re
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
ALL_PEOPLE = 1000

# Up to how many minutes a card has only its title and times, and up to how many one line of people and languages.
BRIEF, SHORT = 10, 30


# A word that would make its column too wide; all others are never broken. Scripts without spaces have no such words.
_LONG_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{24,}")

_TAG = Markup('<span class="tag">{}</span>')
_SPOKEN = Markup('<span class="tag spoken">{}</span>')
_SPACE = Markup(" ")


@dataclass(frozen=True, slots=True)
class SessionCard:
    """The texts of a card. `also` are the times in the reader's chosen zone, empty without one.

    `rooms` are those that the head of its column in the grid does not name; `now`: it is going on.
    """

    code: str
    classes: str
    title: Markup
    is_break: bool
    cancelled: bool
    starts: str
    ends: str
    times: str
    also: str
    rooms: Markup
    named_above: bool
    tags: Markup
    timed: bool
    now: bool


@dataclass
class SessionCardWriter:
    """Writes the cards of one page in one language, caching what recurs; `most_people` are named on a card."""

    zone: str
    language: str
    other_zone: str = ""
    most_people: int = SHOWN_PEOPLE
    moment: datetime = field(default_factory=clock.now)
    shown: str = field(default_factory=languages.interface)
    _comma: str = field(default_factory=lambda: _(", "))
    _rooms: dict[int, Markup] = field(default_factory=dict)
    _people: dict[int, Markup] = field(default_factory=dict)
    _spoken_names: dict[tuple[tuple[str, ...], tuple[str, ...]], Markup] = field(default_factory=dict)

    def card(self, session: PublishedSession) -> SessionCard:
        """The card of one session."""
        off = session.cancelled
        classes = "ses"
        if session.kind.is_break:
            classes += " pause"
        minutes = (session.ends_at - session.starts_at).total_seconds() / 60
        if minutes <= SHORT:
            classes += " tiny" if minutes <= BRIEF else " half"
        if off:
            classes += " off"
        if session.track is not None:
            classes += f" c{session.track.colour}"
        title = session.title.resolve(self.language)
        if _LONG_WORD.search(title.text):
            classes += " long"
        return SessionCard(
            code=session.code,
            classes=classes,
            title=marked(title, self.shown),
            is_break=session.kind.is_break,
            cancelled=off,
            starts=session.starts_at.isoformat()
            if session.timed
            else clock.local_day(session.starts_at, self.zone).isoformat(),
            ends=session.ends_at.isoformat(),
            times=languages.times(session.starts_at, session.ends_at, self.zone, timed=session.timed),
            also=self._also(session.starts_at, session.ends_at) if session.timed else "",
            timed=session.timed,
            rooms=self._joined([self._room(room) for room in session.rooms]),
            named_above=len(session.rooms) == 1 and not session.kind.is_break,
            tags=self._tags(session),
            now=session.timed and not off and session.starts_at <= self.moment < session.ends_at,
        )

    def _also(self, start: datetime, end: datetime) -> str:
        if not self.other_zone:
            return ""
        there = languages.times(start, end, self.other_zone)
        day = clock.local_day(start, self.other_zone)
        if day == clock.local_day(start, self.zone):
            return there
        return _("%(day)s, %(times)s", day=languages.day(day, year=False), times=there)

    def _tags(self, session: PublishedSession) -> Markup:
        people = [part.person for part in session.participations if part.person is not None]
        tags = [self._person(person) for person in people[: self.most_people]]
        if len(people) > self.most_people:
            tags.append(_TAG.format(f"+{len(people) - self.most_people}"))
        if session.spoken and not session.kind.is_break:
            tags.append(self._spoken(session))
        return _SPACE.join(tags)

    def _joined(self, parts: Sequence[Markup]) -> Markup:
        return Markup(self._comma).join(parts)

    def _room(self, room: PublishedRoom) -> Markup:
        return _cached(self._rooms, room.id, lambda: marked(room.name.resolve(self.language), self.shown))

    def _person(self, person: ShownPerson) -> Markup:
        return _cached(self._people, person.id, lambda: _TAG.format(marked(person.name(self.language), self.shown)))

    def _spoken(self, session: PublishedSession) -> Markup:
        key = session.spoken, session.interpreted
        if key not in self._spoken_names:
            names = self._comma.join(languages.language_name(tag, self.shown) for tag in session.spoken)
            if session.interpreted:
                into = languages.spoken_list(list(session.interpreted))
                names += " · " + _("interpreted into %(languages)s", languages=into)
            self._spoken_names[key] = _SPOKEN.format(names)
        return self._spoken_names[key]


def _cached(cache: dict[int, Markup], key: int, make: Callable[[], Markup]) -> Markup:
    found = cache.get(key)
    if found is None:
        found = cache[key] = make()
    return found

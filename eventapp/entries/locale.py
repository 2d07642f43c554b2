"""The language of one calendar, and the URLs in its entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from eventapp.core import languages
from eventapp.events.rules import EventKind
from eventapp.programme.rules import ParticipationRole, SessionKind


@dataclass(frozen=True)
class FeedLocale:
    """The language of one calendar, with cached labels: calling gettext a thousand times took a third of the time.

    Do not keep it for more than one calendar: there are no translations outside an app context.
    """

    language: str
    _labels: dict[tuple[type, str], str] = field(default_factory=dict, repr=False, compare=False)
    _spoken_names: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def shown(self) -> str:
        """The language of labels: the requested one, or English if the interface does not have it."""
        base = self.language.split("-")[0]
        return base if base in languages.INTERFACE else "en"

    @contextmanager
    def active(self) -> Iterator[FeedLocale]:
        """Context manager in which gettext returns the labels of this language."""
        with languages.force_locale(self.shown):
            yield self

    def label(self, member: EventKind | SessionKind | ParticipationRole) -> str:
        """The label of a kind or role."""
        key = type(member), member.value
        if key not in self._labels:
            self._labels[key] = member.label
        return self._labels[key]

    def listing(self, names: list[str]) -> str:
        """ "A, B and C"."""
        return names[0] if len(names) == 1 else languages.listing(names, self.shown)

    def spoken_names(self, tags: Sequence[str]) -> str:
        """Names of languages."""
        key = tuple(tags)
        if key not in self._spoken_names:
            self._spoken_names[key] = self.listing([languages.language_name(tag, self.shown) for tag in tags])
        return self._spoken_names[key]


@dataclass(frozen=True)
class Links:
    """Absolute URLs in a calendar. `query` keeps the requested language."""

    base_url: str
    query: str = ""

    @classmethod
    def of(cls, base_url: str, *, language: str | None) -> Links:
        return cls(base_url, f"?{urlencode({'lang': language})}" if language else "")

    def event(self, slug: str) -> str:
        return f"{self.base_url}/events/{quote(slug)}{self.query}"

    def session(self, slug: str, code: str) -> str:
        return f"{self.base_url}/events/{quote(slug)}/sessions/{quote(code)}{self.query}"

    def register(self, slug: str) -> str:
        return f"{self.base_url}/events/{quote(slug)}/register{self.query}"

    def propose(self, slug: str) -> str:
        return f"{self.base_url}/events/{quote(slug)}/propose{self.query}"

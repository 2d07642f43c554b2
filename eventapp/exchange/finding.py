"""Finds the session of a file's entry: by its guid, else by its code, else by title and start. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any

from eventapp.exchange import numbers
from eventapp.exchange.incoming import Identity, IncomingSession, Problem, Texts
from eventapp.programme.models import Room, Session, Track


class FoundBy(StrEnum):
    GUID = "guid"
    CODE = "code"
    TITLE_AND_START = "title and start"


class Finder:
    """An index of an event's sessions by everything that identifies them. Each is found once."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self.by_guid: dict[str, Session] = {}
        self.by_code: dict[str, Session] = {}
        self.by_title: dict[str, list[Session]] = {}
        self.by_slot: dict[tuple[object, ...], dict[int, Session]] = {}
        self.used: set[int] = set()
        for session in sessions:
            for guid in (session.guid, session.uid, numbers.session_guid(session.guid or session.uid)):
                if guid:
                    self.by_guid.setdefault(guid, session)
            self.by_code[session.code] = session
            for title in {title.casefold() for title in session.title.values()}:
                self.by_title.setdefault(title, []).append(session)
                for key in _slots(title, session.starts_at, session.ends_at, bool(session.guid)):
                    self.by_slot.setdefault(key, {})[session.id] = session

    def find(self, wanted: IncomingSession) -> tuple[Session | None, FoundBy | None]:
        """The session, and how it was found. A session found for one entry is not found for another."""
        for session, found_by in self._candidates(wanted):
            if session is not None and session.id not in self.used:
                self.used.add(session.id)
                return session, found_by
        return None, None

    def _candidates(self, wanted: IncomingSession) -> Iterator[tuple[Session | None, FoundBy]]:
        yield self.by_guid.get(wanted.guid) if wanted.guid else None, FoundBy.GUID
        by_code = self.by_code.get(wanted.code) if wanted.code else None
        yield by_code if by_code is not None and _may_be(by_code, wanted) else None, FoundBy.CODE
        yield self._by_title(wanted), FoundBy.TITLE_AND_START

    def _by_title(self, wanted: IncomingSession) -> Session | None:
        """Several sessions with the same title and start are told apart by their end, and taken in order of appearance.

        If both have an identifier of another system and these differ, they are two sessions.
        """
        kinds = (False,) if wanted.guid else (False, True)
        for ends_at in (wanted.ends_at, None):
            for title in dict.fromkeys(title.casefold() for title in wanted.title.values()):
                for has_guid in kinds:
                    slot = self.by_slot.get((title, wanted.starts_at, ends_at, has_guid), {})
                    while slot:
                        number = next(iter(slot))
                        if number not in self.used:
                            return slot[number]
                        del slot[number]
        return None

    def kept(self, problems: Iterable[Problem]) -> set[int] | None:
        """Ids of the sessions whose entries were refused: they are left unchanged.

        None if a refused entry can't be identified: it may be any session.
        """
        found: set[int] = set()
        for problem in problems:
            if problem.whole and problem.of is not None:
                if not (problem.of.guid or problem.of.code or problem.of.titles):
                    return None
                found |= {session.id for session in self._refused(problem.of)}
        return found

    def _refused(self, identity: Identity) -> Iterator[Session]:
        if identity.guid and identity.guid in self.by_guid:
            yield self.by_guid[identity.guid]
        elif identity.code and identity.code in self.by_code:
            yield self.by_code[identity.code]
        elif not identity.guid:
            for title in identity.titles:
                yield from self.by_title.get(title.casefold(), ())


def _slots(title: str, starts_at: object, ends_at: object, has_guid: bool) -> Iterator[tuple[object, ...]]:
    yield title, starts_at, ends_at, has_guid
    if ends_at is not None:
        yield title, starts_at, None, has_guid


def _may_be(session: Session, wanted: IncomingSession) -> bool:
    """Whether equal codes mean the same session: not if both have guids of one kind that differ."""
    if not session.guid or not wanted.guid:
        return True
    return "pretalx-" in {session.guid[:8], wanted.guid[:8]}


class Things:
    """Rooms or tracks by each of their names, in all languages."""

    def __init__(self, things: Sequence[Room] | Sequence[Track]) -> None:
        self.by_name: dict[str, list[Any]] = {}
        for thing in things:
            for name in set(thing.name.values()):
                self.by_name.setdefault(name, []).append(thing)

    @cached_property
    def longest_first(self) -> list[tuple[str, list[Any]]]:
        """(name, things of that name), the longest name first."""
        return sorted(self.by_name.items(), key=lambda pair: -len(pair[0]))

    def of(self, key: str, texts: Texts, here: Sequence[Any] = ()) -> Any | None:
        """The thing of this name. If there are several, one that the session already has takes precedence."""
        named = {tag: text for tag, text in texts.items() if text} or {"": key}
        found = [thing for name in dict.fromkeys([key, *named.values()]) for thing in self.by_name.get(name, ())]
        found = [thing for thing in found if all(thing.name.get(tag, text) == text for tag, text in named.items())]
        return next((thing for thing in found if thing in here), next(iter(found), None))

    def lacking(self, named: Mapping[str, Texts]) -> dict[int, dict[str, str]]:
        """Id of a thing → its names in the file in further languages. Existing names are kept."""
        more: dict[int, dict[str, str]] = {}
        for key, texts in named.items():
            thing = self.of(key, texts)
            for tag, text in texts.items():
                if thing is not None and tag and text and tag not in thing.name:
                    more.setdefault(thing.id, {}).setdefault(tag, text)
        return more

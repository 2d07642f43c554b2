"""Differences between two releases, as stored values and as sentences. No database.

One change is one fact about one session. Organizers see the list before a release, the public after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventapp.core import languages
from eventapp.core.clock import local_day
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.localized import LocalizedText
from eventapp.programme.published import Document, PublishedSession


class ChangeKind(Labelled):
    """What happened to a session; listed most urgent first."""

    CANCELLED = "cancelled", _l("Cancelled")
    REMOVED = "gone", _l("Removed from the programme")
    MOVED = "moved", _l("Rescheduled")
    ROOM = "room", _l("Room changed")
    RESTORED = "restored", _l("Back on the programme")
    NEW = "new", _l("New")
    RENAMED = "renamed", _l("Title changed")
    PEOPLE = "people", _l("Speakers changed")
    LANGUAGE = "language", _l("Languages changed")
    TEXT = "text", _l("Details changed")

    @property
    def tells_time(self) -> bool:
        """Whether its sentence contains times. A room is the same in every zone."""
        return self in _TELLS_TIME


_TELLS_TIME = {ChangeKind.CANCELLED, ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.RESTORED}
# The third value of a span of which only the day is known.
_DAY = "day"
_ORDER = {kind: number for number, kind in enumerate(ChangeKind)}


@dataclass(frozen=True)
class Change:
    """One fact. `before` and `after` are JSON values whose meaning depends on the kind:

    [start, end] as ISO 8601 (moved, new), with "day" as a third if only the day is known, lists of names (room), names
    (renamed), lists of [person id, role] (people), [spoken, interpreted] (language).
    """

    kind: ChangeKind
    code: str
    title: LocalizedText
    before: Any = None
    after: Any = None

    def to_json(self) -> dict[str, Any]:
        """The JSON values stored in a release."""
        return {
            "kind": self.kind.value,
            "code": self.code,
            "title": self.title,
            "before": self.before,
            "after": self.after,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Change:
        return cls(ChangeKind(row["kind"]), row["code"], LocalizedText(row["title"]), row["before"], row["after"])


def between(old: Document, new: Document) -> list[Change]:
    """All differences, most urgent first, then by time."""
    found = [change for session in new.sessions for change in _of(old.by_code.get(session.code), session)]
    return sorted(found, key=lambda change: _ORDER[change.kind])  # stable: within a kind by time


def turned(before: Document, after: Document) -> list[dict[str, Any]]:
    """People who joined or left a session that was already there (see `Release.turned`)."""
    return [
        {"code": now.code, "person": person}
        for now in after.sessions
        if (was := before.by_code.get(now.code)) is not None
        for person in sorted(
            {part.person_id for part in was.participations} ^ {p.person_id for p in now.participations}
        )
    ]


def _times(session: PublishedSession) -> list[str]:
    return span_of(session.starts_at, session.ends_at, timed=session.timed)


def span_of(starts: datetime, ends: datetime, *, timed: bool) -> list[str]:
    """Times as a change has them."""
    return [starts.isoformat(), ends.isoformat(), *([] if timed else [_DAY])]


def _rooms(session: PublishedSession) -> list[LocalizedText]:
    return [room.name for room in session.rooms]


def _people(session: PublishedSession) -> list[list[Any]]:
    return [[part.person_id, part.role.value] for part in session.participations]


def _of(was: PublishedSession | None, now: PublishedSession) -> Iterable[Change]:
    """The differences of one session; a session that was and still is removed has none."""
    if was is None or (was.removed and not now.removed):
        yield from _appeared(was, now)
    elif _is_cancelled_or_removed(now):
        if not _is_cancelled_or_removed(was) or (now.removed and not was.removed):
            yield Change(ChangeKind.REMOVED if now.removed else ChangeKind.CANCELLED, now.code, now.title, _times(was))
    else:
        yield from _when_and_where(was, now)
        yield from _what_and_who(was, now)


def _is_cancelled_or_removed(session: PublishedSession) -> bool:
    return session.removed or session.cancelled


def _appeared(was: PublishedSession | None, now: PublishedSession) -> Iterable[Change]:
    if not _is_cancelled_or_removed(now):
        kind = ChangeKind.NEW if was is None else ChangeKind.RESTORED
        yield Change(kind, now.code, now.title, None, _times(now))
    elif now.cancelled and not now.removed:
        yield Change(ChangeKind.CANCELLED, now.code, now.title)


def _when_and_where(was: PublishedSession, now: PublishedSession) -> Iterable[Change]:
    if _is_cancelled_or_removed(was):
        yield Change(ChangeKind.RESTORED, now.code, now.title, _times(was), _times(now))
    elif _times(was) != _times(now):
        yield Change(ChangeKind.MOVED, now.code, now.title, _times(was), _times(now))
    if _elsewhere(was, now):
        yield Change(ChangeKind.ROOM, now.code, now.title, _rooms(was), _rooms(now))


def _elsewhere(was: PublishedSession, now: PublishedSession) -> bool:
    return [room.slug for room in was.rooms] != [room.slug for room in now.rooms]


def _what_and_who(was: PublishedSession, now: PublishedSession) -> Iterable[Change]:
    if was.title != now.title:
        yield Change(ChangeKind.RENAMED, now.code, now.title, was.title, now.title)
    if _people(was) != _people(now):
        yield Change(ChangeKind.PEOPLE, now.code, now.title, _people(was), _people(now))
    if _languages(was) != _languages(now):
        yield Change(ChangeKind.LANGUAGE, now.code, now.title, _languages(was), _languages(now))
    # A renamed room is a detail of its sessions.
    renamed = was.rooms != now.rooms and not _elsewhere(was, now)
    if _details(was) != _details(now) or _modes(was, now) or renamed:
        yield Change(ChangeKind.TEXT, now.code, now.title)


def _languages(session: PublishedSession) -> list[list[str]]:
    return [list(session.spoken), list(session.interpreted)]


def _details(session: PublishedSession) -> tuple[object, ...]:
    return (
        session.subtitle,
        session.abstract,
        session.kind,
        session.track,
        session.capacity,
        session.do_not_record,
        session.links,
    )


def _modes(was: PublishedSession, now: PublishedSession) -> bool:
    """Whether somebody who takes part in both versions does so in another mode."""
    before = {part.person_id: part.mode for part in was.participations}
    return any(before.get(part.person_id, part.mode) is not part.mode for part in now.participations)


def person_ids(changes: Iterable[Change]) -> set[int]:
    """Ids of the people whose names the sentences need."""
    return {
        person
        for change in changes
        if change.kind is ChangeKind.PEOPLE
        for person, _role in [*change.before, *change.after]
    }


def describe(change: Change, *, zone: str, timed: bool = True, names: Mapping[int, str], language: str) -> str:
    """What happened, without the title: "Tue 18 March, 10:00 – 11:00 → 14:00 – 15:00". Empty if the kind says it all.

    `names` maps person ids to names; people who are missing from it are not mentioned. Titles and rooms are in
    `language`: in an e-mail that of its recipient, which may differ from that of the user who publishes.
    """
    tag = language
    before, after = change.before, change.after
    if change.kind in {ChangeKind.MOVED, ChangeKind.RESTORED} and before:
        if not timed:
            return ""
        return _("%(before)s → %(after)s", before=_when(before, zone), after=_when(after, zone, unlike=before))
    if change.kind in {ChangeKind.NEW, ChangeKind.RESTORED}:
        return _when(after, zone) if timed else ""
    if change.kind in {ChangeKind.CANCELLED, ChangeKind.REMOVED}:
        return _when(before, zone) if before and timed else ""
    if change.kind is ChangeKind.ROOM:
        return _("%(before)s → %(after)s", before=_listed(before, tag), after=_listed(after, tag))
    if change.kind is ChangeKind.RENAMED:
        return _("previously “%(title)s”", title=LocalizedText(before).resolve(tag).text)
    if change.kind is ChangeKind.LANGUAGE:
        return _("%(before)s → %(after)s", before=_spoken_names(before), after=_spoken_names(after))
    if change.kind is ChangeKind.PEOPLE:
        return _describe_people(before, after, names)
    return ""


def _when(span: list[str], zone: str, *, unlike: list[str] | None = None) -> str:
    """Day and times of a span; only the times if the day is that of `unlike`."""
    start, end = (datetime.fromisoformat(moment) for moment in span[:2])
    day = local_day(start, zone)
    times = languages.times(start, end, zone, timed=_DAY not in span)
    if unlike and local_day(datetime.fromisoformat(unlike[0]), zone) == day:
        return times
    return _("%(day)s, %(times)s", day=languages.day(day, year=False), times=times)


def _listed(names: list[Any], language: str) -> str:
    return languages.listing([LocalizedText(name).resolve(language).text for name in names]) if names else _("no room")


def _spoken_names(pair: list[list[str]]) -> str:
    spoken, interpreted = pair
    if not spoken:
        return _("not specified")
    if not interpreted:
        return languages.spoken_list(spoken)
    return _(
        "%(languages)s, interpreted into %(others)s",
        languages=languages.spoken_list(spoken),
        others=languages.spoken_list(interpreted),
    )


def _describe_people(before: list[list[Any]], after: list[list[Any]], names: Mapping[int, str]) -> str:
    was, now = {person for person, _role in before}, {person for person, _role in after}
    joined = [names[person] for person, _role in after if person not in was and person in names]
    left = [names[person] for person, _role in before if person not in now and person in names]
    parts = []
    if joined:
        parts.append(_("%(names)s added", names=languages.listing(list(dict.fromkeys(joined)))))
    if left:
        parts.append(_("%(names)s removed", names=languages.listing(list(dict.fromkeys(left)))))
    return _(", ").join(parts)

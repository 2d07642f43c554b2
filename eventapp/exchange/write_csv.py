"""Writes CSV for spreadsheets: one line per session, with a column for each language of its texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from eventapp.core.localized import LocalizedText
from eventapp.core.text import guarded
from eventapp.directory.models import ShownPerson
from eventapp.exchange import numbers, values
from eventapp.exchange.outgoing import Head
from eventapp.exchange.write_xml import length
from eventapp.programme.published import Document, PublishedPart, PublishedSession
from eventapp.programme.rules import ParticipationRole

# Each of these has a column for every language.
_TEXTS, _LISTS = ("title", "subtitle", "abstract"), ("room", "track", "people")
_COLUMNS = (
    "guid",
    "code",
    "start",
    "end",
    "duration",
    "kind",
    "status",
    "language",
    "interpreted",
    "do_not_record",
    "links",
    "people_guid",
    "role",
    "mode",
)


def write(head: Head, document: Document, people: Mapping[int, ShownPerson], spoken_names: Sequence[str]) -> bytes:
    """The file in UTF-8 with the byte order mark that Excel needs. `spoken_names` get columns even without texts.

    Rooms and people are in the same order in the columns of all languages, as are identifiers, roles and modes of
    people.
    """
    rows = sorted(document.listed, key=lambda s: (s.starts_at, s.ends_at, numbers.session_guid(s.guid or s.uid)))
    made = [(_row(session, head), _texts(session, people)) for session in rows]
    used: dict[str, None] = dict.fromkeys(spoken_names)
    for _row_of, texts in made:
        for field in _TEXTS:
            used.update(dict.fromkeys(texts[field][0]))
        for field in _LISTS:
            used.update(dict.fromkeys(tag for words in texts[field] for tag in words))
    columns = [f"{name}_{tag}" for name in (*_TEXTS, *_LISTS) for tag in used]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*_COLUMNS, *columns], lineterminator="\r\n")
    writer.writeheader()
    for (row, texts), session in zip(made, rows, strict=True):
        cells = {f"{name}_{tag}": _cell(name, texts[name], tag) for name in (*_TEXTS, *_LISTS) for tag in used}
        writer.writerow(
            {name: guarded(values.text(cell)) for name, cell in {**row, **_people(session, people), **cells}.items()}
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(field: str, texts: Sequence[LocalizedText], tag: str) -> str:
    """The cell of a text, or of a list with each name in its position, empty if it has none in this language."""
    if field in _TEXTS:
        return texts[0].get(tag, "")
    if field == "track":
        return values.line(texts[0].get(tag, "")) if texts else ""
    named = [values.in_list(values.line(words.get(tag, ""))) for words in texts]
    return "; ".join(named) if any(named) else ""


def _texts(session: PublishedSession, people: Mapping[int, ShownPerson]) -> dict[str, list[LocalizedText]]:
    return {
        "title": [session.title],
        "subtitle": [session.subtitle],
        "abstract": [session.abstract],
        "room": [room.name for room in session.rooms],
        "track": [session.track.name] if session.track else [],
        "people": [_names(people[part.person_id]) for part in _shown(session, people)],
    }


def _names(person: ShownPerson) -> LocalizedText:
    """The full name in each language that has one."""
    names = {tag: person.name(tag) for tag in {**person.family, **person.given}}
    return LocalizedText({tag: name.text for tag, name in names.items() if name.language == tag})


def _shown(session: PublishedSession, people: Mapping[int, ShownPerson]) -> list[PublishedPart]:
    return [
        part
        for part in session.participations
        if part.person_id in people and part.role is not ParticipationRole.INTERPRETER
    ]


def _people(session: PublishedSession, people: Mapping[int, ShownPerson]) -> dict[str, str]:
    parts = _shown(session, people)
    return {
        "people_guid": "; ".join(numbers.person_guid(people[part.person_id]) for part in parts),
        "role": "; ".join(part.role.value for part in parts),
        "mode": "; ".join(part.mode.value for part in parts),
    }


def _row(session: PublishedSession, head: Head) -> dict[str, str]:
    zone = ZoneInfo(head.zone)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return {
        "guid": numbers.session_guid(session.guid or session.uid),
        "code": session.code,
        # Of a session whose hour is not known, only the day.
        "start": starts.isoformat() if session.timed else starts.date().isoformat(),
        "end": ends.isoformat() if session.timed else "",
        "duration": length(int((session.ends_at - session.starts_at).total_seconds() // 60)) if session.timed else "",
        "kind": session.kind.value,
        "status": session.status.value,
        "language": ", ".join(session.spoken),
        "interpreted": ", ".join(session.interpreted),
        "do_not_record": "yes" if session.do_not_record else "no",
        "links": "\n".join(f"{one['title']} {one['url']}" for one in session.links),
    }

"""CSV for spreadsheets: one line for each session, every language of its texts in a column of its own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from eventapp.directory.models import Person
from eventapp.exchange import numbers, values
from eventapp.exchange.outgoing import Head
from eventapp.exchange.write_xml import length
from eventapp.programme.published import Document, PublishedSession
from eventapp.programme.rules import ParticipationRole

_TEXTS = ("title", "subtitle", "abstract")
_COLUMNS = ("guid", "code", "start", "end", "duration", "room", "track", "kind", "status", "people", "language",
            "interpreted", "do_not_record", "links")  # fmt: skip


def write(head: Head, document: Document, people: Mapping[int, Person], tongues: Sequence[str]) -> bytes:
    """The file in UTF-8 with the mark that Excel wants. `tongues` have columns also without texts."""
    used: dict[str, None] = dict.fromkeys(tongues)
    for session in document.listed:
        for name in _TEXTS:
            used.update(dict.fromkeys(getattr(session, name)))
    texts = [f"{name}_{tag}" for name in _TEXTS for tag in used]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*_COLUMNS, *texts], lineterminator="\r\n")
    writer.writeheader()
    rows = sorted(document.listed, key=lambda s: (s.starts_at, s.ends_at, numbers.session_guid(s.guid or s.uid)))
    for session in rows:
        row = {
            **_row(session, head, people),
            **{f"{n}_{t}": getattr(session, n).get(t, "") for n in _TEXTS for t in used},
        }
        writer.writerow({name: guarded(values.text(cell)) for name, cell in row.items()})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one from a stranger could send the others away."""
    return f"'{cell}" if re.match(r"'?[=+\-@\t]", cell) else cell


def _row(session: PublishedSession, head: Head, people: Mapping[int, Person]) -> dict[str, str]:
    zone = ZoneInfo(head.zone)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    known = [people[p.person_id] for p in session.participations
             if p.person_id in people and p.role is not ParticipationRole.INTERPRETER]  # fmt: skip
    return {
        "guid": numbers.session_guid(session.guid or session.uid),
        "code": session.code,
        "start": starts.isoformat(),
        "end": ends.isoformat(),
        "duration": length(int((session.ends_at - session.starts_at).total_seconds() // 60)),
        "room": "; ".join(values.in_list(values.line(room.name.say(head.language).text)) for room in session.rooms),
        "track": values.line(session.track.name.say(head.language).text) if session.track else "",
        "kind": session.kind.value,
        "status": session.status.value,
        "people": "; ".join(values.in_list(values.line(person.name(head.language).text)) for person in known),
        "language": " ".join(session.spoken[:1]),
        "interpreted": " ".join(session.interpreted),
        "do_not_record": "yes" if session.do_not_record else "no",
        "links": "\n".join(f"{one['title']} {one['url']}" for one in session.links),
    }

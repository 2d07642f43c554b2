"""`python -m bench.hostile`: what malicious files cost the process that reads them, 6 MB of each kind.

`python -m bench.hostile csv-one-cell` measures one of them.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from flask import Flask

from eventapp.core import languages
from eventapp.core.refusals import Refused
from eventapp.exchange import formats, reading, stored
from eventapp.exchange.incoming import Options
from tests.support.schedules import fair

SIZE = formats.LARGEST
_EVENT = '{"guid":"%d","title":"T","start":"10:00","duration":"00:30","date":"2031-03-18","abstract":%s}'


def filled(head: str, piece: str, tail: str = "") -> bytes:
    """As many copies of `piece` between head and tail as fit."""
    room = SIZE - len((head + tail).encode())
    return (head + piece * (room // len(piece.encode())) + tail).encode()


def numbered(head: str, piece: Callable[[int], str], tail: str = "") -> bytes:
    """`filled` with pieces that differ."""
    parts, size, number = [head], len((head + tail).encode()), 0
    while size + len(one := piece(number)) < SIZE:
        parts.append(one)
        size += len(one.encode())
        number += 1
    return "".join([*parts, tail]).encode()


def schedule(abstract: str) -> bytes:
    """A schedule.json whose abstracts are all the same text."""
    head = '{"schedule":{"conference":{"days":[{"date":"2031-03-18","rooms":{"A":['
    text = json.dumps(abstract)
    return numbered(head, lambda n: ("," if n else "") + _EVENT % (n, text), "]}}]}}}")


def pretalx(piece: Callable[[int], str]) -> bytes:
    return numbered('{"results":[{"code":"A","title":"x","state":"confirmed"}', lambda n: f",{piece(n)}", "]}")


CALENDAR, ENTRY = (
    "BEGIN:VCALENDAR\r\n",
    "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nDTSTART:20310318T100000Z\r\nDURATION:PT1H\r\n",
)
END = "END:VEVENT\r\nEND:VCALENDAR\r\n"
SESSIONS = '{"schedule":{"conference":{"days":[{"date":"2031-03-18","rooms":{"A":['
SLOT = '{"guid":"g","title":"T","start":"10:00","duration":"1:00","room":"%d"}'
TITLE = "<schedule><day><room><event><title>"
AFTER = "</event></room></day></schedule>"
HEAD = "title,start,end,people\nA,2031-03-18T10:00Z,2031-03-18T11:00Z,"
KINDS: dict[str, Callable[[], bytes]] = {
    "a programme, as large as it may be": lambda: fair(1500, words=720),
    "json-deep": lambda: filled("", "["),
    "json-deep-objects": lambda: filled("", '{"a":'),
    "json-empty-lists": lambda: filled("[", "[],", "[]]"),
    "json-empty-objects": lambda: filled("[", "{},", "{}]"),
    "json-small-objects": lambda: numbered('{"results":[{}', lambda n: f',{{"{n}":{{}}}}', "]}"),
    "json-numbers": lambda: filled("[", "1e9,", "1]"),
    "json-long-number": lambda: filled("[", "1", "]"),
    "json-one-text": lambda: filled('{"schedule":{"conference":{"days":[{"rooms":{"A":[{"title":"', "x", '"}]}}]}}}'),
    "json-open-tags": lambda: schedule("<p>x</p>" + "<a " * 16000),
    "json-brackets": lambda: schedule("<p>x</p>" + "<" * 49000),
    "json-nested-tags": lambda: schedule("<p>x</p>" + "<b>" * 16000),
    "json-formatting": lambda: schedule("<p>x</p>" + "".join(f"<b id={n}>" for n in range(2000)) + "<p>x" * 6000),
    "json-comments": lambda: schedule("<p>x</p>" + "<!--" * 12000),
    "json-entities": lambda: schedule("<p>x</p>" + "&amp;" * 9000),
    "json-long-texts": lambda: schedule("x" * 60000),
    "json-no-titles": lambda: numbered(
        '{"schedule":{"conference":{"days":[{"rooms":{"A":[{}', lambda n: f',{{"id":{n}}}', "]}}]}}}"
    ),
    "json-same-slot": lambda: numbered(SESSIONS, lambda n: ("," if n else "") + SLOT % n, "]}}]}}}"),
    "json-rooms": lambda: numbered('{"schedule":{"conference":{"days":[],"rooms":[""', lambda n: f',"{n}"', "]}}}"),
    "json-people": lambda: filled(
        '{"schedule":{"conference":{"days":[{"rooms":{"A":[{"title":"x","persons":[""', ',{"name":"a"}', "]}]}}]}}}"
    ),
    "json-languages": lambda: numbered(
        '{"schedule":{"conference":{"days":[{"rooms":{"A":[{}',
        lambda n: f',{{"title":"x{n}","language":"{",".join(f"q{n}w{m}" for m in range(60))}"}}',
        "]}}]}}}",
    ),
    "pretalx-slots": lambda: filled('[{"code":"A","title":"x","state":"confirmed","slots":[{}', ",{}", "]}]"),
    "pretalx-many": lambda: pretalx(lambda n: f'{{"code":"{n}","title":"x","state":"confirmed"}}'),
    "pretalx-states": lambda: pretalx(lambda n: f'{{"code":"{n}","title":"x"}}'),
    "pretalx-keys": lambda: numbered('[{"code":"A","title":"x"', lambda n: f',"k{n}":1', "}]"),
    "xml-entities": lambda: filled('<!DOCTYPE a [<!ENTITY a "b">]><schedule>', "&a;", "</schedule>"),
    "xml-elements": lambda: filled("<schedule>", "<a/>", "</schedule>"),
    "xml-deep": lambda: filled("", "<a>"),
    "xml-attributes": lambda: numbered("<schedule", lambda n: f' a{n}=""', "/>"),
    "xml-one-text": lambda: filled(TITLE, "x", "</title>" + AFTER),
    "xml-texts": lambda: filled("<schedule>", "x<a/>", "</schedule>"),
    "xml-people": lambda: filled(TITLE + "x</title><persons>", "<person>a</person>", "</persons>" + AFTER),
    "xml-references": lambda: filled("<schedule><a>", "&#65;", "</a></schedule>"),
    "ics-properties": lambda: numbered(CALENDAR + ENTRY, lambda n: f"X-{n}:\r\n", END),
    "ics-known-properties": lambda: filled(CALENDAR + ENTRY, "SUMMARY:x\r\n", END),
    "ics-parameters": lambda: filled(CALENDAR + ENTRY + "LOCATION", ";A=", "\r\n" + END),
    "ics-folded": lambda: filled(CALENDAR + ENTRY + "DESCRIPTION:", "\r\n x", "\r\n" + END),
    "ics-entries": lambda: filled(CALENDAR, "BEGIN:VEVENT\r\nEND:VEVENT\r\n", "END:VCALENDAR\r\n"),
    "ics-parts": lambda: filled(CALENDAR + ENTRY, "BEGIN:VALARM\r\nEND:VALARM\r\n", END),
    "ics-zones": lambda: filled(CALENDAR, "BEGIN:VTIMEZONE\r\nEND:VTIMEZONE\r\n", "END:VCALENDAR\r\n"),
    "ics-no-lines": lambda: filled(CALENDAR, "?\r\n", "END:VCALENDAR\r\n"),
    "ics-empty-lines": lambda: filled(CALENDAR, "\n", "END:VCALENDAR\r\n"),
    "csv-one-cell": lambda: filled("title\n", "x"),
    "csv-quoted-cell": lambda: filled('title\n"', "x\n", '"'),
    "csv-columns": lambda: filled("title", ","),
    "csv-named-columns": lambda: numbered("title", lambda n: f",c{n}"),
    "csv-wide-row": lambda: filled("title\n", ","),
    "csv-empty-lines": lambda: filled("title\n", "\n"),
    "csv-rows": lambda: numbered("title\n", lambda n: f"{n}\n"),
    "csv-people": lambda: filled(HEAD, "Ada Lovelace;"),
    "csv-people-in-rows": lambda: numbered(
        "title,start,end,people\n", lambda n: f"A{n},2031-03-18T10:00Z,2031-03-18T11:00Z,{'A B;' * 190}\n"
    ),
    "csv-rooms": lambda: numbered("title,room\n", lambda n: f"A{n},{n}\n"),
    "csv-rooms-of-one-name": lambda: numbered("title,room_en,room_ja\n", lambda n: f"A{n},x,{n}\n"),
    "csv-links": lambda: numbered("title,links\n", lambda n: f'A{n},"{"a https://a.b" * 40}"\n'),
    "csv-utf-16": lambda: ("title\n" + "\U0001f600" * 1_500_000).encode("utf-16")[:SIZE],
    "nothing": lambda: b" " * SIZE,
    "zeros": lambda: b"\x00" * SIZE,
    "noise": lambda: bytes(n * n % 251 for n in range(SIZE)),
}


def one(kind: str) -> tuple[float, float, str]:
    """(seconds, peak MB of the reading process, result)."""
    data = KINDS[kind]()
    app = Flask("eventapp")
    languages.init_app(app)
    with app.app_context(), languages.force_locale("en"):
        began = perf_counter()
        read = stored.deserialized(reading.read(data, Options(home="Asia/Tokyo")))
        taken = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    said = read.message if isinstance(read, Refused) else f"{len(read.sessions)} entries, {len(read.problems)} problems"
    return taken, peak, said


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(one(sys.argv[1])))
        return
    for kind in KINDS:
        done = subprocess.run([sys.executable, "-m", "bench.hostile", kind], capture_output=True, check=True)
        taken, peak, said = json.loads(done.stdout)
        print(f"{kind}: {taken:.1f} s, {peak:.0f} MB: {said[:100]}", flush=True)


if __name__ == "__main__":
    main()

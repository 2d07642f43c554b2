"""What schedule.xml and schedule.json of frab, pretalx and c3voc have in common: their events as plain values.

The format is described at https://c3voc.de/wiki/schedule. Its `date` contains day, time and offset; older files have
only `start`, on the day of the enclosing element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventapp.core.clock import day_span, local_day, to_local
from eventapp.core.languages import gettext as _
from eventapp.exchange import values
from eventapp.exchange.collected import ImportCollector
from eventapp.exchange.incoming import Identity, IncomingPerson, IncomingSession, Problem
from eventapp.exchange.numbers import WHOLE_DAY, guid_of_number
from eventapp.exchange.values import AmbiguousValue


@dataclass(frozen=True)
class FrabDay:
    """The day that contains an event. It includes times of day from `opens` until the same time of the next day."""

    on: date | None = None
    opens: time | None = None


@dataclass(frozen=True)
class RawRow:
    """An event as found in a file; `texts` are keyed by the names of the format."""

    where: str
    texts: Mapping[str, object]
    day: FrabDay
    people: Sequence[Mapping[str, object]]
    links: Sequence[tuple[object, object]]
    rooms: Sequence[object]


# Parts of an event that are read or irrelevant to a programme; all others are reported once as left out.
READ = frozenset(
    [
        "id",
        "guid",
        "code",
        "date",
        "start",
        "end",
        "duration",
        "room",
        "slug",
        "url",
        "title",
        "subtitle",
        "track",
        "type",
        "category",
        "language",
        "abstract",
        "description",
        "do_not_record",
        "optout",
        "recording",
        "persons",
        "speakers",
        "person",
        "speaker",
        "links",
        "attachments",
        "day_index",
    ]
)
_NAMES = ("name", "public_name", "full_public_name", "full_name")
_READ_OF_PERSON = frozenset({*_NAMES, "id", "guid", "code", "biography", "description"})


def session(collector: ImportCollector, raw: RawRow) -> IncomingSession:
    """Convert an event of the file. Raises AmbiguousValue if it can't be imported."""
    says = raw.texts.get
    if isinstance(attachments := says("attachments"), list) and attachments:
        collector.left_without_place(_("attachments"), len(attachments))
    title = values.line(says("title"))
    if not title:
        raise AmbiguousValue(_("The entry has no title."))
    starts = _starts(collector, raw)
    length = values.minutes(says("duration"))
    if starts is not None and length is None:
        raise AmbiguousValue(_("“%(title)s” has a start time but no length.", title=title))
    ends, timed = starts + timedelta(minutes=length) if starts and length else None, True
    if starts and length == WHOLE_DAY and collector.own and to_local(starts, collector.zone).time() == time():
        starts, ends = day_span(local_day(starts, collector.zone), collector.zone)
        timed = False
    rooms = dict.fromkeys(filter(None, (values.line(room) for room in raw.rooms)))
    abstract = collector.prose(says("abstract"), says("description"))
    people = collector.somebody(_people(collector, raw))
    return IncomingSession(
        where=raw.where,
        title={"": title},
        guid=_guid(collector, raw),
        code=code_of(says("code"), says("url")),
        starts_at=starts,
        ends_at=ends,
        timed=timed,
        minutes=length if timed else None,
        rooms=tuple(dict.fromkeys(collector.room(room) for room in rooms)),
        track=collector.track(values.line(says("track"))),
        kind=collector.kind(says("type")),
        spoken=collector.tags(raw.where, says("language")),
        subtitle={"": values.line(says("subtitle"))},
        abstract=None if abstract is None else {"": abstract},
        people=people,
        do_not_record=values.yes(says("optout")),
        links=collector.links(raw.where, raw.links),
    )


def identity(collector: ImportCollector, raw: RawRow) -> Identity:
    """What identifies the event even if it can't be read."""
    title = values.glimpse(raw.texts.get("title"))
    code = code_of(values.glimpse(raw.texts.get("code")), values.glimpse(raw.texts.get("url")))
    return Identity(_guid(collector, raw), code, (title,) if title else ())


def add(collector: ImportCollector, raw: RawRow) -> None:
    """Import an event, or record why not. Raises Refused if the whole file can't be imported."""
    collector.take(raw.where, identity(collector, raw), lambda: session(collector, raw))


def _guid(collector: ImportCollector, raw: RawRow) -> str:
    guid = values.glimpse(raw.texts.get("guid"))
    if not guid and (number := values.glimpse(raw.texts.get("id"))):
        # An id is only unique within its own system.
        guid = f"{collector.acronym or collector.format}:{number}"
    return guid[:200]


def _starts(collector: ImportCollector, raw: RawRow) -> datetime | None:
    written, start = values.line(raw.texts.get("date")), values.clock_time(raw.texts.get("start"))
    on, at, offset = values.day_and_time(written) if written else (raw.day.on, None, None)
    if on is None and start is None:
        return None
    if on is None:
        raise AmbiguousValue(_("There is a time but no date."))
    if at is not None and offset is None and start is not None and start != at:
        raise AmbiguousValue(
            _(
                "The date field has %(one)s but the start field has %(other)s.",
                one=f"{at:%H:%M}",
                other=f"{start:%H:%M}",
            )
        )
    if at is None:
        at = start
        if at is None:
            raise AmbiguousValue(_("There is a date but no time."))
        if raw.day.on == on and raw.day.opens is not None and at < raw.day.opens:
            on += timedelta(days=1)  # past midnight: it belongs to the day that began the morning before
    moment = values.moment(on, at, offset, collector.zone)
    if offset is not None and start == at and collector.options.home:
        # Programs that ignore time zones write a Z or their own offset after the local time.
        there = moment.astimezone(ZoneInfo(collector.options.home))
        if there.time() != at:
            collector.elsewhere.append((at, there))
    return moment


def _people(collector: ImportCollector, raw: RawRow) -> Iterator[IncomingPerson]:
    for says in raw.people:
        name = values.line(next((says[key] for key in _NAMES if says.get(key)), ""))
        for key, value in says.items():
            if key not in _READ_OF_PERSON and value not in (None, "", [], {}):
                collector.left_without_place(_("%(name)s of people", name=key))
        guid, code = values.line(says.get("guid")), values.line(says.get("code"))
        number = values.line(says.get("id"))
        if not guid and collector.own and number.isdecimal():
            guid = guid_of_number(int(number[:20]))
        biography = collector.prose(says.get("biography") or says.get("description"))
        if name or guid:
            yield IncomingPerson(name, guid[:200], code[:20], biography={"": biography} if biography else {})
        elif number or code:
            collector.leave_out(Problem(raw.where, _("A person has a number but no name."), whole=False))


def code_of(code: object, url: object) -> str:
    """A public code: the one given, or that in a URL like …/talk/G9JGWY/ or …/sessions/K3X9PW."""
    given = values.line(code)
    if not given and (match := re.search(r"/(?:talk|sessions)/([A-Z0-9]{4,12})/?(?:[?#]|$)", values.line(url))):
        given = match[1]
    return given if re.fullmatch(r"[A-Z0-9]{4,12}", given) else ""

"""A person's calendar app, as far as e-mails are concerned: it applies invitations by the rules of RFC 5546."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from eventapp.core.localized import fold
from eventapp.mail.models import Email
from tests.support import ical_lint as lint


@dataclass(frozen=True, repr=False)
class Shown:
    """What a person sees of an entry that takes place."""

    starts: datetime
    ends: datetime
    zone: str
    status: str
    place: str = ""
    link: str = ""

    def __repr__(self) -> str:
        local = [moment.astimezone(ZoneInfo(self.zone)) for moment in (self.starts, self.ends)]
        return " ".join([*(f"{moment:%d %H:%M}" for moment in local), self.zone, self.status, self.place, self.link])


@dataclass
class Held:
    """An entry in a person's calendar; `code` is the session's, or empty for the event."""

    code: str
    sequence: int
    stamp: str
    shown: Shown
    title: str
    cancelled: bool = False


def moment(line: lint.Line) -> tuple[datetime, str]:
    """The moment of a DTSTART or DTEND, and its zone."""
    zone = line.params.get("TZID", "UTC").strip('"')
    return datetime.strptime(line.value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone)), zone


@dataclass
class CalendarApp:
    """The calendar app of one address, which applies invitations in e-mails (RFC 5546 §2.1.5, §3.2)."""

    address: str
    entries: dict[str, Held] = field(default_factory=dict)

    def take(self, email: Email) -> list[tuple[Held | None, Held]]:
        """Apply the files of an e-mail; returns (before, after) of each."""
        done = []
        for file in email.calendars:
            (event,) = lint.parse(file.content).of("VEVENT")
            assert event.one("ATTENDEE") == f"mailto:{self.address}"
            uid, known = event.one("UID"), self.entries.get(event.one("UID"))
            (starts, zone), (ends, _zone) = moment(event.all("DTSTART")[0]), moment(event.all("DTEND")[0])
            place = fold(lint.text(event.first("LOCATION")))
            shown = Shown(starts, ends, zone, event.one("STATUS"), place, event.first("CONFERENCE"))
            code = re.search(r"/sessions/(\w+)", event.first("URL"))
            new = Held(
                code[1] if code else "", int(event.one("SEQUENCE")), event.one("DTSTAMP"), shown, event.one("SUMMARY")
            )
            new.cancelled = file.method == "CANCEL"
            assert known or not new.cancelled, f"{self.address}: CANCEL of what was never there"
            if known:
                assert new.sequence > known.sequence, f"{self.address}: SEQUENCE {known.sequence} → {new.sequence}"
                assert new.stamp >= known.stamp, f"{self.address}: DTSTAMP falls"
                assert new.code == known.code
            self.entries[uid] = new
            done.append((known, new))
        return done

    @property
    def live(self) -> dict[str, list[Shown]]:
        """The current entries, by session code."""
        found: dict[str, list[Shown]] = {}
        for one in self.entries.values():
            if not one.cancelled:
                found.setdefault(one.code, []).append(one.shown)
        return found

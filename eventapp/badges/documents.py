"""Badges and name plates of the people of a list, and signs of rooms and doors, as data of their templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eventapp.badges.sheets import Sheet
from eventapp.check_in.models import CheckInPoint
from eventapp.core import languages
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.pdf.fonts import FontSet
from eventapp.people import queries as people
from eventapp.people.queries import PersonRow
from eventapp.people.rules import PeopleQuery
from eventapp.programme import queries as programme
from eventapp.registration import queries as registrations
from eventapp.registration.models import Registration
from eventapp.tickets import queries as tickets
from eventapp.tickets.drawing import drawn

# People in one file: the QR codes of so many take two seconds.
IN_ONE_FILE = 500


@dataclass(frozen=True)
class Badge:
    """What is printed of one person."""

    id: int
    name: str
    reading: str
    organization: str
    role: str

    @property
    def language(self) -> str:
        """The language of the letters, which decides how kanji look."""
        return script_language(self.name)


@dataclass(frozen=True)
class Printable:
    """The people of one file, and those who can't be printed with the characters that no font has."""

    badges: list[Badge]
    left_out: list[tuple[Badge, str]]
    total: int

    @property
    def files(self) -> int:
        """How many files they are."""
        return -(-self.total // IN_ONE_FILE)


def script_language(text: str) -> str:
    """The language to typeset a name in: Japanese for kanji and kana, else English, which changes nothing."""
    return "ja" if any(unicodedata.name(c, "").startswith(("CJK", "HIRAGANA", "KATAKANA")) for c in text) else "en"


def printable(event: Event, query: PeopleQuery, fonts: FontSet, *, language: str, file: int = 1) -> Printable:
    """The people of a list who can be printed, those of one file (from 1), with their options in a language. A query
    that names no states has those who are confirmed.
    """
    questions = registrations.every_question(event)
    options = {option.key: option.name(language) for option in registrations.options(event)}
    numbers = people.numbers(event, query, questions, emails=False)
    first = (file - 1) * IN_ONE_FILE
    rows = people.rows(event, query, questions, emails=False, limit=IN_ONE_FILE, offset=first)
    badges = [_badge(row, options) for row in rows]
    left_out = [(badge, missing) for badge in badges if (missing := _missing(badge, fonts))]
    unprintable = {badge.id for badge, _missing_ in left_out}
    return Printable([badge for badge in badges if badge.id not in unprintable], left_out, query.total(numbers))


def _badge(row: PersonRow, options: dict[str, str]) -> Badge:
    name = row.name or row.organization_name
    organization = row.organization_name if row.name else ""
    return Badge(row.id, name, row.reading, organization, options.get(row.option_key, ""))


def _missing(badge: Badge, fonts: FontSet) -> str:
    return fonts.missing(badge.name + badge.reading + badge.organization)


def badge_data(
    event: Event, badges: Iterable[Badge], sheet: Sheet, *, language: str, codes: bool, marks: bool
) -> dict[str, Any]:
    """The data of badges.typ. One statement for the tickets."""
    badges = list(badges)
    shown = _codes(event, [badge.id for badge in badges]) if codes else {}
    # What the event is and where, in one line.
    event_line = " · ".join(filter(None, (text.resolve(language).text for text in (event.title, event.venue_name))))
    rows = [
        {
            "name": badge.name,
            "reading": badge.reading,
            "organization": badge.organization,
            "role": badge.role,
            "event": event_line,
            "lang": badge.language,
            "code": shown.get(badge.id, ""),
        }
        for badge in badges
    ]
    alt = _("QR code of the ticket")
    return {
        **_common(event, _("Badges"), language),
        "sheet": sheet.values(),
        "badges": rows,
        "marks": marks,
        "code_alt": alt,
    }


def test_data(event: Event, sheet: Sheet, *, language: str) -> dict[str, Any]:
    """A page that shows where the printer puts the edges of a sheet."""
    one = {"name": "", "reading": "", "organization": sheet.label, "role": "", "event": "", "lang": "en", "code": ""}
    rows = [one | {"name": str(number + 1)} for number in range(sheet.on_a_page)]
    return {
        **_common(event, _("Test page"), language),
        "sheet": sheet.values(),
        "badges": rows,
        "marks": True,
        "code_alt": "",
    }


def plate_data(event: Event, badges: Iterable[Badge], *, language: str) -> dict[str, Any]:
    """The data of plates.typ."""
    rows = [
        {"name": one.name, "second": one.reading, "organization": one.organization, "lang": one.language}
        for one in badges
    ]
    return {**_common(event, _("Name plates"), language), "plates": rows}


def sign_data(event: Event, *, language: str) -> dict[str, Any]:
    """The data of signs.typ: a sign for each room and each check-in point, in this language and another one."""
    rows = [_sign(event, room.name, language) for room in programme.rooms(event)]
    points = db.session.scalars(
        select(CheckInPoint).where(CheckInPoint.event_id == event.id, ~CheckInPoint.closed).order_by(CheckInPoint.id)
    )
    rows += [_sign(event, point.title, language, note=_("Check-in")) for point in points if point.title]
    return {**_common(event, _("Signs"), language), "signs": rows}


def _sign(event: Event, name: LocalizedText, language: str, *, note: str = "") -> dict[str, Any]:
    first = name.resolve(language)
    second = next((text for text in name.values() if text and text != first.text), "")
    return {
        "event": event.title.resolve(language).text,
        "first": first.text,
        "lang": first.language,
        "second": second,
        "second_lang": script_language(second),
        "note": note,
    }


def _common(event: Event, what: str, language: str) -> dict[str, Any]:
    title = event.title.resolve(language).text
    return {"title": f"{what}: {title}", "author": title, "lang": languages.interface()}


def _codes(event: Event, numbers: list[int]) -> dict[int, str]:
    """The QR codes of tickets as SVG, by the number of the registration."""
    query = select(Registration.id, Registration.ticket_revision).where(
        Registration.event_id == event.id, Registration.id.in_(numbers)
    )
    revisions = {number: revision for number, revision in db.session.execute(query)}
    return {number: drawn(text) for number, text in tickets.texts(event.id, revisions).items()}

"""What the page of the programme shows: which sessions, of which days, and how each day is laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from eventapp.core import clock
from eventapp.core.pages import valid_until
from eventapp.directory.models import ShownPerson
from eventapp.events.models import Event
from eventapp.programme import grid, queries
from eventapp.programme.grid import GridDay
from eventapp.programme.published import Document, PublishedSession, PublishedTrack, with_people
from eventapp.programme.queries import SessionFilter
from eventapp.programme.rules import SessionKind
from eventapp.programme.session_cards import SessionCard, SessionCardWriter

# A programme of more sessions than this has a page for each day.
ONE_PAGE = 200


@dataclass(frozen=True)
class DayTab:
    """A day with sessions that match: its place among them, counted from 1, and how many sessions there are."""

    day: date
    place: int
    sessions: int
    shown: bool


@dataclass(frozen=True)
class ProgrammePage:
    """The days that are shown, and what can be chosen. `paged`: each day has its own page.

    `total` counts all sessions of the programme, `number` those that match the filter, on all days.
    """

    tabs: list[DayTab]
    days: list[tuple[date, GridDay]]
    cards: dict[str, SessionCard]
    paged: bool
    total: int
    number: int
    tracks: list[PublishedTrack] = field(default_factory=list)
    kinds: list[SessionKind] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)

    @property
    def alone(self) -> bool:
        """Whether only one of several days is shown."""
        return len(self.days) < len(self.tabs)

    @property
    def before(self) -> DayTab | None:
        """The day before the only one that is shown."""
        return self._beside(-1)

    @property
    def after(self) -> DayTab | None:
        """The day after the only one that is shown."""
        return self._beside(1)

    def _beside(self, step: int) -> DayTab | None:
        place = next((tab.place for tab in self.tabs if tab.shown), 0) + step
        return next((tab for tab in self.tabs if self.alone and tab.place == place), None)


def build(
    event: Event,
    document: Document,
    wanted: SessionFilter,
    *,
    write: SessionCardWriter,
    day: date | None = None,
    whole: bool = False,
) -> ProgrammePage:
    """The page of a programme; `day` is the one asked for, `whole`: all days, however many sessions there are.

    People are read for the sessions that are shown, or for all if their names are searched.
    """
    every = document.listed
    people = _people(event, every) if wanted.text else {}
    matching = [session for session in every if queries.matches(session, wanted, people)] if wanted else every
    by_day = queries.by_day(matching, event)
    paged = len(matching) > ONE_PAGE and not whole and len(by_day) > 1
    shown = days_shown(list(by_day), asked=day, paged=paged, today=clock.local_day(write.moment, event.zone))
    rows = [session for one in shown for session in by_day[one]]
    named = with_people(rows, people or _people(event, rows))
    _until_next(named, write.moment)
    used = {session.track.slug for session in every if session.track is not None}
    return ProgrammePage(
        tabs=[
            DayTab(one, place, len(of_day), one in shown)
            for place, (one, of_day) in enumerate(sorted(by_day.items()), start=1)
        ],
        days=[(one, grid.lay_out(of_day, document.rooms)) for one, of_day in queries.by_day(named, event).items()],
        cards={session.code: write.card(session) for session in named},
        paged=paged,
        total=len(every),
        number=len(matching),
        tracks=[track for track in document.tracks if track.slug in used],
        kinds=sorted({session.kind for session in every}, key=list(SessionKind).index),
        spoken=sorted({tag for session in every for tag in (*session.spoken, *session.interpreted)}),
    )


def _people(event: Event, sessions: list[PublishedSession]) -> dict[int, ShownPerson]:
    return queries.people_by_id(
        event, (part.person_id for session in sessions for part in session.participations), positions=False
    )


def days_shown(days: list[date], *, asked: date | None, paged: bool, today: date) -> list[date]:
    """The days of a page: the one asked for; else all, or the present one if they are `paged`; before and after the
    event its first one.
    """
    if asked in days:
        return [asked] if asked else []
    if not paged:
        return days
    first, last = min(days), max(days)
    return [min(one for one in days if one >= today)] if first <= today <= last else [first]


def _until_next(sessions: list[PublishedSession], moment: datetime) -> None:
    """Let the page be built anew when the next session begins or ends: it says which ones are going on."""
    coming = [at for one in sessions if one.timed for at in (one.starts_at, one.ends_at) if at > moment]
    valid_until(min(coming, default=None))

"""What registration forms are made of, kept in memory: in a rush, it is the same for thousands who send one off."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eventapp.core.db import db
from eventapp.core.running import extension
from eventapp.entries.queries import venues_of
from eventapp.entries.rows import VenueRow
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.events.queries import PageState, Shown
from eventapp.programme import queries as programme
from eventapp.programme.published import Document
from eventapp.registration import queries
from eventapp.registration.form_parts import FormParts, form_parts
from eventapp.registration.models import AttendanceOption

# Events whose forms are kept in one process.
MOST = 64


@dataclass(frozen=True)
class KeptForm:
    """An event with its options and what its form asks. The objects belong to no session and must not be changed.

    The numbers of seats taken are as old as what pages show of them.
    """

    event: Event
    options: list[AttendanceOption]
    parts: FormParts
    # Parts of own pages without anything personal, for as long as this is kept.
    frames: dict[Any, Any] = field(default_factory=dict, compare=False)
    session_lines: dict[Any, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def venues(self) -> list[VenueRow]:
        """The venues of the event, in order."""
        return venues_of(self.event.id)

    @cached_property
    def programme(self) -> Document:
        """The public programme of the event."""
        return programme.document(self.event)

    def option(self, number: int) -> AttendanceOption | None:
        """An option by its id."""
        return next((one for one in self.options if one.id == number), None)


def of_public_event(slug: str) -> KeptForm | None:
    """What the form of a public event is made of; None if there is no such event. One quick read if it is known."""
    state = events.page_state(slug, Shown.SEATS)
    if state is None or not state.public:
        return None
    kept: dict[str, tuple[PageState, KeptForm]] = extension("kept forms")
    found = kept.get(slug)
    if found is not None and found[0] == state:
        return found[1]
    event = events.by_slug(slug)
    if event is None or not event.public:  # it was renamed or unpublished just now
        return None
    form = KeptForm(event, queries.options(event), form_parts(event))
    _detach(form)
    while len(kept) >= MOST:
        kept.pop(next(iter(kept)), None)
    kept[slug] = state, form
    return form


def _detach(form: KeptForm) -> None:
    parts = form.parts
    rows: list[object] = [form.event, form.event.series, parts.settings, parts.privacy_notice, *parts.questions]
    rows += [row for option in form.options for row in (option, option.pool, option.settings)]
    for row in rows:
        if row is not None and row in db.session:
            db.session.expunge(row)

"""What the team keeps about people: tags, notes and saved views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from eventapp.core import clock
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import fold
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row
from eventapp.core.statements import built_once
from eventapp.events.models import Event
from eventapp.people.models import PeopleTag, RegistrationNote, RegistrationTag, SavedView
from eventapp.people.rules import PeopleQuery
from eventapp.registration.models import Registration

# A list of views that nobody can survey helps nobody.
MOST_VIEWS = 30


def tag_named(event: Event, name: str) -> PeopleTag:
    """The tag of this name in any spelling; a new one if there is none. Raises Refused for a name without letters, and
    for several.
    """
    key = fold(name)
    if not key:
        raise Refused(_("Enter a tag."), field="tag")
    if len(split_tags(name)) > 1:
        raise Refused(_("Enter one tag only, without a comma."), field="tag")
    found = db.session.scalar(select(PeopleTag).where(PeopleTag.event_id == event.id, PeopleTag.name_key == key))
    if found is None:
        db.session.execute(_new_tag(), [{"event_id": event.id, "name": " ".join(name.split())[:60], "name_key": key}])
        found = db.session.scalars(
            select(PeopleTag).where(PeopleTag.event_id == event.id, PeopleTag.name_key == key)
        ).one()
    return found


@built_once
def _new_tag(insert: Callable[[Any], Any]) -> Any:
    return insert(PeopleTag.__table__).on_conflict_do_nothing()


@built_once
def _tagged(insert: Callable[[Any], Any]) -> Any:
    return insert(RegistrationTag.__table__).on_conflict_do_nothing()


def tag(numbers: Iterable[int], given: PeopleTag) -> None:
    """Give a tag to registrations, by their ids. People who have it keep it."""
    rows = [{"registration_id": number, "tag_id": given.id} for number in numbers]
    if rows:
        db.session.execute(_tagged(), rows)


def untag(numbers: Iterable[int], taken: PeopleTag) -> None:
    """Take a tag from registrations, by their ids. A tag that nobody has is forgotten."""
    chosen = RegistrationTag.registration_id.in_(sorted(set(numbers)))
    rows = delete(RegistrationTag).where(RegistrationTag.tag_id == taken.id, chosen)
    db.session.execute(rows.execution_options(synchronize_session=False))
    left = select(RegistrationTag.tag_id).where(RegistrationTag.tag_id == taken.id).exists()
    unused = delete(PeopleTag).where(PeopleTag.id == taken.id, ~left)
    db.session.execute(unused.execution_options(synchronize_session=False))


def split_tags(typed: str) -> list[str]:
    """The tags in a list that is separated by commas."""
    return [name for name in re.split("[,、，]", typed) if fold(name)]


def set_tags(registration: Registration, event: Event, typed: str) -> None:
    """Give a person exactly these tags, separated by commas."""
    wanted = [tag_named(event, name) for name in split_tags(typed)]
    held = db.session.scalars(
        select(PeopleTag).join(RegistrationTag).where(RegistrationTag.registration_id == registration.id)
    ).all()
    for one in held:
        if one not in wanted:
            untag([registration.id], one)
    for one in wanted:
        tag([registration.id], one)


def add_note(
    registration: Registration, *, author_id: int, text: str, follow_up: date | None = None
) -> RegistrationNote:
    """Write a note about a person. Raises Refused for an empty one."""
    if not text.strip():
        raise Refused(_("Enter a note."), field="text")
    note = RegistrationNote(
        registration_id=registration.id, author_id=author_id, text=text.strip(), follow_up=follow_up
    )
    db.session.add(note)
    db.session.flush()
    return note


def add_note_once(registration: Registration, *, author_id: int, text: str) -> None:
    """Write a note, unless there is the same one already."""
    same = select(RegistrationNote.id).where(
        RegistrationNote.registration_id == registration.id, RegistrationNote.text == text.strip()
    )
    if db.session.scalar(same.limit(1)) is None:
        add_note(registration, author_id=author_id, text=text)


def remove_note(note: RegistrationNote) -> None:
    """Delete a note."""
    delete_row(note)


def finish_note(note: RegistrationNote) -> None:
    """What a note asks for is done."""
    note.done_at = clock.now()
    db.session.flush()


def save_view(event: Event, name: str, query: PeopleQuery) -> SavedView:
    """Give a name to a query; a view of the same name is replaced. Raises Refused without a name, and for too many."""
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused(_("Enter a name for this view."), field="name")
    views = list(db.session.scalars(select(SavedView).where(SavedView.event_id == event.id)))
    view = next((one for one in views if one.name == name), None)
    if view is None:
        if len(views) >= MOST_VIEWS:
            raise Refused(_("There are %(number)d views already. Delete one first.", number=MOST_VIEWS), field="name")
        view = SavedView(event_id=event.id, name=name)
        db.session.add(view)
    view.query = str(query)
    db.session.flush()
    return view


def remove_view(view: SavedView) -> None:
    """Delete a saved view. Nobody in it changes."""
    delete_row(view)

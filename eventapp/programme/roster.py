"""Operations on the people of an event: who is known to its team, and what the event shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventapp.accounts.models import User
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row, reread
from eventapp.directory import operations as directory
from eventapp.directory.models import Person, Position
from eventapp.directory.rules import NameOrder, link_lines_of, name_language
from eventapp.events.models import Event
from eventapp.programme import profiles, queries
from eventapp.programme.models import EventPerson

# The fields of a profile: names, biography, links, and the position held at the event.
NAMES = ("family", "given", "order", "honorific", "reading", "biography", "links")
POSITION = ("position", "organization", "held_from", "held_until")


def profile_of(event: Event, person: Person, *, former: bool = True) -> dict[str, Any]:
    """What the event shows of a person, keyed by NAMES and POSITION; `former` includes a position that has ended."""
    row = queries.event_person(event, person)
    if row is not None and row.differs:
        return {name: getattr(row, name) for name in (*NAMES, *POSITION)}
    values = {name: getattr(person, name) for name in NAMES}
    current = _current_position(event, person, former=former)
    values |= {"position": LocalizedText(), "organization": None, "held_from": None, "held_until": None}
    if current is not None:
        values |= dict(zip(POSITION, (current.title, current.organization, current.starts, current.ends), strict=True))
    return values


def save_person(
    event: Event,
    person: Person | None,
    values: Mapping[str, Any],
    *,
    new_organization: LocalizedText | None = None,
    shared: bool | None,
    by: User,
) -> Person:
    """Add a person, or change one: the `shared` profile, or what this event shows; None decides by whether anybody else
    knows them. A `new_organization` of the position is the one that is known by that name, or added. Raises Refused as
    the functions below.
    """
    if new_organization:
        values = {**values, "organization": directory.known_or_new(new_organization)}
    if person is None:
        return add_person(event, values)
    if shared is True or (shared is None and profiles.only_here(event, person)):
        save_shared(event, person, values, by=by)
    else:
        save_for_event(event, person, values)
    return person


def add_person(event: Event, values: Mapping[str, Any]) -> Person:
    """Add a new person, known to the event's team."""
    person = directory.save_person(None, **{name: values[name] for name in NAMES})
    db.session.add(EventPerson(event_id=event.id, person_id=person.id))
    db.session.flush()
    _save_position(event, person, values, former=False)
    return person


def add_named(event: Event, *, family: str, given: str, reading: str) -> Person:
    """Add a person of whom only the name is known; the one of that name whom the event knows, if there is just one.

    So a form that is sent twice adds nobody twice.
    """
    language = name_language(family + given)
    texts = [LocalizedText({language: text} if text else {}) for text in (family, given)]
    same = [one for one in queries.known_people(event) if (one.family, one.given) == tuple(texts)]
    if len(same) == 1:
        return same[0]
    order = NameOrder.FAMILY_FIRST if language == "ja" else NameOrder.GIVEN_FIRST
    nothing = {name: LocalizedText() for name in ("honorific", "biography", "position")}
    held = {"organization": None, "held_from": None, "held_until": None, "links": ""}
    names = {"family": texts[0], "given": texts[1], "reading": reading, "order": order}
    return add_person(event, {**names, **nothing, **held})


def save_shared(event: Event, person: Person, values: Mapping[str, Any], *, by: User | None) -> None:
    """Change a person's shared profile, which this event then shows as well.

    `by` is a member of the event's team, or None for the person themselves. Raises Refused if they may only change this
    event's profile.
    """
    _hold(person)
    may = profiles.only_here(event, person) if by is None else profiles.may_change_shared(by, event, person)
    if not may:
        raise Refused(_("This person also appears in events of other teams. You can change what your event shows."))
    directory.save_person(person, **{name: values[name] for name in NAMES})
    _save_position(event, person, values, former=by is not None)
    row = queries.event_person(event, person)
    if row is not None:
        row.differs = False
    db.session.flush()


def save_for_event(event: Event, person: Person, values: Mapping[str, Any]) -> None:
    """Change what only this event shows of a person. Raises Refused for links that are none."""
    _hold(person)
    values = {**values, "links": link_lines_of(values["links"])}
    row = queries.event_person(event, person)
    if row is None:
        row = EventPerson(event_id=event.id, person_id=person.id)
        db.session.add(row)
    for name in (*NAMES, *POSITION):
        setattr(row, name, values[name])
    row.differs = True
    db.session.flush()


def remove_person(event: Event, person: Person) -> None:
    """Remove a person without a part from the event's list. Raises Refused if the person has a part."""
    _hold(person)
    if queries.takes_part(event, person):
        raise Refused(_("This person takes part in a session. Remove them from their sessions first."))
    row = queries.event_person(event, person)
    if row is not None:
        delete_row(row)


def _hold(person: Person) -> None:
    """Lock the person and reread them, so that two simultaneous requests create one profile."""
    reread(person)


def _current_position(event: Event, person: Person, *, former: bool) -> Position | None:
    found = person.position_on(event.first_day)
    return found[0] if found is not None and (former or not found[1]) else None


def _save_position(event: Event, person: Person, values: Mapping[str, Any], *, former: bool) -> None:
    current = _current_position(event, person, former=former)
    if values["position"] or current is not None:
        directory.set_position(
            person,
            position=current,
            title=values["position"],
            organization=values["organization"],
            starts=values["held_from"],
            ends=values["held_until"],
        )

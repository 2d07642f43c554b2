"""Operations on an agenda."""

from __future__ import annotations

from collections.abc import Iterable

from eventapp.agenda import queries
from eventapp.agenda.models import Agenda, OwnPart, OwnRegistration, Star
from eventapp.agenda.rules import MOST_STARS, ROWS_AN_HOUR, star_of
from eventapp.core import budgets, clock, tokens
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row
from eventapp.events.models import Event
from eventapp.programme import queries as programme
from eventapp.proposals.models import SpeakerLink
from eventapp.registration.models import Registration


def open_agenda(stars: Iterable[str], *, source: str = "") -> Agenda:
    """Create an agenda from a device's stars ("slug/CODE"). Sessions that are not public are silently left out.

    `source` identifies the client, whose agendas and stars are counted. Raises Refused.
    """
    agenda = Agenda()
    db.session.add(agenda)
    db.session.flush()
    wanted = list(dict.fromkeys(filter(None, map(star_of, stars))))[:MOST_STARS]
    events = queries.public_events(slug for slug, _code in wanted)
    known = {event.id: document.by_code for event, document in programme.documents([e.id for e in events.values()])}
    number = 1
    for slug, code in wanted:
        event = events.get(slug)
        if event is not None and code in known.get(event.id, {}):
            db.session.add(Star(agenda_id=agenda.id, event_id=event.id, code=code))
            number += 1
    db.session.flush()
    _count(source, number)
    return agenda


def _count(source: str, rows: int) -> None:
    if source and not budgets.take("agendas", source, limit=ROWS_AN_HOUR, units=rows):
        raise Refused(_("Too many sessions were starred from your connection within the last hour. Try again later."))


def set_star(agenda: Agenda, event: Event, code: str, *, on: bool, source: str = "") -> None:
    """Star a session or remove the star; does nothing if that is already the case.

    Raises Refused for a session that is not public, beyond 500 stars, and for a client (`source`) beyond its budget.
    """
    present = queries.star(agenda, event, code)
    if present is not None and present.on is on:
        return
    if not on:
        if present is not None:
            _turn(present, on=False)
        return
    if code not in programme.document(event).by_code:
        raise Refused(_("This session is not public."))
    if queries.number_of_stars(agenda) >= MOST_STARS:
        raise Refused(
            _("Your agenda can hold up to %(number)d sessions. Remove one before you add another.", number=MOST_STARS)
        )
    if present is not None:
        _turn(present, on=True)
        return
    db.session.add(Star(agenda_id=agenda.id, event_id=event.id, code=code))
    db.session.flush()
    _count(source, 1)


def _turn(star: Star, *, on: bool) -> None:
    star.on = on
    star.toggles += 1
    star.changed_at = clock.now()
    db.session.flush()


def add_registration(agenda: Agenda | None, registration: Registration, *, source: str = "") -> Agenda:
    """Add a registration to an agenda, once; to a new one of this client if there is none yet. Returns the agenda."""
    agenda = agenda or open_agenda([], source=source)
    if db.session.get(OwnRegistration, (agenda.id, registration.id)) is None:
        db.session.add(OwnRegistration(agenda_id=agenda.id, registration_id=registration.id))
        db.session.flush()
    return agenda


def add_part(agenda: Agenda | None, link: SpeakerLink, *, source: str = "") -> Agenda:
    """Add a speaker's sessions to an agenda, now and as the programme changes, once; to a new one of this client if
    there is none yet. Returns the agenda.
    """
    agenda = agenda or open_agenda([], source=source)
    if db.session.get(OwnPart, (agenda.id, link.id)) is None:
        db.session.add(OwnPart(agenda_id=agenda.id, link_id=link.id))
        db.session.flush()
    return agenda


def new_address(agenda: Agenda) -> None:
    """Give the agenda a new token; the old link and subscribed calendars stop working."""
    agenda.token = tokens.token()
    db.session.flush()


def close(agenda: Agenda) -> None:
    """Delete the agenda and its content."""
    delete_row(agenda)

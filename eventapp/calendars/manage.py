"""The desk: whether the calendars of an event are right, and what each program makes of them."""

from __future__ import annotations

import logging
from datetime import date, datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Needs
from eventapp.calendars import check
from eventapp.calendars import state as states
from eventapp.calendars.advice import advice
from eventapp.calendars.check import Source, Which
from eventapp.calendars.preview import CalendarSeen, EntrySeen, ZonesFrom, both_ways
from eventapp.calendars.programs import PROGRAMS, Program
from eventapp.calendars.shown import Shown, shown, wrong_in, wrong_times
from eventapp.core import clock, languages
from eventapp.core.errors import found
from eventapp.core.forms import zone_asked
from eventapp.core.links import base_url
from eventapp.core.pages import page
from eventapp.events.access import desk
from eventapp.events.models import Event

# So many entries of a day are shown unless somebody asks for all of them.
ENOUGH = 50

log = logging.getLogger("eventapp.calendars")

manage = Blueprint("calendars_manage", __name__, url_prefix="/manage/events/<slug>")


@manage.get("/calendars")
@desk(Needs.VIEW)
def calendars(event: Event) -> ResponseReturnValue:
    """What is wrong with the calendars, what is worth a look, and what a program of choice shows."""
    state = found(states.state(event.slug))
    offered = [which for which in Which if which is Which.NEXT or state.public or state.withdrawn]
    which = next((one for one in offered if one == request.args.get("of")), offered[0])
    source = check.source(event, state, which)
    tags = list(dict.fromkeys([*event.languages, *languages.INTERFACE]))
    language = next((tag for tag in tags if tag == request.args.get("language")), languages.interface())
    program = PROGRAMS.get(request.args.get("program", ""), next(iter(PROGRAMS.values())))
    zone, problem = zone_asked(request.args.get("zone", ""))
    wish = check.feed_wish(event.slug, language)
    seen = both_ways(source.write(wish))
    wrong = {way: wrong_times(one, _meant(source)) for way, one in seen.items()}
    makes = [(one, shown(one, _read_by(one, seen), wish.address), wrong_in(one, wrong)) for one in PROGRAMS.values()]
    chosen = next(made for one, made, _wrong in makes if one is program)
    checked = check.check(source, tags)
    for fault in checked.faults:
        log.error("calendar: %s", fault.sentence, extra={"facts": {"rule": fault.rule, "address": fault.address}})
    misread = [one.key for one, _made, wrongly in makes if wrongly]
    if misread:
        log.error("calendar: read with other times", extra={"facts": {"programs": misread, "address": wish.address}})
    days, day, entries = _days(chosen, zone or event.zone)
    answer = page(
        "calendars/check.html",
        event=event,
        which=which,
        offered=offered,
        faulty=bool(checked.faults or misread),
        advice=[] if source.withdrawn else advice(source.programme, languages=event.languages, base_url=base_url()),
        tags=tags,
        language=language,
        program=program,
        shown=chosen,
        makes=makes,
        zone=zone or event.zone,
        zone_problem=problem,
        zones=sorted(clock.zones()),
        days=days,
        chosen_day=day,
        entries=entries if "whole" in request.args else entries[:ENOUGH],
        of_day=len(entries),
    )
    if problem:
        answer.status_code = 422
    return answer


def _read_by(program: Program, seen: dict[ZonesFrom, CalendarSeen]) -> CalendarSeen:
    return seen[program.zones.value or ZonesFrom.NAMES]


def _meant(source: Source) -> dict[str, tuple[datetime, datetime]]:
    """The moments of the sessions by UID, as the programme has them and not the file."""
    if source.withdrawn is not None:
        return {one.uid: (one.starts_at, one.ends_at) for one in source.document.sessions}
    return {row.uid: (row.starts_at, row.ends_at) for row in source.programme.sessions}


def _days(shown: Shown, zone: str) -> tuple[list[date], date | None, list[EntrySeen]]:
    """The days on which something begins, the chosen one (else today's or the first), and what is on it.

    A large summit has more entries than a page should.
    """
    spans = [(entry, *entry.days(zone)) for entry in shown.entries]
    days = sorted({first for _entry, first, _last in spans})
    if not days:
        return [], None, []
    asked = request.args.get("day", "")
    timed = [first for entry, first, _last in spans if not entry.all_day]
    today = clock.local_day(clock.now(), zone)
    usual = today if today in days else min(timed, default=days[0])
    day = next((one for one in days if one.isoformat() == asked), usual)
    return days, day, [entry for entry, first, last in spans if first <= day <= last]

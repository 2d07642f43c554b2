"""Desk page: edit an event, and choose what moves with it when its time zone or date changes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import clock, languages
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.core.pages import page
from eventapp.events import queries
from eventapp.events.access import requires
from eventapp.events.forms import EventEditForm, themes_from_lines
from eventapp.events.models import Event
from eventapp.lifecycle import dates
from eventapp.lifecycle.dates import Followed

manage = Blueprint("dashboard_event", __name__, url_prefix="/manage/events/<slug>")

# A message travels in a cookie, so it names only a few.
_NAMED = 5


@manage.route("/edit", methods=["GET", "POST"])
@requires(Permission.OWN)
def edit(event: Event) -> ResponseReturnValue:
    """Edit the event page. A new zone or date asks what should move with it."""
    form = EventEditForm.of(event, [theme.title for theme in queries.themes(event)], queries.all_series())
    if done := submit(form, lambda: _save(event, form)):
        flash(_("Saved."))
        for sentence in done.value:
            flash(sentence)
        return redirect(url_for("dashboard.event", slug=event.slug), 303)
    return page("events/edit.html", event=event, form=form, zones=sorted(clock.zones()))


def _save(event: Event, form: EventEditForm) -> list[str]:
    """Ask what must be asked, then change the event. Returns messages about what else has changed."""
    values = form.values(keep_clock=form.keeps_clock)
    changed = dates.change(
        event, zone=values["zone"], starts_at=values["starts_at"], keep_clock=form.keeps_clock, now=clock.now()
    )
    if changed.asks:
        form.ask(days=changed.shift.days, sessions=changed.sessions, windows=changed.windows)
    followed = dates.edit_event(
        event,
        changed,
        move_sessions=form.move_sessions.data and changed.asks,
        move_windows=form.move_windows.data and changed.asks,
        themes=themes_from_lines(form.themes.data),
        by=current_organizer().name,
        **values,
    )
    return _told(followed)


def _told(followed: Followed) -> list[str]:
    said = []
    sessions = followed.sessions
    if sessions.number:
        said.append(
            ngettext(
                "%(num)d session was moved. This becomes public with the next version of the programme.",
                "%(num)d sessions were moved. This becomes public with the next version of the programme.",
                sessions.number,
            )
        )
    if sessions.skipped:
        said.append(
            _(
                "These were moved later, because the clocks skip their new time: %(titles)s.",
                titles=_named(sessions.skipped),
            )
        )
    if sessions.doubled:
        said.append(
            _(
                "The clocks show the new time of these twice. We used the first: %(titles)s.",
                titles=_named(sessions.doubled),
            )
        )
    if followed.windows:
        said.append(
            ngettext(
                "%(num)d opening or closing time was moved.",
                "%(num)d opening and closing times were moved.",
                followed.windows,
            )
        )
    return said


def _named(titles: tuple[str, ...]) -> str:
    more = len(titles) - _NAMED
    named = [title[:60] for title in titles[:_NAMED]]
    return languages.listing([*named, *([_("%(number)d more", number=more)] if more > 0 else [])])

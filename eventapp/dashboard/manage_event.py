"""Desk pages: edit an event, and choose what moves with it when its time zone or date changes; delete a draft."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer
from eventapp.accounts.rules import Permission
from eventapp.core import clock, languages
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.core.localized import LocalizedText
from eventapp.core.pages import page
from eventapp.dashboard.saved import saved
from eventapp.events import queries
from eventapp.events.access import requires
from eventapp.events.forms import SECTIONS, EventEditForm, themes_from_lines
from eventapp.events.models import Event
from eventapp.lifecycle import dates, deleting
from eventapp.lifecycle.dates import Followed

manage = Blueprint("dashboard_event", __name__, url_prefix="/manage/events/<slug>")

# A message travels in a cookie, so it names only a few.
_NAMED = 5


@manage.route("/edit", methods=["GET", "POST"])
@manage.route("/edit/<any(texts, languages, online, visibility):section>", methods=["GET", "POST"])
@requires(Permission.OWN)
def edit(event: Event, section: str = "") -> ResponseReturnValue:
    """Edit one section of the event. A new zone or date asks what should move with it."""
    themes = [theme.title for theme in queries.themes(event)]
    form = EventEditForm.of(event, themes, queries.all_series(), section=section)
    if done := submit(form, lambda: _save(event, form, themes)):
        flash(saved(event) or _("“%(section)s” has been saved.", section=SECTIONS[section][0]))
        for sentence in done.value:
            flash(sentence)
        return redirect(url_for("dashboard.event", slug=event.slug), 303)
    return page(
        "events/edit.html",
        event=event,
        form=form,
        section=section,
        sections=SECTIONS,
        zones=sorted(clock.zones()),
    )


@manage.route("/delete", methods=["GET", "POST"])
@requires(Permission.OWN)
def delete(event: Event) -> ResponseReturnValue:
    """Delete an event that was never public, after confirmation."""
    if request.method == "POST":
        name = languages.resolve(event.title).text
        deleting.delete_event(event)
        flash(_("“%(name)s” was deleted.", name=name[:80]))
        return redirect(url_for("dashboard.home"), 303)
    return page(
        "dashboard/delete_event.html", event=event, lost=deleting.contents(event), reason=deleting.why_not(event)
    )


def _save(event: Event, form: EventEditForm, themes: list[LocalizedText]) -> list[str]:
    """Ask what must be asked, then change the event. Returns messages about what else has changed."""
    values = form.changed(event)
    changed = dates.change(
        event, zone=values["zone"], starts_at=values["starts_at"], keep_clock=form.keeps_clock, now=clock.now()
    )
    if changed.asks:
        form.ask(days=changed.shift.days, sessions=changed.sessions, windows=changed.windows)
    followed = dates.edit_event(
        event,
        changed,
        move_sessions=form.moves_sessions and changed.asks,
        move_windows=form.moves_windows and changed.asks,
        themes=themes_from_lines(form.themes.data) if "themes" in form else themes,
        by=current_organizer().name,
        **values,
    )
    return _report(followed)


def _report(followed: Followed) -> list[str]:
    sentences = []
    sessions = followed.sessions
    if sessions.number:
        sentences.append(
            ngettext(
                "%(num)d session was moved. This becomes public with the next version of the programme.",
                "%(num)d sessions were moved. This becomes public with the next version of the programme.",
                sessions.number,
            )
        )
    if sessions.skipped:
        sentences.append(
            _(
                "These were moved later, because the clocks skip their new time: %(titles)s.",
                titles=_named(sessions.skipped),
            )
        )
    if sessions.doubled:
        sentences.append(
            _(
                "The clocks show the new time of these twice. We used the first: %(titles)s.",
                titles=_named(sessions.doubled),
            )
        )
    if followed.windows:
        sentences.append(
            ngettext(
                "%(num)d opening or closing time was moved.",
                "%(num)d opening and closing times were moved.",
                followed.windows,
            )
        )
    return sentences


def _named(titles: tuple[str, ...]) -> str:
    more = len(titles) - _NAMED
    named = [title[:60] for title in titles[:_NAMED]]
    return languages.listing([*named, *([_("%(number)d more", number=more)] if more > 0 else [])])

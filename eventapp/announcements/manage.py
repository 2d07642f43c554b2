"""Desk pages: write to a group, check who gets it, send it, undo or stop that."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import current_organizer, signed_in
from eventapp.accounts.rules import Permission
from eventapp.announcements import about, compose, operations, queries
from eventapp.announcements.forms import AnnouncementForm
from eventapp.announcements.models import Announcement
from eventapp.announcements.rules import AnnouncementStatus
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.mail import pictures
from eventapp.media import queries as media
from eventapp.people.rules import PeopleQuery

manage = Blueprint("announcements", __name__, url_prefix="/manage/events/<slug>/announcements")

# Styles of an e-mail are on its tags, because e-mail programs read no style sheets; and nothing else runs in a preview.
# It is of our origin, so that the browser asks for the logo as the member who is logged in.
_PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; "
    "sandbox allow-same-origin"
)
_FRAMES_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "frame-src 'self'"
)


class AnnouncementStepForm(Form):
    """A button."""


@manage.get("")
@requires(Permission.REGISTRATION)
def announcements(event: Event) -> ResponseReturnValue:
    """All announcements, newest first, with what has become of them."""
    rows = queries.of_event(event)
    return page("announcements/list.html", event=event, rows=rows, progress=queries.progress(rows))


@manage.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def new_announcement(event: Event) -> ResponseReturnValue:
    """Write one to the group of the address: `/announcements/new?status=confirmed&option=hall`."""
    query = PeopleQuery.parse(request.args.items(multi=True)).filters
    if request.args.get("all"):  # of the people desk: everybody in the list, regardless of the selection
        query = query.having(numbers=())
    draft = about.draft(event, request.args.get("about", ""))
    return _form_page(event, None, query, AnnouncementForm.of(event, None, offered=event.languages, draft=draft))


@manage.route("/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def change_announcement(event: Event, number: int) -> ResponseReturnValue:
    """Change a draft."""
    row = or_404(queries.by_id(event, number))
    query = queries.query_of(row)
    return _form_page(event, row, query, AnnouncementForm.of(event, row, offered=event.languages, draft={}))


def _form_page(
    event: Event, row: Announcement | None, query: PeopleQuery, form: AnnouncementForm
) -> ResponseReturnValue:
    def save() -> Announcement:
        return operations.save(event, row, author=signed_in(), audience=query, **form.values(event))

    if "add" in request.form:  # a language: nothing must be complete yet
        form.check_language()
    elif done := submit(form, save):
        return redirect(url_for(".announcement", slug=event.slug, number=done.value.id), 303)
    group = queries.group_of(event, query)
    return page(
        "announcements/form.html",
        event=event,
        row=row,
        form=form,
        query=query,
        group=group,
        meanings=compose.meanings(event).items(),
    )


@manage.get("/<int:number>")
@requires(Permission.REGISTRATION)
def announcement(event: Event, number: int) -> ResponseReturnValue:
    """Before it is sent: who gets it, and how it reads. Then: how far it is, and what has become of it."""
    return _review(event, or_404(queries.by_id(event, number)), AnnouncementStepForm())


def _review(event: Event, row: Announcement, form: AnnouncementStepForm) -> Response:
    draft = row.status in {AnnouncementStatus.DRAFT, AnnouncementStatus.SCHEDULED}
    query = queries.query_of(row)
    group = queries.group_of(event, query) if draft else None
    response = page(
        "announcements/review.html",
        event=event,
        row=row,
        form=form,
        query=query,
        group=group,
        unanswered=queries.unanswered(row, query, group) if group else [],
        by_language=group.by_language(row.languages) if group else {},
        progress=queries.progress([row])[row.id],
        token=operations.token(row),
        user=current_organizer(),
    )
    response.headers["Content-Security-Policy"] = _FRAMES_POLICY
    if row.moves:
        response.headers["Refresh"] = "10"
    return response


@manage.get("/<int:number>/preview/<tag>")
@requires(Permission.REGISTRATION)
def preview(event: Event, number: int, tag: str) -> ResponseReturnValue:
    """The e-mail itself, as an e-mail program shows it."""
    row = or_404(queries.by_id(event, number))
    email = compose.sample(or_404(row if tag in row.languages else None), tag, to="")
    logo = media.inline_logo(event, tag)
    source = url_for("email_settings.logo_file", slug=event.slug, digest=logo.digest) if logo else ""
    response = make_response(pictures.html_with(email.html, logo, source=source))
    response.headers["Content-Security-Policy"] = _PREVIEW_POLICY
    return response


def _step(event: Event, number: int, operation: Callable[[Announcement], str]) -> ResponseReturnValue:
    """Do one thing and say what was done; or show the page with the reason why not."""
    row, form = or_404(queries.by_id(event, number)), AnnouncementStepForm()
    if done := submit(form, lambda: operation(row)):
        flash(done.value)
        return redirect(url_for(".announcement", slug=event.slug, number=number), 303)
    return _review(event, row, form)


@manage.post("/<int:number>/test")
@requires(Permission.REGISTRATION)
def test(event: Event, number: int) -> ResponseReturnValue:
    """Send it to oneself, in each language."""

    def send(row: Announcement) -> str:
        user = current_organizer()
        operations.test(row, user)
        return _("A test in each language is being sent to %(address)s.", address=user.email)

    return _step(event, number, send)


@manage.post("/<int:number>/send")
@requires(Permission.REGISTRATION)
def send(event: Event, number: int) -> ResponseReturnValue:
    """Send it, a minute from now or at the planned time."""
    return _step(event, number, lambda row: _sent_off(event, row))


def _sent_off(event: Event, row: Announcement) -> str:
    when = operations.send(row, seen=request.form.get("seen", ""))
    return _("We will start sending the e-mails at %(time)s.", time=languages.moment_of(when, event.zone))


@manage.post("/<int:number>/undo")
@requires(Permission.REGISTRATION)
def undo_sending(event: Event, number: int) -> ResponseReturnValue:
    """Take it back before the first e-mail."""

    def back(row: Announcement) -> str:
        operations.undo_sending(row)
        return _("Nothing was sent. The announcement is a draft again.")

    return _step(event, number, back)


@manage.post("/<int:number>/stop")
@requires(Permission.REGISTRATION)
def stop(event: Event, number: int) -> ResponseReturnValue:
    """Send no more of it."""

    def end(row: Announcement) -> str:
        operations.stop(row)
        return _("Stopped. Nothing more is sent.")

    return _step(event, number, end)


@manage.post("/<int:number>/delete")
@requires(Permission.REGISTRATION)
def delete(event: Event, number: int) -> ResponseReturnValue:
    """Delete a draft."""
    row, form = or_404(queries.by_id(event, number)), AnnouncementStepForm()
    if submit(form, lambda: operations.remove(row)):
        flash(_("The draft has been deleted."))
        return redirect(url_for(".announcements", slug=event.slug), 303)
    return _review(event, row, form)

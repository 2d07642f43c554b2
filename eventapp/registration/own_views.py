"""An attendee's own pages. Their URL contains the secret that opens them, so they are marked as private.

They need no login and so no token against other sites: there is no cookie whose authority such a site could use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from eventapp.core import clock, languages
from eventapp.core.bodies import takes_uploads
from eventapp.core.csrf import public_form
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.limits import limit, visitor
from eventapp.core.pages import page, private
from eventapp.registration import edits, holds, own_frames, own_page, own_rows, queries, self_service, sign_ups
from eventapp.registration.form_parts import form_parts
from eventapp.registration.forms import AddressForm, TakePart, takable
from eventapp.registration.models import Registration
from eventapp.registration.own_page import OwnPage
from eventapp.registration.own_rows import OwnRow
from eventapp.registration.paces import trying
from eventapp.registration.rules import ACTIVE
from eventapp.registration.views import views

__all__ = ["views"]

# Steps that send an e-mail, per IP address. The mailbox has its own limit for all of them.
PACE = "20/minute"
# How long after registering the page says that a confirmation was sent.
JUST_NOW = timedelta(minutes=10)


class StepForm(Form):
    """A button of the own page."""


def _mine(token: str) -> Registration:
    return or_404(queries.by_token(token))


@views.get("/registrations/<token>")
@public_form
def mine(token: str) -> ResponseReturnValue:
    """State, facts and actions of one's own registration; those of the kept one if its link leads there."""
    known = own_rows.find(token)
    if known is None:
        return _own_page(_mine(token), StepForm())
    if (kept := queries.led_to(known.registration)) is not None:
        return private(redirect(url_for(".mine", token=kept.token)))
    registration, own = known.registration, own_page.read(known.registration, known)
    fresh = _fresh(registration)
    html = None
    if known.people == 1 or not fresh:
        html = own_frames.page(known, own, key=fresh, render=partial(_html, fresh=fresh))
    if html is None:
        return _own_page(registration, StepForm(), known, own)
    return private(make_response(html))


def _fresh(registration: Registration) -> bool:
    return clock.now() - registration.created_at < JUST_NOW


def _own_page(
    registration: Registration, form: StepForm, known: OwnRow | None = None, own: OwnPage | None = None
) -> Response:
    refused = form.refusal is not None
    done = "" if refused else request.args.get("done", "")
    fresh = _fresh(registration) and not (refused or done)
    own = own or own_page.read(registration)
    lines = own_frames.session_lines(own.offers, registration.event, _own_url(registration))
    some = fresh and (known is None or known.people > 1)
    response = page(
        "registration/mine.html",
        **_shown(registration, own, lines, fresh=fresh),
        form=form,
        group=queries.companions(registration) if some else [],
        saved=not refused and bool(request.args.get("saved")),
        done=done,
        unwritten=not refused and bool(request.args.get("unwritten")),
    )
    return private(response)


def _html(registration: Registration, own: OwnPage, lines: list[Markup], *, fresh: bool) -> str:
    """The own page when nothing was just done there."""
    shown = _shown(registration, own, lines, fresh=fresh)
    form = StepForm()
    return render_template(
        "registration/mine.html", **shown, form=form, group=[], saved=False, done="", unwritten=False
    )


def _own_url(registration: Registration) -> Callable[[str], str]:
    return own_frames.below(url_for(".mine", token=registration.token))


def _shown(registration: Registration, own: OwnPage, lines: list[Markup], *, fresh: bool) -> dict[str, Any]:
    return {
        "session_lines": lines,
        "registration": registration,
        "event": registration.event,
        "own": own,
        "active": registration.status in ACTIVE,
        "map_url": own_page.map_url,
        "own_url": _own_url(registration),
        "fresh": fresh,
    }


def _step(
    registration: Registration, operation: Callable[[], object], *, done: str = "", part: str | None = None
) -> ResponseReturnValue:
    """Do one thing, and show the own page: with the reason if it is refused, or that no e-mail was sent (`False`)."""
    form, token = StepForm(), registration.token
    if result := submit(form, operation):
        if registration.token != token:
            return _ask_to_confirm(registration)
        unwritten = 1 if result.value is False else None
        address = url_for(".mine", token=registration.token, done=done or None, unwritten=unwritten, _anchor=part)
        return private(redirect(address, 303))
    return _own_page(registration, form)


def _ask_to_confirm(registration: Registration) -> ResponseReturnValue:
    """The private link is a new one, which only the mailbox has."""
    return private(redirect(url_for(".sent", slug=registration.event.slug), 303))


@views.post("/registrations/<token>")
@public_form
def send_changes(token: str) -> ResponseReturnValue:
    """The form was on the own page before: one that is still open loses nothing."""
    return private(redirect(url_for(".change", token=token), 307))


@views.route("/registrations/<token>/change", methods=["GET", "POST"])
@public_form
@takes_uploads
def change(token: str) -> ResponseReturnValue:
    """Change one's own details; `option` preselects another option."""
    registration = _mine(token)
    options = queries.options(registration.event)
    parts = form_parts(registration.event)
    form = TakePart.for_event(options, parts, registration=registration).with_files(registration.event, visitor())
    if done := submit(form, lambda: _update(registration, form)):
        if registration.token != token:
            return _ask_to_confirm(registration)
        return private(redirect(url_for(".mine", token=token, saved=1, unwritten=None if done.value else 1), 303))
    if not form.is_submitted() and request.args.get("option"):
        form.option.data = request.args["option"]
    response = page(
        "registration/change.html",
        registration=registration,
        event=registration.event,
        form=form,
        options=options,
        takable=takable,
    )
    return private(response)


def _update(registration: Registration, form: TakePart) -> bool:
    """Whether an e-mail about the change is being sent."""
    answers = form.answers()
    with trying(answers.code):
        return edits.update(registration, answers, or_404(form.chosen()), by_guest=True)


@views.post("/registrations/<token>/option")
@public_form
def switch(token: str) -> ResponseReturnValue:
    """Take part in another way, with one click."""
    registration = _mine(token)
    limit(PACE, "own page")
    key = request.form.get("option", "")
    return _step(registration, lambda: self_service.switch(registration, key), done="switched")


@views.post("/registrations/<token>/sessions/<code>")
@public_form
def session(token: str, code: str) -> ResponseReturnValue:
    """Take a seat in a session (`on=1`), wait for one (`on=wait`), or give it up."""
    registration = _mine(token)
    asked_for = request.form.get("on")

    def operation() -> None:
        if asked_for in {"1", "wait"}:
            sign_ups.sign_up(registration, code, wait=asked_for == "wait", language=languages.reader())
        else:
            sign_ups.release(registration, code)

    return _step(registration, operation, part="sessions")


@views.post("/registrations/<token>/cancel")
@public_form
def cancel(token: str) -> ResponseReturnValue:
    """Cancel the registration. Only by POST: e-mail scanners follow links."""
    registration = _mine(token)
    return _step(registration, lambda: self_service.cancel(registration))


@views.post("/registrations/<token>/confirm")
@public_form
def confirm(token: str) -> ResponseReturnValue:
    """Confirm that the e-mail address is one's own. Only by POST: e-mail scanners follow links."""
    registration = _mine(token)
    return _step(registration, lambda: holds.confirm_address(registration))


@views.post("/registrations/<token>/accept")
@public_form
def accept(token: str) -> ResponseReturnValue:
    """Accept a seat that was offered."""
    registration = _mine(token)
    return _step(registration, lambda: holds.accept(registration))


@views.post("/registrations/<token>/undo")
@public_form
def undo(token: str) -> ResponseReturnValue:
    """Undo the last cancellation or change of the option."""
    registration = _mine(token)
    limit(PACE, "own page")
    return _step(registration, lambda: self_service.undo_last_step(registration), done="undone")


@views.post("/registrations/<token>/again")
@public_form
def again(token: str) -> ResponseReturnValue:
    """Register again after one's own cancellation."""
    registration = _mine(token)
    limit(PACE, "own page")
    return _step(registration, lambda: self_service.register_again(registration), done="again")


@views.post("/registrations/<token>/resend")
@public_form
def resend(token: str) -> ResponseReturnValue:
    """Have the confirmation sent again, with the link and the calendar entry."""
    registration = _mine(token)
    limit(PACE, "own page")
    return _step(registration, lambda: self_service.send_again(registration), done="sent")


@views.route("/registrations/<token>/address", methods=["GET", "POST"])
@public_form
def address(token: str) -> ResponseReturnValue:
    """Give another e-mail address, which has to be confirmed there."""
    registration = _mine(token)
    form = AddressForm()
    if form.is_submitted():
        limit(PACE, "own page")
    if submit(form, lambda: self_service.ask_address(registration, form.email.data or "")):
        return private(redirect(url_for(".mine", token=token, done="asked"), 303))
    return private(page("registration/address.html", registration=registration, event=registration.event, form=form))


@views.route("/registrations/address/<key>", methods=["GET", "POST"])
@public_form
def confirm_address(key: str) -> ResponseReturnValue:
    """Confirm a new e-mail address with the link that was sent to it. Only by POST: e-mail scanners follow links."""
    asked, registration = or_404(self_service.address_change(key))
    event = registration.event
    if request.method == "POST":
        self_service.confirm_address(asked, registration)
        return private(redirect(url_for(".mine", token=registration.token, done="address"), 303))
    shown = page("registration/confirm_address.html", event=event, change=asked, registration=registration, key=key)
    return private(shown)

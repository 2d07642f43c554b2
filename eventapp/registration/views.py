"""Registering, and asking for a private link that was lost."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.csrf import public_form
from eventapp.core.db import transaction
from eventapp.core.errors import Refused, or_404
from eventapp.core.forms import submit
from eventapp.core.limits import limit, visitor
from eventapp.core.pages import page, valid_until
from eventapp.core.parameters import parameters
from eventapp.events import queries as events
from eventapp.events.access import moved
from eventapp.events.models import Event
from eventapp.events.public import event_page
from eventapp.events.queries import Shown
from eventapp.events.rules import EventStatus
from eventapp.mail.operations import TooManyEmails
from eventapp.registration import edits, operations, queries
from eventapp.registration.forms import LinkForm, TakePart, takable
from eventapp.registration.models import AttendanceOption, Registration

views = Blueprint("registration", __name__)

# A whole school may register from one IP address at once; a bot is faster.
PACE = "1200/minute"
# Attempts at an invitation code, per IP address.
GUESSES = "20/minute"


def _event(slug: str) -> Event | None:
    event = events.by_slug(slug)
    return event if event and event.public else None


@views.get("/events/<slug>/register")
@public_form
@parameters()
@event_page(shown=Shown.SEATS)
def register(event: Event) -> Response:
    """The registration form. The team of a draft sees it, too."""
    options = queries.options(event)
    valid_until(event.ends_at, *(moment for o in options for moment in (o.opens_at, o.closes_at)))
    return _form_page(event, options, TakePart.for_event(options, queries.questions(event)))


@views.post("/events/<slug>/register")
@public_form
def send_registration(slug: str) -> ResponseReturnValue:
    """Register somebody."""
    event = _event(slug)
    if event is None:
        return moved(".send_registration", slug)
    limit(PACE, "register")
    options = queries.options(event)
    form = TakePart.for_event(options, queries.questions(event))

    def operation() -> Registration:
        return operations.register(event, form.answers(), option=or_404(form.chosen()), source=visitor())

    if done := submit(form, operation, explain=lambda refusal: _write_to_owner(refusal, slug, form.answers().email)):
        return redirect(url_for(".mine", token=done.value.token), 303)
    return _form_page(event, options, form)


def _form_page(event: Event, options: list[AttendanceOption], form: TakePart) -> Response:
    open_now = event.status is EventStatus.PUBLISHED and any(takable(option) for option in options)
    return page(
        "registration/register.html", event=event, form=form, options=options, open_now=open_now, takable=takable
    )


def _write_to_owner(refusal: Refused, slug: str, email: str) -> Refused:
    """E-mail the private link to the owner of a registered address, in a separate transaction. Slow down guesses."""
    if refusal.field == "code":
        limit(GUESSES, "invitation code")
    if not isinstance(refusal, operations.AlreadyRegistered):
        return refusal
    try:
        with transaction():
            edits.send_link(or_404(events.by_slug(slug)), email)
    except TooManyEmails as too_many:
        return too_many
    return refusal


@views.route("/events/<slug>/register/link", methods=["GET", "POST"])
@public_form
def link(slug: str) -> ResponseReturnValue:
    """Send the private link again. The answer is the same whether or not the address is registered."""
    event = _event(slug)
    if event is None:
        return moved(".link", slug)
    form = LinkForm()
    if form.is_submitted():
        limit("10/minute", "link")
    sent = submit(form, lambda: edits.send_link(event, form.email.data or ""))
    return page("registration/link.html", event=event, form=form, sent=bool(sent))

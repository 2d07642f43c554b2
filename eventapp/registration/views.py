"""Registering, and asking for a private link that was lost."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core.bodies import takes_uploads
from eventapp.core.csrf import public_form
from eventapp.core.db import transaction
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.limits import limit, visitor
from eventapp.core.pages import page, valid_until
from eventapp.core.parameters import parameters
from eventapp.core.refusals import Refused
from eventapp.events import queries as events
from eventapp.events.access import moved
from eventapp.events.models import Event
from eventapp.events.public import event_page
from eventapp.events.queries import Shown
from eventapp.registration import edits, kept_forms, operations, queries
from eventapp.registration.admission import open_options
from eventapp.registration.form_parts import form_parts
from eventapp.registration.forms import LinkForm, TakePart, takable
from eventapp.registration.models import AttendanceOption, Registration
from eventapp.registration.paces import trying
from eventapp.registration.rules import MOST_PEOPLE, UNCONFIRMED

views = Blueprint("registration", __name__)

# A whole school may register from one IP address at once; a bot is faster.
PACE = "1200/minute"


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
    return _form_page(event, options, TakePart.for_event(options, form_parts(event)))


@views.post("/events/<slug>/register")
@public_form
@takes_uploads
def send_registration(slug: str) -> ResponseReturnValue:
    """Register somebody; after a long form, show the answers first."""
    kept = kept_forms.of_public_event(slug)
    if kept is None:
        return moved(".send_registration", slug)
    limit(PACE, "register")
    event, options = kept.event, kept.options
    form = TakePart.for_event(options, kept.parts).with_files(event, visitor())
    step = request.form.get("step", "")
    if form.arrange(step):
        return _form_page(event, options, form)
    if step != "register" and form.is_long and form.validate_on_submit():
        return page("registration/check.html", event=event, form=form, kind=form.kind)
    done = submit(form, lambda: _register(event, form), explain=lambda refusal: _write_to_owner(refusal, slug, form))
    if form.owner_written or (done and done.value.status in UNCONFIRMED):
        return redirect(url_for(".sent", slug=slug, people=form.number_of_people if form.people else None), 303)
    return redirect(url_for(".mine", token=done.value.token), 303) if done else _form_page(event, options, form)


def _register(event: Event, form: TakePart) -> Registration:
    answers, option = form.answers(), or_404(form.chosen())
    with trying(answers.code):
        return operations.register(event, answers, option=option, source=visitor(), **form.group())


@views.get("/events/<slug>/register/sent")
def sent(slug: str) -> ResponseReturnValue:
    """What to do after registering, where the e-mail address is checked first."""
    event = _event(slug)
    if event is None:
        return moved(".sent", slug)
    people = min(max(request.args.get("people", 1, type=int), 1), MOST_PEOPLE)
    return page("registration/sent.html", event=event, minutes=queries.hold_minutes(event), people=people)


def _form_page(event: Event, options: list[AttendanceOption], form: TakePart) -> Response:
    open_now = bool(open_options(event, options))
    return page(
        "registration/register.html", event=event, form=form, options=options, open_now=open_now, takable=takable
    )


def _write_to_owner(refusal: Refused, slug: str, form: TakePart) -> Refused:
    """E-mail the private link to the owner of a registered address, in a separate transaction.

    Where e-mail addresses are checked, the visitor gets the same page, and the same budgets, as with another address.
    """
    if not isinstance(refusal, operations.AlreadyRegistered):
        return refusal
    email = form.answers().email
    try:
        with transaction():
            event, known = or_404(events.by_slug(slug)), or_404(queries.by_token(refusal.token))
            checked = queries.checks_address(or_404(form.chosen()))
            edits.write_to_owner(event, known, email, checked=checked, source=visitor(), people=form.number_of_people)
    except Refused as too_many:
        return too_many
    form.owner_written = checked
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

"""Pages behind links in e-mails: the calendar file, "Will you still come?", and "no more announcements"."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from eventapp.core.csrf import public_form
from eventapp.core.errors import or_404
from eventapp.core.forms import Form, submit
from eventapp.core.pages import page, private
from eventapp.events import queries as events
from eventapp.notifications import attendees, coming, opt_outs
from eventapp.registration import queries

views = Blueprint("notifications", __name__)


class PrivateLinkForm(Form):
    """A button."""


@views.get("/registrations/<token>/calendar.ics")
def calendar(token: str) -> ResponseReturnValue:
    """The event for one attendee, to add to a calendar by hand."""
    registration = or_404(queries.by_token(token))
    response = Response(attendees.own_file(registration), content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{registration.event.slug}.ics")
    return private(response)


@views.route("/registrations/<token>/coming", methods=["GET", "POST"], endpoint="coming")
@public_form
def still_coming(token: str) -> ResponseReturnValue:
    """ "Will you still come?", after the event was postponed and has a new date."""
    registration = or_404(queries.by_token(token))
    form, yes = PrivateLinkForm(), request.form.get("coming") == "yes"
    done = submit(form, lambda: coming.answer(registration, coming=yes))
    return private(
        page(
            "notifications/coming.html",
            registration=registration,
            event=registration.event,
            form=form,
            answer=coming.answer_of(registration),
            unwritten=done is not None and done.value is False,
        )
    )


@views.route("/announcements/stop/<key>", methods=["GET", "POST"])
@public_form
def stop(key: str) -> ResponseReturnValue:
    """No more announcements: a page with a button, or one POST of an e-mail program (RFC 8058), which gets no
    redirect.
    """
    contact = or_404(opt_outs.contact_of(key))
    form, again = PrivateLinkForm(), "again" in request.form
    submit(form, lambda: opt_outs.opt_in(contact) if again else opt_outs.opt_out(contact))
    event = or_404(events.by_id(contact.event_id))
    return private(
        page("notifications/stop.html", event=event, form=form, key=key, stopped=opt_outs.has_opted_out(contact))
    )

"""Desk pages about e-mails: pending notifications and written e-mails, as their recipients read them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core import languages
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.forms import page_number
from eventapp.core.languages import gettext as _
from eventapp.core.links import base_url
from eventapp.core.pages import page
from eventapp.core.running import settings
from eventapp.events.access import may, requires
from eventapp.events.models import Event
from eventapp.mail import operations as mail
from eventapp.mail import queries, rules
from eventapp.mail.models import Email, EmailStatus
from eventapp.mail.queries import EVERYTHING, LogFilter, among
from eventapp.notifications import operations, team
from eventapp.notifications.compose import compose

manage = Blueprint("notifications_manage", __name__, url_prefix="/manage/events/<slug>")

PAGE = 50


def masked(text: str) -> str:
    """The text of an e-mail without its private links."""
    return rules.masked(text, own=base_url())


def why(error: str) -> str:
    """Why an e-mail was not sent, in words."""
    return rules.reason(error)


def undeliverable(address: str) -> bool:
    """Whether its mail server has said that an address does not exist."""
    return bool(queries.undeliverable([address]))


def email_state(email: Email) -> str:
    """The status of an e-mail in words."""
    return state_words()[email.status]


def state_words() -> dict[EmailStatus, str]:
    """The statuses of e-mails in words."""
    return {
        EmailStatus.QUEUED: _("waiting"),
        EmailStatus.SENT: _("sent"),
        EmailStatus.FAILED: _("not delivered"),
        EmailStatus.STOPPED: _("stopped"),
    }


def _filter() -> LogFilter:
    """The filter in the address."""
    status = request.args.get("status", "")
    family = request.args.get("kind", "")
    return LogFilter(
        status=EmailStatus(status) if status in set(EmailStatus) else None,
        family=family if family in team.FAMILIES else "",
        batch=request.args.get("batch", "")[:60],
        address=request.args.get("to", "").strip()[:200],
    )


@manage.get("/mail")
@requires(Permission.MAIL)
def emails(event: Event) -> ResponseReturnValue:
    """Pending notifications, then e-mails, newest first."""
    number = page_number(request.args.get("page"))
    which = _filter()
    numbers = team.numbers(event, may)
    unfiltered = number == 1 and which == EVERYTHING
    return page(
        "notifications/emails.html",
        event=event,
        pending=team.pending_rows(event, may, limit=PAGE) if unfiltered else [],
        number_pending=team.number_pending(event, may) if unfiltered else 0,
        emails=team.emails(event, may, which, limit=PAGE, offset=(number - 1) * PAGE),
        which=which,
        filtered=which != EVERYTHING,
        states=state_words(),
        kinds=[(family, team.NAMES[family]) for family in team.families(may)],
        waiting=(numbers if which == EVERYTHING else team.numbers(event, may, which)).get(EmailStatus.QUEUED, 0),
        numbers=numbers,
        number=number,
        given_up=numbers.get(EmailStatus.FAILED, 0),
        server=bool(settings().mail_url),
    )


@manage.get("/mail/<int:number>")
@requires(Permission.MAIL)
def email(event: Event, number: int) -> ResponseReturnValue:
    """One written e-mail, without its private links."""
    return page("notifications/email.html", event=event, email=or_404(team.email(event, may, number)))


@manage.get("/mail/pending/<int:number>")
@requires(Permission.MAIL)
def pending(event: Event, number: int) -> ResponseReturnValue:
    """Preview a pending notification as it would be written now."""
    row = or_404(team.pending_row(event, may, number))
    due_at, about = row.notification.due_at, row.about
    with reading():  # a preview stores nothing
        written = compose(row.notification)
    return page("notifications/pending.html", event=event, email=written, due_at=due_at, about=about, to=row.to)


@manage.post("/mail/<int:number>/retry")
@requires(Permission.MAIL)
def retry(event: Event, number: int) -> ResponseReturnValue:
    """Queue an undelivered e-mail again."""
    mail.retry(or_404(team.email(event, may, number)))
    flash(_("The e-mail is queued again."))
    return redirect(url_for(".email", slug=event.slug, number=number), 303)


@manage.post("/mail/retry")
@requires(Permission.MAIL)
def retry_all(event: Event) -> ResponseReturnValue:
    """Queue all undelivered e-mails again, for example after a server was repaired."""
    number = mail.retry_all(operations.topic_of(event), families=team.families(may))
    flash(languages.ngettext("%(num)d e-mail is queued again.", "%(num)d e-mails are queued again.", number))
    return redirect(url_for(".emails", slug=event.slug), 303)


@manage.post("/mail/<int:number>/stop")
@requires(Permission.MAIL)
def stop_email(event: Event, number: int) -> ResponseReturnValue:
    """Do not send an e-mail that waits."""
    email = or_404(team.email(event, may, number))
    stopped = mail.stop(Email.id == email.id)
    flash(_("The e-mail will not be sent.") if stopped else _("The e-mail is no longer waiting."))
    return redirect(url_for(".email", slug=event.slug, number=number), 303)


@manage.route("/mail/stop", methods=["GET", "POST"])
@requires(Permission.MAIL)
def stop_emails(event: Event) -> ResponseReturnValue:
    """Do not send those that wait and that the filter shows, after confirmation."""
    which = _filter()
    if request.method == "POST":
        conditions = [among(operations.topic_of(event), team.families(may)), *which.conditions()]
        number = mail.stop(*conditions)
        flash(languages.ngettext("%(num)d e-mail was stopped.", "%(num)d e-mails were stopped.", number))
        return redirect(url_for(".emails", slug=event.slug), 303)
    waiting = team.numbers(event, may, which).get(EmailStatus.QUEUED, 0)
    return page("notifications/stop_emails.html", event=event, waiting=waiting)


@manage.post("/news/<any(now, nobody):verb>")
@requires(Permission.PROGRAMME)
def notify(event: Event, verb: str) -> ResponseReturnValue:
    """Send the e-mails about changes now, or not at all."""
    if verb == "now":
        operations.send_now(event)
        flash(_("The e-mails are being sent."))
    else:
        operations.mark_as_notified(event)
        flash(_("No e-mails will be sent. Subscribed calendars still update."))
    return redirect(url_for("dashboard.event", slug=event.slug), 303)

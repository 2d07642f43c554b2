"""Desk pages: sender and reminders of an event's e-mails, and the texts of its standard e-mails."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.config import MailServer
from eventapp.core import languages
from eventapp.core.db import reading
from eventapp.core.errors import Refused, or_404
from eventapp.core.forms import submit
from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.localized import TAG
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.mail import content
from eventapp.notifications import coming, identity, sender_check, settings, texts
from eventapp.notifications.forms import EmailSettingsForm, EmailTextForm
from eventapp.notifications.sender_check import Finding
from eventapp.notifications.texts import STANDARD, StandardEmail

manage = Blueprint("email_settings", __name__, url_prefix="/manage/events/<slug>")


def sender_domain() -> str:
    """The domain of this site's sender."""
    return content.sender()[0].rpartition("@")[2]


@manage.route("/mail/settings", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def email_settings(event: Event) -> ResponseReturnValue:
    """Who writes, where replies go, and which reminders are sent."""
    form = EmailSettingsForm.of(settings.of(event))
    form.sender_name.offer(event.languages)
    if submit(form, lambda: settings.save(event, form.values())):
        flash(_("Saved."))
        return redirect(url_for(".email_settings", slug=event.slug), 303)
    return _settings_page(event, form, [])


@manage.post("/mail/check")
@requires(Permission.REGISTRATION)
def check_sender(event: Event) -> ResponseReturnValue:
    """Look the records of the sender's domain up, without a transaction."""
    selector = settings.of(event).dkim_selector
    server = current_app.config["SETTINGS"].mail_url
    host = MailServer.from_url(server).host if server else ""
    with reading():
        findings = sender_check.check(sender_domain(), selector=selector, server=host)
    form = EmailSettingsForm.of(settings.of(event), formdata=None)
    form.sender_name.offer(event.languages)
    return _settings_page(event, form, findings)


def _settings_page(event: Event, form: EmailSettingsForm, findings: list[Finding]) -> Response:
    return page(
        "notifications/settings.html",
        event=event,
        form=form,
        writer=identity.identity(event, languages.interface()),
        address=content.sender()[0],
        domain=sender_domain(),
        findings=findings,
        coming=coming.numbers(event),
    )


@manage.get("/mail/texts")
@requires(Permission.REGISTRATION)
def email_texts(event: Event) -> ResponseReturnValue:
    """The standard e-mails, and in which languages the team has changed them."""
    return page("notifications/texts.html", event=event, standard=list(STANDARD.values()), written=texts.written(event))


@manage.route("/mail/texts/<kind>/<tag>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def email_text(event: Event, kind: str, tag: str) -> ResponseReturnValue:
    """Change the text of one e-mail in one language, or see it with what will be filled in."""
    standard = or_404(STANDARD.get(kind) if TAG.fullmatch(tag) else None)
    stored = texts.of(event, kind, tag) or texts.standard(kind, tag)
    form = EmailTextForm(data={"subject": stored.subject, "text": stored.text})
    shows = "preview" in request.form

    def save() -> None:
        words = {"subject": form.subject.data or "", "text": form.text.data or ""}
        texts.check(kind, **words) if shows else texts.save(event, kind, tag, **words)

    if submit(form, save) and not shows:
        flash(_("Saved."))
        return redirect(url_for(".email_texts", slug=event.slug), 303)
    return _text_page(event, standard, tag, form)


def _text_page(event: Event, standard: StandardEmail, tag: str, form: EmailTextForm) -> Response:
    with force_locale(tag):
        values = texts.sample(event, tag)
    return page(
        "notifications/text.html",
        event=event,
        standard=standard,
        tag=tag,
        form=form,
        own=(standard.kind, tag) in texts.written(event),
        meanings=[(name, texts.MEANINGS[name]) for name in standard.placeholders],
        subject=texts.marked(form.subject.data or "", values),
        paragraphs=[texts.marked(part, values) for part in content.paragraphs_of(form.text.data or "")],
    )


@manage.post("/mail/texts/<kind>/<tag>/reset")
@requires(Permission.REGISTRATION)
def reset_email_text(event: Event, kind: str, tag: str) -> ResponseReturnValue:
    """Back to the standard text."""
    if kind not in STANDARD:
        raise Refused(_("There is no such e-mail."))
    texts.reset(event, kind, tag)
    flash(_("The standard text is used again."))
    return redirect(url_for(".email_text", slug=event.slug, kind=kind, tag=tag), 303)

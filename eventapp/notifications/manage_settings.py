"""Desk pages: sender, reminders and logo of an event's e-mails, and the texts of its standard e-mails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from eventapp.accounts.rules import Permission
from eventapp.config import MailServer
from eventapp.core import languages, running
from eventapp.core.bodies import takes_uploads
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.localized import TAG
from eventapp.core.pages import page
from eventapp.events.access import may, requires
from eventapp.events.models import Event
from eventapp.mail import content
from eventapp.media import operations as media_operations
from eventapp.media import queries as media
from eventapp.media import reading as pictures
from eventapp.media.rules import LARGEST_FILE
from eventapp.notifications import coming, identity, sender_check, settings, texts
from eventapp.notifications.forms import EmailSettingsForm, EmailTextForm, LogoForm
from eventapp.notifications.sender_check import Finding
from eventapp.notifications.standard_emails import STANDARD, Readers, StandardEmail, standard

manage = Blueprint("email_settings", __name__, url_prefix="/manage/events/<slug>")


def sender_domain() -> str:
    """The domain of this site's sender."""
    return content.sender()[0].rpartition("@")[2]


@manage.route("/mail/settings", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def email_settings(event: Event) -> ResponseReturnValue:
    """Who writes, where replies go, and which reminders are sent."""
    form = _settings_form(event)
    if submit(form, lambda: settings.save(event, form.values())):
        flash(_("The settings of e-mails have been saved."))
        return redirect(url_for(".email_settings", slug=event.slug), 303)
    return _settings_page(event, form=form)


@manage.post("/mail/check")
@requires(Permission.REGISTRATION)
def check_sender(event: Event) -> ResponseReturnValue:
    """Look the records of the sender's domain up, without a transaction."""
    selector = settings.of(event).dkim_selector
    server = running.settings().mail_url
    host = MailServer.from_url(server).host if server else ""
    with reading():
        findings = sender_check.check(sender_domain(), selector=selector, server=host)
    return _settings_page(event, findings=findings)


def _settings_form(event: Event, **more: Any) -> EmailSettingsForm:
    form = EmailSettingsForm.of(settings.of(event), **more)
    form.sender_name.offer(event.languages)
    return form


def _logo_form(event: Event, **more: Any) -> LogoForm:
    logo = media.logo(event)
    form = LogoForm(data={"alt": logo.alt} if logo else None, **more)
    form.alt.offer(event.languages)
    return form


def _settings_page(
    event: Event,
    *,
    form: EmailSettingsForm | None = None,
    logo_form: LogoForm | None = None,
    findings: Sequence[Finding] = (),
) -> Response:
    return page(
        "notifications/settings.html",
        event=event,
        form=form or _settings_form(event, formdata=None),
        logo_form=logo_form or _logo_form(event, formdata=None),
        logo=media.inline_logo(event, languages.interface()),
        writer=identity.identity(event, languages.interface()),
        address=content.sender()[0],
        domain=sender_domain(),
        findings=findings,
        coming=coming.numbers(event),
    )


@manage.post("/mail/logo")
@requires(Permission.REGISTRATION)
@takes_uploads
def logo(event: Event) -> ResponseReturnValue:
    """Use another logo, or change what it says to those who don't see it."""
    form = _logo_form(event)
    if submit(form, lambda: _save_logo(event, form)):
        flash(_("The logo has been saved."))
        return redirect(url_for(".email_settings", slug=event.slug, _anchor="logo"), 303)
    return _settings_page(event, logo_form=form)


def _save_logo(event: Event, form: LogoForm) -> None:
    """Read the picture that was sent, while nothing is locked, and store it. Raises Refused."""
    sent, picture = request.files.get("file"), None
    if sent is not None and sent.filename:
        data = sent.read(LARGEST_FILE + 1)
        with reading():
            picture = pictures.logo(data)
    media_operations.save_logo(event, picture, alt=form.alt.data)


@manage.post("/mail/logo/remove")
@requires(Permission.REGISTRATION)
def remove_logo(event: Event) -> ResponseReturnValue:
    """Send e-mails without a logo."""
    media_operations.remove_logo(event)
    flash(_("The logo has been removed. E-mails that wait are sent without it."))
    return redirect(url_for(".email_settings", slug=event.slug, _anchor="logo"), 303)


@manage.get("/mail/logo/<digest>.png")
@requires(Permission.MAIL)
def logo_file(event: Event, digest: str) -> ResponseReturnValue:
    """The logo for previews. What has this address never changes, so the browser may keep it."""
    found = media.inline_logo(event, languages.interface())
    shown = or_404(found if found is not None and found.digest == digest else None)
    response = Response(shown.content, content_type="image/png")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@manage.get("/mail/texts")
@requires(Permission.MAIL)
def email_texts(event: Event) -> ResponseReturnValue:
    """The standard e-mails that the member may change, and in which languages the team has changed them."""
    readers = [one for one in Readers if may(one.permission)]
    groups = [(one, [kind for kind in STANDARD.values() if kind.readers is one]) for one in readers]
    return page("notifications/texts.html", event=event, groups=groups, written=texts.written(event))


def _standard(kind: str, tag: str) -> StandardEmail:
    """A kind of e-mail. Raises NotFound if there is none, Forbidden if the member may not change its text."""
    found = or_404(STANDARD.get(kind) if TAG.fullmatch(tag) else None)
    if not may(found.readers.permission):
        raise Forbidden
    return found


@manage.route("/mail/texts/<kind>/<tag>", methods=["GET", "POST"])
@requires(Permission.MAIL)
def email_text(event: Event, kind: str, tag: str) -> ResponseReturnValue:
    """Change the text of one e-mail in one language, or see it with what will be filled in."""
    one = _standard(kind, tag)
    stored = texts.of(event, kind, tag) or standard(kind, tag)
    form = EmailTextForm(data={"subject": stored.subject, "text": stored.text})
    shows = "preview" in request.form

    def save() -> None:
        words = {"subject": form.subject.data or "", "text": form.text.data or ""}
        texts.check(kind, **words) if shows else texts.save(event, kind, tag, **words)

    if submit(form, save) and not shows:
        flash(_("The text has been saved."))
        return redirect(url_for(".email_texts", slug=event.slug), 303)
    return _text_page(event, one, tag, form)


def _text_page(event: Event, one: StandardEmail, tag: str, form: EmailTextForm) -> Response:
    with force_locale(tag):
        values = texts.sample(event, tag)
    return page(
        "notifications/text.html",
        event=event,
        standard=one,
        tag=tag,
        form=form,
        own=(one.kind, tag) in texts.written(event),
        logo=media.inline_logo(event, tag),
        subject=texts.marked(form.subject.data or "", values),
        paragraphs=[texts.marked(part, values) for part in content.paragraphs_of(form.text.data or "")],
    )


@manage.post("/mail/texts/<kind>/<tag>/reset")
@requires(Permission.MAIL)
def reset_email_text(event: Event, kind: str, tag: str) -> ResponseReturnValue:
    """Use the standard text again."""
    texts.reset(event, _standard(kind, tag).kind, tag)
    flash(_("The standard text is used again."))
    return redirect(url_for(".email_text", slug=event.slug, kind=kind, tag=tag), 303)

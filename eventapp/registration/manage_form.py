"""Desk pages of the registration form: its preview, its settings, the privacy notice, ready sets, and sent files."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.csrf import public_form
from eventapp.core.errors import or_404
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.registration import files, form_parts, queries, questions
from eventapp.registration.forms import TakePart
from eventapp.registration.question_forms import FormSettingsForm, PrivacyNoticeForm
from eventapp.registration.ready_sets import READY_SETS

manage_form = Blueprint("registration_form", __name__, url_prefix="/manage/events/<slug>")


@manage_form.get("/form/preview")
@public_form
@requires(Permission.REGISTRATION)
def preview(event: Event) -> ResponseReturnValue:
    """The form as guests will see it, also of a draft. Nothing can be sent."""
    options = queries.options(event)
    return page(
        "registration/register.html",
        event=event,
        form=TakePart.for_event(options, form_parts.form_parts(event)),
        options=options,
        open_now=True,
        takable=lambda option: True,
        preview=True,
    )


@manage_form.route("/form/settings", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def settings(event: Event) -> ResponseReturnValue:
    """Change how the form asks."""
    form = FormSettingsForm.of(form_parts.form_parts(event).settings)
    if submit(form, lambda: questions.save_settings(event, **form.values())):
        flash(_("The settings of the form have been saved."))
        return redirect(url_for("registration_manage.options", slug=event.slug), 303)
    return page("registration/settings.html", event=event, form=form)


@manage_form.route("/form/privacy", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def privacy(event: Event) -> ResponseReturnValue:
    """Change the privacy notice; another text is a new version."""
    versions = form_parts.notices(event)
    form = PrivacyNoticeForm.of(event, versions[0][0] if versions else None)
    if submit(form, lambda: questions.save_notice(event, form.text.data)):
        flash(_("The privacy notice has been saved."))
        return redirect(url_for(".privacy", slug=event.slug), 303)
    return page("registration/privacy.html", event=event, form=form, versions=versions)


@manage_form.post("/form/sets/<key>")
@requires(Permission.REGISTRATION)
def add_ready_set(event: Event, key: str) -> ResponseReturnValue:
    """Add the questions of a ready set."""
    or_404(READY_SETS.get(key))
    questions.add_ready_set(event, key)
    flash(_("Added. You can edit the questions."))
    return redirect(url_for("registration_manage.options", slug=event.slug, _anchor="questions"), 303)


@manage_form.get("/registrations/<int:number>/files/<int:file>")
@requires(Permission.REGISTRATION)
def file(event: Event, number: int, file: int) -> ResponseReturnValue:
    """Download a file that a person has sent. A browser must not show it: it comes from anybody."""
    sent = or_404(files.by_id(or_404(queries.by_id(event, number)), file))
    response = send_file(
        BytesIO(sent.content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=sent.name,
        etag=False,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.cache_control.no_store = True
    return response

"""Desk page: the settings of the site, for administrators."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.access import needs_administrator
from eventapp.core import clock
from eventapp.core.bodies import takes_files
from eventapp.core.db import reading
from eventapp.core.forms import sent_file, submit
from eventapp.core.languages import gettext as _
from eventapp.core.pages import page
from eventapp.media import reading as pictures
from eventapp.media import storage
from eventapp.media.rules import LARGEST_FILE, logo_name
from eventapp.site_settings import operations, rules
from eventapp.site_settings.forms import SiteForm, SiteLogoForm
from eventapp.site_settings.profile import profile
from eventapp.site_settings.rules import LegalPage

manage = Blueprint("site_settings", __name__, url_prefix="/manage/site")

TEXTS = ("name", "contact_email", "zone", "country_code", "languages", *(one.value for one in LegalPage))


@manage.route("", methods=["GET", "POST"])
@needs_administrator
def settings() -> ResponseReturnValue:
    """The name of the site, its footer and legal pages, and what new events begin with."""
    form = _form()
    if submit(form, lambda: _save(form)):
        flash(_("The settings of the site have been saved."))
        return redirect(url_for(".settings"), 303)
    return _page(form)


def _form(**more: Any) -> SiteForm:
    shown = profile()
    data: dict[str, Any] = {
        "name": shown.name,
        "colour": shown.colour.value,
        "contact_email": shown.contact_email,
        "links": rules.as_lines([{"text": text, "address": address} for text, address in shown.links]),
        "zone": shown.zone,
        "country_code": shown.country_code,
        "languages": list(shown.languages),
        **{one.value: shown.pages.get(one, {}) for one in LegalPage},
    }
    return SiteForm(data=data, **more)


def _save(form: SiteForm) -> None:
    values = {name: form[name].data for name in TEXTS}
    colour = rules.SiteColour(form.colour.data)
    operations.save(**values, colour=colour, links=rules.footer_links(form.links.data or ""))


def _page(form: SiteForm, logo_form: SiteLogoForm | None = None) -> ResponseReturnValue:
    return page(
        "dashboard/site.html",
        event=None,
        form=form,
        logo_form=logo_form or SiteLogoForm(formdata=None),
        logo=profile().logo,
        zones=sorted(clock.zones()),
    )


@manage.post("/logo")
@needs_administrator
@takes_files(LARGEST_FILE)
def logo() -> ResponseReturnValue:
    """Show another logo beside the name of the site."""
    form = SiteLogoForm()
    if submit(form, _take_logo):
        flash(_("The logo has been saved."))
        return redirect(url_for(".settings", _anchor="logo"), 303)
    return _page(_form(formdata=None), form)


def _take_logo() -> None:
    _name, data = sent_file(LARGEST_FILE)
    with reading():
        made = pictures.logo(data)
        digest = hashlib.sha256(made.content).hexdigest()[:32]
        storage.store().put(logo_name(digest, made.width), made.content)
    operations.save(logo_digest=digest, logo_width=made.width, logo_height=made.height)


@manage.post("/logo/remove")
@needs_administrator
def remove_logo() -> ResponseReturnValue:
    """Show the seal instead of a logo."""
    operations.save(logo_digest="", logo_width=0, logo_height=0)
    flash(_("The logo has been removed."))
    return redirect(url_for(".settings", _anchor="logo"), 303)

"""Desk pages: delete a registration option, which check-in has a say in. All else about options is in
`registration/manage.py`.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.errors import or_404
from eventapp.core.languages import gettext as _
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.lifecycle import deleting
from eventapp.registration import queries

manage = Blueprint("options", __name__, url_prefix="/manage/events/<slug>/options")


@manage.post("/<key>/remove")
@requires(Permission.REGISTRATION)
def remove(event: Event, key: str) -> ResponseReturnValue:
    """Delete a registration option."""
    deleting.remove_option(or_404(queries.option_by_key(event, key)))
    flash(_("The option has been deleted."))
    return redirect(url_for("registration_manage.options", slug=event.slug), 303)

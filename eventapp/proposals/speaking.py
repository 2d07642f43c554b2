"""A speaker's own pages: confirm or decline, edit the profile and the texts of one's sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.core import stale_forms
from eventapp.core.errors import or_404
from eventapp.core.fields import LocalizedField
from eventapp.core.forms import Form, submit
from eventapp.core.languages import listing
from eventapp.core.limits import limit
from eventapp.core.pages import page, private
from eventapp.core.refusals import Refused
from eventapp.programme import operations as programme
from eventapp.programme import profiles
from eventapp.programme import queries as released
from eventapp.proposals import queries, rules, speakers
from eventapp.proposals.forms import ProfileForm, TalkForm
from eventapp.proposals.models import SpeakerLink

views = Blueprint("speaking", __name__, url_prefix="/speaking/<token>")

PACE = "60/minute"


@views.get("")
def mine(token: str) -> ResponseReturnValue:
    """The request to confirm, and one's sessions as the team plans them."""
    link = _link(token)
    parts = queries.parts_of(link)
    public = released.document(link.event)
    return private(
        page(
            "proposals/speaking.html",
            link=link,
            event=link.event,
            person=link.shown,
            parts=[(s, part, programme.slot(link.event, s), rules.may_write(part.role)) for s, part in parts],
            public=set(public.by_code),
            announced=link.event.public and link.person_id in public.person_ids,
            saved=bool(request.args.get("saved")),
        )
    )


@views.post("/<any(confirm, decline):verb>")
def answer(token: str, verb: str) -> ResponseReturnValue:
    """Confirm or decline. Only by POST: e-mail scanners follow links."""
    speakers.answer(_link(token), yes=verb == "confirm")
    return private(redirect(url_for(".mine", token=token), 303))


@views.route("/profile", methods=["GET", "POST"])
def profile(token: str) -> ResponseReturnValue:
    """Edit one's own name, position, biography and links."""
    link = _link(token)
    now = speakers.profile_of(link)
    form = ProfileForm(data=now)
    return _edit(
        link,
        form,
        now,
        "proposals/profile.html",
        save=lambda typed, edit_token: speakers.save_profile(
            link, {**typed, "zone": typed["zone"] or ""}, edit_token=edit_token
        ),
    )


@views.route("/sessions/<code>", methods=["GET", "POST"])
def talk(token: str, code: str) -> ResponseReturnValue:
    """Edit title, subtitle and abstract of one's own session."""
    link = _link(token)
    session = or_404(speakers.own_session(link, code))
    now = speakers.talk_of(session)
    form = TalkForm(data=now)
    return _edit(
        link,
        form,
        now,
        "proposals/talk.html",
        save=lambda typed, edit_token: speakers.save_talk(link, session, typed, edit_token=edit_token),
    )


def _edit(
    link: SpeakerLink,
    form: Form,
    now: dict[str, Any],
    template: str,
    *,
    save: Callable[[dict[str, Any], str], None],
) -> ResponseReturnValue:
    """Show and process a form. If the team has changed values meanwhile, these are shown before saving again."""
    event = link.event
    for field in form:
        if isinstance(field, LocalizedField):
            field.offer(event.languages)
    edit_token = request.form.get("seen", "") if form.is_submitted() else stale_forms.edit_token(now)
    if form.is_submitted():
        limit(PACE, "speaking")

    def explain(refusal: Refused) -> Refused:
        nonlocal edit_token
        if isinstance(refusal, speakers.ProfileEditConflict):
            edit_token = stale_forms.edit_token(refusal.now)
            return Refused(_taken_over(form, refusal))
        return refusal

    token = edit_token
    if submit(form, lambda: save({name: form[name].data for name in now}, token), explain=explain):
        return private(redirect(url_for(".mine", token=link.token, saved=1), 303))
    alone = profiles.only_here(event, link.person)
    return private(page(template, link=link, event=event, form=form, edit_token=edit_token, elsewhere=not alone))


def _taken_over(form: Form, late: speakers.ProfileEditConflict) -> str:
    """A message about the team's changes; changed values that were not edited here are shown in the form."""

    def named(names: tuple[str, ...]) -> str:
        return listing([form[name].label.text for name in names])

    for name in late.changes.theirs:
        form[name].raw_data = None
        form[name].process(None, data=late.now[name])
    return stale_forms.describe(late.message, late.changes, named=named)


def _link(token: str) -> SpeakerLink:
    return or_404(queries.link_by_token(token))

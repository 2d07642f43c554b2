"""Desk pages: issue certificates, look at them, withdraw them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from eventapp.accounts.rules import Permission
from eventapp.certificates import operations, paper, queries, rules
from eventapp.certificates.models import Certificate
from eventapp.certificates.views import document
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.fields import between
from eventapp.core.forms import Form, page_number, submit
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import ngettext
from eventapp.core.pages import page, private
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.online import queries as online
from eventapp.pdf import answers

manage = Blueprint("certificates_manage", __name__, url_prefix="/manage/events/<slug>/certificates")


class IssueForm(Form):
    """For whom certificates are issued."""

    least_minutes = IntegerField(
        _l("Minimum time online, in minutes"),
        validators=[InputRequired(), between(1, 10_000)],
        default=30,
        render_kw={"inputmode": "numeric"},
    )


class WithdrawForm(Form):
    """Why a certificate is withdrawn."""

    reason = StringField(
        _l("Reason"),
        description=_l("Anyone who checks the certificate sees that it was withdrawn, but not why."),
        validators=[InputRequired(), Length(max=200)],
    )


@manage.route("", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def certificates(event: Event) -> ResponseReturnValue:
    """The certificates of an event, and a button that issues those that are due."""
    form = IssueForm()
    least = form.least_minutes.data or 30
    if request.method == "POST":
        with reading():
            rows = operations.due(event, online.minutes(event), least_minutes=least)
        if done := submit(form, lambda: operations.issue(event, rows)):
            flash(ngettext("%(num)d certificate was issued.", "%(num)d certificates were issued.", done.value))
            _flash_unprintable(rows)
            return redirect(url_for(".certificates", slug=event.slug), 303)
    return page("certificates/list.html", event=event, form=form, **_shown(event, least))


def _flash_unprintable(rows: list[operations.Row]) -> None:
    """Say on how many of these certificates the name can't be printed."""
    fonts, facts = answers.fonts(), [row["facts"] for row in rows]
    if lost := sum(not paper.printed(one["name"], one["reading"], fonts) for one in facts):
        sentence = ngettext(
            "The name on %(num)d certificate can't be printed.",
            "The names on %(num)d certificates can't be printed.",
            lost,
        )
        flash(sentence)


def _shown(event: Event, least: int) -> dict[str, Any]:
    text, at = request.args.get("q", "")[:100], page_number(request.args.get("page"))
    rows = queries.listed(event, text, first=(at - 1) * queries.PAGE)
    return {
        "rows": rows[: queries.PAGE],
        "more": len(rows) > queries.PAGE,
        "at": at,
        "text": text,
        "due": operations.number_due(event, online.minutes(event), least_minutes=least),
        "numbers": queries.numbers(event),
        "spaced": rules.spaced,
        "printed": lambda certificate: paper.printed_name(certificate, answers.fonts()),
    }


@manage.route("/<int:number>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION)
def certificate(event: Event, number: int) -> ResponseReturnValue:
    """One certificate: withdraw it for a reason."""
    shown, form = _one(event, number), WithdrawForm()
    if submit(form, lambda: operations.withdraw(shown, form.reason.data or "")):
        return redirect(url_for(".certificate", slug=event.slug, number=number), 303)
    shown_also = {
        "code": rules.spaced(shown.code),
        "printed": paper.printed_name(shown, answers.fonts()) or shown.erased,
    }
    return page("certificates/certificate.html", event=event, certificate=shown, form=form, **shown_also)


@manage.post("/<int:number>/restore")
@requires(Permission.REGISTRATION)
def restore(event: Event, number: int) -> ResponseReturnValue:
    """Let a withdrawn certificate be valid again."""
    operations.restore(_one(event, number))
    return redirect(url_for(".certificate", slug=event.slug, number=number), 303)


@manage.get("/<int:number>.pdf")
@requires(Permission.REGISTRATION)
def as_pdf(event: Event, number: int) -> ResponseReturnValue:
    """A certificate as PDF."""
    return private(document(_one(event, number)))


def _one(event: Event, number: int) -> Certificate:
    return or_404(queries.by_id(event, number))

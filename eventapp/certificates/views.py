"""The check of a certificate by anybody who has its code, and one's own certificate."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.certificates import paper, queries, rules
from eventapp.certificates.models import Certificate
from eventapp.certificates.rules import CertificateContent
from eventapp.core import languages
from eventapp.core.errors import or_404
from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface
from eventapp.core.limits import limit
from eventapp.core.links import absolute
from eventapp.core.pages import page, private
from eventapp.core.refusals import Refused
from eventapp.pdf import answers
from eventapp.registration import queries as registration

views = Blueprint("certificates", __name__)

# Checks of codes, per client. To guess one of a million certificates takes 2^60 tries.
PACE = "60/minute"


@views.get("/verify")
def verify() -> ResponseReturnValue:
    """The form for a code; with one, leads to its page."""
    typed = request.args.get("code", "")
    code = rules.read_code(typed)
    if code:
        return redirect(url_for(".result", code=rules.spaced(code)))
    shown = page("certificates/verify.html", typed=typed[:60], wrong=bool(typed.strip()))
    shown.status_code = 422 if typed.strip() else 200
    return private(shown)


@views.get("/verify/<code>")
def result(code: str) -> ResponseReturnValue:
    """What a certificate says, and whether it is valid. A code that was never given is a 404 with the form."""
    limit(PACE, "certificates")
    known = rules.read_code(code)
    found = queries.by_code(known) if known else None
    if found is None:
        shown = page("certificates/verify.html", typed=code[:60], wrong=True)
        shown.status_code = 404
        return private(shown)
    facts = CertificateContent.read(found.facts)
    language = interface()
    said = {
        "event_title": paper.said(facts.event, language),
        "host": paper.said(facts.host, language),
        "lines": paper.lines(facts, language),
        "code": rules.spaced(found.code),
        "issued": languages.day_of(found.issued_at, found.event.zone),
        "withdrawn": languages.day_of(found.withdrawn_at, found.event.zone) if found.withdrawn_at else "",
    }
    printed = paper.printed_name(found, answers.fonts())
    said["reading"] = printed if printed != found.name else ""  # the paper has it in place of the name
    return private(page("certificates/result.html", certificate=found, **said))


@views.get("/registrations/<token>/certificate")
def mine(token: str) -> ResponseReturnValue:
    """One's own certificate, or why there is none."""
    own = or_404(registration.by_token(token))
    if (kept := registration.led_to(own)) is not None:
        return private(redirect(url_for(".mine", token=kept.token)))
    certificate = queries.of_registration(own.id)
    values = {
        "certificate": certificate,
        "code": rules.spaced(certificate.code) if certificate is not None else "",
        "printed": paper.printed_name(certificate, answers.fonts()) if certificate is not None else "",
    }
    return private(page("certificates/mine.html", registration=own, event=own.event, **values))


@views.get("/registrations/<token>/certificate.pdf")
def as_pdf(token: str) -> ResponseReturnValue:
    """One's own certificate as PDF, in the language of the page."""
    own = or_404(registration.by_token(token))
    certificate = queries.of_registration(own.id)
    return private(document(or_404(certificate if certificate is not None and certificate.valid else None)))


def document(certificate: Certificate) -> Response:
    """A certificate as PDF in the reader's language; the same bytes each time. Raises Refused if no font has the
    letters of the name.
    """
    name = paper.printed_name(certificate, answers.fonts())
    if not name and not certificate.erased:
        raise Refused(_("No font has the characters of this name, so the certificate can't be printed."))
    url = absolute("certificates.result", code=rules.spaced(certificate.code))
    data = paper.data(certificate, name, url, interface())
    return answers.answer("certificate", data, name=f"certificate-{certificate.code[:4]}", at=certificate.issued_at)

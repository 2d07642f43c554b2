"""Whether the DNS records of the sender's domain let e-mails arrive: SPF, DKIM and DMARC (RFC 7208, 6376, 7489).

The sentences are for the IT department that looks after the domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from dns import exception, resolver

from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l

# Seconds for one question and for all of them.
QUESTION = 2.0
ALL = 8.0
# Under these names, services for sending e-mails publish their keys.
SELECTORS = ("default", "selector1", "selector2", "google", "mail", "dkim", "s1", "s2", "k1", "smtp")


class Verdict(Labelled):
    """What a record is like."""

    FINE = "fine", _l("Good")
    MISSING = "missing", _l("Missing")
    WRONG = "wrong", _l("Wrong")
    UNKNOWN = "unknown", _l("Not known")


@dataclass(frozen=True)
class Finding:
    """What was found for one of the three; `record` is the DNS record, if any."""

    name: str
    verdict: Verdict
    sentence: str
    record: str = ""


class Unreachable(Exception):
    """No name server answers."""


def system_resolver() -> resolver.Resolver:
    """The resolver of this machine. Raises Unreachable if it has none."""
    try:
        return resolver.Resolver()
    except resolver.NoResolverConfiguration as error:
        raise Unreachable from error


class _Questions:
    def __init__(self, dns: resolver.Resolver) -> None:
        self._dns = dns
        self._end = monotonic() + ALL

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name; none if it does not exist. Raises Unreachable."""
        left = self._end - monotonic()
        if left <= 0:
            raise Unreachable
        try:
            answer = self._dns.resolve(name, "TXT", lifetime=min(QUESTION, left), search=False)
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return []
        except (exception.DNSException, OSError, ValueError) as error:
            raise Unreachable from error
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def check(domain: str, *, selector: str = "", server: str = "", dns: resolver.Resolver | None = None) -> list[Finding]:
    """Look the three records up, within ALL seconds. `server` is the name of the mail server that sends for us."""
    try:
        questions = _Questions(dns or system_resolver())
        return [_spf(questions, domain, server), _dkim(questions, domain, selector), _dmarc(questions, domain)]
    except Unreachable:
        said = _("The name servers did not answer, so nothing is known about this domain. Try again later.")
        return [Finding(name, Verdict.UNKNOWN, said) for name in ("SPF", "DKIM", "DMARC")]


def _spf(questions: _Questions, domain: str, server: str) -> Finding:
    found = [text for text in questions.texts(domain) if text.casefold().split(" ")[0] == "v=spf1"]
    if not found:
        said = _(
            "Add an SPF record (TXT) to %(domain)s. It names the mail servers that may send for this domain: "
            "%(server)s.",
            domain=domain,
            server=server or "–",
        )
        return Finding("SPF", Verdict.MISSING, said)
    if len(found) > 1:
        return Finding("SPF", Verdict.WRONG, _("There are several SPF records. Only one may stay."), " · ".join(found))
    record = found[0]
    if {"+all", "all"} & set(record.casefold().split()):
        return Finding("SPF", Verdict.WRONG, _("The record lets everybody send for this domain (+all)."), record)
    said = _("There is one record. Check that it includes the mail server %(server)s.", server=server or "–")
    return Finding("SPF", Verdict.FINE, said, record)


def _dkim(questions: _Questions, domain: str, selector: str) -> Finding:
    for name in [selector] if selector else SELECTORS:
        for text in questions.texts(f"{name}._domainkey.{domain}"):
            tags = _tags(text)
            if "p" not in tags:
                continue
            if not tags["p"]:
                said = _("The key of the selector “%(name)s” has been withdrawn.", name=name)
                return Finding("DKIM", Verdict.WRONG, said, text)
            said = _(
                "There is a key for the selector “%(name)s”. Make sure that the mail server signs with it.", name=name
            )
            return Finding("DKIM", Verdict.FINE, said, text)
    if selector:
        said = _("There is no key for the selector “%(name)s”. Publish it as a TXT record.", name=selector)
        return Finding("DKIM", Verdict.MISSING, said)
    said = _("No key was found under the usual names. Let the mail server sign with DKIM, and enter its selector here.")
    return Finding("DKIM", Verdict.MISSING, said)


def _dmarc(questions: _Questions, domain: str) -> Finding:
    for name in _upwards(domain):
        found = [text for text in questions.texts(f"_dmarc.{name}") if _tags(text).get("v", "").upper() == "DMARC1"]
        if len(found) > 1:
            return Finding("DMARC", Verdict.WRONG, _("There are several DMARC records. Only one may stay."), found[0])
        if found and _tags(found[0]).get("p", "").casefold() not in {"none", "quarantine", "reject"}:
            said = _("The record says nothing about what to do (p=none, quarantine or reject).")
            return Finding("DMARC", Verdict.WRONG, said, found[0])
        if found:
            return Finding(
                "DMARC", Verdict.FINE, _("There is one record, at %(name)s.", name=f"_dmarc.{name}"), found[0]
            )
    said = _(
        "Add a DMARC record (TXT) to %(name)s, for example “v=DMARC1; p=none”. Some mobile operators warn of e-mails "
        "without one.",
        name=f"_dmarc.{domain}",
    )
    return Finding("DMARC", Verdict.MISSING, said)


def _upwards(domain: str) -> Iterable[str]:
    """The domain and those above it, down to two labels: where a receiver looks for the policy of an organization."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(max(len(labels) - 1, 1))]


def _tags(text: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().casefold(): value.strip() for name, _equals, value in pairs}

"""The check of the sender's domain, against a real name server on this machine."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from eventapp.notifications import sender_check
from eventapp.notifications.sender_check import check


class NameServer:
    """Answers questions for TXT records over UDP."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                data, address = self._socket.recvfrom(4096)
            except OSError:
                return
            if self.silent:
                continue
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question)
            name = str(question.question[0].name).rstrip(".")
            if name in self.records:
                texts = [f'"{text}"' for text in self.records[name]]
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), address)

    def close(self) -> None:
        self._socket.close()

    def resolver(self) -> dns.resolver.Resolver:
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], self.port
        return found


@pytest.fixture
def names():
    server = NameServer()
    yield server
    server.close()


def verdicts(names: NameServer, domain: str = "city.example", **values) -> dict[str, str]:
    return {one.name: one.verdict.value for one in check(domain, dns=names.resolver(), **values)}


GOOD = {
    "city.example": ["v=spf1 include:mail.example -all", "unrelated"],
    "selector1._domainkey.city.example": ["v=DKIM1; k=rsa; p=MIIB"],
    "_dmarc.city.example": ["v=DMARC1; p=none"],
}


def test_a_domain_with_all_records_is_good(app, names):
    names.records = GOOD
    assert verdicts(names) == {"SPF": "fine", "DKIM": "fine", "DMARC": "fine"}


def test_a_domain_without_records_misses_all(app, names):
    assert verdicts(names) == {"SPF": "missing", "DKIM": "missing", "DMARC": "missing"}


@pytest.mark.parametrize(
    ("record", "texts", "name"),
    [
        ("city.example", ["v=spf1 -all", "v=spf1 a -all"], "SPF"),
        ("city.example", ["v=spf1 +all"], "SPF"),
        ("selector1._domainkey.city.example", ["v=DKIM1; p="], "DKIM"),
        ("_dmarc.city.example", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "DMARC"),
        ("_dmarc.city.example", ["v=DMARC1"], "DMARC"),
    ],
)
def test_a_record_that_is_wrong_is_told_apart(app, names, record, texts, name):
    names.records = GOOD | {record: texts}
    assert verdicts(names)[name] == "wrong"


def test_the_policy_of_the_domain_above_counts(app, names):
    names.records = {"_dmarc.city.example": ["v=DMARC1; p=reject"]}
    assert verdicts(names, "events.city.example")["DMARC"] == "fine"


def test_the_selector_that_was_entered_is_the_one_that_counts(app, names):
    names.records = GOOD
    assert verdicts(names, selector="own")["DKIM"] == "missing"


def test_name_servers_that_do_not_answer_end_the_check_in_time(app, names, monkeypatch):
    monkeypatch.setattr(sender_check, "QUESTION", 0.1)
    names.silent = True
    assert set(verdicts(names).values()) == {"unknown"}


def test_the_page_shows_what_was_found(app, organizer, make, names, monkeypatch):
    make.event("forum")
    names.records = {"localhost": ["v=spf1 -all"]}
    monkeypatch.setattr(sender_check, "system_resolver", names.resolver)
    response = organizer.fill("/manage/events/forum/mail/settings", action="/mail/check")
    assert response.status_code == 200
    text = organizer.page.text(organizer.page.one("main"))
    day = next(node for node in organizer.page.all("input") if node.get("name") == "day")
    assert day.get("checked") is not None  # to save the form below changes nothing
    assert "v=spf1 -all" in text and "Add a DMARC record" in text

"""What a scanned or typed text is."""

from __future__ import annotations

from eventapp.check_in import queries
from eventapp.check_in.rules import ScanResult
from eventapp.core.db import transaction
from eventapp.tickets import operations as tickets
from eventapp.tickets.queries import printed


def test_the_text_and_the_short_code_lead_to_the_registration(guest, forum):
    ticket = printed(guest)
    for typed in (ticket.text, ticket.code):
        read = queries.scanned(forum.id, typed)
        assert read.result is ScanResult.OK and read.ticket.registration == guest.id


def test_a_ticket_of_another_event_says_so_and_its_short_code_leads_nowhere(make, guest):
    other = make.event("other")
    with transaction():
        tickets.give_key(other.id)
    ticket = printed(guest)
    assert queries.scanned(other.id, ticket.text).result is ScanResult.OTHER_EVENT
    read = queries.scanned(other.id, ticket.code).ticket
    assert read is None or read.registration != guest.id


def test_other_texts_are_unknown_and_changed_tickets_forged(guest, forum):
    text = printed(guest).text
    assert queries.scanned(forum.id, "https://example.org/").result is ScanResult.UNKNOWN
    changed = text[:30] + ("B" if text[30] != "B" else "C") + text[31:]
    assert queries.scanned(forum.id, changed).result is ScanResult.FORGED

"""The text of a ticket, and the short code."""

from __future__ import annotations

import base64

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from eventapp.tickets import codes
from eventapp.tickets.codes import Forged, NotATicket, Ticket

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
KEYS = {(7, 0): codes.public_key(SEED), (8, 0): codes.public_key(OTHER)}
TICKET = Ticket(7, 123456, revision=2)
TEXT = codes.sign(TICKET, SEED)

number = st.integers(0, 2**32 - 1)


def keys(event: int, key: int) -> bytes | None:
    return KEYS.get((event, key))


@given(number, number, st.integers(0, 255), st.integers(0, 15))
def test_a_ticket_is_read_as_it_was_signed(event, registration, revision, key):
    ticket = Ticket(event, registration, revision, key)
    assert codes.read(codes.sign(ticket, SEED), lambda *_: codes.public_key(SEED)) == ticket


def test_a_ticket_fits_a_qr_code_of_37_modules_in_capital_letters_and_digits():
    drawn = segno.make(codes.sign(Ticket(2**32 - 1, 2**32 - 1, 255, 15), SEED), error="m", boost_error=False)
    assert (drawn.designator, drawn.mode, drawn.symbol_size(border=0)) == ("5-M", "alphanumeric", (37, 37))
    assert TEXT.isalnum() and TEXT.isupper() and len(TEXT) == codes.LENGTH


@given(st.integers(0, 73), st.integers(1, 255))
def test_any_changed_byte_is_forged_or_no_ticket(place, change):
    raw = bytearray(base64.b32decode(TEXT + "="))
    raw[place] ^= change
    with pytest.raises((Forged, NotATicket)):
        codes.read(base64.b32encode(bytes(raw)).decode().rstrip("="), keys)


@given(st.integers(0, codes.LENGTH - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_any_changed_sign_is_forged_or_no_ticket(place, sign):
    changed = TEXT[:place] + sign + TEXT[place + 1 :]
    if changed != TEXT:
        with pytest.raises((Forged, NotATicket)):
            codes.read(changed, keys)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with pytest.raises(NotATicket):
        codes.read(text, keys)
    codes.read_short_code(text, 7, SEED)


def test_a_scanner_may_send_small_letters_wide_letters_and_spaces():
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in TEXT)
    for typed in (TEXT.lower(), f" {TEXT}\r\n", wide, f"{TEXT[:60]} {TEXT[60:]}"):
        assert codes.read(typed, keys) == TICKET


def test_a_ticket_that_another_key_has_signed_is_forged():
    with pytest.raises(Forged):
        codes.read(codes.sign(TICKET, OTHER), keys)


def test_a_ticket_of_an_event_without_a_key_is_forged():
    with pytest.raises(Forged):
        codes.read(codes.sign(Ticket(9, 1), SEED), keys)


@given(number, st.integers(0, 255))
def test_a_short_code_leads_to_its_ticket(registration, revision):
    ticket = Ticket(7, registration, revision)
    code = codes.short_code(ticket, SEED)
    assert len(code) == codes.CODE_LENGTH
    assert codes.read_short_code(codes.spaced(code).lower(), 7, SEED) == ticket


def test_no_two_short_codes_are_alike_and_neighbours_do_not_look_it():
    made = [codes.short_code(Ticket(7, one), SEED) for one in range(5000)]
    assert len(set(made)) == 5000
    assert len({one[:3] for one in made}) > 4000
    assert not set("ILOU") & set("".join(made))


def test_letters_that_look_like_digits_are_read_as_digits():
    ticket = next(t for one in range(999) if {"0", "1"} <= set(codes.short_code(t := Ticket(7, one), SEED)))
    code = codes.short_code(ticket, SEED)
    assert codes.read_short_code(code.replace("0", "o").replace("1", "l"), 7, SEED) == ticket


def test_codes_of_two_events_differ():
    assert codes.short_code(TICKET, SEED) != codes.short_code(TICKET, OTHER)


@pytest.mark.parametrize(
    ("typed", "scanned"),
    [(TEXT, True), ("https://example.org/x", True), ("Jean-Baptiste de la Tour", False), ("ABCD-EFGH", False)],
)
def test_what_a_scanner_sends_is_told_from_what_is_typed(typed, scanned):
    assert codes.looks_scanned(typed) is scanned

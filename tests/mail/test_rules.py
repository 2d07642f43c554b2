"""Which parts of an e-mail others may see."""

from __future__ import annotations

import pytest

from eventapp.mail.rules import masked

OWN = "https://events.example"


@pytest.mark.parametrize(
    "path",
    [
        "registrations/Secret-1_x",
        "registrations/Secret-1_x/calendar.ics",
        "registrations/Secret-1_x?lang=ja",
        "registrations/address/Secret-1_x",
        "invitations/Secret-1_x/accept",
        "proposals/Secret-1_x",
        "speaking/Secret-1_x/profile",
        "agenda/Secret-1_x",
        "agenda/Secret-1_x.ics",
        "login/reset/Secret.Secret-1_x.Secret",
    ],
)
def test_every_kind_of_key_is_masked(path):
    for host in (OWN, "https://moved.example", "webcal://events.example", ""):
        shown = masked(f"Your page: {host}/{path}\nThank you.", own=OWN)
        assert "Secret" not in shown
        assert "…" in shown
        assert shown.startswith("Your page: ") and shown.endswith("Thank you.")


def test_links_to_join_show_their_host_alone():
    said = masked("Join: https://ada:pw@meet.example/j/123?pwd=Secret\nMap: https://maps.example", own=OWN)
    assert said == "Join: https://meet.example/…\nMap: https://maps.example"


def test_a_host_that_begins_like_ours_is_another_host():
    assert masked("https://events.example.evil/j/Secret", own=OWN) == "https://events.example.evil/…"


def test_what_is_no_key_is_shown():
    text = f"{OWN}/events/forum/sessions/ABC123 and 10:00–11:00, Hall 1/2."
    assert masked(text, own=OWN) == text

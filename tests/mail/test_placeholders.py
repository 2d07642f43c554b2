"""Placeholders in texts that the team writes."""

from __future__ import annotations

import pytest

from eventapp.mail import placeholders

VALUES = {"name": "Ada {event}", "event": "Forum"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Dear {name}", "Dear Ada {event}"),  # what is filled in is not looked through again
        ("｛Event｝ { name }", "Forum Ada {event}"),
        ("{} {a b} {nobody} {{event}}", "{} {a b} {nobody} {Forum}"),
    ],
)
def test_placeholders_are_filled_in_once_in_any_width_and_case(text, filled):
    assert placeholders.fill(text, VALUES) == filled


def test_an_unknown_one_is_named_with_those_that_there_are(app):
    assert placeholders.problem("{name} {nmae} {nmae}", VALUES) == (
        "There is no placeholder {nmae} here. You can use: {name}, {event}."
    )
    assert placeholders.problem("{name} {a b}", VALUES) == ""


def test_a_text_is_split_for_a_preview():
    assert placeholders.split("To {name}!") == [("To ", False), ("name", True), ("!", False)]

"""What letters look like as text: everything stands apart by one empty line, whatever a letter has of it."""

from __future__ import annotations

from itertools import product

from flask import Flask

from eventapp.core.db import transaction
from eventapp.mail import letters
from eventapp.mail.letters import Letter

FACTS = [("When", "Tue 18 March 2031"), ("Where", "City Hall <1>")]
ACTION = ("Your page", "https://example.org/a?b=1&c=2")


def written(letter: Letter) -> str:
    with transaction():
        return letters.send(letter, to="ada@example.org", language="en", kind="test", topic="test").text


def test_one_empty_line_stands_between_all_that_a_letter_says(app: Flask) -> None:
    every = product(([], ["One.", "Two\nlines."]), ([], FACTS), (None, ACTION), ([], ["After.", "Last."]), ("", "Team"))
    for paragraphs, facts, action, after, signature in every:
        blocks = ["Dear Ada,", *paragraphs]
        if facts:
            blocks.append("When: Tue 18 March 2031\nWhere: City Hall <1>")
        if action:
            blocks.append("Your page:\nhttps://example.org/a?b=1&c=2")
        blocks += after
        if signature:
            blocks.append("-- \nTeam")
        text = written(Letter("Subject", "Dear Ada,", paragraphs, facts, action, after, signature))
        assert text == "\n\n".join(blocks) + "\n"

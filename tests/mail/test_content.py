"""The text form of e-mails: all parts are separated by one empty line, whichever parts there are."""

from __future__ import annotations

from itertools import product

from flask import Flask

from eventapp.mail import content
from eventapp.mail.content import EmailContent

FACTS = [("When", "Tue 18 March 2031"), ("Where", "City Hall <1>")]
ACTION = ("Your page", "https://example.org/a?b=1&c=2")


def written(email: EmailContent) -> str:
    return content.render(email, to="ada@example.org", language="en", kind="test", topic="test").text


def test_one_empty_line_separates_all_parts_of_an_email(app: Flask) -> None:
    every = product(
        ([], ["One.", "Two\nlines."]),
        ([], FACTS),
        ([], ["More."]),
        (None, ACTION),
        ([], ["After.", "Last."]),
        ("", "Team"),
    )
    for paragraphs, facts, more, action, after, signature in every:
        blocks = ["Dear Ada,", *paragraphs]
        if facts:
            blocks.append("When: Tue 18 March 2031\nWhere: City Hall <1>")
        blocks += more
        if action:
            blocks.append("Your page:\nhttps://example.org/a?b=1&c=2")
        blocks += after
        if signature:
            blocks.append("-- \nTeam")
        text = written(EmailContent("Subject", "Dear Ada,", paragraphs, facts, more, action, after, signature))
        assert text == "\n\n".join(blocks) + "\n"


def test_an_email_in_japanese_is_marked_as_japanese(app: Flask) -> None:
    email = content.render(
        EmailContent(
            "件名",
            "佐藤葵 様",
            [],
            [("日時", "2031年3月18日（火）")],
            action=("確認・変更", "https://example.org/a"),
        ),
        to="aoi@example.org",
        language="ja",
        kind="test",
        topic="test",
    )
    assert "日時：2031年3月18日（火）\n" in email.text
    assert "確認・変更：\nhttps://example.org/a\n" in email.text


def test_an_address_among_the_facts_is_a_link_and_text_is_text(app: Flask) -> None:
    facts = [("Join here", "https://meet.example.org/a?b=1&c=2"), ("Where", "City Hall <1>")]
    email = content.render(
        EmailContent("Subject", "Dear Ada,", [], facts), to="ada@example.org", language="en", kind="test", topic="test"
    )
    assert 'href="https://meet.example.org/a?b=1&amp;c=2"' in email.html
    assert "City Hall &lt;1&gt;" in email.html

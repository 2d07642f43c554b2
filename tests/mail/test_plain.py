"""Messages without attachments are the same as those that the library writes."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from eventapp.mail import message, plain
from eventapp.mail.models import Email, EmailCalendar
from eventapp.mail.pictures import MARK, InlinePicture


def email(**values) -> Email:
    given = {
        "to": "ada@example.org",
        "subject": "Forum",
        "text": "Text\n\n--\nForum",
        "html": "<p>Text</p>\n",
        "sender_name": "",
        "reply_to": "",
        "unsubscribe_url": "",
    }
    fixed = {"kind": "test", "language": "ja", "message_id": "<1@eventapp>", "calendars": []}
    return Email(**given | fixed | values, created_at=datetime(2031, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"subject": "都市フォーラム、" * 20, "sender_name": "森市、国際課 (via Desk)", "reply_to": "team@city.example"},
        {"subject": "=?utf-8?q?not_encoded?=", "sender_name": 'City "of" Mori, (via Desk)'},
        {"subject": "A long subject that goes on and on, far beyond what fits on a line of a header of a message"},
        {"to": "ada@例え.jp", "reply_to": "büro@straße.de".replace("ü", "u")},
        {"to": "a'b+c=d?e/f@example.org"},
        {"text": "From here\n.\n.dot\ntrailing \ntab\t\n" + "x" * 3000 + "\n日本語" * 50},
        {"html": "<p>" + "長い行" * 1000 + "</p>"},
        {"text": "Dear Ada,\r.\rQUIT\r", "html": "<p>Dear Ada,\r.\rQUIT</p>\r\n"},
        {"unsubscribe_url": "https://example.org/announcements/stop/MQ.7J5q?lang=en"},
    ],
)
def test_a_message_reads_as_the_library_writes_it(values):
    one = email(**values)
    for sender in ("Forum desk <desk@example.org>", "desk@例え.jp"):
        data = plain.written(one, sender=sender)
        assert data is not None
        assert data.isascii()
        assert max(map(len, data.split(b"\r\n"))) <= 998
        assert not {*b"\r\n"} & {*data.replace(b"\r\n", b"")}
        ours = message_from_bytes(data, policy=default)
        theirs = message_from_bytes(message.build(one, sender=sender).as_bytes(), policy=default)
        assert not ours.defects
        for name in {*ours.keys(), *theirs.keys()}:
            if name not in {"Content-Type", "MIME-Version"}:
                assert str(ours[name]) == str(theirs[name]), name
        for kind in ("plain", "html"):
            body, other = (
                read.get_body((kind,)).get_content().rstrip().replace("\r\n", "\n") for read in (ours, theirs)
            )
            assert body == other


def test_what_has_attachments_or_no_html_is_left_to_the_library():
    file = EmailCalendar(position=0, name="a.ics", method="REQUEST", content=b"x")
    assert plain.written(email(calendars=[file]), sender="desk@example.org") is None
    assert plain.written(email(html=""), sender="desk@example.org") is None


def test_a_picture_is_where_the_library_puts_it():
    picture = InlinePicture("d1", b"\x89PNG" * 900, 240, 80, 'City of "Mori"')
    one = email(html=f"<html><body>{MARK}<p>Text</p></body></html>")
    data = plain.written(one, sender="desk@example.org", picture=picture)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    ours = message_from_bytes(data, policy=default)
    theirs = message_from_bytes(
        message.build(one, sender="desk@example.org", picture=picture).as_bytes(), policy=default
    )
    for mail in (ours, theirs):
        assert not [part for part in mail.walk() if part.defects]
        assert [part.get_content_type() for part in mail.walk()] == [
            *("multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png")
        ]
        *_rest, related, html, image = mail.walk()
        assert related.get_param("type") == "text/html"
        assert 'src="cid:d1@eventapp" width="240" height="80" alt="City of &#34;Mori&#34;"' in html.get_content()
        assert (image["Content-ID"], image.get_content_disposition()) == ("<d1@eventapp>", "inline")
        assert image.get_content() == picture.content


def test_without_a_picture_its_mark_is_gone():
    one = email(html=f"<p>{MARK}Text</p>")
    assert MARK.encode() not in plain.written(one, sender="desk@example.org")
    assert MARK not in message.build(one, sender="desk@example.org").as_string()

"""The structure of an e-mail with calendars (RFC 6047)."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from eventapp.mail import message
from eventapp.mail.models import Email, EmailCalendar

ONE = "BEGIN:VCALENDAR\r\nSUMMARY:都市フォーラム\r\nEND:VCALENDAR\r\n".encode()


def sent(*files: tuple[str, str]) -> EmailMessage:
    """The message as parsed from its bytes."""
    email = Email(
        to="ada@example.org",
        subject="Forum",
        text="Text",
        html="<p>Text</p>",
        kind="test",
        language="en",
        message_id="<1@eventapp>",
        created_at=datetime(2031, 3, 1, tzinfo=UTC),
        calendars=[
            EmailCalendar(position=n, name=name, method=method, content=ONE) for n, (name, method) in enumerate(files)
        ],
    )
    read = message_from_bytes(message.build(email, sender="Desk <desk@example.org>").as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def test_an_invitation_is_among_the_alternatives_and_is_attached_as_well() -> None:
    whole = sent(("forum.ics", "REQUEST"))
    assert whole.get_content_type() == "multipart/mixed"
    first, attached = whole.iter_parts()
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    invitation = list(first.iter_parts())[-1]
    assert invitation["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST"}
    assert invitation["Content-Disposition"] is None
    assert invitation["Content-Transfer-Encoding"] == "base64"
    assert invitation.get_payload(decode=True) == ONE
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "forum.ics")
    assert attached.get_payload(decode=True) == ONE


def test_several_invitations_are_attached_one_by_one() -> None:
    whole = sent(("a.ics", "REQUEST"), ("b.ics", "CANCEL"))
    files = list(whole.iter_attachments())
    assert [(f.get_content_type(), f.get_filename(), f["Content-Type"].params["method"]) for f in files] == [
        ("text/calendar", "a.ics", "REQUEST"),
        ("text/calendar", "b.ics", "CANCEL"),
    ]
    assert [part.get_content_type() for part in next(whole.iter_parts()).iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("sender", "to"),
    [
        ('"Büro, Stadt" <desk@straße.de>', "ada@例え.jp"),
        ("さいたま市、国際課 <desk@例え.jp>", "a'b+c=d?e/f@example.org"),
        ("desk@example.org", "x" * 64 + "@" + ".".join(["y" * 60] * 3) + ".example.org"),
    ],
)
def test_headers_are_ascii_and_name_both_sides(sender: str, to: str) -> None:
    """Every server accepts them; a domain is never in an encoded word (RFC 2047 §5)."""
    email = Email(
        to=to,
        subject="都市フォーラム、" * 20,
        text="Text",
        html="",
        kind="test",
        language="ja",
        message_id="<1@eventapp>",
        created_at=datetime(2031, 3, 1, tzinfo=UTC),
        calendars=[],
    )
    data = message.build(email, sender=sender).as_bytes()
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    read = message_from_bytes(data, policy=default)
    assert str(read["Subject"]) == "都市フォーラム、" * 20
    for name, given in (("From", sender), ("To", to)):
        (written,) = read[name].addresses
        known = message.address(given)
        assert (written.display_name, written.addr_spec) == (known.display_name, known.addr_spec)
        assert written.domain.isascii()
        assert f"@{written.domain}".encode() in data


def test_an_email_without_a_calendar_has_two_alternatives() -> None:
    assert sent().get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "subject", ["Forum", "都市フォーラム：" + "お申し込みを受け付けました" * 5, "=?utf-8?q?x?= and " + "long " * 30]
)
@pytest.mark.parametrize("name", ["forum.ics", "都市.ics", "a b;c=1.ics"])
def test_remembered_headers_are_byte_by_byte_those_of_the_library(subject: str, name: str) -> None:
    """However often they are written, and in whatever order."""
    for number in (1, 2):
        for language in ("en", "ja"):
            email = Email(
                to=f"Ada Lövelace <ada{number}@example.org>",
                subject=subject,
                text="Text 都市 " + "long " * 40,
                html="<p>Text</p>",
                kind="test",
                language=language,
                message_id=f"<{number}@eventapp>",
                created_at=datetime(2031, 3, number, tzinfo=UTC),
                calendars=[EmailCalendar(position=0, name=name, method="REQUEST", content=ONE)],
            )
            ours, theirs = (
                message.build(email, sender="Désk <desk@example.org>", policy=policy)
                for policy in (message.POLICY, SMTP)
            )
            for one in (ours, theirs):
                for n, part in enumerate(part for part in one.walk() if part.is_multipart()):
                    part.set_boundary(f"part{n}")
            assert ours.as_bytes() == theirs.as_bytes()

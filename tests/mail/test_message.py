"""How a letter with calendars is put together (RFC 6047)."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from eventapp.mail import message
from eventapp.mail.models import Mail, MailCalendar

ONE = "BEGIN:VCALENDAR\r\nSUMMARY:都市フォーラム\r\nEND:VCALENDAR\r\n".encode()


def sent(*files: tuple[str, str]) -> EmailMessage:
    """The message as it comes out of the wire."""
    letter = Mail(
        to="ada@example.org", subject="Forum", text="Text", html="<p>Text</p>", kind="test", language="en",
        message_id="<1@eventapp>", created_at=datetime(2031, 3, 1, tzinfo=UTC),
        calendars=[MailCalendar(position=n, name=name, method=method, content=ONE)
                   for n, (name, method) in enumerate(files)],
    )  # fmt: skip
    read = message_from_bytes(message.build(letter, sender="Desk <desk@example.org>").as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def test_an_invitation_stands_among_the_alternatives_and_is_attached_once_more() -> None:
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
        ("text/calendar", "a.ics", "REQUEST"), ("text/calendar", "b.ics", "CANCEL"),
    ]  # fmt: skip
    assert [part.get_content_type() for part in next(whole.iter_parts()).iter_parts()] == ["text/plain", "text/html"]


def test_a_letter_without_a_calendar_is_two_alternatives() -> None:
    assert sent().get_content_type() == "multipart/alternative"

"""The host's logo in e-mails: sent along once with each, stored once, and gone when it is removed."""

from __future__ import annotations

import io
import socket
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from PIL import Image
from sqlalchemy import func, select

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import operations as events
from eventapp.events.rules import HostRole
from eventapp.lifecycle import clone
from eventapp.mail import tasks
from eventapp.mail.models import Email
from eventapp.mail.pictures import MARK
from eventapp.media import operations, queries
from eventapp.media.models import HostLogo
from eventapp.media.reading import encoded
from eventapp.notifications.tasks import send_due
from tests.support.make import fresh

SETTINGS = "/manage/events/forum/mail/settings"


def picture(colour="navy", size=(480, 160)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def forum(make):
    event = make.event("forum")
    city = make.organization(LocalizedText(en="City of Mori", ja="森市"))
    with transaction():
        events.set_hosts(fresh(event), [(city, HostRole.HOST)])
    make.hall = make.option(event)
    return event


def store(event, colour="navy", **alt) -> HostLogo:
    with transaction():
        operations.save_logo(fresh(event), encoded(picture(colour)), alt=LocalizedText(**alt))
    return queries.logo(fresh(event))


def upload(organizer, data: bytes, **values):
    return organizer.fill(SETTINGS, {"file": (io.BytesIO(data), "logo.png"), **values}, action="/mail/logo")


class Server:
    def __init__(self) -> None:
        self.taken = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def smtp():
    handler = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.url = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


def delivered(smtp) -> list:
    send_due()
    tasks.deliver_due(smtp.url, "desk@example.org", picture_of=queries.picture_of)
    db.session.expire_all()
    taken, smtp.taken = smtp.taken, []
    return taken


def images(message) -> list:
    return [part for part in message.walk() if part.get_content_maintype() == "image"]


@pytest.mark.both_engines("bytes in a column")
@pytest.mark.slow
def test_the_picture_is_part_of_each_email_with_size_and_name_of_the_host(make, forum, smtp):
    logo = store(forum)
    make.registration(forum, make.hall, "ada@example.org", language="ja")
    (message,) = delivered(smtp)
    html = message.get_body(("related", "html"))
    assert html.get_content_type() == "multipart/related"
    assert html.get_param("type") == "text/html"
    (image,) = images(message)
    assert image["Content-ID"] == f"<{logo.digest}@eventapp>"
    assert image.get_content_type() == "image/png" and image.get_content_disposition() == "inline"
    assert Image.open(io.BytesIO(image.get_content())).size == (480, 160)
    shown = message.get_body(("html",)).get_content()
    assert f'<img src="cid:{logo.digest}@eventapp" width="240" height="80" alt="森市"' in shown
    assert "http" not in shown.partition("<img")[2].partition(">")[0]
    assert [part.get_filename() for part in message.iter_attachments()] == ["forum.ics"]
    assert any(part.get_content_type() == "text/calendar" for part in message.walk())


@pytest.mark.slow
def test_emails_that_wait_have_the_logo_of_the_moment_in_which_they_are_sent(make, forum, smtp):
    store(forum)
    make.registration(forum, make.hall, "ada@example.org")
    make.registration(forum, make.hall, "ben@example.org")
    send_due()
    stored = db.session.scalars(select(Email)).all()
    assert len(stored) == 2
    assert all(MARK in one.html and "cid:" not in one.html for one in stored)
    with transaction():
        operations.remove_logo(fresh(forum))
    messages = delivered(smtp)
    assert len(messages) == 2
    for message in messages:
        assert not images(message)
        assert "cid:" not in message.get_body(("html",)).get_content()
        assert MARK not in message.get_body(("html",)).get_content()


@pytest.mark.both_engines("no other test runs one of its statements")
def test_other_emails_have_no_picture(app, make, forum):
    store(forum)
    other = make.event("other")
    assert queries.picture_of("", "en") is None
    assert queries.picture_of(f"event:{other.id}", "en") is None
    assert queries.picture_of(f"event:{forum.id}", "en").alt == "City of Mori"
    with transaction():
        events.set_hosts(fresh(forum), [])
    assert queries.picture_of(f"event:{forum.id}", "en").alt == "Forum of cities"


@pytest.mark.both_engines("bytes in a column")
@pytest.mark.slow
def test_a_logo_is_uploaded_seen_changed_and_removed(organizer, forum):
    assert upload(organizer, picture(), alt_en="Seal of Mori").status_code == 303
    organizer.get(SETTINGS)
    (shown,) = [node for node in organizer.page.all("img") if "/mail/logo/" in (node.get("src") or "")]
    assert (shown.get("alt"), shown.get("width"), shown.get("height")) == ("Seal of Mori", "240", "80")
    organizer.looks = False
    got = organizer.get(shown.get("src"))
    assert got.content_type == "image/png"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert organizer.get(f"/manage/events/forum/mail/logo/{'0' * 32}.png").status_code == 404
    organizer.looks = True
    assert organizer.fill(SETTINGS, {"alt_en": "Mori"}, action="/mail/logo").status_code == 303  # without a file
    assert queries.inline_logo(fresh(forum), "en").alt == "Mori"
    assert organizer.fill(SETTINGS, action="/mail/logo/remove").status_code == 303
    assert queries.logo(fresh(forum)) is None


@pytest.mark.slow
def test_a_refused_picture_says_why_keeps_what_was_typed_and_changes_nothing(organizer, forum):
    store(forum)
    before = queries.logo(fresh(forum)).digest
    for data, said in (
        (b"no picture", "Choose a file of these kinds"),
        (picture(size=(5000, 4000)), "too many pixels"),
    ):
        refused = upload(organizer, data, alt_en="Seal <b>")
        assert refused.status_code == 422
        assert said in organizer.page.text(organizer.page.one("main"))
        assert organizer.page.by_id("alt-en").get("value") == "Seal <b>"
        assert queries.logo(fresh(forum)).digest == before


def test_without_a_file_there_is_nothing_to_save(organizer, forum):
    assert organizer.fill(SETTINGS, {"alt_en": "x"}, action="/mail/logo").status_code == 422


def test_only_who_manages_registrations_changes_the_logo_and_only_the_team_sees_it(app, client, make, forum):
    digest = store(forum).digest
    address = f"/manage/events/forum/mail/logo/{digest}.png"
    client.looks = False
    assert client.get(address).status_code == 302  # to the login
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, Role.PROGRAMME))
    remove = visitor.fill_elsewhere("/manage/events/forum/mail/texts/speaker_changed/en", f"{address[:-37]}/remove")
    assert remove.status_code == 403
    visitor.looks = False
    assert visitor.get(address).status_code == 200
    visitor.sign_in(make.member(forum, Role.VIEWER))
    assert visitor.get(address).status_code == 403


@pytest.mark.both_engines("no other test runs one of its statements")
def test_the_previews_of_announcements_and_texts_show_it(organizer, make, forum):
    digest = store(forum, en="A <b>seal</b>").digest
    make.registration(forum, make.hall)
    path = organizer.fill(
        "/manage/events/forum/announcements/new", {"subject_en": "Bus", "text_en": "It leaves."}
    ).location
    organizer.looks = False
    preview = organizer.get(f"{path}/preview/en")
    assert f'<img src="/manage/events/forum/mail/logo/{digest}.png"' in preview.text
    assert 'alt="A &lt;b&gt;seal&lt;/b&gt;"' in preview.text
    policy = preview.headers["Content-Security-Policy"]
    assert "img-src 'self' data:" in policy and "default-src 'none'" in policy and "allow-scripts" not in policy
    organizer.looks = True
    organizer.get("/manage/events/forum/mail/texts/confirmed/en")
    assert any(digest in (node.get("src") or "") for node in organizer.page.all("img"))


@pytest.mark.both_engines("deletion by the database")
def test_the_logo_goes_with_its_event(make, forum):
    store(forum)
    with transaction():
        db.session.delete(fresh(forum))
    assert db.session.scalar(select(func.count()).select_from(HostLogo)) == 0


@pytest.mark.both_engines("bytes in a column")
def test_the_next_edition_has_the_logo_too(make, forum):
    digest = store(forum, en="Seal").digest
    with transaction():
        made = clone.clone(fresh(forum), owner=make.owner(), slug="next", first_day=date(2032, 3, 16))
    copied = queries.inline_logo(made.event, "en")
    assert (copied.digest, copied.alt, copied.content[:4]) == (digest, "Seal", b"\x89PNG")


def test_however_many_emails_are_sent_the_logo_is_looked_up_once(make, forum, smtp):
    store(forum)
    for number in range(25):  # more than one lease
        make.registration(forum, make.hall, f"guest{number}@example.org")
    send_due()
    asked = []

    def picture_of(topic: str, language: str):
        asked.append(topic)
        return queries.picture_of(topic, language)

    assert tasks._deliver(smtp.url, "desk@example.org", seconds=60, picture_of=picture_of) == 25
    assert asked == [f"event:{forum.id}"]
    assert all(len(images(message)) == 1 for message in smtp.taken)

"""A real subscription: vdirsyncer fetches the feed over HTTP and stores one file per entry, like phones and
desktops.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory import operations as directory
from eventapp.events.models import Event
from eventapp.programme import operations
from eventapp.programme.models import Session
from eventapp.programme.rules import SessionKind, SessionStatus
from tests.support.make import Make, fresh

pytestmark = pytest.mark.slow


class _Silent(WSGIRequestHandler):
    def log(self, *args: object) -> None:
        """Suppress the access log."""


# By default vdirsyncer does not trust the UIDs of a feed (some change with each fetch) and names entries by their
# content. Its own tests switch that off, and so do ours where they check UIDs.
_BY_UID = """
from vdirsyncer.cli import app
from vdirsyncer.storage.http import HttpStorage
HttpStorage._ignore_uids = False
app()
"""


class Subscriber:
    """vdirsyncer with its own folder."""

    def __init__(self, folder: Path, url: str, *, by_uid: bool = False) -> None:
        self._command = [sys.executable, *(["-c", _BY_UID] if by_uid else ["-m", "vdirsyncer"])]
        self.files = folder / "calendar"
        self._environ = {**os.environ, "VDIRSYNCER_CONFIG": str(folder / "config"), "HOME": str(folder)}
        (folder / "config").write_text(
            f"""
[general]
status_path = "{folder}/status/"
[pair feed]
a = "remote"
b = "local"
collections = null
conflict_resolution = "a wins"
[storage remote]
type = "http"
url = "{url}"
[storage local]
type = "filesystem"
path = "{self.files}"
fileext = ".ics"
"""
        )
        self.files.mkdir()
        self._run("discover", "feed")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments], env=self._environ, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def sync(self) -> bool:
        """Synchronize; returns whether anything has changed."""
        # --force-delete: an empty feed is valid, and must not be taken for an accident.
        said = self._run("sync", "--force-delete", "feed").lower()
        assert "error" not in said and "warning" not in said, said
        return "item" in said

    def kept(self) -> dict[str, bytes]:
        """The entries in the folder by UID, each file a calendar with one entry."""
        found = {}
        for path in self.files.glob("*.ics"):
            data = path.read_bytes()
            text = re.search(rb"(?m)^UID:(\S+)", data)
            assert text and data.count(b"BEGIN:VEVENT") == 1, path
            found[text[1].decode()] = data
        return found


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app behind a real HTTP server."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def field(data: bytes, name: str) -> str:
    """The value of a property of the file's entry."""
    entry = data[data.index(b"BEGIN:VEVENT") :]
    found = re.search(rf"(?m)^{name}(?:;[^:\r\n]*)?:(.*?)\r?$".encode(), entry)
    return found[1].decode() if found else ""


def test_a_subscriber_follows_the_programme_by_uid(app: Flask, make: Make, address: str, tmp_path: Path) -> None:
    forum = make.event("forum", title="Forum")
    hall = make.room(forum, "Hall")
    ada = make.person("Lovelace", "Ada")
    opening = make.session(forum, "Opening", rooms=[hall], people=[ada], release=False)
    panel = make.session(forum, "Panel", starts_at=forum.starts_at + timedelta(hours=1), release=False)
    talk = make.session(forum, "Talk", starts_at=forum.starts_at + timedelta(hours=2), release=False)
    calm = make.session(forum, "Calm", starts_at=forum.starts_at + timedelta(hours=3))
    uid = {one.title["en"]: one.uid for one in map(fresh, (opening, panel, talk, calm))}
    whole = fresh(forum).uid

    subscriber = Subscriber(tmp_path, f"{address}/events/forum/calendar.ics", by_uid=True)
    subscriber.sync()
    first = subscriber.kept()
    assert set(first) == {*uid.values(), whole}

    times = {path: path.stat().st_mtime_ns for path in subscriber.files.iterdir()}
    assert not subscriber.sync()
    assert subscriber.kept() == first
    assert {path: path.stat().st_mtime_ns for path in subscriber.files.iterdir()} == times, "nothing was written"

    with transaction():
        row: Session = fresh(opening)
        operations.save_session(
            fresh(forum),
            row,
            title=row.title,
            kind=SessionKind.LECTURE,
            rooms=row.rooms,
            starts_at=forum.starts_at + timedelta(minutes=30),
            ends_at=forum.starts_at + timedelta(minutes=60),
        )
        operations.set_status(fresh(panel), SessionStatus.CANCELLED)
        operations.set_status(fresh(talk), SessionStatus.DRAFT)
    new = make.session(forum, "New", starts_at=forum.starts_at + timedelta(hours=4))
    subscriber.sync()
    second = subscriber.kept()
    assert set(second) == {*first, fresh(new).uid}, "no UID goes, and one comes"
    assert second[uid["Calm"]] == first[uid["Calm"]], "what did not change is the same to the byte"
    assert second[whole] == first[whole]
    for title, status, rise in (("Opening", "CONFIRMED", 1), ("Panel", "CANCELLED", 1), ("Talk", "CANCELLED", 1)):
        before, after = first[uid[title]], second[uid[title]]
        assert field(after, "STATUS") == status
        assert int(field(after, "SEQUENCE")) == int(field(before, "SEQUENCE")) + rise
    assert field(second[uid["Opening"]], "DTSTART") == "20310318T103000"
    assert field(second[uid["Talk"]], "SUMMARY") == "Cancelled: Talk"

    assert not subscriber.sync()
    assert subscriber.kept() == second

    with transaction():  # names are not part of a release, but they are in the calendar
        directory.save_person(fresh(ada), family=LocalizedText(en="King"), given=LocalizedText(en="Ada"))
    with transaction():
        operations.save_session(
            fresh(forum),
            fresh(calm),
            title=LocalizedText(en="Calm, renamed"),
            kind=SessionKind.LECTURE,
            starts_at=forum.starts_at + timedelta(hours=3),
            ends_at=forum.starts_at + timedelta(hours=4),
        )
    make.release(fresh(forum))
    subscriber.sync()
    last = subscriber.kept()
    assert field(last[uid["Calm"]], "SUMMARY") == r"Calm\, renamed"
    assert field(last[uid["Calm"]], "SEQUENCE") == field(second[uid["Calm"]], "SEQUENCE"), "a name moves no SEQUENCE"
    assert set(last) == set(second)


def test_as_it_comes_the_subscriber_touches_only_what_has_changed(
    app: Flask, make: Make, address: str, tmp_path: Path
) -> None:
    forum = make.event("forum", title="Forum")
    make.session(forum, "Calm")
    moved = make.session(forum, "Moved")
    subscriber = Subscriber(tmp_path, f"{address}/events/forum/calendar.ics?tz=utc&lang=ja")
    assert subscriber.sync()
    before = subscriber.kept()
    assert not subscriber.sync()
    with transaction():
        operations.save_session(
            fresh(forum),
            fresh(moved),
            title=LocalizedText(en="Moved"),
            kind=SessionKind.LECTURE,
            starts_at=forum.starts_at + timedelta(hours=3),
            ends_at=forum.starts_at + timedelta(hours=4),
        )
    make.release(fresh(forum))
    assert subscriber.sync()
    after = subscriber.kept()
    assert len(after) == len(before) == 3
    (old,), (new,) = before.keys() - after.keys(), after.keys() - before.keys()
    assert (field(before[old], "DTSTART"), field(after[new], "DTSTART")) == ("20310318T010000Z", "20310318T040000Z")
    with transaction():
        lifecycle.cancel_event(db.session.get_one(Event, forum.id), note=LocalizedText(en="A typhoon."))
    assert subscriber.sync()
    assert [field(data, "STATUS") for data in subscriber.kept().values()] == ["CANCELLED"] * 3


def test_an_empty_feed_is_no_error(app: Flask, address: str, tmp_path: Path) -> None:
    subscriber = Subscriber(tmp_path, f"{address}/calendar.ics")
    assert not subscriber.sync()
    assert subscriber.kept() == {}

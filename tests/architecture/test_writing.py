"""No request holds the database while its body arrives or its response is built."""

from __future__ import annotations

import io

import flask
import pytest
from sqlalchemy import func, select, update

from eventapp.core.db import SAFE_METHODS, db, savepoint, transaction, writing
from eventapp.core.revisions import Revision
from eventapp.events.models import Event
from eventapp.registration.models import Registration

pytestmark = pytest.mark.both_engines("every form once on each engine; what takes the write lock")

_VALUES = {
    "slug": "forum",
    "number": 1,
    "note": 1,
    "first": 1,
    "second": 2,
    "code": "NOSUCH",
    "key": "nothing",
    "token": "nobody",
    "kind": "rooms",
    "use": "cover",
    "tag": "en",
    "format": "xml",
    "version": 1,
}


class SlowBody(io.RawIOBase):
    """A body that arrives in pieces, recording how many database connections were in use meanwhile."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)
        self.seen: list[int] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        self.seen.append(db.engine.pool.checkedout())
        piece = self._data.read(min(len(buffer), 7))
        buffer[: len(piece)] = piece
        return len(piece)


def unsafe_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.methods - SAFE_METHODS]


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"]
)
def test_no_route_asks_the_database_before_its_whole_body_is_there(app, make, content_type):
    make.event("forum")
    visitor = app.test_client()
    visitor.sign_in(make.owner())
    visitor.looks = False
    data = {
        "application/json": b'{"star": "forum/NOSUCH", "rooms": [], "revision": 1}',
        "application/x-www-form-urlencoded": b"star=forum%2FNOSUCH&on=1&email=ada%40example.org",
    }.get(content_type, b'--b\r\nContent-Disposition: form-data; name="star"\r\n\r\nforum/NOSUCH\r\n--b--\r\n')
    db.session.rollback()
    app.config["WTF_CSRF_ENABLED"] = False  # so that each view is reached
    try:
        for rule in unsafe_rules(app):
            values = _VALUES | {name: min(one.items) for name, one in rule._converters.items() if hasattr(one, "items")}
            _, path = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
            body = SlowBody(data)
            arriving = {"wsgi.input": body, "CONTENT_LENGTH": str(len(data))}
            visitor.post(path, content_type=content_type, environ_overrides=arriving)
            assert len(body.seen) > 3, f"{rule}: the body was not read"
            assert set(body.seen) == {0}, f"{rule}: the database was asked while the body was arriving"
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_no_page_is_made_while_others_wait_for_the_database(app, client, make, monkeypatch):
    event = make.event("forum")
    make.option(event)
    full = make.option(event, capacity=1, waiting_list=False)
    other = {"email": "bob@example.org", "family_name": "B", "option": full.key}
    held: list[tuple[str, bool]] = []

    def note(sender, template, **rest) -> None:
        if not template.name.startswith("mail/"):
            held.append((template.name, writing()))

    with flask.before_render_template.connected_to(note, app):
        client.fill("/events/forum/register", {"email": "ada@example.org", "family_name": "A"})
        client.fill("/events/forum/register", {"email": "ada@example.org", "family_name": "A"})  # refused: registered
        client.fill("/events/forum/register", other)
        client.fill("/events/forum/register", other | {"email": "cat@example.org"})  # refused: full
        client.fill("/events/forum/register/link", {"email": "ada@example.org"})
    assert len(held) >= 7
    assert not [name for name, locked in held if locked]


def test_a_request_reads_without_the_write_lock_until_it_writes(app):
    if db.engine.dialect.name != "sqlite":
        return
    with app.test_request_context(method="POST"):
        app.preprocess_request()
        assert db.session.scalar(select(func.count()).select_from(Event)) == 0
        assert not writing()
        with db.engine.connect() as other:  # another connection gets the lock at once
            other.exec_driver_sql("INSERT INTO revision (scope, number, at) VALUES ('x', 1, '2031-01-01 00:00:00')")
            other.commit()
        db.session.execute(update(Revision).values(number=2))
        assert writing()
        db.session.commit()
        assert not writing()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_that_only_reads_cannot_write(app, method):
    with app.test_request_context(method=method):
        app.preprocess_request()
        with pytest.raises(RuntimeError, match="must not write"):
            db.session.execute(update(Revision).values(number=2))
        with pytest.raises(RuntimeError, match="must not write"):
            db.session.scalars(select(Registration).with_for_update())


def test_a_savepoint_can_be_the_first_thing_that_is_written(app, make):
    event = make.event("forum")
    with transaction(), savepoint():
        event.purpose = {}
    with app.test_request_context(method="POST"):
        app.preprocess_request()
        with savepoint():
            db.session.get(Event, event.id).purpose = {}
        assert writing()
        db.session.rollback()

"""What an attendee's own page costs: processor time and statements of a GET, beside an empty route of the same app.

python -m bench.own_page
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event as sqlalchemy_event
from werkzeug.test import EnvironBuilder

from eventapp import create_app
from eventapp.config import Settings
from eventapp.core.db import Base, db
from eventapp.core.localized import LocalizedText
from eventapp.programme.rules import Mode
from eventapp.registration import questions
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import Make

ROUNDS, REQUESTS = 7, 150


def seed(make: Make, *, plain: bool) -> str:
    """An event with two options; unless `plain`, also with three questions, a venue, four sessions with limited seats
    and 200 other registrations. Returns the path of a guest.
    """
    event = make.event("plain" if plain else "forum")
    option = make.option(event, capacity=200)
    make.option(event, Mode.ONLINE)
    if plain:
        return f"/registrations/{make.registration(event, option).token}"
    make.venue(event, latitude=35.68, longitude=139.76)
    for key in ("diet", "access", "topic"):
        label = LocalizedText(en=key.title(), ja=key.title())
        questions.save_question(event, None, label=label, kind=QuestionKind.TEXT, key=key)
    db.session.commit()
    for number in range(4):
        make.session(event, capacity=20, starts_at=event.starts_at + timedelta(hours=number))
    guest = make.registration(event, option, extra={"diet": "Vegan", "topic": "Rivers"})
    for _ in range(200):
        make.registration(event, option)
    return f"/registrations/{guest.token}"


def cpu(app: Flask, path: str) -> tuple[float, float]:
    """(median, spread) of the milliseconds of processor time per GET."""
    environ = EnvironBuilder(path=path, headers={"Accept-Language": "en"}).get_environ()

    def get() -> None:
        started: list[str] = []

        def start(status: str, headers: Any, info: Any = None) -> Callable[[bytes], object]:
            started.append(status)
            return started.append  # type: ignore[return-value]

        answer = app.wsgi_app(dict(environ), start)
        b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
        assert started[0].startswith("200"), started

    found = []
    for _ in range(30):
        get()
    for _ in range(ROUNDS):
        began = time.thread_time()
        for _ in range(REQUESTS):
            get()
        found.append((time.thread_time() - began) / REQUESTS * 1000)
    return statistics.median(found), max(found) - min(found)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "EVENTAPP_INSTANCE": folder,
            "EVENTAPP_SECRET_KEY": "a key for the bench alone",
            "EVENTAPP_BASE_URL": "http://localhost",
        }
        app = create_app(Settings.from_environment(settings))
        app.add_url_rule("/empty", "empty", lambda: "")
        with app.app_context():
            Base.metadata.create_all(db.engine)
            make = Make()
            rich, plain = seed(make, plain=False), seed(make, plain=True)
            db.session.remove()
            statements: list[str] = []
            sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        empty, _ = cpu(app, "/empty")
        pages = (
            ("own page", plain),
            ("own page with questions and sessions", rich),
            ("its form", f"{plain}/change"),
        )
        for name, address in pages:
            statements.clear()
            median, spread = cpu(app, address)
            asked = [one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]
            number = len(asked) / (30 + ROUNDS * REQUESTS)
            print(f"{name}: {median:.2f} ms (± {spread:.2f}), {number:.0f} statements; an empty route {empty:.2f} ms")


if __name__ == "__main__":
    main()

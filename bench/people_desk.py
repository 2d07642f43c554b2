"""What the people desk costs with many registrations: processor time and statements of its pages, acts and files.

python -m bench.people_desk [number of registrations …]
"""

from __future__ import annotations

import sys
import tempfile
import time

from flask import Flask
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text, update

from bench.data import fill
from bench.timing import ROUNDS, measured
from eventapp import create_app
from eventapp.accounts.models import User
from eventapp.config import Settings
from eventapp.core.db import Base, db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import queries as events
from eventapp.people import bulk, exports, operations, queries
from eventapp.people.rules import BulkVerb, PeopleQuery
from eventapp.registration import questions
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from tests.support.make import Make
from tests.support.visitor import Visitor

DESK = "/manage/events/summit/registrations"
PAGES = {
    "first page": "",
    "page 100": "?page=100",
    "search by name": "?q=family77",
    "filter by answer and tag, by name": "?a.meal=vegan&tag=VIP&sort=name",
    "with answers, tags, sessions": "?columns=email,a.meal,tags,sessions,status",
    "answers at a glance": "/answers",
    "confirm an act on everybody": "/bulk/cancel?status=confirmed",
    "sort organizations": "/organizations",
}


def seed(number: int) -> int:
    """A summit with this many people, of whom each has answered a question and every seventh has a tag."""
    fill("summit", sessions=20, registrations=number)
    owner = Make().user(admin=True)
    event = events.by_slug("summit")
    assert event is not None
    with transaction():
        questions.save_question(
            event,
            None,
            key="meal",
            label=LocalizedText(en="Meal"),
            kind=QuestionKind.CHOICE,
            choices=["Vegan", "Halal"],
        )
        for key, rest in (("vegan", 0), ("halal", 1)):
            db.session.execute(
                update(Registration).where(Registration.id % 2 == rest).values(answers={"meal": key}),
                execution_options={"synchronize_session": False},
            )
        tag = operations.tag_named(event, "VIP")
        operations.tag(range(7, number, 7), tag)
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return owner.id


def pages(app: Flask, owner: int, number: int) -> None:
    """Print what each page costs."""
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.looks = False
    with app.app_context():
        visitor.sign_in(db.session.get_one(User, owner))
    statements: list[str] = []
    with app.app_context():
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for name, path in PAGES.items():
        statements.clear()

        def get(path: str = path) -> None:
            assert visitor.get(DESK + path).status_code == 200

        median, spread, wall = measured(get)
        asked = len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]) / (ROUNDS + 1)
        print(f"{number:,} · {name}: {median:.0f} ms CPU (± {spread:.0f}), {wall:.0f} ms, {asked:.0f} statements")


def work(app: Flask, owner: int, number: int) -> None:
    """Print what files cost, and an act on everybody."""
    with app.app_context():
        event = events.by_slug("summit")
        assert event is not None
        for format in ("csv", "xlsx"):
            began = time.perf_counter()
            content, people = exports.written(event, PeopleQuery(), format, "en")
            seconds = time.perf_counter() - began
            print(f"{number:,} · {format}: {people:,} people, {len(content) / 1e6:.1f} MB, {seconds:.1f} s")
        db.session.rollback()
        began = time.perf_counter()
        chosen = queries.ids(event, PeopleQuery(), [])[:1000]
        with transaction():
            action = bulk.begin(event, BulkVerb.CANCEL, chosen, language="en", user_id=owner, details={})
        while True:
            with transaction():
                action = db.session.merge(action)
                if not bulk.proceed(action):
                    break
        print(f"{number:,} · 1,000 cancelled in {time.perf_counter() - began:.1f} s")


def main() -> None:
    for number in [int(one) for one in sys.argv[1:]] or [1000, 10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder:
            settings = {
                "EVENTAPP_INSTANCE": folder,
                "EVENTAPP_SECRET_KEY": "a key for the bench alone",
                "EVENTAPP_BASE_URL": "http://localhost",
            }
            app = create_app(Settings.from_environment(settings))
            with app.app_context():
                Base.metadata.create_all(db.engine)
                owner = seed(number)
                db.session.remove()
            pages(app, owner, number)
            work(app, owner, number)


if __name__ == "__main__":
    main()

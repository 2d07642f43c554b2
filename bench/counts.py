"""What the counts of an event cost with many registrations and check-ins: processor time and statements.

python -m bench.counts [--postgresql] [number of registrations …]
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import nullcontext
from datetime import timedelta
from random import Random
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert, select, text, update

from bench.data import START, fill
from bench.timing import ROUNDS, measured
from eventapp import create_app
from eventapp.accounts.models import User
from eventapp.attendance import kept
from eventapp.check_in.models import CheckIn, CheckInPoint, Presence
from eventapp.check_in.rules import CheckInKind, ScanResult
from eventapp.config import Settings
from eventapp.core.db import Base, db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.models import Organization
from eventapp.directory.rules import OrganizationKind
from eventapp.events import queries as events
from eventapp.programme.rules import Mode
from eventapp.registration import questions, setup
from eventapp.registration.models import Registration
from eventapp.registration.question_rules import QuestionKind
from eventapp.registration.rules import RegistrationStatus
from tests.support.make import Make
from tests.support.visitor import Visitor

COUNTRIES = ("JP", "US", "DE", "AU", "FI", "BD", "KR", "FR", "DO", "GB")
COUNTS = "/manage/events/summit/counts"
PAGES = {
    "by mode": f"{COUNTS}?by=mode",
    "by country": f"{COUNTS}?by=country",
    "by city": f"{COUNTS}?by=city",
    "by day": f"{COUNTS}?by=day",
    "country × kind, checked in": f"{COUNTS}?by=country&across=kind&of=checked_in",
    "by answer": f"{COUNTS}?by=a.meal",
    "by language": f"{COUNTS}?by=language",
    "by session": f"{COUNTS}?by=session",
    "answer × language": f"{COUNTS}?by=a.meal&across=language",
    "wall screen": f"{COUNTS}/screen",
    "statement": f"{COUNTS}/statement",
    "statement, checked in": f"{COUNTS}/statement?basis=checked_in",
    "public page": "/events/summit/counts?basis=checked_in",
    "public JSON": "/events/summit/counts.json",
}


def seed(number: int) -> int:
    """A summit with this many people of organizations in ten countries, of whom most have come. Returns its owner."""
    fill("summit", sessions=20, registrations=number)
    owner = Make().user(admin=True)
    event = events.by_slug("summit")
    assert event is not None
    random = Random(number)
    kinds = [OrganizationKind.CITY, *OrganizationKind]
    with transaction():
        choices: list[Any] = ["Vegan", "Halal"]
        label = LocalizedText(en="Meal")
        questions.save_question(event, None, key="meal", label=label, kind=QuestionKind.CHOICE, choices=choices)
        setup.save_option(event, None, mode=Mode.ONLINE, title=LocalizedText(en="Press"))
        rows = [
            {"names": LocalizedText(en=f"Organization {n}"), "kind": random.choice(kinds), "generated": True}
            for n in range(min(number // 20, 2000))
        ]
        created = list(db.session.scalars(insert(Organization).returning(Organization.id), rows))
        door = CheckInPoint(event_id=event.id, key="door")
        db.session.add(door)
        db.session.flush()
        ids = list(db.session.scalars(select(Registration.id).where(Registration.event_id == event.id)))
        homes = {one: random.choice(COUNTRIES) for one in created}
        states = [RegistrationStatus.CONFIRMED] * 8 + [RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED]
        changes = [
            {
                "id": one,
                "status": random.choice(states),
                "organization_id": (body := random.choice(created)),
                "country_code": homes[body],
                "answers": {"meal": random.choice(["vegan", "halal"])},
                "created_at": START - timedelta(minutes=random.randint(0, 90 * 24 * 60)),
            }
            for one in ids
        ]
        db.session.execute(update(Registration), changes)
        came = [(one, START + timedelta(minutes=random.randint(0, 600))) for one in ids if random.random() < 0.7]
        db.session.execute(
            insert(Presence),
            [{"point_id": door.id, "registration_id": n, "inside": True, "first_in": t, "last_at": t} for n, t in came],
        )
        line = {"event_id": event.id, "point_id": door.id, "kind": CheckInKind.IN, "result": ScanResult.OK}
        line |= {"accepted": True}
        db.session.execute(insert(CheckIn), [line | {"registration_id": n, "at": t, "nonce": f"n{n}"} for n, t in came])
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return owner.id


def pages(app: Flask, owner: int, number: int, *, cold: bool) -> None:
    """Print what each page costs: just after a registration or check-in (`cold`), or if nothing has changed."""
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.looks = False
    statements: list[str] = []
    with app.app_context():
        visitor.sign_in(db.session.get_one(User, owner))
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for name, path in PAGES.items():
        statements.clear()

        def get(path: str = path) -> None:
            if cold:
                kept.clear()
            app.extensions["pages"].clear()
            app.extensions["cache_middleware"].clear()
            assert visitor.get(path).status_code == 200

        median, spread, wall = measured(get)
        asked = len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]) / (ROUNDS + 1)
        state = "changed" if cold else "unchanged"
        cost = f"{median:.0f} ms CPU (± {spread:.0f}), {wall:.0f} ms, {asked:.0f} statements"
        print(f"{number:,} · {state} · {name}: {cost}")


def main() -> None:
    """Print a line for each page and number of registrations."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    for number in options.numbers or [1000, 10_000, 100_000]:
        from tests.support.databases import postgresql  # noqa: PLC0415  it needs the development packages

        with tempfile.TemporaryDirectory() as folder, postgresql() if options.postgresql else nullcontext("") as url:
            settings = {
                "EVENTAPP_INSTANCE": folder,
                "EVENTAPP_SECRET_KEY": "a key for the bench alone",
                "EVENTAPP_BASE_URL": "http://localhost",
            } | ({"EVENTAPP_DATABASE_URL": str(url)} if url else {})
            app = create_app(Settings.from_environment(settings))
            with app.app_context():
                Base.metadata.create_all(db.engine)
                owner = seed(number)
                db.session.remove()
            with time_machine.travel(START + timedelta(days=5), tick=True):
                pages(app, owner, number, cold=True)
                pages(app, owner, number, cold=False)


if __name__ == "__main__":
    main()

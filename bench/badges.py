"""Badges on paper: 300 with QR codes on ten-up sheets, from the rows to the PDF.

python -m bench.badges [--people 300]
"""

from __future__ import annotations

import argparse
import tempfile
from statistics import median
from time import perf_counter

from flask_migrate import upgrade

from eventapp import create_app
from eventapp.badges import documents
from eventapp.badges.sheets import SHEETS
from eventapp.config import Settings
from eventapp.core import clock
from eventapp.core.db import transaction
from eventapp.pdf import typeset
from eventapp.pdf.fonts import font_set
from eventapp.people.rules import PeopleQuery
from eventapp.tickets import operations as tickets
from tests.support.make import Make

NAMES = [("鈴木", "美咲"), ("Lovelace", "Ada"), ("রহমান", ""), ("محمد", "عبد الله"), ("Llanfairpwllgwyngyll", "Jones")]


def main() -> None:
    """Print the seconds of three runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=300)
    number = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        environ = {"EVENTAPP_INSTANCE": folder, "EVENTAPP_SECRET_KEY": "a key for measuring"}
        app = create_app(Settings.from_environment(environ))
        with app.app_context(), app.test_request_context("/"):
            upgrade(directory=app.config["MIGRATIONS"])
            make = Make()
            event = make.event("summit")
            option = make.option(event)
            with transaction():
                tickets.give_key(event.id)
            for place in range(number):
                family, given = NAMES[place % len(NAMES)]
                make.registration(event, option, family_name=f"{family}", given_name=f"{given} {place}")
            fonts, runs, size = font_set(), [], 0
            for _ in range(3):
                begin = perf_counter()
                found = documents.printable(event, PeopleQuery(), fonts, language="en")
                data = documents.badge_data(event, found.badges, SHEETS[0], language="en", codes=True, marks=False)
                size = len(typeset.pdf("badges", data, fonts, at=clock.now()))
                runs.append(perf_counter() - begin)
    spread = f"{min(runs):.2f}–{max(runs):.2f}"
    print(f"{len(found.badges)} badges: {median(runs):.2f} s ({spread}), {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

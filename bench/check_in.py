"""Check-in: scans of eight devices, one by one and in batches of 50, each acknowledged after its commit.

python -m bench.check_in [--postgresql] [--people 20000] [--seconds 5]
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from time import perf_counter, time

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, select

from bench import client
from bench.__main__ import again, cpu_seconds, floor_on, free_port, served
from bench.client import request_bytes
from eventapp import create_app
from eventapp.check_in import operations, points, roster
from eventapp.config import Settings
from eventapp.core.db import db, transaction
from eventapp.registration.models import Contact, Registration
from eventapp.registration.rules import RegistrationStatus
from eventapp.tickets import codes
from eventapp.tickets import operations as tickets
from eventapp.tickets.queries import key_of
from tests.support.databases import postgresql
from tests.support.make import Make

DEVICES = 8
BATCH = 50


def main() -> None:
    """Print one line for each kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql() if options.postgresql else nullcontext("") as url:
        _measure(Path(folder), str(url), options)


def _measure(folder: Path, url: str, options: argparse.Namespace) -> None:
    port, floor_port = free_port(), free_port()
    environ = {
        "EVENTAPP_INSTANCE": str(folder),
        "EVENTAPP_PORT": str(port),
        "EVENTAPP_HOST": "127.0.0.1",
        "EVENTAPP_WORKERS": str(options.workers),
        "EVENTAPP_SECRET_KEY": "a key for measuring",
        "EVENTAPP_BASE_URL": f"http://127.0.0.1:{port}",
    } | ({"EVENTAPP_DATABASE_URL": url} if url else {})
    app = create_app(Settings.from_environment(environ))
    keys, texts = _seed(app, options.people)
    with (
        served([sys.executable, "-m", "eventapp.serve", "--no-worker"], port, environ) as process,
        served(floor_on(floor_port), floor_port, {}),
    ):
        print("| scans | per s | empty routes/s | p50 ms | p99 ms | CPU ms a scan |\n|---|---:|---:|---:|---:|---:|")
        for name, size in (("one by one", 1), (f"in batches of {BATCH}", BATCH)):
            client.run(port, _scans(port, keys, texts, size), seconds=1, connections=DEVICES)
            rates, floors, p50, p99, cost = [], [], [], [], []
            for _ in range(3):
                floor = client.run(floor_port, again(request_bytes("GET", "/", port=floor_port)), seconds=1)
                floors.append(floor.rate)
                before = cpu_seconds(process)
                found = client.run(port, _scans(port, keys, texts, size), seconds=options.seconds, connections=DEVICES)
                assert set(found.statuses) == {200}, found.statuses
                rates.append(found.rate * size)
                p50.append(median(found.latencies) * 1000)
                p99.append(found.p99 * 1000)
                cost.append((cpu_seconds(process) - before) / len(found.latencies) / size * 1000)
            print(
                f"| {name} | {median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f}) | {median(floors):,.0f} "
                f"| {median(p50):.1f} | {median(p99):.1f} | {median(cost):.2f} |",
                flush=True,
            )


def _seed(app: Flask, people: int) -> tuple[list[str], list[str]]:
    """Keys of devices, and tickets, of an event with so many people."""
    with app.app_context():
        upgrade(directory=app.config["MIGRATIONS"])
        make = Make()
        event = make.event("summit")
        option = make.option(event, capacity=None)
        with transaction():
            tickets.give_key(event.id)
            contact = Contact(event_id=event.id, email="", email_key=None)
            db.session.add(contact)
            db.session.flush()
            row = {"event_id": event.id, "option_id": option.id, "contact_id": contact.id}
            row |= {"status": RegistrationStatus.CONFIRMED, "given_name": "Guest", "searchable": "guest"}
            names = ({"family_name": f"No{n}", "name_key": f"no{n} guest"} for n in range(people))
            db.session.execute(insert(Registration), [row | name for name in names])
            door = operations.door(event)
            links = [points.make_link(event, door, label=f"Device {n}", user_id=None) for n in range(DEVICES)]
            keys = [made.key for link in links if (made := points.open_link(link.secret)) is not None]
        begin = perf_counter()
        size = len(roster.whole_as_json(event.id))
        print(f"The list of {people:,}: {perf_counter() - begin:.2f} s, {size / 1e6:.1f} MB", flush=True)
        key = key_of(event.id)
        assert key is not None
        numbers = db.session.scalars(select(Registration.id).where(Registration.event_id == event.id))
        signed = [codes.sign(codes.Ticket(event.id, number), key.seed) for number in numbers]
        db.session.remove()
        return keys, signed


def _scans(port: int, keys: list[str], texts: list[str], size: int) -> Iterator[bytes]:
    """Messages of the devices in turn, with tickets drawn at random."""
    chance, sequence = random.Random(1), itertools.count(1)
    for key in itertools.cycle(keys):
        moment = int(time() * 1000)
        scans = [
            {"nonce": uuid.uuid4().hex, "kind": "in", "at": moment, "seq": next(sequence), "text": chance.choice(texts)}
            | ({"offline": True, "device_result": "ok"} if size > 1 else {})
            for _ in range(size)
        ]
        body = json.dumps({"clock": moment, "scans": scans}).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        yield request_bytes("POST", "/check-in/api/scan", headers, body, port=port)


if __name__ == "__main__":
    main()

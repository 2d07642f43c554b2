"""The migration after which the venue is the one source of where an event is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import select, text

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.events import queries as events
from eventapp.events.rules import EventFormat
from eventapp.mail.models import Email
from eventapp.notifications.models import SentInvitation
from eventapp.registration import sign_ups
from tests.support.make import Make, fresh

pytestmark = [pytest.mark.slow, pytest.mark.both_engines("JSON columns that are added and dropped")]


def test_a_venue_is_made_of_both_what_differs_is_shown_and_nobody_is_written_to(
    at: Any, app: Flask, make: Make
) -> None:
    at("head")
    both = make.event("both", venue_name=LocalizedText(en="Old Hall"))
    session = make.session(both, "Workshop", capacity=5)
    guest = make.registration(both, make.option(both))
    with transaction():
        sign_ups.sign_up(fresh(guest), session.code)
    make.tell()
    for slug in ("page-only", "same"):
        make.event(slug, venue_name=LocalizedText(en="Arena", ja="アリーナ"))
    make.event("online", format=EventFormat.ONLINE)
    db.session.rollback()
    downgrade(directory=app.config["MIGRATIONS"], revision="0037")
    with db.engine.begin() as connection:
        places = {"both": "New Hall", "page-only": "Arena, Kobe", "same": "ARENA", "online": "Online"}
        for slug, place in places.items():
            said = {"place": json.dumps({"en": place}), "slug": slug}
            connection.execute(text("UPDATE event SET place = :place WHERE slug = :slug"), said)
        gone = "DELETE FROM venue WHERE event_id = (SELECT id FROM event WHERE slug = 'page-only')"
        connection.execute(text(gone))
        # The session has no room, so its place was that of the event.
        sent = connection.execute(text("SELECT id, last_sent FROM sent_invitation WHERE code <> ''")).one()
        known = json.loads(sent.last_sent) if isinstance(sent.last_sent, str) else sent.last_sent
        assert known["venue"] == [{"en": "Old Hall"}]
        known |= {"venue": [{"en": "New Hall"}], "place": "newhall"}
        connection.execute(
            text("UPDATE sent_invitation SET last_sent = :known, fingerprint = 'x' WHERE id = :id"),
            {"known": json.dumps(known), "id": sent.id},
        )
    at("head")
    found = {slug: events.by_slug(slug) for slug in places}
    assert {slug: (str(one.venue_name), str(one.former_place)) for slug, one in found.items()} == {
        "both": ("Old Hall", "New Hall"),
        "page-only": ("Arena, Kobe", ""),
        "same": ("Arena", ""),
        "online": ("", ""),
    }
    one = db.session.scalars(select(SentInvitation).where(SentInvitation.code != "")).one()
    assert [str(name) for name in one.snapshot.venue] == ["Old Hall"]
    assert one.fingerprint == one.snapshot.fingerprint
    before = db.session.query(Email).count()
    assert make.tell() == 0
    assert db.session.query(Email).count() == before
    db.session.rollback()

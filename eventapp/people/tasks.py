"""Scheduled work: goes on with bulk actions and imports, and deletes old files. `exports.write_next` writes files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from eventapp.core import actors, languages
from eventapp.core.db import db, transaction
from eventapp.people import bulk, exports, imports
from eventapp.people.models import BulkAction, PeopleImport
from eventapp.people.rules import BulkState

# Transactions in one run, so that other scheduled work has its turn.
TURNS = 25


def go_on() -> int:
    """Do the next people of the bulk actions that are under way; returns how many."""
    return take_turns(BulkAction, bulk.proceed)


def go_on_importing() -> int:
    """Import the next rows of the tables that are being imported; returns how many."""
    return take_turns(PeopleImport, imports.proceed)


def take_turns(model: Any, proceed: Callable[[Any], int]) -> int:
    """Take turns with everything that is under way, each turn in its own transaction and for who has started it.

    `model` is a table with the columns of BulkAction that say so; `proceed` returns what it has done in one turn.
    """
    under_way = select(model.id, model.user_id).where(model.state == BulkState.WAITING)
    found = [(number, user) for number, user in db.session.execute(under_way.order_by(model.id).limit(TURNS))]
    done = 0
    for turn in range(TURNS):
        if not found:
            break
        number, user = found[turn % len(found)]
        with actors.acting(actors.user(user) if user else actors.SYSTEM), transaction():
            work: Any = db.session.get(model, number)
            if work is not None and work.state is BulkState.WAITING:
                with languages.force_locale(work.language):
                    done += proceed(work)
            if work is None or work.state is not BulkState.WAITING:
                found = [one for one in found if one[0] != number]
    return done


def forget() -> int:
    """Delete the files and tables of yesterday."""
    with transaction():
        return exports.forget() + imports.forget()

"""Scheduled work: goes on with bulk actions. Files are written by `exports.write_next`."""

from __future__ import annotations

from sqlalchemy import select

from eventapp.core import actors, languages
from eventapp.core.db import db, transaction
from eventapp.people import bulk
from eventapp.people.models import BulkAction
from eventapp.people.rules import BulkState

# Transactions in one run, so that other scheduled work has its turn.
TURNS = 25


def go_on() -> int:
    """Do the next people of the bulk actions that are under way; returns how many."""
    waiting = select(BulkAction.id, BulkAction.user_id).where(BulkAction.state == BulkState.WAITING)
    found = [(number, user) for number, user in db.session.execute(waiting.order_by(BulkAction.id).limit(TURNS))]
    done = 0
    for turn in range(TURNS):
        if not found:
            break
        number, user = found[turn % len(found)]
        with actors.acting(actors.user(user) if user else actors.SYSTEM), transaction():
            action = db.session.get(BulkAction, number)
            if action is not None and action.state is BulkState.WAITING:
                with languages.force_locale(action.language):
                    done += bulk.proceed(action)
            if action is None or action.state is not BulkState.WAITING:
                found = [one for one in found if one[0] != number]
    return done

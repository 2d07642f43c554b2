"""`python -m tests.support.unguarded`: the server without the guards against a rush, to see that a test would notice.

A seat is taken as one would write it at first: read how many are left, then write one more. And nothing but the question
"is this person registered?" stops a form that is sent twice.
"""

from __future__ import annotations

from sqlalchemy import select, text, update

from eventapp import serve
from eventapp.core.db import db
from eventapp.registration import seats
from eventapp.registration.models import AttendanceOption


def take(option: AttendanceOption, number: int = 1, *, past_the_line: bool = False) -> bool:
    """Read, decide, write."""
    query = select(AttendanceOption.seats_taken, AttendanceOption.capacity).where(AttendanceOption.id == option.id)
    taken, capacity = db.session.execute(query).one()
    if capacity is not None and taken + number > capacity:
        return False
    db.session.execute(
        update(AttendanceOption)
        .where(AttendanceOption.id == option.id)
        .values(seats_taken=taken + number)
        .execution_options(synchronize_session=False)
    )
    return True


def without_index(app: object) -> None:
    """Migrate, and drop the index that tells people apart."""
    migrate(app)
    with app.app_context():  # type: ignore[attr-defined]
        db.session.execute(text("DROP INDEX IF EXISTS uq_registration_active_person"))
        db.session.commit()


migrate = serve.migrate

if __name__ == "__main__":
    seats.take = take  # type: ignore[assignment]
    serve.migrate = without_index  # type: ignore[assignment]
    serve.main()

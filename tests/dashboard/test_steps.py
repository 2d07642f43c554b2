"""The next steps that organizers are shown for the programme."""

from __future__ import annotations

import pytest

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.programme import operations


@pytest.fixture
def forum(make):
    return make.event("forum")


def said(organizer) -> str:
    organizer.get("/manage/events/forum")
    return organizer.page.text(organizer.page.one("main"))


def test_a_programme_that_nobody_sees_and_changes_that_wait_are_next(organizer, make, forum):
    session = make.session(forum, "Opening", release=False)
    assert "Publish the programme. Only your team can see it so far." in said(organizer)
    make.release(forum)
    assert "Publish the programme" not in said(organizer)
    assert "not public yet" not in said(organizer)
    with transaction():
        row = db.session.get(type(session), session.id)
        operations.save_session(
            row.event,
            row,
            title=LocalizedText(en="Welcome"),
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    assert "Publish the latest programme changes." in said(organizer)

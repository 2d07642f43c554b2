"""E-mails about logins and teams are rendered before anything is written: nobody waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import template_rendered
from sqlalchemy import select

from eventapp.accounts import tasks
from eventapp.core import db as database
from eventapp.core.db import Unit, db
from eventapp.events.models import TeamInvitation
from eventapp.mail.models import Email


@contextmanager
def rendering(app) -> Iterator[list[tuple[str, Unit]]]:
    """(template, what the unit of work had done until then) of each e-mail rendered inside."""
    found: list[tuple[str, Unit]] = []

    def note(sender, template, context, **more):
        if template.name.startswith(("mail/email", "security/email")):
            found.append((template.name, database._unit.get()))

    template_rendered.connect(note, app)
    try:
        yield found
    finally:
        template_rendered.disconnect(note, app)


def invite(visitor, make, email):
    return visitor.fill("/manage/events/forum/team", {"email": email, "role": "viewer"}, action="/team")


def somebody_without_an_account(visitor, make):
    return invite(visitor, make, "mio@example.org")


def somebody_with_an_account(visitor, make):
    make.user("known@example.org")
    return invite(visitor, make, "known@example.org")


def an_invitation_again(visitor, make):
    invite(visitor, make, "mio@example.org")
    number = db.session.scalar(select(TeamInvitation.id))
    return visitor.fill("/manage/events/forum/team", action=f"/invitations/{number}/send")


def a_new_user(visitor, make):
    visitor.sign_in(make.user("admin@example.org", admin=True))
    return visitor.fill("/manage/users/new", {"email": "new@example.org", "name": "Mio"})


def a_new_password(visitor, make):
    user = make.user("known@example.org")
    visitor.sign_in(make.user("admin@example.org", admin=True))
    return visitor.fill(f"/manage/users/{user.id}", action="/password-link")


@pytest.mark.parametrize(
    "send",
    [somebody_without_an_account, somebody_with_an_account, an_invitation_again, a_new_user, a_new_password],
    ids=lambda send: send.__name__,
)
def test_an_email_is_rendered_before_the_first_write(app, organizer, make, send):
    make.event("forum")
    with rendering(app) as found:
        assert send(organizer, make).status_code == 303
    assert found and {unit for _name, unit in found} <= {Unit.READS, Unit.MAY_WRITE}
    assert db.session.scalar(select(Email.id)) is not None


def test_a_forgotten_password_is_answered_without_holding_up_others(app, client, make):
    make.owner()
    client.fill("/login/reset", {"email": "organizer@example.org"})
    with rendering(app) as found:
        assert tasks.write_reset_emails() == 1
    assert len(found) == 2 and {unit for _name, unit in found} <= {Unit.READS, Unit.MAY_WRITE}
    assert tasks.write_reset_emails() == 0

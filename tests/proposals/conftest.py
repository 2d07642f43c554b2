"""An event with an open call, and a proposal for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.mail.models import Email
from eventapp.notifications.speaker_emails import Draft
from eventapp.notifications.tasks import send_due
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import operations
from eventapp.proposals.models import Proposal
from eventapp.proposals.operations import ProposalInput

DRAFT = Draft("A subject", "A text.\n\nAnother paragraph.")


@pytest.fixture
def forum(make):
    return make.event("forum")


@pytest.fixture
def call(forum):
    return open_call(forum)


def open_call(event, **values):
    with transaction():
        return operations.save_call(
            event,
            **{
                "opens_at": None,
                "closes_at": None,
                "text": LocalizedText(en="Tell us of your **city**."),
                "kinds": [SessionKind.LECTURE, SessionKind.WORKSHOP],
                "lengths": [20, 45],
                "modes": [Mode.IN_PERSON, Mode.ONLINE],
                **values,
            },
        )


def answers(**values) -> ProposalInput:
    return ProposalInput(
        **{
            "title": "Rivers that remember",
            "abstract": "What a **river** tells a city.",
            "written_in": "en",
            "kind": SessionKind.LECTURE,
            "mode": Mode.ONLINE,
            "minutes": 20,
            "spoken": ("en",),
            "family_name": "Lovelace",
            "given_name": "Ada",
            "email": "ada@example.org",
            "position": "Hydrologist",
            "organization": "River Institute",
            "notes": "I can't come on Tuesday.",
            **values,
        }
    )


def propose(event, **values):
    with transaction():
        return operations.submit(event, answers(**values))


def accept(proposal, **values):
    with transaction():
        return operations.accept(db.session.merge(proposal), draft=DRAFT, **values)


def speaking(proposal) -> str:
    """The token of the speaker's own page."""
    return db.session.get(Proposal, proposal.id, populate_existing=True).link.token


def emails(kind: str = "") -> list[Email]:
    send_due()
    query = select(Email).where(Email.kind.startswith("proposals")).order_by(Email.id)
    return [draft for draft in db.session.scalars(query) if not kind or draft.kind == f"proposals.{kind}"]

"""An event with an agenda, and a speaker who has one."""

from __future__ import annotations

import pytest

from eventapp.core.db import db, transaction
from eventapp.proposals import speakers


@pytest.fixture
def forum(make):
    return make.event("forum", join_url="https://meet.example.org/secret", personal_join_links=False)


@pytest.fixture
def speaking(client, make, forum):
    """(path of the agenda, session, speaker): a speaker who has added their sessions to an agenda."""
    ada = make.person("Lovelace", "Ada")
    session = make.session(forum, "Opening", people=[ada], join_url="https://meet.example.org/stage")
    with transaction():
        link = speakers.link_for(db.session.merge(forum), db.session.merge(ada), email="ada@example.org", language="en")
        link.token = "key"
        speakers.answer(link, yes=True)
    response = client.fill("/agenda/speaking/key")
    assert response.status_code == 303
    return response.location, session, ada

"""The address of an online meeting is on no page, in no feed and in no file that anybody can fetch."""

from __future__ import annotations

import pytest
import time_machine

from eventapp.check_in import points
from eventapp.check_in.operations import door
from eventapp.core.db import SAFE_METHODS, transaction
from eventapp.programme.rules import Mode
from eventapp.registration import sign_ups
from tests.support.make import START, fresh

SECRET = "SecretMeeting"


@pytest.mark.slow
def test_no_page_feed_or_file_outside_of_the_desk_has_the_address(app, client, make):
    forum = make.event("forum", join_url=f"https://meet.example.org/{SECRET}", counts_public=True)
    room, track, ada = make.room(forum, "Hall", online=True), make.track(forum, "Main"), make.person()
    make.venue(forum)
    values = {"people": [ada], "rooms": [room], "track": track, "capacity": 9}
    session = make.session(forum, "Panel", join_url=f"https://meet.example.org/{SECRET}2", **values)
    guest = make.registration(forum, make.option(forum, Mode.ONLINE))
    with transaction():
        sign_ups.sign_up(fresh(guest), session.code)
        link = points.make_link(fresh(forum), door(fresh(forum)), label="Aoi", user_id=None)
        key = points.open_link(link.secret).key
    known = {
        "slug": "forum",
        "code": session.code,
        "token": guest.token,
        "number": ada.id,
        "kind": "sessions",
        "version": 1,
        "tag": "en",
    }
    values = {"format": ["xml", "json", "ics", "csv"], "kind": ["rooms", "tracks"], "key": ["main", "hall", track.slug]}
    seen = 0
    client.looks = False
    with time_machine.travel(START, tick=False):
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/manage") or not rule.methods & SAFE_METHODS:
                continue
            for more in _each(rule.arguments - known.keys(), values):
                given = {name: (known | more)[name] for name in rule.arguments}
                for name, one in rule._converters.items():
                    if hasattr(one, "items") and given[name] not in one.items:
                        given[name] = min(one.items)
                _, path = rule.build(given, append_unknown=False)
                answer = client.get(path, headers={"Authorization": f"Bearer {key}"})
                seen += answer.status_code == 200
                assert SECRET not in answer.get_data(as_text=True).replace("\r\n ", ""), path
    assert seen > 40, "the pages that exist were looked at"


def _each(missing, values):
    """The values for the missing parts of an address, some of which lead to a page."""
    if not missing:
        return [{}]
    longest = max(len(values.get(name, ["x"])) for name in missing)
    return [
        {name: values.get(name, ["x"])[turn % len(values.get(name, ["x"]))] for name in missing}
        for turn in range(longest)
    ]

"""A device at a door, which asks as the app on it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from eventapp.check_in import operations, points
from eventapp.core import clock
from eventapp.core.db import transaction
from eventapp.tickets import operations as tickets
from eventapp.tickets.queries import printed
from tests.support.make import fresh


@pytest.fixture
def forum(make):
    event = make.event("forum")
    with transaction():
        tickets.give_key(event.id)
    return event


@pytest.fixture
def guest(make, forum):
    return make.registration(forum, make.option(forum), family_name="Lovelace", given_name="Ada")


@pytest.fixture
def door(forum):
    """The first door of the forum."""
    with transaction():
        point = operations.door(fresh(forum))
    return fresh(point)


def ticket(guest) -> str:
    return printed(fresh(guest)).text


def milliseconds() -> int:
    return int(clock.now().timestamp() * 1000)


@dataclass
class Device:
    """A device with its key, and what it has heard of the server."""

    client: Any
    key: str
    cursor: int | None = None
    version: str = ""
    settings: str = ""
    sequence: int = 0
    offset: int = 0  # milliseconds by which its clock is fast
    made: list[dict[str, Any]] = field(default_factory=list)
    number: int = field(default_factory=count().__next__)

    def send(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key if key is None else key}", "Accept": "application/json"}
        return self.client.post(f"/check-in/api/{path}", json=body, headers=headers)

    def load(self) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = self.client.get("/check-in/api/list", headers=headers).get_json()
        self.version = answer["version"]
        return answer

    def question(self, kind: str = "in", **values: Any) -> dict[str, Any]:
        self.sequence += 1
        nonce = values.pop("nonce", "") or f"device-{self.number}-{self.sequence}"
        at = milliseconds() + self.offset - values.pop("ago", 0) * 60_000
        return {"nonce": nonce, "kind": kind, "at": at, "seq": self.sequence, **values}

    def sync(self, *scans: dict[str, Any], path: str = "sync", **values: Any) -> dict[str, Any]:
        body = {
            "clock": milliseconds() + self.offset,
            "cursor": self.cursor,
            "version": self.version,
            "settings": self.settings,
            "scans": list(scans),
            **values,
        }
        response = self.send(path, body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.get_json()
        self.cursor = answer.get("cursor", self.cursor)
        self.settings = answer.get("settings", {}).get("version", self.settings)
        return answer

    def scan(self, text: str, kind: str = "in", **values: Any) -> str:
        """The result of one scan with somebody waiting."""
        (answer,) = self.sync(self.question(kind, text=text, **values), path="scan")["answers"]
        return answer.get("result") or answer["refused"]


@pytest.fixture
def device_at(app, make, forum):
    """Make a device at a point; with `own`, that of a team member."""

    def made(point, *, own: bool = False, walk_ins: bool = False) -> Device:
        with transaction():
            link = points.make_link(
                fresh(forum), fresh(point), label="Mika", user_id=make.owner().id, own=own, walk_ins=walk_ins
            )
        client = app.test_client()
        client.looks = False
        answer = client.post("/check-in/api/devices", json={"link": link.secret}).get_json()
        return Device(client, answer["key"])

    return made


@pytest.fixture
def device(device_at, door):
    return device_at(door)

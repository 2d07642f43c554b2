"""Doors, devices and links at the desk, and what the team should look at."""

from __future__ import annotations

import re
from contextlib import nullcontext
from functools import partial
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from eventapp import folder
from eventapp.accounts.rules import Role
from eventapp.check_in import points
from eventapp.check_in.models import CheckInDevice, CheckInPoint, DoorLink
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.lifecycle import deleting
from eventapp.registration import operations as registration
from eventapp.registration.models import AttendanceOption
from tests.check_in.conftest import ticket
from tests.support.at_once import after, by_number
from tests.support.make import fresh, words

DOORS = "/manage/events/forum/check-in/doors"


def main(client) -> str:
    return client.page.text(client.page.one("main"))


@pytest.mark.both_engines("a page with its numbers")
def test_an_empty_page_says_what_comes_and_one_with_all_shows_it(organizer, forum, guest, door, device_at):
    organizer.get(DOORS)
    assert "No device is at a door yet." in main(organizer) and "Nobody was checked in twice" in main(organizer)
    device = device_at(door)
    device.scan(ticket(guest))
    device.sync(waiting=3)
    organizer.get(DOORS)
    shown = main(organizer)
    assert re.search(r"Main entrance\s+Door\s+Checked in here: 1\s+Devices: 1", shown)
    assert "Mika" in shown and "3 scans not sent" in shown


def test_a_helper_gets_a_link_to_the_first_door_before_anybody_was_there(organizer, forum):
    organizer.get(DOORS)
    assert "Main entrance" in main(organizer)
    links = {organizer.page.text(one): one.get("href") for one in organizer.page.all("a")}
    assert links["Link for a helper"] == f"{DOORS}/link"
    assert db.session.scalar(select(CheckInPoint)) is None, "looking at it makes no door"
    assert organizer.fill(f"{DOORS}/link", {"label": ""}).status_code == 422
    organizer.fill(f"{DOORS}/link", {"label": "Noor"})
    assert "Main entrance" in main(organizer)
    made = db.session.scalars(select(DoorLink)).one()
    assert made.point.key == "door"
    organizer.get(DOORS)
    assert main(organizer).count("Main entrance") == 3, "the door, its edit button and the link: one door"


def test_a_list_that_always_says_something_is_not_called_optional(organizer, make, forum):
    make.option(forum)
    organizer.get(f"{DOORS}/new")
    assert "What for optional" not in main(organizer) and "Name optional" in main(organizer)


def test_a_door_is_added_edited_closed_and_opened_again(organizer, make, forum, device_at):
    option = make.option(forum)
    assert organizer.fill(f"{DOORS}/new", {"session": "", "title_en": ""}).status_code == 422
    assert "at least one language" in main(organizer)
    assert (
        organizer.fill(
            f"{DOORS}/new", {"session": "", "title_en": "Back door", "options": [str(option.id)]}
        ).status_code
        == 303
    )
    point = db.session.scalar(select(CheckInPoint).where(CheckInPoint.key != "door"))
    assert point.options == [option.id] and point.area == ""
    device = device_at(point)
    organizer.fill(f"{DOORS}/{point.id}", {"title_en": "Garden door"})
    pressed = organizer.values(DOORS, action=f"/{point.id}/close")
    for _member in ("the one", "another one, whose page still has the button"):
        organizer.post(f"{DOORS}/{point.id}/close", data=pressed)
    assert fresh(point).closed and device.send("sync", {"clock": 0}).status_code == 401
    organizer.get(DOORS)
    assert "closed" in main(organizer) and "Garden door" in main(organizer)
    organizer.fill(DOORS, action=f"/{point.id}/open")
    assert not fresh(point).closed


@pytest.mark.both_engines("locks")
def test_who_opens_a_link_while_its_door_is_closed_is_signed_out_with_the_others(app, forum, door):
    with transaction():
        made = points.make_link(fresh(forum), fresh(door), label="Mika", user_id=None)
    closing = by_number(CheckInPoint, door)
    after(app, lambda: points.open_link(made.secret), lambda: points.close_point(closing(), closed=True))
    (device,) = db.session.scalars(select(CheckInDevice))
    assert fresh(door).closed and device.revoked_at is not None


@pytest.mark.both_engines("locks")
def test_nobody_comes_to_a_door_that_is_just_being_closed(app, make, forum, door):
    closing = by_number(CheckInPoint, door)
    event = by_number(Event, forum)
    with transaction():
        other = points.save_point(fresh(forum), None, title=words("Side"))
        own = points.make_link(fresh(forum), other, label="Aoi", user_id=make.owner().id, own=True)
        device = points.open_link(own.secret).device.id
        link = points.make_link(fresh(forum), fresh(door), label="Mika", user_id=None)
    ways = [
        (lambda: points.open_link(link.secret), None),
        (lambda: points.move_device(device, closing()), Refused),
        (lambda: points.make_link(event(), closing(), label="Ren", user_id=None), Refused),
    ]
    for way, refused in ways:
        with transaction():
            points.close_point(closing(), closed=False)
        shut = partial(points.close_point, closing(), closed=True)
        with pytest.raises(refused) if refused else nullcontext():
            assert after(app, shut, way) is None
    at_door = select(CheckInDevice).where(CheckInDevice.point_id == door.id)
    assert not db.session.scalars(at_door).all()


@pytest.mark.both_engines("a list in JSON")
def test_an_option_that_a_door_is_for_is_not_deleted(organizer, make, forum):
    """SQLite gives its number to the next option, whose people would be let in."""
    guests, vip = make.option(forum), make.option(forum)
    door = {"session": "", "title_en": "Stage door"}
    organizer.fill(f"{DOORS}/new", {**door, "options": [str(vip.id)]})
    remove = f"/manage/events/forum/options/{vip.key}/remove"
    assert organizer.fill(f"/manage/events/forum/options/{vip.key}", action=remove).status_code == 422
    assert "A check-in point is for this option" in main(organizer)
    point = db.session.scalar(select(CheckInPoint).where(CheckInPoint.key != "door"))
    organizer.fill(f"{DOORS}/{point.id}", {"options": [str(guests.id)]})
    assert organizer.fill(f"/manage/events/forum/options/{vip.key}", action=remove).status_code == 303


@pytest.mark.both_engines("what waits for whom")
@pytest.mark.parametrize("deleted_first", [True, False])
def test_no_door_is_for_an_option_that_is_deleted_at_the_same_moment(app, make, forum, deleted_first):
    vip = make.option(forum)
    event, option, number = by_number(Event, forum), by_number(AttendanceOption, vip), vip.id
    steps = [
        lambda: deleting.remove_option(option()),
        lambda: points.save_point(event(), None, title=words("Stage door"), options=[number]),
    ]
    with pytest.raises(Refused):
        after(app, *(steps if deleted_first else reversed(steps)))
    doors = db.session.scalars(select(CheckInPoint.options)).all()
    assert (db.session.get(AttendanceOption, number) is None) is deleted_first
    assert any(number in numbers for numbers in doors) is not deleted_first


def test_a_session_has_one_check_in(organizer, make, forum):
    session = make.session(forum)
    for status in (303, 422):
        assert organizer.fill(f"{DOORS}/new", {"session": str(session.id), "title_en": ""}).status_code == status
    assert "has check-in already" in main(organizer)


def test_a_link_is_shown_once_and_opens_the_app_without_a_login(app, organizer, forum, door):
    assert organizer.fill(f"{DOORS}/{door.id}/link", {"label": ""}).status_code == 422
    response = organizer.fill(f"{DOORS}/{door.id}/link", {"label": "Noor", "walk_ins": "y"})
    url = organizer.page.by_id("url").get("value")
    assert urlsplit(url).path == "/check-in/" and response.headers["Referrer-Policy"] == "no-referrer"
    link = db.session.scalar(select(DoorLink))
    secret = urlsplit(url).fragment.removeprefix("link=")
    assert secret not in link.digest and link.walk_ins and link.uses_left == 50
    stranger = app.test_client()
    stranger.looks = False
    made = stranger.post("/check-in/api/devices", json={"link": secret, "label": "Noor's phone"})
    assert made.status_code == 200 and db.session.scalar(select(CheckInDevice)).label == "Noor's phone"
    organizer.get(DOORS)
    assert "Noor" in main(organizer) and secret not in main(organizer)


def test_a_device_of_a_member_is_made_by_one_press_and_leads_into_the_app(organizer, forum):
    response = organizer.fill("/manage/events/forum/check-in", action="/check-in/device")
    assert response.status_code == 303 and response.headers["Location"].startswith("/check-in/#link=")
    link = db.session.scalar(select(DoorLink))
    assert link.own and link.uses_left == 1
    organizer.get(DOORS)
    assert "Links for helpers" not in main(organizer)


def test_the_team_signs_a_device_out_and_takes_a_link_back(organizer, door, device_at):
    first, second = device_at(door), device_at(door)
    one = db.session.scalars(select(CheckInDevice).order_by(CheckInDevice.id)).first()
    organizer.fill(DOORS, action=f"/devices/{one.id}/revoke")
    assert first.send("sync", {"clock": 0}).status_code == 401
    assert second.send("sync", {"clock": 0}).status_code != 401
    link = db.session.scalars(select(DoorLink).order_by(DoorLink.id.desc())).first()
    organizer.fill(DOORS, action=f"/links/{link.id}/revoke")
    assert second.send("sync", {"clock": 0}).status_code == 401


def test_who_was_let_in_against_the_list_is_shown_until_it_is_undone(organizer, door, device_at, guest):
    device = device_at(door)
    with transaction():
        registration.cancel(fresh(guest))
    asked = device.question(text=ticket(guest), offline=True, device_result="ok")
    device.sync(asked)
    organizer.get(DOORS)
    assert "Ada Lovelace" in main(organizer) and "Withdrawn ticket" in main(organizer)
    device.sync(device.question("undo", undoes=asked["nonce"], person=guest.id))
    organizer.get(DOORS)
    assert "Ada Lovelace" not in main(organizer)


def test_the_check_in_role_scans_and_sees_devices_and_changes_nothing(app, make, forum, door):
    visitor = app.test_client()
    visitor.sign_in(make.member(forum, Role.CHECK_IN))
    visitor.get(DOORS)
    shown = main(visitor)
    assert "Scan with this device" in shown and "Link for a helper" not in shown
    visitor.looks = False
    assert visitor.get(f"{DOORS}/new").status_code == 403
    assert visitor.get(f"{DOORS}/{door.id}/link").status_code == 403
    assert visitor.get(f"{DOORS}/link").status_code == 403


def test_pages_of_another_event_lead_nowhere(organizer, make, forum, door):
    make.event("other")
    organizer.looks = False
    for path in (f"doors/{door.id}", f"doors/{door.id}/link"):
        assert organizer.get(f"/manage/events/other/check-in/{path}").status_code == 404


def test_the_app_alone_may_use_the_camera_and_its_worker_alone_web_assembly(client):
    client.looks = False
    page = client.get("/check-in/")
    assert page.headers["Permissions-Policy"] == "camera=(self), geolocation=(), microphone=()"
    assert "wasm" not in page.headers["Content-Security-Policy"] and "Set-Cookie" not in page.headers
    worker = client.get("/check-in/scan-worker.js")
    assert "'wasm-unsafe-eval'" in worker.headers["Content-Security-Policy"]
    for response in (client.get("/"), client.get("/check-in/sw.js")):
        assert "camera=()" in response.headers["Permissions-Policy"]
        assert "wasm" not in response.headers["Content-Security-Policy"]


def test_the_service_worker_keeps_every_module_of_the_app(client):
    client.looks = False
    script = client.get("/check-in/sw.js").text
    page = client.get("/check-in/").text
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert path in script, path
    for module in (folder("static") / "check-in").glob("*.js"):
        assert f"check-in/{module.name}" in script, module.name

"""The schedule editor with conflicts, other editors, refusals and without a connection."""

from __future__ import annotations

import pytest

from tests.journeys.schedule import PIXELS

pytestmark = pytest.mark.journey


def test_a_conflict_appears_at_once_with_a_way_to_it_and_goes_again(schedule):
    plan = schedule("editor-conflict")
    plan.open()
    page = plan.page
    assert page.locator(".findings [data-level=error]").count() == 0
    plan.drag("Panel", 0, -30 * PIXELS)
    page.wait_for_selector(".findings [data-level=error]")
    assert "Great Hall is double-booked" in page.inner_text(".findings")
    assert "Error" in plan.block("Opening").inner_text()
    assert "1 error" in plan.block("Opening").text_content()
    left = [plan.block(title).bounding_box()["x"] for title in ("Opening", "Panel")]
    assert left[0] != left[1], "they stand beside each other"
    page.click(".findings button:has-text('Show “Panel”')")
    assert page.evaluate("document.activeElement.dataset.code") == plan.saved("Panel")["code"]
    page.keyboard.press("Control+z")
    page.wait_for_selector(".findings [data-level=error]", state="detached")
    assert plan.block("Opening").get_attribute("data-level") != "error"


def test_a_second_editor_is_shown_what_changed_and_nothing_is_lost(schedule):
    first = schedule("editor-two")
    second = schedule("editor-two", again=True)
    first.open()
    second.open()
    first.drag("Opening", first.column(), 60 * PIXELS)
    first.saved("Opening")
    second.drag("Opening", 0, 180 * PIXELS)
    second.page.wait_for_selector("[data-part=notice]:not([hidden])")
    said = second.page.inner_text("[data-part=notice]")
    assert "changed “Opening” at" in said
    assert "Another team member" not in said, "it is told who"
    assert "11:00 – 12:00, Small Hall" in said
    assert second.times("Opening") == "11:00 – 12:00", "it shows what the other has made of it"
    second.window.accessible()
    second.page.click("text=Move it anyway")
    assert second.times("Opening") == "13:00 – 14:00"
    assert second.saved("Opening")["rooms"] == [second.room("Great Hall")]
    assert [line for line in second.window.trouble if "422" not in line] == []
    second.window.trouble.clear()
    first.look()
    first.heard("Changed by another team member: Opening:")
    assert first.times("Opening") == "13:00 – 14:00"


def test_what_the_server_refuses_goes_back_where_it_was(schedule):
    plan = schedule("editor-refused")
    plan.open()
    plan.post("/rooms/small-hall/remove")
    plan.drag("Opening", plan.column(), 0)
    plan.page.wait_for_selector("[data-part=notice]:not([hidden])")
    assert "Choose rooms of this event." in plan.page.inner_text("[data-part=notice]")
    assert plan.saved("Opening")["rooms"] == [plan.room("Great Hall")]
    assert plan.block("Opening").bounding_box()["x"] == plan.block("Panel").bounding_box()["x"]
    assert not plan.page.is_enabled("[data-part=undo]")
    plan.window.trouble.clear()


def test_without_a_connection_a_move_is_kept_and_sent_later(schedule):
    plan = schedule("editor-offline")
    plan.open()
    plan.window.context.set_offline(True)
    plan.drag("Opening", 0, 30 * PIXELS)
    plan.page.wait_for_selector("#editor[data-saving=stuck]")
    assert "not saved" in plan.block("Opening").inner_text()
    assert "Changes not saved yet: 1." in plan.page.inner_text("[data-part=status]")
    asked = []
    plan.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with plan.page.expect_event("dialog"):
        plan.page.close(run_before_unload=True)
    assert asked == ["beforeunload"], "leaving would lose it"
    plan.window.context.set_offline(False)
    saved = plan.saved("Opening")
    assert saved["ends"] - saved["starts"] == 60
    assert plan.times("Opening") == "10:30 – 11:30"
    plan.page.wait_for_selector(".block.unsaved", state="detached")
    plan.window.trouble.clear()


def test_a_move_outlives_a_login_that_has_ended(schedule):
    plan = schedule("editor-login")
    plan.open()
    context = plan.window.context
    cookies = context.cookies()
    context.clear_cookies()
    plan.drag("Opening", 0, 30 * PIXELS)
    plan.page.wait_for_selector("[data-part=notice]:not([hidden])")
    assert "You have been logged out." in plan.page.inner_text("[data-part=notice]")
    assert plan.times("Opening") == "10:30 – 11:30"
    context.add_cookies(cookies)
    plan.page.wait_for_selector("#editor[data-saving=saved]")
    assert plan.saved("Opening")["ends"] - plan.saved("Panel")["starts"] == 30
    plan.window.trouble.clear()

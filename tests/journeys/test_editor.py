"""The schedule editor with a mouse, a finger, a keyboard and a screen reader."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.people import COMING, SUBMIT, Desk
from tests.journeys.schedule import PIXELS, WIDE, Schedule

pytestmark = pytest.mark.journey


def test_a_session_is_dragged_to_another_room_and_time_and_snaps(schedule):
    plan = schedule("editor-drag")
    plan.open()
    plan.drag("Opening", plan.column(), 33 * PIXELS)
    assert plan.times("Opening") == "10:35 – 11:35", "33 minutes are nearest to 35"
    assert plan.saved("Opening")["rooms"] == [plan.room("Small Hall")]
    plan.heard("Opening: ")
    plan.page.select_option("#editor-snap", "30")
    plan.drag("Opening", 0, 20 * PIXELS)
    assert plan.times("Opening") == "11:00 – 12:00"
    before = plan.saved("Opening")
    plan.drag("Opening", 2, 1)
    plan.page.wait_for_url(f"**/sessions/{before['code']}")  # so short a move is a click, which opens the session


def test_the_lower_edge_changes_the_length_and_escape_leaves_all_as_it_was(schedule):
    plan = schedule("editor-resize")
    plan.open()
    plan.drag("Panel", 0, 30 * PIXELS, grab=".pull")
    assert plan.times("Panel") == "11:00 – 12:30"
    saved = plan.saved("Panel")
    assert saved["ends"] - saved["starts"] == 90
    x, y = plan.centre("Opening")
    plan.page.mouse.move(x, y)
    plan.page.mouse.down()
    plan.page.mouse.move(x, y + 100, steps=3)
    assert plan.page.locator(".ghost").is_visible()
    plan.page.keyboard.press("Escape")
    assert not plan.page.locator(".ghost").is_visible()
    plan.page.mouse.up()
    assert plan.times("Opening") == "10:00 – 11:00"


def test_a_finger_drags_by_the_grip_and_scrolls_elsewhere(schedule):
    plan = schedule("editor-touch", has_touch=True)
    plan.open()
    cdp = plan.window.context.new_cdp_session(plan.page)

    def swipe(x: float, y: float, down: float) -> None:
        def send(kind: str, points: list[dict[str, float]]) -> None:
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", [{"x": x, "y": y}])
        for part in range(1, 9):
            send("touchMove", [{"x": x, "y": y + down * part / 8}])
        send("touchEnd", [])
        plan.page.wait_for_timeout(150)

    grip = plan.block("Opening").locator(".grip").bounding_box()
    swipe(grip["x"] + 10, grip["y"] + 10, 30 * PIXELS)
    assert plan.times("Opening") == "10:30 – 11:30"
    before = plan.page.evaluate("document.querySelector('.board').scrollTop")
    plan.page.evaluate("""() => new MutationObserver(() => { window.dragged = true; }).observe(
      document.documentElement, {attributes: true, attributeFilter: ["class"]})""")
    x, y = plan.centre("Panel")
    swipe(x, y + 20, -80)
    assert not plan.page.evaluate("window.dragged"), "not even for a moment"
    assert plan.times("Panel") == "11:00 – 12:00"
    assert plan.page.evaluate("document.querySelector('.board').scrollTop") > before, "it scrolls"


def test_everything_goes_by_keyboard(schedule):
    plan = schedule("editor-keys")
    plan.open()
    page, press = plan.page, plan.page.keyboard.press
    page.focus("#editor-snap")
    press("Tab")
    assert page.evaluate("document.activeElement.dataset.code") == plan.saved("Opening")["code"], "one Tab leads there"
    press("ArrowDown")
    plan.heard("Opening: ")
    assert plan.times("Opening") == "10:05 – 11:05"
    plan.heard("Issue: Great Hall is double-booked")
    press("ArrowRight")
    press("Shift+ArrowUp")
    assert plan.times("Opening") == "10:05 – 11:00"
    saved = plan.saved("Opening")
    assert saved["rooms"] == [plan.room("Small Hall")]
    press("ArrowRight")
    plan.heard("You can't move it any further in this direction.")
    assert page.inner_text("[data-part=news]") == "You can't move it any further in this direction.", "and to be seen"
    press("PageDown")
    assert page.evaluate("document.activeElement.dataset.code") == plan.saved("Panel")["code"]
    press("Delete")
    assert plan.saved("Panel")["starts"] is None
    assert plan.block("Panel").count() == 0
    assert page.evaluate("document.activeElement.dataset.code") == saved["code"], "the focus is not lost"
    page.focus(".unscheduled .textbtn")
    press("Enter")
    assert plan.times("Panel") == "10:00 – 10:30", "the first free slot of its room"
    press("Control+z")
    press("Control+z")
    assert plan.times("Panel") == "11:00 – 12:00"
    press("Control+Shift+z")
    assert plan.saved("Panel")["starts"] is None
    press("Control+z")
    assert plan.saved("Panel")["rooms"] == [plan.room("Great Hall")]
    plan.block("Panel").focus()
    press("Enter")
    page.wait_for_url("**/sessions/*")


def test_a_click_on_an_empty_slot_creates_a_session_there_and_so_does_a_drawn_one(schedule):
    plan = schedule("editor-create")
    plan.open()
    page, at = plan.page, plan.block("Panel").bounding_box()
    page.mouse.click(at["x"] + 20, at["y"] + at["height"] + 20 * PIXELS)
    page.wait_for_url("**/sessions/new**")
    assert page.input_value("[name=starts_at]") == f"{plan.desk.day}T12:15", "the quarter that was clicked"
    assert page.input_value("[name=ends_at]") == f"{plan.desk.day}T12:45"
    page.fill("[name=title_en]", "Clicked")
    plan.desk.save()
    assert plan.saved("Clicked")["rooms"] == [plan.room("Great Hall")]
    plan.open()
    plan.block("Opening").scroll_into_view_if_needed()
    at = plan.block("Opening").bounding_box()
    x = at["x"] + plan.column()
    page.mouse.move(x, at["y"])
    page.mouse.down()
    page.mouse.move(x, at["y"] + 40 * PIXELS, steps=4)
    page.mouse.up()
    page.wait_for_url("**/sessions/new**")
    assert page.input_value("[name=starts_at]") == f"{plan.desk.day}T10:00"
    assert page.input_value("[name=ends_at]") == f"{plan.desk.day}T10:40"


def test_a_slot_for_a_new_session_is_chosen_by_keyboard(schedule):
    plan = schedule("editor-choose")
    plan.open()
    page, press = plan.page, plan.page.keyboard.press
    plan.block("Panel").focus()
    press("n")
    plan.heard("New session: 12:00 – 13:00, Great Hall")
    press("ArrowRight")
    press("ArrowDown")
    press("Shift+ArrowUp")
    plan.heard("New session: 12:05 – 13:00, Small Hall")
    press("Escape")
    assert page.evaluate("document.activeElement.dataset.code") == plan.saved("Panel")["code"], "the focus returns"
    page.focus("[data-part=new]")
    press("Enter")
    plan.heard("New session: 10:00 – 10:30, Great Hall")
    press("Enter")
    page.wait_for_url("**/sessions/new**")
    assert page.input_value("[name=starts_at]") == f"{plan.desk.day}T10:00"


def test_somebody_new_is_added_from_the_list_of_matches_and_the_form_stays(schedule):
    plan = schedule("editor-speaker")
    page = plan.page
    assert plan.window.open(plan.base + "/sessions/new") == 200
    page.fill("[name=title_en]", "Signing")
    page.fill("[name=name-0]", "Yamada Hanako")
    page.wait_for_selector("[role=option]:has-text('Add “Yamada Hanako” as a new speaker')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#new-speaker[open]")
    assert (page.input_value("#new_family"), page.input_value("#new_given")) == ("Hanako", "Yamada")
    page.fill("#new_family", "Yamada")
    page.fill("#new_given", "Hanako")
    page.click("button[name=create]")
    page.wait_for_selector("#people [role=status]:has-text('Hanako Yamada is a new speaker')")
    assert page.input_value("[name=title_en]") == "Signing"
    assert page.input_value("[name=name-0]") == "Hanako Yamada"
    plan.desk.save()
    (found,) = [one for one in plan.state()["sessions"] if one["title"]["text"] == "Signing"]
    assert found["people"] == "Hanako Yamada"


def test_a_move_can_be_undone_by_button_step_by_step(schedule):
    plan = schedule("editor-undo")
    plan.open()
    assert not plan.page.is_enabled("[data-part=undo]")
    plan.drag("Opening", plan.column(), 60 * PIXELS)
    plan.drag("Panel", 0, 60 * PIXELS)
    plan.page.click("[data-part=undo]")
    assert plan.times("Panel") == "11:00 – 12:00"
    plan.page.click("[data-part=undo]")
    assert plan.times("Opening") == "10:00 – 11:00"
    plan.page.click("[data-part=redo]")
    assert plan.times("Opening") == "11:00 – 12:00"
    assert plan.saved("Panel")["rooms"] == [plan.room("Great Hall")]


def test_what_is_printed_is_what_was_moved(schedule):
    plan = schedule("editor-print")
    plan.open()
    plan.drag("Opening", 0, 180 * PIXELS)
    plan.saved("Opening")
    plan.window.until("document.getElementById('programme-list').textContent.includes('13:00 – 14:00')")
    plan.page.emulate_media(media="print")
    assert "13:00 – 14:00" in plan.page.inner_text("#programme-list")
    assert not plan.page.locator("#editor").is_visible()


def test_an_unscheduled_session_is_found_and_placed_by_hand(schedule):
    plan = schedule("editor-shelf")
    for title in ("A walk", "Étude", "川の話"):
        plan.post("/sessions/new", title_en=title, kind="lecture")
    plan.open()
    page = plan.page
    page.fill("#editor-search", "etude")
    assert page.locator(".unscheduled li").count() == 1
    page.locator(".unscheduled li").first.scroll_into_view_if_needed()
    row = page.locator(".unscheduled li").first.bounding_box()
    strip = page.locator(".strip").nth(1).bounding_box()
    top = plan.block("Opening").bounding_box()["y"]
    page.mouse.move(row["x"] + 30, row["y"] + 10)
    page.mouse.down()
    page.mouse.move(strip["x"] + 40, top + 60 * PIXELS, steps=4)
    page.mouse.move(strip["x"] + 40, top + 15 + 60 * PIXELS, steps=4)
    page.mouse.up()
    saved = plan.saved("Étude")
    assert saved["rooms"] == [plan.room("Small Hall")]
    assert plan.times("Étude").startswith(("10:5", "11:0"))
    page.fill("#editor-search", "")
    shelf = page.locator("[data-part=unscheduled]").bounding_box()
    x, y = plan.centre("Étude")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(shelf["x"] + 40, shelf["y"] + 40, steps=4)
    page.mouse.up()
    assert plan.saved("Étude")["starts"] is None


def test_a_session_past_midnight_stays_in_sight(schedule):
    plan = schedule("editor-night")
    day = plan.desk.day
    plan.post(
        "/sessions/new",
        title_en="Night walk",
        kind="excursion",
        starts_at=f"{day}T23:00",
        ends_at=f"{date.fromordinal(day.toordinal() + 1)}T01:30",
    )
    plan.open()
    block, floor = plan.block("Night walk").bounding_box(), plan.page.locator(".floor").bounding_box()
    assert plan.times("Night walk") == "23:00 – 01:30 (+1)"
    assert block["height"] == pytest.approx(150 * PIXELS - 1, abs=1)
    assert block["y"] + block["height"] <= floor["y"] + floor["height"] + 1
    assert "No room" in plan.page.inner_text(".heads"), "and it has a column, though it has no room"


def test_on_the_day_the_clocks_change_the_grid_shows_the_real_hours(schedule):
    plan = schedule("editor-summer-time")
    page = plan.page
    plan.window.open(plan.desk.path("/edit"))
    page.fill("[name=starts_at]", "2031-03-29T10:00")
    page.fill("[name=ends_at]", "2031-03-30T17:00")
    page.fill("[name=zone]", "Europe/Berlin")
    page.check("[name=keep] >> nth=0")  # shown as soon as the zone differs: keep the time on the clock
    assert plan.window.press(SUBMIT) == 422, "it asks what moves along with the new date"
    plan.desk.save()
    plan.post(
        "/sessions/new", title_en="Night", kind="lecture", starts_at="2031-03-30T01:30", ends_at="2031-03-30T03:15"
    )
    plan.open()
    page.click(".tabs button:has-text('30 March')")
    shown = page.locator(".hour").all_text_contents()
    assert shown[:4] == ["00:00", "01:00", "03:00", "04:00"]
    assert len(shown) == 24, "23 hours, and the end of the last"
    assert plan.block("Night").bounding_box()["height"] == pytest.approx(45 * PIXELS - 1, abs=1)
    plan.block("Night").focus()
    page.select_option("#editor-snap", "30")
    plan.block("Night").focus()
    page.keyboard.press("ArrowDown")
    assert plan.times("Night") == "03:00 – 03:45"
    saved = plan.saved("Night")
    assert saved["ends"] - saved["starts"] == 45


def test_a_session_in_several_rooms_is_shown_in_each_and_focused_once(schedule):
    plan = schedule("editor-rooms")
    plan.open()
    code = plan.saved("Opening")["code"]
    rooms = [plan.room("Great Hall"), plan.room("Small Hall")]
    plan.window.open(f"{plan.base}/sessions/{code}")
    for name in ("Great Hall", "Small Hall"):
        plan.page.get_by_label(name).check()
    plan.desk.save()
    plan.page.wait_for_selector("#editor[data-ready=true]")
    assert plan.page.locator(f".block[data-code='{code}']").count() == 2
    assert plan.block("Opening").count() == 1
    plan.block("Opening").focus()
    plan.page.keyboard.press("ArrowDown")
    tops = {box.bounding_box()["y"] for box in plan.page.locator(f".block[data-code='{code}']").all()}
    assert len(tops) == 1, "both move"
    assert plan.saved("Opening")["rooms"] == rooms


def test_without_javascript_the_page_is_the_list_and_forms_do_the_same(schedule):
    plan = schedule("editor-plain")
    plain = schedule("editor-plain", again=True, java_script_enabled=False)
    assert plain.window.open(plain.base) == 200
    page = plain.page
    assert not page.locator("#editor").is_visible()
    assert "10:00 – 11:00" in page.inner_text("#programme-list")
    assert plain.window.press("#programme-list a:has-text('Opening')") == 200
    page.fill("[name=starts_at]", f"{plain.desk.day}T14:00")
    page.fill("[name=ends_at]", f"{plain.desk.day}T14:45")
    plain.desk.save()
    assert "14:00 – 14:45" in page.inner_text("#programme-list")
    plan.window.open(f"{plan.base}?view=list")
    assert plan.page.locator("#programme-list").is_visible(), "and who prefers the list keeps it"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"locale": "ja-JP", "color_scheme": "dark"},
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "has_touch": True},
    ],
    ids=["en-light", "ja-dark", "narrow"],
)
def test_the_editor_shuts_nobody_out(window, organizer, options):
    size = options.get("viewport", WIDE)
    someone = window(storage_state=organizer, **{"viewport": size, **options})
    plan = Schedule(someone, Desk(someone, COMING))
    plan.open()
    assert someone.width() <= size["width"], "the page itself does not scroll sideways"
    someone.accessible()


def test_the_geometry_of_a_day_holds_on_every_kind_of_day(window, organizer):
    someone = window(storage_state=organizer, viewport=WIDE)
    plan = Schedule(someone, Desk(someone, COMING))
    plan.open()
    found = plan.page.evaluate(
        """async () => {
      const g = await import(new URL("geometry.js", document.querySelector("script[src*=main]").src));
      const autumn = [[0, 120], [1000, 60]];
      const quarter = [[0, 345]];
      const lanes = g.lanes([
        {code: "A", starts: 0, ends: 60}, {code: "B", starts: 30, ends: 90}, {code: "C", starts: 60, ends: 120},
        {code: "D", starts: 120, ends: 130},
      ]);
      const busy = [{starts: 540, ends: 600, rooms: [1]}, {starts: 610, ends: 700, rooms: [1]}];
      const free = (length, rooms) => g.firstFree({
        length, rooms, days: [{from: 0, to: 1440}, {from: 1440, to: 2880}], first: 0, sessions: busy, opens: 540,
        closes: 1440 + 1020, offsets: [[0, 0]], step: 5,
      });
      return {
        twice: g.moment(1065, autumn), never: g.moment(530, [[0, 0], [500, 60]]),
        snap: g.snap(7, 30, quarter), times: g.times(1380, 1530, [[0, 0]]), back: g.times(970, 1010, autumn),
        lanes: ["A", "B", "C", "D"].map(code => lanes.get(code)),
        free: [free(60, [1]), free(10, [1]), free(60, [1, 2]), free(2000, [1])],
        edge: [g.shiftRooms([1], 1, [1, 2]), g.shiftRooms([2], 1, [1, 2]), g.shiftRooms([1], -1, [0, 1]),
               g.shiftRooms([1, 2], -1, [0, 1, 2])],
        swap: [g.swapRoom([1, 2], 1, 3), g.swapRoom([1, 2], 1, 2), g.swapRoom([1], 1, 0)],
      };
    }"""
    )
    assert found["twice"] == 945, "of a time that comes twice the first"
    assert found["never"] == 530, "of one that never comes the one after the leap"
    assert found["snap"] == 15, "full half hours are those of the wall"
    assert found["times"] == "23:00 – 01:30 (+1)"
    assert found["back"] == "18:10 – 17:50", "the wall goes back, and the length stays"
    assert found["lanes"] == [[0, 2], [1, 2], [0, 2], [0, 1]]
    assert found["free"] == [
        {"starts": 700, "ends": 760, "rooms": [1]},
        {"starts": 600, "ends": 610, "rooms": [1]},
        {"starts": 540, "ends": 600, "rooms": [2]},
        None,
    ]
    assert found["edge"] == [[2], None, [], None]
    assert found["swap"] == [[2, 3], [2], []]

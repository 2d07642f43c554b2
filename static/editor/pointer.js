// Drag and resize by mouse, pen and finger. A finger scrolls, except on the grip and on the lower edge of a block.

import { snap, swapRoom } from "./geometry.js";
import { slotOf } from "./programme.js";

const EDGE = 44;
const FAST = 14;
const ENOUGH = 4; // pixels: less than this is a click

export class Pointer {
  // `step()` returns the minutes to snap to; `drop(code, slot)` receives a move; `outside(x, y)`: over the unscheduled list.
  constructor(view, { step, drop, outside, length }) {
    Object.assign(this, { view, step, drop, outside, length });
    this.drag = null;
    view.board.addEventListener("pointerdown", (event) => this.down(event, event.target.closest(".block")));
    view.board.addEventListener("click", (event) => this.swallow(event), true);
    window.addEventListener("pointermove", (event) => this.move(event));
    window.addEventListener("pointerup", (event) => this.up(event));
    window.addEventListener("pointercancel", () => this.end());
    window.addEventListener("keydown", (event) => event.key === "Escape" && this.end());
    view.board.addEventListener("scroll", () => this.drag?.began && this.follow());
  }

  // `item` is a block of the grid, or an entry of the unscheduled list.
  down(event, item) {
    if (!item || event.button !== 0 || this.drag) return;
    const pull = event.target.classList.contains("pull");
    const grip = event.target.classList.contains("grip");
    if (event.pointerType === "touch" && !pull && !grip) return;
    const session = this.view.programme.sessions.get(item.dataset.code);
    if (!session) return;
    const at = this.view.at(event.clientX, event.clientY);
    const length = session.starts === null ? this.length(session) : session.ends - session.starts;
    const edge = pull ? session.ends : session.starts;
    const held = session.starts === null || !at ? Math.min(length / 2, 15) : at.minute - edge;
    this.drag = {
      id: event.pointerId, session, item, pull, length, held, room: Number(item.dataset.room ?? -1),
      x: event.clientX, y: event.clientY, fromX: event.clientX, fromY: event.clientY, began: false, slot: null,
    };
    if (event.pointerType === "touch") event.preventDefault();
  }

  move(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.id) return;
    drag.x = event.clientX;
    drag.y = event.clientY;
    if (!drag.began) {
      if (Math.hypot(drag.x - drag.fromX, drag.y - drag.fromY) < ENOUGH) return;
      drag.began = true;
      drag.item.classList.add("held");
      document.documentElement.classList.add("dragging");
      this.roll();
    }
    this.follow();
  }

  // Where the session would be if it were dropped now.
  follow() {
    const { drag, view } = this;
    const at = view.at(drag.x, drag.y);
    drag.out = this.outside(drag.x, drag.y);
    if (!at || drag.out) {
      drag.slot = null;
      return view.hideGhost();
    }
    const { offsets } = view.programme;
    const step = this.step();
    if (drag.pull) {
      const ends = Math.max(snap(at.minute - drag.held, step, offsets), drag.session.starts + Math.min(step, 5));
      drag.slot = { ...slotOf(drag.session), ends };
      return view.showGhost(drag.slot, drag.room, view.programme.times(drag.slot));
    }
    const starts = snap(at.minute - drag.held, step, offsets);
    const rooms = drag.session.starts === null ? swapRoom([], 0, at.room) : swapRoom(drag.session.rooms, drag.room, at.room);
    drag.slot = { starts, ends: starts + drag.length, rooms };
    view.showGhost(drag.slot, at.room, view.programme.times(drag.slot));
  }

  // Near an edge the board scrolls, so that one drag can reach thirty rooms and a whole day.
  roll() {
    const { drag, view } = this;
    if (!drag?.began) return;
    const box = view.board.getBoundingClientRect();
    // Only if the drag leads towards that edge: picking up a block close to one must not scroll.
    const pace = (at, from, low, high) =>
      (at < low + EDGE && at < from - ENOUGH ? -1 : at > high - EDGE && at > from + ENOUGH ? 1 : 0) * FAST;
    const inside = drag.x > box.left && drag.x < box.right && drag.y > box.top && drag.y < box.bottom;
    if (inside) {
      const left = box.left + view.field.offsetLeft;
      const top = box.top + view.field.offsetTop;
      view.board.scrollBy(pace(drag.x, drag.fromX, left, box.right), pace(drag.y, drag.fromY, top, box.bottom));
    }
    requestAnimationFrame(() => this.roll());
  }

  up(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.id) return;
    this.move(event); // the last part of the way may not have had its own event
    const { began, slot, session, out } = drag;
    this.end();
    if (!began) return;
    this.swallowing = true;
    setTimeout(() => (this.swallowing = false));
    if (slot) this.drop(session.code, slot);
    else if (out && session.starts !== null) this.drop(session.code, { ...slotOf(session), starts: null, ends: null });
  }

  // A drag ends with a click on the block, which is a link; suppress that click.
  swallow(event) {
    if (this.swallowing) event.preventDefault();
  }

  end() {
    if (!this.drag) return;
    this.drag.item.classList.remove("held");
    document.documentElement.classList.remove("dragging");
    this.view.hideGhost();
    this.drag = null;
  }
}

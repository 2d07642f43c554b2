// A new session in an empty slot: a click on it, one drawn with the mouse, or one moved there with the arrow keys.

import { dayOf, shiftRooms, snap } from "./geometry.js";
import { fill } from "./programme.js";

const ENOUGH = 4; // pixels: less than this is a click
const USUAL = 30; // minutes

export class Creator {
  // `step()` returns the minutes to snap to; `open(slot)` shows the form of a new session there; `say` announces.
  constructor(view, { step, open, say, words }) {
    Object.assign(this, { view, step, open, say, words });
    this.drawn = null;
    view.board.addEventListener("pointerdown", (event) => this.down(event));
    view.board.addEventListener("click", (event) => this.click(event));
    window.addEventListener("pointermove", (event) => this.move(event));
    window.addEventListener("pointerup", (event) => this.up(event));
    window.addEventListener("pointercancel", () => this.end());
    view.board.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey || event.target === this.cursor) return;
      event.preventDefault();
      this.choose();
    });
  }

  // Where an empty part of the grid was pressed; null on a block and outside.
  empty(event) {
    if (event.target.closest(".block, .cursor") || !event.target.closest(".floor")) return null;
    return this.view.at(event.clientX, event.clientY);
  }

  slot(room, starts, ends) {
    return { starts, ends, rooms: room ? [room] : [] };
  }

  down(event) {
    const at = event.button === 0 ? this.empty(event) : null;
    this.pressed = Boolean(at);
    if (at && event.pointerType !== "touch") this.drawn = { ...at, id: event.pointerId, y: event.clientY, began: false };
  }

  move(event) {
    const { drawn, view } = this;
    if (!drawn || event.pointerId !== drawn.id) return;
    drawn.began ||= Math.abs(event.clientY - drawn.y) >= ENOUGH;
    if (!drawn.began) return;
    const { offsets } = view.programme;
    const until = view.minute(event.clientY - view.field.getBoundingClientRect().top);
    const [from, to] = [Math.min(drawn.minute, until), Math.max(drawn.minute, until)];
    const starts = snap(from, this.step(), offsets);
    drawn.slot = this.slot(drawn.room, starts, Math.max(snap(to, this.step(), offsets), starts + this.step()));
    view.showGhost(drawn.slot, drawn.room, view.programme.times(drawn.slot));
  }

  up(event) {
    const { drawn } = this;
    if (!drawn || event.pointerId !== drawn.id) return;
    this.end();
    this.done = drawn.began;
    setTimeout(() => (this.done = false));
    if (drawn.slot) this.open(drawn.slot);
  }

  end() {
    if (this.drawn) this.view.hideGhost();
    this.drawn = null;
  }

  click(event) {
    // The drag of a block ends with a click on what lies below.
    if (this.done || !this.pressed) return;
    const at = this.empty(event);
    if (!at) return;
    // The slot that was clicked begins at or before the pointer.
    const step = Math.max(this.step(), 15);
    const starts = snap(at.minute - step / 2, step, this.view.programme.offsets);
    this.open(this.slot(at.room, starts, starts + USUAL));
  }

  // By keyboard: a slot that the arrow keys move, behind the current session or where the day begins.
  choose() {
    const { view } = this;
    const session = view.programme.sessions.get(document.activeElement?.closest?.(".block")?.dataset.code);
    const room = session ? session.rooms[0] || 0 : view.columns[0];
    const starts = session ? session.ends : view.opening();
    this.back = document.activeElement;
    this.put(this.slot(room, starts, starts + (session ? session.ends - session.starts : USUAL)));
  }

  put(slot) {
    const { view } = this;
    if (slot.starts < view.frame.from || slot.ends > view.frame.to || dayOf(view.programme.days, slot.starts) !== view.day) return;
    this.wanted = slot;
    if (!this.cursor?.isConnected) {
      this.cursor = Object.assign(document.createElement("button"), { type: "button", className: "ghost cursor" });
      this.cursor.addEventListener("keydown", (event) => this.key(event));
      this.cursor.addEventListener("click", () => this.open(this.wanted));
      this.cursor.addEventListener("blur", () => this.cursor.remove());
      view.field.append(this.cursor);
    }
    view.lay(this.cursor, slot, slot.rooms[0] || 0);
    const room = view.programme.rooming(slot);
    this.cursor.textContent = fill(this.words.newHere, { times: view.programme.times(slot), room });
    this.cursor.focus({ preventScroll: true });
    this.cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.say(this.cursor.textContent);
  }

  key(event) {
    const { starts, ends, rooms } = this.wanted;
    const by = this.step();
    const aside = (way) => shiftRooms(rooms, way, this.view.columns);
    const moved = {
      ArrowDown: () => (event.shiftKey ? { ends: ends + by } : { starts: starts + by, ends: ends + by }),
      ArrowUp: () => (event.shiftKey ? { ends: Math.max(ends - by, starts + by) } : { starts: starts - by, ends: ends - by }),
      ArrowRight: () => ({ rooms: aside(1) || rooms }),
      ArrowLeft: () => ({ rooms: aside(-1) || rooms }),
    }[event.key];
    if (event.key === "Escape") {
      // It disappears once it has lost the focus.
      if (this.back?.isConnected) this.back.focus();
      else this.cursor.blur();
    } else if (moved) {
      event.preventDefault();
      event.stopPropagation();
      this.put({ ...this.wanted, ...moved() });
    }
  }
}

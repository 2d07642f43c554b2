// Draws one day: rooms side by side, time downwards, and a block for each session in each of its rooms.

import { clock, frameOf, hours, lanes, wall, within } from "./geometry.js";

const SCALE = 1.6; // CSS pixels per minute: a quarter of an hour is large enough for a finger
const LEAST = 14;

const make = (tag, className, text) => {
  const found = document.createElement(tag);
  if (className) found.className = className;
  if (text !== undefined) found.textContent = text;
  return found;
};

// Setting an equal text would cause a new layout.
const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export function speak(element, said) {
  element.textContent = said.text;
  if (said.lang) Object.assign(element, { lang: said.lang, dir: said.dir });
}

export class View {
  constructor(board, programme, { address, words, readonly }) {
    Object.assign(this, { board, programme, address, words, readonly });
    this.day = 0;
    this.blocks = new Map(); // "CODE/room" → element
    this.current = null;
  }

  // Redraws everything: another day, other rooms, or changes of others.
  draw(day = this.day) {
    this.day = Math.min(day, this.programme.days.length - 1);
    this.columns = this.programme.columns;
    this.frame = frameOf(this.programme.days[this.day], this.programme.list);
    this.blocks.clear();
    const rail = make("div", "rail");
    const heads = this.columns.map((id) => this.head(id));
    this.strips = new Map(this.columns.map((id) => [id, make("div", "strip")]));
    this.field = make("div", "floor");
    this.ghost = make("div", "ghost");
    this.ghost.hidden = true;
    this.field.append(...this.strips.values(), this.ghost);
    this.field.style.height = `${this.height}px`;
    rail.style.height = this.field.style.height;
    for (const [at, shown] of hours(this.frame, this.programme.offsets)) {
      const mark = make("span", "hour", shown);
      mark.style.top = `${this.y(at)}px`;
      rail.append(mark);
      const line = make("i", "hourline");
      line.style.top = mark.style.top;
      this.field.prepend(line);
    }
    this.board.style.setProperty("--rooms", this.columns.length);
    const top = make("div", "heads");
    top.append(...heads);
    this.board.replaceChildren(make("div", "corner"), top, rail, this.field);
    for (const id of this.columns) this.fillStrip(id);
    this.settle();
  }

  get height() {
    return (this.frame.to - this.frame.from) * SCALE;
  }

  y(minute) {
    return (minute - this.frame.from) * SCALE;
  }

  minute(y) {
    return this.frame.from + y / SCALE;
  }

  head(id) {
    const room = this.programme.rooms.get(id);
    const head = make("div", "head-room");
    const name = make("b");
    if (room) speak(name, room.name);
    else name.textContent = this.words.noRoom;
    head.append(name);
    if (room?.where) head.append(make("small", "", room.where));
    return head;
  }

  shown(id) {
    return this.programme.list.filter(
      (one) => within(one, this.frame) && (id ? one.rooms.includes(id) : !one.rooms.length),
    );
  }

  // Positions the blocks of one room; called only for rooms that something enters or leaves.
  fillStrip(id) {
    const strip = this.strips.get(id);
    if (!strip) return;
    const shown = this.shown(id);
    const placed = lanes(shown);
    const keys = new Set();
    for (const session of shown) {
      const key = `${session.code}/${id}`;
      keys.add(key);
      let block = this.blocks.get(key);
      if (!block) {
        block = this.block(session, id);
        this.blocks.set(key, block);
      }
      if (block.parentNode !== strip) strip.append(block);
      const [lane, of] = placed.get(session.code);
      this.place(block, session, lane, of);
    }
    for (const block of [...strip.children]) {
      const key = `${block.dataset.code}/${id}`;
      if (keys.has(key)) continue;
      block.remove();
      this.blocks.delete(key);
    }
  }

  place(block, session, lane, of) {
    const top = Math.max(this.y(session.starts), 0);
    const bottom = Math.min(this.y(session.ends), this.height);
    block.style.top = `${top}px`;
    block.style.height = `${Math.max(bottom - top - 1, LEAST)}px`;
    block.style.left = `${(100 * lane) / of}%`;
    block.style.width = `calc(${100 / of}% - 2px)`;
    block.classList.toggle("short", bottom - top < 40);
    this.write(block, session);
  }

  block(session, id) {
    const block = make("a", `block c${session.colour}`);
    block.href = this.address(session.code);
    block.draggable = false;
    block.dataset.code = session.code;
    block.dataset.room = id;
    block.tabIndex = -1;
    const title = make("b");
    speak(title, session.title);
    // Read out in this order: title, day, times, rooms and status, people. What only repeats that is hidden from screen readers.
    const parts = { day: make("span", "hide"), when: make("small", "when"), heard: make("span", "hide"),
      who: make("small", "who", session.people), flag: make("span", "flag") };
    const handles = this.readonly ? [] : [make("i", "grip"), make("i", "pull")];
    for (const part of [parts.flag, ...handles]) part.setAttribute("aria-hidden", "true");
    block.append(title, ...Object.values(parts), ...handles);
    block.parts = parts;
    return block;
  }

  // What changes with a move: times, status and issues.
  write(block, session) {
    const level = this.programme.level(session.code);
    const before = session.starts < this.frame.from ? `↑ ${this.programme.dayName(session)} ` : "";
    block.classList.toggle("off", session.status === "cancelled");
    block.classList.toggle("pause", session.pause);
    block.classList.toggle("unsaved", Boolean(session.unsaved));
    block.dataset.level = level;
    write(block.parts.day, `${this.words.comma}${this.programme.dayName(session)} `);
    write(block.parts.when, `${before}${this.programme.times(session)}`);
    write(block.parts.heard, `${this.words.comma}${this.programme.heard(session)}${this.words.comma}`);
    const flags = [session.status === "published" ? "" : session.state, level && this.words.levels[level],
      session.unsaved && this.words.notSaved].filter(Boolean);
    write(block.parts.flag, flags.join(" · "));
    // A session in several rooms is one session: keyboard and screen reader reach it once.
    const first = this.columns.find((id) => (id ? session.rooms.includes(id) : !session.rooms.length));
    if (Number(block.dataset.room) === first) block.removeAttribute("aria-hidden");
    else block.setAttribute("aria-hidden", "true");
  }

  // After a move: the rooms it has left and those it is in now.
  update(session, rooms) {
    const columns = this.programme.columns;
    const frame = frameOf(this.programme.days[this.day], this.programme.list);
    if (columns.length !== this.columns.length || frame.to !== this.frame.to) return this.draw();
    const had = document.activeElement?.closest?.(".block")?.dataset.code === session.code;
    const leaving = [...this.blocks.values()].filter((block) => block.dataset.code === session.code);
    const now = session.rooms.length ? session.rooms : [0];
    const were = rooms.length ? rooms : [0];
    if (now.length === 1 && were.length === 1 && now[0] !== were[0] && leaving.length === 1 && within(session, frame)) {
      this.carry(leaving[0], session, now[0]);
    }
    for (const id of new Set([...were, ...now])) this.fillStrip(id);
    this.settle();
    if (had) this.focus(session.code);
  }

  // Moves the same element to its new room: a new one would lose the focus, and cost more.
  carry(block, session, room) {
    this.blocks.delete(`${session.code}/${block.dataset.room}`);
    block.dataset.room = room;
    this.blocks.set(`${session.code}/${room}`, block);
  }

  // After an answer: levels and labels of all blocks, where they are.
  refresh() {
    for (const block of this.blocks.values()) {
      const session = this.programme.sessions.get(block.dataset.code);
      if (session && session.starts !== null) this.write(block, session);
    }
  }

  // Blocks in reading order, one for each session.
  get order() {
    const place = (block) => this.columns.indexOf(Number(block.dataset.room));
    return [...this.blocks.values()]
      .filter((block) => !block.hasAttribute("aria-hidden"))
      .map((block) => [block, this.programme.sessions.get(block.dataset.code)])
      .sort(([a, one], [b, other]) => one.starts - other.starts || place(a) - place(b))
      .map(([block]) => block);
  }

  find(code) {
    for (const block of this.blocks.values()) {
      if (block.dataset.code === code && !block.hasAttribute("aria-hidden")) return block;
    }
    return null;
  }

  // One block is a tab stop: the last one used, or the first.
  settle() {
    const stop = this.find(this.current) || this.order[0];
    for (const block of this.blocks.values()) {
      const wanted = block === stop ? 0 : -1;
      if (block.tabIndex !== wanted) block.tabIndex = wanted; // setting an equal value would cost a style recalculation
    }
    if (stop) this.current = stop.dataset.code;
  }

  focus(code) {
    this.current = code;
    this.settle();
    const block = this.find(code);
    if (!block) return;
    if (document.activeElement !== block) block.focus({ preventScroll: true });
    this.reveal(block);
  }

  // Scrolls into view, past the headers and the rail that cover the edges of the board.
  reveal(block) {
    const [left, top] = [this.field.offsetLeft + block.parentNode.offsetLeft, this.field.offsetTop + block.offsetTop];
    const { board, field } = this;
    const [edge, ceiling] = [field.offsetLeft, field.offsetTop];
    if (left - edge < board.scrollLeft) board.scrollLeft = left - edge;
    else if (left + block.parentNode.offsetWidth > board.scrollLeft + board.clientWidth) {
      board.scrollLeft = left + block.parentNode.offsetWidth - board.clientWidth;
    }
    if (top - ceiling - 8 < board.scrollTop) board.scrollTop = top - ceiling - 8;
    else if (top + block.offsetHeight > board.scrollTop + board.clientHeight) {
      board.scrollTop = Math.min(top - ceiling - 8, top + block.offsetHeight - board.clientHeight + 8);
    }
  }

  // A day opens at its first session, or at the hour at which the event begins.
  rest() {
    const starts = [...this.blocks.values()].map((block) => block.offsetTop);
    this.board.scrollTop = Math.max((starts.length ? Math.min(...starts) : this.y(this.opening())) - 24, 0);
  }

  // The moment of this day at the hour at which the event begins.
  opening() {
    const { opens, offsets, days } = this.programme;
    const { from } = days[this.day];
    return from + ((((wall(opens, offsets) - wall(from, offsets)) % 1440) + 1440) % 1440);
  }

  // The column and the moment at a pointer position.
  at(x, y) {
    const box = this.field.getBoundingClientRect();
    const column = Math.floor(((x - box.left) / box.width) * this.columns.length);
    if (x < box.left || x >= box.right) return null;
    return { room: this.columns[column], minute: this.minute(y - box.top) };
  }

  // Lays an element over a slot of one room.
  lay(element, slot, room) {
    const width = 100 / this.columns.length;
    element.style.top = `${this.y(slot.starts)}px`;
    element.style.height = `${Math.max((slot.ends - slot.starts) * SCALE - 1, LEAST)}px`;
    element.style.left = `${this.columns.indexOf(room) * width}%`;
    element.style.width = `${width}%`;
  }

  showGhost(slot, room, text) {
    this.ghost.hidden = false;
    this.lay(this.ghost, slot, room);
    this.ghost.textContent = text;
  }

  hideGhost() {
    this.ghost.hidden = true;
  }

  clockAt(minute) {
    return clock(minute, this.programme.offsets);
  }
}

// The editor's copy of the programme: the server's state, and the moves since.

import { dayOf, sameSlot, times } from "./geometry.js";

export const slotOf = ({ starts, ends, rooms }) => ({ starts, ends, rooms: [...rooms] });
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const LEVELS = ["error", "warning", "notice"];

export class Programme {
  constructor(values, words) {
    this.words = words;
    this.sessions = new Map();
    this.take(values);
  }

  // Takes over the server's state. Returns the codes of sessions that others have changed.
  take(values) {
    const before = this.sessions;
    const changed = [];
    this.days = values.days;
    this.offsets = values.offsets;
    this.rooms = new Map(values.rooms.map((room) => [room.id, room]));
    this.opens = values.opens;
    this.closes = values.closes;
    this.sessions = new Map(values.sessions.map((one) => [one.code, { ...one, saved: slotOf(one) }]));
    for (const [code, one] of this.sessions) {
      if (before.size && before.get(code)?.revision !== one.revision) changed.push(code);
    }
    this.judge(values);
    return changed;
  }

  judge({ findings, groups }) {
    this.findings = findings;
    this.groups = groups;
    this.about = new Map();
    for (const one of findings) {
      for (const code of one.codes) {
        if (!this.about.has(code)) this.about.set(code, []);
        this.about.get(code).push(one);
      }
    }
  }

  get list() {
    return [...this.sessions.values()];
  }

  // Columns from left to right; 0 means "no room" and is only there if it is used.
  get columns() {
    const rooms = [...this.rooms.keys()];
    const loose = this.list.some((one) => one.starts !== null && !one.rooms.length);
    return loose || !rooms.length ? [0, ...rooms] : rooms;
  }

  get unscheduled() {
    return this.list.filter((one) => one.starts === null);
  }

  // The most serious level of a session's issues; "" if there are none.
  level(code) {
    const found = (this.about.get(code) || []).map((one) => LEVELS.indexOf(one.level));
    return found.length ? LEVELS[Math.min(...found)] : "";
  }

  rooming(session) {
    const names = session.rooms.map((id) => this.rooms.get(id)?.name.text).filter(Boolean);
    return names.length ? names.join(this.words.comma) : this.words.noRoom;
  }

  times(slot) {
    return times(slot.starts, slot.ends, this.offsets, this.words.dash);
  }

  dayName(session) {
    return this.days[dayOf(this.days, session.starts)]?.name ?? "";
  }

  // "Opening: 10:05 – 11:05, Main hall."
  slotSaid(session) {
    const title = session.title.text;
    if (session.starts === null) return fill(this.words.saidUnscheduled, { title });
    return fill(this.words.said, { title, day: this.dayName(session), times: this.times(session), rooms: this.rooming(session) });
  }

  // "Conflict: …", for errors and warnings; "" if there are none.
  conflictSaid(code) {
    const found = (this.about.get(code) || []).filter((one) => one.level !== "notice");
    return found.length ? fill(this.words.conflict, { text: found.map((one) => one.sentence).join(" ") }) : "";
  }

  // What a screen reader says about a block besides its title and times: rooms, status and issues.
  heard(session) {
    const found = this.about.get(session.code) || [];
    const counts = LEVELS.map((level) => [level, found.filter((one) => one.level === level).length]).filter(([, n]) => n);
    const parts = [
      this.rooming(session),
      session.state,
      ...counts.map(([level, n]) => (n === 1 ? this.words[level][0] : fill(this.words[level][1], { number: n }))),
    ];
    if (session.unsaved) parts.push(this.words.notSaved);
    return parts.join(this.words.comma);
  }
}

// The moves of this visit, for undo and redo.
export class History {
  constructor() {
    this.past = [];
    this.future = [];
  }

  // A key held down is one undo step.
  note(code, before, after, held) {
    const last = this.past.at(-1);
    if (held && last?.code === code && sameSlot(last.after, before)) last.after = after;
    else this.past.push({ code, before, after });
    this.future = [];
  }

  // A refused move can't be undone.
  forget(code) {
    this.past = this.past.filter((step) => step.code !== code);
    this.future = this.future.filter((step) => step.code !== code);
  }
}

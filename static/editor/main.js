// The schedule editor: connects its parts. Without this file the page is the list, and forms do the same.

import { Creator } from "./create.js";
import { dayOf, firstFree, sameSlot } from "./geometry.js";
import { listen } from "./keys.js";
import { Findings, Unscheduled } from "./lists.js";
import { Outbox } from "./outbox.js";
import { Pointer } from "./pointer.js";
import { fill, History, Programme, slotOf } from "./programme.js";
import { View } from "./view.js";

const root = document.getElementById("editor");
const list = document.getElementById("programme-list");
const words = JSON.parse(document.getElementById("editor-words").textContent);
const part = (name) => root.querySelector(`[data-part=${name}]`);
const ASK = 10_000;
const REST = 3_000;
const USUAL = 30; // minutes of a session without a planned length

let programme, view, outbox, unscheduled, findings, tag;
const history = new History();
const readonly = root.dataset.readonly === "true";
const address = (code) => root.dataset.session.replace("CODE", code);
const step = () => Number(part("snap")?.value || 5);
const length = (session) => session.minutes || USUAL;

// Screen reader announcements: one live region, with a pause so that a repeated sentence is announced again.
function say(text) {
  part("live").textContent = "";
  setTimeout(() => (part("live").textContent = text), 30);
}

// What failed is also shown, not only announced.
function explain(text) {
  say(text);
  part("news").textContent = text;
}

async function read() {
  const headers = { Accept: "application/json", ...(tag ? { "If-None-Match": tag } : {}) };
  const answer = await fetch(root.dataset.state, { headers, cache: "no-store" });
  if (answer.status === 304) return null;
  if (answer.status === 401 && part("notice").hidden) tell(words.loggedOut);
  if (!answer.ok) throw new Error(String(answer.status));
  tag = answer.headers.get("ETag");
  return answer.json();
}

function change(code, slot, { noted = true, held = false } = {}) {
  const session = programme.sessions.get(code);
  const before = slotOf(session);
  if (readonly || sameSlot(before, slot)) return false;
  if (slot.starts !== null && dayOf(programme.days, slot.starts) < 0) {
    explain(words.noSuchDay);
    return false;
  }
  part("news").textContent = "";
  Object.assign(session, { starts: slot.starts, ends: slot.ends, rooms: [...slot.rooms] });
  // A session of which only the day was known could not be put back to that by a move.
  if (noted && !session.day) history.note(code, before, slotOf(session), held);
  outbox.want(code);
  show(session, before);
  say(programme.slotSaid(session));
  return true;
}

// Draws a session where it is now, on any day.
function show(session, before) {
  const day = session.starts === null ? view.day : dayOf(programme.days, session.starts);
  if (day !== view.day && day >= 0) {
    openDay(day);
    view.focus(session.code);
  } else view.update(session, before.rooms);
  if ((before.starts === null) !== (session.starts === null)) unscheduled.draw();
  buttons();
}

function openDay(day) {
  view.draw(day);
  view.rest();
  for (const button of part("days").children) button.setAttribute("aria-pressed", String(Number(button.dataset.day) === view.day));
}

function go(code) {
  const session = programme.sessions.get(code);
  if (!session || session.starts === null) return unscheduled.focus(code);
  const day = dayOf(programme.days, session.starts);
  if (day !== view.day && !view.find(code)) openDay(day);
  view.focus(code);
}

function place(code) {
  const session = programme.sessions.get(code);
  const own = session.rooms.filter((id) => programme.rooms.has(id));
  const rooms = own.length ? own.slice(0, 1) : programme.columns;
  const found = firstFree({
    ...programme, length: length(session), rooms, first: view.day, sessions: programme.list, step: step(),
    offsets: programme.offsets,
  });
  if (!found) return explain(words.nowhere);
  change(code, own.length > 1 ? { ...found, rooms: own } : found);
  view.focus(code);
}

function turn(from, to, back) {
  const made = history[from].pop();
  if (!made) return;
  const session = programme.sessions.get(made.code);
  const [now, then] = back ? [made.after, made.before] : [made.before, made.after];
  if (!session || !sameSlot(session, now)) {
    explain(words.changedSince);
    return buttons();
  }
  if (!change(made.code, then, { noted: false })) return buttons();
  history[to].push(made);
  buttons();
  go(made.code);
}

const undo = () => turn("past", "future", true);
const redo = () => turn("future", "past", false);

function buttons() {
  if (readonly) return;
  part("undo").disabled = !history.past.length;
  part("redo").disabled = !history.future.length;
}

function status() {
  const open = outbox.waiting.size + (outbox.sending ? 1 : 0);
  const text = !open ? words.allSaved : outbox.stuck ? fill(words.stuck, { number: open }) : words.saving;
  if (part("status").textContent !== text) part("status").textContent = text;
  root.dataset.saving = !open ? "saved" : outbox.stuck ? "stuck" : "saving";
}

// A refusal stays visible until the user dismisses it.
function tell(sentence, choices = []) {
  const box = part("notice");
  box.replaceChildren(Object.assign(document.createElement("p"), { textContent: sentence }));
  for (const [label, act] of [...choices, [words.close, () => {}]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn line small", textContent: label });
    button.addEventListener("click", () => {
      box.replaceChildren();
      box.hidden = true;
      act();
    });
    box.append(button, " ");
  }
  box.hidden = false;
}

// The list is for printing and for switching to: it is updated once there are no more moves.
let renewing;
function renewList() {
  clearTimeout(renewing);
  renewing = setTimeout(async () => {
    const answer = await fetch(window.location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("programme-list");
    if (fresh) list.replaceChildren(...fresh.childNodes);
  }, REST);
}

const hear = {
  changed(session) {
    status();
    if (session?.unsaved && session.starts !== null) view.update(session, session.rooms);
    else if (session?.unsaved) unscheduled.draw();
  },
  saved(session) {
    view.refresh();
    findings.draw();
    renewList();
    const conflict = programme.conflictSaid(session.code);
    if (conflict) say(`${programme.slotSaid(session)} ${conflict}`);
  },
  refused(session, sentence, { before, wanted, stale }) {
    history.forget(session.code);
    show(session, before);
    unscheduled.draw();
    view.refresh();
    const again = () => {
      if (change(session.code, wanted)) view.focus(session.code);
    };
    const open = () => window.location.assign(address(session.code));
    tell(sentence, stale ? [[words.repeat, again], [words.open, open]] : []);
  },
  async renew() {
    tag = "";
    return (await read()).token;
  },
};

// Polls for changes of others. Not while a move is being sent, so that own moves are not overwritten.
async function look() {
  if (document.hidden || outbox.busy || pointer.drag) return;
  let values;
  try {
    values = await read();
  } catch {
    return; // the next move will report that the server can't be reached
  }
  if (!values) return;
  if (outbox.busy || pointer.drag) {
    tag = "";
    return;
  }
  outbox.token = values.token;
  const changed = programme.take(values);
  const had = document.activeElement?.closest?.("#editor .block")?.dataset.code;
  const [left, top] = [view.board.scrollLeft, view.board.scrollTop];
  renewList();
  days();
  view.draw();
  unscheduled.draw();
  findings.draw();
  if (had) view.focus(had);
  view.board.scrollTo(left, top);
  const moved = changed.map((code) => programme.sessions.get(code)).filter(Boolean);
  if (!moved.length) return;
  const text = moved.length > 3
    ? fill(words.othersMany, { number: moved.length })
    : moved.map((one) => fill(words.others, { text: programme.slotSaid(one) })).join(" ");
  explain(text);
}

function days() {
  part("days").replaceChildren(
    ...programme.days.map((day, number) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: day.name });
      button.dataset.day = number;
      button.setAttribute("aria-pressed", String(number === view.day));
      return button;
    }),
  );
}

let pointer = { drag: null };

async function start() {
  const values = await read();
  programme = new Programme(values, words);
  view = new View(part("board"), programme, { address, words, readonly });
  outbox = new Outbox(programme, { address: (code) => root.dataset.move.replace("CODE", code), token: values.token, hear });
  unscheduled = new Unscheduled(part("unscheduled"), programme, { address, place, words, readonly });
  findings = new Findings(part("findings"), programme, { go, words });
  root.hidden = false;
  list.hidden = true;
  document.querySelector(".views a").setAttribute("aria-current", "true");
  root.classList.toggle("touch", navigator.maxTouchPoints > 0 || matchMedia("(any-pointer: coarse)").matches);
  const code = decodeURIComponent(window.location.hash.slice(1));
  const first = programme.sessions.get(code)?.starts ?? programme.list.find((one) => one.starts !== null)?.starts;
  days();
  openDay(Math.max(first === undefined ? 0 : dayOf(programme.days, first), 0));
  unscheduled.draw();
  findings.draw();
  if (programme.sessions.has(code)) go(code);
  part("days").addEventListener("click", (event) => event.target.dataset.day && openDay(Number(event.target.dataset.day)));
  const current = () => programme.sessions.get(document.activeElement?.closest?.(".block")?.dataset.code);
  part("board").addEventListener("focusin", (event) => {
    const block = event.target.closest(".block");
    if (block) view.current = block.dataset.code;
    view.settle();
  });
  const ask = (session, slot, held) => {
    if (readonly) return;
    if (!slot) return explain(words.edge);
    const order = view.order.map((block) => block.dataset.code);
    change(session.code, slot, { held });
    if (slot.starts === null) {
      const next = order[order.indexOf(session.code) + 1] || order[order.indexOf(session.code) - 1];
      if (next) view.focus(next);
      else unscheduled.focus(session.code);
    } else view.focus(session.code);
  };
  listen(part("board"), { current, ask, step, go, view });
  if (!readonly) edit();
  status();
  setInterval(look, ASK);
  document.addEventListener("visibilitychange", look);
  root.dataset.ready = "true";
}

function edit() {
  const aside = part("unscheduled");
  const outside = (x, y) => {
    const box = aside.getBoundingClientRect();
    return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  };
  const drop = (code, slot) => {
    change(code, slot);
    if (slot.starts !== null) view.focus(code);
  };
  pointer = new Pointer(view, { step, outside, length, drop });
  aside.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("button, input")) pointer.down(event, event.target.closest("li[data-code]"));
  });
  aside.addEventListener("click", (event) => pointer.swallow(event), true);
  const open = ({ starts, ends, rooms }) =>
    window.location.assign(`${root.dataset.new}?${new URLSearchParams({ starts, ends, room: rooms[0] || "" })}`);
  const creator = new Creator(view, { step, open, say, words });
  part("new").addEventListener("click", () => creator.choose());
  part("undo").addEventListener("click", undo);
  part("redo").addEventListener("click", redo);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("input")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
  });
  buttons();
}

// On a narrow screen the list is more useful than a grid with one visible column; the grid is there on request.
const asked = new URLSearchParams(window.location.search).get("view");
if (asked === "grid" || (asked !== "list" && matchMedia("(min-width: 60rem)").matches)) {
  start().catch(() => {
    root.hidden = true;
    list.hidden = false;
  });
}

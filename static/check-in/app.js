// The app at a door: reads tickets, finds names, and says who may pass, with or without the server.

import { Camera } from "./camera.js";
import { ADMITS, decide } from "./decide.js";
import { peopleOf, search } from "./people.js";
import * as server from "./server.js";
import * as sound from "./sound.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { looksScanned, read, shortCode } from "./ticket.js";
import { View } from "./view.js";

// Afterwards the device forgets everything that it has sent (points.AFTERWARDS).
const AFTERWARDS = 2 * 24 * 3600 * 1000;

class App {
  constructor(store) {
    this.store = store;
    this.state = { online: navigator.onLine, waiting: 0, others: 0, places: null, numbers: null, recent: [], kind: "in" };
    this.view = new View(this);
    this.sync = new Sync(store, this.state, () => this.view.draw(), () => this.tidy());
    this.camera = new Camera(this.view.video, (text) => this.seen(text), () => this.view.noReader());
  }

  /** Take up what was kept, and the link in the address, if there is one. */
  async start() {
    const link = new URLSearchParams(location.hash.slice(1)).get("link");
    history.replaceState(null, "", location.pathname + location.search);
    const { state, store } = this;
    [state.device, state.settings, state.list, state.places] = await Promise.all(
      ["device", "settings", "list", "places"].map((name) => store.get(name)),
    );
    state.people = state.list ? peopleOf(state.list.rows) : null;
    await this.look(); // first: what was not sent must be known before anything is forgotten
    if (link) await this.open(link);
    await this.tidy();
    this.view.draw();
    if (state.device) await this.sync.now();
    await this.look(); // a new device knows only now which event it is for
    if (state.device && !state.list && state.online) await this.sync.load().catch((error) => this.sync.failed(error));
    this.view.draw();
    navigator.storage?.persist?.();
  }

  /** See what is kept of this event, and of others. */
  async look() {
    const scans = await this.store.scans();
    this.state.recent = scans.filter((scan) => this.sync.isOurs(scan)).slice(-20).reverse();
    this.sync.count(scans);
  }

  /** Forget everything once the event is long over and all was sent. */
  async tidy() {
    const { settings, waiting } = this.state;
    if (settings && Date.now() > settings.event.ends + AFTERWARDS && !waiting) await this.forget();
  }

  /**
   * Become the device of a door link. What an earlier one has not sent is kept until it can be sent to its own event, by a
   * link to that.
   */
  async open(link) {
    if (this.state.device && this.state.waiting) await this.sync.now();
    try {
      const made = await server.openLink(link, "");
      this.state.device = { key: made.key, id: made.device };
      const unknown = { settings: null, list: null, people: null, places: null, recent: [], waiting: 0 };
      Object.assign(this.state, unknown, { revoked: false });
      await this.store.forget();
      await this.store.put("device", this.state.device);
    } catch (error) {
      this.state.problem = error instanceof server.Refused ? error.message : "offline";
    }
  }

  /** What was scanned or typed: a ticket, a code, or a name to search for. */
  async enter(text) {
    sound.allow();
    if (looksScanned(text) || this.byCode(text) !== null) return this.scan(text);
    this.lookFor(text);
    return null;
  }

  /** Show whom a name, a reading or an organization leads to, while it is typed. */
  lookFor(text) {
    const nothing = !text || looksScanned(text) || !this.state.people;
    this.view.showFound(nothing ? null : search(this.state.people, text), text);
  }

  byCode(text) {
    const code = shortCode(text);
    if (!code) return null;
    for (const person of this.state.people?.values() ?? []) if (person.code === code) return person.id;
    return null;
  }

  /** What a text is: {person, shown}, or {result} if it leads to nobody. */
  async find(text) {
    const byCode = this.byCode(text);
    const { event, keys } = { event: this.state.settings.event.id, keys: this.state.settings.keys };
    if (byCode !== null) return { person: byCode, shown: null };
    const ticket = await read(text, event, keys);
    if (!ticket) return { result: "unknown" };
    if (ticket.genuine === null) return { result: "other_event" };
    return ticket.genuine ? { person: ticket.registration, shown: ticket.revision } : { result: "forged" };
  }

  /** A code before the camera; false if the app is not ready for it. */
  seen(text) {
    if (!this.ready()) return false;
    this.scan(text);
    return true;
  }

  async scan(text) {
    if (!this.ready()) return;
    await this.ask({ text }, await this.find(text));
  }

  /** Check somebody in or out who was found by name. */
  async check(person, kind, reason) {
    await this.ask({ person: person.id, kind, ...(reason ? { reason } : {}) }, { person: person.id, shown: null });
  }

  async walkIn(values) {
    const named = [values.family_name, values.given_name].filter(Boolean).join(" ");
    await this.ask({ walk_in: values }, { result: "ok" }, { name: named, organization: values.organization });
  }

  /** Write a scan down, ask the server, and decide without it if it does not answer in time. */
  async ask(values, found, stranger = null) {
    const { state } = this;
    const scan = { ...(await this.line(state.kind)), ...values };
    const own = decide({ found, kind: scan.kind, people: state.people, places: this.where(), settings: state.settings, now: scan.at });
    const whom = own.person ?? stranger;
    scan.shown = { name: whom?.name ?? "", organization: whom?.organization ?? "", person: own.person?.id };
    await this.store.putScans({ ...scan, offline: true, device_result: own.result });
    state.waiting += 1;
    const answer = await this.sync.ask(scan);
    if (!answer) await this.store.putScans(Object.assign(scan, { offline: true, device_result: own.result }));
    const result = answer?.result ?? own.result;
    const passed = answer ? Boolean(answer.accepted) : ADMITS.has(result) || Boolean(scan.reason);
    const person = state.people?.get(answer?.person ?? own.person?.id) ?? own.person;
    if (passed && person) this.moved(person.id, scan.kind, scan.at);
    state.recent = [scan, ...state.recent].slice(0, 20);
    this.view.showResult({ result, scan, person, passed, refused: answer?.refused });
  }

  /** What every line of the log has. Its event is not sent: it tells where it may be sent to. */
  async line(kind) {
    const [seq, event] = [await this.nextSequence(), this.state.settings.event.id];
    return { nonce: crypto.randomUUID(), seq, event, kind, at: Date.now() };
  }

  /** Take back what was done last. */
  async undo(scan) {
    const back = { ...(await this.line("undo")), undoes: scan.nonce };
    const person = scan.person ?? scan.answer?.person ?? scan.shown.person;
    Object.assign(back, person ? { person } : {}, { offline: true, device_result: "ok", shown: scan.shown });
    await this.store.putScans(back);
    scan.undone = true;
    await this.store.putScans(scan);
    if (person) this.where().delete(person);
    this.state.waiting += 1;
    this.view.showUndone(scan);
    await this.sync.now();
  }

  ready() {
    return Boolean(this.state.settings && this.state.people && !this.state.revoked);
  }

  where() {
    this.state.places ??= { cursor: null, where: new Map() };
    return this.state.places.where;
  }

  moved(id, kind, at) {
    const before = this.where().get(id);
    const inside = kind === "in";
    this.where().set(id, { inside, first: before?.first ?? (inside ? at : null), last: at });
    this.store.put("places", this.state.places);
  }

  async nextSequence() {
    this.sequence ??= (await this.store.get("sequence")) ?? 0;
    this.sequence += 1;
    await this.store.put("sequence", this.sequence);
    return this.sequence;
  }

  /** Go to another point. What was done at this one is sent first, or it would count there. */
  async moveTo(point) {
    await this.sync.now();
    if (this.state.waiting) return this.view.notMoved(this.state.waiting);
    try {
      await server.moveTo(this.state.device.key, point);
      await this.sync.now();
    } catch (error) {
      this.sync.failed(error);
    }
  }

  /** Send what is left, then forget everything. Returns the number of scans that could not be sent. */
  async signOut({ anyway = false } = {}) {
    if (!this.state.revoked) await this.sync.now();
    if (this.state.waiting && !anyway) return this.state.waiting;
    if (!this.state.revoked) await server.signOut(this.state.device.key).catch(() => null);
    this.camera.stop();
    await this.forget();
    return 0;
  }

  async forget() {
    await this.store.forget({ scans: (scan) => scan.sent || this.sync.isOurs(scan) });
    const signedOut = { device: null, settings: null, list: null, people: null, places: null, numbers: null, recent: [] };
    Object.assign(this.state, signedOut, { waiting: 0, revoked: false });
    this.sync.count(await this.store.scans());
    this.view.draw();
  }
}

if (window.isSecureContext && "indexedDB" in window) {
  const app = new App(await Store.open());
  await app.start();
  // The journeys look into it.
  window.checkIn = app;
  navigator.serviceWorker?.register("/check-in/sw.js", { scope: "/check-in/" });
} else {
  document.querySelector("#insecure").hidden = false;
}

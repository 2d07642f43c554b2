// Sends what the device has, and fetches what it should know; by itself, for as long as the app is open.

import { changed, peopleOf } from "./people.js";
import * as server from "./server.js";

const EVERY = 15_000;
const LONGEST = 60_000;
const BATCH = 100;
// Somebody waits at the door: after this the device decides itself.
const PATIENCE = 1_500;

export class Sync {
  /** `state` is what the app shows (app.js); `changed` is called whenever it has changed, `done` after each exchange. */
  constructor(store, state, changedState, done) {
    this.done = done;
    this.store = store;
    this.state = state;
    this.changed = changedState;
    this.failures = 0;
    this.running = null;
    for (const [target, name] of [[window, "online"], [document, "visibilitychange"]]) {
      target.addEventListener(name, () => document.visibilityState === "visible" && this.now());
    }
    // The device itself knows that there is no network: nobody at the door needs to wait for an answer.
    window.addEventListener("offline", () => {
      this.state.online = false;
      this.changed();
    });
  }

  /** Exchange now, and again in a while. Only one exchange runs at a time. */
  now() {
    clearTimeout(this.timer);
    this.running ??= this.exchange().finally(() => {
      this.running = null;
      this.done();
      const pause = Math.min(EVERY * 2 ** Math.min(this.failures, 3), LONGEST);
      this.timer = setTimeout(() => this.now(), pause * (0.9 + Math.random() / 5));
    });
    return this.running;
  }

  /** Ask about one scan while somebody waits; null if the server does not answer in time. */
  async ask(scan) {
    if (!this.state.online) return null;
    try {
      const answer = await server.scan(this.state.device.key, this.message([scan]), PATIENCE);
      await this.take(answer.answers, [scan]);
      return answer.answers[0] ?? null;
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  message(scans) {
    const { list, places, settings, waiting } = this.state;
    return {
      clock: Date.now(),
      version: list?.version ?? "",
      cursor: places?.cursor ?? null,
      settings: settings?.version ?? "",
      waiting: Math.max(waiting - scans.length, 0),
      scans: scans.map(sendable),
    };
  }

  /** Whether a scan was made at the event whose device this is. */
  isOurs(scan) {
    return scan.event === undefined || scan.event === (this.state.settings?.event.id ?? this.state.device?.event);
  }

  /** See how many scans of this event wait, and how many of others, to which this device has no key. */
  count(scans) {
    const unsent = scans.filter((scan) => !scan.sent);
    this.state.waiting = unsent.filter((scan) => this.isOurs(scan)).length;
    this.state.others = unsent.length - this.state.waiting;
  }

  async exchange() {
    if (!this.state.device) return;
    try {
      let more = true;
      while (more) {
        const scans = await this.store.scans();
        const left = scans.filter((scan) => !scan.sent && this.isOurs(scan));
        const batch = left.slice(0, BATCH);
        this.count(scans);
        const answer = await server.sync(this.state.device.key, this.message(batch));
        await this.take(answer.answers, batch);
        const moved = await this.hear(answer);
        more = moved || answer.more || left.length > BATCH;
      }
      this.succeeded();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Mark scans as sent that were answered. They stay on the device: a server may be restored from an old backup. */
  async take(answers, scans) {
    const byNonce = new Map(scans.map((scan) => [scan.nonce, scan]));
    const answered = [];
    for (const answer of answers) {
      const scan = byNonce.get(answer.nonce);
      if (scan) answered.push(Object.assign(scan, { sent: true, answer }));
    }
    if (answered.length) await this.store.putScans(...answered);
    this.state.waiting = Math.max(this.state.waiting - answered.length, 0);
    this.changed();
  }

  /** Store what an answer tells; true if the device is at another point, where it must ask anew who is inside. */
  async hear(answer) {
    const { state, store } = this;
    if (answer.settings) {
      const moved = state.settings?.point.id !== answer.settings.point.id;
      await store.put("settings", (state.settings = answer.settings));
      await store.put("device", Object.assign(state.device, { event: answer.settings.event.id }));
      if (moved) {
        state.places = state.numbers = null;
        return true;
      }
    }
    if (answer.list === "anew") {
      await this.load();
    } else if (answer.list) {
      const rows = changed(state.list.rows, answer.list.people);
      if (rows.length === answer.list.count) await this.keep(answer.list.version, rows);
      else await this.load();
    }
    if (answer.presence) {
      const before = state.places?.where ?? new Map();
      for (const [id, inside, first, last] of answer.presence) before.set(id, { inside, first, last });
      state.places = { cursor: answer.cursor, where: before };
      if (answer.presence.length) await store.put("places", state.places);
    }
    state.numbers = answer.numbers ?? state.numbers;
    this.changed();
    return false;
  }

  async load() {
    const list = await server.loadList(this.state.device.key);
    await this.keep(list.version, list.people);
  }

  async keep(version, rows) {
    this.state.list = { version, rows, at: Date.now() };
    this.state.people = peopleOf(rows);
    await this.store.put("list", this.state.list);
  }

  succeeded() {
    this.failures = 0;
    this.state.online = true;
    this.state.trouble = "";
    this.state.seen = Date.now();
    if (this.state.list) this.state.list.at = Date.now();
    this.changed();
  }

  failed(error) {
    if (error instanceof server.KeyRefused) {
      this.state.revoked = true;
      // Who has no key has no business with the list.
      this.store.forget();
      this.state.list = this.state.people = this.state.places = null;
    }
    this.failures += 1;
    this.state.online = false;
    this.state.trouble = error instanceof server.Refused ? error.message : "";
    this.changed();
  }

  /** Send everything once more. Nothing is written twice: each scan has its own number. */
  async again() {
    const scans = (await this.store.scans()).filter((scan) => this.isOurs(scan));
    for (const scan of scans) scan.sent = false;
    if (scans.length) await this.store.putScans(...scans);
    this.state.waiting = scans.length;
    return this.now();
  }
}

const SENT = ["nonce", "seq", "kind", "at", "text", "person", "undoes", "reason", "offline", "device_result", "walk_in"];
const sendable = (scan) => Object.fromEntries(SENT.filter((name) => scan[name] !== undefined).map((name) => [name, scan[name]]));

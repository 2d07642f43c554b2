// Sends moves in the background, one at a time, and retries those that could not be sent.

import { sameSlot } from "./geometry.js";
import { slotOf } from "./programme.js";

const PAUSE = 350; // a key held down makes one request, not twenty
const AGAIN = [1500, 3000, 6000, 15000];

export class Outbox {
  // Callbacks of `hear`: saved(session, answer), refused(session, sentence, wanted, theirs), changed(), renew() → a new token.
  constructor(programme, { address, token, hear }) {
    Object.assign(this, { programme, address, token, hear });
    this.waiting = new Map();
    this.failures = 0;
    window.addEventListener("online", () => this.now());
    window.addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
  }

  get busy() {
    return this.waiting.size > 0 || Boolean(this.sending);
  }

  get stuck() {
    return this.failures > 0;
  }

  want(code) {
    this.waiting.delete(code);
    this.waiting.set(code, performance.now() + PAUSE);
    this.later(PAUSE);
    this.hear.changed();
  }

  now() {
    for (const code of this.waiting.keys()) this.waiting.set(code, 0);
    this.later(0);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), wait);
  }

  async pump() {
    if (this.sending || !this.waiting.size) return;
    const [code, due] = this.waiting.entries().next().value;
    const wait = due - performance.now();
    if (wait > 0 && !this.failures) return this.later(wait);
    const session = this.programme.sessions.get(code);
    this.waiting.delete(code);
    if (!session || sameSlot(session, session.saved)) {
      if (session) session.unsaved = false;
      this.hear.changed();
      return this.later(0);
    }
    this.sending = code;
    const wanted = slotOf(session);
    try {
      await this.send(session, wanted);
      this.failures = 0;
    } catch {
      // Retry the move later, unless it was changed meanwhile: then send the new one.
      session.unsaved = true;
      if (!this.waiting.has(code)) this.waiting.set(code, 0);
      this.failures += 1;
    }
    this.sending = null;
    this.hear.changed(session);
    if (this.waiting.size) this.later(this.failures ? AGAIN[Math.min(this.failures, AGAIN.length) - 1] : 0);
  }

  async send(session, wanted) {
    const answer = await fetch(this.address(session.code), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ ...wanted, revision: session.revision }),
    });
    if (answer.status === 400) {
      this.token = await this.hear.renew();
      throw new Error("the proof was too old");
    }
    if (answer.ok) return this.saved(session, wanted, await answer.json());
    if (answer.status === 422 || answer.status === 403 || answer.status === 404) {
      return this.refused(session, wanted, await answer.json());
    }
    throw new Error(String(answer.status));
  }

  saved(session, wanted, answer) {
    session.revision = answer.session.revision;
    session.day = answer.session.day;
    session.saved = slotOf(answer.session);
    session.unsaved = !sameSlot(session, session.saved) && session.unsaved;
    this.programme.judge(answer);
    this.hear.saved(session);
  }

  refused(session, wanted, answer) {
    const before = slotOf(session);
    this.waiting.delete(session.code);
    session.unsaved = false;
    if (answer.session) Object.assign(session, answer.session, { saved: slotOf(answer.session) });
    else Object.assign(session, slotOf(session.saved));
    const sentence = typeof answer.error === "string" ? answer.error : this.programme.words.refused;
    this.hear.refused(session, sentence, { before, wanted, stale: Boolean(answer.session) });
  }
}

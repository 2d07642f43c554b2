// What the app shows. All texts come from the page (#words), so that they are translated with the others.

import { fill, make } from "./dom.js";
import { testDevice } from "./device-test.js";
import * as sound from "./sound.js";

const MARKS = { yes: "✓", look: "!", no: "✕" };
const $ = (selector) => document.querySelector(selector);

export class View {
  constructor(app) {
    this.app = app;
    this.words = JSON.parse($("#words").textContent);
    this.language = document.documentElement.lang;
    this.video = $("#video");
    this.#listen();
  }

  #listen() {
    const { app } = this;
    $("#entry").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = $("#q");
      const text = field.value.trim();
      if (text) app.enter(text);
      else this.showFound(null);
      field.select();
    });
    $("#q").addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.#typed($("#q").value.trim()), 120);
    });
    for (const radio of document.querySelectorAll("[name=kind]")) {
      radio.addEventListener("change", () => (app.state.kind = radio.value));
    }
    $("#camera-on").addEventListener("click", () => this.#camera());
    $("#camera-off").addEventListener("click", () => this.#cameraOff());
    $("#light").addEventListener("click", async () => {
      this.lit = !this.lit;
      if (!(await app.camera.light(this.lit))) $("#light").hidden = true;
    });
    $("#menu-open").addEventListener("click", () => this.#menu());
    $("#walk-in-open").addEventListener("click", () => $("#walk-in").showModal());
    $("#walk-in form").addEventListener("submit", (event) => this.#walkIn(event));
    $("#overrule form").addEventListener("submit", (event) => this.#overrule(event));
    for (const button of document.querySelectorAll("dialog [data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
    $("#again").addEventListener("click", () => app.sync.again());
    $("#anew").addEventListener("click", () => app.sync.load().then(() => this.draw(), (error) => app.sync.failed(error)));
    $("#test").addEventListener("click", () => this.#test());
    $("#sign-out").addEventListener("click", () => this.#signOut(false));
    $("#sign-out-anyway").addEventListener("click", () => this.#signOut(true));
    $("#point").addEventListener("change", (event) => app.moveTo(Number(event.target.value)));
  }

  /** A text of an event or a point in the page's language. */
  said(texts) {
    return texts?.[this.language] || texts?.en || Object.values(texts ?? {})[0] || "";
  }

  time(at) {
    const zone = this.app.state.settings?.event.zone;
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at);
  }

  draw() {
    const { state } = this.app;
    $("#start").hidden = Boolean(state.device);
    const problem = state.problem === "offline" ? this.words.link_offline : (state.problem ?? "");
    const others = state.others ? fill(this.words.others, { number: state.others }) : "";
    this.#say("#problem", problem, others);
    $("#app").hidden = !state.device;
    if (!state.device) return;
    const { settings } = state;
    $("#door-name").textContent = settings ? this.said(settings.point.title) || this.words.door : "…";
    $("#event-name").textContent = settings ? this.said(settings.event.title) : "";
    this.#drawState(state, others);
    const numbers = state.numbers ?? { inside: 0, checked_in: 0, expected: 0 };
    $("#n-in").textContent = numbers.inside;
    $("#n-checked").textContent = numbers.checked_in;
    $("#n-expected").textContent = numbers.expected;
    $("#walk-in-open").hidden = !settings?.device.walk_ins;
    $("#loading").hidden = Boolean(state.people) || state.revoked;
    $("#entry").inert = !this.app.ready();
    this.#drawRecent(state.recent);
  }

  /** Show sentences in a box, which is hidden without any. */
  #say(where, ...sentences) {
    const said = sentences.filter(Boolean).join(" ");
    $(where).hidden = !said;
    $(where).textContent = said;
  }

  #drawState(state, others) {
    const pill = $("#state");
    const { words } = this;
    const waiting = state.waiting ? fill(words.to_send, { number: state.waiting }) : "";
    const base = state.revoked ? words.revoked : state.online ? words.online : words.offline;
    pill.textContent = [base, waiting].filter(Boolean).join(" · ");
    pill.className = `state ${state.revoked ? "no" : state.online ? "yes" : "look"}`;
    this.#say("#trouble", state.revoked ? words.revoked_long : state.trouble, others);
    $("#list-age").textContent = state.list ? fill(words.list_of, { time: this.time(state.list.at) }) : words.no_list;
  }

  #drawRecent(scans) {
    $("#recent").hidden = !scans.length;
    $("#recent-list").replaceChildren(...scans.slice(0, 10).map((scan) => this.#line(scan)));
  }

  #line(scan) {
    const { words } = this;
    const result = scan.answer?.result ?? scan.device_result;
    const differs = scan.answer && scan.device_result && scan.answer.result !== scan.device_result;
    const what = scan.kind === "undo" ? words.undone : (words.results[result]?.word ?? scan.answer?.refused ?? "");
    const sent = scan.sent ? words.sent : words.not_sent;
    return make(
      "li",
      {},
      make("div", {}, make("span", { className: "num" }, this.time(scan.at)), " ", make("strong", { dir: "auto" }, scan.shown?.name || "–")),
      make("p", { className: `quiet${differs ? " differs" : ""}` }, [what, differs ? words.differs : "", sent].filter(Boolean).join(" · ")),
    );
  }

  /** Show the result of a scan: in colour, word, shape and sound. */
  showResult({ result, scan, person, passed, refused }) {
    const { words } = this;
    const said = refused ? { word: words.not_done, sentence: refused, tone: "no" } : words.results[result];
    const forced = passed && Boolean(scan.reason) && said.tone !== "yes";
    const tone = forced ? "look" : said.tone;
    const goodbye = result === "ok" && scan.kind === "out";
    const box = $("#verdict");
    box.className = `verdict ${tone}`;
    box.dataset.result = result;
    const name = person?.name || scan.shown?.name || "";
    box.replaceChildren(
      make("b", { className: "mark", "aria-hidden": "true" }, MARKS[tone]),
      make(
        "div",
        { className: "verdict-text" },
        make("h2", {}, forced ? fill(words.overruled, { result: said.word }) : goodbye ? words.goodbye : said.word),
        name ? make("p", { className: "who", dir: "auto" }, make("strong", {}, name), person?.reading ? make("small", {}, person.reading) : "") : "",
        this.#about(person, scan),
        make("p", {}, goodbye ? words.goodbye_long : said.sentence),
        this.#since(result, person),
        this.#steps({ person, scan, passed }),
      ),
    );
    box.hidden = false;
    $("#found").hidden = true;
    sound.play(tone);
    this.draw();
  }

  #about(person, scan) {
    const option = person ? this.said(this.app.state.settings.options[person.option]?.name) : "";
    const parts = [person?.organization || scan.shown?.organization, option].filter(Boolean);
    return parts.length ? make("p", { dir: "auto" }, parts.join(" · ")) : "";
  }

  #since(result, person) {
    const place = person ? this.app.where().get(person.id) : null;
    if (result !== "already_in" || !place?.first) return "";
    return make("p", { className: "num" }, fill(this.words.in_since, { time: this.time(place.first) }));
  }

  #steps({ person, scan, passed }) {
    const { words, app } = this;
    if (passed) return make("button", { className: "btn line", type: "button", onclick: () => app.undo(scan) }, words.undo);
    if (!person) return "";
    return make("button", { className: "btn line", type: "button", onclick: () => this.#askReason(person, scan.kind) }, words.overrule);
  }

  #askReason(person, kind) {
    this.overruled = { person, kind };
    $("#overrule-name").textContent = person.name;
    $("#overrule form").reset();
    $("#overrule").showModal();
  }

  #overrule(event) {
    event.preventDefault();
    const reason = $("#reason").value.trim();
    if (!reason) return;
    $("#overrule").close();
    this.app.check(this.overruled.person, this.overruled.kind, reason);
  }

  showUndone(scan) {
    const box = $("#verdict");
    box.className = "verdict look";
    box.dataset.result = "undone";
    box.replaceChildren(
      make("b", { className: "mark", "aria-hidden": "true" }, "↩"),
      make("div", { className: "verdict-text" }, make("h2", {}, this.words.undone), make("p", { dir: "auto" }, scan.shown?.name ?? "")),
    );
    this.draw();
  }

  #typed(text) {
    this.app.lookFor(text);
  }

  /** Show the people that were found for a text. */
  showFound(result, text = "") {
    const { words } = this;
    const list = $("#found-list");
    $("#found").hidden = !result;
    if (!result) return;
    $("#found-none").hidden = result.found.length > 0;
    $("#found-none").textContent = fill(words.nobody, { text });
    $("#found-more").hidden = !result.more;
    list.replaceChildren(...result.found.map((person) => this.#person(person)));
  }

  #person(person) {
    const { words, app } = this;
    const place = app.where().get(person.id);
    const inside = place?.inside;
    const kind = inside ? "out" : "in";
    const about = [person.reading, person.organization].filter(Boolean).join(" · ");
    return make(
      "li",
      {},
      make(
        "div",
        {},
        make("strong", { dir: "auto" }, person.name || person.organization),
        about ? make("p", { className: "quiet", dir: "auto" }, about) : "",
        inside ? make("p", {}, make("span", { className: "chip moss num" }, fill(words.in_since, { time: this.time(place.first ?? place.last) }))) : "",
      ),
      make(
        "button",
        { className: inside ? "btn line" : "btn", type: "button", onclick: () => app.check(person, kind) },
        inside ? words.check_out : words.check_in,
        make("span", { className: "hide" }, `: ${person.name}`),
      ),
    );
  }

  async #camera() {
    sound.allow();
    try {
      await this.app.camera.start();
      $("#camera").classList.add("on");
      $("#camera-on").hidden = true;
      $("#camera-off").hidden = false;
      $("#camera-problem").hidden = true;
      $("#light").hidden = !this.app.camera.stream.getVideoTracks()[0].getCapabilities?.().torch;
      this.lock = await navigator.wakeLock?.request("screen").catch(() => null);
    } catch (error) {
      this.#noCamera(error.name === "NotAllowedError" ? this.words.camera_denied : this.words.no_camera);
    }
  }

  #noCamera(text) {
    $("#camera-problem").hidden = false;
    $("#camera-problem").textContent = text;
  }

  /** The camera works, but no code can be read from it. */
  noReader() {
    this.#cameraOff();
    this.#noCamera(this.words.no_reader);
  }

  #cameraOff() {
    this.app.camera.stop();
    this.lock?.release();
    $("#camera").classList.remove("on");
    $("#camera-on").hidden = false;
    $("#camera-off").hidden = $("#light").hidden = true;
  }

  /** The device stays at its point: scans that were made there are not sent. */
  notMoved(number) {
    const { state } = this.app;
    $("#point").value = String(state.settings.point.id);
    state.trouble = fill(this.words.not_moved, { number });
    $("#menu").close();
    this.draw();
  }

  #menu() {
    const { settings } = this.app.state;
    const points = settings?.points ?? [];
    $("#point-field").hidden = points.length < 2;
    $("#point").replaceChildren(
      ...points.map((point) => make("option", { value: String(point.id), selected: point.id === settings.point.id }, this.said(point.title) || this.words.door)),
    );
    $("#left").hidden = true;
    $("#menu").showModal();
  }

  #walkIn(event) {
    event.preventDefault();
    const form = event.target;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
    if (!values.family_name) return;
    form.reset();
    $("#walk-in").close();
    this.app.walkIn(values);
  }

  async #test() {
    const rows = await testDevice(this.app, this.words.tests);
    $("#test-list").replaceChildren(
      ...rows.map(({ name, works, said }) =>
        make("li", { className: works ? "yes" : "look" }, make("b", { "aria-hidden": "true" }, works ? "✓" : "!"), " ", make("strong", {}, name), " ", said),
      ),
    );
    $("#menu").close();
    $("#test-page").showModal();
  }

  async #signOut(anyway) {
    const left = await this.app.signOut({ anyway });
    $("#left").hidden = !left;
    if (left) $("#left-text").textContent = fill(this.words.left, { number: left });
    else $("#menu").close();
  }
}

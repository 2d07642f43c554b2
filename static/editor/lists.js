// Next to the grid: unscheduled sessions, and issues.

import { fill } from "./programme.js";
import { speak } from "./view.js";

const MOST = 100; // nobody reads more at once; the search finds the others

const make = (tag, className, text) => {
  const found = document.createElement(tag);
  if (className) found.className = className;
  if (text !== undefined) found.textContent = text;
  return found;
};

const plain = (text) => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLocaleLowerCase();

export class Unscheduled {
  constructor(root, programme, { address, place, words, readonly }) {
    Object.assign(this, { root, programme, address, place, words, readonly });
    this.list = root.querySelector("ul");
    this.search = root.querySelector("input");
    this.count = root.querySelector("[data-count]");
    this.search.addEventListener("input", () => this.draw());
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) place(button.closest("li").dataset.code);
    });
  }

  draw() {
    const wanted = plain(this.search.value.trim());
    const all = this.programme.unscheduled;
    const found = all.filter((one) => !wanted || plain(`${one.title.text} ${one.people} ${one.kind} ${one.track}`).includes(wanted));
    this.count.textContent = all.length;
    const rows = found.slice(0, MOST).map((one) => this.row(one));
    if (!found.length) rows.push(make("li", "quiet", all.length ? this.words.nothingFound : this.words.allScheduled));
    if (found.length > MOST) rows.push(make("li", "quiet", fill(this.words.more, { number: found.length - MOST })));
    this.list.replaceChildren(...rows);
  }

  row(session) {
    const row = make("li", `loose c${session.colour}`);
    row.dataset.code = session.code;
    const link = make("a");
    link.href = this.address(session.code);
    link.draggable = false;
    speak(link, session.title);
    const about = [session.kind, session.minutes && fill(this.words.minutes, { number: session.minutes }), session.people,
      session.unsaved && this.words.notSaved];
    row.append(link, make("small", "", about.filter(Boolean).join(" · ")));
    if (!this.readonly) {
      const button = make("button", "textbtn", this.words.place);
      button.type = "button";
      button.setAttribute("aria-label", fill(this.words.placeOne, { title: session.title.text }));
      row.append(button, make("i", "grip"));
    }
    return row;
  }

  focus(code) {
    const row = [...this.list.children].find((one) => one.dataset.code === code);
    (row?.querySelector("button") || this.search).focus();
  }
}

export class Findings {
  constructor(root, programme, { go, words }) {
    Object.assign(this, { root, programme, words });
    this.list = root.querySelector("ol");
    this.count = root.querySelector("[data-count]");
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) go(button.dataset.code);
    });
  }

  draw() {
    const { findings, sessions } = this.programme;
    this.count.textContent = findings.length;
    const rows = findings.slice(0, MOST).map((one) => {
      const row = make("li");
      row.dataset.level = one.level;
      row.append(make("b", "level", this.words.levels[one.level]), ` ${one.sentence}`, make("br"));
      for (const code of one.codes.filter((found) => sessions.has(found))) {
        const button = make("button", "textbtn", fill(this.words.show, { title: sessions.get(code).title.text }));
        button.type = "button";
        button.dataset.code = code;
        row.append(button, " ");
      }
      return row;
    });
    if (!findings.length) rows.push(make("li", "quiet", this.words.nothingWrong));
    if (findings.length > MOST) rows.push(make("li", "quiet", fill(this.words.more, { number: findings.length - MOST })));
    this.list.replaceChildren(...rows);
  }
}

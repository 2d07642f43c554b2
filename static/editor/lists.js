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
    const about = [session.day && fill(this.words.dayKnown, { day: session.day }), session.kind, session.minutes && fill(this.words.minutes, { number: session.minutes }), session.people,
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

// Issues in three folds; several of one kind about the same thing are one entry that can be opened.
export class Findings {
  constructor(root, programme, { go, words }) {
    Object.assign(this, { root, programme, words });
    this.list = root.querySelector("ol");
    this.count = root.querySelector("[data-count]");
    this.open = new Map(Object.keys(words.levels).map((level) => [level, level !== "notice"]));
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) go(button.dataset.code);
    });
  }

  draw() {
    const { findings } = this.programme;
    this.count.textContent = findings.length;
    const rows = Object.keys(this.words.levels).flatMap((level) => {
      const found = findings.filter((one) => one.level === level);
      if (!found.length) return [];
      const row = make("li");
      row.append(this.fold(level, `${this.words.folds[level]} `, found.length, () => this.entries(found)));
      return [row];
    });
    if (!findings.length) rows.push(make("li", "quiet", this.words.nothingWrong));
    this.list.replaceChildren(...rows);
  }

  // Its content is made when it is opened: there may be thousands of issues.
  fold(key, text, number, entries) {
    const fold = make("details");
    const summary = make("summary", "", text);
    if (number) summary.append(make("span", "quiet num", number));
    const list = make("ol", "issues");
    fold.append(summary, list);
    fold.open = this.open.get(key) || false;
    if (fold.open) list.append(...entries());
    fold.addEventListener("toggle", () => {
      this.open.set(key, fold.open);
      if (fold.open && !list.childElementCount) list.append(...entries());
    });
    return fold;
  }

  entries(found) {
    const groups = new Map();
    for (const one of found) groups.set(one.group, groups.get(one.group) || []).get(one.group).push(one);
    const rows = [...groups].slice(0, MOST).map(([key, group]) => {
      if (group.length === 1) return this.row(group[0]);
      const row = make("li");
      row.dataset.level = group[0].level;
      row.append(this.fold(key, this.programme.groups[key] || group[0].sentence, 0, () => group.slice(0, MOST).map((one) => this.row(one))));
      return row;
    });
    if (groups.size > MOST) rows.push(make("li", "quiet", fill(this.words.more, { number: groups.size - MOST })));
    return rows;
  }

  row(one) {
    const { sessions } = this.programme;
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
  }
}

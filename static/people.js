// Searching people while typing a name: a combobox by the WAI-ARIA pattern "editable with list autocomplete".
// Without this file the button next to the field finds them, and the matches are listed below it.
const form = document.querySelector("form[data-people]");
const WAIT = 150; // milliseconds after the last key
let number = 0;

class Finder {
  constructor(input) {
    this.input = input;
    this.code = document.getElementById(input.dataset.person);
    this.known = input.value;
    this.at = -1;
    this.options = [];
    this.list = document.createElement("ul");
    this.list.id = `people-${(number += 1)}`;
    this.list.className = "options";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", form.dataset.list);
    this.said = document.createElement("span");
    this.said.className = "hide";
    this.said.setAttribute("role", "status");
    input.parentElement.append(this.list, this.said);
    input.parentElement.querySelector("button").hidden = true;
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // Not click: the field would lose the focus first, and the list would close.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options.indexOf(option));
    });
  }

  typed() {
    // The chosen person no longer applies, unless the name is typed back to what it was.
    if (this.input.value !== this.known) this.code.value = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.input.value.trim();
    this.asking?.abort();
    if (!text || this.input.value === this.known) return this.close();
    this.asking = new AbortController();
    try {
      const address = `${form.dataset.people}?q=${encodeURIComponent(text)}`;
      const response = await fetch(address, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (response.ok && document.activeElement === this.input) this.show(await response.json());
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // the button of the form still finds them
    }
  }

  show({ people, more }) {
    this.at = -1;
    this.options = people.map((person, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      Object.assign(option.dataset, { code: person.code, name: person.name });
      const name = document.createElement("b");
      Object.assign(name, { textContent: person.name, lang: person.lang, dir: person.dir });
      const about = document.createElement("small");
      about.textContent = person.about;
      option.append(name, about);
      return option;
    });
    const note = document.createElement("li");
    note.setAttribute("role", "presentation");
    note.className = "quiet";
    note.textContent = people.length ? (more ? form.dataset.more : "") : form.dataset.none;
    if (form.dataset.add && !people.some((person) => person.name === this.input.value.trim())) this.options.push(this.adding());
    this.list.replaceChildren(...this.options.slice(0, people.length), ...(note.textContent ? [note] : []), ...this.options.slice(people.length));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    const some = people.length ? form.dataset.some.replace("{number}", people.length) : "";
    this.said.textContent = [some, note.textContent].filter(Boolean).join(" ");
  }

  // The last choice: the form comes back as it is, with the name in the fields for a new speaker.
  adding() {
    const option = document.createElement("li");
    option.id = `${this.list.id}-add`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.add = this.input.name.split("-")[1];
    option.textContent = form.dataset.add.replace("{name}", this.input.value.trim());
    return option;
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  move(to) {
    if (!this.options.length) return;
    this.at = (to + this.options.length) % this.options.length;
    this.options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    this.input.setAttribute("aria-activedescendant", this.options[this.at].id);
    this.options[this.at].scrollIntoView({ block: "nearest" });
  }

  choose(place) {
    const { code, name, add } = this.options[place].dataset;
    if (add) {
      const button = Object.assign(document.createElement("button"), { name: "add", value: add, hidden: true });
      button.setAttribute("formaction", `${window.location.pathname}#new-speaker`);
      form.append(button);
      form.requestSubmit(button);
      return;
    }
    this.code.value = code;
    this.input.value = this.known = name;
    this.input.removeAttribute("aria-invalid");
    // Matches found without this file, which would take precedence over the name.
    this.input.closest(".parts").querySelector(".found")?.remove();
    this.input.removeAttribute("aria-describedby");
    this.close();
    this.said.textContent = "";
  }

  key(event) {
    if (event.isComposing) return; // Enter and arrow keys then belong to the input method
    const open = !this.list.hidden;
    const does = {
      ArrowDown: () => (open ? this.move(this.at + 1) : this.ask()),
      ArrowUp: () => open && this.move(this.at < 0 ? -1 : this.at - 1),
      Enter: () => open && this.at >= 0 && this.choose(this.at),
      Escape: () => open && this.close(),
    }[event.key];
    if (!does) return;
    if (open || event.key === "ArrowDown") event.preventDefault();
    does();
  }
}

if (form) for (const input of form.querySelectorAll("[data-person]")) new Finder(input);

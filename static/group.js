// Adds and removes the further people on a form. Without this file, the buttons draw the form again.
const section = document.querySelector("[data-people]");
const pattern = document.getElementById("companion");
const PREFIX = "people-0-";

const people = () => [...section.querySelectorAll("[data-companion]")];
const numberOf = (person) => Number(person.querySelector("[data-remove]").value.replace("remove-", ""));

// Which person each is, how many there are, and what depends on that.
const count = () => {
  const all = people();
  all.forEach((person, index) => {
    for (const text of person.querySelectorAll("[data-place]")) {
      text.textContent = text.dataset.place.replace("{number}", index + 2);
    }
  });
  const full = all.length + 1 >= Number(section.dataset.most);
  section.querySelector("[data-add]").hidden = full;
  section.querySelector("[data-full]").hidden = !full;
  section.querySelector("[data-together]").hidden = !all.length;
};

const say = () => {
  const status = section.querySelector("[data-said]");
  status.textContent = status.dataset.said.replace("{number}", people().length + 1);
};

const prepare = (person) => {
  const remove = person.querySelector("[data-remove]");
  remove.type = "button";
  remove.addEventListener("click", () => {
    const after = person.nextElementSibling;
    person.remove();
    count();
    say();
    // To the person who has moved up, or to where the last one stood.
    const next = after?.matches("[data-companion]") ? after.querySelector("input, select, textarea") : add;
    next.focus();
  });
};

const add = section?.querySelector("[data-add] button");
if (add && pattern) {
  add.type = "button";
  add.disabled = false;
  add.addEventListener("click", () => {
    const taken = new Set(people().map(numberOf));
    let number = 1;
    while (taken.has(number)) number += 1;
    const person = pattern.content.querySelector("[data-companion]").cloneNode(true);
    for (const part of person.querySelectorAll("*")) {
      for (const { name, value } of [...part.attributes]) {
        if (value.includes(PREFIX)) part.setAttribute(name, value.replaceAll(PREFIX, `people-${number}-`));
      }
    }
    person.querySelector("[data-remove]").value = `remove-${number}`;
    section.querySelector("[data-add]").before(person);
    prepare(person);
    count();
    say();
    // What other scripts do to a form, they do to its new part.
    person.dispatchEvent(new Event("added", { bubbles: true }));
    person.querySelector("input, select, textarea").focus();
  });
  people().forEach(prepare);
}

// The desk's forms: a text in several languages as tabs, and a question before typed changes are lost.
const form = (node) => node.closest("form");

// ---- Tabs. Without this script all languages are below each other.
for (const field of document.querySelectorAll("fieldset[data-missing]")) {
  const panels = [...field.querySelectorAll(":scope > .in-language")];
  if (panels.length > 1) tabs(field, panels);
}

function tabs(field, panels) {
  const list = document.createElement("div");
  list.role = "tablist";
  list.setAttribute("aria-labelledby", field.querySelector("legend").id);
  const inputs = panels.map((panel) => panel.querySelector("input, textarea"));
  const buttons = panels.map((panel, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.role = "tab";
    button.id = `${inputs[at].id}-tab`;
    panel.id = `${inputs[at].id}-panel`;
    button.setAttribute("aria-controls", panel.id);
    button.append(panel.dataset.name, document.createElement("small"));
    button.lang = inputs[at].lang;
    button.lastChild.lang = document.documentElement.lang;
    panel.role = "tabpanel";
    panel.setAttribute("aria-labelledby", button.id);
    panel.querySelector("label").classList.add("hide");
    button.addEventListener("click", () => show(at));
    return button;
  });
  list.append(...buttons);
  panels[0].before(list);
  field.classList.add("tabbed");

  function show(at, focus = false) {
    panels.forEach((panel, number) => (panel.hidden = number !== at));
    buttons.forEach((button, number) => {
      button.setAttribute("aria-selected", String(number === at));
      button.tabIndex = number === at ? 0 : -1;
    });
    if (focus) buttons[at].focus();
  }

  // A language without a text is named while another has one: readers of it see the other.
  function mark() {
    const some = inputs.some((input) => input.value.trim());
    inputs.forEach((input, at) => {
      const missing = some && !input.value.trim();
      buttons[at].lastChild.textContent = missing ? ` ${field.dataset.missing}` : "";
      buttons[at].classList.toggle("missing", missing);
    });
  }

  list.addEventListener("keydown", (event) => {
    const now = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const steps = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: last };
    if (now < 0 || !(event.key in steps)) return;
    event.preventDefault();
    show((steps[event.key] + buttons.length) % buttons.length, true);
  });
  field.addEventListener("input", mark);
  // A link of the error summary, or a script, leads to an input that is not shown.
  field.addEventListener("open-language", (event) => show(inputs.indexOf(event.target)));
  const own = (input) => input.lang === document.documentElement.lang;
  const wrong = inputs.filter((input) => input.getAttribute("aria-invalid"));
  show(Math.max(inputs.indexOf(wrong.find(own) ?? wrong[0] ?? inputs.find(own)), 0));
  mark();
}

document.getElementById("problems")?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const input = link && document.getElementById(link.hash.slice(1));
  if (input?.closest(".in-language")) input.dispatchEvent(new CustomEvent("open-language", { bubbles: true }));
});

// ---- Typed changes. Only of forms that save something: a search or a tick in a list is nothing to lose.
const changed = new Set();
const typed = (node) =>
  node.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=hidden], [type=submit])");

addEventListener("input", (event) => {
  const owner = event.target instanceof Element && typed(event.target) && form(event.target);
  if (owner && owner.method === "post" && !owner.hasAttribute("data-unwatched")) changed.add(owner);
});
addEventListener("submit", (event) => changed.delete(event.target));
addEventListener("beforeunload", (event) => {
  if (changed.size) event.preventDefault();
});
const refused = document.getElementById("problems");
// What a refused form shows is not saved either.
const kept = refused && document.querySelector("main form[method=post]:has([aria-invalid]), main form[method=post]:has(.actions)");
if (kept) changed.add(kept);

// ---- A button that is pressed twice sends its form once, or what it adds would be there twice. Some seconds later it
// works again: the page is still there if the answer was a file, or if somebody has stopped waiting for it.
const AGAIN = 5000;
const sent = new WeakMap();

addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.timeStamp - (sent.get(event.target) ?? -AGAIN) < AGAIN) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});

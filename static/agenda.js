// Stars: stored on the device, and in an agenda with its own URL once the visitor has created one.
// Without this file a session's page leads to a form that stars it.
const KEY = "stars", TOKEN = "agenda", WAITING = "stars-waiting";

// If the browser forbids storage, stars live as long as the page.
const memory = {};
const read = (key, otherwise) => {
  try { return JSON.parse(localStorage.getItem(key)) ?? memory[key] ?? otherwise; } catch { return memory[key] ?? otherwise; }
};
const write = (key, value) => {
  memory[key] = value;
  try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* see above */ }
};

let stars = new Set(read(KEY, []));
const here = document.querySelector("[data-agenda]");
if (here) write(TOKEN, here.dataset.agenda);

const keep = () => write(KEY, [...stars]);
const address = () => `/agenda/${encodeURIComponent(read(TOKEN, ""))}/stars`;
const ask = async (body) => {
  const response = await fetch(address(), { method: body ? "POST" : "GET", body, headers: { Accept: "application/json" } });
  if (response.status === 404 && !body) write(TOKEN, ""); // the agenda was deleted; the device's own stars stay
  if (!response.ok) throw new Error(response.status);
  return (await response.json()).stars;
};

// What could not be sent is sent with the next page: {star: on}.
async function sync() {
  if (!read(TOKEN, "")) return;
  const waiting = read(WAITING, {});
  try {
    for (const [star, on] of Object.entries(waiting)) {
      await ask(new URLSearchParams({ star, on: on ? "1" : "0" })).catch((error) => {
        if (!/^4/.test(error.message)) throw error; // refused: don't retry
      });
      delete waiting[star];
      write(WAITING, waiting);
    }
    stars = new Set(await ask());
    keep();
    draw();
  } catch { /* offline: show the device's stars, and retry later */ }
}

function set(star, on) {
  if (on) stars.add(star); else stars.delete(star);
  keep();
  draw();
  if (!read(TOKEN, "")) return;
  write(WAITING, { ...read(WAITING, {}), [star]: on });
  sync();
}

const programme = document.querySelector("[data-programme]");
const words = document.querySelector("[data-star-words]")?.dataset ?? {};
const boxes = [];

function button(star, title) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "star noprint";
  made.setAttribute("aria-label", words.star.replace("{title}", title));
  made.addEventListener("click", () => set(star, !stars.has(star)));
  return made;
}

if (programme) {
  for (const box of programme.querySelectorAll("[data-code]")) {
    const star = `${programme.dataset.programme}/${box.dataset.code}`;
    const link = box.querySelector("a") ?? programme.querySelector("h1");
    const made = button(star, link.textContent.trim());
    const hint = document.createElement("small");
    hint.className = "overlap";
    hint.hidden = true;
    box.append(hint, made);
    boxes.push({ box, star, made, hint, title: link.textContent.trim(),
      starts: Date.parse(box.dataset.starts), ends: Date.parse(box.dataset.ends) });
  }
}

function draw() {
  const mine = boxes.filter((one) => stars.has(one.star));
  for (const one of boxes) {
    const on = stars.has(one.star);
    one.made.setAttribute("aria-pressed", on);
    one.made.textContent = on ? "★" : "☆";
    const over = on ? mine.filter((other) => other !== one && other.starts < one.ends && other.ends > one.starts) : [];
    one.hint.hidden = !over.length;
    one.hint.textContent = over.map((other) => words.overlap?.replace("{title}", `\u2068${other.title}\u2069`)).join(" ");
  }
  const bar = document.querySelector("[data-starbar]");
  if (bar) {
    // A page that shows one day, or what was searched, is not where all stars are.
    const all = "partial" in programme.dataset
      ? [...stars].filter((star) => star.startsWith(`${programme.dataset.programme}/`)).length : mine.length;
    bar.hidden = !all;
    bar.querySelector("[data-count]").textContent = (all > mine.length ? words.here : words.count)
      .replace("{number}", all).replace("{here}", mine.length);
    const toggle = bar.querySelector("[data-only]");
    toggle.hidden = !mine.length;
    only(Boolean(mine.length) && toggle.getAttribute("aria-pressed") === "true");
  }
  if (make) {
    make.hidden = !stars.size;
    make.querySelector("[data-count]").textContent = words.count.replace("{number}", stars.size);
    document.querySelector("[data-none]").hidden = Boolean(stars.size);
  }
}

function only(on) {
  const toggle = document.querySelector("[data-only]");
  if (!toggle) return;
  toggle.setAttribute("aria-pressed", on);
  programme.toggleAttribute("data-only-stars", on);
  const kept = new Set(boxes.filter((one) => stars.has(one.star)).map((one) => one.box));
  for (const box of programme.querySelectorAll(".slot > .ses, .untimed > .ses")) {
    (box.closest(".slot") ?? box).classList.toggle("unstarred", on && !kept.has(box));
  }
  // Few sessions are a list: a grid would keep the heads and columns of rooms without any.
  for (const grid of programme.querySelectorAll(".grid")) {
    if (on) grid.dataset.as ??= grid.className;
    grid.className = on ? "grid" : grid.dataset.as ?? grid.className;
    if (!on) delete grid.dataset.as;
  }
  for (const link of programme.querySelectorAll(".days a[href^='#d']")) {
    link.hidden = on && !document.querySelector(link.hash)?.getClientRects().length;
  }
}
document.querySelector("[data-only]")?.addEventListener("click", (event) =>
  only(event.currentTarget.getAttribute("aria-pressed") !== "true"));

// Creating an agenda: the form includes the device's stars.
const make = document.querySelector("[data-make]");
make?.addEventListener("submit", () => {
  for (const star of stars) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "star";
    field.value = star;
    make.append(field);
  }
});
const way = document.querySelector("[data-to-agenda]");
if (way && read(TOKEN, "")) way.href = `/agenda/${encodeURIComponent(read(TOKEN, ""))}`;
else if (make && read(TOKEN, "")) location.replace(`/agenda/${encodeURIComponent(read(TOKEN, ""))}`);

for (const link of document.querySelectorAll("[data-without-script]")) link.hidden = true;

window.addEventListener("storage", (event) => {
  if (event.key === KEY) { stars = new Set(read(KEY, [])); draw(); }
});
draw();
sync();

// Drag the entries of a list into another order. The buttons of each entry do the same without this file.
for (const list of document.querySelectorAll("[data-ordered]")) {
  const entries = () => [...list.querySelectorAll(":scope > .entry")];
  let dragged = null;
  let before = null;

  const send = (entry) => {
    const form = entry.querySelector("form[data-place]");
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "position", value: entries().indexOf(entry) });
    form.append(field);
    form.submit();
  };

  const settle = (keep) => {
    if (!dragged) return;
    const entry = dragged;
    dragged = null;
    entry.classList.remove("dragged");
    if (!keep) list.insertBefore(entry, before);
    else if (entry.nextElementSibling !== before) send(entry);
  };

  const follow = (event) => {
    if (!dragged) return;
    const next = entries().find((one) => {
      const box = one.getBoundingClientRect();
      return one !== dragged && event.clientY < box.top + box.height / 2;
    });
    const place = next ?? null;
    if (place !== dragged.nextElementSibling) list.insertBefore(dragged, place);
  };

  for (const entry of entries()) {
    const grip = entry.querySelector("[data-grip]");
    if (!grip) continue; // the only entry
    grip.hidden = false;
    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      dragged = entry;
      before = entry.nextElementSibling;
      entry.classList.add("dragged");
    });
  }
  // On the window: an element that moves within the page loses the pointer that it had captured.
  window.addEventListener("pointermove", follow);
  window.addEventListener("pointerup", () => settle(true));
  window.addEventListener("pointercancel", () => settle(false));
  window.addEventListener("keydown", (event) => event.key === "Escape" && settle(false));
}

// After a move, stay on a button of the entry. The browser itself goes to its address when it has loaded, and lets go.
window.addEventListener("load", () => {
  if (!location.hash.startsWith("#place-")) return;
  setTimeout(() => document.getElementById(location.hash.slice(1))?.querySelector("button:not(:disabled)")?.focus());
});

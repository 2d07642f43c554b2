// What every page of an event does: the tab of this page is in view, menus of calendars, and sharing the link.

// On a phone the tabs may be wider than the screen.
const tab = document.querySelector(".event-nav nav [aria-current]");
const hidden = tab ? tab.getBoundingClientRect().right - tab.parentElement.getBoundingClientRect().right : 0;
if (hidden > 0) tab.parentElement.scrollLeft += hidden + 16;

// Puts the calendar of this device first in the menu, and closes the menu by Escape or a click elsewhere.
const agent = navigator.userAgent;
const device = /Android|CrOS/.test(agent) ? "google" : /Mac|iPhone|iPad/.test(agent) ? "apple" : "";
for (const menu of document.querySelectorAll("[data-calendars]")) {
  const own = device && menu.querySelector(`[data-for="${device}"]`);
  if (own) own.parentElement.prepend(own);
  const close = (back) => {
    if (!menu.open) return;
    menu.open = false;
    if (back) menu.querySelector("summary").focus();
  };
  document.addEventListener("click", (event) => menu.contains(event.target) || close(false));
  menu.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
  menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && close(false));
}

// A link that copies itself, or is shared by the device's own dialog.
for (const button of document.querySelectorAll("[data-share]")) {
  const address = document.querySelector("link[rel=canonical]")?.href ?? location.href;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = document.querySelector("[data-shared]");
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) {
        await navigator.share({ title: document.title, url: address });
      } else {
        await navigator.clipboard.writeText(address);
        said.textContent = button.dataset.done;
      }
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = address;
    }
  });
}

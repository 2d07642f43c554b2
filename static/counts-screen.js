// The wall screen: fetches its own page every five seconds and takes the numbers from it. Without this file the page
// reloads itself.
const INTERVAL = 5000;

async function refresh() {
  const shown = document.querySelector("[data-live]");
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    if (!fresh) throw new Error("no numbers");
    shown.replaceWith(fresh);
  } catch {
    // The numbers stay, and say that they are old; the next attempt may succeed.
    shown.querySelector("[data-stale]").hidden = false;
  }
  setTimeout(refresh, INTERVAL);
}

setTimeout(refresh, INTERVAL);

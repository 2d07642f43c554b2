// Keeps the app itself, so that it opens without the server. SHELL = {version, files} comes from check_in/views.py.

const PAGE = "/check-in/";
const MARK = "X-Check-In-App";

/* global SHELL */
const cacheName = `check-in-${SHELL.version}`;

async function fill() {
  const cache = await caches.open(cacheName);
  await cache.addAll(SHELL.files);
  await keepPage(cache, await fetch(PAGE, { cache: "no-cache" }));
}

/** Keep the page only if it is ours: a hotel's network answers everything with its own. */
async function keepPage(cache, response) {
  if (!response.ok || response.redirected || response.headers.get(MARK) !== SHELL.version) return false;
  await cache.put(PAGE, response.clone());
  return true;
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  ),
);

async function page(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(PAGE, { ignoreVary: true });
  if (!kept) return fetch(request);
  // The language may have been changed; the kept page is for when there is no answer.
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(3_000) });
    if (await keepPage(cache, response)) return response;
    if (response.ok && response.headers.get(MARK)) return response; // a newer version is being installed
  } catch {
    // No answer.
  }
  return kept;
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event.request));
  else if (SHELL.files.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(event.request)));
  }
});

// Keeps the ticket of this address on the phone. The page is shown from the network if there is one, else as it was.

const NAME = "ticket";
const MARK = "X-Ticket";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function kept(request, response) {
  if (response.ok && !response.redirected) {
    const cache = await caches.open(NAME);
    await cache.put(request, response.clone());
  }
  return response;
}

async function page(request) {
  try {
    const response = await fetch(request);
    // A ticket that was withdrawn leads elsewhere: it is no longer kept.
    if (response.headers.get(MARK)) await kept(request, response);
    else if (response.ok || response.type === "opaqueredirect") await (await caches.open(NAME)).delete(request);
    return response;
  } catch (error) {
    const found = await caches.match(request, { ignoreSearch: true, ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(event.request).then((found) => found ?? fetch(event.request).then((answer) => kept(event.request, answer))));
  }
});

// The page tells what it needs, which was loaded before this worker was there.
self.addEventListener("message", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(event.data))
      .then(() => event.ports[0].postMessage(true)),
  );
});
